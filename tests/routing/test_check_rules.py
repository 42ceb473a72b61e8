"""Rules of the extended problem: a good plan passes, the same plan with one thing broken is refused."""

from __future__ import annotations

from dataclasses import replace

from routing.check import ViolationCode, check_runs
from routing.plan import LeftOutConsignment, Reason, RunPlan, Trip, VanRun, VanStop, Visit
from routing.problem import Alternative, Consignment, RunProblem
from tests.routing.towns import NOON, TEN, owes, van, willow_lane, willow_lane_plan

PROBLEM, PLAN = willow_lane(), willow_lane_plan()
VAN, (AT_ELM, AT_OAK) = PLAN.van_runs[0], PLAN.van_runs[0].stops
ANN, BO = PLAN.courier_runs


def found(problem: RunProblem, plan: RunPlan) -> list[tuple[ViolationCode, str, int]]:
    return [(one.code, one.subject, one.amount) for one in check_runs(problem, plan)]


def with_stops(*stops: VanStop, plan: RunPlan = PLAN) -> RunPlan:
    return replace(plan, van_runs=(replace(VAN, stops=stops),))


# Qiu may also be served from Elm; Ann goes on to her from Mei: 2,500 m at 5 m/s after 36,900 s.
FAR = replace(PROBLEM.homes[2], alternatives=(Alternative("elm", 700),))
MOVED = replace(PROBLEM, homes=(*PROBLEM.homes[:2], FAR, PROBLEM.homes[3]))


def moved_plan() -> RunPlan:
    (trip,), (bo,) = ANN.trips, BO.trips
    qiu = Visit("qiu", 37_400, 37_400, 37_520)
    rui = Visit("rui", 37_060, 37_060, 37_180)
    ann = replace(ANN, trips=(replace(trip, boxes=4, visits=(*trip.visits, qiu)),), end_s=37_520, metres=3_500)
    bo_run = replace(BO, trips=(replace(bo, boxes=1, visits=(rui,)),), end_s=37_180, metres=1_000)
    moved = replace(PLAN, courier_runs=(ann, bo_run))
    return with_stops(replace(AT_ELM, boxes=11), replace(AT_OAK, boxes=4), plan=moved)


def test_a_home_may_be_served_from_any_of_its_points_and_takes_its_boxes_along() -> None:
    assert found(MOVED, moved_plan()) == []


def test_a_home_that_moved_without_its_boxes_is_refused() -> None:
    plan = replace(moved_plan(), van_runs=PLAN.van_runs)
    assert found(MOVED, plan) == [
        (ViolationCode.BOXES_NOT_ACCOUNTED_FOR, "canteen>elm", 1),
        (ViolationCode.BOXES_NOT_ACCOUNTED_FOR, "canteen>oak", 1),
    ]


def test_a_point_that_is_none_of_the_homes_points_may_not_serve_it() -> None:
    assert (ViolationCode.WRONG_POINT, "qiu", 1) in found(PROBLEM, moved_plan())


def test_a_point_that_is_only_an_alternative_needs_nothing_until_somebody_moves_there() -> None:
    (elm, oak), homes = PROBLEM.consignments, tuple(replace(h, point_id="oak") for h in MOVED.homes)
    homes = tuple(replace(h, alternatives=(Alternative("elm"),)) for h in homes)
    problem = replace(MOVED, homes=homes, consignments=(replace(elm, boxes=0), replace(oak, boxes=9)))
    assert found(problem, with_stops(replace(AT_ELM, boxes=4), AT_OAK, plan=moved_plan())) == []
    assert found(problem, with_stops(AT_OAK, plan=moved_plan())) == [
        (ViolationCode.BOXES_NOT_ACCOUNTED_FOR, "canteen>elm", 4),
        (ViolationCode.BOX_NOT_THERE, "ann", 4),
    ]


# Elm's boxes in two batches: early for Lin and 5 at the tables, late for Mei.
EARLY = Consignment("canteen", "elm", 6, TEN, NOON, batch="early")
LATE = Consignment("canteen", "elm", 4, TEN + 600, NOON, batch="late")
LIN, MEI = replace(PROBLEM.homes[0], batch="early"), replace(PROBLEM.homes[1], batch="late")
BATCHES = replace(PROBLEM, homes=(LIN, MEI, *PROBLEM.homes[2:]), consignments=(EARLY, LATE, PROBLEM.consignments[1]))


