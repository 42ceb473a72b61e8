"""A bound for trips that only loads bind: no times, every stop once, all trips of one capacity.

A trip may come back to a stop, though not over one stop alone in between (q-routes without 2-cycles: Christofides,
Mingozzi and Toth 1981, "State-space relaxation procedures for the computation of bounds to routing problems", Networks
11). Trips are chosen that together carry exactly what is to be carried; prices on the stops, raised where too few come
and lowered where too many do, make up for stops missed or seen twice (Held and Karp 1971). At any prices the answer is
a bound.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from routing.bounds.streets import Ints
from routing.engine.budget import Budget
from routing.engine.compiled import compiled

Floats = NDArray[np.float64]

LARGEST_TABLE = 100_000_000
"""Steps of one pricing beyond which no bound is asked for: about a quarter of a second."""

FIRST_STRIDE, PATIENCE, LEAST_STRIDE = 1.0, 8, 1e-3
"""How far the prices go at first, as a share of the gap; after so many rounds without a better bound half as far."""

NOBODY = -1


class LoadTrips(NamedTuple):
    """What trips may do; n stops, k bases. A trip begins and ends at the same base.

    Attributes
    ----------
    between
        Shape (n, n): cost from stop to stop.
    out, back
        Shape (k, n): cost from a base to a first stop, with that of the trip itself, and from a last stop back.
    carry
        Shape (k, n): cost of bringing a stop's load to the base.
    boxes, capacity
        Shape (n,), each at least 1, and what a trip carries at most.
    """

    between: Floats
    out: Floats
    back: Floats
    carry: Floats
    boxes: Ints
    capacity: int


class Table(NamedTuple):
    """The cheapest ways to each stop (last axis) with each load from each base, and over which stop they came.

    Shape (2, k, capacity + 1, n): the cheapest, and the cheapest over another stop than that one came from. `trip`,
    shape (capacity + 1,), is the cheapest trip of each load, with base and last stop in `end`; `total`, shape (all
    boxes + 1,), the cheapest trips of each load together, with that of one of them in `last`; `visits` (n,) how often
    those of all boxes see each stop.
    """

    way: Floats
    came: Ints
    trip: Floats
    end: Ints
    total: Floats
    last: Ints
    visits: Ints


def table_steps(trips: LoadTrips) -> int:
    """Return how many steps one pricing takes."""
    return len(trips.out) * trips.capacity * len(trips.boxes) ** 2


def bound_of(trips: LoadTrips, known: float, budget: Budget) -> float | None:
    """Return what no plan can cost less than, None where that would take too long; `known` is the cost of some plan."""
    if table_steps(trips) > LARGEST_TABLE:
        return None
    table, prices = _table(trips), _first_prices(trips)
    best, stride, idle, rounds = 0.0, FIRST_STRIDE, 0, 0
    while stride > LEAST_STRIDE and (rounds == 0 or budget.used(rounds) < 1.0):
        found = price(trips, prices, table)
        missing = 1.0 - table.visits
        rounds += 1
        best, idle = (found, 0) if found > best else (best, idle + 1)
        if not missing.any():
            break
        if idle == PATIENCE:
            stride, idle = stride / 2, 0
        prices += stride * max(known - found, 1e-6 * known) / float(missing @ missing) * missing
    return best


def _first_prices(trips: LoadTrips) -> Floats:
    """Return about what each stop costs: its share of a full trip out and back, and the way from its neighbours."""
    share = (trips.out + trips.back) * trips.boxes / trips.capacity + trips.carry
    n = len(trips.boxes)
    near = np.sort(trips.between + np.diag(np.full(n, np.inf)), axis=0)[: min(2, n - 1)]
    prices: Floats = share.min(axis=0) + (near.mean(axis=0) if len(near) else 0.0)
    return prices


def _table(trips: LoadTrips) -> Table:
    shape = (2, len(trips.out), trips.capacity + 1, len(trips.boxes))
    boxes = int(trips.boxes.sum())
    return Table(
        np.zeros(shape),
        np.zeros(shape, dtype=np.int64),
        np.zeros(trips.capacity + 1),
        np.zeros((trips.capacity + 1, 2), dtype=np.int64),
        np.zeros(boxes + 1),
        np.zeros(boxes + 1, dtype=np.int64),
        np.zeros(shape[3], dtype=np.int64),
    )


@compiled
def price(trips: LoadTrips, prices: Floats, table: Table) -> float:
    """Return the bound at these prices of the stops and note how often each is seen."""
    for load in range(1, trips.capacity + 1):
        table.trip[load] = np.inf
        for base in range(len(trips.out)):
            for j in range(len(trips.boxes)):
                _reach(trips, prices, table, base, load, j)
                cost = table.way[0, base, load, j] + trips.back[base, j]
                if cost < table.trip[load]:
                    table.trip[load] = cost
                    table.end[load, 0], table.end[load, 1] = base, j
    _add_up(table)
    _count(trips, table)
    bound = table.total[len(table.total) - 1]
    for j in range(len(prices)):
        bound += prices[j]
    return float(bound)


@compiled
def _reach(trips: LoadTrips, prices: Floats, table: Table, base: int, load: int, j: int) -> None:
    """Fill the two cheapest ways to stop `j` with `load` on board up to and with it."""
    before = load - trips.boxes[j]
    first, second, over, other = np.inf, np.inf, NOBODY, NOBODY
    if before == 0:
        first = trips.out[base, j]
    elif before > 0:
        for i in range(len(trips.boxes)):
            if i == j:
                continue
            back_and_forth = table.came[0, base, before, i] == j
            cost = table.way[1 if back_and_forth else 0, base, before, i] + trips.between[i, j]
            if cost < first:
                first, second, over, other = cost, first, i, over
            elif cost < second:
                second, other = cost, i
    here = trips.carry[base, j] - prices[j]
    table.way[0, base, load, j], table.way[1, base, load, j] = first + here, second + here
    table.came[0, base, load, j], table.came[1, base, load, j] = over, other


@compiled
def _add_up(table: Table) -> None:
    """Fill the cheapest trips that carry each number of boxes together."""
    for boxes in range(1, len(table.total)):
        table.total[boxes] = np.inf
        for load in range(1, min(boxes, len(table.trip) - 1) + 1):
            cost = table.total[boxes - load] + table.trip[load]
            if cost < table.total[boxes]:
                table.total[boxes], table.last[boxes] = cost, load


@compiled
def _count(trips: LoadTrips, table: Table) -> None:
    """Count how often the cheapest trips for all boxes see each stop."""
    for j in range(len(table.visits)):
        table.visits[j] = 0
    left = len(table.total) - 1
    while left > 0 and table.total[left] < np.inf:
        load = table.last[left]
        left -= load
        base, j, rank = table.end[load, 0], table.end[load, 1], 0
        while j != NOBODY:
            table.visits[j] += 1
            i, load = table.came[rank, base, load, j], load - trips.boxes[j]
            rank = 1 if i != NOBODY and table.came[0, base, load, i] == j else 0
            j = i
