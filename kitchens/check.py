"""Is what stands published for the kitchens right: counted anew from orders, menus and rules, and nothing else.

Shares no code with what plans: not with the assignment, the clashes, the batches or the food clock's sums. It takes the
orders as they were placed, the menus as they are cooked that day, and the published batches, vans and doors, and says
what does not fit. An empty answer means that everything does.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from kitchens.food_clock import FoodRules
from kitchens.meals import HARDNESS, Diet, Dish, StationKind
from kitchens.problem import Kitchen

PACKING_S = 600
"""Seconds from the end of a batch until its boxes may leave."""


class Fault(StrEnum):
    """What can be wrong; the sentence for it stands in the text catalogues under `fault.…`."""

    NOT_PLANNED = "not_planned"
    NOT_ORDERED = "not_ordered"
    NOT_COOKED = "not_cooked"
    COOKED_ELSEWHERE = "cooked_elsewhere"
    COUNT = "count"
    CLASH = "clash"
    NOT_ON_MENU = "not_on_menu"
    KITCHEN_FULL = "kitchen_full"
    HOURS = "hours"
    NO_STATION = "no_station"
    STATION = "station"
    PAN = "pan"
    PACE = "pace"
    HOUR = "hour"
    OVERLAP = "overlap"
    EAT_BY = "eat_by"
    TOO_LATE = "too_late"
    LEAVES_EARLY = "leaves_early"


@dataclass(frozen=True, slots=True)
class Violation:
    """One thing that is wrong: which rule, about what (a code or an order), and the figures."""

    fault: Fault
    subject: str
    expected: str = ""
    found: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """One dish of a course as it is made for an order."""

    dish_id: str
    texture: str


@dataclass(frozen=True, slots=True)
class PlannedMeal:
    """What the published plan does with one order; nothing of it where it is left out with `reason`."""

    order_id: int
    diet: Diet
    reason: str = ""
    kitchen_id: str = ""
    dish_id: str = ""
    texture: str = ""
    batch: str = ""
    point_id: str = ""
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class PlannedBatch:
    """A published batch; times in seconds after midnight."""

    code: str
    kitchen_id: str
    dish_id: str
    texture: str
    portions: int
    spare: int
    start_s: int
    finish_s: int
    eat_by_s: int
    station_id: str = ""


@dataclass(frozen=True, slots=True)
class Handover:
    """A door: when, by when, and from which batches; `leaves_s` is the start where the courier loads in the kitchen."""

    subject: str
    at_s: int
    latest_s: int
    batches: tuple[str, ...]
    leaves_s: int | None = None


@dataclass(frozen=True, slots=True)
class Departure:
    """A van that leaves a kitchen with so many boxes for a meal point."""

    subject: str
    kitchen_id: str
    point_id: str
    at_s: int
    boxes: int


@dataclass(frozen=True, slots=True)
class PublishedDay:
    """Everything that is checked.

    `ordered` are the orders that the plan had to answer. `safe_until_s` is the eat-by of the batches whose readings
    allow less than was planned. `overtime_s` is by how much a kitchen may cook longer than it
    usually does, where a failure elsewhere has made it take over.
    """

    ordered: frozenset[int]
    meals: tuple[PlannedMeal, ...]
    batches: tuple[PlannedBatch, ...]
    kitchens: tuple[Kitchen, ...]
    handovers: tuple[Handover, ...]
    departures: tuple[Departure, ...]
    rules: FoodRules
    overtime_s: Mapping[str, int]
    safe_until_s: Mapping[str, int]


def check_kitchens(day: PublishedDay) -> tuple[Violation, ...]:
    """Return everything that is wrong with a published day, in a stable order."""
    kitchens = {kitchen.kitchen_id: kitchen for kitchen in day.kitchens}
    found = [*_counts(day), *_clashes(day, kitchens)]
    by_kitchen: dict[str, list[PlannedBatch]] = defaultdict(list)
    for batch in sorted(day.batches, key=lambda one: (one.kitchen_id, one.start_s, one.code)):
        by_kitchen[batch.kitchen_id].append(batch)
    for kitchen_id, batches in by_kitchen.items():
        kitchen = kitchens.get(kitchen_id)
        if kitchen is None:
            found += (Violation(Fault.HOURS, batch.code, "", kitchen_id) for batch in batches)
            continue
        found += _capacity(kitchen, batches, day.overtime_s.get(kitchen_id, 0))
        found += _stations(kitchen, batches)
    return (*found, *_clock(day, kitchens))


def _counts(day: PublishedDay) -> Iterator[Violation]:
    """Every order once; every portion of a batch somebody's order, of its kitchen, dish and texture."""
    answered = Counter(meal.order_id for meal in day.meals)
    for order_id in sorted(day.ordered | set(answered)):
        if order_id not in day.ordered:
            yield Violation(Fault.NOT_ORDERED, str(order_id))
        elif answered[order_id] != 1:
            yield Violation(Fault.NOT_PLANNED, str(order_id), "1", str(answered[order_id]))
    batches = {batch.code: batch for batch in day.batches}
    eaten: Counter[str] = Counter()
    for meal in day.meals:
        if meal.reason:
            continue
        batch = batches.get(meal.batch)
        if batch is None:
            yield Violation(Fault.NOT_COOKED, str(meal.order_id))
            continue
        eaten[batch.code] += 1
        made, wanted = _made(batch), (meal.kitchen_id, meal.dish_id, meal.texture)
        if made != wanted:
            yield Violation(Fault.COOKED_ELSEWHERE, str(meal.order_id), " ".join(wanted), " ".join(made))
    for code, batch in batches.items():
        if batch.portions != eaten[code] or batch.spare < 0:
            yield Violation(Fault.COUNT, code, str(eaten[code]), str(batch.portions))


