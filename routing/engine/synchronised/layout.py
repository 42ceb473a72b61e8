"""What the compiled search works on: the places, the rows of stops, the trucks, and room to think in.

Places are numbered customers first, then satellites, then the garage. A row is what one freighter does. With a garage
it is garage, satellite, customers, satellite, customers, ..., garage; without one it is satellite, customers, the same
satellite. Leaving a satellite takes no time; customers take their service time.

Each array that a compiled function is given costs time when it is compiled and when it is called, so like arrays lie in
one, and constants name the parts: `town.place[CLOSE, customer]`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

AGES = 1e9
"""Longer than any time or cost of a plan: stands for "never" and for "always"."""

SLACK = 1e-9
"""What two doubles that mean the same moment or load may differ by."""

MOST_SHARED = 8
"""How many trucks may serve more than one satellite, or be at one with room to spare."""

OPEN, CLOSE, SERVICE, LOAD = 0, 1, 2, 3
"""Parts of `Town.place`."""

NEAR, KIN = 0, 1
"""Parts of `Town.order`: other customers by distance; by likeness in place and time."""

EARLY, LATE, FILLED, WHOLE = 0, 1, 2, 3
"""Parts of `Rows.clock`: earliest and latest start of a stop; load of its trip so far and whole."""

ROW, PLACE = 0, 1
"""Parts of `Rows.where`: each customer's row, and position in it."""

KNOWN, CHEAPEST, SOONEST = 0, 1, 2
"""Parts of `Tours.single`: how many times are known at a satellite; its own cheapest and soonest tour."""

DIRECT, LANE, SHARED = 0, 1, 2
"""Parts of a truck plan, see `empty_trucks`."""

SATELLITE, RANK = 0, 1
"""Parts of `Needs.trip`."""

RELEASE, ROOM, FEE, PRICE, ARRIVAL, NOW_ROOM, NOW_PRICE, BARRED = range(8)
"""What a round knows of each satellite, see `empty_sites`."""

GONE, ORDER = 0, 1
"""Parts of `Out.who`."""

FOLLOWING, UNCOVERED = 0, 1
"""Parts of `Stack.level`."""


class Town(NamedTuple):
    """The second level as it does not change: `way` (places, places), `place` (4, places), `order` (2, n, n)."""

    customers: int
    satellites: int
    several: bool
    capacity: float
    price: float
    way: Floats
    place: Floats
    order: Ints


class Rows(NamedTuple):
    """Every freighter's row: `stop`, `first` (rows, length), `clock` (4, rows, length), `size`, `cost` (rows,).

    `first` is where the trip of a position begins. `cost` is a row's length and price, 0 where it is empty. `where`
    (2, customers) tells where each customer is.
    """

    stop: Ints
    first: Ints
    clock: Floats
    size: Ints
    cost: Floats
    where: Ints


class Tours(NamedTuple):
    """Every way a truck may go, cheapest first.

    `rank` (tours, satellites + 1): place of its arrival among `times`, a large number where it does not call; in the
    last column the bits of the satellites it serves. `times` (satellites, most): when goods can be there, ascending.
    `least[k, bits]`: the cheapest cost of at least k trucks that serve these satellites, whatever the loads. `weight`:
    random numbers for keys. `single`: see there.
    """

    capacity: float
    cost: Floats
    rank: Ints
    times: Floats
    single: Ints
    least: Floats
    weight: Ints


class Needs(NamedTuple):
    """What the trips ask of the trucks: satellite and how many of its times are early enough, and load; sums."""

    trips: Ints
    trip: Ints
    load: Floats
    total: Floats


class Memory(NamedTuple):
    """Answers of the truck planner by key: a cost, and the truck plan, or none where the cost is only a bound."""

    key: Ints
    cost: Floats
    plan: Ints


class Out(NamedTuple):
    """Who is taken out of a plan: marks and list (2, customers), a key to sort by, and which rows are touched."""

    who: Ints
    key: Floats
    touched: Ints


class Stack(NamedTuple):
    """Room for the truck planner: levels of its search, cost up to each, loads by subset, tours, the trucks tried."""

    level: Ints
    spent: Floats
    bound: Floats
    tours: Ints
    tried: Ints


def empty_rows(customers: int, fleet: int, *, several: bool) -> Rows:
    """Return as many empty rows as could be used, each long enough for any trip structure."""
    count = max(1, min(customers, fleet))
    length = 2 * customers + 6 if several else customers + 4
    return Rows(
        stop=np.zeros((count, length), np.int64),
        first=np.zeros((count, length), np.int64),
        clock=np.zeros((4, count, length)),
        size=np.zeros(count, np.int64),
        cost=np.zeros(count),
        where=np.zeros((2, customers), np.int64),
    )


def empty_trucks(satellites: int) -> Ints:
    """Return a truck plan without trucks, shape (3, width).

    DIRECT and LANE: how many trucks go to each satellite alone, and by which tour. SHARED: the tours of the others;
    their number stands in the last column.
    """
    return np.zeros((3, max(satellites, MOST_SHARED) + 1), np.int64)


def empty_sites(satellites: int) -> Floats:
    """Return what a round knows of the satellites, shape (8, satellites).

    RELEASE: no trip leaves before; ROOM: how much more its trucks could bring; PRICE: what more than that costs; FEE:
    the same for the customer in hand; ARRIVAL, NOW_ROOM, NOW_PRICE: as the present trucks are; BARRED: 1 if closed.
    """
    return np.zeros((8, satellites))


def empty_needs(customers: int, satellites: int) -> Needs:
    """Return room for the needs of as many trips as there may be."""
    most = 2 * customers + 2
    return Needs(np.zeros(1, np.int64), np.zeros((2, most), np.int64), np.zeros(most), np.zeros(satellites))


def empty_memory(satellites: int, slots: int = 1 << 14) -> Memory:
    """Return a memory of so many answers (a power of two)."""
    shape = (slots, *empty_trucks(satellites).shape)
    return Memory(np.zeros(slots, np.int64), np.zeros(slots), np.zeros(shape, np.int64))


def everybody_out(customers: int, rows: int) -> Out:
    """Return the state before the first plan: all customers are out."""
    who = np.zeros((2, customers), np.int64)
    who[GONE] = 1
    who[ORDER] = np.arange(customers)
    return Out(who, np.zeros(customers), np.zeros(rows, np.int64))


def empty_stack(satellites: int, tours: int) -> Stack:
    """Return room for the truck planner."""
    return Stack(
        np.zeros((2, MOST_SHARED + 1), np.int64),
        np.zeros(MOST_SHARED + 1),
        np.zeros((satellites, 1 << MOST_SHARED)),
        np.zeros(tours, np.int64),
        empty_trucks(satellites),
    )
