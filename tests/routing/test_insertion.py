from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from hypothesis import given, settings

import routing
from routing.check import check_runs
from routing.insertion import plan_runs_plain
from routing.plan import MadeBy
from routing.problem import RunProblem
from tests.routing.random_towns import problems
from tests.routing.towns import courier, home, owes, point, town, van, willow_lane

QUARTER = [f"h{n}" for n in range(6)]


def test_the_plain_planner_marks_its_plan() -> None:
    assert plan_runs_plain(willow_lane()).made_by is MadeBy.PLAIN


def test_one_courier_rides_on_to_the_next_point_when_that_is_cheaper_than_a_second_courier() -> None:
    plan = plan_runs_plain(willow_lane())
    # By hand: 1,000 m to mei, 2,000 m on to Oak, 1,000 m to rui; a second courier would cost 3,000 m more.
    assert [(run.courier_id, run.metres) for run in plan.courier_runs] == [("ann", 4_000)]
    assert [trip.point_id for trip in plan.courier_runs[0].trips] == ["elm", "oak"]


def test_planning_plainly_loads_no_solver() -> None:
    code = (
        "import sys, routing.insertion, routing.check, routing.problem, routing.plan;"
        "sys.exit(any(name.split('.')[0] == 'ortools' for name in sys.modules))"
    )
    root = Path(routing.__file__).parent.parent
    assert subprocess.run([sys.executable, "-c", code], cwd=root, check=False).returncode == 0


def test_a_consignment_larger_than_the_van_comes_in_several_trips() -> None:
    problem = town(
        {"canteen": 0, "elm": 1_000, "lin": 1_500},
        points=[point("elm")],
        homes=[home("lin", "elm")],
        couriers=[courier("ann", "elm")],
        consignments=[owes("elm", 250)],
    )
    plan = plan_runs_plain(problem)
    assert sorted(stop.boxes for run in plan.van_runs for stop in run.stops) == [50, 100, 100]
    assert plan.left_out_consignments == ()
    assert check_runs(problem, plan) == ()


def test_what_fits_in_no_van_in_one_piece_is_cut_into_the_room_that_is_left() -> None:
    problem = town(
        {"canteen": 0, "elm": 1_000, "oak": 4_000, "ash": 6_000},
        points=[point("elm"), point("oak"), point("ash")],
        homes=[],
        couriers=[],
        consignments=[owes("elm", 60, due_s=37_000), owes("oak", 60, due_s=37_000), owes("ash", 60, due_s=37_000)],
        vans=[van("left", boxes=90), van("right", boxes=90)],
    )
    # Nobody is back for a second trip before the boxes are due: 180 boxes must leave in two full vans.
    plan = plan_runs_plain(problem)
    assert plan.left_out_consignments == ()
    assert sorted(sum(stop.boxes for stop in run.stops) for run in plan.van_runs) == [90, 90]
    assert check_runs(problem, plan) == ()


def test_the_home_with_the_earliest_deadline_gets_the_boxes_that_come_first() -> None:
    homes = [home(name, "elm", boxes=10, latest_s=39_600 - 300 * n) for n, name in enumerate(QUARTER)]
    problem = town(
        {"canteen": 0, "elm": 1_000} | dict.fromkeys(QUARTER, 1100),
        points=[point("elm")],
        homes=homes,
        couriers=[courier("ann", "elm", boxes=30, trips=3)],
        consignments=[owes("elm", 60)],
        vans=[van(boxes=30)],
    )
    plan = plan_runs_plain(problem)
    order = [visit.home_id for trip in plan.courier_runs[0].trips for visit in trip.visits]
    assert set(order[:3]) == {"h5", "h4", "h3"}
    assert plan.left_out_homes == ()
    assert check_runs(problem, plan) == ()


@settings(max_examples=200, deadline=None)
@given(problems())
def test_any_plain_plan_keeps_every_rule_and_accounts_for_everybody(problem: RunProblem) -> None:
    assert check_runs(problem, plan_runs_plain(problem)) == ()


@settings(max_examples=30, deadline=None)
@given(problems())
def test_the_plain_planner_answers_the_same_question_the_same_way(problem: RunProblem) -> None:
    assert plan_runs_plain(problem) == plan_runs_plain(problem)
