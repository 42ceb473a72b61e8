"""From a problem to what a search works on: boxes that lie ready, stops of vans, stops of couriers."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from routing.places import Window
from routing.plan import VanRun
from routing.problem import Consignment, Courier, Home, RunProblem
from routing.rides import NEVER_S, Ground, Stop, Vehicle, matrix_rows

Arrivals = Mapping[tuple[str, str], Sequence[tuple[int, int]]]
"""(kitchen, meal point) -> (ready_s, boxes) of everything that is brought there, by time."""


def deadline_s(home: Home) -> int:
    """Return the latest start of the hand-over that both the elder and the food clock allow."""
    return min(home.window.end_s, home.latest_s)


def courier_ground(problem: RunProblem) -> Ground:
    """Return the second echelon: points then homes as places, homes as stops, no box ready yet."""
    seconds, metres = matrix_rows(problem.courier_travel)
    point_at = {point.point_id: n for n, point in enumerate(problem.points)}
    stops = tuple(
        Stop(
            place=len(problem.points) + n,
            depot=point_at[home.point_id],
            boxes=home.boxes,
            service_s=home.service_s,
            open_s=home.window.start_s,
            close_s=deadline_s(home),
            release_s=NEVER_S,
        )
        for n, home in enumerate(problem.homes)
    )
    vehicles = tuple(courier_vehicle(courier, point_at[courier.point_id]) for courier in problem.couriers)
    depots = {n: point.window for n, point in enumerate(problem.points)}
    return Ground(seconds, metres, stops, vehicles, depots)


def courier_vehicle(courier: Courier, start: int) -> Vehicle:
    """Return a courier as a vehicle that stands at its own meal point when its shift begins."""
    return Vehicle(
        start=start,
        free_s=courier.shift.start_s,
        end_by_s=courier.shift.end_s,
        capacity=courier.capacity_boxes,
        loading_s=courier.loading_s,
        max_trips=courier.max_trips,
        fixed_cost_m=courier.fixed_cost_m,
    )


@dataclass(frozen=True, slots=True)
class VanGround:
    """The first echelon of one kitchen; stop n brings a part of `consignments[n]`."""

    kitchen_id: str
    ground: Ground
    consignments: tuple[Consignment, ...]
    van_ids: tuple[str, ...]

    def split(self, stop: int, boxes: int) -> VanGround:
        """Return the same ground with `boxes` of one stop made a stop of their own at the end."""
        stops = self.ground.stops
        whole = stops[stop]
        parts = [*stops, _with_boxes(whole, boxes)]
        parts[stop] = _with_boxes(whole, whole.boxes - boxes)
        return self.with_stops(tuple(parts), (*self.consignments, self.consignments[stop]))

    def with_stops(self, stops: tuple[Stop, ...], consignments: tuple[Consignment, ...]) -> VanGround:
        """Return the same vans and ways with other stops."""
        ground = self.ground
        fresh = Ground(ground.seconds, ground.metres, stops, ground.vehicles, ground.depots)
        return VanGround(self.kitchen_id, fresh, consignments, self.van_ids)


def _with_boxes(stop: Stop, boxes: int) -> Stop:
    return Stop(stop.place, stop.depot, boxes, stop.service_s, stop.open_s, stop.close_s, stop.release_s)


def van_grounds(problem: RunProblem) -> list[VanGround]:
    """Return one first echelon per kitchen that owes boxes elsewhere; vans out of service are not in it.

    A consignment larger than the largest van is cut into full loads and a rest.
    """
    seconds, metres = matrix_rows(problem.van_travel)
    point_at = {point.point_id: len(problem.kitchens) + n for n, point in enumerate(problem.points)}
    windows = {point.point_id: (point.window, point.handling_s) for point in problem.points}
    grounds = []
    for at, kitchen in enumerate(problem.kitchens):
        owed = [c for c in problem.consignments if c.kitchen_id == kitchen.kitchen_id and not c.on_site]
        if not owed:
            continue
        vans = [v for v in problem.vans if v.kitchen_id == kitchen.kitchen_id and v.capacity_boxes > 0]
        largest = max((v.capacity_boxes for v in vans), default=0)
        stops, whose = [], []
        for one in owed:
            window, handling_s = windows[one.point_id]
            for boxes in full_loads(one.boxes, largest):
                stops.append(_van_stop(one, boxes, at, point_at[one.point_id], window, handling_s))
                whose.append(one)
        no_limit = sum(one.boxes for one in owed)
        vehicles = tuple(
            Vehicle(
                at, v.shift.start_s, v.shift.end_s, v.capacity_boxes, v.loading_s, no_limit, v.fixed_cost_m, back=at
            )
            for v in vans
        )
        ground = Ground(seconds, metres, tuple(stops), vehicles, {})
        grounds.append(VanGround(kitchen.kitchen_id, ground, tuple(whose), tuple(v.van_id for v in vans)))
    return grounds


def full_loads(boxes: int, largest: int) -> list[int]:
    """Return `boxes` cut into loads of `largest` and a rest; whole if nothing can carry any."""
    if largest <= 0 or boxes <= largest:
        return [boxes]
    full, rest = divmod(boxes, largest)
    return [largest] * full + ([rest] if rest else [])


def _van_stop(one: Consignment, boxes: int, kitchen: int, place: int, window: Window, handling_s: int) -> Stop:
    return Stop(
        place=place,
        depot=kitchen,
        boxes=boxes,
        service_s=handling_s,
        open_s=window.start_s,
        close_s=min(one.due_s, window.end_s - handling_s),
        release_s=one.ready_s,
    )


def list_arrivals(problem: RunProblem, van_runs: Sequence[VanRun]) -> dict[tuple[str, str], list[tuple[int, int]]]:
    """Return when how many boxes of each consignment lie sorted at their meal point, by time."""
    arrivals: dict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
    for one in problem.consignments:
        if one.on_site:
            arrivals[one.kitchen_id, one.point_id].append((one.ready_s, one.boxes))
    for run in van_runs:
        for stop in run.stops:
            arrivals[run.kitchen_id, stop.point_id].append((stop.ready_s, stop.boxes))
    for lots in arrivals.values():
        lots.sort()
    return dict(arrivals)


def releases(
    problem: RunProblem, arrivals: Arrivals, homes: Iterable[int], served: Iterable[int] = ()
) -> dict[int, int]:
    """Return for each of `homes` (by number) when its boxes lie ready, the most urgent home first.

    The homes in `served` have theirs already; what comes is counted for them before anybody else.

    A home that is not in the answer gets no boxes: fewer are brought than the homes need. Boxes for the tables stand
    back behind those for the homes, because who sits at the table can be told on the spot.
    """
    waiting: dict[tuple[str, str], list[int]] = defaultdict(list)
    for n in homes:
        home = problem.homes[n]
        waiting[home.kitchen_id, home.point_id].append(n)
    gone: Counter[tuple[str, str]] = Counter()
    for n in served:
        gone[problem.homes[n].kitchen_id, problem.homes[n].point_id] += problem.homes[n].boxes
    ready: dict[int, int] = {}
    for key, group in waiting.items():
        lots = arrivals.get(key, ())
        brought = sum(boxes for _, boxes in lots)
        given = gone[key]
        for n in sorted(group, key=lambda n: (deadline_s(problem.homes[n]), n)):
            boxes = problem.homes[n].boxes
            if given + boxes <= brought:
                given += boxes
                ready[n] = _when(lots, given)
    return ready


def _when(lots: Sequence[tuple[int, int]], boxes: int) -> int:
    """Return when `boxes` boxes have come in all."""
    for ready_s, more in lots:
        boxes -= more
        if boxes <= 0:
            return ready_s
    raise ValueError("expected enough boxes in the lots")
