"""Repair on Poplar Road: who fetches what where, who is late by how much, and who cannot be helped."""

from __future__ import annotations

from dataclasses import replace

import pytest

from routing.checks.repair import check_repair
from routing.engine.budget import Budget
from routing.places import Window
from routing.plan import LeftOutHome, Reason, VanRun, VanStop
from routing.problem import RunProblem
from routing.repair import repair
from routing.situation import LateHome, PickUp, Repair, RunningPlan, Situation, VanDelay, Visit, situation_at
from tests.routing.repair.poplar_road import (
    ALL_WELL,
    ANN,
    BO,
    BO_GONE,
    ELM,
    RUNNING,
    UNTIL_NOON,
    WITHOUT_BO,
    acts,
    poplar_road,
    repaired,
)
from tests.routing.towns import ELEVEN, NOON, TEN, home, owes, van


def starts(answer: Repair) -> dict[str, int]:
    return {
        step.home_id: step.start_s for course in answer.plan.courses for step in course.steps if isinstance(step, Visit)
    }


def test_a_courier_fetches_from_the_bike_on_its_way_while_it_carries_other_boxes() -> None:
    answer = repaired(poplar_road(), WITHOUT_BO)
    assert acts(answer, "ann") == ["fay", "at bo: hal ida", "hal", "ida", "gus"]
    # 200 m, door, 300 m, bike, 100 m, door, 400 m, door, 1,000 m: worked out by hand.
    assert starts(answer) == {"fay": ELEVEN + 40, "hal": ELEVEN + 360, "ida": ELEVEN + 560, "gus": ELEVEN + 880}
    assert answer.changed == ("ann",)
    assert answer.worth.key == (0, 0, 0, 2_000)


def test_what_has_begun_stays_as_it_was() -> None:
    answer = repaired(poplar_road(), WITHOUT_BO)
    assert {course.courier_id: course.done for course in answer.plan.courses} == {"ann": ANN.done, "bo": BO.done}


def test_where_nothing_is_wrong_nobody_has_to_be_told_anything() -> None:
    answer = repaired(poplar_road(), ALL_WELL)
    assert answer.changed == ()
    assert acts(answer, "bo") == ["hal", "ida"]


def test_a_courier_whose_bike_is_full_hands_over_first_and_fetches_then() -> None:
    carrying_gus_only = replace(ANN, on_board=("fay", "gus"))
    full = replace(WITHOUT_BO, couriers=(carrying_gus_only, replace(BO_GONE, on_board=("hal", "ida"))))
    answer = repaired(poplar_road(capacity=2), full)
    assert acts(answer, "ann")[0] == "fay"
    assert answer.worth.left_out == 0
    assert check_repair(poplar_road(capacity=2), RUNNING, full, answer) == ()


def test_who_has_the_boxes_keeps_them_even_if_the_other_is_nearer() -> None:
    ann_far = replace(ANN, at=ELM)
    answer = repaired(poplar_road(), replace(ALL_WELL, couriers=(ann_far, BO)))
    assert acts(answer, "ann") == ["fay", "gus"]


def test_where_nobody_can_be_in_time_the_answer_says_who_is_late_by_how_much() -> None:
    soon = home("ida", "elm", window=Window(TEN, ELEVEN + 500))
    answer = repaired(poplar_road(wishes={"ida": soon}), WITHOUT_BO)
    # Straight to the bike (500 m, 120 s) and to Ida (500 m): ELEVEN + 320, in time, the others by noon.
    assert answer.late == ()
    never = home("ida", "elm", window=Window(TEN, ELEVEN + 300))
    answer = repaired(poplar_road(wishes={"ida": never}), WITHOUT_BO)
    assert answer.late == (LateHome("ida", 20),)
    assert answer.worth.left_out == 0


def test_fewer_late_homes_are_worth_any_way_round() -> None:
    gus = home("gus", "elm", window=Window(TEN, ELEVEN + 400))
    answer = repaired(poplar_road(wishes={"gus": gus}), WITHOUT_BO)
    assert answer.late == ()
    assert starts(answer)["gus"] == ELEVEN + 400


def test_who_cannot_eat_in_time_is_left_out_with_the_seconds_it_would_have_taken() -> None:
    ida = home("ida", "elm", window=UNTIL_NOON, latest_s=ELEVEN + 300)
    answer = repaired(poplar_road(wishes={"ida": ida}), WITHOUT_BO)
    assert answer.plan.left_out_homes == (LeftOutHome("ida", Reason.PAST_EAT_BY, 20),)
    assert answer.late == ()


def test_lost_boxes_are_fetched_anew_where_spare_ones_lie() -> None:
    lost = replace(WITHOUT_BO, couriers=(ANN, replace(BO_GONE, boxes_lost=True)))
    answer = repaired(poplar_road(boxes=8), lost)
    assert "at elm: hal ida" in acts(answer, "ann")
    assert answer.worth.left_out == 0


def test_lost_boxes_without_spare_ones_are_said_to_be_missing() -> None:
    lost = replace(WITHOUT_BO, couriers=(ANN, replace(BO_GONE, boxes_lost=True)))
    answer = repaired(poplar_road(boxes=6), lost)
    assert set(answer.plan.left_out_homes) == {
        LeftOutHome("hal", Reason.NOT_BROUGHT, 1),
        LeftOutHome("ida", Reason.NOT_BROUGHT, 1),
    }


