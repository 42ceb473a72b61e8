"""What a kitchen has begun to cook stays as it was published, whoever plans the road again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from kitchens.plan import Batch, BatchPlan

Pots = dict[int, tuple[str, str]]
"""What each order is made of: dish and texture."""


def keep_batches(plan: BatchPlan, begun: Sequence[Batch]) -> tuple[BatchPlan, frozenset[str]]:
    """Return the plan with the `begun` batches of each kitchen in the place of its own, and these kitchens.

    A kitchen whose orders are others by now, or are made otherwise, keeps what is planned anew.
    """
    was: dict[str, list[Batch]] = defaultdict(list)
    for batch in begun:
        was[batch.kitchen_id].append(batch)
    now: dict[str, list[Batch]] = defaultdict(list)
    for batch in plan.batches:
        now[batch.kitchen_id].append(batch)
    kept = frozenset(kitchen for kitchen, batches in was.items() if _pots(batches) == _pots(now[kitchen]))
    if not kept:
        return plan, kept
    variants = {order_id: batch.variant for batch in plan.batches for order_id in batch.orders}
    again = [replace(batch, variant=variants[batch.orders[0]]) for kitchen in kept for batch in was[kitchen]]
    batches = [batch for batch in plan.batches if batch.kitchen_id not in kept] + again
    in_turn = sorted(batches, key=lambda one: (one.kitchen_id, one.start_s, one.batch_id))
    return replace(plan, batches=tuple(in_turn), objective=None, bound=None), kept


def _pots(batches: Sequence[Batch]) -> Pots:
    return {order_id: (batch.dish_id, str(batch.texture)) for batch in batches for order_id in batch.orders}
