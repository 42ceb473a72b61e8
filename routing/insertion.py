"""The plain planner: both echelons by regret insertion, in Python alone.

It knows the same rules as the engine, needs no solver and always ends; it plans when the solver's child has died.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import replace

from routing.docks import docked
from routing.filling import empty_rides, fill, near_vehicles
from routing.ground import Ground
from routing.plan import LeftOutConsignment, LeftOutHome, MadeBy, RunPlan, VanRun
from routing.problem import RunProblem, lot_of
from routing.reasons import hopeless_homes, left_out_consignments, left_out_homes, missed_by_s, turned_away
from routing.rides import Ride
from routing.runs import courier_runs, van_runs
from routing.supply import VanGround, courier_ground, list_arrivals, releases, van_grounds
from routing.wanted import NO_HURRY, Wanted, earlier_arrivals, wanted_arrivals

LATER_S = (0, 600, 1_800, 3_600)
"""How much later than wanted the boxes may come, tried in this order before any time that is still allowed."""

COURIERS_A_POINT = (1.0, 4.0, 1_000.0)
"""With how many couriers a point the vans are planned when nothing else has brought the boxes in time."""

MUCH_EARLIER_S = 1_800
"""How much earlier boxes are asked for, where no figure says what a home lacked."""

REFILLS = 40
"""How often in all the rides around a home that remains are filled anew."""

STRANGERS = 6
"""How many couriers of other meal points a home is offered to at first; whoever is then left is offered to all."""


def plan_runs_plain(problem: RunProblem) -> RunPlan:
    """Return a plan of both echelons by cheapest insertion, the stop with least choice first.

    Deterministic. Every home and every consignment of the problem is served or left out with a reason. Where boxes came
    too late for somebody, the vans are planned again.
    """
    bare, wanted = courier_ground(problem), wanted_arrivals(problem)
    best, missed = _draft(problem, bare, wanted)
    latest = best
    for couriers_a_point in (None, None, *COURIERS_A_POINT):
        if not missed:
            break
        if couriers_a_point is None:
            wanted = earlier_arrivals(problem, latest.van_runs, missed, wanted)
        else:
            wanted = wanted_arrivals(problem, couriers_a_point)
        latest, missed = _draft(problem, bare, wanted)
        best = min(best, latest, key=lambda plan: _left_boxes(problem, plan))
    return best


def _left_boxes(problem: RunProblem, plan: RunPlan) -> int:
    """Return the boxes of everybody and of every meal point that go without."""
    without = {one.home_id for one in plan.left_out_homes}
    boxes = sum(home.boxes for home in problem.homes if home.home_id in without)
    return boxes + sum(one.boxes for one in plan.left_out_consignments)


def _draft(problem: RunProblem, bare: Ground, wanted: Wanted) -> tuple[RunPlan, dict[int, int]]:
    """Return a plan for these wishes, and by how many seconds each home, by number, was missed that has boxes."""
    runs: list[VanRun] = []
    standing: list[LeftOutConsignment] = []
    for supply in van_grounds(problem):
        supply, rides, left = fill_vans(supply, wanted)
        runs += van_runs(problem, supply, rides)
        standing += left_out_consignments(supply, left)
    runs, undocked = docked(problem, runs)
    standing = [*turned_away(problem), *standing, *undocked]
    ground, hopeless = supplied_ground(problem, runs, bare)
    rides = empty_rides(ground)
    left = refill_couriers(rides, fill_couriers(rides))
    left = pass_on(problem, runs, rides, hopeless, left)
    homes = left_out_homes(problem, rides, hopeless, left)
    missed = {n: missed_by_s(n, rides) or MUCH_EARLIER_S for n in left}
    couriers = tuple(courier_runs(problem, rides))
    return RunPlan(tuple(runs), couriers, tuple(homes), tuple(standing), MadeBy.PLAIN), missed


def supplied_ground(
    problem: RunProblem, runs: Sequence[VanRun], bare: Ground | None = None
) -> tuple[Ground, dict[int, LeftOutHome]]:
    """Return the second echelon as the vans leave it, and the homes that no courier could serve anyway.

    A home without boxes keeps a negative release; `waiting_homes` tells who is to be planned.
    """
    ground = bare or courier_ground(problem)
    hopeless = hopeless_homes(problem, ground)
    hopeful = [n for n in range(len(problem.homes)) if n not in hopeless]
    ready = releases(problem, list_arrivals(problem, runs), hopeful)
    stops = tuple(replace(stop, release_s=ready[n]) if n in ready else stop for n, stop in enumerate(ground.stops))
    return replace(ground, stops=stops), hopeless


def waiting_homes(ground: Ground) -> list[int]:
    """Return the homes, by number, whose boxes are brought."""
    return [n for n, stop in enumerate(ground.stops) if stop.release_s >= 0]


def fill_couriers(rides: Sequence[Ride]) -> list[int]:
    """Fill the couriers' rides: first those near a meal point, then everybody; return the homes that remain."""
    if not rides:
        return []
    ground = rides[0].ground
    left = fill(rides, waiting_homes(ground), near_vehicles(ground, STRANGERS))
    return fill(rides, left, near_vehicles(ground, len(rides)))


