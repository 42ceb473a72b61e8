"""The sentences of an explanation: facts and figures put into words that anybody at a desk understands."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from kitchens.assign_why import BY_ROAD, told
from routing.explain import Because
from service.clock import hh_mm
from service.texts import Key, text

MINUTE_S, HOUR_S = 60, 3600
KILOMETRE_M = 1000

COUNTED = {"left_homes": "homes"} | {one: one for one in ("boxes", "doors", "homes", "couriers", "trips", "stops")}
"""Which value is said with which unit."""

ROUNDED_DOWN = frozenset({"spare_s"})
"""Lengths of time that one may rely on; every other is what it would take at least."""

BETWEEN_HAN = re.compile(r"(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff])")
"""A space that a figure would have needed, before a phrase that begins with a word."""


@dataclass(frozen=True, slots=True)
class Names:
    """What people call homes, couriers, vans, meal points and kitchens, by id; an id without a name is said itself."""

    homes: Mapping[str, str] = field(default_factory=dict)
    couriers: Mapping[str, str] = field(default_factory=dict)
    vans: Mapping[str, str] = field(default_factory=dict)
    points: Mapping[str, str] = field(default_factory=dict)
    kitchens: Mapping[str, str] = field(default_factory=dict)

    def of(self, value: str) -> Mapping[str, str] | None:
        """Return the names that a value of this name is looked up in; None if it is no id."""
        return {
            "home": self.homes,
            "courier": self.couriers,
            "next_courier": self.couriers,
            "van": self.vans,
            "point": self.points,
            "own_point": self.points,
            "kitchen": self.kitchens,
            "usual_kitchen": self.kitchens,
        }.get(value)


NO_NAMES = Names()


def sentences(language: str, becauses: Iterable[Because], names: Names = NO_NAMES) -> tuple[str, ...]:
    """Return one sentence a fact, in order, times as clock times and figures with their units."""
    return tuple(_sentence(language, one.cause, one.values, names) for one in becauses)


def exception_sentences(language: str, detail: str, names: Names = NO_NAMES) -> tuple[str, ...]:
    """Return why a meal does not come from where it usually does, from the words that are stored with its order.

    What the road decides is explained by the road.
    """
    causes = [one for one in told(detail) if one[0] != BY_ROAD]
    return tuple(_sentence(language, f"away.{cause}", values, names) for cause, values in causes)


def _sentence(language: str, cause: str, facts: Mapping[str, str | int], names: Names) -> str:
    values: dict[str, object] = {}
    for name, value in facts.items():
        values[name.removesuffix("_s").removesuffix("_m")] = _said(language, name, value, names)
    said = text(language, f"explain.{cause}", **values)
    return BETWEEN_HAN.sub("", said) if language == "zh" else said


def _said(language: str, name: str, value: str | int, names: Names) -> object:
    if isinstance(value, str):
        return _named(name, value, names)
    if name in COUNTED:
        return _counted(language, COUNTED[name], value)
    if name.endswith("at_s"):
        return hh_mm(value)
    if name.endswith("_s"):
        return length_of_time(language, value, up=name not in ROUNDED_DOWN)
    if name.endswith("_m"):
        return distance(language, value)
    return value


def _named(name: str, value: str, names: Names) -> object:
    if name == "reason":
        return Key(f"reason.{value}")
    if name == "part":
        return Key(f"explain.part.{value}")
    known = names.of(name)
    return value if known is None else known.get(value, value)


def length_of_time(language: str, seconds_s: int, *, up: bool) -> str:
    """Return seconds in whole minutes, rounded `up` or down: `12 分钟`, `1 hour 5 minutes`."""
    minutes = -(-seconds_s // MINUTE_S) if up else seconds_s // MINUTE_S
    if minutes < 1:
        return text(language, "explain.less_than_a_minute")
    hours, rest = divmod(minutes, HOUR_S // MINUTE_S)
    if not hours:
        return _counted(language, "minutes", rest)
    if not rest:
        return _counted(language, "hours", hours)
    both = {"hours": _counted(language, "hours", hours), "minutes": _counted(language, "minutes", rest)}
    return text(language, "explain.hours_and_minutes", **both)


def distance(language: str, metres: int) -> str:
    """Return metres, from a thousand on as kilometres with one decimal: `850 米`, `1.2 km`."""
    if abs(metres) < KILOMETRE_M:
        return _counted(language, "metres", metres)
    return text(language, "explain.kilometres", count=f"{metres / KILOMETRE_M:,.1f}")


def _counted(language: str, unit: str, count: int) -> str:
    return text(language, f"explain.{unit}.{'one' if count == 1 else 'many'}", count=f"{count:,}")
