"""Menus that repeat every few weeks, laid over the calendar.

Weeks are counted from Monday 2024-01-01, so that a cycle imported again later goes on where it was.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

FIRST_MONDAY = date(2024, 1, 1)


@dataclass(frozen=True, slots=True)
class CycleEntry:
    """One dish of a repeating menu: week 1 … n of the cycle, weekday 1 Monday … 7 Sunday."""

    kitchen_code: str
    week: int
    weekday: int
    meal: str
    rank: int
    dish_code: str

    def on(self, day: date) -> dict[str, Any]:
        """Return the entry as a row of the menu of `day`."""
        return {
            "kitchen_code": self.kitchen_code,
            "service_day": day,
            "meal": self.meal,
            "rank": self.rank,
            "dish_code": self.dish_code,
        }

    def as_row(self) -> dict[str, object]:
        """Return the entry by column."""
        return asdict(self)


def week_of(day: date, weeks: int) -> int:
    """Return which week of a cycle of `weeks` weeks `day` lies in, 1 the first."""
    return (day - FIRST_MONDAY).days // 7 % weeks + 1


def laid_over(cycle: Iterable[CycleEntry], days: Iterable[date]) -> list[tuple[date, CycleEntry]]:
    """Return which entries of a cycle fall on which of `days`, by day, kitchen, meal and rank.

    Each kitchen's cycle is as long as its own highest week.
    """
    by_slot: defaultdict[tuple[str, int, int], list[CycleEntry]] = defaultdict(list)
    weeks: dict[str, int] = {}
    for entry in cycle:
        by_slot[entry.kitchen_code, entry.week, entry.weekday].append(entry)
        weeks[entry.kitchen_code] = max(weeks.get(entry.kitchen_code, 1), entry.week)
    return [
        (day, entry)
        for day in sorted(set(days))
        for kitchen in sorted(weeks)
        for entry in sorted(
            by_slot[kitchen, week_of(day, weeks[kitchen]), day.isoweekday()], key=lambda e: (e.meal, e.rank)
        )
    ]
