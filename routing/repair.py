"""Repair of a running plan: what has begun stays as it is, all else is planned anew from where everybody is now.

The first answer keeps the running plan and inserts whoever has nobody any more where it adds least; ruin and recreate
improves it from there, so that no answer is worse than plain re-insertion.
"""

from __future__ import annotations

from collections.abc import Callable

from routing.engine.budget import Budget
from routing.engine.repair.answer import Answer
from routing.engine.repair.chart import chart_of, rows_to_begin
from routing.engine.repair.search import RepairSearch
from routing.engine.repair.work import open_work
from routing.plan import RunPlan
from routing.problem import RunProblem
from routing.situation import Repair, RunningPlan, Situation, begun

HOT_M, HOT_M_A_STOP, COOLING = 2_000.0, 90_000.0, 40.0
"""Heats of the annealing, in metres of cost that a round may lose. A run of some forty stops begins hot, for it decides
anew who fetches what; the more stops, the colder, since a large plan is mended where it is broken. The last heat is a
fortieth of the first."""

Told = Callable[[Repair], None]


def quiet(_: Repair) -> None:
    """Tell nobody of the first answer."""


def repair(
    problem: RunProblem,
    plan: RunPlan | RunningPlan,
    situation: Situation,
    *,
    budget: Budget,
    seed: int,
    first: Told = quiet,
) -> Repair:
    """Return the plan from here on.

    Nobody is left out who can be served; then fewest are later than their window (never later than eat-by), then by
    fewest seconds, then the rest costs least. Whoever has boxes on board keeps them; those of a courier who is gone are
    fetched where its bike stands, also by somebody who carries others' boxes.

    Parameters
    ----------
    problem
        As it is now: new homes stand in it, those who cancelled still do.
    plan
        The running plan, as it was made or as it was repaired before.
    situation
        What has happened since.
    budget
        By rounds the same answer comes on every machine; by seconds, the first answer comes in any case.
    seed
        The same problem, plan, situation, seed and rounds give the same answer.
    first
        Told the first whole answer as soon as it is there.

    Raises
    ------
    ValueError
        If the situation names somebody or some place that the problem does not know.
    """
    running = begun(problem, plan) if isinstance(plan, RunPlan) else plan
    chart = chart_of(open_work(problem, running, situation))
    search = RepairSearch(chart.field, rows_to_begin(chart, running), seed)
    search.insert_waiting()
    answer = Answer(chart, search.rows)
    first_valid_s = budget.clock() - budget.begun_s
    first(_repair(answer, first_valid_s, 0))
    hot_m = min(HOT_M, HOT_M_A_STOP / max(1, len(chart.field.stops)))
    search.improve(budget, hot_m, hot_m / COOLING)
    return _repair(Answer(chart, search.rows), first_valid_s, search.rounds)


def _repair(answer: Answer, first_valid_s: float, rounds: int) -> Repair:
    return Repair(answer.plan(), answer.late(), answer.changed(), answer.worth(), first_valid_s, rounds)
