"""The first echelon against trying every set of trucks."""

from __future__ import annotations

from itertools import combinations_with_replacement, pairwise, permutations
from math import inf

import numpy as np
import pytest

from routing.engine.first.cost import first_cost
from routing.engine.first.level import EXACT_OPEN, FirstLevel, first_level
from routing.engine.first.pool import solve_pooled
from routing.engine.first.routes import first_routes, quantities
from routing.engine.first.tours import tour_lengths, tour_order

THOROUGH = bool(1)
CAPACITY = 100.0


def _distances(rng: np.random.Generator, count: int) -> np.ndarray:
    places = rng.uniform(0, 100, (count + 1, 2))
    return np.linalg.norm(places[:, None] - places[None], axis=2)


def _level(distance: np.ndarray, trucks: int, fixed: float = 0.0, handling: float = 0.0) -> FirstLevel:
    return first_level(distance, CAPACITY, trucks, 1.0, fixed, np.full(len(distance) - 1, handling))


def _by_trying_all(tour: np.ndarray, trucks: int, loads: np.ndarray) -> float:
    """Some trucks suffice if and only if every subset of satellites has trucks enough for its load (Hall)."""
    count, best = len(loads), inf
    subsets = range(1, 1 << count)
    need = [sum(loads[at] for at in range(count) if subset >> at & 1) for subset in range(1 << count)]
    for size in range(1, trucks + 1):
        for chosen in combinations_with_replacement(subsets, size):
            cost = sum(tour[stops] for stops in chosen)
            if cost < best and all(need[s] <= CAPACITY * sum(1 for t in chosen if t & s) + 1e-9 for s in subsets):
                best = cost
    return best


def test_tours_are_the_shortest_of_all_orders() -> None:
    distance = _distances(np.random.default_rng(1), 5)
    lengths = tour_lengths(distance)
    for subset in range(1, 32):
        places = [at + 1 for at in range(5) if subset >> at & 1]
        ways = [[0, *order, 0] for order in permutations(places)]
        shortest = min(sum(distance[a, b] for a, b in pairwise(way)) for way in ways)
        assert lengths[subset] == pytest.approx(shortest)
        way = [0, *(at + 1 for at in tour_order(distance, [place - 1 for place in places])), 0]
        assert sum(distance[a, b] for a, b in pairwise(way)) == pytest.approx(shortest)


@pytest.mark.parametrize("seed", range(30))
def test_the_cost_is_that_of_the_best_trucks_even_where_all_are_full(seed: int) -> None:
    rng = np.random.default_rng(seed)
    count, trucks = int(rng.integers(2, 5)), int(rng.integers(2, 5))
    loads = np.maximum(1.0, (rng.dirichlet(np.ones(count)) * CAPACITY * trucks * rng.choice([0.5, 0.9, 0.998])).round())
    if loads.sum() > CAPACITY * trucks:
        loads[loads.argmax()] -= loads.sum() - CAPACITY * trucks
    level = _level(_distances(rng, count), trucks, fixed=float(rng.choice([0, 50])))
    best = _by_trying_all(level.trucks.tour, trucks, loads)
    assert first_cost(level, loads, THOROUGH) == pytest.approx(best)
    level.open[:count] = level.around
    pooled = solve_pooled(level, loads, count, THOROUGH)
    assert best - 1e-6 <= pooled <= best * 1.03


@pytest.mark.parametrize("count", [3, 6, 9])
def test_the_routes_bring_every_load_within_capacity_at_the_cost_told(count: int) -> None:
    for seed in range(10):
        rng = np.random.default_rng(seed)
        distance = _distances(rng, count)
        loads = np.maximum(1.0, (rng.dirichlet(np.ones(count)) * 299).round())
        level = _level(distance, 4, fixed=3.0, handling=0.5)
        told = first_cost(level, loads, THOROUGH)
        trucks = first_routes(level, distance, loads)
        brought = np.zeros(count)
        cost = 3.0 * len(trucks) + 0.5 * loads.sum()
        for truck in trucks:
            way = [0, *(at + 1 for at in truck.satellites), 0]
            cost += sum(distance[a, b] for a, b in pairwise(way))
            assert sum(truck.quantities) <= CAPACITY * (1 + 1e-6)
            brought[list(truck.satellites)] += truck.quantities
        assert len(trucks) <= 4
        assert brought == pytest.approx(loads)
        assert cost <= told + 1e-6


def test_satellites_without_load_cost_nothing() -> None:
    level = _level(_distances(np.random.default_rng(2), 3), 2)
    assert first_cost(level, np.zeros(3), THOROUGH) == 0.0
    assert first_cost(level, np.array([0.0, 5.0, 0.0]), THOROUGH) == pytest.approx(level.trucks.tour[2])


@pytest.mark.parametrize("count", [3, EXACT_OPEN + 2])
def test_more_load_than_all_trucks_take_costs_infinitely_much(count: int) -> None:
    level = _level(_distances(np.random.default_rng(3), count), 2)
    assert first_cost(level, np.full(count, 201.0 / count), THOROUGH) == inf
    with pytest.raises(ValueError, match="expected loads that 2 trucks of 100 can bring"):
        first_routes(level, np.zeros((count + 1, count + 1)), np.full(count, 201.0 / count))


def test_trucks_that_share_satellites_in_a_circle_are_refused() -> None:
    with pytest.raises(ValueError, match="without circles"):
        quantities([[0, 1], [0, 1]], np.array([80.0, 80.0]), CAPACITY)


def test_a_table_for_too_many_satellites_is_refused() -> None:
    with pytest.raises(ValueError, match="1 to 16 satellites"):
        tour_lengths(np.zeros((18, 18)))
