"""Personal links: made for one contact with the elder's consent, open until their day, and closed at once if revoked.

The secret in the address is random and kept as a SHA-256 digest only, as a kiosk's is; it is bound to no device, so
that a daughter opens it on whatever she has at hand. A link holds as long as the elder's consent does: it is asked each
time.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, func, select

from service import audit
from service.clock import Clock, local_day
from service.db import Database
from service.errors import ConflictError, InvalidError, NotFoundError
from service.people import Record, get_record, get_root
from service.tables import ContactRole, DeskAct, Elder, ElderConsent, FamilyLink, Purpose

TEXT_VERSIONS = frozenset({"2026-01"})
"""The consent texts that say that a relative orders and sees the meals; another text agrees to less."""

LIFETIMES_DAYS = (30, 92, 184, 366)
LONGEST_TOKEN = 100


class LinkGoneError(NotFoundError):
    """The link is unknown, has run out, was revoked, or the elder agrees no more; nobody is told which."""


@dataclass(frozen=True, slots=True)
class LinkLine:
    """A link as the office sees it; `last_used_at` is when something was last ordered or cancelled by it."""

    link: FamilyLink
    last_used_at: datetime | None
    is_open: bool


def make_link(
    database: Database, elder_number: str, *, holder: str, days: int, by: str, clock: Clock
) -> tuple[FamilyLink, str]:
    """Return a new link for one of the elder's relatives and the secret of its address, which nobody can ask for again.

    Raises
    ------
    NotFoundError
        If there is no such elder.
    InvalidError
        If `holder` is no relative on record, or it would hold for another time than one of `LIFETIMES_DAYS`.
    ConflictError
        If the elder has not agreed to the right text, or agrees no more.
    """
    now, token = clock.now(), secrets.token_urlsafe(32)
    if days not in LIFETIMES_DAYS:
        raise InvalidError("family.odd_lifetime", given=days)
    with database.write() as session:
        number = get_root(session, elder_number).number
        # Locked, so that two links made at once get two codes.
        elder = session.get_one(Elder, number, with_for_update=True)
        record = get_record(session, elder.number)
        if holder not in relatives_of(record, now):
            raise InvalidError("family.no_relative", name=holder[:40])
        consent = family_consent(record, now)
        if consent is None:
            raise ConflictError("family.no_consent", elder=elder.number, version=min(TEXT_VERSIONS))
        made = select(func.count()).select_from(FamilyLink).where(FamilyLink.elder_number == elder.number)
        link = FamilyLink(
            code=f"{elder.number}-F{session.exec(made).one() + 1}",
            elder_number=elder.number,
            holder=holder,
            token_digest=_digest(token),
            consent_at=consent.given_at,
            consent_version=consent.text_version,
            made_at=now,
            made_by=by,
            until=now + timedelta(days=days),
        )
        session.add(link)
        details = {"link": link.code, "consent": consent.text_version}
        audit.note(session, at=now, actor=by, action="make_family_link", subject=elder.number, **details)
    return link, token


def revoke_link(database: Database, code: str, *, by: str, clock: Clock) -> FamilyLink:
    """Let a link open nothing from now on.

    Raises
    ------
    NotFoundError
        If there is no such link.
    ConflictError
        If it was revoked before.
    """
    with database.write() as session:
        link = session.get(FamilyLink, code, with_for_update=True)
        if link is None:
            raise NotFoundError("family.unknown_link", link=code)
        if link.revoked_at is not None:
            raise ConflictError("family.revoked_already", link=code)
        link.revoked_at, link.revoked_by = clock.now(), by
        session.add(link)
        number = get_root(session, link.elder_number).number
        audit.note(session, at=clock.now(), actor=by, action="revoke_family_link", subject=number, link=code)
    return link


def get_link(session: Session, token: str, now: datetime) -> tuple[FamilyLink, Record]:
    """Return the link that an address names, and the record of the person it is about.

    Raises
    ------
    LinkGoneError
        If it opens nothing, or no more.
    """
    digest = _digest(token[:LONGEST_TOKEN])
    link = session.exec(select(FamilyLink).where(FamilyLink.token_digest == digest)).first()
    if link is None or link.revoked_at is not None or now >= link.until:
        raise LinkGoneError("family.gone")
    record = get_record(session, link.elder_number)
    if family_consent(record, now) is None:
        raise LinkGoneError("family.gone")
    return link, record


def list_links(session: Session, record: Record, now: datetime) -> list[LinkLine]:
    """Return the links about a person, those of merged doubles too, the newest first."""
    links = session.exec(
        select(FamilyLink)
        .where(col(FamilyLink.elder_number).in_(record.numbers))
        .order_by(col(FamilyLink.made_at).desc(), col(FamilyLink.code).desc())
    ).all()
    acts = select(DeskAct.by, func.max(DeskAct.at)).where(col(DeskAct.by).in_([link.code for link in links]))
    used = dict(session.exec(acts.group_by(col(DeskAct.by))).all())
    agrees = family_consent(record, now) is not None
    return [
        LinkLine(link, used.get(link.code), agrees and link.revoked_at is None and now < link.until) for link in links
    ]


def family_consent(record: Record, now: datetime) -> ElderConsent | None:
    """Return the elder's yes to a relative who orders: the last word on it, to one of the right texts; else None."""
    said = [one for one in record.consents if one.purpose == Purpose.FAMILY_SHARING and one.given_at <= now]
    last = said[-1] if said else None
    return last if last is not None and last.agreed and last.text_version in TEXT_VERSIONS else None


def relatives_of(record: Record, now: datetime) -> list[str]:
    """Return the names of the elder's relatives on record, who to call first before the others."""
    contacts = record.contacts_on(local_day(now), ContactRole.FAMILY)
    return list(dict.fromkeys(one.name for one in contacts if one.name))


def _digest(secret: str) -> str:
    return hashlib.sha256(f"family:{secret}".encode()).hexdigest()
