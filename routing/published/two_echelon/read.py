"""Read a 2E-CVRP instance in the unified text format of Breunig, Schmid, Hartl and Vidal (2016, C&OR 76).

Comment lines begin with `!`. Four data lines follow: trucks (number, capacity, cost per distance, fixed cost), city
freighters (most per satellite, number, capacity, cost per distance, fixed cost), stores (the depot `x,y`, then each
satellite `x,y` or `x,y,handling cost per unit`), customers (`x,y,demand`).

Distances are Euclidean in double precision. In Set 4 (Crainic et al.) they are divided by 100. The files of Set 4 do
not say so: they look like any other, only the published values are a hundred times smaller than the coordinates tell.
The name is the one sign: `Set4…`, or `Instance50-…` as the set's own files are called. A caller who has renamed a file
gives the divisor himself.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

SET_4_DIVISOR = 100.0
_SET_4 = re.compile(r"(^|[^a-z0-9])(set4|instance50-)", re.IGNORECASE)
_SECTIONS = ("trucks", "city freighters", "stores", "customers")
_CAPACITY_SLACK = 1e-9


@dataclass(frozen=True, slots=True)
class Fleet:
    """Vehicles of one kind. `per_satellite` bounds how many may start at one satellite (freighters only)."""

    count: int
    capacity: float
    cost_per_distance: float
    fixed_cost: float
    per_satellite: int


@dataclass(frozen=True, slots=True, eq=False)
class TwoEchelon:
    """One instance: coordinates as in the file, `depot` (2,), `satellites` (S, 2), `customers` (n, 2).

    `handling` (S,) is the cost of one unit through a satellite, `demand` (n,) is in the unit of both capacities, and
    a distance is the Euclidean one over `divisor`. The arrays may not be written.

    Raises
    ------
    ValueError
        If a shape does not fit, a value is negative or not finite, one demand is above the capacity of a freighter, or
        all demands together are above that of either fleet.
    """

    name: str
    trucks: Fleet
    freighters: Fleet
    depot: Floats
    satellites: Floats
    handling: Floats
    customers: Floats
    demand: Floats
    divisor: float = 1.0

    def __post_init__(self) -> None:
        _check_shapes(self)
        _check_fleets(self)
        _check_demand(self)
        for array in (self.depot, self.satellites, self.handling, self.customers, self.demand):
            array.setflags(write=False)


def read_two_echelon(path: Path, *, divisor: float | None = None) -> TwoEchelon:
    """Return the instance in this file; without `divisor` its name tells whether it is one of Set 4.

    Raises
    ------
    ValueError
        If the file is no such instance; the message says which line and what was expected.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ValueError(f"{path.name}: expected a text file, got bytes that are no UTF-8") from error
    if divisor is None:
        divisor = SET_4_DIVISOR if _SET_4.search(path.stem) else 1.0
    return parse_two_echelon(text, name=path.stem, divisor=divisor)


def parse_two_echelon(text: str, *, name: str, divisor: float = 1.0) -> TwoEchelon:
    """Return the instance that this text describes.

    Raises
    ------
    ValueError
        If the text is no such instance; the message says which line and what was expected.
    """
    lines = [(number, line.strip()) for number, line in enumerate(text.splitlines(), start=1)]
    data = [(number, line) for number, line in lines if line and not line.startswith("!")]
    if len(data) != len(_SECTIONS):
        raise ValueError(f"{name}: expected {len(_SECTIONS)} data lines ({', '.join(_SECTIONS)}), got {len(data)}")
    trucks, freighters, stores, customers = (
        [_numbers(name, number, part) for part in line.split()] for number, line in data
    )
    places = [number for number, _ in data]
    depot, *satellites = _rows(name, places[2], stores, (2, 3), "x,y or x,y,handling")
    homes = _rows(name, places[3], customers, (3, 3), "x,y,demand")
    if len(depot) != 2:
        raise ValueError(f"{name}, line {places[2]}: expected the depot as x,y, got {len(depot)} numbers")
    try:
        return TwoEchelon(
            name=name,
            trucks=_trucks(name, places[0], trucks),
            freighters=_freighters(name, places[1], freighters),
            depot=np.array(depot),
            satellites=np.array([place[:2] for place in satellites]).reshape(-1, 2),
            handling=np.array([place[2] if len(place) == 3 else 0.0 for place in satellites]),
            customers=np.array([home[:2] for home in homes]).reshape(-1, 2),
            demand=np.array([home[2] for home in homes]),
            divisor=divisor,
        )
    except ValueError as error:
        raise ValueError(str(error) if str(error).startswith(name) else f"{name}: {error}") from error


