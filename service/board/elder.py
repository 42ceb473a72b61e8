"""One elder's record as a page shows it: the least that each role needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, select

from service.access import EVERYTHING, Reach
from service.editing import PARTS, cells_of_row
from service.entitlement import Entitlement, decide_from
from service.errors import InvalidError
from service.people.lifecycle import state_on
from service.people.record import Record, get_record, has_ended, is_usable
from service.subsidies import Scheme, age_on
from service.tables import AuditEntry, Community, ElderCard, ElderState, MealPoint

MOST_ENTRIES = 40
SHOWN_AT_A_POINT = frozenset({"phones", "contacts", "absences", "risks"})
"""What the people of a meal point need; classes, places, cards and care are for those who decide."""


@dataclass(frozen=True, slots=True)
class RowView:
    """One row of a part: its cells by column, whether it still holds, and what its form is asked for by."""

    cells: dict[str, str]
    key: dict[str, str]
    is_over: bool
    is_unusable: bool = False


@dataclass(frozen=True, slots=True)
class PartView:
    """One part of a record."""

    name: str
    rows: tuple[RowView, ...]


@dataclass(frozen=True, slots=True)
class ElderView:
    """A record on a day.

    `entitlement` is None where the record holds no birth date that can be; `parts` holds only what the reader may see.
    """

    record: Record
    day: date
    state: ElderState
    age: int
    point_name: str
    community_name: str
    entitlement: Entitlement | None
    parts: tuple[PartView, ...]
    history: tuple[AuditEntry, ...]
    sees_all: bool

    @property
    def risks(self) -> tuple[str, ...]:
        """What has to be seen at once."""
        return self.record.risks_on(self.day)


def elder_view(session: Session, elder_number: str, day: date, scheme: Scheme, reach: Reach) -> ElderView:
    """Return a record as it stands on `day`.

    Raises
    ------
    NotFoundError
        If there is no such elder.
    """
    record = get_record(session, elder_number)
    elder, sees_all = record.elder, reach == EVERYTHING
    point = session.get(MealPoint, elder.meal_point_code) if elder.meal_point_code else None
    community = session.get(Community, elder.community_code) if elder.community_code else None
    try:
        entitlement = decide_from(session, record, day, scheme)
    except InvalidError:
        entitlement = None
    return ElderView(
        record=record,
        day=day,
        state=state_on(elder, record.changes, day),
        age=age_on(elder.birth_date or date(elder.birth_year, 12, 31), day),
        point_name="" if point is None else point.name,
        community_name="" if community is None else community.name,
        entitlement=entitlement,
        parts=tuple(_part(name, record, day) for name in PARTS if sees_all or name in SHOWN_AT_A_POINT),
        history=tuple(_history(session, record.numbers)) if sees_all else (),
        sees_all=sees_all,
    )


def rows_of(record: Record, part: str) -> Sequence[object]:
    """Return the stored rows of one part of a record; the first contact stands in the elder's own row."""
    rows: dict[str, Sequence[object]] = {
        "phones": record.phones,
        "contacts": record.contact_rows,
        "elder_places": record.places,
        "status_classes": record.classes,
        "care_levels": record.care_levels,
        "cards": record.cards,
        "absences": record.absences,
        "risks": record.risks,
        "consents": record.consents,
    }
    return rows[part]


def _part(name: str, record: Record, day: date) -> PartView:
    kind = PARTS[name]
    views: list[RowView] = []
    for row in rows_of(record, name):
        cells = cells_of_row(kind, row)
        unusable = isinstance(row, ElderCard) and not is_usable(row, day)
        over = has_ended(getattr(row, "until_day", None), day)
        views.append(RowView(cells, {column: cells[column] for column in kind.KEY}, over, unusable))
    return PartView(name, tuple(sorted(views, key=lambda view: view.is_over)))


def _history(session: Session, numbers: Sequence[str]) -> list[AuditEntry]:
    about = select(AuditEntry).where(col(AuditEntry.subject).in_(numbers)).order_by(col(AuditEntry.id).desc())
    return list(session.exec(about.limit(MOST_ENTRIES)))
