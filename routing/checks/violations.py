"""Each way in which a plan can be wrong, and the comparisons that say so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from routing.travel import UNREACHABLE_S, TravelMatrix


class ViolationCode(StrEnum):
    """Each way in which a plan can be wrong."""

    UNKNOWN_VAN = "unknown_van"
    UNKNOWN_COURIER = "unknown_courier"
    UNKNOWN_POINT = "unknown_point"
    UNKNOWN_HOME = "unknown_home"
    UNKNOWN_CONSIGNMENT = "unknown_consignment"
    WRONG_KITCHEN = "wrong_kitchen"
    WRONG_POINT = "wrong_point"
    NO_WAY = "no_way"
    EMPTY_RUN = "empty_run"
    VAN_OVERLOADED = "van_overloaded"
    VAN_OFF_SHIFT = "van_off_shift"
    VAN_TWICE_AT_ONCE = "van_twice_at_once"
    VAN_BEFORE_READY = "van_before_ready"
    VAN_TOO_FAST = "van_too_fast"
    VAN_PAST_DUE = "van_past_due"
    READY_TOO_EARLY = "ready_too_early"
    POINT_CLOSED = "point_closed"
    DOCKS_FULL = "docks_full"
    POINT_FULL = "point_full"
    VAN_METRES = "van_metres"
    BOXES_NOT_ACCOUNTED_FOR = "boxes_not_accounted_for"
    COURIER_TWICE = "courier_twice"
    TOO_MANY_TRIPS = "too_many_trips"
    COURIER_OVERLOADED = "courier_overloaded"
    COURIER_OFF_SHIFT = "courier_off_shift"
    NOT_CERTIFIED = "not_certified"
    LOCKED_TO_ANOTHER = "locked_to_another"
    FORBIDDEN_COURIER = "forbidden_courier"
    TRIP_BOXES = "trip_boxes"
    LOADED_TOO_EARLY = "loaded_too_early"
    LOADED_TOO_FAST = "loaded_too_fast"
    BOX_NOT_THERE = "box_not_there"
    COURIER_TOO_FAST = "courier_too_fast"
    BEFORE_WINDOW = "before_window"
    AFTER_WINDOW = "after_window"
    PAST_EAT_BY = "past_eat_by"
    HAND_OVER_CUT_SHORT = "hand_over_cut_short"
    WRONG_END = "wrong_end"
    COURIER_METRES = "courier_metres"
    HOME_FORGOTTEN = "home_forgotten"
    HOME_TWICE = "home_twice"


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken rule: which, at whom, and by how much (seconds, boxes, metres or a count; 1 where only yes or no)."""

    code: ViolationCode
    subject: str
    amount: int = 1


def early(code: ViolationCode, subject: str, said: int, earliest: int) -> Iterator[Violation]:
    """Refuse what is said to happen, or to be, before `earliest`."""
    if said < earliest:
        yield Violation(code, subject, earliest - said)


def late(code: ViolationCode, subject: str, said: int, latest: int) -> Iterator[Violation]:
    """Refuse what is said to happen, or to be, beyond `latest`."""
    if said > latest:
        yield Violation(code, subject, said - latest)


def differs(code: ViolationCode, subject: str, said: int, true: int) -> Iterator[Violation]:
    """Refuse what is said otherwise than it is."""
    if said != true:
        yield Violation(code, subject, abs(said - true))


def no_way(travel: TravelMatrix, here: int, there: int, subject: str) -> Iterator[Violation]:
    """Refuse to go where no way leads."""
    if int(travel.seconds[here, there]) >= UNREACHABLE_S:
        yield Violation(ViolationCode.NO_WAY, subject)
