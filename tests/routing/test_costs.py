from __future__ import annotations

from dataclasses import replace

import pytest

from routing.costs import Costs, costs_of
from routing.plan import RunPlan, VanStop
from routing.problem import Alternative, Prices, RunProblem
from tests.routing.towns import willow_lane, willow_lane_plan

PROBLEM, PLAN = willow_lane(), willow_lane_plan()
BARE = Costs(vans_m=8_000, van_use_m=5_000, couriers_m=2_000, courier_use_m=6_000)
PRICES = Prices(familiar_m=300, churn_m=400, late_m_per_s=5, floor_m=150)


def with_lin(**changes: object) -> RunProblem:
    lin, *others = PROBLEM.homes
    return replace(PROBLEM, homes=(replace(lin, **changes), *others), prices=PRICES)  # type: ignore[arg-type]


def test_without_wishes_a_plan_costs_its_metres_and_what_it_uses() -> None:
    assert costs_of(PROBLEM, PLAN) == BARE
    assert BARE.total_m == 21_000


def test_the_metres_that_a_plan_states_are_not_believed() -> None:
    vans = tuple(replace(run, metres=1) for run in PLAN.van_runs)
    couriers = tuple(replace(run, metres=1) for run in PLAN.courier_runs)
    assert costs_of(PROBLEM, replace(PLAN, van_runs=vans, courier_runs=couriers)) == BARE


def test_a_van_that_goes_twice_and_a_courier_who_loads_twice_are_paid_for_once() -> None:
    run, ann = PLAN.van_runs[0], PLAN.courier_runs[0]
    trips = tuple(replace(ann.trips[0], visits=(visit,)) for visit in ann.trips[0].visits)
    plan = replace(
        PLAN,
        van_runs=tuple(replace(run, stops=(stop,)) for stop in run.stops),
        courier_runs=(replace(ann, trips=trips), PLAN.courier_runs[1]),
    )
    costs = costs_of(PROBLEM, plan)
    assert (costs.vans_m, costs.van_use_m) == (2_000 + 8_000, 5_000)
    # Elm to lin 500 m, back 500 m, to mei 1,000 m; Bo as before.
    assert (costs.couriers_m, costs.courier_use_m) == (2_000 + 1_000, 6_000)


def test_two_batches_of_one_unloading_are_one_way() -> None:
    run = PLAN.van_runs[0]
    elm, oak = run.stops
    parts = (replace(elm, boxes=4), VanStop("elm", elm.arrive_s, elm.ready_s, 6, "late"), oak)
    assert costs_of(PROBLEM, replace(PLAN, van_runs=(replace(run, stops=parts),))) == BARE


def test_nobody_sent_costs_nothing() -> None:
    assert costs_of(PROBLEM, RunPlan((), (), (), (), PLAN.made_by)).total_m == 0


def test_a_hand_over_after_the_promised_time_is_priced_by_the_second() -> None:
    start_s = PLAN.courier_runs[0].trips[0].visits[0].start_s
    assert costs_of(with_lin(due_s=start_s - 7), PLAN) == replace(BARE, late_m=35)
    assert costs_of(with_lin(due_s=start_s), PLAN) == BARE


def test_somebody_else_than_the_time_before_is_priced_once_a_home() -> None:
    assert costs_of(with_lin(former_courier_id="bo"), PLAN) == replace(BARE, churn_m=400)
    assert costs_of(with_lin(former_courier_id="ann"), PLAN) == BARE
    nobody = replace(PLAN, courier_runs=())
    assert costs_of(with_lin(former_courier_id="bo"), nobody).churn_m == 0


def test_a_familiar_courier_is_taken_off_the_total() -> None:
    costs = costs_of(with_lin(familiar=("bo", "ann")), PLAN)
    assert costs == replace(BARE, familiar_m=300)
    assert costs.total_m == BARE.total_m - 300
    assert costs_of(with_lin(familiar=("bo",)), PLAN) == BARE


def test_floors_are_priced_by_their_square_for_each_courier() -> None:
    homes = tuple(replace(one, floors=n) for n, one in enumerate(PROBLEM.homes, 1))
    # Ann climbs 1 + 2, Bo 3 + 4: 150 * 9 // 100 and 150 * 49 // 100.
    assert costs_of(replace(PROBLEM, homes=homes, prices=PRICES), PLAN) == replace(BARE, unfair_m=13 + 73)


def test_another_point_than_a_homes_own_costs_what_its_alternative_says() -> None:
    assert costs_of(with_lin(point_id="oak", alternatives=(Alternative("elm", 700),)), PLAN) == replace(
        BARE, jurisdiction_m=700
    )
    assert costs_of(with_lin(alternatives=(Alternative("oak", 700),)), PLAN) == BARE


def test_a_plan_that_names_what_nobody_knows_has_no_costs() -> None:
    with pytest.raises(ValueError, match="lin"):
        costs_of(with_lin(point_id="oak"), PLAN)
    for plan in (
        replace(PLAN, van_runs=(replace(PLAN.van_runs[0], van_id="ghost"),)),
        replace(PLAN, courier_runs=(replace(PLAN.courier_runs[0], courier_id="ghost"),)),
    ):
        with pytest.raises(ValueError, match="ghost"):
            costs_of(PROBLEM, plan)
