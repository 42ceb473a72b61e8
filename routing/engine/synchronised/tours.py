"""List every way a truck may go: from any depot over some satellites in any order, arriving as early as it can."""

from __future__ import annotations

from itertools import groupby
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from routing.engine.synchronised.layout import AGES, MOST_SHARED, SLACK, Floats, Ints, Tours

MOST_SATELLITES = 10
"""Tables over sets of satellites grow as 3 to this power."""

LONGEST = {7: 5, 8: 5, 9: 4, 10: 4}
"""How many satellites a tour may have where all orders of all of them would be too many."""

NEVER = 1 << 20
"""The rank of an arrival that does not happen."""


class TruckWorld(NamedTuple):
    """The first level: depots (rows of `out`), satellites, one truck's capacity and price.

    `out` (depots, satellites) and `way` (satellites, satellites) are lengths and times; a truck leaves its depot at
    `leave` and is back by `back`; it serves a satellite from `open`, begins by `close` and unloads for `service`.
    """

    capacity: float
    price: float
    out: Floats
    way: Floats
    leave: Floats
    back: Floats
    open: Floats
    close: Floats
    service: Floats


class Tour(NamedTuple):
    """One way to go: its depot, its satellites in order, when goods are there, and what it costs."""

    depot: int
    satellites: tuple[int, ...]
    ready: tuple[float, ...]
    cost: float


def list_tours(world: TruckWorld) -> list[Tour]:
    """Return the tours worth considering, cheapest first: of two that serve the same, none is dearer and later too."""
    count = world.way.shape[0]
    if count > MOST_SATELLITES:
        raise ValueError(f"expected at most {MOST_SATELLITES} satellites, got {count}")
    tours = [tour for depot in range(world.out.shape[0]) for tour in _from_depot(world, depot)]
    tours.sort(key=lambda tour: (_mask(tour), tour.cost, tour.satellites, tour.depot))
    kept = [tour for _, same in groupby(tours, key=_mask) for tour in _worthy(list(same), count)]
    kept.sort(key=lambda tour: (tour.cost, tour.satellites, tour.depot))
    return kept


def tours_table(world: TruckWorld, tours: list[Tour]) -> Tours:
    """Return the tours as arrays for the compiled search.

    Raises
    ------
    ValueError
        If no truck can reach a single satellite within its window.
    """
    if not tours:
        raise ValueError("expected a satellite that some truck can reach within its window, found none")
    count = world.way.shape[0]
    times, known, rank = _ranks(tours, count)
    cost = np.array([tour.cost for tour in tours])
    mask = np.array([_mask(tour) for tour in tours], np.int64)
    return Tours(
        world.capacity,
        cost,
        np.column_stack([rank, mask]),
        times,
        np.stack([known, *_alone(tours, count)]),
        _least(cost, mask, count),
        np.random.default_rng(20160216).integers(1, 1 << 62, (count, times.shape[1] + 1), np.int64),
    )


def _mask(tour: Tour) -> int:
    return sum(1 << satellite for satellite in tour.satellites)


def _from_depot(world: TruckWorld, depot: int) -> list[Tour]:
    """Return all tours of a depot by extending each with every satellite it does not serve yet."""
    count = world.way.shape[0]
    longest = min(count, LONGEST.get(count, MOST_SATELLITES))
    found: list[Tour] = []
    begun: list[tuple[tuple[int, ...], tuple[float, ...], float]] = [((), (), 0.0)]
    while begun:
        satellites, ready, length = begun.pop()
        for satellite in range(count):
            if satellite in satellites:
                continue
            leg = world.way[satellites[-1], satellite] if satellites else world.out[depot, satellite]
            arrival = max((ready[-1] if ready else world.leave[depot]) + leg, world.open[satellite])
            done = float(arrival + world.service[satellite])
            home = float(world.out[depot, satellite])
            if arrival > world.close[satellite] + SLACK or done + home > world.back[depot] + SLACK:
                continue
            longer = ((*satellites, satellite), (*ready, done), float(length + leg))
            found.append(Tour(depot, longer[0], longer[1], longer[2] + home + world.price))
            if len(longer[0]) < longest:
                begun.append(longer)
    return found


def _worthy(same: list[Tour], count: int) -> list[Tour]:
    """Return the tours of one set, given by ascending cost, that are sooner somewhere than each cheaper one."""
    ready = np.zeros((len(same), count))
    for row, tour in zip(ready, same, strict=True):
        row[list(tour.satellites)] = tour.ready
    kept: list[int] = []
    for nth in range(len(same)):
        if not kept or not (ready[kept] <= ready[nth] + SLACK).all(axis=1).any():
            kept.append(nth)
    return [same[nth] for nth in kept]


def _ranks(tours: list[Tour], count: int) -> tuple[Floats, Ints, Ints]:
    seen: list[set[float]] = [set() for _ in range(count)]
    for tour in tours:
        for satellite, ready in zip(tour.satellites, tour.ready, strict=True):
            seen[satellite].add(ready)
    known = np.array([len(times) for times in seen], np.int64)
    times = np.full((count, int(known.max()) + 1), AGES)
    for satellite, moments in enumerate(seen):
        times[satellite, : len(moments)] = sorted(moments)
    rank = np.full((len(tours), count), NEVER, np.int64)
    for row, tour in zip(rank, tours, strict=True):
        for satellite, ready in zip(tour.satellites, tour.ready, strict=True):
            row[satellite] = np.searchsorted(times[satellite], ready)
    return times, known, rank


def _alone(tours: list[Tour], count: int) -> tuple[Ints, Ints]:
    """Return for each satellite the cheapest and the soonest tour that serves nothing else; -1 where there is none."""
    cheapest, soonest = np.full(count, -1, np.int64), np.full(count, -1, np.int64)
    for nth, tour in enumerate(tours):
        if len(tour.satellites) > 1:
            continue
        satellite = tour.satellites[0]
        if cheapest[satellite] < 0:
            cheapest[satellite] = nth
        if soonest[satellite] < 0 or tour.ready[0] < tours[int(soonest[satellite])].ready[0]:
            soonest[satellite] = nth
    return cheapest, soonest


def _least(cost: Floats, mask: Ints, count: int) -> NDArray[np.float64]:
    """Return the cheapest cost of at least k trucks that serve a set of satellites, for k up to MOST_SHARED."""
    sets = 1 << count
    one = np.full(sets, AGES)
    np.minimum.at(one, mask, cost)
    for bit in range(count):
        without = [at for at in range(sets) if not at >> bit & 1]
        one[without] = np.minimum(one[without], one[[at | 1 << bit for at in without]])
    least = np.full((MOST_SHARED + 1, sets), AGES)
    # As many as it takes: cover the lowest satellite first; a set that nobody can serve in one tour is split.
    least[0, 0] = 0.0
    for whole in range(1, sets):
        part = whole
        while part:
            if part & (whole & -whole):
                least[0, whole] = min(least[0, whole], one[part] + least[0, whole ^ part])
            part = (part - 1) & whole
    for trucks in range(1, MOST_SHARED + 1):
        least[trucks] = _one_more(least[trucks - 1], one)
    return least


def _one_more(before: Floats, one: Floats) -> Floats:
    after = np.full(len(one), AGES)
    for whole in range(len(one)):
        part = whole
        while True:
            after[whole] = min(after[whole], one[part] + before[whole ^ part])
            if not part:
                break
            part = (part - 1) & whole
    return after
