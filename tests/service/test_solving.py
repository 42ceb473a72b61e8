from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path

import pytest

from routing.costs import costs_of
from routing.estimate import EstimatedTravel
from routing.places import Place, Window
from routing.problem import Consignment, Courier, Home, Kitchen, MealPoint, RunProblem, Van
from routing.travel import Mode, TravelMatrix
from service.solving import Solver


def tiny_problem() -> RunProblem:
    """One kitchen, one meal point, one van, one courier, two homes."""
    noon = Window(9 * 3600, 13 * 3600)
    kitchen = Kitchen("K1", Place(23.1, 113.3))
    point = MealPoint("P1", Place(23.11, 113.3), noon)
    homes = tuple(
        Home(f"H{n}", Place(23.11, 113.3 + 0.003 * n), "P1", "K1", (n,), 1, noon, 120, 13 * 3600) for n in (1, 2)
    )
    travel = EstimatedTravel()
    vans: TravelMatrix = travel.matrix([kitchen.place, point.place], Mode.CAR)
    couriers = travel.matrix([point.place, *(home.place for home in homes)], Mode.BICYCLE)
    return RunProblem(
        kitchens=(kitchen,),
        points=(point,),
        vans=(Van("V1", "K1", 20, noon),),
        couriers=(Courier("C1", "P1", 20, noon),),
        consignments=(Consignment("K1", "P1", 2, 9 * 3600, 12 * 3600),),
        homes=homes,
        van_travel=vans,
        courier_travel=couriers,
    )


def test_the_child_answers_and_says_how_far_it_is() -> None:
    heard: list[str] = []
    with Solver(120, report=lambda stage, _done, _total: heard.append(stage)) as solver:
        plan = solver.ask("plan_runs", tiny_problem(), seed=1, effort="QUICK", otherwise=lambda: None)
    assert plan is not None
    assert [len(trip.visits) for run in plan.courier_runs for trip in run.trips] == [2]
    assert solver.marks == []
    assert {"vans", "couriers"} <= set(heard)


def test_a_killed_child_costs_the_solver_and_not_the_meal() -> None:
    with Solver(120) as solver:
        child = solver._start_child()
        threading.Timer(0.2, os.kill, (child.pid, signal.SIGKILL)).start()
        answer = solver.ask("plan_runs", tiny_problem(), seed=1, effort="NORMAL", otherwise=lambda: "plain")
    assert answer == "plain"
    assert solver.marks == ["plain:plan_runs:child_killed"]


def test_a_child_that_overruns_its_time_is_stopped_and_leaves_nobody_behind() -> None:
    with Solver(0.05) as solver:
        assert solver.ask("plan_runs", tiny_problem(), seed=1, effort="NORMAL", otherwise=lambda: "plain") == "plain"
        assert solver.marks == ["plain:plan_runs:out_of_time"]
        assert solver.ask("plan_runs", tiny_problem(), seed=1, effort="NORMAL", otherwise=lambda: "plain") == "plain"
    assert solver._child is None


def test_a_child_that_does_not_read_a_large_question_is_given_up_at_the_deadline() -> None:
    with Solver(3) as solver:
        os.kill(solver._start_child().pid, signal.SIGSTOP)
        assert solver.ask("plan_runs", b"x" * 5_000_000, otherwise=lambda: "plain") == "plain"
    assert solver.marks == ["plain:plan_runs:out_of_time"]


def test_a_child_that_raises_is_answered_plainly_and_the_next_question_gets_a_new_child() -> None:
    with Solver(120) as solver:
        assert solver.ask("no_such_step", otherwise=lambda: "plain") == "plain"
        assert solver.marks == ["plain:no_such_step:child_raised_KeyError"]
        plan = solver.ask("plan_runs", tiny_problem(), seed=1, effort="QUICK", otherwise=lambda: None)
    assert plan is not None


def test_whoever_waits_is_asked_again_and_again_and_may_give_up() -> None:
    class GivenUpError(Exception):
        pass

    def give_up() -> None:
        raise GivenUpError

    with pytest.raises(GivenUpError), Solver(120, meanwhile=give_up) as solver:
        solver.ask("plan_runs", tiny_problem(), seed=1, effort="NORMAL", otherwise=lambda: "plain")
    assert solver._child is None


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks for the child in /proc, which only Linux has")
def test_the_child_ends_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(
        "from service.solving import Solver\nimport time\n"
        "with Solver(60) as solver:\n    print(solver._start_child().pid, flush=True)\n    time.sleep(60)\n"
    )
    import subprocess
    import sys

    with subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        parent.kill()
        parent.wait()
    # A child that was still starting finds its questions ended; on a busy machine that takes a while.
    for _ in range(1_200):
        status = Path(f"/proc/{child}/stat")
        if not status.exists() or status.read_text().split(")")[1].split()[0] == "Z":
            return
        time.sleep(0.05)
    pytest.fail("the child outlived its parent")


def test_what_a_plan_can_do_without_leaves_no_mark_when_it_fails() -> None:
    problem = tiny_problem()
    with Solver(240) as solver:
        plan = solver.ask("plan_runs", problem, seed=1, effort="QUICK", otherwise=lambda: None)
        assert plan is not None
        bound_m = solver.ask_besides("lower_bound", problem, plan)
        assert bound_m is not None
        assert 0 < bound_m <= costs_of(problem, plan).total_m
        assert solver.ask_besides("lower_bound", problem, "no plan") is None
    assert solver.marks == []
