"""From a problem to what a search works on: boxes that lie ready, stops of vans, stops of couriers."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from routing.ground import NEVER_S, Ground, Stop, Vehicle, matrix_rows, stretched_rows
from routing.plan import VanRun
from routing.problem import Consignment, Courier, Home, Lot, MealPoint, RunProblem, lot_for, lot_of

Arrivals = Mapping[Lot, Sequence[tuple[int, int]]]
"""Lot -> (ready_s, boxes) of everything that comes of it, by time."""


def deadline_s(home: Home) -> int:
    """Return the latest start of the hand-over that both the elder and the food clock allow."""
    return min(home.window.end_s, home.latest_s)


def may_go(courier: Courier, home: Home) -> bool:
    """Return whether the courier may be sent to the home at all."""
    if home.certified_only and not courier.certified:
        return False
    return home.courier_id in {None, courier.courier_id} and courier.courier_id not in home.not_couriers


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
    choosy = [n for n, home in enumerate(problem.homes) if home.certified_only or home.courier_id or home.not_couriers]
    vehicles = tuple(
        courier_vehicle(
            courier,
            point_at[courier.point_id],
            frozenset(n for n in choosy if not may_go(courier, problem.homes[n])),
        )
        for courier in problem.couriers
    )
    depots = {n: point.window for n, point in enumerate(problem.points)}
    stretched = stretched_rows(problem.courier_travel, (courier.pace_percent for courier in problem.couriers))
    return Ground(seconds, metres, stops, vehicles, depots, stretched)


def courier_vehicle(courier: Courier, start: int, never: frozenset[int]) -> Vehicle:
    """Return a courier as a vehicle that stands at its own meal point when its shift begins."""
    return Vehicle(
        start=start,
        free_s=courier.shift.start_s,
        end_by_s=courier.shift.end_s,
        capacity=courier.capacity_boxes,
        loading_s=courier.loading_s,
        max_trips=courier.max_trips,
        fixed_cost_m=courier.fixed_cost_m,
        pace_percent=courier.pace_percent,
        never=never,
    )


@dataclass(frozen=True, slots=True)
class VanGround:
    """The first echelon of one kitchen; stop n brings `boxes[n]` boxes, a part of `consignments[n]`.

    The ground's stops and vans count in carriers, each of `boxes_per_carrier` boxes; a part that is not a whole number
    of them takes one more.
    """

    kitchen_id: str
    ground: Ground
    consignments: tuple[Consignment, ...]
    van_ids: tuple[str, ...]
    boxes: tuple[int, ...]
    boxes_per_carrier: int

    def split(self, stop: int, carriers: int) -> VanGround:
        """Return the same ground with `carriers` full carriers of one stop made a stop of their own at the end."""
        stops = list(self.ground.stops)
        whole, boxes = stops[stop], carriers * self.boxes_per_carrier
        stops[stop] = replace(whole, boxes=whole.boxes - carriers)
        stops.append(replace(whole, boxes=carriers))
        kept = [*self.boxes, boxes]
        kept[stop] -= boxes
        return replace(
            self,
            ground=replace(self.ground, stops=tuple(stops)),
            consignments=(*self.consignments, self.consignments[stop]),
            boxes=tuple(kept),
        )


def van_grounds(problem: RunProblem) -> list[VanGround]:
    """Return one first echelon per kitchen that owes boxes elsewhere; vans out of service are not in it.

    A consignment larger than the largest van is cut into full loads and a rest. What a meal point has no room for is
    not in it either.
    """
    seconds, metres = matrix_rows(problem.van_travel)
    ways = Ground(seconds, metres, (), (), {})
    room = admitted(problem)
    grounds = []
    for at, kitchen in enumerate(problem.kitchens):
        owed = [c for c in problem.consignments if c.kitchen_id == kitchen.kitchen_id and not c.on_site]
        owed = [replace(c, boxes=room[lot_of(c)]) for c in owed if room[lot_of(c)]]
        if owed:
            grounds.append(_van_ground(problem, kitchen.kitchen_id, at, owed, ways))
    return grounds


def _van_ground(problem: RunProblem, kitchen_id: str, at: int, owed: Sequence[Consignment], ways: Ground) -> VanGround:
    in_carrier = problem.boxes_per_carrier
    vans = [v for v in problem.vans if v.kitchen_id == kitchen_id and v.capacity_boxes >= in_carrier]
    largest = max((v.capacity_boxes // in_carrier for v in vans), default=0) * in_carrier
    points = {point.point_id: (len(problem.kitchens) + n, point) for n, point in enumerate(problem.points)}
    parts = [(one, boxes) for one in owed for boxes in full_loads(one.boxes, largest)]
    stops = tuple(_van_stop(one, -(-boxes // in_carrier), at, *points[one.point_id]) for one, boxes in parts)
    no_limit = sum(one.boxes for one in owed)
    vehicles = tuple(
        Vehicle(
            start=at,
            free_s=v.shift.start_s,
            end_by_s=v.shift.end_s,
            capacity=v.capacity_boxes // in_carrier,
            loading_s=v.loading_s,
            max_trips=no_limit,
            fixed_cost_m=v.fixed_cost_m,
            back=at,
        )
        for v in vans
    )
    return VanGround(
        kitchen_id=kitchen_id,
        ground=replace(ways, stops=stops, vehicles=vehicles),
        consignments=tuple(one for one, _ in parts),
        van_ids=tuple(v.van_id for v in vans),
        boxes=tuple(boxes for _, boxes in parts),
        boxes_per_carrier=in_carrier,
    )


def full_loads(boxes: int, largest: int) -> list[int]:
    """Return `boxes` cut into loads of `largest` and a rest; whole if nothing can carry any."""
    if largest <= 0 or boxes <= largest:
        return [boxes]
    full, rest = divmod(boxes, largest)
    return [largest] * full + ([rest] if rest else [])


def _van_stop(one: Consignment, carriers: int, kitchen: int, place: int, point: MealPoint) -> Stop:
    return Stop(
        place=place,
        depot=kitchen,
        boxes=carriers,
        service_s=point.handling_s,
        open_s=point.window.start_s,
        close_s=min(one.due_s, point.window.end_s - point.handling_s),
        release_s=one.ready_s,
    )


def admitted(problem: RunProblem) -> dict[Lot, int]:
    """Return how many boxes of each consignment its meal point has room for, every home at its own point.

    Boxes for homes come before boxes for the tables, because who sits at the table can be told on the spot.
    """
    for_homes: Counter[Lot] = Counter()
    for home in problem.homes:
        for_homes[lot_for(home)] += home.boxes
    room = {point.point_id: point.capacity_boxes for point in problem.points}
    taken = dict.fromkeys(map(lot_of, problem.consignments), 0)
    for homes_only in (True, False):
        for one in problem.consignments:
            lot = lot_of(one)
            wanted = (min(for_homes[lot], one.boxes) if homes_only else one.boxes) - taken[lot]
            left = room[one.point_id]
            boxes = wanted if left is None else min(wanted, left)
            taken[lot] += boxes
            if left is not None:
                room[one.point_id] = left - boxes
    return taken


def list_arrivals(problem: RunProblem, van_runs: Sequence[VanRun]) -> dict[Lot, list[tuple[int, int]]]:
    """Return when how many boxes of each consignment lie sorted at their meal point, by time."""
    arrivals: dict[Lot, list[tuple[int, int]]] = defaultdict(list)
    room = admitted(problem)
    for one in problem.consignments:
        if one.on_site:
            arrivals[lot_of(one)].append((one.ready_s, room[lot_of(one)]))
    for run in van_runs:
        for stop in run.stops:
            arrivals[run.kitchen_id, stop.point_id, stop.batch].append((stop.ready_s, stop.boxes))
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
    waiting: dict[Lot, list[int]] = defaultdict(list)
    for n in homes:
        waiting[lot_for(problem.homes[n])].append(n)
    gone: Counter[Lot] = Counter()
    for n in served:
        gone[lot_for(problem.homes[n])] += problem.homes[n].boxes
    ready: dict[int, int] = {}
    for lot, group in waiting.items():
        come = arrivals.get(lot, ())
        brought = sum(boxes for _, boxes in come)
        given = gone[lot]
        for n in sorted(group, key=lambda n: (deadline_s(problem.homes[n]), n)):
            boxes = problem.homes[n].boxes
            if given + boxes <= brought:
                given += boxes
                ready[n] = _when(come, given)
    return ready


def _when(lots: Sequence[tuple[int, int]], boxes: int) -> int:
    """Return when `boxes` boxes have come in all."""
    for ready_s, more in lots:
        boxes -= more
        if boxes <= 0:
            return ready_s
    raise ValueError("expected enough boxes in the lots")
