"""Whether a rule fits an elder and a meal; if not, the first thing that stands in its way, with the values that say so.

The questions are asked in one order, from who somebody is to how much is left: the rule that came furthest is the one
an elder hears about.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from enum import IntEnum
from functools import cache
from typing import NamedTuple

from service.subsidies.cases import Case, Standing, Tally
from service.subsidies.places import Level, Place
from service.subsidies.rules import Caps, Occasion, Person, Spend
from service.texts import Key

NO_CAPS = Caps()

NOT_NOTED = frozenset({"money.why.residence_unknown", "money.why.hukou_unknown"})
"""Obstacles that are gaps in the record. They keep nobody from eating: such a meal is charged at the full price."""


class Step(IntEnum):
    """The questions, in their order."""

    AGE = 1
    DWELLING = 2
    RESIDENCE = 3
    HUKOU = 4
    CLASS = 5
    CARE = 6
    GROUP = 7
    MEAL = 8
    WAY = 9
    MODE = 10
    PLACE = 11
    SPEND = 12
    CAP = 13
    TOGETHER = 14
    LEFT = 15


class Obstacle(NamedTuple):
    """What stands in the way: at which question, the key of its sentence, and the values in it."""

    step: Step
    key: str
    values: Mapping[str, Hashable]


def person_obstacle(person: Person, elder: Standing, age: int) -> Obstacle | None:
    """Return why a rule is not for this elder, None if it is."""
    if age < person.age_from:
        return Obstacle(Step.AGE, "money.why.too_young", {"age": age, "from_age": person.age_from})
    if person.age_to is not None and age > person.age_to:
        return Obstacle(Step.AGE, "money.why.too_old", {"age": age, "to_age": person.age_to})
    if person.dwelling is not None and elder.dwelling != person.dwelling:
        return Obstacle(Step.DWELLING, "money.why.dwelling", {"dwelling": Key(f"money.dwelling.{elder.dwelling}")})
    return (
        _area_obstacle(Step.RESIDENCE, "residence", person.residence_in, elder.residence)
        or _area_obstacle(Step.HUKOU, "hukou", person.hukou_in, elder.hukou)
        or _class_obstacle(person, elder)
        or _care_obstacle(person, elder)
    )


def occasion_obstacle(occasion: Occasion, case: Case, left_fen: int) -> Obstacle | None:
    """Return why a rule is not paid on this meal, None if it is; `left_fen` is what is still to pay of the price."""
    if occasion.meals and case.meal not in occasion.meals:
        return Obstacle(Step.MEAL, "money.why.meal", {"meal": Key(f"meal.{case.meal}")})
    if occasion.workdays_only and not case.is_workday:
        return Obstacle(Step.MEAL, "money.why.not_workday", {"day": case.day.isoformat()})
    if occasion.ways and case.way not in occasion.ways:
        return Obstacle(Step.WAY, "money.why.way", {"way": Key(f"money.way.{case.way}")})
    if occasion.modes and case.mode not in occasion.modes:
        mode = "unknown" if case.mode is None else case.mode.value
        return Obstacle(Step.MODE, "money.why.mode", {"mode": Key(f"money.mode.{mode}")})
    return _place_obstacle(occasion, case) or _spend_obstacle(occasion, case, left_fen)


def cap_obstacle(caps: Caps, used: Tally) -> Obstacle | None:
    """Return which cap is used up, None if none is."""
    if caps == NO_CAPS:
        return None
    for cap, count, key in (
        (caps.per_meal, used.meal, "money.why.cap_meal"),
        (caps.per_day, used.day, "money.why.cap_day"),
        (caps.per_week, used.week, "money.why.cap_week"),
        (caps.fen_per_day, used.day_fen, "money.why.cap_day_fen"),
        (caps.fen_per_week, used.week_fen, "money.why.cap_week_fen"),
    ):
        if cap is not None and count >= cap:
            return Obstacle(Step.CAP, key, {"cap": cap, "used": count})
    return None


def _area_obstacle(step: Step, what: str, area: Place | None, own: Place | None) -> Obstacle | None:
    if area is None:
        return None
    if own is None or not own.is_known_to(area.level):
        return Obstacle(step, f"money.why.{what}_unknown", {"area": area.narrowest})
    if not own.lies_in(area):
        return Obstacle(step, f"money.why.{what}", {"area": area.narrowest, "own": own.narrowest})
    return None


def _class_obstacle(person: Person, elder: Standing) -> Obstacle | None:
    if not person.classes or person.classes & elder.classes:
        return None
    return Obstacle(Step.CLASS, "money.why.class", _named_classes(person.classes))


@cache
def _named_classes(classes: frozenset[str]) -> Mapping[str, Hashable]:
    return {"classes": tuple(Key(f"money.class.{one}") for one in sorted(classes))}


def _care_obstacle(person: Person, elder: Standing) -> Obstacle | None:
    if person.care_from is None or person.classes_as_care & elder.classes:
        return None
    band = {"from_level": person.care_from, "to_level": person.care_to}
    if elder.care_level is None:
        return Obstacle(Step.CARE, "money.why.care_unknown", band)
    if not person.care_from <= elder.care_level <= person.care_to:
        return Obstacle(Step.CARE, "money.why.care", {"level": elder.care_level, **band})
    return None


def _place_obstacle(occasion: Occasion, case: Case) -> Obstacle | None:
    within = _area_obstacle(Step.PLACE, "place", occasion.place_in, case.place)
    if within is not None:
        return within
    for what, level, own in (
        ("hukou", occasion.hukou_at_place, case.elder.hukou),
        ("residence", occasion.residence_at_place, case.elder.residence),
    ):
        if level is None:
            continue
        if own is None or not (own.is_known_to(level) and case.place.is_known_to(level)):
            return Obstacle(Step.PLACE, f"money.why.{what}_or_place_unknown", {"level": Key(f"money.level.{level}")})
        if not own.is_same(case.place, level):
            eaten, home = _name_at(case.place, level), _name_at(own, level)
            return Obstacle(Step.PLACE, f"money.why.{what}_not_at_place", {"place": eaten, "own": home})
    return None


def _name_at(place: Place, level: Level) -> str:
    """Return the name to say: of the street, the district, or the city."""
    return {Level.CITY: place.city, Level.DISTRICT: place.district, Level.STREET: place.street}[level]


def _spend_obstacle(occasion: Occasion, case: Case, left_fen: int) -> Obstacle | None:
    if not occasion.min_spend_fen and not occasion.spend_must_exceed:
        return None
    spent = case.price_fen
    if occasion.min_spend_of == Spend.MEAL_AND_FEE:
        spent += case.delivery_fee_fen
    elif occasion.min_spend_of == Spend.REMAINING:
        spent = left_fen
    least = occasion.min_spend_fen
    if spent < least or (occasion.spend_must_exceed and spent == least):
        key = "money.why.spend_not_above" if occasion.spend_must_exceed else "money.why.spend_below"
        return Obstacle(Step.SPEND, key, {"spent": yuan(spent), "least": yuan(least)})
    return None


def yuan(fen: int) -> str:
    """Return an amount as people write it: `12.50`; a minus stays in front."""
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100}.{abs(fen) % 100:02d}"
