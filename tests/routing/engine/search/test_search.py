from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from routing.engine import zones
from routing.engine.budget import Budget
from routing.engine.search.chance import below, seeded, uniform
from routing.engine.search.recreate import best_slot, put
from routing.engine.search.search import Search
from routing.engine.search.state import refresh
from routing.problem import Prices, RunProblem
from routing.rides import Ride
from tests.routing.engine.search.grounds import brought
from tests.routing.random_towns import busy_towns, problems

TOWNS = busy_towns() | problems()


def without_prices(problem: RunProblem) -> bool:
    """Python rides know metres and the price of a vehicle, and nothing of wishes or other meal points."""
    return problem.prices == Prices() and not any(home.alternatives for home in problem.homes)


@settings(max_examples=100, deadline=None)
@given(problem=TOWNS)
def test_rows_hold_and_cost_what_rides_of_plain_python_say(problem: RunProblem) -> None:
    assume(without_prices(problem))
    found = brought(problem)
    assume(found is not None)
    assert found is not None
    ground, chart = found
    search = Search(chart.field, 1)
    search.fill()
    search.improve(Budget(rounds=200), 500.0, 5.0)
    for v, row in enumerate(chart.trips(search.rows)):
        ride = Ride(ground, ground.vehicles[v], [stops for _, stops in row])
        assert ride.refresh()
        assert ride.cost_m == search.state.rows["cost"][v]
        assert [load.latest_load_s for load in ride.loads] == [
            step["latest"] for step in search.state.steps[v, : search.state.rows["length"][v]] if step["mark"] < 0
        ]


@settings(max_examples=100, deadline=None)
@given(problem=TOWNS, data=st.data())
def test_rows_that_break_a_rule_lose_their_ends_and_others_stay(problem: RunProblem, data: st.DataObject) -> None:
    assume(without_prices(problem))
    found = brought(problem)
    assume(found is not None)
    assert found is not None
    ground, chart = found
    stops = data.draw(st.permutations(chart.stops))
    v = data.draw(st.integers(0, len(ground.vehicles) - 1))
    depot = ground.stops[stops[0]].depot
    trip = [n for n in stops if ground.stops[n].depot == depot]
    assume(not set(trip) & ground.vehicles[v].never)
    rows: list[list[tuple[int, list[int]]]] = [[] for _ in ground.vehicles]
    rows[v] = [(depot, trip)]
    search = Search(chart.field, 1)
    search.set_rows(chart.rows(rows))
    kept = [n for _, homes in chart.trips(search.rows)[v] for n in homes]
    assert kept == trip[: len(kept)]
    assert Ride(ground, ground.vehicles[v], [kept]).refresh()
    if len(kept) < len(trip):
        assert not Ride(ground, ground.vehicles[v], [trip[: len(kept) + 1]]).refresh()


@settings(max_examples=100, deadline=None)
@given(problem=TOWNS)
def test_the_price_of_a_slot_is_what_the_row_then_costs_more(problem: RunProblem) -> None:
    assume(problem.prices.late_m_per_s == 0)
    found = brought(problem)
    assume(found is not None)
    assert found is not None
    _, chart = found
    search = Search(chart.field, 1)
    for i in range(len(chart.stops)):
        slot = best_slot(chart.field, search.state, i, search.memory, search.chance)
        if slot.vehicle < 0:
            continue
        before = int(search.state.rows["cost"][slot.vehicle])
        climbed = int(search.state.rows["climbed"][slot.vehicle])
        assert put(chart.field, search.state, i, slot)
        after = int(search.state.rows["cost"][slot.vehicle])
        rounding = 1 if climbed and chart.field.stops["floors"][i] else 0
        assert abs(after - before - slot.added) <= rounding


@settings(max_examples=50, deadline=None)
@given(problem=TOWNS)
def test_the_best_rows_never_cost_more_than_the_first(problem: RunProblem) -> None:
    found = brought(problem)
    assume(found is not None)
    assert found is not None
    search = Search(found[1].field, 3)
    search.fill()
    first = search.cost
    assert search.improve(Budget(rounds=100), 1_000.0, 1.0) <= first
    assert all(refresh(found[1].field, search.state, v) for v in range(len(search.rows)))


@settings(max_examples=20, deadline=None)
@given(problem=TOWNS, seed=st.integers(0, 1000))
def test_the_same_seed_and_rounds_give_the_same_rows(problem: RunProblem, seed: int) -> None:
    found = brought(problem)
    assume(found is not None)
    assert found is not None
    rows = []
    for _ in range(2):
        search = Search(found[1].field, seed)
        search.fill()
        search.improve(Budget(rounds=150), 500.0, 5.0)
        rows.append(search.rows)
    assert rows[0] == rows[1]


@settings(max_examples=10, deadline=None, derandomize=True)
@given(problem=busy_towns())
def test_zones_give_the_same_rows_with_any_number_of_threads(problem: RunProblem) -> None:
    found = brought(problem)
    assume(found is not None)
    assert found is not None
    _, chart = found
    with pytest.MonkeyPatch.context() as patch, ThreadPoolExecutor(3) as threads:
        patch.setattr(zones, "STOPS_A_ZONE", 3)
        alone, together = (
            zones.searched(
                chart,
                [()] * len(problem.couriers),
                budget=lambda part: Budget(rounds=int(400 * part)),
                heat=zones.Heat(500.0, 5.0),
                seed=7,
                executor=executor,
                workers=3,
            )
            for executor in (None, threads)
        )
    assert alone == together


def test_random_numbers_are_even_and_repeat_with_their_seed() -> None:
    state, again = seeded(5), seeded(5)
    drawn = [uniform(state) for _ in range(10_000)]
    assert drawn == [uniform(again) for _ in range(10_000)]
    assert 0.48 < sum(drawn) / len(drawn) < 0.52
    assert {below(state, 6) for _ in range(500)} == set(range(6))
