"""The search over one echelon: PyVRP's local search, driven with penalties and steps that fit seconds, not minutes.

Iterated local search with late acceptance (Burke and Bykov 2017, EJOR 258). PyVRP's own driver starts each penalty at
50,000 and lowers it by a tenth every 500 rounds: with the few thousand rounds that a short budget allows, it hardly
leaves plans that keep every rule. Here a unit of lateness or load starts at a few times what it costs to travel that
far, penalties follow five times as soon, and each round shakes fewer customers, so that a second holds more rounds.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pyvrp
from pyvrp.PenaltyManager import PenaltyManager, PenaltyParams
from pyvrp.search import (
    OPERATORS,
    LocalSearch,
    NeighbourhoodParams,
    PerturbationManager,
    PerturbationParams,
    compute_neighbours,
)

from routing.published.single.instance import Tour
from routing.published.single.kernel import Part

Ended = Callable[[int], bool]
"""Told how many rounds were made; says whether to stop."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How a search goes about.

    Attributes
    ----------
    neighbours
        How many near customers each one is tried beside.
    shaken
        The most customers that a round shakes loose.
    memory
        How many rounds back late acceptance looks.
    price
        The first penalty of a unit too much, as a multiple of what an average leg costs for an average customer's.
    updates
        After how many rounds penalties move.
    """

    neighbours: int = 40
    shaken: int = 10
    memory: int = 300
    price: float = 50.0
    updates: int = 100


class Search:
    """One search with its own random numbers; it may be run on, and told of a better plan from outside.

    Attributes
    ----------
    best
        The best plan so far; it may break rules as long as none that keeps them was found.
    rounds
        How many rounds were made.
    """

    def __init__(self, part: Part, seed: int, manner: Manner, start: Sequence[Tour] | None = None) -> None:
        self.part = part
        self.rounds = 0
        self._memory = manner.memory
        self._history: deque[pyvrp.Solution] = deque()
        rng = pyvrp.RandomNumberGenerator(seed=seed % (1 << 32))
        near = compute_neighbours(part.data, NeighbourhoodParams(num_neighbours=manner.neighbours))
        shaking = PerturbationManager(PerturbationParams(1, manner.shaken))
        self._improve = LocalSearch(part.data, rng, near, shaking)
        for operator in OPERATORS:
            if operator.supports(part.data):
                self._improve.add_operator(operator(part.data))
        self._penalties = PenaltyManager(
            first_penalties(part.data, manner.price), PenaltyParams(solutions_between_updates=manner.updates)
        )
        if start is None:
            random = pyvrp.Solution.make_random(part.data, rng)
            self.best = self._improve(random, self._penalties.max_cost_evaluator(), exhaustive=True)
        else:
            self.best = part.solution(start)
        self._first = self._current = self.best

    @property
    def cost(self) -> int:
        """What the best plan costs in PyVRP's integers; very much if it breaks a rule."""
        cost: int = self._penalties.cost_evaluator().cost(self.best)
        return cost

    def run(self, ended: Ended) -> None:
        """Make rounds until told to stop."""
        while not ended(self.rounds):
            self._round()

    def take_over(self, tours: Sequence[Tour]) -> None:
        """Go on from a plan that another search found."""
        self.best = self._current = self._first = self.part.solution(tours)
        self._history.clear()

    def _round(self) -> None:
        self.rounds += 1
        price = self._penalties.cost_evaluator()
        tried = self._improve(self._current, price, exhaustive=False)
        self._penalties.register(tried)
        if price.cost(tried) < price.cost(self.best):
            self.best = tried
            tried = self._improve(tried, price, exhaustive=True)
            if tried.is_feasible():
                self.best = tried
        self._accept(tried, price)

    def _accept(self, tried: pyvrp.Solution, price: pyvrp.CostEvaluator) -> None:
        """Go on from the tried plan if it beats the current one, or the one of so many rounds ago."""
        full = len(self._history) == self._memory
        late_cost = price.penalised_cost(self._history[0] if full else self._first)
        tried_cost, cost = price.penalised_cost(tried), price.penalised_cost(self._current)
        if tried_cost < late_cost or tried_cost < cost:
            self._current, cost = tried, tried_cost
        if not full:
            self._history.append(self._current)
        elif cost < late_cost:
            self._history.popleft()
            self._history.append(self._current)
        else:
            self._history.rotate(-1)


def first_penalties(data: pyvrp.ProblemData, price: float) -> tuple[list[float], float, float]:
    """Return the first penalties of a unit of load, of time and of distance: an average leg for an average of each."""
    leg = float(data.distance_matrix(0).mean())
    load = float(np.mean([client.delivery[0] for client in data.clients()]))
    time = float(data.duration_matrix(0).mean())
    return [price * leg / max(load, 1.0)], price * leg / max(time, 1.0), price
