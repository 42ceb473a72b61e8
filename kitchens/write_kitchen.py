"""The papers of a kitchen, written from the packed day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from kitchens.account import left_out_orders
from kitchens.kitchen_papers import (
    BatchSheet,
    CountLine,
    KitchenCount,
    PointLine,
    Special,
    SpecialGroup,
    Unserved,
)
from kitchens.meals import Texture
from kitchens.packing import Box, PackedDay
from kitchens.paper_head import Title
from kitchens.plan import Batch

HOLDING_STEP_S = 1800
"""The temperature of what stands warm is taken every half hour."""


def kitchen_count(packed: PackedDay, kitchen_id: str) -> KitchenCount:
    """Return the count of a kitchen: everything it cooks, specials by clash, and at the foot whom nobody serves."""
    lines = tuple(_count_lines(packed, kitchen_id))
    groups = tuple(_groups(packed, packed.boxes_of(kitchen_id)))
    name = packed.file.facts.kitchen(kitchen_id).name
    return KitchenCount(
        head=packed.head(Title.KITCHEN_COUNT, kitchen_id, name, is_confidential=True),
        lines=lines,
        portions=sum(line.portions for line in lines),
        spare=sum(line.spare for line in lines),
        total=sum(line.total for line in lines),
        specials=groups,
        special_count=sum(group.count for group in groups),
        unserved=tuple(_unserved(packed, kitchen_id)),
    )


def _count_lines(packed: PackedDay, kitchen_id: str) -> Iterator[CountLine]:
    spare: dict[tuple[str, Texture], int] = defaultdict(int)
    for batch in _batches(packed, kitchen_id):
        spare[batch.dish_id, batch.texture] += batch.spare
    before = packed.file.printing.before.get(kitchen_id)
    boxes = packed.boxes_of(kitchen_id)
    for line in packed.lines(boxes):
        some = [box for box in boxes if (box.supplied.dish_id, box.supplied.texture) == (line.dish_id, line.texture)]
        picks = sum(course.pick for course in packed.dish(kitchen_id, line.dish_id).courses)
        extra = spare[line.dish_id, line.texture]
        total = line.portions + extra
        change = None if before is None else total - before.get((line.dish_id, line.texture), 0)
        counted = (line.portions, extra, total, change)
        yield CountLine(line.dish_id, line.dish, line.texture, line.limits, *counted, packed.parts(some), picks)


def _batches(packed: PackedDay, kitchen_id: str) -> list[Batch]:
    return [batch for batch in packed.file.plan.batches.batches if batch.kitchen_id == kitchen_id]


def _groups(packed: PackedDay, boxes: list[Box]) -> Iterator[SpecialGroup]:
    groups: dict[tuple[tuple[str, ...], Texture, str], list[Box]] = defaultdict(list)
    for box in boxes:
        if box.is_special:
            groups[box.avoid, box.supplied.texture, box.instead_of].append(box)
    for (avoid, texture, instead_of), some in sorted(groups.items(), key=lambda one: (-len(one[1]), one[0])):
        people = tuple(
            Special(
                label=box.label,
                short_name=packed.short_name(box.order.elder_id),
                dish=packed.meal_name(box.supplied),
                texture=texture,
                run=box.slot.run,
            )
            for box in some
        )
        yield SpecialGroup(avoid, texture, instead_of, len(people), people)


def _unserved(packed: PackedDay, kitchen_id: str) -> Iterator[Unserved]:
    """Yield who is left out: of this kitchen's orders, and of those whose meal point it usually cooks for."""
    file = packed.file
    elders = {order.order_id: order for order in file.day.orders}
    supplied = {one.order_id: one.kitchen_id for one in file.plan.supply.supplied}
    usual = {point.point_id: point.kitchen_id for point in file.day.points}
    for one in left_out_orders(file.day, file.plan):
        order = elders[one.order_id]
        if supplied.get(one.order_id, usual.get(order.point_id or "")) == kitchen_id:
            yield Unserved(one.order_id, packed.short_name(order.elder_id), one.reason)


def batch_sheets(packed: PackedDay, kitchen_id: str) -> tuple[BatchSheet, ...]:
    """Return one sheet per batch of a kitchen, as they are cooked."""
    return tuple(_batch_sheet(packed, batch) for batch in _batches(packed, kitchen_id))


def _batch_sheet(packed: PackedDay, batch: Batch) -> BatchSheet:
    facts, food = packed.file.facts, packed.file.printing.food
    boxes = [packed.boxes[order_id] for order_id in batch.orders]
    total, parts = batch.portions + batch.spare, packed.parts(boxes)
    pots = [packed.dish(batch.kitchen_id, one) for one in (batch.dish_id, *(part.dish_id for part in parts))]
    name = facts.kitchen(batch.kitchen_id).name
    points: dict[str, int] = defaultdict(int)
    for box in boxes:
        points[box.supplied.point_id] += 1
    return BatchSheet(
        head=packed.head(Title.BATCH_SHEET, batch.kitchen_id, name, part=batch.batch_id, is_confidential=False),
        batch_id=batch.batch_id,
        dish=packed.dish_name(batch.dish_id),
        recipe=facts.dish(batch.dish_id).recipe,
        texture=batch.texture,
        limits=packed.limits(batch.dish_id),
        contains=tuple(sorted({word for dish in pots for word in dish.contains})),
        avoid=tuple(sorted({word for box in boxes for word in box.avoid})),
        portions=batch.portions,
        spare=batch.spare,
        total=total,
        weight_g=total * facts.dish(batch.dish_id).portion_g,
        start_s=batch.start_s,
        finish_s=batch.finish_s,
        eat_by_s=batch.eat_by_s,
        holding_s=tuple(range(batch.finish_s + HOLDING_STEP_S, batch.eat_by_s + 1, HOLDING_STEP_S)),
        hot_min_c=food.hot_min_c,
        sample_min_g=food.sample_min_g,
        sample_keep_s=food.sample_keep_s,
        is_special=any(box.is_special for box in boxes),
        points=tuple(PointLine(one, facts.place(one).name, points[one]) for one in sorted(points)),
        parts=parts,
    )
