"""How hard the engine tries: by rounds, so that the same effort means the same plan everywhere, or by seconds."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from routing.engine.budget import Budget


@dataclass(frozen=True, slots=True)
class Limits:
    """Where each search of a run stops.

    Attributes
    ----------
    rounds, rounds_a_home
        Rounds of the search over the couriers in all: a fixed part and one that grows with the homes.
    van_rounds
        Rounds of each search over the vans of one kitchen.
    turns
        How often couriers and vans are planned in turn.
    seconds
        If given, the run ends by the clock instead, about so long after it began, and the plan depends on the machine.
    clock
        Returns seconds that only go forward; that of the processor measures on a busy machine.
    """

    rounds: int
    rounds_a_home: int
    van_rounds: int
    turns: int
    seconds: float | None = None
    clock: Callable[[], float] = time.monotonic

    def couriers(self, homes: int, share: float, left_s: float | None) -> Budget:
        """Return the budget of one search over so many homes that gets this share of all rounds, or of `left_s`."""
        if left_s is not None:
            return Budget(seconds=left_s * share, clock=self.clock)
        return Budget(rounds=int((self.rounds + self.rounds_a_home * homes) * share))

    def vans(self, share: float, left_s: float | None) -> Budget:
        """Return the budget of one search over the vans of one kitchen."""
        if left_s is not None:
            return Budget(seconds=left_s * share, clock=self.clock)
        return Budget(rounds=self.van_rounds)


class Effort(Enum):
    """The efforts a caller may choose from."""

    QUICK = Limits(rounds=2_000, rounds_a_home=20, van_rounds=2_000, turns=2)
    NORMAL = Limits(rounds=4_000, rounds_a_home=300, van_rounds=6_000, turns=3)
    THOROUGH = Limits(rounds=40_000, rounds_a_home=800, van_rounds=40_000, turns=5)
