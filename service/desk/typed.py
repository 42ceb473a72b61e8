"""Days and times as somebody types them with one hand while the other holds the receiver."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

from service.clock import instant_of, local_day
from service.errors import InvalidError

AHEAD = re.compile(r"\+([0-9]{1,3})")
DAY_OF_MONTH = re.compile(r"[0-9]{1,2}")
MONTH_AND_DAY = re.compile(r"([0-9]{1,2})[-/.月]([0-9]{1,2})日?|([0-9]{2})([0-9]{2})")
TIME_OF_DAY = re.compile(r"([0-9]{1,2})(?:[:：.]?([0-9]{2}))?")


def day_typed(typed: str, today: date) -> date:
    """Return the day that is meant, never one gone by: `2026-11-30`, `11-30`, `1130`, `30` or `+7`.

    Raises
    ------
    InvalidError
        If it is none of these.
    """
    typed = typed.strip()
    try:
        if found := AHEAD.fullmatch(typed):
            return today + timedelta(days=int(found[1]))
        if DAY_OF_MONTH.fullmatch(typed):
            return _next_with_day(int(typed), today)
        if found := MONTH_AND_DAY.fullmatch(typed):
            month, day = int(found[1] or found[3]), int(found[2] or found[4])
            this_year = date(today.year, month, day)
            return this_year if this_year >= today else date(today.year + 1, month, day)
        return date.fromisoformat(typed)
    except ValueError as error:
        raise InvalidError("desk.odd_day", given=typed[:20]) from error


def time_typed(typed: str, now: datetime) -> datetime:
    """Return the next instant at which it is that late: `15`, `15:30`, `1530`, or `+20` for minutes from now.

    Raises
    ------
    InvalidError
        If it is none of these.
    """
    typed = typed.strip()
    if found := AHEAD.fullmatch(typed):
        return now + timedelta(minutes=int(found[1]))
    found = TIME_OF_DAY.fullmatch(typed)
    if found is None or int(found[1]) > 23 or int(found[2] or 0) > 59:
        raise InvalidError("desk.odd_time", given=typed[:20])
    wanted = instant_of(local_day(now), int(found[1]) * 3600 + int(found[2] or 0) * 60)
    return wanted if wanted > now else wanted + timedelta(days=1)


def _next_with_day(wanted: int, today: date) -> date:
    """Return the first day from today on with this number in its month."""
    for ahead in range(62):
        day = today + timedelta(days=ahead)
        if day.day == wanted:
            return day
    raise ValueError(f"expected a day of a month, got {wanted}")
