"""The first level: every way a truck may go, the cheapest trucks for given trips, and how they share the goods."""

from __future__ import annotations

import itertools
import random

import numpy as np
import pytest

from routing.engine.synchronised.layout import AGES, RANK, SATELLITE, empty_needs, empty_stack, empty_trucks
from routing.engine.synchronised.loads import Want, share_out
from routing.engine.synchronised.tours import Tour, TruckWorld, list_tours, tours_table
from routing.engine.synchronised.trucks import plan_trucks


def world(*, depots: int = 1, satellites: int = 3, capacity: float = 10, seed: int = 0) -> TruckWorld:
    chance = np.random.default_rng(seed)
    here, there = chance.uniform(0, 50, (satellites, 2)), chance.uniform(0, 50, (depots, 2))
    return TruckWorld(
        capacity=capacity,
        price=50.0,
        out=np.linalg.norm(there[:, None] - here[None, :], axis=2),
        way=np.linalg.norm(here[:, None] - here[None, :], axis=2),
        leave=np.zeros(depots),
        back=np.full(depots, 1000.0),
        open=np.zeros(satellites),
        close=np.full(satellites, 1000.0),
        service=np.full(satellites, 5.0),
    )


def test_one_depot_goes_over_three_satellites_in_fifteen_ways_the_dominated_left_out() -> None:
    tours = list_tours(world())
    assert len({tour.satellites for tour in tours}) == len(tours) <= 15
    assert [tour.cost for tour in tours] == sorted(tour.cost for tour in tours)
    for tour, other in itertools.permutations(tours, 2):
        if set(tour.satellites) == set(other.satellites):
            ready, others = (dict(zip(one.satellites, one.ready, strict=True)) for one in (tour, other))
            assert tour.cost > other.cost or any(ready[at] < others[at] for at in ready)


def test_no_tour_comes_after_a_satellite_closes_or_home_too_late() -> None:
    closed = world()._replace(close=np.array([0.0, 1000.0, 1000.0]))
    assert all(0 not in tour.satellites for tour in list_tours(closed))
    assert list_tours(world()._replace(back=np.zeros(1))) == []


def test_a_world_that_no_truck_can_serve_is_refused() -> None:
    with pytest.raises(ValueError, match="expected a satellite that some truck can reach"):
        tours_table(world(), [])


def test_goods_are_shared_so_that_an_early_trip_gets_the_early_truck() -> None:
    trucks = [{0: 10.0}, {0: 50.0}]
    # Given in the wrong order, the late trip first takes the early truck and must give it up.
    loads = share_out(trucks, [Want(0, 4.0, 100.0), Want(0, 5.0, 20.0)], 5.0)
    assert loads == [{0: 5.0}, {0: 4.0}]
    assert share_out(trucks, [Want(0, 4.0, 100.0), Want(0, 6.0, 20.0)], 5.0) is None


@pytest.mark.parametrize("seed", range(30))
def test_the_trucks_are_as_cheap_as_trying_all_and_bring_all_in_time(seed: int) -> None:
    chance = random.Random(seed)
    place = world(depots=chance.randint(1, 2), capacity=chance.choice([6, 10, 30]), seed=seed)
    tours = list_tours(place)
    table = tours_table(place, tours)
    wants = _random_wants(chance, tours)
    needs = empty_needs(20, 3)
    for nth, want in enumerate(wants):
        rank = int(np.searchsorted(table.times[want.satellite], want.latest + 1e-9, side="right"))
        needs.trip[SATELLITE, nth], needs.trip[RANK, nth], needs.load[nth] = want.satellite, rank, want.load
        needs.total[want.satellite] += want.load
    needs.trips[0] = len(wants)
    plan, stack = empty_trucks(3), empty_stack(3, len(tours))
    cost = plan_trucks(table, needs, stack, plan, AGES)
    used = [tours[nth] for nth in plan[2, : plan[2, -1]]]
    used += [tours[plan[1, at]] for at in range(3) for _ in range(plan[0, at])]
    assert cost == pytest.approx(sum(tour.cost for tour in used))
    assert _bring_all(used, wants, place.capacity)
    assert cost <= _cheapest_by_trying_all(tours, wants, place.capacity) + 1e-6
    assert plan_trucks(table, needs, stack, empty_trucks(3), cost) == AGES


def _random_wants(chance: random.Random, tours: list[Tour]) -> list[Want]:
    wants = []
    for _ in range(chance.randint(1, 5)):
        satellite = chance.randrange(3)
        soonest = min(tour.ready[tour.satellites.index(satellite)] for tour in tours if satellite in tour.satellites)
        wants.append(Want(satellite, float(chance.randint(1, 5)), soonest + chance.choice([0.0, 20.0, 60.0, 500.0])))
    return wants


def _bring_all(tours: list[Tour], wants: list[Want], capacity: float) -> bool:
    calls = [dict(zip(tour.satellites, tour.ready, strict=True)) for tour in tours]
    return share_out(calls, wants, capacity) is not None


def _cheapest_by_trying_all(tours: list[Tour], wants: list[Want], capacity: float) -> float:
    """Return the cheapest of all sets of up to three trucks."""
    best = AGES
    for number in (1, 2, 3):
        for used in itertools.combinations_with_replacement(tours, number):
            cost = sum(tour.cost for tour in used)
            if cost < best and _bring_all(list(used), wants, capacity):
                best = cost
    return best
