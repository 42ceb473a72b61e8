"""How the day is packed: which box belongs to which run and door, its label, and its place in the stack."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from kitchens.clash import COURSE_WORD, TEXTURE_WORD, find_clash, may_eat
from kitchens.codes import courier_run_codes, number_labels, van_run_codes
from kitchens.facts import DayFile, short_name
from kitchens.food_clock import keeping_of
from kitchens.kitchen_papers import BoxLabel, Stack
from kitchens.lid_marks import letters_of, lid_mark
from kitchens.meals import Diet, Dish, Fulfilment, Limit, Texture
from kitchens.paper_changes import shown
from kitchens.paper_head import DishLine, PaperHead, PartLine, Title
from kitchens.plan import Batch, DayPlan, Supplied
from kitchens.problem import DayProblem, Order
from routing.plan import CourierRun
from routing.problem import Lot, RunProblem, lot_of
from routing.travel import TravelSource

UNNAMED = frozenset({TEXTURE_WORD, COURSE_WORD})
"""What speaks against a dish and is nothing that could get into a box."""

CODES = {
    Title.KITCHEN_COUNT: "KC",
    Title.BATCH_SHEET: "BS",
    Title.BOX_LABELS: "BL",
    Title.LOADING_MANIFEST: "LM",
    Title.ROUTE_SHEET: "RS",
    Title.MEAL_POINT_SHEET: "MP",
    Title.SUBSTITUTION_SHEET: "SS",
    Title.PICK_LIST: "PK",
    Title.CALL_LIST: "CL",
    Title.PURCHASE_LIST: "PL",
    Title.CHANGE_SLIP: "CS",
}


@dataclass(frozen=True, slots=True)
class Slot:
    """Where a box travels: the run and stop, and which of the boxes for that door it is; no run for the tables."""

    run: str = ""
    trip: int = 0
    stop: int = 0
    number: int = 1
    of: int = 1
    depart_s: int = 0


@dataclass(frozen=True, slots=True)
class Box:
    """One cooked order with everything that papers ask of it. `avoid` and `instead_of` are empty for a plain one."""

    order: Order
    supplied: Supplied
    batch: Batch
    slot: Slot
    avoid: tuple[str, ...]
    instead_of: str
    label: str

    @property
    def is_special(self) -> bool:
        """Return whether this box must not be mixed up with a plain one."""
        return self.stack is not Stack.PLAIN

    @property
    def stack(self) -> Stack:
        """Return where its label lies."""
        return _stack(self.supplied, self.avoid)


def _stack(supplied: Supplied, avoid: tuple[str, ...]) -> Stack:
    if avoid:
        return Stack.CLASH
    return Stack.PLAIN if supplied.texture is Texture.REGULAR else Stack.TEXTURE


def avoid_words(day: DayProblem, plan: DayPlan) -> dict[int, tuple[str, ...]]:
    """Return for each order what must not get into its box by mistake: ingredients and limits as machine words.

    That is what clashed in a dish that was replaced, and what clashes in a course that others have chosen otherwise.
    Nothing where the dish was replaced for its texture, which every label names, or because the kitchen has it not.
    """
    dishes = _dishes_by_kitchen(day)
    anywhere = {dish_id: dish for (_, dish_id), dish in dishes.items()}
    orders = {order.order_id: order for order in day.orders}
    words: dict[int, tuple[str, ...]] = {}
    for one in plan.supply.supplied:
        diet, wished = orders[one.order_id].diet, one.instead_of or ""
        # What this kitchen cooks it with today; a dish that it has not stands on somebody else's menu.
        replaced = dishes.get((one.kitchen_id, wished)) or anywhere.get(wished)
        found = _clashing(diet, replaced) if replaced is not None else []
        if one.parts:
            courses = dishes[one.kitchen_id, one.dish_id].courses
            found += (word for course in courses for option in course.options for word in _hard(diet, option))
        if replaced is not None or found:
            words[one.order_id] = tuple(dict.fromkeys(found))
    return words


def _clashing(diet: Diet, dish: Dish) -> list[str]:
    clash = find_clash(diet, dish)
    return [word for word in clash.words() if word not in UNNAMED] if clash is not None else []


def _hard(diet: Diet, dish: Dish) -> list[str]:
    return [] if may_eat(diet, dish) else _clashing(diet, dish)


def _dishes_by_kitchen(day: DayProblem) -> dict[tuple[str, str], Dish]:
    """Return every dish that a kitchen makes today, those of courses too, by kitchen and dish."""
    dishes: dict[tuple[str, str], Dish] = {}
    for kitchen in day.kitchens:
        for dish in kitchen.menu:
            dishes[kitchen.kitchen_id, dish.dish_id] = dish
            for course in dish.courses:
                dishes |= {(kitchen.kitchen_id, option.dish_id): option for option in course.options}
    return dishes


def turn_of(box: Box) -> tuple[int, bool, str, int, int, str, int]:
    """Return where a box's label lies in the stack.

    First what clashes, then what is softer, then the plain ones run by run and stop by stop, and what stays at the
    meal points.
    """
    slot = box.slot
    place = (slot.run, slot.stop, slot.number, box.supplied.point_id, box.order.order_id)
    return (list(Stack).index(box.stack), not slot.run, *place)


def list_slots(courier_runs: Mapping[str, CourierRun], runs: RunProblem) -> dict[int, Slot]:
    """Return where each box goes that a courier brings, by order."""
    homes = {home.home_id: home for home in runs.homes}
    slots: dict[int, Slot] = {}
    for code, run in courier_runs.items():
        stop = 0
        for trip_number, trip in enumerate(run.trips, start=1):
            for visit in trip.visits:
                stop += 1
                orders = homes[visit.home_id].orders
                for number, order_id in enumerate(orders, start=1):
                    slots[order_id] = Slot(code, trip_number, stop, number, len(orders), trip.depart_s)
    return slots


class PackedDay:
    """Every cooked order as a box, and the heads and lines that all papers are made with.

    Attributes
    ----------
    file
        What it was packed from.
    boxes
        Every cooked order by id.
    """

    def __init__(self, file: DayFile) -> None:
        self.file = file
        day, plan = file.day, file.plan
        self._dishes = _dishes_by_kitchen(day)
        self._names = {dish.dish_id: dish.name for dish in self._dishes.values()}
        self._keeps = {dish.dish_id: dish.keeps for dish in self._dishes.values()}
        sources = (file.runs.van_travel, file.runs.courier_travel)
        self._is_estimated = any(one.source is TravelSource.ESTIMATE or one.fell_back for one in sources)
        former = file.printing.former
        self.courier_runs, self.van_runs = courier_run_codes(plan, former), van_run_codes(plan, former)
        slots, avoid = list_slots(self.courier_runs, file.runs), avoid_words(day, plan)
        orders = {order.order_id: order for order in day.orders}
        batch_of = {order_id: batch for batch in plan.batches.batches for order_id in batch.orders}
        self.boxes: dict[int, Box] = {}
        for one in plan.supply.supplied:
            if one.order_id in batch_of:
                self.boxes[one.order_id] = Box(
                    order=orders[one.order_id],
                    supplied=one,
                    batch=batch_of[one.order_id],
                    slot=slots.get(one.order_id, Slot()),
                    avoid=avoid.get(one.order_id, ()),
                    instead_of=self.dish_name(one.instead_of) if one.instead_of else "",
                    label="",
                )
        self._label_boxes()

    def _label_boxes(self) -> None:
        """Give every box its label: the one it had where nothing on it changed, else a number of its own."""
        for kitchen in self.file.day.kitchens:
            boxes = self.boxes_of(kitchen.kitchen_id)
            head = self.head(Title.BOX_LABELS, kitchen.kitchen_id, "", is_confidential=False)
            written = [(box.order.order_id, written_on(_box_label(self, box, head))) for box in boxes]
            labels = number_labels(kitchen.kitchen_id, written, self.file.printing.former)
            for order_id, label in labels.items():
                self.boxes[order_id] = replace(self.boxes[order_id], label=label)

    def dish(self, kitchen_id: str, dish_id: str) -> Dish:
        """Return a dish as a kitchen makes it today."""
        return self._dishes[kitchen_id, dish_id]

    def dish_name(self, dish_id: str) -> str:
        """Return what a dish is called."""
        if dish_id in self.file.facts.dishes or dish_id not in self._names:
            return self.file.facts.dish(dish_id).name
        return self._names[dish_id]

    def meal_name(self, supplied: Supplied) -> str:
        """Return what is in a box: the dish, and what was chosen with it."""
        return "＋".join(self.dish_name(one) for one in (supplied.dish_id, *(part.dish_id for part in supplied.parts)))

    def parts(self, boxes: Iterable[Box]) -> tuple[PartLine, ...]:
        """Return what goes with the sets of these boxes, counted by dish and texture, in the order of the courses."""
        counts: dict[tuple[str, Texture], int] = defaultdict(int)
        for box in boxes:
            for part in box.supplied.parts:
                counts[part.dish_id, part.texture] += 1
        return tuple(
            PartLine(dish_id, self.dish_name(dish_id), texture, counts[dish_id, texture])
            for dish_id in self._names
            for texture in Texture
            if counts.get((dish_id, texture))
        )

    def head(self, title: Title, subject: str, name: str, *, part: str = "", is_confidential: bool) -> PaperHead:
        """Return the head of a paper for `subject`; `part` tells several papers for one subject apart."""
        printing = self.file.printing
        code = f"{printing.plan_number}-{printing.version}-{CODES[title]}-{part or subject}"
        return PaperHead(
            title=title,
            subject=subject,
            subject_name=name,
            service_day=self.file.plan.service_day,
            meal=self.file.plan.meal,
            plan_number=printing.plan_number,
            version=printing.version,
            printed_at=printing.printed_at,
            printed_by=printing.printed_by,
            code=code,
            is_estimated=self._is_estimated,
            is_confidential=is_confidential,
        )

    def lines(self, boxes: Iterable[Box]) -> tuple[DishLine, ...]:
        """Return boxes counted by dish and texture, in the order of the menus, the hardest texture first."""
        counts: dict[tuple[str, Texture], int] = defaultdict(int)
        for box in boxes:
            counts[box.supplied.dish_id, box.supplied.texture] += 1
        return tuple(
            DishLine(dish_id, self.dish_name(dish_id), texture, self.limits(dish_id), counts[dish_id, texture])
            for dish_id in self._names
            for texture in Texture
            if counts.get((dish_id, texture))
        )

    def limits(self, dish_id: str) -> tuple[Limit, ...]:
        """Return the limits that a dish keeps; no swap changes them."""
        return tuple(sorted(self._keeps[dish_id]))

    def mark_of(self, box: Box) -> str:
        """Return what is written on the lid of a box when it is filled."""
        dish, parts = self.dish(box.supplied.kitchen_id, box.supplied.dish_id), box.supplied.parts
        return lid_mark(box.batch.batch_id, letters_of(dish, [part.dish_id for part in parts]) if parts else "")

    def boxes_of(self, kitchen_id: str) -> list[Box]:
        """Return the boxes of a kitchen in the order of the stack."""
        return sorted((box for box in self.boxes.values() if box.supplied.kitchen_id == kitchen_id), key=turn_of)

    def short_name(self, elder_id: str) -> str:
        """Return an elder's name as it may be read in a kitchen."""
        return short_name(self.file.facts.elder(elder_id).name)


