"""Judge a plan of a published two-echelon instance with time windows: its cost, and every rule it breaks.

Shares no code with any solver. The times of both levels can be judged apart: trucks leave at once and freighters as
late as their windows let them. If goods do not arrive in time for those latest departures, they do for no others.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from routing.published.timed.read import Stops, TimedInstance, TimedPlan

EPSILON = 1e-6
"""What a sum of doubles may be off, in the instance's units of time and load."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The cost in the instance's own convention, and what is wrong; the cost of a wrong plan means nothing."""

    cost: float
    violations: tuple[str, ...]

    @property
    def is_feasible(self) -> bool:
        """Return whether no rule is broken."""
        return not self.violations


@dataclass(frozen=True, slots=True)
class _Place:
    kind: str
    x: float
    y: float
    load: float
    open: float
    close: float
    service: float


_Places = dict[int, _Place]
_Events = dict[int, list[tuple[float, float]]]


def check(instance: TimedInstance, plan: TimedPlan, *, floored_trucks: bool = False) -> Verdict:
    """Return what this plan costs and which rules it breaks.

    Cost: Euclidean length of all routes, and the price of every vehicle; a truck route that carries q counts
    ceil(q / capacity) times, as that many trucks side by side. Rules: every customer once; loads; windows of both
    levels (a truck serves a satellite within its window and is back within the depot's; a freighter of a single-trip
    instance is back within its satellite's); routes begin and end where they must; what is brought to a satellite is
    what leaves it; no trip leaves before its goods have been unloaded.

    `floored_trucks` rounds each truck leg's time down, as the source of the published plans does: SetG-75-modQ_rc104
    needs it (satellite 77 must be left at 86.308, the truck is there at 86.31 or later), no other of the folder does.
    Loading a freighter takes no time: 36 published plans of set D would not hold if it took the satellite's service
    time after unloading did.
    """
    places = _places(instance)
    wrong: list[str] = []
    brought: _Events = defaultdict(list)
    taken: _Events = defaultdict(list)
    cost = sum(_truck(instance, places, route, brought, wrong, floored=floored_trucks) for route in plan.first_level)
    cost += sum(_freighter(instance, places, route, taken, wrong) for route in plan.second_level)
    wrong += _coverage(instance, plan)
    wrong += _fleets(instance, plan)
    for satellite in instance.satellites.ids:
        wrong += _meeting(satellite, brought[satellite], taken[satellite])
    return Verdict(cost, tuple(wrong))


def _places(instance: TimedInstance) -> _Places:
    kinds = {"customer": instance.customers, "satellite": instance.satellites, "depot": instance.depots}
    places = {number: place for kind, stops in kinds.items() for number, place in _of_kind(kind, stops)}
    if instance.garage:
        places[instance.garage_id] = _Place("garage", *instance.garage, 0.0, -math.inf, math.inf, 0.0)
    return places


def _of_kind(kind: str, stops: Stops) -> Iterator[tuple[int, _Place]]:
    columns = (stops.x, stops.y, stops.load, stops.open, stops.close, stops.service)
    for number, *row in zip(stops.ids, *(column.tolist() for column in columns), strict=True):
        yield number, _Place(kind, *row)


def _between(one: _Place, other: _Place) -> float:
    return math.hypot(one.x - other.x, one.y - other.y)


def _truck(
    instance: TimedInstance,
    places: _Places,
    route: tuple[tuple[int, float], ...],
    brought: _Events,
    wrong: list[str],
    *,
    floored: bool,
) -> float:
    """Follow a truck from its depot and back; note what it brings when, and return what it costs."""
    stops = [places.get(number) for number, _ in route]
    kinds = [stop.kind if stop else "unknown" for stop in stops]
    name = f"truck route {[number for number, _ in route]}"
    if len(route) < 3 or {kinds[0], kinds[-1]} != {"depot"} or set(kinds[1:-1]) != {"satellite"}:
        wrong.append(f"{name}: expected a depot, satellites, a depot, got {kinds}")
        return math.inf
    if route[0][0] != route[-1][0] or any(quantity < 0 for _, quantity in route):
        wrong.append(f"{name}: expected to end where it began, and no quantity below 0")
    known = [stop for stop in stops if stop]
    time, length = known[0].open + known[0].service, 0.0
    for (number, quantity), before, stop in zip(route[1:], known, known[1:], strict=False):
        leg = _between(before, stop)
        length += leg
        time = max(time + (math.floor(leg) if floored else leg), stop.open)
        if time > stop.close + EPSILON:
            wrong.append(f"{name}: at {number} at {time:.6f}, after it closes at {stop.close}")
        time += stop.service
        brought[number].append((time, quantity))
    load = sum(quantity for _, quantity in route)
    return max(1, math.ceil(load / instance.trucks.capacity - EPSILON)) * (length + instance.trucks.cost)


def _freighter(
    instance: TimedInstance, places: _Places, route: tuple[int, ...], taken: _Events, wrong: list[str]
) -> float:
    """Follow a freighter back from its end, as late as may be; note what it takes when, and return what it costs."""
    name = f"freighter route {list(route)}"
    stops = [places.get(number) for number in route]
    known = [stop for stop in stops if stop]
    if len(known) < len(stops) or not _well_formed(instance, route, [stop.kind for stop in known]):
        wrong.append(f"{name}: expected {'garage' if instance.garage else 'one satellite'} at both ends, then loading")
        return math.inf
    time, load, length = known[-1].close, 0.0, 0.0
    for at in range(len(known) - 2, -1, -1):
        stop, leg = known[at], _between(known[at], known[at + 1])
        length += leg
        # A customer's service begins within its window; loading at a satellite takes no time.
        time = min(time - leg - (stop.service if stop.kind == "customer" else 0.0), stop.close)
        if time < stop.open - EPSILON:
            wrong.append(f"{name}: must be at {route[at]} by {time:.6f}, before it opens at {stop.open}")
        load += stop.load
        if load > instance.freighters.capacity + EPSILON:
            wrong.append(f"{name}: carries {load} from {route[at]}, more than {instance.freighters.capacity}")
        if stop.kind == "satellite":
            taken[route[at]].append((time, load))
            load = 0.0
    earliest = _earliest(known)
    if earliest is not None:
        wrong.append(f"{name}: even the earliest way is late at {route[earliest]}")
    return length + instance.freighters.cost


def _well_formed(instance: TimedInstance, route: tuple[int, ...], kinds: list[str]) -> bool:
    if len(route) < 3 or route[0] != route[-1]:
        return False
    if instance.garage is None:
        return kinds[0] == "satellite" and set(kinds[1:-1]) == {"customer"}
    inside = kinds[1:-1]
    return kinds[0] == "garage" and inside[0] == "satellite" and set(inside) <= {"satellite", "customer"}


def _earliest(stops: list[_Place]) -> int | None:
    """Return where a freighter that waits for no goods is late: a second way to find a window missed."""
    time = stops[0].open
    for at, (before, stop) in enumerate(pairwise(stops), 1):
        time += (before.service if before.kind == "customer" else 0.0) + _between(before, stop)
        time = max(time, stop.open)
        if time > stop.close + EPSILON:
            return at
    return None


def _coverage(instance: TimedInstance, plan: TimedPlan) -> list[str]:
    visits = Counter(number for route in plan.second_level for number in route)
    return [
        f"customer {number}: expected one visit, got {visits[number]}"
        for number in instance.customers.ids
        if visits[number] != 1
    ]


def _fleets(instance: TimedInstance, plan: TimedPlan) -> list[str]:
    capacity = instance.trucks.capacity
    loads = [sum(quantity for _, quantity in route) for route in plan.first_level]
    trucks = sum(max(1, math.ceil(load / capacity - EPSILON)) for load in loads)
    used = (("trucks", trucks, instance.trucks.size), ("freighters", len(plan.second_level), instance.freighters.size))
    return [f"{name}: expected at most {size}, got {number}" for name, number, size in used if number > size]


def _meeting(satellite: int, brought: list[tuple[float, float]], taken: list[tuple[float, float]]) -> list[str]:
    """Return what is wrong at a satellite: goods that come too late, and goods nobody takes."""
    wrong = []
    gone = 0.0
    for time, load in sorted(taken):
        gone += load
        here = sum(quantity for moment, quantity in brought if moment <= time + EPSILON)
        if here < gone - EPSILON:
            wrong.append(f"satellite {satellite}: {gone} must have left by {time:.6f}, only {here} have come")
    came = sum(quantity for _, quantity in brought)
    if abs(came - gone) > EPSILON:
        wrong.append(f"satellite {satellite}: {came} come, {gone} leave")
    return wrong
