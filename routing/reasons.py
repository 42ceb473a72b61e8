"""Why somebody is left out: the truest reason and what it would have taken.

`lack` is in seconds for PAST_EAT_BY, WINDOW, POINT_CLOSED and NO_COURIER, in boxes for TOO_LARGE, NOT_BROUGHT and
NO_CAPACITY, and 0 where there is no figure (UNREACHABLE, nobody on duty). Where somebody would be in time but may not
go there (NOT_CERTIFIED, LOCKED, FORBIDDEN), it is the seconds by which those miss it who may.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence

from routing.ground import ALWAYS, Ground, Stop, Vehicle
from routing.plan import LeftOutConsignment, LeftOutHome, Reason
from routing.problem import Courier, Home, Lot, RunProblem, lot_for, lot_of
from routing.rides import Ride
from routing.supply import VanGround, admitted, may_go
from routing.travel import UNREACHABLE_S


def hopeless_homes(problem: RunProblem, ground: Ground) -> dict[int, LeftOutHome]:
    """Return the homes, by number, that no plan can serve whenever their boxes come."""
    on_duty = [courier for courier in problem.couriers if courier.capacity_boxes > 0]
    largest = max((courier.capacity_boxes for courier in on_duty), default=0)
    out: dict[int, LeftOutHome] = {}
    for n, (home, stop) in enumerate(zip(problem.homes, ground.stops, strict=True)):
        why = _hopeless(home, stop, ground, on_duty, largest)
        if why is not None:
            out[n] = LeftOutHome(home.home_id, *why)
    return out


def _hopeless(
    home: Home, stop: Stop, ground: Ground, on_duty: Sequence[Courier], largest: int
) -> tuple[Reason, int] | None:
    if ground.seconds[stop.depot][stop.place] >= UNREACHABLE_S:
        return Reason.UNREACHABLE, 0
    if not on_duty:
        return Reason.NO_COURIER, 0
    if home.certified_only or home.courier_id is not None or home.not_couriers:
        largest = max((courier.capacity_boxes for courier in on_duty if may_go(courier, home)), default=0)
    if largest == 0:
        return _barred(home, on_duty), 0
    if home.boxes > largest:
        return Reason.TOO_LARGE, home.boxes - largest
    if home.window.start_s > home.latest_s:
        return Reason.PAST_EAT_BY, home.window.start_s - home.latest_s
    return None


def _barred(home: Home, couriers: Iterable[Courier]) -> Reason:
    """Return why none of these couriers, who all may not go to the home, may go there."""
    if home.courier_id is not None:
        return Reason.LOCKED
    if home.certified_only and not any(courier.certified for courier in couriers):
        return Reason.NOT_CERTIFIED
    return Reason.FORBIDDEN


def left_out_homes(
    problem: RunProblem, rides: Sequence[Ride], hopeless: Mapping[int, LeftOutHome], left: Collection[int]
) -> list[LeftOutHome]:
    """Return every home that no ride serves, in the problem's order; `left` had boxes ready but found no courier."""
    served = {i for ride in rides for load in ride.loads for i in load.stops}
    full = {(one.kitchen_id, one.point_id, one.batch) for one in turned_away(problem)}
    out = []
    for n, home in enumerate(problem.homes):
        if n in hopeless:
            out.append(hopeless[n])
        elif n in left:
            out.append(LeftOutHome(home.home_id, *_no_courier(problem, n, rides)))
        elif n not in served:
            reason = Reason.NO_CAPACITY if lot_for(home) in full else Reason.NOT_BROUGHT
            out.append(LeftOutHome(home.home_id, reason, home.boxes))
    return out


def _late_food(home: Home, late_s: int) -> tuple[Reason, int]:
    return (Reason.PAST_EAT_BY if home.latest_s <= home.window.end_s else Reason.WINDOW), late_s


def _no_courier(problem: RunProblem, n: int, rides: Sequence[Ride]) -> tuple[Reason, int]:
    """Return what stops every courier: the boxes come too late, nobody is on duty in time, or no room is left."""
    ground, home = rides[0].ground, problem.homes[n]
    stop = ground.stops[n]
    able = [ride for ride in rides if ride.may_take(n)]
    window = ground.depots.get(stop.depot, ALWAYS)
    there_s = max(stop.release_s, window.start_s)
    gone_s = there_s + min(ride.vehicle.loading_s for ride in able)
    if gone_s > window.end_s:
        return Reason.POINT_CLOSED, gone_s - window.end_s
    first_s = min(there_s + ride.vehicle.loading_s + ride.sec[stop.depot][stop.place] for ride in able)
    late_s = max(first_s, stop.open_s) - stop.close_s
    if late_s > 0:
        return _late_food(home, late_s)
    others = [
        courier
        for courier, ride in zip(problem.couriers, rides, strict=True)
        if n in ride.vehicle.never and ride.has_room_for(n)
    ]
    if others:
        return _barred(home, others), missed_by_s(n, rides) or 0
    crowded = [ride.crowded_by(stop) for ride in able]
    room = [boxes for boxes in crowded if boxes is not None]
    if room:
        return Reason.NO_CAPACITY, min(room)
    return Reason.NO_COURIER, missed_by_s(n, rides) or 0


