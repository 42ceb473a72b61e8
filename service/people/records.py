"""The records of many people at once, with what money depends on: a month has thousands of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TypeVar

from sqlmodel import Session, SQLModel, col, select

from service.people.record import Record
from service.tables import Elder, ElderAbsence, ElderCareLevel, ElderClass, ElderPlace, ElderStateChange

MOST_IN_ONE_QUESTION = 500
AnyRow = TypeVar("AnyRow", bound=SQLModel)


def list_records(session: Session, numbers: Iterable[str]) -> dict[str, Record]:
    """Return the record of the person behind each number: places, classes, care levels, absences and states only.

    Whatever else a record holds is left empty. Numbers of one person share one record; a number that nobody has is not
    in the answer.
    """
    elders = {one.number: one for one in _of(session, Elder, "number", sorted(set(numbers)))}
    doubles = {one.number: one for one in session.exec(select(Elder).where(col(Elder.merged_into).is_not(None)))}
    elders |= doubles
    missing = {one.merged_into for one in doubles.values() if one.merged_into} - elders.keys()
    elders |= {one.number: one for one in _of(session, Elder, "number", sorted(missing))}
    root_of = {number: _root(elders, number) for number in elders}
    persons: defaultdict[str, list[str]] = defaultdict(list)
    for number in sorted(root_of, key=lambda one: (one != root_of[one], one)):
        persons[root_of[number]].append(number)
    known = sorted(elders)
    places = _by_person(session, ElderPlace, known, root_of)
    classes = _by_person(session, ElderClass, known, root_of)
    levels = _by_person(session, ElderCareLevel, known, root_of)
    absences = _by_person(session, ElderAbsence, known, root_of)
    changes = _by_person(session, ElderStateChange, known, root_of)
    records = {
        root: Record(
            elder=elders[root],
            numbers=tuple(some),
            phones=(),
            contacts=(),
            contact_rows=(),
            places=tuple(places[root]),
            classes=tuple(classes[root]),
            care_levels=tuple(levels[root]),
            cards=(),
            absences=tuple(absences[root]),
            risks=(),
            consents=(),
            changes=tuple(sorted(changes[root], key=lambda one: (one.from_day, one.asked_at))),
        )
        for root, some in persons.items()
    }
    return {number: records[root] for number, root in root_of.items()}


def _root(elders: dict[str, Elder], number: str) -> str:
    found = elders[number]
    while found.merged_into is not None:
        found = elders[found.merged_into]
    return found.number


def _by_person(
    session: Session, table: type[AnyRow], numbers: Sequence[str], root_of: dict[str, str]
) -> defaultdict[str, list[AnyRow]]:
    found: defaultdict[str, list[AnyRow]] = defaultdict(list)
    for row in _of(session, table, "elder_number", numbers):
        found[root_of[row.elder_number]].append(row)  # type: ignore[attr-defined]
    return found


def _of(session: Session, table: type[AnyRow], column: str, values: Sequence[str]) -> Iterator[AnyRow]:
    left = iter(values)
    while some := tuple(islice(left, MOST_IN_ONE_QUESTION)):
        yield from session.exec(select(table).where(table.__table__.c[column].in_(some)))  # type: ignore[attr-defined]
