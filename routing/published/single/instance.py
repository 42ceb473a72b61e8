"""The values of one echelon: an instance as published, and a plan for it. They are shared; no rule stands here."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
NO_LIMIT = math.inf


class Convention(StrEnum):
    """How a family rounds its Euclidean distances, and in which unit it states a cost.

    DOUBLE
        Nothing is rounded (Solomon; Gehring and Homberger's own tables).
    TENTHS
        Distances cut off after one decimal, cost in distance units (Gehring-Homberger 1000 on CVRPLIB: 42444.8).
    DIMACS
        Every figure times ten and cut off, cost times ten (multi-trip with release times: 13246).
    THOUSANDTHS
        Every figure times a thousand and rounded, cost times a thousand (several depots: 6655548).
    NEAREST
        Distances rounded to whole numbers (CVRPLIB's X and Belgium instances).
    """

    DOUBLE = "double"
    TENTHS = "tenths"
    DIMACS = "dimacs"
    THOUSANDTHS = "thousandths"
    NEAREST = "nearest"


@dataclass(frozen=True, slots=True)
class Vehicle:
    """One vehicle: it starts and ends at `depot` and may reload at each of `reload_depots` up to `max_reloads` times.

    Attributes
    ----------
    max_duration, max_distance
        In the file's own units, `NO_LIMIT` where there is none. The duration runs from leaving to coming back.
    """

    capacity: float
    depot: int
    reload_depots: tuple[int, ...] = ()
    max_reloads: float = NO_LIMIT
    max_duration: float = NO_LIMIT
    max_distance: float = NO_LIMIT

    def __post_init__(self) -> None:
        if self.capacity < 0 or self.max_duration < 0 or self.max_distance < 0 or self.max_reloads < 0:
            raise ValueError(f"expected no negative limit of a vehicle, got {self}")


@dataclass(frozen=True, slots=True, eq=False)
class SingleInstance:
    """One instance with one echelon.

    Attributes
    ----------
    name
        As the file says.
    convention
        Rounding and unit of cost.
    depots
        How many depots there are: nodes 0 to `depots` - 1; all other nodes are customers.
    places
        Shape (n, 2): coordinates; shape (0, 2) where `given` stands.
    given
        Shape (n, n): distances that the file lists itself; shape (0, 0) where they follow from `places`.
    demand, service, release
        Shape (n,): load, time on the spot, earliest departure with this customer's load.
    windows
        Shape (n, 2): earliest and latest start of service; `NO_LIMIT` where there is none.
    vehicles
        All vehicles there are, in the file's order; one a customer where the file sets no number.
    fleet_is_named
        Whether the file says how many vehicles there are and what each may do: then a published plan has one line
        for each of them, in this order.

    Raises
    ------
    ValueError
        If shapes differ, a load, time or window cannot be, or a vehicle names an unknown depot.
    """

    name: str
    convention: Convention
    depots: int
    places: Floats
    demand: Floats
    service: Floats
    release: Floats
    windows: Floats
    vehicles: tuple[Vehicle, ...]
    fleet_is_named: bool = False
    given: Floats = field(default_factory=lambda: np.zeros((0, 0)))

    def __post_init__(self) -> None:
        n = len(self.demand)
        for what, values, shape in (
            ("service times", self.service, (n,)),
            ("release times", self.release, (n,)),
            ("windows", self.windows, (n, 2)),
            ("coordinates", self.places, (0 if self.given.size else n, 2)),
        ):
            if values.shape != shape:
                raise ValueError(f"expected {what} of shape {shape}, got {values.shape}")
        if not 0 < self.depots < n:
            raise ValueError(f"expected at least one depot and one customer, got {self.depots} depots of {n} nodes")
        for what, values in (("demand", self.demand), ("service time", self.service), ("release time", self.release)):
            if not (np.isfinite(values).all() and (values >= 0).all()):
                raise ValueError(f"expected no {what} below 0")
        if (self.windows[:, 0] > self.windows[:, 1]).any():
            raise ValueError("expected no window that ends before it begins")
        for vehicle in self.vehicles:
            if not all(0 <= depot < self.depots for depot in (vehicle.depot, *vehicle.reload_depots)):
                raise ValueError(f"expected a depot from 0 to {self.depots - 1}, got {vehicle}")

    @property
    def size(self) -> int:
        """How many nodes there are, depots and customers."""
        return len(self.demand)


@dataclass(frozen=True, slots=True)
class Tour:
    """What one vehicle does: trips in order, each a tuple of customers; `reloads[i]` lies between trips i and i + 1."""

    vehicle: int
    trips: tuple[tuple[int, ...], ...]
    reloads: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if len(self.reloads) != max(0, len(self.trips) - 1):
            raise ValueError(f"expected a reload between two trips, got {self}")


@dataclass(frozen=True, slots=True)
class SinglePlan:
    """The tours of the vehicles that are used; a customer in none of them is not served."""

    tours: tuple[Tour, ...]


def as_json(instance: SingleInstance, plan: SinglePlan) -> dict[str, object]:
    """Return `routes` as the family's own `.sol` files list them, and `trips` that say which vehicle and depot.

    `routes` has one list of customers a vehicle; with several trips the depot of each reload stands between them.
    Where the file names its fleet there is one list for each vehicle in the file's order, empty for one not used.
    `trips` has one object a used vehicle: vehicle, depot, the lists of customers of its trips, the reload depots.
    """
    lines = {tour.vehicle: _line(tour) for tour in plan.tours}
    named = [lines.get(v, []) for v in range(len(instance.vehicles))]
    trips = [
        {
            "vehicle": tour.vehicle,
            "depot": instance.vehicles[tour.vehicle].depot,
            "trips": [list(trip) for trip in tour.trips],
            "reloads": list(tour.reloads),
        }
        for tour in plan.tours
    ]
    return {"routes": named if instance.fleet_is_named else list(lines.values()), "trips": trips}


def from_routes(routes: list[list[int]], depots: int) -> SinglePlan:
    """Return the plan that `routes` mean: line k is vehicle k, a node below `depots` a reload."""
    tours = []
    for vehicle, line in enumerate(routes):
        trips: list[list[int]] = [[]]
        reloads = []
        for node in line:
            if node < depots:
                reloads.append(node)
                trips.append([])
            else:
                trips[-1].append(node)
        if line:
            tours.append(Tour(vehicle, tuple(tuple(trip) for trip in trips), tuple(reloads)))
    return SinglePlan(tuple(tours))


def _line(tour: Tour) -> list[int]:
    line: list[int] = []
    for n, trip in enumerate(tour.trips):
        line += ([tour.reloads[n - 1]] if n else []) + list(trip)
    return line
