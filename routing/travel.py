"""How long and how far between places: the matrices that every plan is computed on.

A matrix says where it comes from, and every paper repeats it: an estimate is never printed as if it were measured.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from routing.places import Place

UNREACHABLE_S = 10**8
"""Seconds written where no way exists; larger than any plan's horizon, small enough to be added in int32."""

IntMatrix = NDArray[np.int32]


class Mode(StrEnum):
    """How one travels: a van by road, a courier by e-bike."""

    CAR = "car"
    BICYCLE = "bicycle"


class TravelSource(StrEnum):
    """Where a matrix comes from, from the most to the least trusted."""

    OSRM = "osrm"
    VALHALLA = "valhalla"
    ROAD_GRAPH = "road_graph"
    ESTIMATE = "estimate"


@dataclass(frozen=True, slots=True, eq=False)
class TravelMatrix:
    """Travel between n places, rows from, columns to.

    Attributes
    ----------
    seconds, metres
        Shape (n, n), int32, zero diagonal, `UNREACHABLE_S` in both where there is no way.
    source
        Where the figures come from.
    fell_back
        Why a better source was not used, as a machine word ("" when nothing was lost).
    off_road
        Indices of the places that lie too far from every usable road, ascending: nothing reaches them, and a person
        has to look at their position.

    Raises
    ------
    ValueError
        If the two arrays are not square and of one shape, or a value is negative, or the diagonal is not zero, or an
        index of `off_road` is none of the matrix.
    """

    seconds: IntMatrix
    metres: IntMatrix
    source: TravelSource
    fell_back: str = ""
    off_road: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if self.seconds.ndim != 2 or self.seconds.shape[0] != self.seconds.shape[1]:
            raise ValueError(f"expected a square matrix of seconds, got shape {self.seconds.shape}")
        if self.metres.shape != self.seconds.shape:
            raise ValueError(f"expected metres of shape {self.seconds.shape}, got {self.metres.shape}")
        if self.seconds.size and (self.seconds.min() < 0 or self.metres.min() < 0):
            raise ValueError("expected no negative seconds or metres")
        if np.diagonal(self.seconds).any() or np.diagonal(self.metres).any():
            raise ValueError("expected zeros on the diagonal")
        if any(not 0 <= index < len(self.seconds) for index in self.off_road):
            raise ValueError(f"expected indices of {len(self.seconds)} places, got {self.off_road}")


class TravelTimes(Protocol):
    """Anything that can fill a matrix: the estimate, a road graph, a road server."""

    def matrix(self, places: Sequence[Place], mode: Mode) -> TravelMatrix:
        """Return the (n, n) matrix between `places`, in their order."""
        ...
