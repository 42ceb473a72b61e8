"""Instances too large for one search: a first plan, then again and again some neighbouring tours by themselves.

A search over everything can only accept a plan in which no tour breaks a rule, and it copies the whole plan each round.
A few tours of neighbours are a small problem: thousands of rounds a second, each of which may count (Taillard and Voss
2002, "POPMUSIC"). Above `LARGEST_WHOLE` nodes the first plan is made of wedges around the depot too: two matrices of
30,000 nodes would take 14 GB.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field
from random import Random

import numpy as np

from routing.engine.budget import Budget
from routing.published.single.instance import Integers, SingleInstance, Tour, Vehicle
from routing.published.single.kernel import Part, part_of
from routing.published.single.search import Manner, Search

WHOLE_UP_TO = 600
"""Up to so many nodes one search over everything goes further."""

LONG_TOUR = 25
"""Customers that fill a vehicle, from which on few tours are too many customers for a part: it goes on as a whole."""

LARGEST_WHOLE = 2_000
"""From so many nodes on not even the first plan is made in one piece."""

WEDGE = 500
"""Customers of a wedge of the first plan."""

FIRST_SHARE = 0.3
"""Which share of the budget the first plan gets."""

PART = 120
"""Customers of a part, about."""

ROUNDS_A_PART = 3_000
SPARE = 2
"""How many vehicles of each kind beside its own a part may take into use."""

CAREFUL = Manner(neighbours=50, shaken=25, price=100.0, updates=500)
"""A first plan in one piece must keep the rules soon: it starts with dear penalties."""

BOLD = Manner(neighbours=30, shaken=8, price=1.0)


@dataclass
class _Whole:
    """The plan as it stands: tours by vehicle, whose tour each customer is in, vehicles that stand still by kind."""

    instance: SingleInstance
    tours: dict[int, Tour] = field(default_factory=dict)
    owner: Integers = field(init=False)
    idle: dict[Vehicle, list[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.owner = np.full(self.instance.size, -1, dtype=np.int64)
        for number, vehicle in reversed(list(enumerate(self.instance.vehicles))):
            self.idle.setdefault(vehicle, []).append(number)

    def drive(self, tours: Sequence[Tour]) -> None:
        """Put tours of vehicles that stand still into the plan."""
        for tour in tours:
            self.idle[self.instance.vehicles[tour.vehicle]].remove(tour.vehicle)
            self.tours[tour.vehicle] = tour
            for trip in tour.trips:
                self.owner[list(trip)] = tour.vehicle

    def stop(self, vehicles: Sequence[int]) -> None:
        """Take the tours of these vehicles out."""
        for vehicle in vehicles:
            if self.tours.pop(vehicle, None) is not None:
                self.idle[self.instance.vehicles[vehicle]].append(vehicle)


@dataclass(frozen=True, slots=True)
class _Task:
    """Some vehicles with what they do now, and what they may use beside."""

    nodes: tuple[int, ...]
    vehicles: tuple[int, ...]
    tours: tuple[Tour, ...]
    seed: int


def improve_in_parts(
    instance: SingleInstance, tours: Sequence[Tour], *, budget: Budget, rounds: int, seed: int, cores: int
) -> tuple[Tour, ...]:
    """Return better tours, found part by part until the budget is used; `rounds` of it were made before.

    `tours` serve every customer and keep every rule.
    """
    whole = _Whole(instance)
    whole.drive(tours)
    random = Random(seed)  # noqa: S311  a search, no secret
    with ThreadPoolExecutor(cores) as executor:
        while budget.used(rounds) < 1:
            tasks = list(_apart(whole, random, cores))
            _work(whole, tasks, executor, budget, rounds)
            rounds += ROUNDS_A_PART
    return tuple(whole.tours.values())


def wedge_by_wedge(instance: SingleInstance, *, budget: Budget, seed: int, cores: int) -> tuple[Tour, ...]:
    """Return a first plan of wedges around the first depot, planned one by one with their share of the vehicles."""
    nodes = np.arange(instance.depots, instance.size)
    east, north = (instance.places[nodes] - instance.places[0]).T
    turned = nodes[np.argsort(np.arctan2(north, east), kind="stable")]
    wedges = np.array_split(turned, -(-len(turned) // WEDGE))
    fleets = _split_fleet(instance, len(wedges))
    share = FIRST_SHARE / len(wedges) * cores

    def plan(place: int) -> tuple[Tour, ...]:
        part = part_of(instance, wedges[place].tolist(), fleets[place])
        search = Search(part, seed + place, BOLD)
        end = budget.used(0) + share
        search.run(lambda rounds: max(budget.used(0), rounds / ROUNDS_A_PART) >= min(1.0, end))
        return part.tours(search.best)

    with ThreadPoolExecutor(cores) as executor:
        return tuple(tour for tours in executor.map(plan, range(len(wedges))) for tour in tours)


def _split_fleet(instance: SingleInstance, count: int) -> list[list[int]]:
    kinds: dict[Vehicle, list[int]] = {}
    for number, vehicle in enumerate(instance.vehicles):
        kinds.setdefault(vehicle, []).append(number)
    fleets: list[list[int]] = [[] for _ in range(count)]
    for numbers in kinds.values():
        for fleet, own in zip(fleets, np.array_split(numbers, count), strict=True):
            fleet += own.tolist()
    return fleets


def _apart(whole: _Whole, random: Random, count: int) -> Iterator[_Task]:
    """Yield tasks that share no vehicle: each the tours around a customer chosen at random."""
    taken: set[int] = set()
    spare = {kind: list(idle[-SPARE * count :]) for kind, idle in whole.idle.items()}
    for _ in range(count):
        middle = random.randrange(whole.instance.depots, whole.instance.size)
        chosen = _around(whole, middle, taken)
        if not chosen:
            return
        taken.update(chosen)
        beside = [spare[kind].pop() for kind in spare for _ in range(SPARE) if spare[kind]]
        tours = tuple(whole.tours[vehicle] for vehicle in chosen)
        nodes = tuple(node for tour in tours for trip in tour.trips for node in trip)
        yield _Task(nodes, (*chosen, *beside), tours, random.randrange(1 << 31))


def _around(whole: _Whole, middle: int, taken: set[int]) -> list[int]:
    """Return the vehicles that come nearest to a customer, until they serve enough customers."""
    instance = whole.instance
    listed = instance.given.size > 0
    far = instance.given[middle] if listed else np.hypot(*(instance.places - instance.places[middle]).T)
    chosen: list[int] = []
    customers = 0
    for vehicle in whole.owner[np.argsort(far, kind="stable")]:
        if vehicle < 0 or vehicle in taken or vehicle in chosen:
            continue
        own = sum(map(len, whole.tours[int(vehicle)].trips))
        if chosen and customers + own > 1.5 * PART:
            continue
        chosen.append(int(vehicle))
        customers += own
        if customers >= PART:
            break
    return chosen


def _work(whole: _Whole, tasks: Sequence[_Task], executor: Executor, budget: Budget, before: int) -> None:
    def search(task: _Task) -> tuple[Tour, ...] | None:
        part = part_of(whole.instance, task.nodes, task.vehicles)
        one = Search(part, task.seed, BOLD, task.tours)
        cost = one.cost
        one.run(lambda rounds: rounds >= ROUNDS_A_PART or budget.used(before + rounds) >= 1)
        return part.tours(one.best) if one.cost < cost else None

    for task, better in zip(tasks, executor.map(search, tasks), strict=True):
        if better is not None:
            whole.stop(task.vehicles)
            whole.drive(better)


def first_whole(part: Part, budget: Budget, seed: int) -> Search:
    """Return a search over everything that has used up the first plan's share of the budget, or found no plan yet."""
    search = Search(part, seed, CAREFUL)
    search.run(lambda rounds: budget.used(rounds) >= (FIRST_SHARE if search.best.is_feasible() else 1.0))
    return search
