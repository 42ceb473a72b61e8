"""The vans of one kitchen: one routing model, started from the plain plan, wishing for the arrivals couriers need."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from routing.engine.ortools.improve import improve
from routing.engine.ortools.model import Bounds, Trips, search
from routing.filling import possible_pairs
from routing.ground import Ground
from routing.insertion import fill_vans, squeeze
from routing.problem import lot_of
from routing.rides import Ride
from routing.supply import VanGround
from routing.wanted import NO_HURRY, Wanted, Wish


@dataclass(frozen=True, slots=True)
class VanTask:
    """The first echelon of one kitchen, to be sent to a worker."""

    supply: VanGround
    wanted: Wanted
    bounds: Bounds
    rounds: int
    seed: int


@dataclass(frozen=True, slots=True)
class VanAnswer:
    """The trips of each van over the stops of `supply` (some cut smaller than in the task), and the stops left."""

    supply: VanGround
    trips: tuple[Trips, ...]
    left: tuple[int, ...]
    was_cut_short: bool

    def rides(self) -> list[Ride]:
        """Return the trips with their times."""
        ground = self.supply.ground
        return [Ride(ground, van, trips) for van, trips in zip(ground.vehicles, self.trips, strict=True)]


def plan_vans(task: VanTask) -> VanAnswer:
    """Return the plain plan as the solver and then the rounds of improvement better it.

    What no van has room for in one piece is cut to fit.
    """
    supply, rides, left = fill_vans(task.supply, task.wanted)
    wanted = {n: task.wanted[lot_of(one)] for n, one in enumerate(supply.consignments) if lot_of(one) in task.wanted}
    start = tuple(ride.trips() for ride in rides)
    found, was_cut_short = _solved(supply.ground, start, wanted, task.bounds)
    if _worth(supply.ground, found, wanted) < _worth(supply.ground, start, wanted):
        rides, left = _rides_and_left(supply.ground, found)
    rides = _no_later(supply.ground, rides, wanted, task)
    supply, rides, left = squeeze(supply, rides, left)
    return VanAnswer(supply, tuple(ride.trips() for ride in rides), tuple(left), was_cut_short)


def _solved(
    ground: Ground, start: Sequence[Trips], wanted: Mapping[int, Wish], bounds: Bounds
) -> tuple[Sequence[Trips], bool]:
    """Return what the solver makes of `start`, and whether the clock cut it off."""
    able, possible = possible_pairs(ground)
    vans = sorted({*able, *(v for v, of_van in enumerate(start) if of_van)})
    stops = sorted({*possible, *(i for of_van in start for trip in of_van for i in trip)})
    if not stops:
        return start, False
    at = {n: small for small, n in enumerate(stops)}
    trips_each = max(len(of_van) for of_van in start) + 1
    few = ground.only(stops, vans)
    small = replace(few, vehicles=tuple(replace(van, max_trips=trips_each) for van in few.vehicles))
    found = search(
        small,
        bounds,
        start=[tuple(tuple(at[i] for i in trip) for trip in start[v]) for v in vans],
        wanted={at[n]: wish for n, wish in wanted.items() if n in at},
    )
    trips = list(start)
    for v, of_van in zip(vans, found.trips or (), strict=found.trips is not None):
        trips[v] = tuple(tuple(stops[i] for i in trip) for trip in of_van)
    return trips, found.was_cut_short


def _rides_and_left(ground: Ground, trips: Sequence[Trips]) -> tuple[list[Ride], list[int]]:
    rides = [Ride(ground, van, of_van) for van, of_van in zip(ground.vehicles, trips, strict=True)]
    served = {i for of_van in trips for trip in of_van for i in trip}
    return rides, [n for n in range(len(ground.stops)) if n not in served]


def _no_later(ground: Ground, rides: Sequence[Ride], wanted: Mapping[int, Wish], task: VanTask) -> list[Ride]:
    """Return shorter rides that bring nothing later than wanted, or than `rides` bring it where that is later."""
    begin_s = {
        i: leave_s - ground.stops[i].service_s
        for ride in rides
        for load in ride.loads
        for i, leave_s in zip(load.stops, load.leave_s, strict=True)
    }
    stops = tuple(
        replace(stop, close_s=min(stop.close_s, max(wanted.get(n, NO_HURRY).by_s, begin_s.get(n, stop.close_s))))
        for n, stop in enumerate(ground.stops)
    )
    strict = replace(ground, stops=stops)
    bound = [Ride(strict, ride.vehicle, ride.trips()) for ride in rides]
    better, _ = improve(bound, (), rounds=task.rounds, seed=task.seed, strangers=0)
    return [Ride(ground, ride.vehicle, ride.trips()) for ride in better]


def _worth(ground: Ground, trips: Sequence[Trips], wanted: Mapping[int, Wish]) -> tuple[int, int]:
    """Return (boxes left, metres with the price of vans and of lateness); trips that break a rule are worth nothing."""
    rides = [Ride(ground, van, of_van) for van, of_van in zip(ground.vehicles, trips, strict=True)]
    if not all(ride.refresh() for ride in rides):
        return 1 << 60, 0
    late_m = sum(
        max(0, leave_s - ground.stops[i].service_s - wanted[i].by_s) * wanted[i].late_m_per_s
        for ride in rides
        for load in ride.loads
        for i, leave_s in zip(load.stops, load.leave_s, strict=True)
        if i in wanted
    )
    brought = sum(load.boxes for ride in rides for load in ride.loads)
    return sum(stop.boxes for stop in ground.stops) - brought, sum(ride.cost_m for ride in rides) + late_m
