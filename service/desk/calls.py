"""Telephone calls at the desk: what the exchange tells, who takes a call, when it is done, and how long it took.

The exchange may tell an event twice, late, or after a later one: an event is known by the call's id, sets what is not
known yet, and never takes anything back. A call belongs to whoever takes it first.
"""

from __future__ import annotations

import hmac
import statistics
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import update
from sqlmodel import Session, col, select

from service import audit
from service.clock import Clock, instant_of
from service.db import Database, changed_rows, insert_unless_there
from service.errors import ConflictError, InvalidError, NotAllowedError, NotFoundError
from service.finding.keys import digits_of
from service.people import get_root
from service.tables import CallOutcome, DeskAct, PhoneCall

RINGS_FOR = timedelta(minutes=5)
"""How long a call that nobody has taken and that has not ended is shown: an exchange may forget to tell its end."""

MAY_BE_EARLY = timedelta(minutes=10)
GOAL_S = 30
ENTRY_KINDS = {
    "worry": CallOutcome.WORRY,
    "order": CallOutcome.ORDERED,
    "late": CallOutcome.ORDERED,
    "change": CallOutcome.CHANGED,
    "cancel": CallOutcome.CANCELLED,
    "late_cancel": CallOutcome.CANCELLED,
    "stop": CallOutcome.STOPPED,
    "resume": CallOutcome.CHANGED,
    "phone": CallOutcome.CHANGED,
    "call_back": CallOutcome.CALL_BACK,
}
"""What each act of the desk makes of a call; of several, the one that stands first in `CallOutcome`."""


class CallEvent(StrEnum):
    """What an exchange tells of a call."""

    RINGING = "ringing"
    ANSWERED = "answered"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Told:
    """One event as the exchange tells it; `line` is the number that was called."""

    call_id: str
    line: str
    caller: str
    event: CallEvent
    at: datetime


@dataclass(frozen=True, slots=True)
class Handling:
    """How long an operator's calls of one day took, from being answered to being done, in seconds."""

    operator: str
    calls: int
    median_s: int
    p95_s: int


def refuse_strange_exchange(given: str, token: str) -> None:
    """Refuse an exchange that does not know the installation's token; without a token, every one.

    Raises
    ------
    NotAllowedError
        Then.
    """
    if not token or not hmac.compare_digest(given.encode(), token.encode()):
        raise NotAllowedError("desk.strange_exchange")


def note_event(database: Database, told: Told, clock: Clock) -> PhoneCall:
    """Keep what the exchange tells, once, and return the call as it stands.

    Raises
    ------
    InvalidError
        If it is told of a time to come.
    """
    if told.at > clock.now() + MAY_BE_EARLY:
        raise InvalidError("desk.call_to_come", at=told.at.isoformat())
    with database.write() as session:
        values = {"line": told.line, "caller": told.caller, "is_typed": False, "began_at": told.at}
        insert_unless_there(session, PhoneCall, call_id=told.call_id, **values)
        call = _held(session, PhoneCall.call_id, told.call_id)
        call.began_at = min(call.began_at, told.at)
        if told.event == CallEvent.ANSWERED and call.answered_at is None:
            call.answered_at = told.at
        if told.event == CallEvent.ENDED and call.ended_at is None:
            call.ended_at = told.at
        session.add(call)
        return call


def begin_typed(database: Database, caller: str, key: str, *, by: str, clock: Clock) -> PhoneCall:
    """Begin a call that no exchange told of, of a typed number or of none; the same key again is the same call."""
    now = clock.now()
    with database.write() as session:
        values = {"line": "", "caller": digits_of(caller), "is_typed": True, "began_at": now, "answered_at": now}
        insert_unless_there(session, PhoneCall, call_id=f"{by}/{key}", taken_at=now, taken_by=by, **values)
        return _held(session, PhoneCall.call_id, f"{by}/{key}")


def take_call(database: Database, number: int, *, by: str, clock: Clock) -> PhoneCall:
    """Take a call; whoever takes it first has it.

    Raises
    ------
    NotFoundError
        If there is no such call.
    ConflictError
        If somebody else has it.
    """
    with database.write() as session:
        free = update(PhoneCall).where(col(PhoneCall.id) == number, col(PhoneCall.taken_by).is_(None))
        if changed_rows(session.execute(free.values(taken_by=by, taken_at=clock.now()))):
            audit.note(session, at=clock.now(), actor=by, action="call.take", subject=str(number))
        return _own(session, number, by)


def know_elder(database: Database, number: int, elder_number: str, *, by: str, clock: Clock) -> PhoneCall:
    """Keep about whom a call is; said again, the later word counts.

    Raises
    ------
    NotFoundError
        If there is no such call or elder.
    ConflictError
        If somebody else has the call.
    """
    with database.write() as session:
        call = _own(session, number, by)
        if call.taken_by is None:
            call.taken_by, call.taken_at = by, clock.now()
        call.elder_number = get_root(session, elder_number).number
        session.add(call)
        return call


