from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from routing.check import ViolationCode, check_runs
from routing.places import Window
from routing.plan import CourierRun, LeftOutConsignment, LeftOutHome, MadeBy, Reason, RunPlan, Trip, VanRun
from routing.problem import RunProblem
from tests.routing.towns import NOON, TEN, cut_off, home, van, willow_lane, willow_lane_plan

Broken = tuple[RunProblem, RunPlan]
PROBLEM = willow_lane()
PLAN = willow_lane_plan()


def with_van(**changes: Any) -> Broken:
    return PROBLEM, replace(PLAN, van_runs=(replace(PLAN.van_runs[0], **changes),))


def with_stop(**changes: Any) -> Broken:
    run = PLAN.van_runs[0]
    return with_van(stops=(replace(run.stops[0], **changes), *run.stops[1:]))


def with_run(courier: int = 0, **changes: Any) -> Broken:
    runs = list(PLAN.courier_runs)
    runs[courier] = replace(runs[courier], **changes)
    return PROBLEM, replace(PLAN, courier_runs=tuple(runs))


def with_trip(**changes: Any) -> Broken:
    return with_run(trips=(replace(PLAN.courier_runs[0].trips[0], **changes),))


def with_visit(at: int = 1, **changes: Any) -> Broken:
    visits = list(PLAN.courier_runs[0].trips[0].visits)
    visits[at] = replace(visits[at], **changes)
    return with_trip(visits=tuple(visits))


def with_problem(**changes: Any) -> Broken:
    return replace(PROBLEM, **changes), PLAN


def with_first(what: str, **changes: Any) -> Broken:
    first, *others = getattr(PROBLEM, what)
    return with_problem(**{what: (replace(first, **changes), *others)})


def two_van_runs_at_once() -> Broken:
    run = PLAN.van_runs[0]
    parts = tuple(replace(run, stops=(stop,)) for stop in run.stops)
    return PROBLEM, replace(PLAN, van_runs=parts)


def two_vans_at_one_dock() -> Broken:
    point, *others = PROBLEM.points
    problem = replace(PROBLEM, points=(replace(point, docks=1), *others), vans=(*PROBLEM.vans, van("second")))
    twin = replace(VAN, van_id="second", stops=(replace(STOP, boxes=4),), back_s=36_500, metres=2_000)
    first = replace(VAN, stops=(replace(STOP, boxes=6), VAN.stops[1]))
    return problem, replace(PLAN, van_runs=(first, twin))


def an_unknown_point_for_the_van() -> Broken:
    return with_stop(point_id="nowhere")


def a_second_trip_at_once() -> Broken:
    trip = PLAN.courier_runs[0].trips[0]
    first, second = trip.visits
    early, late = replace(trip, visits=(first,), boxes=1), replace(trip, visits=(second,), boxes=2)
    return with_run(trips=(early, late))


def the_other_point() -> Broken:
    return with_trip(point_id="oak")


def left_and_visited() -> Broken:
    return PROBLEM, replace(PLAN, left_out_homes=(LeftOutHome("lin", Reason.WINDOW),))


def forgotten() -> Broken:
    return PROBLEM, replace(PLAN, courier_runs=PLAN.courier_runs[:1])


def boxes_for_nobody() -> Broken:
    left = LeftOutConsignment("canteen", "nowhere", 1, Reason.NO_VAN)
    return PROBLEM, replace(PLAN, left_out_consignments=(left,))


def nobody_we_know() -> Broken:
    return PROBLEM, replace(PLAN, left_out_homes=(LeftOutHome("stranger", Reason.WINDOW),))


VAN, STOP, RUN = PLAN.van_runs[0], PLAN.van_runs[0].stops[0], PLAN.courier_runs[0]
TRIP = RUN.trips[0]
VISIT = TRIP.visits[1]
WAYS = PROBLEM.courier_travel

