"""Compile the engine's loops before anybody waits for them: `python -m routing.engine.warm`, once after an update."""

from __future__ import annotations

import time

import numpy as np

from routing.bound import lower_bound
from routing.engine.plan import Limits, plan_runs
from routing.places import Place, Window
from routing.problem import Consignment, Courier, Home, Kitchen, MealPoint, RunProblem, Van
from routing.travel import TravelMatrix, TravelSource

MORNING = Window(8 * 3600, 14 * 3600)
BOUND_ROUNDS = 20
"""Enough to come to its last and strictest search."""

LEAST = Limits(rounds=10, rounds_a_home=0, van_rounds=10, turns=1)


def smallest_meal() -> RunProblem:
    """Return one kitchen, one meal point, one van, one courier and two doors, 500 m from one to the next."""
    places = [Place(0.0, 0.0045 * n) for n in range(4)]
    return RunProblem(
        kitchens=(Kitchen("kitchen", places[0]),),
        points=(MealPoint("point", places[1], MORNING),),
        vans=(Van("van", "kitchen", 10, MORNING),),
        couriers=(Courier("courier", "point", 10, MORNING),),
        consignments=(Consignment("kitchen", "point", 2, MORNING.start_s, MORNING.end_s),),
        homes=tuple(
            Home(f"home-{n}", places[1 + n], "point", "kitchen", (n,), 1, MORNING, 60, MORNING.end_s) for n in (1, 2)
        ),
        van_travel=_row(2),
        courier_travel=_row(3),
    )


def _row(places: int) -> TravelMatrix:
    steps = np.abs(np.subtract.outer(np.arange(places), np.arange(places))).astype(np.int32)
    return TravelMatrix(seconds=steps * 100, metres=steps * 500, source=TravelSource.ESTIMATE)


def warm_up() -> float:
    """Plan the smallest meal and bound it; return the seconds it took, nearly all of them for compiling or loading."""
    began = time.perf_counter()
    plan_runs(smallest_meal(), seed=0, effort=LEAST)
    lower_bound(smallest_meal(), rounds=BOUND_ROUNDS)
    return time.perf_counter() - began


if __name__ == "__main__":
    warm_up()