def _numbers(name: str, line: int, part: str) -> list[float]:
    try:
        return [float(word) for word in part.split(",") if word]
    except ValueError as error:
        raise ValueError(f"{name}, line {line}: expected numbers between commas, got {part[:40]!r}") from error


def _rows(name: str, line: int, rows: list[list[float]], widths: tuple[int, int], shape: str) -> list[list[float]]:
    for row in rows:
        if not widths[0] <= len(row) <= widths[1]:
            raise ValueError(f"{name}, line {line}: expected {shape}, got {len(row)} numbers: {row}")
    return rows


def _trucks(name: str, line: int, words: list[list[float]]) -> Fleet:
    numbers = [number for word in words for number in word]
    if len(numbers) != 4:
        raise ValueError(f"{name}, line {line}: expected number,capacity,cost,fixed cost, got {len(numbers)} numbers")
    count, capacity, cost, fixed = numbers
    return Fleet(_whole(name, line, count), capacity, cost, fixed, _whole(name, line, count))


def _freighters(name: str, line: int, words: list[list[float]]) -> Fleet:
    numbers = [number for word in words for number in word]
    if len(numbers) != 5:
        raise ValueError(
            f"{name}, line {line}: expected most per satellite,number,capacity,cost,fixed cost, "
            f"got {len(numbers)} numbers"
        )
    each, count, capacity, cost, fixed = numbers
    return Fleet(_whole(name, line, count), capacity, cost, fixed, _whole(name, line, each))


def _whole(name: str, line: int, number: float) -> int:
    if not np.isfinite(number) or number != int(number):
        raise ValueError(f"{name}, line {line}: expected a whole number of vehicles, got {number}")
    return int(number)


def _check_shapes(it: TwoEchelon) -> None:
    shapes = [it.depot.shape, it.satellites.shape, it.handling.shape, it.customers.shape, it.demand.shape]
    count, homes = len(it.handling), len(it.demand)
    expected = [(2,), (count, 2), (count,), (homes, 2), (homes,)]
    if shapes != expected:
        raise ValueError(f"expected arrays of the shapes {expected}, got {shapes}")
    if count == 0 or homes == 0:
        raise ValueError(f"expected at least one satellite and one customer, got {count} and {homes}")
    for what, array in (("depot", it.depot), ("satellites", it.satellites), ("customers", it.customers)):
        if not np.isfinite(array).all():
            raise ValueError(f"expected finite coordinates of the {what}, got {array.tolist()}")
    if not (np.isfinite(it.divisor) and it.divisor > 0):
        raise ValueError(f"expected a divisor above 0, got {it.divisor}")


def _check_fleets(it: TwoEchelon) -> None:
    for what, fleet in (("trucks", it.trucks), ("freighters", it.freighters)):
        if fleet.count < 1 or fleet.per_satellite < 1:
            raise ValueError(f"expected at least one of the {what}, got {fleet.count}, {fleet.per_satellite}")
        if not (np.isfinite(fleet.capacity) and fleet.capacity > 0):
            raise ValueError(f"expected a capacity of the {what} above 0, got {fleet.capacity}")
        costs = (fleet.cost_per_distance, fleet.fixed_cost)
        if not (np.isfinite(costs).all() and min(costs) >= 0):
            raise ValueError(f"expected costs of the {what} of 0 or more, got {costs}")


def _check_demand(it: TwoEchelon) -> None:
    for what, array in (("demand", it.demand), ("handling cost", it.handling)):
        wrong = np.flatnonzero(~(np.isfinite(array) & (array >= 0)))
        if wrong.size:
            raise ValueError(f"expected a {what} of 0 or more, got {array[wrong[0]]} at number {wrong[0]}")
    above = np.flatnonzero(it.demand > it.freighters.capacity)
    if above.size:
        raise ValueError(
            f"expected no demand above a freighter's capacity {it.freighters.capacity:g}, "
            f"got {it.demand[above[0]]:g} at customer {above[0]}"
        )
    freighters = min(it.freighters.count, it.freighters.per_satellite * len(it.handling))
    for what, count, fleet in (("trucks", it.trucks.count, it.trucks), ("freighters", freighters, it.freighters)):
        if it.demand.sum() > count * fleet.capacity * (1 + _CAPACITY_SLACK):
            raise ValueError(
                f"expected demands that all {what} together can carry ({count} of {fleet.capacity:g}), "
                f"got {it.demand.sum():g}"
            )
