"""What other stoves have left when one has failed: free time on each, and the batches that are cooked in it besides.

Nothing that is planned moves: what is cooked in addition is put into the gaps, and may run over the usual hours for a
while, since a meal that comes late is better than none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count, pairwise

from kitchens.batches import LONGEST_BATCH_S, PACKING_S
from kitchens.food_clock import USUAL_RULES, FoodRules, keeping_of, planned_eat_by_s
from kitchens.meals import Dish, StationKind, Texture
from kitchens.plan import Batch
from kitchens.problem import Kitchen

OVERTIME_S = 1800
"""How much longer than its hours a kitchen stays at the stove for another one."""

REACTION_S = 300
"""From the moment it is known until somebody else can begin to cook."""

SHORTEST_S = 240
"""A shorter gap is left alone: nobody changes a pan for it."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Free time of one station of a kitchen, and how many portions its pan holds."""

    kitchen_id: str
    station_id: str
    kind: str
    meals_per_hour: int
    pan_portions: int
    start_s: int
    end_s: int

    @property
    def meals(self) -> int:
        """How many meals can be cooked in it."""
        return max(0, self.end_s - self.start_s) * self.meals_per_hour // 3600

    def cooking_s(self, meals: int) -> int:
        """Return the seconds that so many meals take, rounded up."""
        return -(-meals * 3600 // self.meals_per_hour)


def kinds_of(kitchen: Kitchen, dish: Dish) -> frozenset[str]:
    """Return on which kinds of station a kitchen can cook a dish; the empty word is a kitchen without stations."""
    if not kitchen.stations:
        return frozenset({""})
    kinds = {str(one.kind) for one in kitchen.stations}
    return frozenset(kinds - {StationKind.COLD} if dish.station is None else kinds & {str(dish.station)})


def free_gaps(
    kitchen: Kitchen, batches: Iterable[Batch], now_s: int, *, broken: frozenset[str] = frozenset()
) -> tuple[Gap, ...]:
    """Return the free time of a kitchen from `now_s` on, but for its `broken` kinds of station, the earliest first.

    A station is only as fast as what the kitchen has left while its other stations work.
    """
    start_s = max(now_s + REACTION_S, kitchen.cooking.start_s)
    end_s = kitchen.cooking.end_s - PACKING_S + OVERTIME_S
    planned = [batch for batch in batches if batch.kitchen_id == kitchen.kitchen_id and batch.finish_s > start_s]
    cuts = sorted({start_s, end_s, *(at for one in planned for at in (one.start_s, one.finish_s))})
    cuts = [at for at in cuts if start_s <= at <= end_s]
    gaps = []
    for station_id, kind, pace, pan in _lines(kitchen):
        mine = [one for one in planned if one.station_id == station_id or not kitchen.stations]
        for since_s, until_s in pairwise(cuts):
            if kind in broken or any(_overlaps(one, since_s, until_s) for one in mine):
                continue
            busy = sum(_pace(one) for one in planned if _overlaps(one, since_s, until_s))
            left = min(pace, kitchen.meals_per_hour - busy)
            if left > 0:
                gaps.append(Gap(kitchen.kitchen_id, station_id, kind, left, pan, since_s, until_s))
    wide = [gap for gap in gaps if gap.end_s - gap.start_s >= SHORTEST_S and gap.meals]
    return tuple(sorted(wide, key=lambda gap: (gap.start_s, gap.station_id)))


def _lines(kitchen: Kitchen) -> tuple[tuple[str, str, int, int], ...]:
    """Return the lines of work of a kitchen as (station, kind, meals an hour, portions a pan)."""
    if not kitchen.stations:
        most = max(1, kitchen.meals_per_hour * LONGEST_BATCH_S // 3600)
        return (("", "", kitchen.meals_per_hour, most),)
    return tuple((one.station_id, str(one.kind), one.meals_per_hour, one.pan_portions) for one in kitchen.stations)


def _overlaps(batch: Batch, since_s: int, until_s: int) -> bool:
    return batch.start_s < until_s and batch.finish_s > since_s


def _pace(batch: Batch) -> int:
    return -(-(batch.portions + batch.spare) * 3600 // max(1, batch.finish_s - batch.start_s))


def spare_meals(kitchen: Kitchen, batches: Iterable[Batch]) -> int:
    """Return how many meals a kitchen may cook besides what it cooks, by its capacity."""
    cooked = sum(one.portions + one.spare for one in batches if one.kitchen_id == kitchen.kitchen_id)
    return max(0, kitchen.capacity_meals - cooked)


Line = tuple[str, Texture, tuple[str, ...]]
"""A dish in a texture and variant: what is cooked together."""


def extra_batches(
    kitchen: Kitchen,
    gaps: Sequence[Gap],
    groups: Mapping[Line, Sequence[int]],
    due_s: Mapping[int, int],
    taken: Iterable[str],
    rules: FoodRules = USUAL_RULES,
) -> tuple[tuple[Batch, ...], tuple[int, ...]]:
    """Return the batches that a kitchen cooks besides, and the orders that no gap had room for.

    `groups` are the orders of each line, `due_s` by when each order's meal is to be cooked: what is due first is cooked
    first, one batch at a time, as late as is early enough, so that it is young when it is eaten. `taken` are the ids of
    batches that stand already.
    """
    dishes = {dish.dish_id: dish for dish in kitchen.menu}
    numbers = _numbers(kitchen.kitchen_id, taken)
    free = list(gaps)
    batches: list[Batch] = []
    left: list[int] = []
    for line, orders in sorted(groups.items(), key=lambda one: (min(due_s[order] for order in one[1]), one[0])):
        rest = sorted(orders, key=lambda order: (due_s[order], order))
        kinds = kinds_of(kitchen, dishes[line[0]])
        while rest and (place := _place([gap for gap in free if gap.kind in kinds], len(rest), due_s[rest[0]])):
            gap, start_s, meals = place
            batch = _batch(f"{kitchen.kitchen_id}-{next(numbers):02d}", gap, start_s, rest[:meals], line)
            eat_by_s = planned_eat_by_s(batch.finish_s, rules, keeping_of(dishes[line[0]]))
            batch = replace(batch, eat_by_s=eat_by_s)
            rest = rest[meals:]
            batches.append(batch)
            free = [one for each in free for one in _without(each, batch.start_s, batch.finish_s)]
        left += rest
    return tuple(batches), tuple(left)


def _place(gaps: Sequence[Gap], meals: int, due_s: int) -> tuple[Gap, int, int] | None:
    """Return where to cook so many meals, or as many as fit: the gap, the start, the meals; None without any room.

    The latest place that is in time for all of them, else the one that is done first.
    """
    whole: list[tuple[int, Gap, int]] = []
    parts: list[tuple[int, int, Gap]] = []
    for gap in gaps:
        some = min(meals, gap.meals, gap.pan_portions)
        finish_s = min(gap.end_s, due_s)
        if some == min(meals, gap.pan_portions) and finish_s - gap.cooking_s(some) >= gap.start_s:
            whole.append((finish_s - gap.cooking_s(some), gap, some))
        if some:
            parts.append((gap.start_s + gap.cooking_s(some), -some, gap))
    if whole:
        start_s, gap, some = max(whole, key=lambda one: (one[0], one[2], one[1].station_id))
        return gap, start_s, some
    if not parts:
        return None
    _, fewer, gap = min(parts, key=lambda one: (one[0], one[1], one[2].station_id))
    return gap, gap.start_s, -fewer


def _batch(batch_id: str, gap: Gap, start_s: int, orders: Sequence[int], line: Line) -> Batch:
    finish_s = start_s + gap.cooking_s(len(orders))
    return Batch(
        batch_id=batch_id,
        kitchen_id=gap.kitchen_id,
        dish_id=line[0],
        texture=line[1],
        orders=tuple(sorted(orders)),
        portions=len(orders),
        spare=0,
        start_s=start_s,
        finish_s=finish_s,
        eat_by_s=finish_s,
        station_id=gap.station_id,
        variant=line[2],
    )


def _without(gap: Gap, since_s: int, until_s: int) -> Iterator[Gap]:
    """Yield what is left of a gap: at one kitchen nothing else is begun while an additional batch is at the stove."""
    if until_s <= gap.start_s or gap.end_s <= since_s:
        yield gap
        return
    if gap.start_s < since_s:
        yield replace(gap, end_s=since_s)
    if until_s < gap.end_s:
        yield replace(gap, start_s=until_s)


def _numbers(kitchen_id: str, taken: Iterable[str]) -> Iterator[int]:
    """Yield the numbers after the last that a batch of the kitchen has."""
    stem = f"{kitchen_id}-"
    used = [int(one.removeprefix(stem)) for one in taken if one.startswith(stem) and one.removeprefix(stem).isdigit()]
    return count(max(used, default=0) + 1)
