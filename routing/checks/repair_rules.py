"""Each way in which a repair can be wrong, and the comparisons that say so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class RepairCode(StrEnum):
    """Each way in which a repair can be wrong."""

    DONE_CHANGED = "done_changed"
    GONE_COURIER = "gone_courier"
    UNKNOWN_COURIER = "unknown_courier"
    UNKNOWN_HOME = "unknown_home"
    UNKNOWN_PLACE = "unknown_place"
    HOME_FORGOTTEN = "home_forgotten"
    HOME_TWICE = "home_twice"
    CANCELLED = "cancelled"
    NOT_ON_BOARD = "not_on_board"
    BOX_NOT_THERE = "box_not_there"
    NOTHING_FETCHED = "nothing_fetched"
    OVERLOADED = "overloaded"
    MAY_NOT_GO = "may_not_go"
    NO_WAY = "no_way"
    TOO_FAST = "too_fast"
    TOO_MANY_TRIPS = "too_many_trips"
    BEFORE_WINDOW = "before_window"
    LATE_UNDECLARED = "late_undeclared"
    PAST_EAT_BY = "past_eat_by"
    POINT_CLOSED = "point_closed"
    OFF_SHIFT = "off_shift"
    VANS_CHANGED = "vans_changed"
    WRONG_SUM = "wrong_sum"


@dataclass(frozen=True, slots=True)
class RepairViolation:
    """One broken rule: which, at whom, and by how much (1 where only yes or no)."""

    code: RepairCode
    subject: str
    amount: int = 1


def early(code: RepairCode, subject: str, said: int, earliest: int) -> Iterator[RepairViolation]:
    """Refuse what is said to happen before `earliest`."""
    if said < earliest:
        yield RepairViolation(code, subject, earliest - said)


def late(code: RepairCode, subject: str, said: int, latest: int) -> Iterator[RepairViolation]:
    """Refuse what is said to happen, or to be, beyond `latest`."""
    if said > latest:
        yield RepairViolation(code, subject, said - latest)


def differs(code: RepairCode, subject: str, said: int, true: int) -> Iterator[RepairViolation]:
    """Refuse what is said otherwise than it is."""
    if said != true:
        yield RepairViolation(code, subject, abs(said - true))