BREAKS: list[tuple[ViolationCode, str, int, Callable[[], Broken]]] = [
    (ViolationCode.UNKNOWN_VAN, "ghost", 1, lambda: with_van(van_id="ghost")),
    (ViolationCode.UNKNOWN_COURIER, "ghost", 1, lambda: with_run(courier_id="ghost")),
    (ViolationCode.UNKNOWN_POINT, "nowhere", 1, an_unknown_point_for_the_van),
    (ViolationCode.UNKNOWN_POINT, "nowhere", 1, lambda: with_trip(point_id="nowhere")),
    (ViolationCode.UNKNOWN_HOME, "stranger", 1, lambda: with_visit(home_id="stranger")),
    (ViolationCode.UNKNOWN_HOME, "stranger", 1, nobody_we_know),
    (ViolationCode.UNKNOWN_CONSIGNMENT, "canteen>nowhere", 1, boxes_for_nobody),
    (ViolationCode.UNKNOWN_CONSIGNMENT, "canteen>elm", 1, lambda: with_stop(boxes=0)),
    (ViolationCode.WRONG_KITCHEN, "van", 1, lambda: with_van(kitchen_id="elsewhere")),
    (ViolationCode.WRONG_POINT, "lin", 1, the_other_point),
    (ViolationCode.NO_WAY, "ann", 1, lambda: with_problem(courier_travel=cut_off(WAYS, 0, 2))),
    (ViolationCode.NO_WAY, "van", 1, lambda: with_problem(van_travel=cut_off(PROBLEM.van_travel, 2, 0))),
    (ViolationCode.EMPTY_RUN, "van", 1, lambda: with_van(stops=())),
    (ViolationCode.EMPTY_RUN, "ann", 1, lambda: with_run(trips=())),
    (ViolationCode.EMPTY_RUN, "ann", 1, lambda: with_trip(visits=())),
    (ViolationCode.VAN_OVERLOADED, "van", 1, lambda: with_first("vans", capacity_boxes=14)),
    (ViolationCode.VAN_OFF_SHIFT, "van", 60, lambda: with_first("vans", shift=Window(VAN.depart_s - 140, NOON))),
    (ViolationCode.VAN_OFF_SHIFT, "van", 7, lambda: with_first("vans", shift=Window(0, VAN.back_s - 7))),
    (ViolationCode.VAN_TWICE_AT_ONCE, "van", VAN.back_s + 200 - VAN.depart_s, two_van_runs_at_once),
    (ViolationCode.VAN_BEFORE_READY, "van", 30, lambda: with_first("consignments", ready_s=TEN + 30)),
    (ViolationCode.VAN_TOO_FAST, "van", 9, lambda: with_stop(arrive_s=STOP.arrive_s - 9)),
    (ViolationCode.VAN_TOO_FAST, "van", 9, lambda: with_van(back_s=VAN.back_s - 9)),
    (ViolationCode.VAN_PAST_DUE, "elm", 5, lambda: with_first("consignments", due_s=STOP.arrive_s - 5)),
    (ViolationCode.READY_TOO_EARLY, "elm", 1, lambda: with_stop(ready_s=STOP.ready_s - 1)),
    (ViolationCode.POINT_CLOSED, "elm", 2, lambda: with_first("points", window=Window(0, TRIP.depart_s - 2))),
    (ViolationCode.POINT_CLOSED, "elm", 3, lambda: with_first("points", window=Window(TRIP.load_s + 3, NOON))),
    (ViolationCode.POINT_CLOSED, "elm", 4, lambda: with_first("points", window=Window(0, STOP.ready_s - 4))),
    (ViolationCode.DOCKS_FULL, "elm", 1, two_vans_at_one_dock),
    (ViolationCode.POINT_FULL, "elm", 1, lambda: with_first("points", capacity_boxes=9)),
    (ViolationCode.NOT_CERTIFIED, "lin", 1, lambda: with_first("homes", certified_only=True)),
    (ViolationCode.LOCKED_TO_ANOTHER, "lin", 1, lambda: with_first("homes", courier_id="bo")),
    (ViolationCode.FORBIDDEN_COURIER, "lin", 1, lambda: with_first("homes", not_couriers=("ann",))),
    (ViolationCode.VAN_METRES, "van", 11, lambda: with_van(metres=VAN.metres + 11)),
    (ViolationCode.BOXES_NOT_ACCOUNTED_FOR, "canteen>elm", 3, lambda: with_stop(boxes=7)),
    (ViolationCode.COURIER_TWICE, "bo", 1, lambda: with_run(courier_id="bo")),
    (ViolationCode.TOO_MANY_TRIPS, "ann", 1, lambda: with_run(trips=RUN.trips * 3)),
    (ViolationCode.COURIER_OVERLOADED, "ann", 1, lambda: with_first("couriers", capacity_boxes=2)),
    (ViolationCode.COURIER_OFF_SHIFT, "ann", 5, lambda: with_first("couriers", shift=Window(TRIP.load_s + 5, NOON))),
    (ViolationCode.COURIER_OFF_SHIFT, "ann", 5, lambda: with_first("couriers", shift=Window(0, RUN.end_s - 5))),
    (ViolationCode.TRIP_BOXES, "ann", 1, lambda: with_trip(boxes=4)),
    (ViolationCode.LOADED_TOO_EARLY, "ann", 380, a_second_trip_at_once),
    (ViolationCode.LOADED_TOO_FAST, "ann", 60, lambda: with_trip(load_s=TRIP.load_s + 60)),
    (ViolationCode.BOX_NOT_THERE, "ann", 3, lambda: with_trip(load_s=STOP.ready_s - 1)),
    (ViolationCode.BOX_NOT_THERE, "ann", 1, lambda: with_stop(boxes=2)),
    (ViolationCode.COURIER_TOO_FAST, "mei", 8, lambda: with_visit(arrive_s=VISIT.arrive_s - 8)),
    (ViolationCode.COURIER_TOO_FAST, "mei", 8, lambda: with_visit(start_s=VISIT.arrive_s - 8)),
    (ViolationCode.BEFORE_WINDOW, "lin", 6, lambda: with_first("homes", window=Window(lin_s() + 6, NOON))),
    (ViolationCode.AFTER_WINDOW, "lin", 6, lambda: with_first("homes", window=Window(0, lin_s() - 6))),
    (ViolationCode.PAST_EAT_BY, "lin", 6, lambda: with_first("homes", latest_s=lin_s() - 6)),
    (ViolationCode.HAND_OVER_CUT_SHORT, "mei", 20, lambda: with_visit(leave_s=VISIT.leave_s - 20)),
    (ViolationCode.WRONG_END, "ann", 13, lambda: with_run(end_s=RUN.end_s + 13)),
    (ViolationCode.COURIER_METRES, "ann", 13, lambda: with_run(metres=RUN.metres - 13)),
    (ViolationCode.HOME_FORGOTTEN, "qiu", 1, forgotten),
    (ViolationCode.HOME_TWICE, "lin", 1, left_and_visited),
]


