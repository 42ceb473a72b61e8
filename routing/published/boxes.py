"""Loads of a published instance as small whole numbers."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

SLACK = 1e-9
"""By which share of a capacity the checkers let sums of loads lie above it."""

MOST_BOXES = 250
"""How many boxes a trip carries at most, as far as the smallest load allows: a bound takes time with each."""


def in_boxes(demand: NDArray[np.float64], capacity: float) -> tuple[NDArray[np.int64], int] | None:
    """Return loads and capacity in boxes, each load rounded down to at least one; None if a load is 0.

    Loads that fit a vehicle fit it in boxes too: what they are bounds what the loads cost from below. A box is what
    divides all loads, or larger where a trip would carry too many.
    """
    if not len(demand) or not math.isfinite(capacity) or demand.min() <= 0:
        return None
    whole = np.rint(demand).astype(np.int64)
    exact = float(np.gcd.reduce(whole)) if (whole == demand).all() else 0.0
    unit = max(exact, min(float(demand.min()), capacity / MOST_BOXES))
    return np.floor(demand / unit).astype(np.int64), int(capacity * (1 + SLACK) / unit)
