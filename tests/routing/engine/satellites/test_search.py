"""The search over satellites: what a round changes is counted right and taken back whole."""

from __future__ import annotations

import numpy as np
import pytest

from routing.engine.first.level import FirstLevel, first_level
from routing.engine.satellites.anneal import Habits, Room, anneal, begin
from routing.engine.satellites.field import Field, field_of
from routing.engine.satellites.state import (
    EASED,
    FIRST,
    ROUTES,
    SECOND,
    State,
    begin_round,
    copy_plan,
    empty_state,
    former_of,
    take_back,
    take_out,
    touch,
)
from routing.engine.search.chance import seeded


def _town(seed: int, customers: int = 30, satellites: int = 4) -> tuple[Field, FirstLevel]:
    rng = np.random.default_rng(seed)
    places = rng.uniform(0, 100, (1 + satellites + customers, 2))
    apart = np.linalg.norm(places[:, None] - places[None], axis=2)
    demand = np.concatenate((np.zeros(satellites), rng.integers(1, 9, customers).astype(np.float64)))
    trucks = np.ascontiguousarray(apart[: satellites + 1, : satellites + 1])
    handling = np.full(satellites, 0.25)
    field = field_of(apart[1:, 1:], demand, trucks, handling, capacity=20.0, fixed=2.0, fleet=(customers, customers))
    return field, first_level(trucks, float(np.ceil(demand.sum() / 2.5)), 4, 1.0, 0.0, handling)


def _started(field: Field, level: FirstLevel) -> tuple[State, Room]:
    state = empty_state(field)
    room = Room(
        former_of(state), np.zeros((3, field.satellites)), np.zeros(3, np.int64), np.zeros_like(level.pool.chosen)
    )
    assert begin(field, state, room, seeded(1), Habits(), 10)
    return state, room


def _second_cost(field: Field, state: State) -> float:
    cost = 0.0
    for stops, size in zip(state.stops, state.size, strict=True):
        if size:
            way = stops[: size + 2]
            cost += field.fixed + field.away[way[:-1], way[1:]].sum()
    return cost


def _snapshot(state: State) -> list[list[int]]:
    return [stops[: size + 2].tolist() for stops, size in zip(state.stops, state.size, strict=True) if size]


@pytest.mark.parametrize("seed", range(4))
def test_costs_and_loads_kept_along_the_way_are_those_counted_anew(seed: int) -> None:
    field, level = _town(seed)
    state, room = _started(field, level)
    best = empty_state(field)
    best.cost[FIRST] = np.inf
    anneal(field, level, level, state, best, room, seeded(seed), Habits(), 2000, 5.0)
    for plan in (state, best):
        served = sorted(stop for way in _snapshot(plan) for stop in way[1:-1])
        assert served == list(range(field.satellites, len(field.demand)))
        assert plan.cost[SECOND] == pytest.approx(_second_cost(field, plan))
        assert plan.tally[ROUTES] == len(_snapshot(plan))
        for satellite in range(field.satellites):
            ways = [way for way in _snapshot(plan) if way[0] == satellite]
            assert plan.used[satellite] == len(ways)
            assert plan.through[satellite] == pytest.approx(sum(field.demand[way].sum() for way in ways))
    assert best.cost[SECOND] + best.cost[FIRST] <= state.cost[SECOND] + state.cost[FIRST] + 1e-9


def test_a_round_that_is_taken_back_leaves_no_trace() -> None:
    field, level = _town(7)
    state, room = _started(field, level)
    before, cost = _snapshot(state), state.cost.copy()
    begin_round(state, room.former)
    for row in (0, 1):
        touch(state, room.former, row)
        while state.size[row]:
            take_out(field, state, row, 1)
    assert _snapshot(state) != before
    take_back(state, room.former)
    assert _snapshot(state) == before
    assert state.cost[SECOND] == cost[SECOND]
    assert state.cost[EASED] == cost[EASED]


def test_a_satellite_that_is_not_allowed_gets_no_route() -> None:
    field, level = _town(8)
    state = empty_state(field)
    state.allowed[[0, 2]] = 0
    room = Room(
        former_of(state), np.zeros((3, field.satellites)), np.zeros(3, np.int64), np.zeros_like(level.pool.chosen)
    )
    assert begin(field, state, room, seeded(1), Habits(), 10)
    best = empty_state(field)
    copy_plan(state, best)
    best.cost[FIRST] = np.inf
    anneal(field, level, level, state, best, room, seeded(3), Habits(move=0.2, close=0.2, open=0.2), 1000, 5.0)
    assert state.used[0] == state.used[2] == 0
    assert best.used[0] == best.used[2] == 0


def test_a_demand_above_the_capacity_is_refused() -> None:
    with pytest.raises(ValueError, match="no demand above a freighter's capacity 5"):
        field_of(
            np.zeros((2, 2)), np.array([0.0, 6.0]), np.zeros((2, 2)), np.zeros(1), capacity=5.0, fixed=0.0, fleet=(1, 1)
        )
