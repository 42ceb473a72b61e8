"""A city's plan: every kitchen zone by the engine, side by side; then the couriers exchanged at the borders."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from typing import TypeVar

from routing.city import City
from routing.engine.budget import Budget
from routing.engine.city.borders import Borders
from routing.engine.city.strips import Exchanged, Strip, exchanged
from routing.engine.city.zones import kitchen_zones
from routing.engine.effort import Limits
from routing.engine.plan import Report, plan_runs, quiet
from routing.lots import Lies, where_boxes_lie
from routing.plan import MadeBy, RunPlan

Given = TypeVar("Given")
Made = TypeVar("Made")

LIMITS = Limits(rounds=2_000, rounds_a_home=28, van_rounds=1_000, turns=2)
"""What fits 4.5 ms of processor time an order."""

BORDERS_SHARE = 0.1
"""Which share of the seconds all strips together get."""

ROUNDS_A_HOME = 12
"""Rounds of a strip's search for each of its homes, where rounds count."""

SEEDS_A_ROUND = 10_000


def plan_city(
    city: City,
    *,
    seed: int,
    limits: Limits = LIMITS,
    executor: Executor | None = None,
    workers: int = 1,
    report: Report = quiet,
) -> RunPlan:
    """Return a plan of a whole city.

    Parameters
    ----------
    city
        Kitchens, meal points, vans, couriers, consignments and homes of one meal.
    seed
        The same city, seed and limits give the same plan with any number of workers, unless the limits are seconds.
    limits
        For each zone; `seconds` are those of the whole city.
    executor, workers
        Runs so many zones side by side; processes, for half the work holds Python's lock.
    report
        Told (stage, done, total) with stage "zones" or "borders".

    Returns
    -------
    RunPlan
        Every home and every consignment stands in it, served or left out with a reason.

    Raises
    ------
    TooLargeError
        If a zone can neither be planned whole nor be cut.
    ValueError
        As `RunProblem`, for what a zone refers to.
    """
    zones = city.divided(kitchen_zones(city))
    tasks = [_Task(zone, _share_of(limits, city, zone, workers), seed + n) for n, zone in enumerate(zones)]
    found: list[_Planned] = []
    for planned in _mapped(executor, _plan_zone, tasks):
        found.append(planned)
        report("zones", len(found), len(zones))
    lies = {home_id: one for planned in found for home_id, one in planned.lies.items()}
    borders = Borders(city, zones, [planned.plan for planned in found], lies)
    _exchange(borders, limits, seed, executor, workers, report)
    return RunPlan(
        van_runs=tuple(run for planned in found for run in planned.plan.van_runs),
        courier_runs=tuple(borders.runs[c.courier_id] for c in city.couriers if c.courier_id in borders.runs),
        left_out_homes=tuple(one for left in borders.left for one in left.values()),
        left_out_consignments=tuple(one for planned in found for one in planned.plan.left_out_consignments),
        made_by=MadeBy.ENGINE,
    )


def _mapped(executor: Executor | None, work: Callable[[Given], Made], tasks: Sequence[Given]) -> Iterable[Made]:
    return map(work, tasks) if executor is None else executor.map(work, tasks)


@dataclass(frozen=True, slots=True)
class _Task:
    """One zone to be planned."""

    zone: City
    limits: Limits
    seed: int


@dataclass(frozen=True, slots=True)
class _Planned:
    """A zone's plan, and where the boxes of its homes lie."""

    plan: RunPlan
    lies: dict[str, Lies]


def _share_of(limits: Limits, city: City, zone: City, workers: int) -> Limits:
    """Return the limits of one zone: its homes' share of all seconds, or the same rounds a home as everybody."""
    if limits.seconds is None:
        return limits
    share = workers * (1 - BORDERS_SHARE) * len(zone.homes) / max(1, len(city.homes))
    return replace(limits, seconds=limits.seconds * min(1.0, share))


def _plan_zone(task: _Task) -> _Planned:
    problem = task.zone.problem()
    plan = plan_runs(problem, seed=task.seed, effort=task.limits)
    return _Planned(plan, where_boxes_lie(problem, plan))


@dataclass(frozen=True, slots=True)
class _Swap:
    """One strip to be searched."""

    strip: Strip
    rounds: int | None
    seconds: float | None
    seed: int


def _search_strip(swap: _Swap) -> Exchanged | None:
    return exchanged(swap.strip, Budget(rounds=swap.rounds, seconds=swap.seconds), swap.seed)


def _exchange(
    borders: Borders, limits: Limits, seed: int, executor: Executor | None, workers: int, report: Report
) -> None:
    """Search every strip once, those side by side that share no zone."""
    rounds = borders.rounds()
    every = sum(map(len, rounds))
    seconds = None if limits.seconds is None else limits.seconds * BORDERS_SHARE * workers / max(1, every)
    done = 0
    for number, pairs in enumerate(rounds):
        strips = [strip for pair in pairs if (strip := borders.strip(pair)) is not None]
        first = seed + SEEDS_A_ROUND * (number + 1)
        swaps = [
            _Swap(strip, ROUNDS_A_HOME * len(strip.city.homes) if seconds is None else None, seconds, first + n)
            for n, strip in enumerate(strips)
        ]
        for strip, found in zip(strips, _mapped(executor, _search_strip, swaps), strict=True):
            if found is not None:
                borders.take(strip, found)
        done += len(pairs)
        report("borders", done, every)