def _made(batch: PlannedBatch) -> tuple[str, str, str]:
    return batch.kitchen_id, batch.dish_id, batch.texture


def _clashes(day: PublishedDay, kitchens: Mapping[str, Kitchen]) -> Iterator[Violation]:
    """Nobody gets a harder texture, an ingredient or a dish beyond a limit that they must not have."""
    menus = {
        kitchen_id: {one.dish_id: one for dish in kitchen.menu for one in _with_options(dish)}
        for kitchen_id, kitchen in kitchens.items()
    }
    for meal in day.meals:
        if meal.reason:
            continue
        menu = menus.get(meal.kitchen_id, {})
        for part in (Part(meal.dish_id, meal.texture), *meal.parts):
            dish = menu.get(part.dish_id)
            if dish is None:
                yield Violation(Fault.NOT_ON_MENU, str(meal.order_id), meal.kitchen_id, part.dish_id)
            else:
                words = tuple(_against(meal.diet, dish, part.texture))
                if words:
                    yield Violation(Fault.CLASH, str(meal.order_id), "", f"{part.dish_id} {' '.join(words)}")


def _with_options(dish: Dish) -> Iterator[Dish]:
    yield dish
    for course in dish.courses:
        yield from course.options


def _against(diet: Diet, dish: Dish, texture: str) -> Iterator[str]:
    yield from sorted(word.value for word in diet.excludes if word in dish.contains)
    yield from sorted(word.value for word in diet.limits if word not in dish.keeps)
    hardness = {word.value: level for word, level in HARDNESS.items()}
    if hardness.get(texture, 99) > hardness[diet.texture.value] or texture not in {one.value for one in dish.textures}:
        yield texture


def _capacity(kitchen: Kitchen, batches: Sequence[PlannedBatch], overtime_s: int) -> Iterator[Violation]:
    """Not more than the kitchen can cook, in its hours, and at no moment faster than it can."""
    cooked = sum(batch.portions + batch.spare for batch in batches)
    if cooked > kitchen.capacity_meals:
        yield Violation(Fault.KITCHEN_FULL, kitchen.kitchen_id, str(kitchen.capacity_meals), str(cooked))
    for batch in batches:
        is_early = batch.start_s < kitchen.cooking.start_s or batch.finish_s <= batch.start_s
        if is_early or batch.finish_s > kitchen.cooking.end_s + overtime_s:
            hours = f"{kitchen.cooking.start_s}-{kitchen.cooking.end_s + overtime_s}"
            yield Violation(Fault.HOURS, batch.code, hours, f"{batch.start_s}-{batch.finish_s}")
    for start_s in sorted({batch.start_s for batch in batches}):
        at_once = [one for one in batches if one.start_s <= start_s < one.finish_s]
        # Seconds are whole: a batch may be up to a second short of what its pace says.
        pace = sum((one.portions + one.spare) * 3600 / (one.finish_s - one.start_s + 1) for one in at_once)
        if pace > kitchen.meals_per_hour:
            yield Violation(Fault.PACE, kitchen.kitchen_id, str(kitchen.meals_per_hour), f"{pace:.0f} {start_s}")


def _stations(kitchen: Kitchen, batches: Sequence[PlannedBatch]) -> Iterator[Violation]:
    """Each batch on a station that is there and right for its dish, within its pan and hour, one after the other."""
    stations = {station.station_id: station for station in kitchen.stations}
    dishes = {dish.dish_id: dish for dish in kitchen.menu}
    on: dict[str, list[PlannedBatch]] = defaultdict(list)
    for batch in batches:
        station = stations.get(batch.station_id)
        on[batch.station_id].append(batch)
        if station is None:
            if stations or batch.station_id:
                yield Violation(Fault.NO_STATION, batch.code, " ".join(stations), batch.station_id)
            continue
        dish = dishes.get(batch.dish_id)
        wanted = None if dish is None else dish.station
        if (wanted is not None and wanted != station.kind) or (wanted is None and station.kind is StationKind.COLD):
            yield Violation(Fault.STATION, batch.code, "" if wanted is None else wanted.value, station.kind.value)
        if batch.portions + batch.spare > station.pan_portions:
            filled = str(batch.portions + batch.spare)
            yield Violation(Fault.PAN, batch.code, str(station.pan_portions), filled)
    for station_id, some in on.items():
        yield from _one_after_the_other(f"{kitchen.kitchen_id} {station_id}".strip(), some)
        station = stations.get(station_id)
        if station is not None:
            yield from _hours(f"{kitchen.kitchen_id} {station_id}", station.meals_per_hour, some)


