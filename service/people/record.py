"""One elder's record, whole: read from the rows of the person's number and of all doubles merged into it.

Of places and care levels the latest that has begun holds; classes, risks and absences hold side by side.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol, TypeVar

from sqlmodel import Session, SQLModel, col, or_, select

from service.clock import local_day
from service.people.roots import find_root, get_root, numbers_of
from service.tables import (
    CardKind,
    CardState,
    Elder,
    ElderAbsence,
    ElderCard,
    ElderCareLevel,
    ElderClass,
    ElderConsent,
    ElderContact,
    ElderPhone,
    ElderPlace,
    ElderRisk,
    ElderStateChange,
    PlaceKind,
)


class Dated(Protocol):
    """A row that holds from a day on, and perhaps until another."""

    from_day: date
    until_day: date | None


DatedRow = TypeVar("DatedRow", bound=Dated)
AnyRow = TypeVar("AnyRow", bound=SQLModel)


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody to call; `is_first` stands in the elder's own row. `until_day` tells that it has ended."""

    name: str
    phone: str
    roles: tuple[str, ...]
    call_order: int
    note: str = ""
    until_day: date | None = None
    is_first: bool = False


@dataclass(frozen=True, slots=True)
class Record:
    """An elder with everything that is written down, ended rows included.

    `numbers` holds the elder's number first, then those of merged doubles; `contacts` everybody to call, in order, of
    whom `contact_rows` are the further ones as they are stored.
    """

    elder: Elder
    numbers: tuple[str, ...]
    phones: tuple[ElderPhone, ...]
    contacts: tuple[Contact, ...]
    contact_rows: tuple[ElderContact, ...]
    places: tuple[ElderPlace, ...]
    classes: tuple[ElderClass, ...]
    care_levels: tuple[ElderCareLevel, ...]
    cards: tuple[ElderCard, ...]
    absences: tuple[ElderAbsence, ...]
    risks: tuple[ElderRisk, ...]
    consents: tuple[ElderConsent, ...]
    changes: tuple[ElderStateChange, ...]

    def contacts_on(self, day: date, role: str | None = None) -> tuple[Contact, ...]:
        """Return whom to call on `day`, in call order; with `role` only those who have it."""
        return tuple(
            one for one in self.contacts if not has_ended(one.until_day, day) and (role is None or role in one.roles)
        )

    def phones_on(self, day: date) -> tuple[str, ...]:
        """Return the elder's own telephones on `day`, the first one first."""
        others = [one.phone for one in self.phones if not has_ended(one.until_day, day)]
        return tuple(dict.fromkeys(phone for phone in (self.elder.phone, *others) if phone))

    def place_on(self, kind: PlaceKind, day: date) -> ElderPlace | None:
        """Return where the elder is registered or lives on `day`, None where nobody has said."""
        return latest_on([one for one in self.places if one.kind == kind], day)

    def classes_on(self, day: date) -> frozenset[str]:
        """Return the classes that the elder belongs to on `day`."""
        return frozenset(one.status_class for one in self.classes if holds_on(one, day))

    def care_level_on(self, day: date) -> int | None:
        """Return the assessed care level on `day`, None where nobody has assessed it."""
        level = latest_on(self.care_levels, day)
        return None if level is None else level.level

    def risks_on(self, day: date) -> tuple[str, ...]:
        """Return what to be careful about on `day`."""
        return tuple(dict.fromkeys(one.risk for one in self.risks if holds_on(one, day)))

    def absence_on(self, day: date) -> ElderAbsence | None:
        """Return the absence that `day` lies in, None if the elder is there."""
        return next((one for one in self.absences if holds_on(one, day)), None)

    def agreed_on(self, day_end: date) -> frozenset[str]:
        """Return for what the elder's last word by the end of a day was yes."""
        last = {one.purpose: one.agreed for one in self.consents if local_day(one.given_at) <= day_end}
        return frozenset(purpose for purpose, agreed in last.items() if agreed)


