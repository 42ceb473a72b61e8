"""The papers of a kitchen, written from the packed day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

from kitchens.account import left_out_orders
from kitchens.facts import RecipeFacts
from kitchens.kitchen_papers import (
    BatchSheet,
    CountLine,
    IngredientLine,
    KitchenCount,
    LateOrder,
    PointLine,
    PurchaseLine,
    PurchaseList,
    PurchaseNeed,
    Special,
    SpecialGroup,
    Unserved,
)
from kitchens.meals import Texture
from kitchens.packing import Box, PackedDay
from kitchens.paper_head import PartLine, Title
from kitchens.plan import Batch
from kitchens.purchase import Pot, pot_g

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
        closed_at=packed.file.facts.closed_at,
        closed_by=packed.file.facts.closed_by,
        late=tuple(_late(packed, kitchen_id)),
    )


def _late(packed: PackedDay, kitchen_id: str) -> Iterator[LateOrder]:
    for order_id, by in sorted(packed.file.facts.late.items()):
        box = packed.boxes.get(order_id)
        if box is not None and box.supplied.kitchen_id == kitchen_id:
            yield LateOrder(order_id, packed.short_name(box.order.elder_id), by)


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
        ingredients=tuple(batch_ingredients(packed, batch, parts)),
        station=_station(packed, batch),
    )


def _station(packed: PackedDay, batch: Batch) -> str:
    """Return the kind of station a batch is cooked on, empty where the kitchen tells none apart."""
    stations = {
        (kitchen.kitchen_id, one.station_id): one.kind
        for kitchen in packed.file.day.kitchens
        for one in kitchen.stations
    }
    return str(stations.get((batch.kitchen_id, batch.station_id), ""))


def batch_ingredients(packed: PackedDay, batch: Batch, parts: Sequence[PartLine]) -> Iterator[IngredientLine]:
    """Yield what goes into a batch with its retained samples, the most first.

    What goes with a set is scaled by those who have chosen it, and the spare portions with them.
    """
    total, recipes = batch.portions + batch.spare, packed.file.facts.recipes
    portions = {batch.dish_id: total}
    for part in parts:
        portions[part.dish_id] = portions.get(part.dish_id, 0) + -(-part.portions * total // batch.portions)
    grams: dict[str, int] = defaultdict(int)
    known: dict[str, RecipeFacts] = {}
    for dish_id, count in portions.items():
        recipe = recipes.get((batch.kitchen_id, dish_id), ())
        known |= {line.ingredient_id: line for line in recipe}
        pot = Pot(batch.kitchen_id, dish_id, count)
        for ingredient_id, more in pot_g(recipe, pot, packed.file.printing.food.sample_min_g).items():
            grams[ingredient_id] += more
    for ingredient_id in sorted(grams, key=lambda one: (-grams[one], one)):
        one = known[ingredient_id]
        yield IngredientLine(ingredient_id, one.name, grams[ingredient_id], one.contains)


def purchase_list(packed: PackedDay, kitchen_id: str, sheets: Sequence[BatchSheet]) -> PurchaseList:
    """Return what a kitchen needs for the meal: the ingredients of its batch sheets, and when the first needs them."""
    needs: dict[str, list[tuple[BatchSheet, IngredientLine]]] = defaultdict(list)
    for sheet in sheets:
        for one in sheet.ingredients:
            needs[one.ingredient_id].append((sheet, one))
    lines = tuple(
        PurchaseLine(
            ingredient=replace(some[0][1], grams=sum(one.grams for _, one in some)),
            needed_s=min(sheet.start_s for sheet, _ in some),
            needs=tuple(PurchaseNeed(sheet.batch_id, sheet.dish, one.grams) for sheet, one in some),
        )
        for some in sorted(needs.values(), key=lambda some: (-sum(one.grams for _, one in some), some[0][1].name))
    )
    return PurchaseList(
        head=packed.head(
            Title.PURCHASE_LIST, kitchen_id, packed.file.facts.kitchen(kitchen_id).name, is_confidential=False
        ),
        portions=sum(sheet.total for sheet in sheets),
        grams=sum(line.ingredient.grams for line in lines),
        lines=lines,
        unknown=tuple(dict.fromkeys(sheet.dish for sheet in sheets if not sheet.ingredients)),
    )