def missed_by_s(n: int, rides: Sequence[Ride]) -> int | None:
    """Return by how many seconds the best placed courier misses a stop that fits nowhere; None if none can try."""
    able = [ride for ride in rides if ride.may_take(n)]
    if not able:
        return None
    stop = able[0].ground.stops[n]
    short = [_short_s(ride.ground, ride.vehicle, stop, *ride.after_last()) for ride in able if ride.may_load_again()]
    short += [_short_at_end_s(ride, stop) for ride in able if ride.loads]
    least_s = min(short, default=UNREACHABLE_S)
    return least_s if least_s < UNREACHABLE_S else None


def _short_s(ground: Ground, vehicle: Vehicle, stop: Stop, here: int, free_s: int) -> int:
    """Return by how many seconds a vehicle free at `here` would miss the stop on a trip of its own."""
    window, seconds = ground.depots.get(stop.depot, ALWAYS), ground.seconds_at(vehicle.pace_percent)
    there_s = free_s + seconds[here][stop.depot]
    depart_s = max(there_s, stop.release_s, window.start_s) + vehicle.loading_s
    begin_s = max(depart_s + seconds[stop.depot][stop.place], stop.open_s)
    done_s = begin_s + stop.service_s
    if vehicle.back is not None:
        done_s += seconds[stop.place][vehicle.back]
    return max(0, depart_s - window.end_s, begin_s - stop.close_s, done_s - vehicle.end_by_s)


def _short_at_end_s(ride: Ride, stop: Stop) -> int:
    """Return by how many seconds the ride would miss the stop as the last one of its last trip."""
    load = ride.loads[-1]
    full = load.boxes + stop.boxes > ride.vehicle.capacity
    if load.depot != stop.depot or stop.release_s > load.load_s or full:
        return UNREACHABLE_S
    here, free_s = ride.after_last()
    begin_s = max(free_s + ride.sec[here][stop.place], stop.open_s)
    return max(0, begin_s - stop.close_s, begin_s + stop.service_s - ride.vehicle.end_by_s)


def turned_away(problem: RunProblem) -> list[LeftOutConsignment]:
    """Return the boxes that their meal points have no room for."""
    room = admitted(problem)
    return [
        LeftOutConsignment(one.kitchen_id, one.point_id, one.boxes - room[lot_of(one)], Reason.NO_CAPACITY, one.batch)
        for one in problem.consignments
        if one.boxes > room[lot_of(one)]
    ]


def left_out_consignments(supply: VanGround, left: Collection[int]) -> list[LeftOutConsignment]:
    """Return what the vans of one kitchen leave standing, each consignment once."""
    boxes: Counter[Lot] = Counter()
    why: dict[Lot, Reason] = {}
    for index in sorted(left):
        lot = lot_of(supply.consignments[index])
        boxes[lot] += supply.boxes[index]
        why.setdefault(lot, _no_van(supply, index))
    return [LeftOutConsignment(lot[0], lot[1], boxes[lot], why[lot], lot[2]) for lot in boxes]


def _no_van(supply: VanGround, index: int) -> Reason:
    ground, one = supply.ground, supply.consignments[index]
    stop = ground.stops[index]
    there_s, back_s = ground.seconds[stop.depot][stop.place], ground.seconds[stop.place][stop.depot]
    if max(there_s, back_s) >= UNREACHABLE_S:
        return Reason.UNREACHABLE
    if not ground.vehicles:
        return Reason.NO_VAN
    begin_s = max(stop.release_s + min(v.loading_s for v in ground.vehicles) + there_s, stop.open_s)
    if begin_s > stop.close_s:
        return Reason.PAST_EAT_BY if stop.close_s == one.due_s else Reason.POINT_CLOSED
    in_time = [v for v in ground.vehicles if not _short_s(ground, v, stop, v.start, v.free_s)]
    return Reason.NO_CAPACITY if in_time else Reason.NO_VAN
