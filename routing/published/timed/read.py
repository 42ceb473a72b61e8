"""Read the published instances of the two-echelon problem with time windows, one or several trips a freighter.

Trucks carry goods from depots to satellites, freighters carry them on to customers. The families are those of Dellaert
et al. (2019, Transportation Science 53: set D, one trip a freighter) and Grangier et al. (2016, EJOR 254: sets G, H and
I, several trips, a garage), in the JSON form of Marques et al. (2022, Transportation Science 56).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

MULTI_TRIP_NAME = re.compile(r"^Set[GHI](-[0-9A-Za-z]+)*_(c|rc|r)\d+$")
"""How the files of the multi-trip sets are named in the publication, where they name no garage."""

GARAGE_OF_KIND = {"c": (40.0, 50.0), "rc": (40.0, 50.0), "r": (35.0, 35.0)}
"""Where Solomon's depot stands for each kind of instance: the garage of the multi-trip sets."""


@dataclass(frozen=True, slots=True)
class Fleet:
    """How many vehicles there are of a level, what one carries and what its use costs."""

    size: int
    capacity: float
    cost: float


@dataclass(frozen=True, slots=True)
class Stops:
    """Places of one kind: the number each bears in the file, and one float64 array a property, all of shape (n,)."""

    ids: tuple[int, ...]
    x: Floats
    y: Floats
    load: Floats
    open: Floats
    close: Floats
    service: Floats


@dataclass(frozen=True, slots=True)
class TimedInstance:
    """One published instance. Without a garage a freighter makes a single trip and ends at the satellite it left."""

    name: str
    trucks: Fleet
    freighters: Fleet
    customers: Stops
    satellites: Stops
    depots: Stops
    garage: tuple[float, float] | None

    @property
    def garage_id(self) -> int:
        """Return the number of the garage in plans: the highest number in the file and one."""
        return max(*self.customers.ids, *self.satellites.ids, *self.depots.ids) + 1


@dataclass(frozen=True, slots=True)
class TimedPlan:
    """Routes of both levels, in the numbers of the file.

    `first_level`: each truck route as (place, quantity left there), from a depot back to it, quantity 0 at both ends; a
    route with more than one truckload stands for as many trucks side by side. `second_level`: each freighter's route,
    satellites where it loads among its customers, from garage to garage or from a satellite back to it.
    """

    first_level: tuple[tuple[tuple[int, float], ...], ...]
    second_level: tuple[tuple[int, ...], ...]


def read_instance(path: Path) -> TimedInstance:
    """Return the instance in this file.

    A file that names no garage is one of the single-trip family, but for files named like those of sets G, H and I:
    these leave out the garage in the original publication, and it is Solomon's depot.

    Raises
    ------
    ValueError
        If the file is no such instance; it says where and what was expected.
    """
    read = _Reading(path.name)
    whole = read.mapping(read.parsed(path.read_text(encoding="utf-8")), "the file")
    instance = TimedInstance(
        name=path.stem,
        trucks=read.fleet(whole, "first_level_vehicles"),
        freighters=read.fleet(whole, "second_level_vehicles"),
        customers=read.stops(whole, "customers", loaded=True),
        satellites=read.stops(whole, "satellites", loaded=False),
        depots=read.stops(whole, "cdcs", loaded=False),
        garage=read.garage(whole, path.stem),
    )
    ids = [*instance.customers.ids, *instance.satellites.ids, *instance.depots.ids]
    if len(set(ids)) < len(ids):
        raise ValueError(f"{path.name}: expected a number of its own for every place, got some twice")
    if not instance.customers.load.any():
        raise ValueError(f"{path.name}: customers: expected some load, all are 0")
    heaviest = float(instance.customers.load.max())
    if heaviest > instance.freighters.capacity:
        most = instance.freighters.capacity
        raise ValueError(f"{path.name}: customers: expected no load above a freighter's {most}, got {heaviest}")
    return instance


