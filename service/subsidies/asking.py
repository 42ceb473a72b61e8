"""A case as somebody outside writes it: one JSON object, read with care.

`{"scheme", "date", "meal", "price_fen", "delivery_fee_fen", "delivered", "mode", "place": {"city", "district",
"street"}, "elder": {"birth_date", "hukou": {…}, "residence": {…}, "classes": […], "care_level"}, "used": {"today",
"this_week"}}`. Beside these: `id` (given back in the answer), `fulfilment` (`pick_up` where nothing is delivered),
`elder.dwelling`, and in `used` the counts `this_meal`, `today_fen`, `this_week_fen`, or `rules` with the counts of each
rule. Needed are scheme, date, meal, price_fen and elder.birth_date; what is not said is not known.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from kitchens.meals import Fulfilment, Meal, ProvisionMode
from service.errors import InvalidError
from service.subsidies.cases import Case, Standing, Tally, Used
from service.subsidies.fields import Fields
from service.subsidies.places import Place, place_named
from service.subsidies.rules import Dwelling
from service.subsidies.words import class_of, known_words
from service.texts import Key

YEARS = range(2000, 2100)
BROUGHT = {True: Fulfilment.HOME, False: Fulfilment.DINE_IN}


@dataclass(frozen=True, slots=True)
class Asked:
    """A case, what its sender calls it (None: nothing), and the classes in it that nobody knows."""

    case: Case
    own_id: str | int | None
    unknown_classes: tuple[str, ...]


def parse_case(line: str | bytes, is_workday: Callable[[date], bool]) -> Asked:
    """Read one line.

    Raises
    ------
    InvalidError
        If it is no JSON object, lacks a field, has one too many, or one that cannot be.
    """
    return case_from(_json_object(line), is_workday)


def case_from(given: Mapping[str, Any], is_workday: Callable[[date], bool]) -> Asked:
    """Make a case of an object that has been read.

    Raises
    ------
    InvalidError
        As `parse_case`.
    """
    fields = Fields(given, "case", {})
    with fields.saying_where():
        own_id = fields.own_id("id")
        elder, unknown = _standing(fields.table("elder"))
        day = _service_day(fields)
        case = Case(
            scheme_id=fields.text("scheme"),
            day=day,
            is_workday=is_workday(day),
            meal=fields.word("meal", Meal),
            price_fen=fields.number("price_fen"),
            elder=elder,
            delivery_fee_fen=fields.number("delivery_fee_fen", default=0),
            way=_way(fields),
            mode=fields.word_or_none("mode", ProvisionMode),
            place=_place(fields, "place") or Place(),
            used=_used(fields.table("used", needed=False)),
        )
    fields.refuse_others()
    return Asked(case, own_id, unknown)


def _service_day(fields: Fields) -> date:
    day = fields.iso_day("date")
    if day.year not in YEARS:
        raise InvalidError("money.case.field", field="date", expected=Key("money.expected.day"), given=day)
    return day


def _way(fields: Fields) -> Fulfilment:
    """Return how the meal is taken; `delivered` and `fulfilment` must not contradict each other."""
    way = fields.word_or_none("fulfilment", Fulfilment)
    delivered = fields.flag_or_none("delivered")
    if way is None:
        return BROUGHT[bool(delivered)]
    if delivered is not None and delivered != (way == Fulfilment.HOME):
        raise ValueError(f"expected delivered to fit fulfilment {way}, got {delivered}")
    return way


def _standing(fields: Fields) -> tuple[Standing, tuple[str, ...]]:
    classes = frozenset(class_of(one) for one in fields.texts("classes"))
    found = Standing(
        fields.iso_day("birth_date"),
        _place(fields, "hukou"),
        _place(fields, "residence"),
        classes,
        fields.number_or_none("care_level"),
        fields.word("dwelling", Dwelling, Dwelling.HOME),
    )
    fields.refuse_others()
    return found, tuple(sorted(classes - known_words("class")))


def _place(fields: Fields, name: str) -> Place | None:
    if not fields.has(name):
        return None
    inner = fields.table(name)
    names = [inner.text_or_nothing(part) for part in ("city", "district", "street")]
    inner.refuse_others()
    return place_named(*names)


def _used(fields: Fields) -> Used:
    rules = fields.table("rules", needed=False)
    by_rule = {name: _tally(rules.table(name)) for name in rules.given} if fields.has("rules") else None
    return Used(_tally(fields, beside="rules"), by_rule)


def _tally(fields: Fields, beside: str = "") -> Tally:
    """Return counts; what was used at this meal was used today, and what was used today was used this week."""
    meal, day, week = (fields.number(name, default=0) for name in ("this_meal", "today", "this_week"))
    day_fen, week_fen = (fields.number(name, default=0) for name in ("today_fen", "this_week_fen"))
    fields.asked.add(beside)
    fields.refuse_others()
    day = max(meal, day)
    return Tally(meal, day, max(day, week), day_fen, max(day_fen, week_fen))


def _json_object(line: str | bytes) -> dict[str, Any]:
    try:
        found = json.loads(line, object_pairs_hook=_once, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise InvalidError("money.case.no_json", detail=_short(str(error))) from error
    if not isinstance(found, dict):
        raise InvalidError("money.case.no_object", given=type(found).__name__)
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a field stands twice in one object")
    return found


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is no number of JSON")


def _short(detail: str, most: int = 120) -> str:
    return detail if len(detail) <= most else f"{detail[:most]}…"
