"""Where people were who cannot have eaten here: dead, in hospital, in a care home; from their records, with days."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise

from service.people.record import Record
from service.served import NOWHERE_ELSE, UNKNOWN_DAY, Span, Whereabouts
from service.tables import AbsenceReason, Dwelling, ElderState, PlaceKind

ONE_DAY = timedelta(days=1)


def whereabouts_of(record: Record) -> Whereabouts:
    """Return where a person was instead of here, over the whole record.

    Who is noted as dead without a day has died on a day that nobody knows: no meal of that person is paid.
    """
    died = [one.from_day for one in record.changes if one.to_state == ElderState.DECEASED and one.withdrawn_at is None]
    is_dead = record.elder.state == ElderState.DECEASED
    in_hospital = tuple(_away(record, AbsenceReason.HOSPITAL))
    in_care_home = (*_away(record, AbsenceReason.SHORT_CARE), *_moved(record))
    if not died and not is_dead and not in_hospital and not in_care_home:
        return NOWHERE_ELSE
    died_on = min(died) if died else UNKNOWN_DAY if is_dead else None
    return Whereabouts(died_on, in_hospital, in_care_home)


def _away(record: Record, reason: AbsenceReason) -> Iterator[Span]:
    return (Span(one.from_day, one.until_day) for one in record.absences if one.reason == reason)


def _moved(record: Record) -> Iterator[Span]:
    """Yield the days in a care home: from the day of moving in to the day before the next residence."""
    homes = sorted((one for one in record.places if one.kind == PlaceKind.RESIDENCE), key=lambda one: one.from_day)
    for one, following in pairwise([*homes, None]):
        if one is None or one.dwelling != Dwelling.CARE_HOME:
            continue
        ends = [following.from_day - ONE_DAY] if following is not None else []
        ends += [one.until_day] if one.until_day is not None else []
        until = min(ends, default=None)
        if until is None or until >= one.from_day:
            yield Span(one.from_day, until)