def read_plan(path: Path) -> TimedPlan:
    """Return the plan in a file of the folder's `.sol.json` form.

    Raises
    ------
    ValueError
        If the file has not both levels as lists of routes.
    """
    read = _Reading(path.name)
    whole = read.mapping(read.parsed(path.read_text(encoding="utf-8")), "the file")
    trucks, freighters = (read.items(whole, level) for level in ("first_level", "second_level"))
    try:
        return TimedPlan(
            tuple(tuple((int(place), float(quantity)) for place, quantity in route) for route in trucks),
            tuple(tuple(int(place) for place in route) for route in freighters),
        )
    except (TypeError, ValueError) as reason:
        raise ValueError(
            f"{path.name}: expected routes as lists of [place, quantity] and lists of places: {reason}"
        ) from reason


@dataclass(frozen=True, slots=True)
class _Reading:
    """The name of the file being read, for refusals."""

    name: str

    def parsed(self, text: str) -> Any:
        try:
            return json.loads(text)
        except json.JSONDecodeError as reason:
            raise ValueError(f"{self.name}, line {reason.lineno}: expected JSON: {reason.msg}") from reason

    def mapping(self, value: Any, where: str) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise ValueError(f"{self.name}: {where}: expected an object with named members, got {value!r:.40}")
        return value

    def items(self, whole: dict[str, Any], key: str) -> list[Any]:
        value = whole.get(key)
        if not isinstance(value, list):
            raise ValueError(f"{self.name}: {key}: expected a list, got {value!r:.40}")
        return value

    def number(self, item: dict[str, Any], key: str, where: str, least: float | None = None) -> float:
        value = item.get(key)
        if isinstance(value, bool) or not isinstance(value, int | float) or not np.isfinite(value):
            raise ValueError(f"{self.name}: {where}: {key}: expected a number, got {value!r:.40}")
        if least is not None and value < least:
            raise ValueError(f"{self.name}: {where}: {key}: expected at least {least}, got {value}")
        return float(value)

    def fleet(self, whole: dict[str, Any], key: str) -> Fleet:
        item = self.mapping(whole.get(key), key)
        fleet = Fleet(
            int(self.number(item, "fleet_size", key, 1)),
            self.number(item, "capacity", key),
            self.number(item, "cost", key, 0),
        )
        if fleet.capacity <= 0:
            raise ValueError(f"{self.name}: {key}: capacity: expected more than 0, got {fleet.capacity}")
        return fleet

    def garage(self, whole: dict[str, Any], stem: str) -> tuple[float, float] | None:
        item = whole.get("second_level_garage")
        named = MULTI_TRIP_NAME.match(stem)
        if item is None:
            return GARAGE_OF_KIND[named[2]] if named else None
        item = self.mapping(item, "second_level_garage")
        return self.number(item, "x", "second_level_garage"), self.number(item, "y", "second_level_garage")

    def stops(self, whole: dict[str, Any], key: str, *, loaded: bool) -> Stops:
        items = self.items(whole, key)
        if not items:
            raise ValueError(f"{self.name}: {key}: expected at least one place, got none")
        rows = [self.stop(item, f"{key}, entry {nth}", loaded=loaded) for nth, item in enumerate(items, 1)]
        columns = np.array(rows, dtype=np.float64).T
        return Stops(tuple(int(number) for number in columns[0]), *(np.array(column) for column in columns[1:]))

    def stop(self, item: Any, where: str, *, loaded: bool) -> tuple[float, ...]:
        item = self.mapping(item, where)
        number = self.number(item, "id", where, 0)
        window = item.get("time_window")
        if not isinstance(window, list) or len(window) != 2:
            raise ValueError(f"{self.name}: {where}: time_window: expected [open, close], got {window!r:.40}")
        ends = {"open": window[0], "close": window[1]}
        opens, closes = (self.number(ends, end, f"{where}: time_window") for end in ends)
        if number != int(number) or closes < opens:
            raise ValueError(f"{self.name}: {where}: expected a whole id and open <= close, got {number}, {window}")
        return (
            number,
            self.number(item, "x", where),
            self.number(item, "y", where),
            self.number(item, "demand", where, 0) if loaded else 0.0,
            opens,
            closes,
            self.number(item, "service_time", where, 0),
        )
