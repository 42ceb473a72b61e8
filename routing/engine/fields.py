"""From a ground to a field: the same stops, depots and vehicles as arrays, neighbours numbered alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from routing.engine.search.field import (
    DEPOT,
    FORBIDDEN,
    NEVER,
    STOP,
    VEHICLE,
    Field,
    Records,
    Rows,
    nearest_depots,
    nearest_stops,
    nearest_vehicles,
    ways_near,
    ways_of,
)
from routing.engine.search.search import Trip
from routing.ground import ALWAYS, Ground, Stop
from routing.places import Place
from routing.travel import TravelMatrix

OUT_M = 10_000_000
"""Price of a box left out: far above any travel, so that nobody is left out to save metres."""

CURVE_BITS = 16
"""Cells of the curve along which places are numbered: 65,536 in each direction."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a ground does not know: other depots of a stop, and prices. Stops, vehicles, depots as in the ground.

    Attributes
    ----------
    elsewhere
        Stop -> depot -> (from when its boxes lie there, price of taking them from there), beside its own depot.
    due
        Stop -> (wished latest start, metres of price for each second later).
    pairs
        (stop, vehicle) -> price, negative for a bonus.
    floors
        Stop -> floors to climb.
    floor_m
        Metres times the square of a vehicle's floors, over 100.
    """

    elsewhere: Mapping[int, Mapping[int, tuple[int, int]]] = field(default_factory=dict)
    due: Mapping[int, tuple[int, int]] = field(default_factory=dict)
    pairs: Mapping[tuple[int, int], int] = field(default_factory=dict)
    floors: Mapping[int, int] = field(default_factory=dict)
    floor_m: int = 0


@dataclass(frozen=True, slots=True)
class Chart:
    """A field with the way back: `stops[i]` and `depots[d]` are the ground's numbers of stop i and depot d.

    `spots` has shape (m, 2): where the field's places lie, in equal units along both axes.
    """

    field: Field
    stops: tuple[int, ...]
    depots: tuple[int, ...]
    spots: NDArray[np.float64]

    def trips(self, rows: Sequence[Sequence[Trip]]) -> list[list[tuple[int, list[int]]]]:
        """Return the ground's (depot, stops) of every trip of every vehicle."""
        return [[(self.depots[d], [self.stops[i] for i in stops]) for d, stops in row] for row in rows]

    def rows(self, trips: Sequence[Sequence[tuple[int, Sequence[int]]]]) -> list[list[Trip]]:
        """Return the field's rows for the ground's trips; stops that are not in the field are dropped."""
        stop_at = {n: i for i, n in enumerate(self.stops)}
        depot_at = {n: d for d, n in enumerate(self.depots)}
        return [
            [(depot_at[d], tuple(stop_at[n] for n in stops if n in stop_at)) for d, stops in row if d in depot_at]
            for row in trips
        ]


def chart_of(
    ground: Ground, travel: TravelMatrix, places: Sequence[Place], wishes: Wishes, stops: Sequence[int]
) -> Chart:
    """Return the field of these stops (ground numbers) and of all vehicles of the ground.

    Parameters
    ----------
    travel, places
        What the ground's rows were made from, in the same order.
    """
    number = _along_a_curve(places)
    inside = sorted(stops, key=lambda n: (number[ground.stops[n].place], n))
    depots = _depots(ground, wishes, inside)
    used = sorted(_places_used(ground, inside, depots), key=lambda place: int(number[place]))
    row_of = {place: row for row, place in enumerate(used)}
    block = np.ix_(used, used)
    ways = ways_of(travel.seconds[block].astype(np.int32), travel.metres[block].astype(np.int32))
    stop_rows, depot_rows = [row_of[ground.stops[n].place] for n in inside], [row_of[d] for d in depots]
    classes, release = _releases(ground, wishes, inside, depots)
    pair_cost, depot_cost = _pairs(ground, wishes, inside), _depot_costs(wishes, inside, depots)
    choosy = np.logical_or(pair_cost.any(axis=1), depot_cost.any(axis=1))
    records = _stops(ground, wishes, inside, stop_rows, classes, choosy)
    vehicles = _vehicles(ground, row_of, wishes.floor_m, pair_cost)
    open_to = release[classes] < NEVER if len(inside) else np.zeros((0, len(depots)), dtype=bool)
    near = nearest_stops(ways, records["place"])
    made = Field(
        ways=ways,
        stops=records,
        depots=_depot_records(ground, depots, depot_rows),
        vehicles=vehicles,
        release=release,
        depot_cost=depot_cost,
        pair_cost=pair_cost,
        near=near,
        near_ways=ways_near(ways, records["place"], near),
        near_depots=nearest_depots(open_to, depot_cost, ways, records["place"], np.array(depot_rows, dtype=np.int64)),
        near_vehicles=nearest_vehicles(ways, vehicles["start"], np.array(depot_rows, dtype=np.int64)),
    )
    return Chart(made, tuple(inside), tuple(depots), spots_of([places[place] for place in used]))


