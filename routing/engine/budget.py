"""How long a search may try: by rounds, by seconds, or by both, whichever ends first."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

NO_END = 1 << 62


@dataclass(frozen=True, slots=True)
class Budget:
    """Rounds and seconds a search may use.

    A search that is limited by rounds alone gives the same answer on every machine; one limited by seconds does not.
    `clock` returns seconds that only go forward; `begun_s` is its reading when the budget was made.

    Raises
    ------
    ValueError
        If neither limit is given, or one is negative.
    """

    rounds: int | None = None
    seconds: float | None = None
    clock: Callable[[], float] = time.monotonic
    begun_s: float = field(init=False, default=0.0)

    def __post_init__(self) -> None:
        if self.rounds is None and self.seconds is None:
            raise ValueError("expected a number of rounds or of seconds, got neither")
        if (self.rounds is not None and self.rounds < 0) or (self.seconds is not None and self.seconds < 0):
            raise ValueError(f"expected a budget >= 0, got {self.rounds} rounds, {self.seconds} s")
        object.__setattr__(self, "begun_s", self.clock())

    def used(self, rounds: int) -> float:
        """Return which share of the budget is used up after so many rounds, from 0 to 1 and beyond."""
        by_rounds = rounds / self.rounds if self.rounds else float(self.rounds == 0)
        by_seconds = (self.clock() - self.begun_s) / self.seconds if self.seconds else float(self.seconds == 0)
        return max(by_rounds, by_seconds)

    def rounds_left(self, rounds: int) -> int:
        """Return how many rounds may follow after so many; a very large number without such a limit."""
        return NO_END if self.rounds is None else max(0, self.rounds - rounds)