def pack(file: DayFile) -> PackedDay:
    """Return the day as boxes, from which every paper is written."""
    return PackedDay(file)


def box_labels(packed: PackedDay, kitchen_id: str) -> tuple[BoxLabel, ...]:
    """Return the labels of a kitchen in the order of the stack."""
    kitchen = packed.file.facts.kitchen(kitchen_id)
    head = packed.head(Title.BOX_LABELS, kitchen_id, kitchen.name, is_confidential=False)
    return tuple(_box_label(packed, box, head) for box in packed.boxes_of(kitchen_id))


def _box_label(packed: PackedDay, box: Box, head: PaperHead) -> BoxLabel:
    kitchen = packed.file.facts.kitchen(box.supplied.kitchen_id)
    return BoxLabel(
        head=head,
        label=box.label,
        stack=box.stack,
        run=box.slot.run,
        stop=box.slot.stop,
        number=box.slot.number,
        of=box.slot.of,
        point=packed.file.facts.place(box.supplied.point_id).name,
        fulfilment=box.order.fulfilment,
        short_name=packed.short_name(box.order.elder_id),
        dish=packed.meal_name(box.supplied),
        texture=box.supplied.texture,
        avoid=box.avoid,
        instead_of=box.instead_of,
        cooked_s=box.batch.finish_s,
        eat_by_s=box.batch.eat_by_s,
        kitchen=kitchen.name,
        licence=kitchen.licence,
        phone=kitchen.phone,
        mark=packed.mark_of(box),
        keeping=keeping_of(packed.dish(box.supplied.kitchen_id, box.supplied.dish_id)),
    )