def _along_a_curve(places: Sequence[Place]) -> Rows:
    """Return for each place its rank along a Z-order curve (Morton 1966) over the box that holds them all."""
    if not places:
        return np.zeros(0, dtype=np.int64)
    spots = spots_of(places)
    span = np.maximum(spots.max(axis=0) - spots.min(axis=0), 1e-9)
    cells = ((spots - spots.min(axis=0)) / span * ((1 << CURVE_BITS) - 1)).astype(np.int64)
    key = np.zeros(len(places), dtype=np.int64)
    for bit in range(CURVE_BITS):
        key |= ((cells[:, 0] >> bit) & 1) << (2 * bit + 1) | ((cells[:, 1] >> bit) & 1) << (2 * bit)
    rank = np.empty(len(places), dtype=np.int64)
    rank[np.argsort(key, kind="stable")] = np.arange(len(places))
    return rank


def spots_of(places: Sequence[Place]) -> NDArray[np.float64]:
    """Return latitude and longitude of places, shape (m, 2), the latter shortened as it is there."""
    spots = np.array([(place.lat, place.lon) for place in places], dtype=np.float64).reshape(-1, 2)
    if len(spots):
        spots[:, 1] *= np.cos(np.radians(spots[0, 0]))
    return spots


def _depots(ground: Ground, wishes: Wishes, inside: Sequence[int]) -> list[int]:
    own = {ground.stops[n].depot for n in inside}
    return sorted(own.union(*(wishes.elsewhere.get(n, {}) for n in inside)))


def _places_used(ground: Ground, inside: Sequence[int], depots: Sequence[int]) -> set[int]:
    ends = {v.start for v in ground.vehicles} | {v.back for v in ground.vehicles if v.back is not None}
    return ends | set(depots) | {ground.stops[n].place for n in inside}


def _releases(
    ground: Ground, wishes: Wishes, inside: Sequence[int], depots: Sequence[int]
) -> tuple[NDArray[np.int64], Rows]:
    """Return each stop's class and, for each class, from when its boxes lie at each depot."""
    at = {d: n for n, d in enumerate(depots)}
    number: dict[tuple[tuple[int, int], ...], int] = {}
    classes = np.zeros(len(inside), dtype=np.int64)
    for i, n in enumerate(inside):
        stop = ground.stops[n]
        times = {d: ready_s for d, (ready_s, _) in wishes.elsewhere.get(n, {}).items()}
        if stop.release_s >= 0:
            times[stop.depot] = stop.release_s
        key = tuple(sorted((at[d], ready_s) for d, ready_s in times.items()))
        classes[i] = number.setdefault(key, len(number))
    release = np.full((max(1, len(number)), len(depots)), NEVER, dtype=np.int64)
    for key, of_class in number.items():
        for d, ready_s in key:
            release[of_class, d] = ready_s
    return classes, release


def _pairs(ground: Ground, wishes: Wishes, inside: Sequence[int]) -> Rows:
    at = {n: i for i, n in enumerate(inside)}
    cost = np.zeros((len(inside), len(ground.vehicles)), dtype=np.int64)
    for (n, v), price in wishes.pairs.items():
        if n in at:
            cost[at[n], v] += price
    for v, vehicle in enumerate(ground.vehicles):
        for n in vehicle.never:
            if n in at:
                cost[at[n], v] = FORBIDDEN
    return cost


def _depot_costs(wishes: Wishes, inside: Sequence[int], depots: Sequence[int]) -> Rows:
    at = {d: n for n, d in enumerate(depots)}
    cost = np.zeros((len(inside), len(depots)), dtype=np.int64)
    for i, n in enumerate(inside):
        for d, (_, price) in wishes.elsewhere.get(n, {}).items():
            cost[i, at[d]] = price
    return cost


def _stops(
    ground: Ground,
    wishes: Wishes,
    inside: Sequence[int],
    rows: Sequence[int],
    classes: NDArray[np.int64],
    choosy: Sequence[bool] | NDArray[np.bool_],
) -> Records:
    records = np.zeros(len(inside), dtype=STOP)
    for i, n in enumerate(inside):
        stop: Stop = ground.stops[n]
        due_s, late_m = wishes.due.get(n, (NEVER, 0))
        records[i] = (
            rows[i],
            stop.boxes,
            classes[i],
            stop.service_s,
            stop.open_s,
            stop.close_s,
            due_s,
            late_m,
            wishes.floors.get(n, 0),
            OUT_M * stop.boxes,
            choosy[i],
        )
    return records


def _depot_records(ground: Ground, depots: Sequence[int], rows: Sequence[int]) -> Records:
    records = np.zeros(len(depots), dtype=DEPOT)
    for n, (depot, row) in enumerate(zip(depots, rows, strict=True)):
        window = ground.depots.get(depot, ALWAYS)
        records[n] = (row, window.start_s, window.end_s)
    return records


def _vehicles(ground: Ground, row_of: Mapping[int, int], floor_m: int, pair_cost: Rows) -> Records:
    records = np.zeros(len(ground.vehicles), dtype=VEHICLE)
    kinds: dict[object, int] = {}
    for v, one in enumerate(ground.vehicles):
        alike = (
            row_of[one.start],
            len(row_of) if one.back is None else row_of[one.back],
            one.free_s,
            one.end_by_s,
            one.capacity,
            one.loading_s,
            one.max_trips,
            one.fixed_cost_m,
            one.pace_percent,
        )
        kind = kinds.setdefault((alike, pair_cost[:, v].tobytes()), v)
        records[v] = (*alike, kind, floor_m)
    return records