def refill_couriers(rides: list[Ride], left: Sequence[int]) -> list[int]:
    """Fill the rides near each home that remains anew, with one courier asked last; return who still remains.

    A greedy order may spoil with one courier more what went well without: asked last, the one more can only help.
    """
    remaining, tries = set(left), REFILLS
    for n in sorted(left):
        ground = rides[0].ground
        near = near_vehicles(ground, STRANGERS)[ground.stops[n].depot]
        for last in near:
            if n not in remaining or not tries:
                break
            tries -= 1
            remaining = _refilled(rides, near, last, remaining, ground.stops[n].depot)
    return sorted(remaining)


def _refilled(rides: list[Ride], near: Sequence[int], last: int, remaining: set[int], depot: int) -> set[int]:
    """Fill the rides `near` anew if that leaves fewer homes; return who then remains."""
    ground = rides[last].ground
    waiting = {n for n in remaining if ground.stops[n].depot == depot}
    homes = waiting | {i for v in near for load in rides[v].loads for i in load.stops}
    fresh = {v: Ride(ground, ground.vehicles[v]) for v in near}
    depots = {ground.stops[i].depot for i in homes}
    left: Sequence[int] = sorted(homes)
    for asked in ([fresh[v] for v in near if v != last], list(fresh.values())):
        left = fill(asked, left, dict.fromkeys(depots, range(len(asked))))
    if len(left) >= len(waiting):
        return remaining
    for v, ride in fresh.items():
        rides[v] = ride
    return (remaining - homes) | set(left)


def fill_vans(supply: VanGround, wanted: Wanted) -> tuple[VanGround, list[Ride], list[int]]:
    """Fill the vans of one kitchen, as early as wanted where that is possible.

    Returns
    -------
    tuple
        The ground (with parts cut smaller where only a part finds room), the rides, and the stops that remain.
    """
    ground = supply.ground
    rides = empty_rides(ground)
    near = near_vehicles(ground, 0)
    left: list[int] = list(range(len(ground.stops)))
    for later_s in LATER_S:
        stops = tuple(
            replace(stop, close_s=min(stop.close_s, wanted.get(lot_of(one), NO_HURRY).by_s + later_s))
            for stop, one in zip(ground.stops, supply.consignments, strict=True)
        )
        move_rides(rides, replace(ground, stops=stops))
        left = fill(rides, left, near)
    move_rides(rides, ground)
    left = fill(rides, left, near)
    return squeeze(supply, rides, left)


def pass_on(
    problem: RunProblem,
    runs: Sequence[VanRun],
    rides: Sequence[Ride],
    hopeless: Container[int],
    left: Sequence[int],
) -> list[int]:
    """Give the boxes of homes that found no courier to homes that got no boxes; return who has boxes but no courier."""
    if not rides or not left:
        return list(left)
    ground = rides[0].ground
    served = {i for ride in rides for trip in ride.trips() for i in trip}
    without = [n for n, stop in enumerate(ground.stops) if stop.release_s < 0 and n not in hopeless]
    ready = releases(problem, list_arrivals(problem, runs), without, served)
    stops = tuple(replace(stop, release_s=ready[n]) if n in ready else stop for n, stop in enumerate(ground.stops))
    move_rides(rides, replace(ground, stops=stops))
    return sorted({*left, *fill(rides, ready, near_vehicles(ground, len(rides)))})


def move_rides(rides: Sequence[Ride], ground: Ground) -> None:
    """Put the rides on another ground with the same stops or more."""
    for ride in rides:
        ride.ground = ground
        ride.refresh()


def squeeze(supply: VanGround, rides: list[Ride], left: Sequence[int]) -> tuple[VanGround, list[Ride], list[int]]:
    """Cut what is left into the room that the vans still have; return as `fill_vans`."""
    remaining: list[int] = []
    for index in left:
        while fill(rides, [index], near_vehicles(supply.ground, 0)):
            smaller = _cut(supply, rides, index)
            if smaller is None:
                remaining.append(index)
                break
            supply = smaller
    return supply, rides, remaining


def _cut(supply: VanGround, rides: Sequence[Ride], index: int) -> VanGround | None:
    """Bring the largest part of a stop that finds room; return the ground with the part, or None if none does."""
    rooms = {ride.vehicle.capacity - load.boxes for ride in rides for load in ride.loads}
    rooms |= {ride.vehicle.capacity for ride in rides}
    for carriers in sorted(rooms, reverse=True):
        if 0 < carriers < supply.ground.stops[index].boxes:
            trial = supply.split(index, carriers)
            move_rides(rides, trial.ground)
            part = len(trial.ground.stops) - 1
            if not fill(rides, [part], near_vehicles(trial.ground, 0)):
                return trial
    move_rides(rides, supply.ground)
    return None
