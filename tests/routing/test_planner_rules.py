"""What each rule of the extended problem makes the planners do, in towns small enough to work out by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from routing.check import check_runs
from routing.places import Window
from routing.plan import LeftOutHome, Reason, RunPlan
from routing.problem import RunProblem
from routing.travel import TravelMatrix
from tests.routing.test_any_planner import Planner, any_planner
from tests.routing.towns import TEN, courier, home, owes, point, town, van, willow_lane

LANE = willow_lane()
LIN, MEI, QIU, RUI = LANE.homes
ANN, BO = LANE.couriers


def whose(plan: RunPlan) -> dict[str, str]:
    return {v.home_id: run.courier_id for run in plan.courier_runs for trip in run.trips for v in trip.visits}


def checked(planner: Planner, problem: RunProblem) -> RunPlan:
    plan = planner(problem)
    assert check_runs(problem, plan) == ()
    return plan


def with_lin(*, certified: str = "", **changes: object) -> RunProblem:
    couriers = tuple(replace(one, certified=one.courier_id == certified) for one in LANE.couriers)
    lin = replace(LIN, **changes)  # type: ignore[arg-type]
    return replace(LANE, homes=(lin, MEI, QIU, RUI), couriers=couriers)


MAY_GO = {
    "certified": with_lin(certified="bo", certified_only=True),
    "locked": with_lin(courier_id="bo"),
    "forbidden": with_lin(not_couriers=("ann",)),
}


@any_planner
@pytest.mark.parametrize("problem", MAY_GO.values(), ids=list(MAY_GO))
def test_only_who_may_go_there_is_sent_though_somebody_else_is_nearer(planner: Planner, problem: RunProblem) -> None:
    assert whose(checked(planner, problem))["lin"] == "bo"


NOBODY = {
    "nobody is certified": (with_lin(certified_only=True), Reason.NOT_CERTIFIED),
    "everybody is forbidden": (with_lin(not_couriers=("ann", "bo")), Reason.FORBIDDEN),
    "the one certified is forbidden": (
        with_lin(certified="bo", certified_only=True, not_couriers=("bo",)),
        Reason.FORBIDDEN,
    ),
    "locked to who may not": (with_lin(certified="bo", certified_only=True, courier_id="ann"), Reason.LOCKED),
}


@any_planner
@pytest.mark.parametrize(("problem", "reason"), NOBODY.values(), ids=list(NOBODY))
def test_where_nobody_may_go_the_reason_says_so(planner: Planner, problem: RunProblem, reason: Reason) -> None:
    assert checked(planner, problem).left_out_homes == (LeftOutHome("lin", reason, 0),)


@any_planner
def test_a_lock_that_costs_the_visit_says_by_how_many_seconds(planner: Planner) -> None:
    # Bo is free at 36,800 s, at Elm 600 s later, gone at 37,460 s and at lin's door at 37,560 s.
    lin = replace(LIN, courier_id="bo", latest_s=37_500)
    problem = replace(
        LANE, homes=(lin, MEI), couriers=(ANN, replace(BO, shift=Window(36_800, 50_000))), courier_travel=two_homes()
    )
    assert checked(planner, problem).left_out_homes == (LeftOutHome("lin", Reason.LOCKED, 60),)
    assert checked(planner, replace(problem, homes=(replace(lin, courier_id=None), MEI))).left_out_homes == ()


def two_homes() -> TravelMatrix:
    ways = LANE.courier_travel
    return replace(ways, seconds=ways.seconds[:4, :4], metres=ways.metres[:4, :4])


@any_planner
def test_more_boxes_than_the_one_who_may_go_can_carry_is_told_in_boxes(planner: Planner) -> None:
    small = replace(BO, capacity_boxes=1)
    problem = replace(LANE, homes=(LIN, replace(MEI, courier_id="bo"), QIU, RUI), couriers=(ANN, small))
    assert checked(planner, problem).left_out_homes == (LeftOutHome("mei", Reason.TOO_LARGE, 1),)


@any_planner
def test_a_slow_courier_is_planned_at_his_own_pace(planner: Planner) -> None:
    slow = replace(ANN, pace_percent=150)
    problem = replace(
        LANE,
        couriers=(slow,),
        homes=(LIN, MEI),
        consignments=LANE.consignments[:1],
        courier_travel=two_homes(),
    )
    (run,) = checked(planner, problem).courier_runs
    # Loaded at 36,400 s for 60 s; 100 s of riding take 150 s, and the hand-over 120 s.
    assert [visit.start_s for visit in run.trips[0].visits] == [36_610, 36_880]


@any_planner
def test_the_only_dock_is_used_by_one_van_after_the_other(planner: Planner) -> None:
    problem = town(
        {"canteen": 0, "elm": 1_000},
        points=[replace(point("elm"), docks=1)],
        homes=[],
        couriers=[],
        consignments=[owes("elm", 200, due_s=36_400)],
        vans=[van("left"), van("right")],
    )
    # Both vans must leave at once to be in time; the second unloads when the first is done.
    plan = checked(planner, problem)
    assert sorted(stop.arrive_s for run in plan.van_runs for stop in run.stops) == [36_300, 36_400]
    late = replace(problem, consignments=(owes("elm", 200, due_s=36_399),))
    left = checked(planner, late).left_out_consignments
    assert [(one.boxes, one.reason) for one in left] == [(100, Reason.NO_DOCK)]


@any_planner
def test_a_batch_that_is_ready_later_does_not_hold_up_the_first(planner: Planner) -> None:
    early, late = (replace(owes("elm", 1, ready_s, here=True), batch=batch) for ready_s, batch in BATCHES)
    problem = town(
        {"canteen": 0, "elm": 0, "lin": 500, "mei": 500},
        points=[point("elm")],
        homes=[
            replace(home("lin", "elm", latest_s=TEN + 600), batch="first"),
            replace(home("mei", "elm"), batch="second"),
        ],
        couriers=[courier("ann", "elm")],
        consignments=[early, late],
    )
    (run,) = checked(planner, problem).courier_runs
    assert [(trip.load_s, [v.home_id for v in trip.visits]) for trip in run.trips] == [
        (TEN, ["lin"]),
        (TEN + 3_600, ["mei"]),
    ]


BATCHES = ((TEN, "first"), (TEN + 3_600, "second"))


@any_planner
def test_carriers_that_are_not_full_need_another_trip(planner: Planner) -> None:
    # 10 boxes for Elm and 5 for Oak: with carriers of 8 boxes, two and one; a van of 20 boxes takes two carriers.
    problem = replace(LANE, vans=(van(boxes=20),), boxes_per_carrier=8)
    plan = checked(planner, problem)
    assert plan.left_out_consignments == ()
    assert len(plan.van_runs) == 2
    assert len(checked(planner, replace(problem, boxes_per_carrier=5)).van_runs) == 1


@any_planner
def test_a_full_meal_point_keeps_its_room_for_the_homes_and_says_who_goes_without(planner: Planner) -> None:
    def room(boxes: int) -> RunProblem:
        return replace(LANE, points=(replace(LANE.points[0], capacity_boxes=boxes), LANE.points[1]))

    three = checked(planner, room(3))
    assert three.left_out_homes == ()
    assert [(one.point_id, one.boxes, one.reason) for one in three.left_out_consignments] == [
        ("elm", 7, Reason.NO_CAPACITY)
    ]
    assert checked(planner, room(2)).left_out_homes == (LeftOutHome("mei", Reason.NO_CAPACITY, 2),)
