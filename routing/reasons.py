"""Why somebody is left out: the truest reason and what it would have taken.

`lack` is in seconds for PAST_EAT_BY, WINDOW, POINT_CLOSED and NO_COURIER, in boxes for TOO_LARGE, NOT_BROUGHT and
NO_CAPACITY, and 0 where there is no figure (UNREACHABLE, nobody on duty).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from routing.plan import LeftOutConsignment, LeftOutHome, Reason
from routing.problem import Home, RunProblem
from routing.rides import ALWAYS, Ground, Ride, Stop, Vehicle
from routing.supply import VanGround
from routing.travel import UNREACHABLE_S


def hopeless_homes(problem: RunProblem, ground: Ground) -> dict[int, LeftOutHome]:
    """Return the homes, by number, that no plan can serve whenever their boxes come."""
    capacities = [courier.capacity_boxes for courier in problem.couriers]
    out: dict[int, LeftOutHome] = {}
    for n, (home, stop) in enumerate(zip(problem.homes, ground.stops, strict=True)):
        why = _hopeless(home, stop, ground, max(capacities, default=0))
        if why is not None:
            out[n] = LeftOutHome(home.home_id, *why)
    return out


def _hopeless(home: Home, stop: Stop, ground: Ground, largest: int) -> tuple[Reason, int] | None:
    if ground.seconds[stop.depot][stop.place] >= UNREACHABLE_S:
        return Reason.UNREACHABLE, 0
    if largest == 0:
        return Reason.NO_COURIER, 0
    if home.boxes > largest:
        return Reason.TOO_LARGE, home.boxes - largest
    if home.window.start_s > home.latest_s:
        return Reason.PAST_EAT_BY, home.window.start_s - home.latest_s
    return None


def left_out_homes(
    problem: RunProblem, rides: Sequence[Ride], hopeless: Mapping[int, LeftOutHome], left: Collection[int]
) -> list[LeftOutHome]:
    """Return every home that no ride serves, in the problem's order; `left` had boxes ready but found no courier."""
    served = {i for ride in rides for load in ride.loads for i in load.stops}
    out = []
    for n, home in enumerate(problem.homes):
        if n in hopeless:
            out.append(hopeless[n])
        elif n in left:
            out.append(LeftOutHome(home.home_id, *_no_courier(home, rides[0].ground.stops[n], rides)))
        elif n not in served:
            out.append(LeftOutHome(home.home_id, Reason.NOT_BROUGHT, home.boxes))
    return out


def _late_food(home: Home, late_s: int) -> tuple[Reason, int]:
    return (Reason.PAST_EAT_BY if home.latest_s <= home.window.end_s else Reason.WINDOW), late_s


def _no_courier(home: Home, stop: Stop, rides: Sequence[Ride]) -> tuple[Reason, int]:
    """Return what stops every courier: the boxes come too late, nobody is on duty in time, or no room is left."""
    ground = rides[0].ground
    able = [ride for ride in rides if ride.vehicle.capacity >= stop.boxes]
    window = ground.depots.get(stop.depot, ALWAYS)
    gone_s = max(stop.release_s, window.start_s) + min(ride.vehicle.loading_s for ride in able)
    if gone_s > window.end_s:
        return Reason.POINT_CLOSED, gone_s - window.end_s
    late_s = max(gone_s + ground.seconds[stop.depot][stop.place], stop.open_s) - stop.close_s
    if late_s > 0:
        return _late_food(home, late_s)
    crowded = [ride.crowded_by(stop) for ride in rides]
    room = [boxes for boxes in crowded if boxes is not None]
    if room:
        return Reason.NO_CAPACITY, min(room)
    return Reason.NO_COURIER, missed_by_s(stop, rides) or 0


def missed_by_s(stop: Stop, rides: Sequence[Ride]) -> int | None:
    """Return by how many seconds the best placed courier misses a stop that fits nowhere; None if none can try."""
    able = [ride for ride in rides if ride.vehicle.capacity >= stop.boxes]
    short = [_short_s(ride.ground, ride.vehicle, stop, *ride.after_last()) for ride in able if ride.may_load_again()]
    short += [_short_at_end_s(ride, stop) for ride in able if ride.loads]
    least_s = min(short, default=UNREACHABLE_S)
    return least_s if least_s < UNREACHABLE_S else None


def _short_s(ground: Ground, vehicle: Vehicle, stop: Stop, here: int, free_s: int) -> int:
    """Return by how many seconds a vehicle free at `here` would miss the stop on a trip of its own."""
    window = ground.depots.get(stop.depot, ALWAYS)
    there_s = free_s + ground.seconds[here][stop.depot]
    depart_s = max(there_s, stop.release_s, window.start_s) + vehicle.loading_s
    begin_s = max(depart_s + ground.seconds[stop.depot][stop.place], stop.open_s)
    done_s = begin_s + stop.service_s
    if vehicle.back is not None:
        done_s += ground.seconds[stop.place][vehicle.back]
    return max(0, depart_s - window.end_s, begin_s - stop.close_s, done_s - vehicle.end_by_s)


def _short_at_end_s(ride: Ride, stop: Stop) -> int:
    """Return by how many seconds the ride would miss the stop as the last one of its last trip."""
    load = ride.loads[-1]
    full = load.boxes + stop.boxes > ride.vehicle.capacity
    if load.depot != stop.depot or stop.release_s > load.load_s or full:
        return UNREACHABLE_S
    here, free_s = ride.after_last()
    begin_s = max(free_s + ride.ground.seconds[here][stop.place], stop.open_s)
    return max(0, begin_s - stop.close_s, begin_s + stop.service_s - ride.vehicle.end_by_s)


def left_out_consignments(problem: RunProblem, supply: VanGround, left: Collection[int]) -> list[LeftOutConsignment]:
    """Return what the vans of one kitchen leave standing, each consignment once."""
    boxes: dict[int, int] = {}
    at = {(c.kitchen_id, c.point_id): n for n, c in enumerate(problem.consignments)}
    why: dict[int, Reason] = {}
    for index in sorted(left):
        one = supply.consignments[index]
        n = at[one.kitchen_id, one.point_id]
        boxes[n] = boxes.get(n, 0) + supply.ground.stops[index].boxes
        why.setdefault(n, _no_van(supply, index))
    return [
        LeftOutConsignment(problem.consignments[n].kitchen_id, problem.consignments[n].point_id, boxes[n], why[n])
        for n in sorted(boxes)
    ]


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
