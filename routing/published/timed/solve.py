"""Solve a published instance of the timed family with the engine, and give the plan in the form of the folder."""

from __future__ import annotations

import math
import warnings
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from routing.engine.budget import Budget
from routing.engine.synchronised.layout import AGES, Town
from routing.engine.synchronised.search import BothLevels, SeveralTries, town_of
from routing.engine.synchronised.tours import TruckWorld
from routing.published.timed.check import EPSILON, check
from routing.published.timed.read import Floats, TimedInstance, TimedPlan

CHECKED_AT = (0.0, 0.25, 0.5, 0.75, 1.0)
"""At which shares of the budget the best plan so far is handed to the checker."""


def solve(instance: TimedInstance, *, budget: Budget, seed: int, cores: int = 1) -> TimedPlan:
    """Return the best plan found within the budget that the independent checker passes.

    The same seed, cores and budget in rounds give the same plan. With several cores, as many searches with seeds of
    their own use the budget side by side, and the best plan counts. A plan that the checker refuses is a defect of the
    search: it is warned of, and the last plan that passed is returned.

    Raises
    ------
    ValueError
        If a customer cannot be served at all, or the fleets are too small for any plan found. The search does not
        count trucks: a fleet of trucks so small that it is a limit may be refused although some plan would keep it.
    """
    if cores < 1:
        raise ValueError(f"expected at least one core, got {cores}")
    trucks = math.ceil(float(instance.customers.load.sum()) / instance.trucks.capacity - EPSILON)
    if trucks > instance.trucks.size:
        raise ValueError(
            f"{instance.name}: expected at least {trucks} trucks for this load, got {instance.trucks.size}"
        )
    searches = [
        SeveralTries(_town(instance), _world(instance), fleet=instance.freighters.size, seed=seed + nth)
        for nth in range(cores)
    ]
    passed: TimedPlan | None = None
    refusal = ""
    for share in CHECKED_AT:
        _run(searches, budget, share)
        plan = _in_file_numbers(
            instance, min((tries.best_search for tries in searches), key=lambda search: search.cost).best()
        )
        verdict = check(instance, plan)
        if verdict.is_feasible:
            passed = plan
        else:
            refusal = verdict.violations[0]
            warnings.warn(f"{instance.name}: the checker refuses a plan: {refusal}", RuntimeWarning, stacklevel=2)
    if passed is None:
        raise ValueError(f"{instance.name}: expected to find a plan that keeps all rules, the best does not: {refusal}")
    return passed


def _run(searches: list[SeveralTries], budget: Budget, until: float) -> None:
    """Let each search use the budget up to this share, side by side: the compiled rounds hold no lock."""
    if len(searches) == 1:
        searches[0].run(budget, until=until)
        return
    with ThreadPoolExecutor(len(searches)) as threads:
        for done in [threads.submit(search.run, budget, until=until) for search in searches]:
            done.result()


def as_json(plan: TimedPlan) -> dict[str, Any]:
    """Return the plan as `first_level` and `second_level` of the folder's `.sol.json` files."""
    return {
        "first_level": [[[place, quantity] for place, quantity in route] for route in plan.first_level],
        "second_level": [list(route) for route in plan.second_level],
    }


def _town(instance: TimedInstance) -> Town:
    customers, satellites = instance.customers, instance.satellites
    garage = instance.garage or (0.0, 0.0)
    x = np.concatenate([customers.x, satellites.x, [garage[0]]])
    y = np.concatenate([customers.y, satellites.y, [garage[1]]])
    rows = [
        *np.column_stack([customers.open, customers.close, customers.service, customers.load]).tolist(),
        *([opens, closes, 0.0, 0.0] for opens, closes in zip(satellites.open, satellites.close, strict=True)),
        [-AGES, AGES, 0.0, 0.0],
    ]
    return town_of(
        satellites=len(satellites.ids),
        several=instance.garage is not None,
        capacity=instance.freighters.capacity,
        price=instance.freighters.cost,
        way=_lengths(x, y, x, y),
        places=np.array(rows, dtype=np.float64),
    )


def _world(instance: TimedInstance) -> TruckWorld:
    depots, satellites = instance.depots, instance.satellites
    return TruckWorld(
        capacity=instance.trucks.capacity,
        price=instance.trucks.cost,
        out=_lengths(depots.x, depots.y, satellites.x, satellites.y),
        way=_lengths(satellites.x, satellites.y, satellites.x, satellites.y),
        leave=depots.open + depots.service,
        back=depots.close,
        open=satellites.open,
        close=satellites.close,
        service=satellites.service,
    )


def _lengths(x: Floats, y: Floats, other_x: Floats, other_y: Floats) -> Floats:
    return np.hypot(x[:, None] - other_x[None, :], y[:, None] - other_y[None, :])


def _in_file_numbers(instance: TimedInstance, both: BothLevels) -> TimedPlan:
    satellites, depots = instance.satellites.ids, instance.depots.ids
    number = [*instance.customers.ids, *satellites, instance.garage_id]
    trucks = []
    for truck in both.trucks:
        depot = (depots[truck.tour.depot], 0.0)
        calls = zip(truck.tour.satellites, truck.loads, strict=True)
        trucks.append((depot, *((satellites[at], load) for at, load in calls), depot))
    return TimedPlan(tuple(trucks), tuple(tuple(number[stop] for stop in row) for row in both.rows))
