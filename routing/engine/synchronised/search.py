"""Plan both levels together: the loop over time around the compiled rounds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from routing.engine.budget import Budget
from routing.engine.search.chance import seeded
from routing.engine.synchronised.anneal import BEST, Search, anneal, fresh_costs
from routing.engine.synchronised.layout import (
    AGES,
    CLOSE,
    DIRECT,
    LANE,
    LOAD,
    OPEN,
    RELEASE,
    SERVICE,
    SHARED,
    SLACK,
    Floats,
    Ints,
    Tours,
    Town,
    empty_memory,
    empty_needs,
    empty_rows,
    empty_sites,
    empty_stack,
    empty_trucks,
    everybody_out,
)
from routing.engine.synchronised.loads import Want, share_out
from routing.engine.synchronised.tours import Tour, TruckWorld, list_tours, tours_table

CHUNK = 250
"""Rounds between two looks at the budget: some ten milliseconds."""

HOT, WARM, COLD = 0.35, 0.2, 0.0045
"""Temperatures at the beginning, for the best of the first tries, and at the end: shares of the mean way."""

TRIES, TRIES_SHARE = 3, 0.45
"""So many searches from nothing share this part of the budget; the best of them goes on: a try that opens the wrong
satellites seldom mends it later."""


SMALLEST_SCALE = 0.1
"""Where all customers stand in one place, the temperature follows the way to them."""

SEED_STEP = 1_000_003
"""How far the seeds of the tries are apart, so that they are not those of the searches on other cores."""

FIRST_TRIES = 50
"""How many orders are tried to find a first plan; where the fleet is no limit the first does."""


@dataclass(frozen=True, slots=True)
class TruckRoute:
    """One truck: its tour, and what it leaves at each satellite of it."""

    tour: Tour
    loads: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class BothLevels:
    """A plan of both levels: what it costs, the freighters' stops, the trucks, and how many rounds it took."""

    cost: float
    rows: tuple[tuple[int, ...], ...]
    trucks: tuple[TruckRoute, ...]
    rounds: int


class SynchronisedSearch:
    """A search that can be continued: begin it, let it run, take the best plan.

    The truck world and the town must agree on the satellites. `town` numbers places as `layout` says; there are at most
    `fleet` freighters.
    """

    def __init__(self, town: Town, world: TruckWorld, *, fleet: int, seed: int) -> None:
        """Make the first plan.

        Raises
        ------
        ValueError
            If no truck reaches a satellite, or some customer cannot be served in time from any of them.
        """
        self.world = world
        self.tours = list_tours(world)
        table = tours_table(world, self.tours)
        self.search = _search(town, table, fleet, seed)
        self.rounds = 0
        customers = town.way[: town.customers, : town.customers]
        self.scale = max(float(customers.mean()), float(town.way.mean()) * SMALLEST_SCALE)
        for _ in range(FIRST_TRIES):
            anneal(self.search, 1, HOT * self.scale)
            if self.cost < AGES:
                return
        raise ValueError(_whom_nobody_reaches(town, table, fleet))

    @property
    def cost(self) -> float:
        """Return what the best plan so far costs."""
        return float(self.search.costs[BEST])

    def cool(self, budget: Budget, spent: int, span: tuple[float, float], hot: float, until: float) -> None:
        """Improve the plan from the first to the second share of the budget, cooling down from `hot` to COLD.

        Stops when `until` of the budget is used. `spent` counts the rounds of other searches that use the same budget.
        """
        begin, end = span
        while (used := budget.used(spent + self.rounds)) < min(end, until):
            rounds = min(CHUNK, budget.rounds_left(spent + self.rounds))
            done = min(1.0, max(0.0, (used - begin) / (end - begin)))
            anneal(self.search, rounds, self.scale * hot * (COLD / hot) ** done)
            self.rounds += rounds

    def best(self) -> BothLevels:
        """Return the best plan so far, the goods shared out over its trucks."""
        town, plan = self.search.town, self.search.trucks[BEST]
        rows = [tuple(row[1 : 1 + row[0]]) for row in self.search.kept.tolist() if row[0]]
        tours = [self.tours[nth] for nth in plan[SHARED, : plan[SHARED, -1]]]
        for satellite in range(town.satellites):
            tours += [self.tours[plan[LANE, satellite]]] * int(plan[DIRECT, satellite])
        calls = [dict(zip(tour.satellites, tour.ready, strict=True)) for tour in tours]
        wants = [want for row in rows for want in _wants(town, row)]
        loads = share_out(calls, wants, self.world.capacity)
        if loads is None:
            raise ArithmeticError("the trucks of the plan cannot bring its goods in time")
        trucks = (
            TruckRoute(tour, tuple(load[at] for at in tour.satellites)) for tour, load in zip(tours, loads, strict=True)
        )
        return BothLevels(self.cost, tuple(rows), tuple(trucks), self.rounds)


