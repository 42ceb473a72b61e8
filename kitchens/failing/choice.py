"""Who cooks for whom when a stove has failed: the question, and a plain answer without a solver.

In this order: as few as possible go without; as few as possible get another dish, and of those as few as possible who
must be asked; then few and short additional drives. What stays at the failed kitchen costs nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kitchens.clash import Choice

LEFT_M = 10_000_000
ASKED_M = 40_000
TOLD_M = 20_000
DRIVE_M = 5_000
MOVED_M = 1_000
"""What somebody without a meal, a dish that must be asked about, another dish, one more drive, and any meal that moves
at all weigh, in metres."""

Pair = tuple[str, str]
"""(kitchen, meal point)."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What one kitchen could cook for one order, on which kinds of station, and what that weighs without the drive."""

    kitchen_id: str
    choice: Choice
    must_ask: bool
    cost_m: int
    kinds: frozenset[str]


@dataclass(frozen=True, slots=True)
class Asking:
    """One order that cannot be sure of its stove any more: where it is handed over, and what it is offered."""

    order_id: int
    point_id: str
    offers: tuple[Offer, ...]


@dataclass(frozen=True, slots=True)
class Rooms:
    """How many meals each kitchen can take, in all and by kind of station; how many may stay; who drives anyway."""

    meals: Mapping[str, int]
    by_kind: Mapping[tuple[str, str], int]
    stay: int
    driven: frozenset[Pair]
    way_m: Mapping[Pair, int]

    def drive_m(self, pair: Pair) -> int:
        """Return the price of a kitchen's drive to a meal point; 0 if it goes there anyway."""
        return 0 if pair in self.driven else DRIVE_M + self.way_m.get(pair, 0)


@dataclass(frozen=True, slots=True)
class Chosen:
    """The offer of each order (None: it stays), who goes without, and what the answer weighs against its bound."""

    offers: Mapping[int, Offer | None]
    left: tuple[int, ...]
    cost_m: int
    bound_m: int | None


def choose_plain(asking: Sequence[Asking], rooms: Rooms) -> Chosen:
    """Return a choice made by going through the orders: first who has fewest offers."""
    meals, by_kind, opened = Counter(rooms.meals), Counter(rooms.by_kind), set(rooms.driven)
    chosen: dict[int, Offer | None] = {}
    waiting: list[int] = []
    turn = sorted(asking, key=lambda one: (len(one.offers), one.order_id))
    for at, one in enumerate(turn):
        if at < rooms.stay:
            chosen[one.order_id] = None
            continue
        open_offers = [each for each in one.offers if meals[each.kitchen_id] > 0 and _kind(each, by_kind) is not None]
        if not open_offers:
            waiting.append(one.order_id)
            continue
        best = min(open_offers, key=lambda each: (_weight(each, one.point_id, rooms, opened), each.kitchen_id))
        meals[best.kitchen_id] -= 1
        kind = _kind(best, by_kind)
        if kind is not None:
            by_kind[best.kitchen_id, kind] -= 1
        opened.add((best.kitchen_id, one.point_id))
        chosen[one.order_id] = best
    return weighed(asking, rooms, chosen, tuple(waiting), None)


def _kind(offer: Offer, by_kind: Mapping[tuple[str, str], int]) -> str | None:
    return next((kind for kind in sorted(offer.kinds) if by_kind[offer.kitchen_id, kind] > 0), None)


def _weight(offer: Offer, point_id: str, rooms: Rooms, opened: set[Pair]) -> int:
    pair = (offer.kitchen_id, point_id)
    return offer.cost_m + (0 if pair in opened else rooms.drive_m(pair))


def weighed(
    asking: Sequence[Asking],
    rooms: Rooms,
    chosen: Mapping[int, Offer | None],
    left: tuple[int, ...],
    bound_m: int | None,
) -> Chosen:
    """Return a choice with what it weighs."""
    point_of = {one.order_id: one.point_id for one in asking}
    taken = {order_id: offer for order_id, offer in chosen.items() if offer is not None}
    pairs = {(offer.kitchen_id, point_of[order_id]) for order_id, offer in taken.items()}
    cost_m = LEFT_M * len(left) + sum(offer.cost_m for offer in taken.values()) + sum(map(rooms.drive_m, pairs))
    return Chosen(chosen, left, cost_m, bound_m)
