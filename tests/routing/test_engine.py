from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context

import pytest
from hypothesis import given, settings

from routing.check import check_runs
from routing.engine.ortools.effort import Effort, Limits
from routing.engine.ortools.model import Bounds
from routing.engine.ortools.plan import plan_runs
from routing.insertion import plan_runs_plain
from routing.places import Window
from routing.plan import LeftOutHome, MadeBy, Reason, RunPlan
from routing.problem import RunProblem
from tests.routing.random_towns import problems
from tests.routing.towns import TEN, courier, cut_off, home, owes, point, town, van, willow_lane

Planner = Callable[[RunProblem], RunPlan]
LANE = willow_lane()


def engine(problem: RunProblem, effort: Effort | Limits = Effort.QUICK) -> RunPlan:
    return plan_runs(problem, seed=1, effort=effort)


both = pytest.mark.parametrize("planner", [engine, plan_runs_plain], ids=["engine", "plain"])


def one_point(**changes: object) -> RunProblem:
    """Elm point alone: lin 500 m and mei 1,000 m away, Ann on duty; boxes lie ready at 36,400 s."""
    problem = town(
        {"canteen": 0, "elm": 1_000, "lin": 1_500, "mei": 2_000},
        points=[point("elm")],
        homes=[home("lin", "elm"), home("mei", "elm", boxes=2)],
        couriers=[courier("ann", "elm")],
        consignments=[owes("elm", 10)],
    )
    return replace(problem, **changes)  # type: ignore[arg-type]


def two_trips_to_the_second() -> RunProblem:
    """Twelve homes along a road, six boxes a load, and a shift that only the one best plan fits.

    By hand: 60 s loading, 600 m out, six hand-overs of 120 s, 600 m back, 60 s loading, 1,200 m out, six hand-overs:
    60 + 120 + 720 + 120 + 60 + 240 + 720 = 2,040 s. A first trip beyond 600 m costs at least 40 s more.
    """
    names = [f"h{n}" for n in range(1, 13)]
    return town(
        {"canteen": 0, "elm": 0} | {name: 100 * n for n, name in enumerate(names, 1)},
        points=[point("elm")],
        homes=[home(name, "elm") for name in names],
        couriers=[courier("ann", "elm", boxes=6, shift=Window(TEN, TEN + 2_040))],
        consignments=[owes("elm", 12, here=True)],
    )


def test_a_tight_point_that_needs_second_trips_is_planned_in_full() -> None:
    problem = two_trips_to_the_second()
    plan = engine(problem, Effort.NORMAL)
    assert plan.made_by is MadeBy.ORTOOLS
    assert plan.left_out_homes == ()
    (run,) = plan.courier_runs
    assert (run.end_s, run.metres) == (TEN + 2_040, 600 + 600 + 1_200)
    assert check_runs(problem, plan) == ()


def test_one_second_less_and_exactly_one_home_is_left_out() -> None:
    problem = two_trips_to_the_second()
    short = replace(problem, couriers=(replace(problem.couriers[0], shift=Window(TEN, TEN + 2_039)),))
    plan = engine(short, Effort.NORMAL)
    assert len(plan.left_out_homes) == 1
    assert check_runs(short, plan) == ()


@both
def test_the_couriers_leave_as_soon_as_their_boxes_are_sorted(planner: Planner) -> None:
    plan = planner(one_point())
    (trip,) = plan.courier_runs[0].trips
    assert [stop.ready_s for stop in plan.van_runs[0].stops] == [36_400]
    assert (trip.load_s, trip.depart_s, [visit.start_s for visit in trip.visits]) == (36_400, 36_460, [36_560, 36_780])


@both
def test_the_van_takes_the_point_first_whose_food_is_most_urgent(planner: Planner) -> None:
    # By hand: Oak first has qiu served at 36,860 s; by way of Elm it would be 36,960 s.
    homes = tuple(replace(one, latest_s=36_860) if one.home_id == "qiu" else one for one in LANE.homes)
    problem = replace(LANE, homes=homes)
    plan = planner(problem)
    assert [stop.point_id for stop in plan.van_runs[0].stops] == ["oak", "elm"]
    assert plan.left_out_homes == ()
    assert check_runs(problem, plan) == ()


@both
def test_a_point_without_a_courier_is_served_by_its_neighbour(planner: Planner) -> None:
    problem = replace(LANE, couriers=LANE.couriers[:1])
    plan = planner(problem)
    assert plan.left_out_homes == ()
    assert [trip.point_id for trip in plan.courier_runs[0].trips].count("oak") == 1
    assert check_runs(problem, plan) == ()


