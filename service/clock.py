"""The time: the only module that asks the system for it.

Instants are aware datetimes in UTC; a service day is a local date; times within it are seconds after its local
midnight. China has one zone and no change of clocks, so the three convert without surprise.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """Return the present instant, aware, in UTC."""
        ...


@dataclass(frozen=True, slots=True)
class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """Return the system's present instant."""
        return datetime.now(UTC)


@dataclass(slots=True)
class StoppedClock:
    """A clock that stands where it is put: for tests and simulated days."""

    instant: datetime

    def now(self) -> datetime:
        """Return the instant at which the clock stands."""
        return self.instant

    def advance(self, seconds: float) -> None:
        """Move the clock forward."""
        self.instant += timedelta(seconds=seconds)


def local_day(instant: datetime) -> date:
    """Return the local date of an instant."""
    return instant.astimezone(ZONE).date()


def instant_of(service_day: date, seconds_s: int) -> datetime:
    """Return the instant `seconds_s` after the local midnight of `service_day`."""
    midnight = datetime(service_day.year, service_day.month, service_day.day, tzinfo=ZONE)
    return (midnight + timedelta(seconds=seconds_s)).astimezone(UTC)


def seconds_into(service_day: date, instant: datetime) -> int:
    """Return how many seconds after the local midnight of `service_day` an instant lies (negative: before)."""
    return round((instant - instant_of(service_day, 0)).total_seconds())


def hh_mm(seconds_s: int) -> str:
    """Return seconds after midnight as wall-clock time, `10:45`."""
    return f"{seconds_s // 3600:02d}:{seconds_s % 3600 // 60:02d}"