def test_a_home_locked_to_the_courier_who_is_gone_is_left_out_and_said_to_be_locked() -> None:
    locked = replace(home("hal", "elm", window=UNTIL_NOON), courier_id="bo")
    answer = repaired(poplar_road(wishes={"hal": locked}), WITHOUT_BO)
    assert answer.plan.left_out_homes == (LeftOutHome("hal", Reason.LOCKED),)


def test_where_every_courier_is_gone_nobody_is_forgotten() -> None:
    nobody = replace(WITHOUT_BO, couriers=(replace(ANN, gone=True), BO_GONE))
    answer = repaired(poplar_road(), nobody)
    assert {one.home_id for one in answer.plan.left_out_homes} == {"fay", "gus", "hal", "ida"}
    assert {one.reason for one in answer.plan.left_out_homes} == {Reason.NO_COURIER}


def test_who_cancelled_is_not_visited() -> None:
    answer = repaired(poplar_road(), replace(ALL_WELL, cancelled=("gus", "hal")))
    assert acts(answer, "ann") == ["fay"]
    assert acts(answer, "bo") == ["ida"]
    assert answer.plan.left_out_homes == ()


def with_kay() -> RunProblem:
    """Poplar Road with Kay at Elm's own door, of whom the running plan knows nothing."""
    problem = poplar_road()
    return replace(problem, homes=(*problem.homes[:4], replace(problem.homes[4], home_id="kay"), problem.homes[5]))


def test_a_new_home_gets_a_spare_box() -> None:
    ann = replace(ANN, done=(replace(ANN.done[0], home_ids=("fay", "gus")),))
    running = replace(
        RUNNING,
        courses=(
            replace(RUNNING.courses[0], steps=(*ann.done, *RUNNING.courses[0].steps[2:])),
            RUNNING.courses[1],
        ),
    )
    situation = replace(ALL_WELL, couriers=(ann, BO))
    answer = repair(with_kay(), running, situation, budget=Budget(rounds=200), seed=1)
    assert check_repair(with_kay(), running, situation, answer) == ()
    assert "kay" in starts(answer)


def test_the_first_answer_is_told_before_the_search_begins() -> None:
    told: list[Repair] = []
    best = repair(poplar_road(), RUNNING, WITHOUT_BO, budget=Budget(rounds=50), seed=1, first=told.append)
    assert [one.rounds for one in (*told, best)] == [0, 50]
    assert check_repair(poplar_road(), RUNNING, WITHOUT_BO, told[0]) == ()


def test_a_situation_is_read_off_a_plan_that_went_as_planned() -> None:
    situation = situation_at(poplar_road(), RUNNING, ELEVEN + 100, gone=["bo"])
    ann, bo = situation.couriers
    # Ann is at Fay's until ELEVEN + 160; Bo is at Hal's until ELEVEN + 140 and then leaves Ida's box there.
    assert (ann.free_s, ann.on_board, ann.gone) == (ELEVEN + 160, ("gus",), False)
    assert (bo.free_s, bo.on_board, bo.gone) == (ELEVEN + 140, ("ida",), True)


@pytest.mark.parametrize(
    "situation",
    [
        replace(ALL_WELL, couriers=(replace(ANN, courier_id="stranger"),)),
        replace(ALL_WELL, couriers=(replace(ANN, at=99),)),
        replace(ALL_WELL, cancelled=("stranger",)),
    ],
    ids=["courier", "place", "home"],
)
def test_a_situation_that_names_somebody_unknown_is_refused(situation: Situation) -> None:
    with pytest.raises(ValueError, match=r"stranger|99"):
        repaired(poplar_road(), situation)


def test_two_couriers_cannot_carry_the_same_box() -> None:
    with pytest.raises(ValueError, match="home on board once"):
        Situation(ELEVEN, (ANN, replace(BO, on_board=("fay",))))


def by_van() -> tuple[RunProblem, RunningPlan]:
    """Elm's boxes come by van at 11:05; Ann, who has none yet, is to fetch them for Fay and Gus."""
    problem = replace(poplar_road(), consignments=(owes("elm", 10, due_s=NOON),), vans=(van(),))
    run = VanRun("van", "canteen", ELEVEN, (VanStop("elm", ELEVEN + 200, ELEVEN + 300, 10),), ELEVEN + 400, 2_000)
    load = PickUp(ELEVEN + 200, ELEVEN + 300, ELEVEN + 360, ("fay", "gus", "hal", "ida", "ann's", "bo's"), "elm")
    return problem, RunningPlan((run,), (replace(RUNNING.courses[0], steps=(load,)),), (), ())


def test_boxes_of_a_late_van_are_fetched_when_it_comes() -> None:
    problem, running = by_van()
    late = Situation(ELEVEN, van_delays=(VanDelay("van", 900),))
    answer = repair(problem, running, late, budget=Budget(rounds=100), seed=1)
    assert check_repair(problem, running, late, answer) == ()
    loads = [step.load_s for course in answer.plan.courses for step in course.steps if isinstance(step, PickUp)]
    assert loads == [ELEVEN + 1_200]
    assert answer.worth.left_out == 0


def test_boxes_of_a_van_that_never_comes_are_said_to_be_missing() -> None:
    problem, running = by_van()
    never = Situation(ELEVEN, van_delays=(VanDelay("van", None),))
    answer = repair(problem, running, never, budget=Budget(rounds=10), seed=1)
    assert check_repair(problem, running, never, answer) == ()
    assert {one.reason for one in answer.plan.left_out_homes} == {Reason.NOT_BROUGHT}
    assert [(one.boxes, one.reason) for one in answer.plan.left_out_consignments] == [(10, Reason.NO_VAN)]
