"""The shortest way from a kitchen past some meal points and back, whatever is carried: no fleet drives less in all."""

from __future__ import annotations

import numpy as np

from routing.bounds.streets import Floats, Ints

MOST_STOPS = 12


def shortest_round_m(metres: Ints, stops: list[int]) -> int:
    """Return the metres of the shortest way from 0 over all `stops` and back (Held and Karp 1962).

    `metres` are shortest ways; of more than `MOST_STOPS` stops only those that lie farthest are looked at.
    """
    far = sorted(stops, key=lambda stop: -int(metres[0, stop] + metres[stop, 0]))[:MOST_STOPS]
    if not far:
        return 0
    ways = metres[np.ix_([0, *far], [0, *far])].astype(np.float64)
    return int(_over_all(ways).min())


def _over_all(ways: Floats) -> Floats:
    """Return the shortest rounds over all stops 1.. by the stop that comes last."""
    n = len(ways) - 1
    best = np.full((1 << n, n), np.inf)
    for stop in range(n):
        best[1 << stop, stop] = ways[0, stop + 1]
    for over in range(1, 1 << n):
        for stop in range(n):
            if over >> stop & 1 and over != 1 << stop:
                best[over, stop] = (best[over ^ (1 << stop)] + ways[1:, stop + 1]).min()
    rounds: Floats = best[-1] + ways[1:, 0]
    return rounds