def get_record(session: Session, elder_number: str) -> Record:
    """Return the record of the person behind a number, also where it is a merged double's.

    Raises
    ------
    NotFoundError
        If there is no such elder.
    """
    elder = get_root(session, elder_number)
    numbers = numbers_of(session, elder.number)
    contacts = _rows(session, ElderContact, numbers)
    doubles = session.exec(select(Elder).where(col(Elder.number).in_(numbers[1:])))
    return Record(
        elder=elder,
        numbers=tuple(numbers),
        phones=tuple(_rows(session, ElderPhone, numbers)),
        contacts=tuple(_contacts(elder, doubles, contacts)),
        contact_rows=tuple(contacts),
        places=tuple(_rows(session, ElderPlace, numbers)),
        classes=tuple(_rows(session, ElderClass, numbers)),
        care_levels=tuple(_rows(session, ElderCareLevel, numbers)),
        cards=tuple(_rows(session, ElderCard, numbers)),
        absences=tuple(_rows(session, ElderAbsence, numbers)),
        risks=tuple(_rows(session, ElderRisk, numbers)),
        consents=tuple(sorted(_rows(session, ElderConsent, numbers), key=lambda one: one.given_at)),
        changes=tuple(sorted(_rows(session, ElderStateChange, numbers), key=lambda one: (one.from_day, one.asked_at))),
    )


def find_holders(session: Session, card_number: str) -> list[Elder]:
    """Return the people who hold a card of this number: one, none, or several who look alike."""
    rows = session.exec(select(ElderCard).where(ElderCard.card_number == card_number))
    roots = {root.number: root for row in rows if (root := find_root(session, row.elder_number)) is not None}
    return [roots[number] for number in sorted(roots)]


def is_away(session: Session, elder_number: str, day: date) -> bool:
    """Return whether an elder is known to be away on `day`."""
    return bool(list_away(session, day, (elder_number,)))


def list_away(session: Session, day: date, among: Sequence[str] | None = None) -> list[str]:
    """Return the numbers of those who are known to be away on `day`, of all or of some."""
    away = select(ElderAbsence.elder_number).where(
        ElderAbsence.from_day <= day, or_(col(ElderAbsence.until_day).is_(None), col(ElderAbsence.until_day) >= day)
    )
    if among is not None:
        away = away.where(col(ElderAbsence.elder_number).in_(among))
    return sorted(set(session.exec(away)))


def is_usable(card: ElderCard, day: date) -> bool:
    """Return whether a card opens anything on `day`; what its holder is entitled to does not depend on it.

    A 优待卡 loses its use with the month after the one in which it runs out (guide of 2024-02-28).
    """
    if card.state != CardState.IN_USE or (card.issued_on is not None and day < card.issued_on):
        return False
    if card.valid_until is None:
        return True
    if card.kind != CardKind.BENEFIT:
        return day <= card.valid_until
    last = calendar.monthrange(card.valid_until.year, card.valid_until.month)[1]
    return day <= card.valid_until.replace(day=last)


def has_ended(until_day: date | None, day: date) -> bool:
    """Return whether something that lasts until `until_day` is over on `day`."""
    return until_day is not None and until_day < day


def holds_on(row: Dated, day: date) -> bool:
    """Return whether a row holds on `day`."""
    return row.from_day <= day and not has_ended(row.until_day, day)


def latest_on(rows: Iterable[DatedRow], day: date) -> DatedRow | None:
    """Return the row that has begun last before or on `day`, None if none has or that one is over."""
    begun = [row for row in rows if row.from_day <= day]
    latest = max(begun, key=lambda row: row.from_day, default=None)
    return latest if latest is not None and holds_on(latest, day) else None


def _rows(session: Session, table: type[AnyRow], numbers: Sequence[str]) -> list[AnyRow]:
    """Return the rows of a person, the person's own before those of doubles, each by key."""
    key = [column.name for column in table.__table__.primary_key.columns]  # type: ignore[attr-defined]
    rows = session.exec(select(table).where(table.__table__.c.elder_number.in_(numbers)))  # type: ignore[attr-defined]
    place = {number: i for i, number in enumerate(numbers)}
    return sorted(rows, key=lambda row: (place[getattr(row, key[0])], *(getattr(row, name) for name in key[1:])))


def _contacts(elder: Elder, doubles: Iterable[Elder], rows: Iterable[ElderContact]) -> list[Contact]:
    """Return everybody to call in order: the first one, the others by their order, then the doubles' first ones."""
    first = _first_contact(elder)
    others = [
        Contact(row.name, row.phone, tuple(row.roles.split()), row.call_order, row.note, row.until_day) for row in rows
    ]
    others.sort(key=lambda one: (one.call_order, one.name))
    last = max((one.call_order for one in others), default=1)
    known = {(one.name, one.phone) for one in (*others, *first)}
    for double in doubles:
        for one in _first_contact(double):
            if (one.name, one.phone) not in known:
                last += 1
                others.append(Contact(one.name, one.phone, one.roles, last))
    return [*first, *others]


def _first_contact(elder: Elder) -> list[Contact]:
    if not elder.contact_name and not elder.contact_phone:
        return []
    return [Contact(elder.contact_name, elder.contact_phone, tuple(elder.contact_roles.split()), 1, is_first=True)]