class SeveralTries:
    """Searches from nothing one after the other within a part of a budget, and the best of them in the rest of it."""

    def __init__(self, town: Town, world: TruckWorld, *, fleet: int, seed: int) -> None:
        """Make the first plan; raises as `SynchronisedSearch` does."""
        self.town, self.world, self.fleet, self.seed = town, world, fleet, seed
        self.searches = [SynchronisedSearch(town, world, fleet=fleet, seed=seed)]

    @property
    def best_search(self) -> SynchronisedSearch:
        """Return the search with the cheapest plan so far."""
        return min(self.searches, key=lambda search: search.cost)

    def run(self, budget: Budget, *, until: float = 1.0) -> None:
        """Go on until this share of the budget is used up."""
        for nth in range(TRIES):
            span = (TRIES_SHARE * nth / TRIES, TRIES_SHARE * (nth + 1) / TRIES)
            if span[0] <= budget.used(self._spent()) < min(until, span[1]):
                self._cool(self._search(nth), budget, span, HOT, until)
        if budget.used(self._spent()) < until:
            self._cool(self.best_search, budget, (TRIES_SHARE, 1.0), WARM, until)

    def _search(self, nth: int) -> SynchronisedSearch:
        if nth >= len(self.searches):
            seed = self.seed + nth * SEED_STEP
            self.searches.append(SynchronisedSearch(self.town, self.world, fleet=self.fleet, seed=seed))
        return self.searches[-1]

    def _cool(
        self, search: SynchronisedSearch, budget: Budget, span: tuple[float, float], hot: float, until: float
    ) -> None:
        search.cool(budget, self._spent() - search.rounds, span, hot, until)

    def _spent(self) -> int:
        return sum(search.rounds for search in self.searches)


def _search(town: Town, table: Tours, fleet: int, seed: int) -> Search:
    trial, now = (empty_rows(town.customers, fleet, several=town.several) for _ in range(2))
    count, length = now.stop.shape
    sites = empty_sites(town.satellites)
    sites[RELEASE] = table.times[:, 0]
    return Search(
        town,
        table,
        trial,
        now,
        np.zeros((count, length + 1), np.int64),
        np.stack([empty_trucks(town.satellites)] * 3),
        empty_needs(town.customers, town.satellites),
        empty_memory(town.satellites),
        everybody_out(town.customers, count),
        empty_stack(town.satellites, len(table.cost)),
        sites,
        fresh_costs(),
        np.zeros(1, np.int64),
        seeded(seed),
    )


def _wants(town: Town, row: tuple[int, ...]) -> list[Want]:
    """Return what a row's trips ask of the trucks, each departure as late as may be."""
    wants: list[Want] = []
    late, load = float(town.place[CLOSE, row[-1]]), 0.0
    for here, after in zip(row[-2::-1], row[:0:-1], strict=True):
        late = min(float(town.place[CLOSE, here]), late - float(town.way[here, after] + town.place[SERVICE, here]))
        if town.customers <= here < town.customers + town.satellites:
            wants.append(Want(here - town.customers, load, late))
            load = 0.0
        load += float(town.place[LOAD, here])
    return wants


def _whom_nobody_reaches(town: Town, table: Tours, fleet: int) -> str:
    garage = town.customers + town.satellites
    for customer in range(town.customers):
        if not any(_reaches(town, table, satellite, customer, garage) for satellite in range(town.satellites)):
            return f"expected every customer within reach in its window, customer {customer} is not"
    return f"expected the customers to fit into {fleet} freighters, found no plan in which they do"


def _reaches(town: Town, table: Tours, satellite: int, customer: int, garage: int) -> bool:
    node = town.customers + satellite
    end = garage if town.several else node
    opens, closes = town.place[OPEN], town.place[CLOSE] + SLACK
    leave = max(opens[node], table.times[satellite, 0])
    arrival = max(leave + town.way[node, customer], opens[customer])
    home = arrival + town.place[SERVICE, customer] + town.way[customer, end]
    return bool(leave <= closes[node] and arrival <= closes[customer] and home <= closes[end])


def town_of(*, satellites: int, several: bool, capacity: float, price: float, way: Floats, places: Floats) -> Town:
    """Return the second level for the search, numbered as `layout` says.

    `way` (places, places) is length and time; `places` (places, 4) holds open, close, service and load, a garage's row
    too where there are several trips. Satellites and garage serve in no time.
    """
    customers = len(way) - satellites - 1
    opens, closes = places[:customers, OPEN], places[:customers, CLOSE]
    between = way[:customers, :customers]
    near = np.argsort(between, axis=1, kind="stable")
    return Town(
        customers,
        satellites,
        several,
        capacity,
        price,
        np.ascontiguousarray(way, dtype=np.float64),
        np.ascontiguousarray(places.T, dtype=np.float64),
        np.stack([near, _kin(between, opens, closes)]),
    )


def _kin(way: Floats, opens: Floats, closes: Floats) -> Ints:
    """Return for each customer all in the order of how alike they are in place and time."""
    middle = (opens + closes) / 2
    apart = np.abs(middle[:, None] - middle[None, :])
    return np.argsort(way / max(1e-9, way.mean()) + apart / max(1e-9, apart.mean()), axis=1, kind="stable")