@both
def test_a_courier_out_of_work_helps_where_one_alone_cannot_be_in_time(planner: Planner) -> None:
    # Each home must be served by 37,100 s: Ann reaches one of the two sides, Bo must ride over for the other.
    problem = town(
        {"canteen": 0, "elm": 1_000, "oak": 1_200, "lin": 2_000, "mei": 0},
        points=[point("elm"), point("oak")],
        homes=[home("lin", "elm", latest_s=36_760), home("mei", "elm", latest_s=36_760)],
        couriers=[courier("ann", "elm"), courier("bo", "oak")],
        consignments=[owes("elm", 10)],
    )
    plan = planner(problem)
    assert plan.left_out_homes == ()
    assert {run.courier_id: [trip.point_id for trip in run.trips] for run in plan.courier_runs} == {
        "ann": ["elm"],
        "bo": ["elm"],
    }
    assert sum(run.metres for run in plan.courier_runs) == 1_000 + 200 + 1_000
    assert check_runs(problem, plan) == ()


BO = Window(36_700, 43_200)


def test_the_vans_are_planned_again_when_boxes_came_too_late_for_somebody() -> None:
    # Ann needs lin's meal by 37,260 s, and Elm therefore wishes for the van first. But Bo carries one box at a time:
    # from Oak's boxes at 36,700 s he loads (60), rides (200), hands over (120), rides back (200), loads and rides
    # again, and starts the second hand-over at 37,540 s. By way of Elm it would be 100 s later, past the food clock,
    # and Ann goes off duty too soon to help.
    problem = town(
        {"canteen": 0, "elm": 1_000, "oak": 4_000, "lin": 1_500, "qiu": 5_000, "rui": 5_000},
        points=[point("elm"), point("oak")],
        homes=[
            home("lin", "elm", latest_s=37_260),
            home("qiu", "oak", latest_s=37_540),
            home("rui", "oak", latest_s=37_540),
        ],
        couriers=[courier("ann", "elm", boxes=1, shift=Window(TEN, 37_400)), courier("bo", "oak", boxes=1, shift=BO)],
        consignments=[owes("elm", 1), owes("oak", 2)],
    )
    once = replace(Effort.QUICK.value, again=0)
    assert len(engine(problem, once).left_out_homes) == 1
    plan = engine(problem)
    assert plan.left_out_homes == ()
    assert [stop.point_id for stop in plan.van_runs[0].stops] == ["oak", "elm"]
    assert check_runs(problem, plan) == ()


@both
def test_a_box_that_no_courier_can_take_goes_to_the_next_home(planner: Planner) -> None:
    # One box for two homes: lin's food clock ends first, but nobody can be there by then, so mei gets the box.
    problem = one_point(
        homes=(home("lin", "elm", latest_s=36_559), home("mei", "elm")), consignments=(owes("elm", 1, here=False),)
    )
    plan = planner(problem)
    assert plan.left_out_homes == (LeftOutHome("lin", Reason.PAST_EAT_BY, 1),)
    assert check_runs(problem, plan) == ()


@both
def test_boxes_of_a_kitchen_in_the_house_need_no_van(planner: Planner) -> None:
    problem = one_point(consignments=(owes("elm", 10, here=True),), vans=())
    plan = planner(problem)
    assert plan.van_runs == ()
    assert plan.courier_runs[0].trips[0].load_s == TEN
    assert check_runs(problem, plan) == ()


@both
def test_a_van_out_of_service_is_never_sent(planner: Planner) -> None:
    problem = one_point(vans=(van("broken", boxes=0), van("sound")))
    assert [run.van_id for run in planner(problem).van_runs] == ["sound"]


@both
def test_without_any_van_the_homes_go_without_and_so_do_the_tables(planner: Planner) -> None:
    problem = one_point(vans=(van("broken", boxes=0),))
    plan = planner(problem)
    assert [(left.boxes, left.reason) for left in plan.left_out_consignments] == [(10, Reason.NO_VAN)]
    assert plan.left_out_homes == (
        LeftOutHome("lin", Reason.NOT_BROUGHT, 1),
        LeftOutHome("mei", Reason.NOT_BROUGHT, 2),
    )
    assert check_runs(problem, plan) == ()


ALONE = replace(
    one_point().courier_travel,
    seconds=one_point().courier_travel.seconds[:2, :2],
    metres=one_point().courier_travel.metres[:2, :2],
)

