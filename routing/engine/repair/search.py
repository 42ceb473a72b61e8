"""A repair search as Python sees it: a field, rows in and rows out, and a budget."""

from __future__ import annotations

from collections.abc import Sequence

from routing.engine.budget import Budget
from routing.engine.repair.anneal import BY_END, anneal, back_to_best, fill, start_over
from routing.engine.repair.field import Field
from routing.engine.repair.memory import fresh_memory
from routing.engine.repair.state import empty_state
from routing.engine.search.chance import seeded

Row = Sequence[int]
"""What a vehicle does, in order: stop i as i, fetching at hub d as -1 - d."""

CHUNK = 64
"""Rounds between two looks at the budget."""


class RepairSearch:
    """Ruin and recreate over one field. Not to be shared between threads; two searches may run side by side.

    The same field, rows, seed and rounds give the same answer.
    """

    def __init__(self, field: Field, rows: Sequence[Row], seed: int) -> None:
        self.field = field
        self.state = empty_state(field)
        self.memory = fresh_memory(self.state)
        self.chance = seeded(seed)
        self.rounds = 0
        for v, row in enumerate(rows):
            self.state.steps["mark"][v, : len(row)] = row
            self.state.rows["length"][v] = len(row)
        start_over(field, self.state, self.memory)

    def insert_waiting(self) -> int:
        """Insert everybody who has no vehicle once, the most urgent first; return how many still have none."""
        return int(fill(self.field, self.state, self.memory, BY_END, self.chance))

    def improve(self, budget: Budget, hot: float, cold: float) -> None:
        """Anneal from heat `hot` to `cold` (metres) over the budget and end with the best."""
        used = budget.used(0)
        if not len(self.field.stops) or not len(self.field.vehicles):
            return
        while used < 1.0:
            chunk = min(CHUNK, budget.rounds_left(self.rounds))
            anneal(self.field, self.state, self.memory, chunk, hot * (cold / hot) ** used, self.chance)
            self.rounds += chunk
            used = budget.used(self.rounds)
        back_to_best(self.field, self.state, self.memory)

    @property
    def cost(self) -> int:
        """Metres with all prices of the best rows."""
        return int(self.memory.account["best"][0])

    @property
    def rows(self) -> list[list[int]]:
        """The present rows."""
        marks, lengths = self.state.steps["mark"], self.state.rows["length"]
        return [marks[v, : lengths[v]].tolist() for v in range(len(lengths))]
