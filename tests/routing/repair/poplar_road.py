"""Poplar Road at 11:00: Elm point at 1,000 m, two couriers on their way, all times worked out by hand.

Ann stands at 2,000 m with the boxes for Fay (2,200 m) and Gus (4,000 m). Bo stands at 2,500 m with those for Hal
(2,600 m) and Ida (3,000 m). A courier rides 5 m/s, a hand-over takes 120 s, so does fetching from a bike; loading at
Elm takes 60 s. Everybody is at home until noon and may eat until 13:00.
"""

from __future__ import annotations

from dataclasses import replace

from routing.engine.budget import Budget
from routing.places import Window
from routing.problem import Courier, Home, RunProblem
from routing.repair import repair
from routing.situation import CourierNow, Course, PickUp, Repair, RunningPlan, Situation, Visit
from tests.routing.towns import ELEVEN, NOON, TEN, courier, home, owes, point, town

ELM, WEST, EAST = 0, 5, 6
"""Rows: Elm point; Ann's and Bo's spots are two homes of their own, where nothing is to be done."""

WHERE = {
    "canteen": 0,
    "elm": 1_000,
    "fay": 2_200,
    "gus": 4_000,
    "hal": 2_600,
    "ida": 3_000,
    "ann's": 2_000,
    "bo's": 2_500,
}
UNTIL_NOON = Window(TEN, NOON)


def poplar_road(*, capacity: int = 20, boxes: int = 10, wishes: dict[str, Home] | None = None) -> RunProblem:
    homes = [home(name, "elm", window=UNTIL_NOON) for name in ("fay", "gus", "hal", "ida", "ann's", "bo's")]
    return town(
        WHERE,
        points=[point("elm")],
        homes=[(wishes or {}).get(one.home_id, one) for one in homes],
        couriers=[courier("ann", "elm", capacity), courier("bo", "elm")],
        consignments=[owes("elm", boxes, here=True)],
    )


def fetched(*names: str) -> PickUp:
    return PickUp(TEN, TEN, TEN + 60, names, point_id="elm")


def visited(name: str, start_s: int) -> Visit:
    return Visit(name, start_s, start_s, start_s + 120)


ANN_DONE = (fetched("fay", "gus", "ann's"), visited("ann's", ELEVEN - 120))
BO_DONE = (fetched("hal", "ida", "bo's"), visited("bo's", ELEVEN - 120))

RUNNING = RunningPlan(
    van_runs=(),
    courses=(
        Course("ann", (), (*ANN_DONE, visited("fay", ELEVEN + 40), visited("gus", ELEVEN + 520)), ELEVEN + 640, 0),
        Course("bo", (), (*BO_DONE, visited("hal", ELEVEN + 20), visited("ida", ELEVEN + 220)), ELEVEN + 340, 0),
    ),
    left_out_homes=(),
    left_out_consignments=(),
)

ANN = CourierNow("ann", WEST, ELEVEN, ANN_DONE, ("fay", "gus"))
BO = CourierNow("bo", EAST, ELEVEN, BO_DONE, ("hal", "ida"))
BO_GONE = replace(BO, gone=True)
ALL_WELL = Situation(ELEVEN, (ANN, BO))
WITHOUT_BO = Situation(ELEVEN, (ANN, BO_GONE))


def repaired(problem: RunProblem, situation: Situation, rounds: int = 300) -> Repair:
    return repair(problem, RUNNING, situation, budget=Budget(rounds=rounds), seed=1)


def acts(answer: Repair, courier_id: str) -> list[str]:
    """What a courier still does, in order; fetching is written as where it happens."""
    for course in answer.plan.courses:
        if course.courier_id == courier_id:
            return [
                step.home_id
                if isinstance(step, Visit)
                else f"at {step.point_id or step.bike_of}: {' '.join(step.home_ids)}"
                for step in course.steps
            ]
    return []


def another(name: str, **wishes: object) -> Courier:
    return replace(courier(name, "elm"), **wishes)  # type: ignore[arg-type]
