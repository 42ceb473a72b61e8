"""Column generation: prices from the master problem, columns and a proof from the pricing, again and again.

The proof is Lagrangian: it holds for any prices and whatever the master problem says (Lübbecke and Desrosiers 2005,
"Selected topics in column generation").
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from routing.bounds.master import Duals, Master

CLOSE = 0.0008
RIPE = 0.006
NARROW, WIDE = 0.8, 1.4
FIRST_SHARE, MOST_SHARE, LEAST_SHARE = 0.25, 1.0, 0.02
LEAST_M = 3.0
SHARES = (0.0, 0.6, 0.75, 0.9, 1.0)


@dataclass(frozen=True, slots=True)
class Proof:
    """A bound in metres, the value of the master problem it tends to, and the prices that prove it."""

    bound_m: float
    master_m: float
    duals: Duals


def prove(
    master: Master,
    price: Callable[[Duals], tuple[float, int]],
    ripen: Callable[[], int],
    center: Duals,
    look: Callable[[], None] = lambda: None,
) -> Iterator[Proof]:
    """Yield the best proof so far, better and better, until it can hardly grow.

    Parameters
    ----------
    master
        With columns that cover every row.
    price
        Returns what prices prove and gives the master the columns they ask for, of which it returns the number.
    ripen
        Called when master and proof come close: makes the columns stricter; returns how many fell, 0 when
        there is nothing left to do.
    center
        First prices; rows that are not in it have none.
    look
        Called while the answer of the master stands.
    """
    center = dict.fromkeys(master.rows, 0.0) | {row: m for row, m in center.items() if row in master.rows}
    tried = [{row: share * m for row, m in center.items()} for share in SHARES]
    best_m, center = max(((price(duals)[0], duals) for duals in tried), key=lambda one: one[0])
    share = FIRST_SHARE
    while True:
        master.keep_near(center, share, LEAST_M)
        value_m = master.solve()
        if math.isinf(value_m):
            yield Proof(best_m, value_m, center)
            return
        held, duals = master.is_held, master.duals()
        look()
        bound_m, new = price(duals)
        if bound_m > best_m:
            best_m, center, share = bound_m, duals, min(MOST_SHARE, share * WIDE)
        else:
            middle = {row: 0.7 * m + 0.3 * duals[row] for row, m in center.items()}
            bound_m, more = price(middle)
            new += more
            share = max(LEAST_SHARE, share * NARROW)
            if bound_m > best_m:
                best_m, center = bound_m, middle
        yield Proof(best_m, value_m, center)
        gap = (value_m - best_m) / max(1.0, abs(value_m))
        if held and not new:
            share = min(MOST_SHARE, 2 * share)
        elif (gap < RIPE or not new) and not ripen() and (gap < CLOSE or not new):
            return


def last(steps: Iterator[Proof], is_over: Callable[[Proof], bool]) -> tuple[Proof | None, bool]:
    """Return the last proof before it is over, and whether the steps ended by themselves with nothing left to do."""
    best = None
    for best in steps:
        if is_over(best):
            return best, False
    return best, best is not None and math.isfinite(best.master_m)
