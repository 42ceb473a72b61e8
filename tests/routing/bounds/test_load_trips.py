from __future__ import annotations

from itertools import pairwise, permutations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.bounds.load_trips import LARGEST_TABLE, LoadTrips, bound_of, table_steps
from routing.engine.budget import Budget

ENOUGH = Budget(rounds=200)


def every_way_to_share(stops: list[int]) -> list[list[list[int]]]:
    """Return every set of trips that see each stop once, the stops of a trip in any order."""
    if not stops:
        return [[]]
    first, *rest = stops
    found = []
    for shared in every_way_to_share(rest):
        found.append([[first], *shared])
        found += [[*shared[:n], [first, *trip], *shared[n + 1 :]] for n, trip in enumerate(shared)]
    return found


def trip_cost(trips: LoadTrips, stops: list[int]) -> float:
    if trips.boxes[stops].sum() > trips.capacity:
        return np.inf
    costs = [
        trips.out[base, way[0]]
        + sum(trips.between[a, b] for a, b in pairwise(way))
        + trips.back[base, way[-1]]
        + trips.carry[base, stops].sum()
        for base in range(len(trips.out))
        for way in permutations(stops)
    ]
    return float(min(costs))


def least_cost(trips: LoadTrips) -> float:
    shared = every_way_to_share(list(range(len(trips.boxes))))
    return float(min(sum(trip_cost(trips, trip) for trip in each) for each in shared))


@st.composite
def small_trips(draw: st.DrawFn) -> LoadTrips:
    n, bases = draw(st.integers(1, 5)), draw(st.integers(1, 2))
    costs = st.integers(0, 50).map(float)

    def table(rows: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
        return np.array(draw(st.lists(st.lists(costs, min_size=n, max_size=n), min_size=rows, max_size=rows)))

    boxes = np.array(draw(st.lists(st.integers(1, 4), min_size=n, max_size=n)), dtype=np.int64)
    capacity = draw(st.integers(int(boxes.max()), 8))
    return LoadTrips(table(n), table(bases), table(bases), table(bases), boxes, capacity)


@settings(max_examples=150, deadline=None)
@given(trips=small_trips())
def test_the_bound_is_never_above_the_cheapest_trips(trips: LoadTrips) -> None:
    least = least_cost(trips)
    found = bound_of(trips, least, ENOUGH)
    assert found is not None
    assert found <= least + 1e-6


def test_the_bound_of_stops_on_two_sides_is_what_they_cost() -> None:
    """Two stops east and two west of the base, two boxes a trip: one trip to each side."""
    place = np.array([9.0, 10.0, -9.0, -10.0])
    out = np.abs(place)[None]
    trips = LoadTrips(
        np.abs(place[:, None] - place[None]), out, out, np.zeros((1, 4)), np.ones(4, dtype=np.int64), capacity=2
    )
    found = bound_of(trips, 40.0, ENOUGH)
    assert found is not None
    assert 39.9 < found <= 40.0 + 1e-6


def test_a_trip_from_another_base_brings_its_loads_for_what_that_base_asks() -> None:
    here = np.zeros((2, 1))
    trips = LoadTrips(np.zeros((1, 1)), here, here, np.array([[7.0], [5.0]]), np.ones(1, dtype=np.int64), capacity=1)
    assert bound_of(trips, 5.0, ENOUGH) == 5.0


def test_no_bound_is_looked_for_where_it_would_take_too_long() -> None:
    n = 1_000
    far, capacity = np.ones((1, n)), LARGEST_TABLE // n**2 + 1
    trips = LoadTrips(np.zeros((1, 1)), far, far, far, np.ones(n, dtype=np.int64), capacity)
    assert table_steps(trips) > LARGEST_TABLE
    assert bound_of(trips, 1.0, ENOUGH) is None