REASONS: list[tuple[str, RunProblem, LeftOutHome]] = [
    (
        "no way leads there",
        one_point(courier_travel=cut_off(one_point().courier_travel, 0, 2)),
        LeftOutHome("mei", Reason.UNREACHABLE),
    ),
    (
        "more boxes than any courier can carry",
        one_point(couriers=(courier("ann", "elm", boxes=1),)),
        LeftOutHome("mei", Reason.TOO_LARGE, 1),
    ),
    (
        "the elder is at home only when the food is too old",
        one_point(homes=(home("lin", "elm"), home("mei", "elm", window=Window(40_000, 41_000), latest_s=39_000))),
        LeftOutHome("mei", Reason.PAST_EAT_BY, 1_000),
    ),
    (
        "the food comes too late: mei could be reached at 36,660 s",
        one_point(homes=(home("lin", "elm"), home("mei", "elm", latest_s=36_600))),
        LeftOutHome("mei", Reason.PAST_EAT_BY, 60),
    ),
    (
        "the elder has left by then",
        one_point(homes=(home("lin", "elm"), home("mei", "elm", window=Window(0, 36_600)))),
        LeftOutHome("mei", Reason.WINDOW, 60),
    ),
    (
        "the shift ends before Ann, done with lin at 36,680 s, could be done with mei",
        one_point(couriers=(courier("ann", "elm", shift=Window(TEN, 36_750)),)),
        LeftOutHome("mei", Reason.NO_COURIER, 36_680 + 100 + 120 - 36_750),
    ),
    (
        "Ann has one trip and room for three boxes: the two for lin, and one too few for mei",
        one_point(
            couriers=(courier("ann", "elm", boxes=3, trips=1),),
            homes=(home("lin", "elm", boxes=2), home("mei", "elm", boxes=2)),
        ),
        LeftOutHome("mei", Reason.NO_CAPACITY, 1),
    ),
    (
        "the meal point closes before Ann has loaded",
        one_point(points=(point("elm", window=Window(0, 36_450)),), homes=one_point().homes[:1], courier_travel=ALONE),
        LeftOutHome("lin", Reason.POINT_CLOSED, 10),
    ),
    (
        "nobody is on duty",
        one_point(couriers=(), homes=one_point().homes[:1], courier_travel=ALONE),
        LeftOutHome("lin", Reason.NO_COURIER),
    ),
    (
        "the kitchen sends fewer boxes than the homes need",
        one_point(consignments=(owes("elm", 2),)),
        LeftOutHome("mei", Reason.NOT_BROUGHT, 2),
    ),
]


@both
@pytest.mark.parametrize(("problem", "left"), [row[1:] for row in REASONS], ids=[row[0] for row in REASONS])
def test_who_is_left_out_is_told_why_and_what_it_would_have_taken(
    planner: Planner, problem: RunProblem, left: LeftOutHome
) -> None:
    plan = planner(problem)
    assert plan.left_out_homes == (left,)
    assert check_runs(problem, plan) == ()


STANDING: list[tuple[str, RunProblem, Reason]] = [
    ("no way for the van", one_point(van_travel=cut_off(one_point().van_travel, 0, 1)), Reason.UNREACHABLE),
    ("no way back for the van", one_point(van_travel=cut_off(one_point().van_travel, 1, 0)), Reason.UNREACHABLE),
    ("due before it can be there", one_point(consignments=(owes("elm", 10, due_s=36_299),)), Reason.PAST_EAT_BY),
    ("the point closes too early", one_point(points=(point("elm", Window(0, 36_399)),)), Reason.POINT_CLOSED),
    ("the van's shift is too short", one_point(vans=(van(shift=Window(0, 36_499)),)), Reason.NO_VAN),
    (
        "the van is full and has no time for a second trip",
        one_point(vans=(van(boxes=8, shift=Window(0, 36_500)),)),
        Reason.NO_CAPACITY,
    ),
]


@both
@pytest.mark.parametrize(("problem", "reason"), [row[1:] for row in STANDING], ids=[row[0] for row in STANDING])
def test_boxes_that_no_van_brings_are_told_why(planner: Planner, problem: RunProblem, reason: Reason) -> None:
    plan = planner(problem)
    assert [left.reason for left in plan.left_out_consignments] == [reason]
    assert check_runs(problem, plan) == ()


def test_the_same_question_seed_and_effort_give_the_same_plan() -> None:
    assert engine(two_trips_to_the_second()) == engine(two_trips_to_the_second())


def test_the_plan_does_not_depend_on_the_number_of_workers() -> None:
    alone = engine(LANE)
    for workers in (1, 2):
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as executor:
            assert plan_runs(LANE, seed=1, effort=Effort.QUICK, executor=executor) == alone


def test_progress_is_told_stage_by_stage_and_reaches_its_end() -> None:
    told: list[tuple[str, int, int]] = []
    plan_runs(LANE, seed=1, effort=Effort.QUICK, report=lambda *one: told.append(one))
    stages = [stage for stage, _, _ in told]
    assert sorted(set(stages)) == ["couriers", "points", "vans"]
    for stage in ("vans", "points", "couriers"):
        done = [(n, total) for name, n, total in told if name == stage]
        assert done == sorted(done)
        assert done[-1][0] == done[-1][1]


def test_a_search_cut_off_by_the_clock_is_told() -> None:
    endless = Bounds(10**6, far_limit_s=1)
    limits = Limits(Bounds(5), endless, van_rounds=10, rounds=10, rounds_a_home=0, again=0)
    told: list[tuple[str, int, int]] = []
    problem = two_trips_to_the_second()
    plan = plan_runs(problem, seed=1, effort=limits, report=lambda *one: told.append(one))
    assert told[-1] == ("cut_short", 1, 1)
    assert check_runs(problem, plan) == ()


@settings(max_examples=60, deadline=None)
@given(problems())
def test_any_plan_of_the_engine_keeps_every_rule_and_accounts_for_everybody(problem: RunProblem) -> None:
    assert check_runs(problem, engine(problem)) == ()


@settings(max_examples=20, deadline=None)
@given(problems())
def test_the_engine_answers_the_same_question_the_same_way(problem: RunProblem) -> None:
    assert engine(problem) == engine(problem)
