from __future__ import annotations

from dataclasses import replace

import pytest

from routing.check import check_runs
from routing.costs import costs_of
from routing.engine.plan import Effort, Limits, plan_runs
from routing.plan import MadeBy
from routing.problem import Alternative, Consignment, Prices, RunProblem
from tests.routing.towns import NOON, TEN, courier, home, owes, point, town, willow_lane

FEW = Limits(rounds=500, rounds_a_home=20, van_rounds=200, turns=2)


def far_and_near(price_m: int) -> RunProblem:
    """Lin is elm's but lives beside oak, where Ann stands; oak may serve her at a price."""
    lin = replace(home("lin", "elm"), alternatives=(Alternative("oak", price_m),))
    mei = home("mei", "oak")
    return town(
        {"canteen": 0, "elm": 1_000, "oak": 2_000, "lin": 2_100, "mei": 2_200},
        points=[point("elm"), point("oak")],
        homes=[lin, mei],
        couriers=[courier("ann", "oak")],
        consignments=[owes("elm", 3), Consignment("canteen", "oak", 1, TEN, NOON)],
    )


def points_used(problem: RunProblem) -> dict[str, str]:
    plan = plan_runs(problem, seed=1, effort=FEW)
    assert check_runs(problem, plan) == ()
    return {v.home_id: trip.point_id for run in plan.courier_runs for trip in run.trips for v in trip.visits}


def test_a_home_is_served_from_another_of_its_points_where_that_is_cheaper() -> None:
    assert points_used(far_and_near(price_m=100)) == {"lin": "oak", "mei": "oak"}


def test_a_home_stays_where_leaving_its_jurisdiction_is_too_dear() -> None:
    assert points_used(far_and_near(price_m=5_000)) == {"lin": "elm", "mei": "oak"}


def nobody_at_oak(price_m: int) -> RunProblem:
    """Elm is far behind; oak, where no box goes yet, lies on the way and may serve both homes at a price."""
    other = (Alternative("oak", price_m),)
    return town(
        {"canteen": 0, "oak": 1_000, "lin": 1_100, "mei": 1_200, "elm": 5_000},
        points=[point("elm"), point("oak")],
        homes=[replace(home("lin", "elm"), alternatives=other), replace(home("mei", "elm"), alternatives=other)],
        couriers=[courier("ann", "oak")],
        consignments=[owes("elm", 2), Consignment("canteen", "oak", 0, TEN, NOON)],
    )


def test_a_meal_point_that_no_van_visits_is_opened_where_that_is_cheaper() -> None:
    assert points_used(nobody_at_oak(price_m=100)) == {"lin": "oak", "mei": "oak"}
    plan = plan_runs(nobody_at_oak(price_m=100), seed=1, effort=FEW)
    assert {stop.point_id for run in plan.van_runs for stop in run.stops} == {"oak"}


def test_a_meal_point_stays_closed_where_opening_it_is_too_dear() -> None:
    assert points_used(nobody_at_oak(price_m=9_000)) == {"lin": "elm", "mei": "elm"}


def test_a_locked_home_stays_with_its_courier_although_another_is_nearer() -> None:
    problem = willow_lane()
    visited = {
        v.home_id: run.courier_id
        for run in plan_runs(problem, seed=1, effort=FEW).courier_runs
        for trip in run.trips
        for v in trip.visits
    }
    name, now = next(iter(visited.items()))
    other = next(c.courier_id for c in problem.couriers if c.courier_id != now)
    locked = replace(
        problem, homes=tuple(replace(h, courier_id=other) if h.home_id == name else h for h in problem.homes)
    )
    plan = plan_runs(locked, seed=1, effort=FEW)
    assert check_runs(locked, plan) == ()
    assert name in {
        v.home_id for run in plan.courier_runs if run.courier_id == other for t in run.trips for v in t.visits
    }


def test_the_courier_of_yesterday_comes_again_where_that_is_worth_the_way() -> None:
    problem = town(
        {"canteen": 0, "elm": 1_000, "lin": 1_500},
        points=[point("elm")],
        homes=[replace(home("lin", "elm"), familiar=("bob",))],
        couriers=[courier("ann", "elm"), courier("bob", "elm")],
        consignments=[owes("elm", 1)],
    )
    known = replace(problem, prices=Prices(familiar_m=200))
    plan = plan_runs(known, seed=1, effort=FEW)
    assert [run.courier_id for run in plan.courier_runs] == ["bob"]
    assert costs_of(known, plan).familiar_m == 200


@pytest.mark.parametrize("workers", [1, 3])
def test_the_same_seed_gives_the_same_plan_with_any_number_of_threads(workers: int) -> None:
    problem = willow_lane()
    alone = plan_runs(problem, seed=4, effort=Effort.QUICK)
    assert plan_runs(problem, seed=4, effort=Effort.QUICK, workers=workers) == alone
    assert alone.made_by is MadeBy.ENGINE


def test_a_run_of_seconds_gives_a_plan_that_holds() -> None:
    problem = willow_lane()
    plan = plan_runs(problem, seed=1, effort=Limits(rounds=0, rounds_a_home=0, van_rounds=0, turns=3, seconds=0.2))
    assert check_runs(problem, plan) == ()
    assert plan.left_out_homes == ()


class Ticking:
    """A clock of its own: a hundredth of a second passes at every look."""

    def __init__(self) -> None:
        self.looks = 0

    def __call__(self) -> float:
        self.looks += 1
        return self.looks / 100


def test_a_run_of_seconds_ends_within_them() -> None:
    clock = Ticking()
    limits = Limits(rounds=0, rounds_a_home=0, van_rounds=0, turns=3, seconds=3.0, clock=clock)
    problem = willow_lane()
    plan = plan_runs(problem, seed=1, effort=limits)
    assert check_runs(problem, plan) == ()
    assert clock.looks / 100 <= 3.0