def written_on(label: BoxLabel) -> str:
    """Return what is written on a box apart from the number of its label."""
    return "\n".join(f"{cell.field}={cell.text}" for cell in shown(label).lines[0].cells if cell.field != "label")


def unload(packed: PackedDay) -> dict[tuple[str, int], list[Box]]:
    """Return which boxes come off each van run at each of its stops, by (run code, position from 1).

    A consignment that comes in several lots is filled in the order in which couriers leave, then the tables. What a
    kitchen has cooked besides travels as a consignment of its own, named as its batch.
    """
    lots: Mapping[Lot, list[tuple[int, str, int, int]]] = defaultdict(list)
    for code, run in packed.van_runs.items():
        for position, stop in enumerate(run.stops, start=1):
            lots[run.kitchen_id, stop.point_id, stop.batch].append((stop.ready_s, code, position, stop.boxes))
    own = {lot_of(one) for one in packed.file.runs.consignments if one.batch}
    waiting: dict[Lot, list[Box]] = defaultdict(list)
    for box in sorted(packed.boxes.values(), key=_urgency):
        pair = (box.supplied.kitchen_id, box.supplied.point_id)
        lot = (*pair, box.batch.batch_id)
        waiting[lot if lot in own else (*pair, "")].append(box)
    unloaded: dict[tuple[str, int], list[Box]] = {}
    for named, arrivals in lots.items():
        rest: Sequence[Box] = waiting[named]
        for _, code, position, boxes in sorted(arrivals):
            unloaded[code, position], rest = list(rest[:boxes]), rest[boxes:]
    return unloaded


def _urgency(box: Box) -> tuple[int, int, str, int, int]:
    """Sort what a courier takes first by departure, then tables and pick-up, then what nobody fetches."""
    if box.slot.run:
        return (0, box.slot.depart_s, box.slot.run, box.slot.stop, box.order.order_id)
    return (2 if box.order.fulfilment is Fulfilment.HOME else 1, 0, "", 0, box.order.order_id)