def lin_s() -> int:
    return TRIP.visits[0].start_s


def test_a_plan_that_keeps_every_rule_has_no_violation() -> None:
    assert check_runs(PROBLEM, PLAN) == ()


@pytest.mark.parametrize(
    ("code", "subject", "amount", "broken"), BREAKS, ids=[f"{n}-{row[0]}" for n, row in enumerate(BREAKS)]
)
def test_each_broken_rule_is_named_with_whom_and_by_how_much(
    code: ViolationCode, subject: str, amount: int, broken: Callable[[], Broken]
) -> None:
    found = check_runs(*broken())
    assert (code, subject, amount) in [(one.code, one.subject, one.amount) for one in found]


def test_every_kind_of_violation_has_been_provoked() -> None:
    assert {row[0] for row in BREAKS} == set(ViolationCode)


def test_waiting_anywhere_is_no_violation() -> None:
    trip, late_s = TRIP, 30
    later = replace(
        trip,
        load_s=trip.load_s + late_s,
        depart_s=trip.depart_s + 2 * late_s,
        visits=tuple(
            replace(v, arrive_s=v.arrive_s + n * late_s, start_s=v.start_s + n * late_s, leave_s=v.leave_s + n * late_s)
            for n, v in enumerate(trip.visits, 3)
        ),
    )
    problem, plan = with_run(trips=(later,), end_s=later.visits[-1].leave_s)
    assert check_runs(problem, plan) == ()


def test_boxes_of_a_kitchen_in_the_house_are_there_when_they_are_ready() -> None:
    here = replace(PROBLEM.consignments[0], on_site=True, ready_s=TRIP.load_s)
    problem = replace(PROBLEM, consignments=(here, PROBLEM.consignments[1]))
    run = VAN.stops[1]
    van_run = VanRun("van", "canteen", VAN.depart_s, (run,), VAN.back_s, VAN.metres)
    plan = replace(PLAN, van_runs=(van_run,))
    assert check_runs(problem, plan) == ()
    late = replace(problem, consignments=(replace(here, ready_s=TRIP.load_s + 1), PROBLEM.consignments[1]))
    assert [one.code for one in check_runs(late, plan)] == [ViolationCode.BOX_NOT_THERE]


def test_a_second_delivery_counts_only_from_when_it_is_sorted() -> None:
    first = replace(VAN.stops[0], boxes=2)
    depart_s = VAN.back_s + 200
    second = replace(VAN.stops[0], boxes=8, arrive_s=depart_s + 100, ready_s=depart_s + 200)
    again = VanRun("van", "canteen", depart_s, (second,), depart_s + 300, 2_000)
    plan = replace(PLAN, van_runs=(replace(VAN, stops=(first, VAN.stops[1])), again))
    found = check_runs(PROBLEM, plan)
    assert [(one.code, one.amount) for one in found] == [(ViolationCode.BOX_NOT_THERE, 1)]


def test_a_home_left_out_needs_no_visit() -> None:
    problem = replace(
        PROBLEM,
        homes=(*PROBLEM.homes, home("yan", "oak")),
        courier_travel=replace(WAYS, seconds=_grown(WAYS.seconds), metres=_grown(WAYS.metres)),
    )
    assert [one.code for one in check_runs(problem, PLAN)] == [ViolationCode.HOME_FORGOTTEN]
    plan = replace(PLAN, left_out_homes=(LeftOutHome("yan", Reason.NO_COURIER, 60),))
    assert check_runs(problem, plan) == ()


def _grown(matrix: Any) -> Any:
    return np.pad(matrix, ((0, 1), (0, 1)))


def test_an_empty_plan_of_an_empty_problem_is_right() -> None:
    nobody = replace(
        PROBLEM,
        homes=(),
        couriers=(),
        consignments=(),
        courier_travel=replace(WAYS, seconds=WAYS.seconds[:2, :2], metres=WAYS.metres[:2, :2]),
    )
    assert check_runs(nobody, RunPlan((), (), (), (), MadeBy.PLAIN)) == ()


def test_the_same_courier_may_not_carry_two_runs_even_when_each_is_right() -> None:
    runs: tuple[CourierRun, ...] = PLAN.courier_runs
    trip: Trip = runs[1].trips[0]
    doubled = replace(runs[1], courier_id="ann", trips=(trip,))
    codes = {one.code for one in check_runs(PROBLEM, replace(PLAN, courier_runs=(runs[0], doubled)))}
    assert ViolationCode.COURIER_TWICE in codes
