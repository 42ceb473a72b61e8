"""The solver of one echelon: a search a core, the laggard taking over the leader's plan; what is large part by part."""

from __future__ import annotations

import math
from collections.abc import Sequence
from concurrent.futures import Executor, ThreadPoolExecutor

from routing.engine.budget import Budget
from routing.published.single.instance import SingleInstance, SinglePlan, Tour, as_json
from routing.published.single.kernel import Part, part_of
from routing.published.single.parts import (
    LARGEST_WHOLE,
    LONG_TOUR,
    WHOLE_UP_TO,
    first_whole,
    improve_in_parts,
    wedge_by_wedge,
)
from routing.published.single.search import Manner, Search

__all__ = ["as_json", "solve"]

MANNER = Manner()
"""For most instances."""

LONG_TIGHT = Manner(neighbours=50, price=1.0)
LONG_WIDE = Manner(neighbours=50, shaken=25, price=1.0, updates=500)
"""For many customers in long tours, with tight and with wide windows: more places where a customer may go."""

WIDE_SHARE = 0.25
"""Windows are wide that on average take this share of the depot's own."""

STAGES = 8
"""How often the searches of several cores meet."""

SEARCHES_APART = 7_919
"""Seeds of two cores lie so far apart."""


def solve(instance: SingleInstance, *, budget: Budget, seed: int, cores: int = 1) -> SinglePlan:
    """Return the best plan found.

    Parameters
    ----------
    instance
        What to plan.
    budget
        Rounds of local search on each core, seconds, or both. With rounds alone the same seed gives the same plan.
    seed
        Any whole number >= 0.
    cores
        How many searches go side by side, in threads: PyVRP releases Python's lock.

    Returns
    -------
    SinglePlan
        It may break rules, or leave customers out, where no plan that keeps them all was found: ask `check`.

    Raises
    ------
    ValueError
        If `cores` is below 1.
    """
    if cores < 1:
        raise ValueError(f"expected cores >= 1, got {cores}")
    if not instance.vehicles:
        return SinglePlan(())
    if instance.size > LARGEST_WHOLE:
        tours = wedge_by_wedge(instance, budget=budget, seed=seed, cores=cores)
        return SinglePlan(improve_in_parts(instance, tours, budget=budget, rounds=0, seed=seed, cores=cores))
    part = part_of(instance, range(instance.depots, instance.size), range(len(instance.vehicles)))
    if instance.size <= WHOLE_UP_TO or _customers_a_trip(instance) > LONG_TOUR:
        return SinglePlan(_side_by_side(part, budget, seed, cores))
    first = first_whole(part, budget, seed)
    tours = part.tours(first.best)
    if not first.best.is_feasible():
        return SinglePlan(tours)
    return SinglePlan(improve_in_parts(instance, tours, budget=budget, rounds=first.rounds, seed=seed, cores=cores))


def _customers_a_trip(instance: SingleInstance) -> float:
    """Return how many customers of average load fill a vehicle of average capacity; very many without loads."""
    load = float(instance.demand[instance.depots :].mean())
    capacity = sum(vehicle.capacity for vehicle in instance.vehicles) / len(instance.vehicles)
    return capacity / load if load > 0 else math.inf


def _manner(instance: SingleInstance) -> Manner:
    if instance.size <= WHOLE_UP_TO:
        return MANNER
    begin, end = instance.windows[0]
    opens, closes = instance.windows[instance.depots :].clip(begin, end).T
    is_wide = math.isinf(end) or float((closes - opens).mean()) > WIDE_SHARE * (end - begin)
    return LONG_WIDE if is_wide else LONG_TIGHT


def _side_by_side(part: Part, budget: Budget, seed: int, cores: int) -> tuple[Tour, ...]:
    seeds = [seed + SEARCHES_APART * n for n in range(cores)]
    manner = _manner(part.instance)
    with ThreadPoolExecutor(cores) as executor:
        searches = list(executor.map(lambda own: Search(part, own, manner), seeds))
        for stage in range(1, STAGES + 1):
            _run_on(executor, searches, budget, stage / STAGES)
            _share(part, searches)
    return part.tours(min(searches, key=lambda search: search.cost).best)


def _run_on(executor: Executor, searches: Sequence[Search], budget: Budget, share: float) -> None:
    list(executor.map(lambda search: search.run(lambda rounds: budget.used(rounds) >= share), searches))


def _share(part: Part, searches: Sequence[Search]) -> None:
    """Let every search that lies behind go on from the best plan."""
    leader = min(searches, key=lambda search: search.cost)
    tours = part.tours(leader.best)
    for search in searches:
        if search.cost > leader.cost:
            search.take_over(tours)