def finish_call(
    database: Database, number: int, *, by: str, clock: Clock, outcome: CallOutcome | None = None
) -> PhoneCall:
    """End a call with what came of it, by itself what was done during it; ended again, it stays as it was.

    Raises
    ------
    NotFoundError
        If there is no such call.
    ConflictError
        If somebody else has it.
    """
    with database.write() as session:
        call = _own(session, number, by)
        if call.done_at is not None:
            return call
        if call.taken_by is None:
            call.taken_by, call.taken_at = by, clock.now()
        call.done_at, call.outcome = clock.now(), outcome or outcome_of(session, number)
        session.add(call)
        audit.note(session, at=clock.now(), actor=by, action="call.done", subject=str(number), outcome=call.outcome)
        return call


def reopen_call(database: Database, number: int, *, by: str, clock: Clock) -> PhoneCall:
    """Go on with a call that was ended by a slip of the finger.

    Raises
    ------
    NotFoundError
        If there is no such call.
    ConflictError
        If somebody else has it.
    """
    with database.write() as session:
        call = _own(session, number, by)
        if call.done_at is not None:
            call.done_at, call.outcome = None, None
            session.add(call)
            audit.note(session, at=clock.now(), actor=by, action="call.reopen", subject=str(number))
        return call


def outcome_of(session: Session, number: int) -> CallOutcome:
    """Return what came of a call by what was done during it and not taken back."""
    done = select(DeskAct.kind).where(DeskAct.phone_call_id == number, col(DeskAct.undone_at).is_(None))
    found = {ENTRY_KINDS[kind] for kind in session.exec(done)}
    return next((one for one in CallOutcome if one in found), CallOutcome.NOTHING)


def list_waiting(session: Session, now: datetime, line: str = "") -> list[PhoneCall]:
    """Return the calls that nobody has taken, the longest waiting first; of one line, or of all."""
    waiting = select(PhoneCall).where(
        col(PhoneCall.began_at) > now - RINGS_FOR, col(PhoneCall.taken_by).is_(None), col(PhoneCall.ended_at).is_(None)
    )
    if line:
        waiting = waiting.where(PhoneCall.line == line)
    return list(session.exec(waiting.order_by(col(PhoneCall.began_at))))


def find_open_call(session: Session, by: str) -> PhoneCall | None:
    """Return the newest call that an operator has taken today and not ended."""
    own = select(PhoneCall).where(PhoneCall.taken_by == by, col(PhoneCall.done_at).is_(None))
    return session.exec(own.order_by(col(PhoneCall.taken_at).desc()).limit(1)).first()


def get_call(session: Session, number: int) -> PhoneCall:
    """Return a call.

    Raises
    ------
    NotFoundError
        If there is no such call.
    """
    call = session.get(PhoneCall, number)
    if call is None:
        raise NotFoundError("desk.unknown_call", call=number)
    return call


def list_handling(session: Session, day: date, operator: str | None = None) -> list[Handling]:
    """Return how long each operator's calls of a local day took, those with most calls first."""
    done = select(PhoneCall).where(
        col(PhoneCall.done_at) >= instant_of(day, 0), col(PhoneCall.done_at) < instant_of(day + timedelta(days=1), 0)
    )
    if operator is not None:
        done = done.where(PhoneCall.taken_by == operator)
    by_operator: defaultdict[str, list[int]] = defaultdict(list)
    for call in session.exec(done):
        by_operator[call.taken_by or ""].append(handled_s(call))
    made = [Handling(name, len(some), *_typical(some)) for name, some in by_operator.items()]
    return sorted(made, key=lambda one: (-one.calls, one.operator))


def handled_s(call: PhoneCall) -> int:
    """Return the seconds from answering a call to being done with it."""
    begin = call.answered_at or call.taken_at or call.began_at
    return max(0, round(((call.done_at or begin) - begin).total_seconds()))


def _typical(seconds: list[int]) -> tuple[int, int]:
    """Return the median, and what 95 of 100 calls took at most."""
    ordered = sorted(seconds)
    return round(statistics.median(ordered)), ordered[-(-95 * len(ordered) // 100) - 1]


def _held(session: Session, column: Any, value: object) -> PhoneCall:
    """Return a call, held until the transaction ends."""
    of_it = select(PhoneCall).where(column == value).with_for_update()
    call = session.exec(of_it.execution_options(populate_existing=True)).first()
    if call is None:
        raise NotFoundError("desk.unknown_call", call=value)
    return call


def _own(session: Session, number: int, by: str) -> PhoneCall:
    """Return a call that nobody else has, held until the transaction ends."""
    call = _held(session, PhoneCall.id, number)
    if call.taken_by not in (None, by):
        raise ConflictError("desk.call_taken", by=call.taken_by)
    return call
