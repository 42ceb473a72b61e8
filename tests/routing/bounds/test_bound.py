"""No plan may cost less than the bound; small towns are compared with every plan there is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from routing.bound import lower_bound
from routing.bounds.round_trip import shortest_round_m
from routing.costs import costs_of
from routing.engine.effort import Effort
from routing.engine.plan import plan_runs
from routing.insertion import plan_runs_plain
from routing.places import Window
from routing.problem import Alternative, RunProblem
from tests.routing.bounds.every_plan import best_m
from tests.routing.bounds.tiny_towns import tiny_towns
from tests.routing.random_towns import busy_towns, problems
from tests.routing.towns import NOON, TEN, courier, home, owes, point, town, van, willow_lane, willow_lane_plan

ROUNDS = 25
slow = settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@slow
@given(problems(most_homes=7))
def test_no_plain_plan_costs_less_than_the_bound(problem: RunProblem) -> None:
    plan = plan_runs_plain(problem)
    bound = lower_bound(problem, plan=plan, rounds=ROUNDS)
    assert bound.cost_m <= costs_of(problem, plan).total_m
    assert bound.couriers_least <= len(plan.courier_runs)


@settings(slow, max_examples=8)
@given(problems(most_homes=7))
def test_no_plan_of_the_engine_costs_less_than_the_bound(problem: RunProblem) -> None:
    plan = plan_runs(problem, seed=1, effort=Effort.QUICK)
    assert lower_bound(problem, plan=plan, rounds=ROUNDS).cost_m <= costs_of(problem, plan).total_m


@settings(slow, max_examples=60)
@given(tiny_towns())
def test_the_bound_of_a_tiny_town_is_no_higher_than_the_best_of_all_its_plans(problem: RunProblem) -> None:
    cheapest_m = best_m(problem)
    if cheapest_m is not None:
        assert lower_bound(problem, rounds=ROUNDS).cost_m <= cheapest_m


@settings(slow, max_examples=10)
@given(busy_towns())
def test_no_plan_of_a_busy_town_costs_less_than_the_bound(problem: RunProblem) -> None:
    plan = plan_runs(problem, seed=1, effort=Effort.QUICK)
    assert lower_bound(problem, plan=plan, rounds=ROUNDS).cost_m <= costs_of(problem, plan).total_m


def test_a_van_that_leaves_later_does_not_pay_for_the_wait() -> None:
    late = Window(NOON, NOON + 3_600)
    names = ["elm", "oak", "fir"]
    problem = town(
        {"canteen": 0, "elm": 1_000, "oak": 1_000, "fir": 1_000},
        points=[point(name, window=late) for name in names],
        homes=[],
        couriers=[],
        consignments=[owes(name, 10, due_s=NOON + 3_600) for name in names],
        vans=[van("near", boxes=10), van("other", boxes=10)],
    )
    # Three trips of 2,000 m and 500 s each after noon: one van can do them all.
    assert lower_bound(problem, rounds=40).cost_m == 3 * 2_000 + 5_000


def test_boxes_that_lie_at_the_meal_point_need_no_van() -> None:
    problem = town(
        {"canteen": 0, "elm": 0, "oak": 2_000, "lin": 500, "mei": 1_500},
        points=[point("elm"), point("oak")],
        homes=[home("lin", "elm", boxes=9), replace(home("mei", "oak"), alternatives=(Alternative("elm"),))],
        couriers=[courier("ann", "elm")],
        consignments=[owes("elm", 9, here=True), owes("oak", 1)],
        vans=[van(boxes=4)],
    )
    # Ann takes Mei's meal along from the canteen itself; no van moves.
    assert lower_bound(problem, rounds=40).cost_m <= 3_000 + 1_500


def test_shared_floors_cost_at_least_their_even_share() -> None:
    problem = willow_lane()
    steep = replace(
        problem,
        homes=tuple(replace(one, floors=5) for one in problem.homes),
        prices=replace(problem.prices, floor_m=100),
    )
    plan = willow_lane_plan()
    flat, climbed = (lower_bound(one, plan=plan, rounds=40).couriers_m for one in (problem, steep))
    # Two couriers with ten floors each pay 100 m twice, one with all twenty 400 m.
    assert 150 <= climbed - flat <= 400


def test_the_shortest_round_passes_every_stop() -> None:
    at = np.array([0, 300, -200, 900])
    ways = np.abs(at[:, None] - at[None])
    assert shortest_round_m(ways, [1, 2, 3]) == 2 * (900 + 200)
    assert shortest_round_m(ways, []) == 0


def test_in_willow_lane_one_courier_would_do() -> None:
    problem = willow_lane()
    bound = lower_bound(problem, plan=willow_lane_plan(), rounds=40)
    assert costs_of(problem, willow_lane_plan()).total_m == 13_000 + 8_000
    # Ann rides 1,000 m to Lin and Mei, 2,000 m on to Oak point and 1,000 m to Qiu and Rui; Bo stays at home.
    assert (bound.vans_m, bound.couriers_m) == (13_000, 7_000)
    assert bound.proven


def test_a_bound_only_grows_with_rounds_and_is_the_same_each_time() -> None:
    problem = willow_lane()
    few, many, again = (lower_bound(problem, rounds=rounds) for rounds in (1, 30, 30))
    assert few.cost_m <= many.cost_m
    assert many == again


def test_two_couriers_are_needed_where_two_doors_open_at_once() -> None:
    at_once = Window(TEN + 3_600, TEN + 3_600)
    problem = town(
        {"canteen": 0, "elm": 0, "lin": 1_000, "mei": -1_000},
        points=[point("elm")],
        homes=[home("lin", "elm", window=at_once), home("mei", "elm", window=at_once)],
        couriers=[courier("ann", "elm"), courier("bo", "elm")],
        consignments=[owes("elm", 10, here=True)],
    )
    assert lower_bound(problem, rounds=30).cost_m == 2 * (1_000 + 3_000)


def test_each_box_load_beyond_a_van_is_another_trip() -> None:
    problem = town(
        {"canteen": 0, "elm": 2_000},
        points=[point("elm")],
        homes=[],
        couriers=[],
        consignments=[owes("elm", 25)],
        vans=[van(boxes=10)],
    )
    bound = lower_bound(problem, rounds=30)
    assert bound.cost_m >= 3 * 4_000
    assert bound.cost_m <= 3 * 4_000 + 5_000


def test_who_is_not_served_costs_nothing() -> None:
    problem = willow_lane()
    everybody = lower_bound(problem, rounds=30)
    nobody = lower_bound(problem, frozenset(), rounds=30)
    half = lower_bound(problem, frozenset({"lin", "mei"}), rounds=30)
    assert nobody.cost_m <= half.cost_m < everybody.cost_m
    assert half.couriers_m == 4_000


def test_a_familiar_courier_lowers_the_bound_by_what_she_is_worth() -> None:
    problem = willow_lane()
    known = replace(
        problem,
        homes=tuple(replace(one, familiar=("ann",)) for one in problem.homes),
        prices=replace(problem.prices, familiar_m=100),
    )
    plain, familiar = (lower_bound(one, rounds=40).couriers_m for one in (problem, known))
    assert familiar == plain - 400


def test_a_bound_needs_an_end() -> None:
    with pytest.raises(ValueError, match="expected a number of rounds or of seconds"):
        lower_bound(willow_lane())
