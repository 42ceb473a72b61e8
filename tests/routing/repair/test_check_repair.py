"""The checker of repairs refuses every answer that breaks a rule."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from routing.checks.repair import RepairCode, check_repair
from routing.plan import LeftOutHome, Reason
from routing.situation import Course, LateHome, PickUp, Repair, Step, Visit
from tests.routing.repair.poplar_road import RUNNING, WITHOUT_BO, poplar_road, repaired
from tests.routing.towns import ELEVEN

PROBLEM = poplar_road()


def with_steps(answer: Repair, change: Callable[[tuple[Step, ...]], tuple[Step, ...]]) -> Repair:
    courses = tuple(
        replace(one, steps=change(one.steps)) if one.courier_id == "ann" else one for one in answer.plan.courses
    )
    return replace(answer, plan=replace(answer.plan, courses=courses))


def with_course(answer: Repair, who: str, change: Callable[[Course], Course]) -> Repair:
    courses = tuple(change(one) if one.courier_id == who else one for one in answer.plan.courses)
    return replace(answer, plan=replace(answer.plan, courses=courses))


def sooner(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """Gus a second sooner than the way there takes."""
    last = steps[-1]
    assert isinstance(last, Visit)
    return (*steps[:-1], replace(last, arrive_s=last.arrive_s - 1, start_s=last.start_s - 1))


def from_elm(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """Hal's and Ida's boxes at the meal point, where they are no more."""
    return tuple(replace(one, bike_of=None, point_id="elm") if isinstance(one, PickUp) else one for one in steps)


def without_ida(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """Ida's box not fetched though she is visited."""
    return tuple(replace(one, home_ids=("hal",)) if isinstance(one, PickUp) else one for one in steps)


TAMPERED: list[tuple[RepairCode, Callable[[Repair], Repair]]] = [
    (RepairCode.TOO_FAST, lambda a: with_steps(a, sooner)),
    (RepairCode.BOX_NOT_THERE, lambda a: with_steps(a, from_elm)),
    (RepairCode.NOT_ON_BOARD, lambda a: with_steps(a, without_ida)),
    (RepairCode.HOME_FORGOTTEN, lambda a: with_steps(a, lambda steps: steps[:-1])),
    (RepairCode.HOME_TWICE, lambda a: with_steps(a, lambda steps: (*steps, steps[-1]))),
    (RepairCode.DONE_CHANGED, lambda a: with_course(a, "ann", lambda one: replace(one, done=one.done[:1]))),
    (RepairCode.GONE_COURIER, lambda a: with_course(a, "bo", lambda one: replace(one, steps=one.done[1:]))),
    (RepairCode.WRONG_SUM, lambda a: with_course(a, "ann", lambda one: replace(one, metres=one.metres - 1))),
    (RepairCode.WRONG_SUM, lambda a: with_course(a, "ann", lambda one: replace(one, end_s=one.end_s - 1))),
    (RepairCode.LATE_UNDECLARED, lambda a: replace(a, late=(LateHome("gus", 1),))),
    (
        RepairCode.HOME_TWICE,
        lambda a: replace(a, plan=replace(a.plan, left_out_homes=(LeftOutHome("gus", Reason.NO_COURIER),))),
    ),
    (RepairCode.UNKNOWN_COURIER, lambda a: with_course(a, "ann", lambda one: replace(one, courier_id="stranger"))),
]


def test_a_right_answer_is_not_refused() -> None:
    assert check_repair(PROBLEM, RUNNING, WITHOUT_BO, repaired(PROBLEM, WITHOUT_BO)) == ()


@pytest.mark.parametrize(("code", "tamper"), TAMPERED, ids=lambda one: one.value if isinstance(one, RepairCode) else "")
def test_a_tampered_answer_is_refused(code: RepairCode, tamper: Callable[[Repair], Repair]) -> None:
    wrong = check_repair(PROBLEM, RUNNING, WITHOUT_BO, tamper(repaired(PROBLEM, WITHOUT_BO)))
    assert code in {one.code for one in wrong}


def judged(**changes: object) -> set[RepairCode]:
    """What the checker says to the right answer of the unchanged road, on a road that is a little different."""
    right = repaired(PROBLEM, WITHOUT_BO)
    homes = tuple(replace(one, **changes) if one.home_id == "ida" else one for one in PROBLEM.homes)  # type: ignore[arg-type]
    return {one.code for one in check_repair(replace(PROBLEM, homes=homes), RUNNING, WITHOUT_BO, right)}


def test_a_visit_past_eat_by_is_refused() -> None:
    assert judged(latest_s=ELEVEN) == {RepairCode.PAST_EAT_BY}


def test_a_visit_after_the_window_that_is_not_declared_is_refused() -> None:
    window = replace(PROBLEM.homes[3].window, end_s=ELEVEN)
    assert judged(window=window) == {RepairCode.LATE_UNDECLARED}


def test_a_visit_by_somebody_who_must_not_come_is_refused() -> None:
    assert judged(not_couriers=("ann",)) == {RepairCode.MAY_NOT_GO}


def test_more_boxes_than_a_bike_holds_are_refused() -> None:
    right = repaired(PROBLEM, WITHOUT_BO)
    wrong = check_repair(poplar_road(capacity=2), RUNNING, WITHOUT_BO, right)
    assert {one.code for one in wrong} == {RepairCode.OVERLOADED}


def test_a_courier_whose_shift_is_over_is_refused() -> None:
    right = repaired(PROBLEM, WITHOUT_BO)
    ann = replace(PROBLEM.couriers[0], shift=replace(PROBLEM.couriers[0].shift, end_s=ELEVEN + 300))
    wrong = check_repair(replace(PROBLEM, couriers=(ann, PROBLEM.couriers[1])), RUNNING, WITHOUT_BO, right)
    assert {one.code for one in wrong} == {RepairCode.OFF_SHIFT}


def test_a_visit_to_who_cancelled_is_refused() -> None:
    right = repaired(PROBLEM, WITHOUT_BO)
    wrong = check_repair(PROBLEM, RUNNING, replace(WITHOUT_BO, cancelled=("gus",)), right)
    assert {one.code for one in wrong} == {RepairCode.CANCELLED}