def batch_plan() -> RunPlan:
    """The van comes twice: with the early batch and Oak's boxes, then, when it is packed, with the late one."""
    first = replace(VAN, stops=(replace(AT_ELM, boxes=6, batch="early"), AT_OAK))
    second = VanRun("van", "canteen", 37_400, (VanStop("elm", 37_500, 37_600, 4, "late"),), 37_700, 2_000)
    lin, mei = Visit("lin", 36_560, 36_560, 36_680), Visit("mei", 37_860, 37_860, 37_980)
    early, late = Trip("elm", 36_400, 36_460, 1, (lin,)), Trip("elm", 37_600, 37_660, 2, (mei,))
    ann = replace(ANN, trips=(early, late), end_s=37_980, metres=500 + 500 + 1_000)
    return replace(PLAN, van_runs=(first, second), courier_runs=(ann, BO))


def test_each_batch_comes_on_its_own_and_each_trip_waits_for_its_own() -> None:
    assert found(BATCHES, batch_plan()) == []


def test_a_trip_may_not_take_the_other_batch() -> None:
    swapped = (replace(LIN, batch="late"), replace(MEI, batch="early"), *PROBLEM.homes[2:])
    assert found(replace(BATCHES, homes=swapped), batch_plan()) == [(ViolationCode.BOX_NOT_THERE, "ann", 1)]


def test_a_batch_may_not_leave_before_it_is_packed() -> None:
    late = replace(LATE, ready_s=37_201)
    problem = replace(BATCHES, consignments=(EARLY, late, PROBLEM.consignments[1]))
    assert found(problem, batch_plan()) == [(ViolationCode.VAN_BEFORE_READY, "van", 1)]


def test_a_batch_left_out_does_not_stand_for_another() -> None:
    first, _ = batch_plan().van_runs
    left = LeftOutConsignment("canteen", "elm", 4, Reason.NO_VAN, "late")
    plan = replace(batch_plan(), van_runs=(first,), left_out_consignments=(left,))
    assert [code for code, _, _ in found(BATCHES, plan)] == [ViolationCode.BOX_NOT_THERE]
    other = replace(plan, left_out_consignments=(replace(left, batch="early"),))
    assert (ViolationCode.BOXES_NOT_ACCOUNTED_FOR, "canteen>elm>late", 4) in found(BATCHES, other)


def test_two_batches_of_one_arrival_are_one_unloading_and_share_carriers() -> None:
    together = replace(BATCHES, consignments=(EARLY, replace(LATE, ready_s=TEN), PROBLEM.consignments[1]))
    both = (replace(AT_ELM, boxes=6, batch="early"), replace(AT_ELM, boxes=4, batch="late"), AT_OAK)
    assert found(together, with_stops(*both)) == []
    # 10 boxes at Elm and 5 at Oak: two carriers and one of five boxes.
    small = replace(together, vans=(van(boxes=15),), boxes_per_carrier=5)
    assert found(small, with_stops(*both)) == []
    assert found(replace(small, vans=(van(boxes=14),)), with_stops(*both)) == [(ViolationCode.VAN_OVERLOADED, "van", 1)]


def test_a_carrier_that_is_not_full_takes_the_room_of_a_full_one() -> None:
    # 10 and 5 boxes in carriers of 4: three carriers and two.
    assert found(replace(PROBLEM, vans=(van(boxes=20),), boxes_per_carrier=4), PLAN) == []
    assert found(replace(PROBLEM, vans=(van(boxes=19),), boxes_per_carrier=4), PLAN) == [
        (ViolationCode.VAN_OVERLOADED, "van", 1)
    ]


DOCK = replace(
    PROBLEM, points=(replace(PROBLEM.points[0], docks=1), PROBLEM.points[1]), vans=(*PROBLEM.vans, van("second"))
)


