"""The independent checker of one echelon: recomputes cost, loads and times from the file's own figures.

It shares no code with the solver, only the values of `instance`. A vehicle may wait anywhere. A tour's shortest
duration is found by leaving as late as the arrival at its end allows (Savelsbergh 1992, forward time slack).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from routing.published.single.instance import Convention, Floats, SingleInstance, SinglePlan, Tour, from_routes

TOLERANCE = 1e-6
"""Rounding of floating-point sums; no published figure is finer."""

FACTOR = {Convention.DIMACS: 10, Convention.THOUSANDTHS: 1_000}
"""What every time and duration is multiplied with before it is rounded."""


@dataclass(frozen=True, slots=True)
class Checked:
    """The cost in the family's own convention, the vehicles used, and every broken rule in words."""

    cost: float
    vehicles: int
    violations: tuple[str, ...]


def check(instance: SingleInstance, plan: SinglePlan) -> Checked:
    """Return what `plan` costs and which rules it breaks."""
    wrong = list(_everybody(instance, plan))
    known = [tour for tour in plan.tours if 0 <= tour.vehicle < len(instance.vehicles)]
    wrong += [f"tour {tour.vehicle}: no such vehicle" for tour in plan.tours if tour not in known]
    used = Counter(tour.vehicle for tour in known)
    wrong += [f"vehicle {vehicle}: {count} tours" for vehicle, count in used.items() if count > 1]
    cost = 0.0
    for tour in known:
        if any(not 0 <= node < instance.size for trip in tour.trips for node in trip):
            continue
        metres = _legs(instance, _way(instance, tour))
        cost += float(metres.sum())
        wrong += [f"vehicle {tour.vehicle}: {what}" for what in _tour(instance, tour, metres)]
    return Checked(_stated(instance, cost), len(used), tuple(wrong))


def read_published(path: Path, instance: SingleInstance) -> tuple[SinglePlan, float]:
    """Return the plan and the cost that a published `.sol` file states.

    Raises
    ------
    ValueError
        If a line is neither a route nor the cost.
    """
    routes: list[list[int]] = []
    cost = math.nan
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        words = line.replace(":", " ").split()
        if words[:1] == ["Route"]:
            routes.append([int(word) for word in words[2:]])
        elif words[:1] == ["Cost"]:
            cost = float(words[1])
        elif words[:1] not in ([], ["Optimal"]):
            raise ValueError(f"line {number}: expected Route #k: … or Cost …, got {line!r}")
    return from_routes(routes, instance.depots), cost


def _everybody(instance: SingleInstance, plan: SinglePlan) -> Iterator[str]:
    found = Counter(node for tour in plan.tours for trip in tour.trips for node in trip)
    for node in range(instance.depots, instance.size):
        if found[node] != 1:
            yield f"customer {node}: visited {found[node]} times"
    for node in found:
        if not instance.depots <= node < instance.size:
            yield f"node {node}: no customer"


def _way(instance: SingleInstance, tour: Tour) -> list[int]:
    depot = instance.vehicles[tour.vehicle].depot
    way = [depot]
    for n, trip in enumerate(tour.trips):
        way += [*trip, tour.reloads[n] if n < len(tour.reloads) else depot]
    return way


def _legs(instance: SingleInstance, way: list[int]) -> Floats:
    """Return the distance of each leg in the convention's unit."""
    here, there = np.array(way[:-1]), np.array(way[1:])
    if instance.given.size:
        legs: Floats = instance.given[here, there]
    else:
        legs = np.hypot(*(instance.places[here] - instance.places[there]).T)
    match instance.convention:
        case Convention.DOUBLE:
            pass
        case Convention.NEAREST:
            legs = np.floor(legs + 0.5)
        case Convention.THOUSANDTHS:
            legs = np.rint(1_000 * legs)
        case Convention.TENTHS:
            legs = np.floor(10 * legs) / 10
        case Convention.DIMACS:
            legs = np.floor(10 * legs)
    return legs


def _stated(instance: SingleInstance, cost: float) -> float:
    match instance.convention:
        case Convention.DOUBLE:
            return cost
        case Convention.TENTHS:
            return round(cost, 1)
        case _:
            return float(round(cost))


def _tour(instance: SingleInstance, tour: Tour, metres: Floats) -> Iterator[str]:
    vehicle = instance.vehicles[tour.vehicle]
    for number, trip in enumerate(tour.trips, 1):
        load = float(sum(instance.demand[node] for node in trip))
        if load > vehicle.capacity + TOLERANCE:
            yield f"trip {number} carries {load:g} of {vehicle.capacity:g}"
    if len(tour.reloads) > vehicle.max_reloads:
        yield f"{len(tour.reloads)} reloads of {vehicle.max_reloads:g}"
    for reload in tour.reloads:
        if reload not in vehicle.reload_depots:
            yield f"may not reload at {reload}"
    factor = FACTOR.get(instance.convention, 1)
    if float(metres.sum()) > vehicle.max_distance * factor + TOLERANCE:
        yield f"{metres.sum():g} of {vehicle.max_distance * factor:g} far"
    late, duration = _times(instance, tour, metres)
    if late is not None:
        yield late
    if duration > _scaled(instance, vehicle.max_duration) + TOLERANCE:
        yield f"{duration:g} of {_scaled(instance, vehicle.max_duration):g} long"


def _times(instance: SingleInstance, tour: Tour, metres: Floats) -> tuple[str | None, float]:
    """Return the first lateness, and the shortest time from leaving to coming back.

    With `work` the travel and service so far: leaving at t means reaching a stop at the later of t + work and the
    earliest by windows alone; `slack_end` is the latest t that keeps every window so far.
    """
    begin, end = _window(instance, instance.vehicles[tour.vehicle].depot)
    now, work, slack_end = begin, 0.0, end
    legs = iter(metres)
    for n, trip in enumerate(tour.trips):
        released = max((_scaled(instance, instance.release[node]) for node in trip), default=0.0)
        now, slack_end = max(now, released), min(slack_end, end - work)
        for node in trip:
            leg = float(next(legs))
            first, last = _window(instance, node)
            now, work = max(now + leg, first), work + leg
            if now > last + TOLERANCE:
                return f"customer {node} is reached {now - last:g} late", 0.0
            slack_end = min(slack_end, last - work)
            service = _scaled(instance, instance.service[node])
            now, work = now + service, work + service
        leg = float(next(legs))
        now, work = now + leg, work + leg
        first, last = _window(instance, tour.reloads[n]) if n < len(tour.reloads) else (begin, end)
        now = max(now, first)
        if now > last + TOLERANCE:
            return f"is back {now - last:g} late", 0.0
        slack_end = min(slack_end, last - work)
    return None, max(work, now - slack_end)


def _window(instance: SingleInstance, node: int) -> tuple[float, float]:
    first, last = instance.windows[node]
    return _scaled(instance, first), _scaled(instance, last)


def _scaled(instance: SingleInstance, value: float) -> float:
    if math.isinf(value):
        return value
    match instance.convention:
        case Convention.DIMACS:
            return float(math.floor(10 * value + TOLERANCE))
        case Convention.THOUSANDTHS:
            return float(round(1_000 * value))
        case _:
            return float(value)
