"""The plain planner: both echelons by regret insertion, in Python alone.

It knows the same rules as the engine, needs no solver and always ends; it plans when the solver's child has died.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import replace

from routing.filling import empty_rides, fill, near_vehicles
from routing.plan import LeftOutConsignment, LeftOutHome, MadeBy, RunPlan, VanRun
from routing.problem import RunProblem
from routing.reasons import hopeless_homes, left_out_consignments, left_out_homes
from routing.rides import Ground, Ride
from routing.runs import courier_runs, van_runs
from routing.supply import VanGround, courier_ground, list_arrivals, releases, van_grounds
from routing.wanted import NO_HURRY, Wanted, wanted_arrivals

LATER_S = (0, 600, 1_800, 3_600)
"""How much later than wanted the boxes may come, tried in this order before any time that is still allowed."""

STRANGERS = 6
"""How many couriers of other meal points a home is offered to at first; whoever is then left is offered to all."""


def plan_runs_plain(problem: RunProblem) -> RunPlan:
    """Return a plan of both echelons by cheapest insertion, the stop with least choice first.

    Deterministic. Every home and every consignment of the problem is served or left out with a reason.
    """
    wanted = wanted_arrivals(problem)
    runs: list[VanRun] = []
    standing: list[LeftOutConsignment] = []
    for supply in van_grounds(problem):
        supply, rides, left = fill_vans(supply, wanted)
        runs += van_runs(problem, supply, rides)
        standing += left_out_consignments(problem, supply, left)
    ground, hopeless = supplied_ground(problem, runs)
    rides = empty_rides(ground)
    left = pass_on(problem, runs, rides, hopeless, fill_couriers(rides))
    homes = left_out_homes(problem, rides, hopeless, left)
    return RunPlan(tuple(runs), tuple(courier_runs(problem, rides)), tuple(homes), tuple(standing), MadeBy.PLAIN)


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
    return Ground(ground.seconds, ground.metres, stops, ground.vehicles, ground.depots), hopeless


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
            replace(
                stop, close_s=min(stop.close_s, wanted.get((one.kitchen_id, one.point_id), NO_HURRY).by_s + later_s)
            )
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
    for boxes in sorted(rooms, reverse=True):
        if 0 < boxes < supply.ground.stops[index].boxes:
            trial = supply.split(index, boxes)
            move_rides(rides, trial.ground)
            part = len(trial.ground.stops) - 1
            if not fill(rides, [part], near_vehicles(trial.ground, 0)):
                return trial
    move_rides(rides, supply.ground)
    return None
