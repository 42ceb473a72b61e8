"""The child process that plans: reads questions from its standard input, writes progress and answers to its output.

Nothing imports this module. It is started by name, so that the process which serves the pages never loads a solver.
"""

from __future__ import annotations

import os
import pickle
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any, BinaryIO

from service.settings import EngineChoice
from service.solving import LENGTH, Report, die_with_parent

BOUND_S = 30.0
"""So long a plan waits at most to be told how far from the best it is."""

WORTH_WORKERS_HOMES = 60
"""Below this many homes starting worker processes takes longer than they save."""


def answer_questions(questions: BinaryIO, answers: BinaryIO) -> None:
    """Answer until the questions end."""

    def send(*message: object) -> None:
        body = pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL)
        answers.write(LENGTH.pack(len(body)) + body)
        answers.flush()

    steps = _steps(lambda stage, done, total: send("report", stage, done, total))
    while head := questions.read(LENGTH.size):
        (length,) = LENGTH.unpack(head)
        step, question, named = pickle.loads(questions.read(length))  # noqa: S301  our own parent wrote it
        try:
            answer = steps[step](*question, **named)
        except Exception as error:
            # Told to the parent, which plans plainly; raised again, so that its words stand in the log.
            send("failed", type(error).__name__)
            raise
        send("done", answer)


def _steps(report: Report) -> dict[str, Callable[..., Any]]:
    def plan_runs(problem: Any, *, seed: int, effort: str, engine: str = EngineChoice.ENGINE) -> Any:
        by = {EngineChoice.ENGINE: _by_engine, EngineChoice.ORTOOLS: _by_ortools}
        return by[EngineChoice(engine)](problem, seed, effort, report)

    return {
        "assign_supply": _assign_supply,
        "plan_batches": _plan_batches,
        "plan_runs": plan_runs,
        "lower_bound": _bound_m,
        "rescue": _rescue,
    }


# Each step loads only its own solver: loading all of them takes longer than most answers.
def _assign_supply(day: Any, *, seed: int) -> Any:
    from kitchens.assign_flow import assign_supply

    return assign_supply(day, seed=seed)


def _plan_batches(*asked: Any, **named: Any) -> Any:
    from kitchens.batches_solver import plan_batches

    return plan_batches(*asked, **named)


def _rescue(*asked: Any, **named: Any) -> Any:
    from kitchens.failing.program import rescue_best

    return rescue_best(*asked, **named)


def _bound_m(problem: Any, plan: Any) -> int | None:
    from routing.bound import lower_bound, usual_rounds

    # By rounds, so that it is the same everywhere; the clock only ends what takes unusually long.
    rounds = usual_rounds(problem)
    return None if rounds is None else lower_bound(problem, plan=plan, rounds=rounds, seconds=BOUND_S).cost_m


def _by_engine(problem: Any, seed: int, effort: str, report: Report) -> Any:
    from routing.engine.plan import Effort, plan_runs

    workers = os.cpu_count() or 1
    return plan_runs(problem, seed=seed, effort=Effort[effort], report=report, workers=workers)


def _by_ortools(problem: Any, seed: int, effort: str, report: Report) -> Any:
    from routing.engine.ortools.effort import Effort
    from routing.engine.ortools.plan import plan_runs

    if len(problem.homes) < WORTH_WORKERS_HOMES:
        return plan_runs(problem, seed=seed, effort=Effort[effort], report=report)
    context = get_context("spawn")
    with ProcessPoolExecutor(os.cpu_count(), mp_context=context, initializer=die_with_parent) as executor:
        return plan_runs(problem, seed=seed, effort=Effort[effort], report=report, executor=executor)


if __name__ == "__main__":
    die_with_parent()
    # What a solver prints must not land among the answers.
    channel = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    answer_questions(sys.stdin.buffer, channel)
