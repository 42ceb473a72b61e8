"""Zones: a field cut into slices that are searched side by side, each time along other lines.

What a zone holds are the rows of its vehicles, so that no two zones touch the same row. The cuts turn from phase to
phase; what one cut keeps apart the next one brings together. Cuts depend on the rows alone, so that a plan by rounds is
the same with any number of workers. A zone is also faster than the whole: its ways fit into the processor's cache.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from routing.engine.budget import Budget
from routing.engine.fields import Chart
from routing.engine.search.field import Field, Rows
from routing.engine.search.parts import part_of
from routing.engine.search.search import Search, Trip

STOPS_A_ZONE = 600
"""About how many stops a zone holds: enough for a neighbourhood of meal points, few enough for the cache."""

PHASES = 4
"""How often a field is cut anew in one search; each phase starts as cool as the one before it ended."""

SEEDS_A_PHASE = 100_000


@dataclass(frozen=True, slots=True)
class Heat:
    """From how hot to how cold a search anneals, in metres of cost that a round may lose."""

    hot_m: float
    cold_m: float

    def phase(self, number: int, phases: int) -> Heat:
        """Return the heat of one of so many equal phases."""
        cooling = (self.cold_m / self.hot_m) ** (1 / phases)
        return Heat(self.hot_m * cooling**number, self.hot_m * cooling ** (number + 1))


@dataclass(frozen=True, slots=True)
class _Zone:
    """What one worker searches: the part, its rows, how long and how hot."""

    field: Field
    rows: Sequence[Sequence[Trip]]
    budget: Callable[[], Budget]
    heat: Heat
    seed: int


def searched(
    chart: Chart,
    rows: Sequence[Sequence[Trip]],
    *,
    budget: Callable[[float], Budget],
    heat: Heat,
    seed: int,
    executor: Executor | None,
    workers: int,
) -> list[tuple[Trip, ...]]:
    """Return better rows.

    Parameters
    ----------
    chart, rows
        The field and the rows to start from; who is in none of them is inserted first.
    budget
        Returns a budget that begins now, of a share of what there is for this search.
    heat, seed
        See `Search`.
    executor, workers
        Runs so many zones side by side; threads will do, compiled loops do not hold Python's lock.
    """
    search = Search(chart.field, seed)
    search.set_rows(rows)
    search.fill()
    zones = max(1, round(len(chart.stops) / STOPS_A_ZONE))
    if zones == 1:
        search.improve(budget(1.0), heat.hot_m, heat.cold_m)
        return search.rows
    now = search.rows
    for phase in range(PHASES):
        tasks = _cut(chart, now, zones, phase, budget, heat.phase(phase, PHASES), seed, workers)
        found = (
            map(_improved, [task for _, _, task in tasks])
            if executor is None
            else executor.map(_improved, [task for _, _, task in tasks])
        )
        for (stops, vehicles, _), better in zip(tasks, found, strict=True):
            for v, row in zip(vehicles, better, strict=True):
                now[v] = tuple((d, tuple(int(stops[i]) for i in trip)) for d, trip in row)
    search.set_rows(now)
    search.fill()
    return search.rows


def _improved(zone: _Zone) -> list[tuple[Trip, ...]]:
    search = Search(zone.field, zone.seed)
    search.set_rows(zone.rows)
    search.fill()
    search.improve(zone.budget(), zone.heat.hot_m, zone.heat.cold_m)
    return search.rows


def _cut(
    chart: Chart,
    rows: Sequence[Sequence[Trip]],
    zones: int,
    phase: int,
    budget: Callable[[float], Budget],
    heat: Heat,
    seed: int,
    workers: int,
) -> list[tuple[Rows, Rows, _Zone]]:
    """Return stops and vehicles of each zone, with the task that searches it."""
    of_stop, of_vehicle = _zones(chart, rows, zones, math.pi * phase / PHASES)
    tasks = []
    for zone in range(zones):
        stops, vehicles = np.flatnonzero(of_stop == zone), np.flatnonzero(of_vehicle == zone)
        if not len(stops) or not len(vehicles):
            continue
        number = {int(n): i for i, n in enumerate(stops)}
        part_rows = [[(d, tuple(number[i] for i in trip)) for d, trip in rows[int(v)]] for v in vehicles]
        by_clock = min(1.0, workers / zones) / PHASES
        by_rounds = len(stops) / len(chart.stops) / PHASES

        def begin(by_clock: float = by_clock, by_rounds: float = by_rounds) -> Budget:
            asked = budget(1.0)
            return budget(by_clock if asked.rounds is None else by_rounds)

        part = part_of(chart.field, stops, vehicles)
        tasks.append((stops, vehicles, _Zone(part, part_rows, begin, heat, seed + SEEDS_A_PHASE * (phase + 1) + zone)))
    return tasks


def _zones(
    chart: Chart, rows: Sequence[Sequence[Trip]], zones: int, angle: float
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the zone of each stop and of each vehicle: slices across one direction, even in stops."""
    along = chart.spots @ np.array([math.cos(angle), math.sin(angle)])
    place = chart.field.stops["place"]
    at = [along[start] for start in chart.field.vehicles["start"]]
    weight = np.zeros(len(rows), dtype=np.int64)
    served = [[i for _, trip in row for i in trip] for row in rows]
    for v, stops in enumerate(served):
        if stops:
            at[v], weight[v] = float(along[place[stops]].mean()), len(stops)
    order = sorted(range(len(rows)), key=lambda v: (at[v], v))
    before = np.cumsum(weight[order]) - weight[order]
    of_vehicle = np.zeros(len(rows), dtype=np.int64)
    of_vehicle[order] = np.minimum(zones - 1, before * zones // max(1, int(weight.sum())))
    borders = [max((at[v] for v in order if of_vehicle[v] <= zone), default=-math.inf) for zone in range(zones - 1)]
    of_stop = np.searchsorted(np.array(borders), along[place]).astype(np.int64)
    for v, stops in enumerate(served):
        of_stop[stops] = of_vehicle[v]
    return of_stop, of_vehicle
