"""Worries: opened with what somebody noticed, closed with what was found. Nothing is deleted."""

from __future__ import annotations

from sqlmodel import Session, col, select

from service import audit
from service.access import EVERYTHING, Reach
from service.clock import Clock
from service.db import Database
from service.errors import ConflictError, InvalidError, NotFoundError
from service.outbox import tell
from service.people import get_root
from service.tables import Elder, Role, Worry, WorryState

LONGEST_WORRY = 200


def open_worry(database: Database, elder_number: str, what: str, *, by: str, clock: Clock) -> Worry:
    """Open a worry about an elder and tell the district desk.

    Raises
    ------
    NotFoundError
        If there is no such elder.
    InvalidError
        If nothing is said, or too much.
    """
    with database.write() as session:
        return opened_in(session, elder_number, what, by, clock)


def opened_in(session: Session, elder_number: str, what: str, by: str, clock: Clock) -> Worry:
    """As `open_worry`, within the caller's transaction."""
    what = what.strip()
    if not 1 <= len(what) <= LONGEST_WORRY:
        raise InvalidError("desk.worry_unsaid", most=LONGEST_WORRY)
    elder = get_root(session, elder_number)
    worry = Worry(elder_number=elder.number, what=what, by=by, at=clock.now())
    session.add(worry)
    session.flush()
    tell(
        session,
        to=Role.DISTRICT,
        key="notice.worry",
        dedupe=f"worry/{worry.id}",
        at=clock.now(),
        elder=elder.number,
    )
    audit.note(session, at=clock.now(), actor=by, action="worry.open", subject=elder.number, worry=worry.id)
    return worry


def close_worry(database: Database, worry_id: int, finding: str, *, by: str, clock: Clock) -> Worry:
    """Close a worry with what was found.

    Raises
    ------
    NotFoundError
        If there is no such worry.
    InvalidError
        If nothing is said about what was found, or too much.
    ConflictError
        If it is closed already.
    """
    finding = finding.strip()
    if not 1 <= len(finding) <= LONGEST_WORRY:
        raise InvalidError("desk.finding_unsaid", most=LONGEST_WORRY)
    with database.write() as session:
        return settled_in(session, worry_id, WorryState.CLOSED, finding, by, clock)


def settled_in(session: Session, worry_id: int, state: WorryState, finding: str, by: str, clock: Clock) -> Worry:
    """Close or withdraw an open worry within the caller's transaction."""
    of_it = select(Worry).where(Worry.id == worry_id).with_for_update()
    worry = session.exec(of_it.execution_options(populate_existing=True)).first()
    if worry is None:
        raise NotFoundError("desk.unknown_worry", worry=worry_id)
    if worry.state != WorryState.OPEN:
        raise ConflictError("desk.worry_settled", by=worry.settled_by or "")
    worry.state, worry.finding, worry.settled_at, worry.settled_by = state, finding, clock.now(), by
    session.add(worry)
    audit.note(session, at=clock.now(), actor=by, action=f"worry.{state}", subject=worry.elder_number, worry=worry.id)
    session.flush()
    return worry


def get_worry(session: Session, worry_id: int) -> Worry:
    """Return a worry.

    Raises
    ------
    NotFoundError
        If there is no such worry.
    """
    worry = session.get(Worry, worry_id)
    if worry is None:
        raise NotFoundError("desk.unknown_worry", worry=worry_id)
    return worry


def list_open_worries(session: Session, reach: Reach = EVERYTHING, elder_number: str | None = None) -> list[Worry]:
    """Return the open worries, oldest first: of one elder, or of all within reach."""
    waiting = select(Worry).where(Worry.state == WorryState.OPEN)
    if elder_number is not None:
        waiting = waiting.where(Worry.elder_number == elder_number)
    if reach != EVERYTHING:
        own = select(Elder.number).where(Elder.meal_point_code == (reach.meal_point or ""))
        waiting = waiting.where(col(Worry.elder_number).in_(own))
    return list(session.exec(waiting.order_by(col(Worry.id))))