def _one_after_the_other(subject: str, batches: Iterable[PlannedBatch]) -> Iterator[Violation]:
    last: PlannedBatch | None = None
    for batch in sorted(batches, key=lambda one: (one.start_s, one.finish_s)):
        if last is not None and batch.start_s < last.finish_s:
            yield Violation(Fault.OVERLAP, subject, str(last.finish_s), f"{batch.code} {batch.start_s}")
        if last is None or batch.finish_s > last.finish_s:
            last = batch


def _hours(subject: str, meals_per_hour: int, batches: Sequence[PlannedBatch]) -> Iterator[Violation]:
    """Yield each batch, and each hour from the start of one, in which more is cooked than the station can."""
    for batch in batches:
        lasts_s = batch.finish_s - batch.start_s
        filled = batch.portions + batch.spare
        if filled * 3600 > meals_per_hour * lasts_s:
            yield Violation(Fault.PACE, batch.code, str(meals_per_hour), f"{filled} {lasts_s}")
        hour = (batch.start_s, batch.start_s + 3600)
        within = 0.0
        for one in batches:
            both_s = min(one.finish_s, hour[1]) - max(one.start_s, hour[0])
            within += (one.portions + one.spare) * max(0, both_s) / max(1, one.finish_s - one.start_s)
        if within > meals_per_hour + 1e-6:
            yield Violation(Fault.HOUR, subject, str(meals_per_hour), f"{within:.0f} {hour[0]}")


def _clock(day: PublishedDay, kitchens: Mapping[str, Kitchen]) -> Iterator[Violation]:
    """Nothing may be eaten later than the rule says, nor handed over too late to be eaten by then, nor leave raw."""
    eat_by: dict[str, int] = {}
    for batch in day.batches:
        longest_s = batch.finish_s + _keeps_s(day.rules, kitchens.get(batch.kitchen_id), batch.dish_id)
        eat_by[batch.code] = min(batch.eat_by_s, longest_s, day.safe_until_s.get(batch.code, longest_s))
        if batch.eat_by_s > longest_s:
            yield Violation(Fault.EAT_BY, batch.code, str(longest_s), str(batch.eat_by_s))
    for one in day.handovers:
        limits = [eat_by[code] - day.rules.eating_allowance_s for code in one.batches if code in eat_by]
        if limits and max(one.at_s, one.latest_s) > min(limits):
            yield Violation(Fault.TOO_LATE, one.subject, str(min(limits)), str(max(one.at_s, one.latest_s)))
    yield from _packed(day)


def _packed(day: PublishedDay) -> Iterator[Violation]:
    """Nothing leaves before it is packed: by each departure so many boxes of the pair are done as have gone by then."""
    packed_s = {batch.code: batch.finish_s + PACKING_S for batch in day.batches}
    for door in day.handovers:
        done_s = max((packed_s[code] for code in door.batches if code in packed_s), default=0)
        if door.leaves_s is not None and door.leaves_s < done_s:
            yield Violation(Fault.LEAVES_EARLY, door.subject, str(done_s), str(door.leaves_s))
    boxes: dict[tuple[str, str], list[int]] = defaultdict(list)
    for meal in day.meals:
        if meal.batch in packed_s:
            boxes[meal.kitchen_id, meal.point_id].append(packed_s[meal.batch])
    gone: Counter[tuple[str, str]] = Counter()
    for van in sorted(day.departures, key=lambda one: (one.at_s, one.subject)):
        pair = (van.kitchen_id, van.point_id)
        gone[pair] += van.boxes
        packed = sum(done_s <= van.at_s for done_s in boxes[pair])
        if gone[pair] > packed:
            yield Violation(Fault.LEAVES_EARLY, f"{van.subject} {van.point_id}", str(gone[pair]), str(packed))


def _keeps_s(rules: FoodRules, kitchen: Kitchen | None, dish_id: str) -> int:
    return rules.chilled_within_s if is_chilled(kitchen, dish_id) else rules.hot_within_s


def is_chilled(kitchen: Kitchen | None, dish_id: str) -> bool:
    """Return whether a dish is kept chilled: it and all that can go with it are made at the cold table."""
    dishes = [] if kitchen is None else [dish for dish in kitchen.menu if dish.dish_id == dish_id]
    made_of = [one for dish in dishes for one in _with_options(dish)]
    return bool(made_of) and all(one.station is StationKind.COLD for one in made_of)