def dock_plan(second_arrives_s: int) -> RunPlan:
    first = replace(VAN, stops=(replace(AT_ELM, boxes=6), AT_OAK))
    ready_s = second_arrives_s + 100
    second = VanRun("second", "canteen", 36_200, (VanStop("elm", second_arrives_s, ready_s, 4),), ready_s + 100, 2_000)
    return replace(PLAN, van_runs=(first, second))


def test_a_second_van_at_the_only_dock_waits_until_the_first_is_done() -> None:
    assert found(DOCK, dock_plan(AT_ELM.ready_s)) == []
    assert found(DOCK, dock_plan(AT_ELM.ready_s - 1)) == [(ViolationCode.DOCKS_FULL, "elm", 1)]


def test_two_docks_take_two_vans_at_once() -> None:
    points = (replace(DOCK.points[0], docks=2), DOCK.points[1])
    assert found(replace(DOCK, points=points), dock_plan(AT_ELM.arrive_s)) == []


def test_tables_pick_up_and_homes_together_may_not_be_more_than_the_point_has_room_for() -> None:
    def room(boxes: int) -> RunProblem:
        return replace(MOVED, points=(replace(MOVED.points[0], capacity_boxes=boxes), MOVED.points[1]))

    assert found(room(11), moved_plan()) == []
    assert found(room(10), moved_plan()) == [(ViolationCode.POINT_FULL, "elm", 1)]
    assert found(room(10), PLAN) == []


def test_boxes_of_a_kitchen_in_the_house_pass_through_too_unless_they_are_left_out() -> None:
    here = replace(owes("elm", 12, here=True), ready_s=AT_ELM.ready_s)
    elm = replace(PROBLEM.points[0], capacity_boxes=10)
    problem = replace(PROBLEM, points=(elm, PROBLEM.points[1]), consignments=(here, PROBLEM.consignments[1]))
    plan = with_stops(AT_OAK)
    assert found(problem, plan) == [(ViolationCode.POINT_FULL, "elm", 2)]
    left = LeftOutConsignment("canteen", "elm", 2, Reason.NO_CAPACITY)
    assert found(problem, replace(plan, left_out_consignments=(left,))) == []
    short = replace(plan, left_out_consignments=(replace(left, boxes=10),))
    assert found(problem, short) == [(ViolationCode.BOX_NOT_THERE, "ann", 1)]


def test_a_slow_courier_takes_longer_for_each_ride() -> None:
    # 100 s to Lin and 100 s on to Mei become 101 s each.
    slow = replace(PROBLEM.couriers[0], pace_percent=101)
    problem = replace(PROBLEM, couriers=(slow, PROBLEM.couriers[1]))
    assert found(problem, PLAN) == [
        (ViolationCode.COURIER_TOO_FAST, "lin", 1),
        (ViolationCode.COURIER_TOO_FAST, "mei", 1),
    ]
    quick = replace(problem, couriers=(replace(slow, pace_percent=50), PROBLEM.couriers[1]))
    assert found(quick, PLAN) == []


def test_a_part_of_a_second_more_is_a_second() -> None:
    slow = replace(PROBLEM.couriers[0], pace_percent=101)
    seconds = PROBLEM.courier_travel.seconds.copy()
    seconds[0, 2] = 99
    problem = replace(
        PROBLEM,
        couriers=(slow, PROBLEM.couriers[1]),
        courier_travel=replace(PROBLEM.courier_travel, seconds=seconds),
    )
    # 99 s become 99.99 s, which is 100 s: still in time at Lin's door.
    assert found(problem, PLAN) == [(ViolationCode.COURIER_TOO_FAST, "mei", 1)]
    seconds[0, 2] = 100
    assert (ViolationCode.COURIER_TOO_FAST, "lin", 1) in found(problem, PLAN)


def test_a_courier_who_may_go_goes() -> None:
    ann, bo = PROBLEM.couriers
    lin, *others = PROBLEM.homes
    home = replace(lin, certified_only=True, courier_id="ann", not_couriers=("bo",))
    problem = replace(PROBLEM, couriers=(replace(ann, certified=True), bo), homes=(home, *others))
    assert found(problem, PLAN) == []
