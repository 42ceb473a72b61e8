"""A search as Python sees it: a field, rows in and rows out, and a budget."""

from __future__ import annotations

from collections.abc import Sequence

from routing.engine.budget import Budget
from routing.engine.search.anneal import anneal, back_to_best, fill, start_over
from routing.engine.search.chance import seeded
from routing.engine.search.field import Field
from routing.engine.search.memory import fresh_memory
from routing.engine.search.state import empty_state

Trip = tuple[int, tuple[int, ...]]
"""A depot and the stops brought from there, in order."""

CHUNK = 256
"""Rounds between two looks at the budget."""


class Search:
    """Ruin and recreate over one field. Not to be shared between threads; two searches may run side by side.

    Parameters
    ----------
    field
        What does not change; `release` and the prices may be rewritten between two calls, then call `start_over`.
    seed
        The same field, rows, seed and rounds give the same answer.
    """

    def __init__(self, field: Field, seed: int) -> None:
        self.field = field
        self.state = empty_state(field)
        self.memory = fresh_memory(self.state)
        self.chance = seeded(seed)
        self.rounds = 0
        self.start_over()

    def set_rows(self, rows: Sequence[Sequence[Trip]]) -> int:
        """Take these trips of every vehicle; return how many stops are in none: a row that breaks a rule is cut."""
        state = self.state
        state.spots["vehicle"] = -1
        for v, trips in enumerate(rows):
            marks = [mark for depot, stops in trips if stops for mark in (-1 - depot, *stops)]
            state.steps["mark"][v, : len(marks)] = marks
            state.rows["length"][v] = len(marks)
        return self.start_over()

    def start_over(self) -> int:
        """Refresh everything after the field was rewritten; return how many stops have no vehicle."""
        return int(start_over(self.field, self.state, self.memory))

    def fill(self) -> int:
        """Insert everybody who has no vehicle, once; return how many still have none."""
        return int(fill(self.field, self.state, self.memory, self.chance))

    def improve(self, budget: Budget, hot: float, cold: float) -> int:
        """Anneal from heat `hot` to `cold` (metres) over the budget, end with the best; return its cost in metres."""
        rounds, used = 0, budget.used(0)
        if not len(self.field.stops) or not len(self.field.vehicles):
            return self.cost
        while used < 1.0:
            chunk = min(CHUNK, budget.rounds_left(rounds))
            anneal(self.field, self.state, self.memory, chunk, hot * (cold / hot) ** used, self.chance)
            rounds += chunk
            used = budget.used(rounds)
        self.rounds += rounds
        back_to_best(self.field, self.state, self.memory)
        return self.cost

    @property
    def cost(self) -> int:
        """Metres with all prices of the best rows."""
        return int(self.memory.account["best"][0])

    @property
    def rows(self) -> list[tuple[Trip, ...]]:
        """The present trips of every vehicle."""
        out: list[tuple[Trip, ...]] = []
        for v in range(len(self.state.rows)):
            trips: list[tuple[int, list[int]]] = []
            for mark in self.state.steps["mark"][v, : self.state.rows["length"][v]].tolist():
                if mark < 0:
                    trips.append((-1 - mark, []))
                else:
                    trips[-1][1].append(mark)
            out.append(tuple((depot, tuple(stops)) for depot, stops in trips))
        return out
