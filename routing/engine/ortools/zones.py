"""Zones: the district cut into slices that are improved side by side, each time along other lines.

What a zone holds are the rides of the couriers who start in it, so that no two zones touch the same ride. The cuts
turn from phase to phase; what one cut keeps apart the next one brings together. Cuts depend on the problem alone, so
the plan is the same with any number of workers.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from routing.engine.ortools.couriers import small_ground
from routing.engine.ortools.improve import COLD_M, HOT_M, improve
from routing.engine.ortools.model import Trips
from routing.ground import Ground
from routing.insertion import STRANGERS
from routing.places import Place
from routing.rides import Ride

HOMES_A_ZONE = 320
"""About how many homes a zone holds: enough for a neighbourhood of meal points, few enough for many workers."""

PHASES = 6
"""How often the district is cut; each phase starts as cool as the one before it ended."""


@dataclass(frozen=True, slots=True)
class ZoneTask:
    """The rides of one zone, to be sent to a worker; `trips`, `left` number the stops of the small ground."""

    homes: tuple[int, ...]
    couriers: tuple[int, ...]
    ground: Ground
    trips: tuple[Trips, ...]
    left: tuple[int, ...]
    rounds: int
    seed: int
    heat_m: tuple[float, float]


@dataclass(frozen=True, slots=True)
class ZoneAnswer:
    """The trips of each courier of the task, as numbers of homes in the whole problem."""

    couriers: tuple[int, ...]
    trips: tuple[Trips, ...]


def improve_zone(task: ZoneTask) -> ZoneAnswer:
    """Return trips that are no worse; the same task gives the same answer everywhere."""
    ground = task.ground
    rides = [Ride(ground, vehicle, trips) for vehicle, trips in zip(ground.vehicles, task.trips, strict=True)]
    better, _ = improve(rides, task.left, rounds=task.rounds, seed=task.seed, strangers=STRANGERS, heat_m=task.heat_m)
    trips = tuple(tuple(tuple(task.homes[i] for i in trip) for trip in ride.trips()) for ride in better)
    return ZoneAnswer(task.couriers, trips)


def zone_count(homes: int) -> int:
    """Return into how many zones so many homes are cut."""
    return max(1, round(homes / HOMES_A_ZONE))


def zone_tasks(
    rides: Sequence[Ride], left: Sequence[int], places: Sequence[Place], phase: int, rounds: int, seed: int
) -> list[ZoneTask]:
    """Return the tasks of one phase.

    Parameters
    ----------
    rides, left
        The rides of all couriers, and the homes that have boxes but no courier.
    places
        The meal points, in the order of the ground's depots.
    phase
        Which cut, from 0 to `PHASES - 1`.
    rounds
        Rounds of this phase in all; each zone gets its share by homes.
    seed
        Each zone makes a seed of its own from it.
    """
    ground = rides[0].ground
    homes_of: dict[int, list[int]] = {}
    for v, ride in enumerate(rides):
        homes_of[v] = [i for trip in ride.trips() for i in trip]
    zone_of = _slices(ground, rides, left, places, phase)
    tasks: list[ZoneTask] = []
    for zone in sorted(set(zone_of.values())):
        couriers = [v for v, ride in enumerate(rides) if zone_of[ride.vehicle.start] == zone]
        without = [i for i in left if zone_of[ground.stops[i].depot] == zone]
        homes = [i for v in couriers for i in homes_of[v]] + without
        if couriers and homes:
            share = max(1, rounds * len(homes) // (sum(map(len, homes_of.values())) + len(left)))
            tasks.append(_zone_task(rides, couriers, homes, len(without), phase, share, seed * 1_000 + len(tasks)))
    return tasks


def _slices(
    ground: Ground, rides: Sequence[Ride], left: Sequence[int], places: Sequence[Place], phase: int
) -> dict[int, int]:
    """Return the zone of each meal point: slices across one direction, with about as many homes in each."""
    homes = [i for ride in rides for trip in ride.trips() for i in trip] + list(left)
    weight = [0] * len(places)
    for i in homes:
        weight[ground.stops[i].depot] += 1
    angle = math.pi * phase / PHASES
    narrow = math.cos(math.radians(places[0].lat))
    along = [place.lon * narrow * math.cos(angle) + place.lat * math.sin(angle) for place in places]
    zones, zone_of, before = zone_count(len(homes)), {}, 0
    for n in sorted(range(len(places)), key=lambda n: (along[n], n)):
        zone_of[n] = min(zones - 1, before * zones // max(1, len(homes)))
        before += weight[n]
    return zone_of


def _zone_task(
    rides: Sequence[Ride], couriers: list[int], homes: list[int], without: int, phase: int, rounds: int, seed: int
) -> ZoneTask:
    at = {i: n for n, i in enumerate(homes)}
    cooling = (COLD_M / HOT_M) ** (1 / PHASES)
    return ZoneTask(
        homes=tuple(homes),
        couriers=tuple(couriers),
        ground=small_ground(rides[0].ground, homes, couriers),
        trips=tuple(tuple(tuple(at[i] for i in trip) for trip in rides[v].trips()) for v in couriers),
        left=tuple(range(len(homes) - without, len(homes))),
        rounds=rounds,
        seed=seed,
        heat_m=(HOT_M * cooling**phase, HOT_M * cooling ** (phase + 1)),
    )
