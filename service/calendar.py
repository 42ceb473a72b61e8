"""Which days a meal point serves, and when its orders close.

Chinese public holidays and the working weekends that make up for them come from the `holidays` package. For years the
State Council has not yet announced it knows the legal days only; nothing fails, the made-up weekends are just absent.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import cache

import holidays

from kitchens.meals import Meal
from service.clock import instant_of
from service.tables import MealPoint

DEFAULT_CUT_OFF_S = 15 * 3600
LONGEST_CLOSURE_DAYS = 30


@cache
def _china(year: int) -> holidays.HolidayBase:
    return holidays.country_holidays("CN", years=[year - 1, year, year + 1])


def is_working_day(day: date) -> bool:
    """Return whether `day` is a working day in China, make-up weekends included."""
    return bool(_china(day.year).is_working_day(day))


def is_service_day(point: MealPoint | None, day: date) -> bool:
    """Return whether the meal point serves on `day`; without a point the mandatory minimum holds.

    Lunch on working days is the minimum (穗民规字〔2024〕3号, article 13); a point may serve every day.
    """
    return (point is not None and point.works_weekends) or is_working_day(day)


def previous_service_day(point: MealPoint | None, day: date) -> date:
    """Return the last day before `day` on which the point serves: Friday for Monday."""
    for back in range(1, LONGEST_CLOSURE_DAYS):
        earlier = day - timedelta(days=back)
        if is_service_day(point, earlier):
            return earlier
    return day - timedelta(days=1)


def next_service_day(day: date) -> date:
    """Return the first working day after `day`."""
    for ahead in range(1, LONGEST_CLOSURE_DAYS):
        if is_working_day(day + timedelta(days=ahead)):
            return day + timedelta(days=ahead)
    return day + timedelta(days=1)


def cut_off(point: MealPoint | None, service_day: date, meal: Meal) -> datetime:
    """Return the instant after which orders for this meal need an override.

    The kitchens buy on the afternoon before, for all meals of the day: the meal does not move the cut-off.
    """
    del meal
    cut_off_s = DEFAULT_CUT_OFF_S if point is None else point.cut_off_s
    return instant_of(previous_service_day(point, service_day), cut_off_s)
