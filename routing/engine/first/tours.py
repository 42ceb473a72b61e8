"""The shortest tour from the depot through every subset of satellites (Held and Karp 1962), once for each instance."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from routing.engine.compiled import compiled_with_arrays

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

MOST_SATELLITES = 16
"""2^16 subsets of satellites and 16 last stops are 8 MB; beyond that the table is no longer worth its time."""


def tour_lengths(distance: Floats) -> Floats:
    """Return the length of the shortest round trip through each subset of satellites; entry 0 is 0.

    `distance` is (S + 1, S + 1), the depot first; it need not be symmetric. Bit s of an index is satellite s.

    Raises
    ------
    ValueError
        If there are more satellites than MOST_SATELLITES or the matrix is not square.
    """
    count = len(distance) - 1
    if distance.shape != (count + 1, count + 1) or not 1 <= count <= MOST_SATELLITES:
        raise ValueError(
            f"expected a square matrix of a depot and 1 to {MOST_SATELLITES} satellites, got {distance.shape}"
        )
    return _closed(distance, _paths(distance))


def tour_order(distance: Floats, satellites: list[int]) -> list[int]:
    """Return these satellites in the order of a shortest round trip from the depot."""
    if len(satellites) < 2:
        return list(satellites)
    rows = [0, *(satellite + 1 for satellite in satellites)]
    inner = np.ascontiguousarray(distance[np.ix_(rows, rows)])
    return [satellites[at] for at in _traced(inner, _paths(inner))]


@compiled_with_arrays
def _paths(distance: Floats) -> Floats:
    """Return the shortest path from the depot through each subset that ends at each of its satellites."""
    count = len(distance) - 1
    best = np.full((1 << count, count), np.inf)
    for last in range(count):
        best[1 << last, last] = distance[0, last + 1]
    for subset in range(1, 1 << count):
        for last in range(count):
            length = best[subset, last]
            if length == np.inf:
                continue
            for following in range(count):
                if not subset >> following & 1:
                    grown = subset | 1 << following
                    best[grown, following] = min(best[grown, following], length + distance[last + 1, following + 1])
    return best


@compiled_with_arrays
def _closed(distance: Floats, best: Floats) -> Floats:
    lengths = np.zeros(len(best))
    for subset in range(1, len(best)):
        shortest = np.inf
        for last in range(best.shape[1]):
            shortest = min(shortest, best[subset, last] + distance[last + 1, 0])
        lengths[subset] = shortest
    return lengths


@compiled_with_arrays
def _traced(distance: Floats, best: Floats) -> Whole:
    count = best.shape[1]
    order = np.zeros(count, dtype=np.int64)
    subset, following = (1 << count) - 1, -1
    for place in range(count - 1, -1, -1):
        chosen, shortest = -1, np.inf
        for last in range(count):
            length = best[subset, last] + distance[last + 1, following + 1]
            if length < shortest:
                chosen, shortest = last, length
        order[place] = chosen
        subset ^= 1 << chosen
        following = chosen
    return order
