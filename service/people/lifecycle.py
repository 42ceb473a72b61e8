"""Where an elder stands with the service, over time: changes asked for ahead, each done once by time.

A pause with a day of return is two changes. What was planned before somebody stopped or died has no effect after it;
a death that was noted by mistake is withdrawn, never followed by another state.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from sqlalchemy import update
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from service import audit
from service.clock import Clock, local_day
from service.db import Database, changed_rows
from service.errors import ConflictError, InvalidError, NotFoundError
from service.people.roots import find_root, get_root, numbers_of
from service.tables import Elder, ElderState, ElderStateChange
from service.texts import Key

MOVES: dict[str, frozenset[str]] = {
    ElderState.PENDING: frozenset({ElderState.ACTIVE, ElderState.PAUSED, ElderState.STOPPED, ElderState.DECEASED}),
    ElderState.ACTIVE: frozenset({ElderState.PAUSED, ElderState.STOPPED, ElderState.DECEASED, ElderState.PENDING}),
    ElderState.PAUSED: frozenset({ElderState.ACTIVE, ElderState.STOPPED, ElderState.DECEASED}),
    ElderState.STOPPED: frozenset({ElderState.PENDING, ElderState.ACTIVE, ElderState.DECEASED}),
    ElderState.DECEASED: frozenset(),
}
ENDS = frozenset({ElderState.STOPPED, ElderState.DECEASED})


def state_on(elder: Elder, changes: Iterable[ElderStateChange], day: date) -> ElderState:
    """Return the state on a day: gone by, today, or ahead as far as it is planned.

    A day before the first change that had an effect has the state from before it.
    """
    standing = sorted(_standing(changes), key=lambda one: (one.from_day, one.asked_at))
    for one in standing:
        if one.applied_at is not None and one.state_before is not None and one.from_day > day:
            return ElderState(one.state_before)
    state, ended_at = elder.state, _ended_at(standing)
    for one in standing:
        if one.applied_at is None and one.from_day <= day and _has_effect(state, one, ended_at):
            state = one.to_state
            ended_at = one.asked_at if state in ENDS else None
    return ElderState(state)


def plan_change(
    database: Database, elder_number: str, *, to_state: ElderState, from_day: date, reason: str, by: str, clock: Clock
) -> ElderStateChange:
    """Have an elder's state change on a day, today included; a change of that day that is not done yet is replaced.

    Raises
    ------
    NotFoundError
        If there is no such elder.
    InvalidError
        If the state cannot follow the one that the elder will have, or is that one.
    ConflictError
        If a change of that day is done already.
    """
    with database.write() as session:
        return planned_in(session, elder_number, to_state, from_day, reason, by, clock)


def planned_in(
    session: Session, elder_number: str, to_state: ElderState, from_day: date, reason: str, by: str, clock: Clock
) -> ElderStateChange:
    """As `plan_change`, within the caller's transaction."""
    elder = get_root(session, elder_number)
    changes = list_changes(session, elder.number)
    earlier = session.get(ElderStateChange, (elder.number, from_day))
    if earlier is not None and earlier.withdrawn_at is None and earlier.applied_at is not None:
        raise ConflictError("people.state.done_already", day=from_day, state=Key(f"people.state.{earlier.to_state}"))
    before = state_on(elder, [one for one in changes if one is not earlier], from_day)
    if to_state not in MOVES[before]:
        raise InvalidError(
            "people.state.cannot_follow",
            state=Key(f"people.state.{to_state}"),
            before=Key(f"people.state.{before}"),
        )
    change = ElderStateChange(
        elder_number=elder.number,
        from_day=from_day,
        to_state=to_state,
        reason=reason,
        asked_by=by,
        asked_at=clock.now(),
    )
    change = session.merge(change)
    session.flush()
    _note(session, change, "state.plan", by, clock.now())
    apply_due(session, clock, only=(elder.number,))
    return change


def withdraw_change(database: Database, elder_number: str, from_day: date, *, by: str, clock: Clock) -> None:
    """Take a change back. One that is done is undone, if nothing has followed it.

    Raises
    ------
    NotFoundError
        If there is no such change.
    ConflictError
        If it is withdrawn already, or the state is no longer the one that it brought.
    """
    with database.write() as session:
        withdrawn_in(session, elder_number, from_day, by, clock)


def withdrawn_in(session: Session, elder_number: str, from_day: date, by: str, clock: Clock) -> None:
    """As `withdraw_change`, within the caller's transaction."""
    elder = get_root(session, elder_number)
    change = session.get(ElderStateChange, (elder.number, from_day))
    if change is None:
        raise NotFoundError("people.state.unknown_change", elder=elder.number, day=from_day)
    if change.withdrawn_at is not None:
        raise ConflictError("people.state.withdrawn_already", day=from_day)
    take_back(session, change)
    change.withdrawn_at, change.withdrawn_by = clock.now(), by
    session.add(change)
    _note(session, change, "state.withdraw", by, clock.now())


def take_back(session: Session, change: ElderStateChange) -> None:
    """Give an elder the state from before a change, if the change has had an effect.

    Raises
    ------
    ConflictError
        If the state is no longer the one that it brought.
    """
    if change.applied_at is None or change.state_before is None:
        return
    elder = get_root(session, change.elder_number)
    session.refresh(elder, with_for_update=True)
    later = [
        one
        for one in list_changes(session, elder.number)
        if one.state_before is not None and one.withdrawn_at is None and one.from_day > change.from_day
    ]
    if elder.state != change.to_state or later:
        raise ConflictError("people.state.followed", day=change.from_day)
    elder.state = change.state_before
    session.add(elder)


def apply_due_changes(database: Database, clock: Clock) -> int:
    """Do every change whose day has come and return how many had an effect; each is done once, whoever asks."""
    today = local_day(clock.now())
    with database.read() as session:
        if session.exec(_due(today).limit(1)).first() is None:
            return 0
    with database.write() as session:
        return apply_due(session, clock)


def apply_due(session: Session, clock: Clock, only: Sequence[str] | None = None) -> int:
    """Do the due changes of all or some elders within the caller's transaction."""
    due = _due(local_day(clock.now()))
    if only is not None:
        due = due.where(col(ElderStateChange.elder_number).in_(only))
    done = 0
    for change in session.exec(due.order_by(col(ElderStateChange.from_day), col(ElderStateChange.asked_at))).all():
        done += _apply(session, change, clock.now())
    return done


def list_changes(session: Session, elder_number: str) -> list[ElderStateChange]:
    """Return every change of a person's state, by day, those planned for merged doubles included."""
    numbers = numbers_of(session, elder_number)
    of_person = select(ElderStateChange).where(col(ElderStateChange.elder_number).in_(numbers))
    return list(session.exec(of_person.order_by(col(ElderStateChange.from_day), col(ElderStateChange.asked_at))))


def _apply(session: Session, change: ElderStateChange, now: datetime) -> bool:
    """Do one change, unless somebody else has, and return whether it had an effect."""
    key = (col(ElderStateChange.elder_number) == change.elder_number, col(ElderStateChange.from_day) == change.from_day)
    claimed = session.execute(
        update(ElderStateChange).where(*key, col(ElderStateChange.applied_at).is_(None)).values(applied_at=now)
    )
    elder = find_root(session, change.elder_number)
    if changed_rows(claimed) == 0 or elder is None:
        return False
    session.refresh(change)
    session.refresh(elder, with_for_update=True)
    has_effect = _has_effect(elder.state, change, _ended_at(_standing(list_changes(session, elder.number))))
    if has_effect:
        change.state_before, elder.state = elder.state, change.to_state
        session.add(elder)
        session.add(change)
    session.flush()
    _note(session, change, "state.apply" if has_effect else "state.without_effect", change.asked_by, now)
    return has_effect


def _has_effect(state: str, change: ElderStateChange, ended_at: datetime | None) -> bool:
    planned_before_the_end = ended_at is not None and change.asked_at <= ended_at
    return change.to_state in MOVES[state] and (change.to_state in ENDS or not planned_before_the_end)


def _standing(changes: Iterable[ElderStateChange]) -> list[ElderStateChange]:
    return [one for one in changes if one.withdrawn_at is None]


def _ended_at(changes: Iterable[ElderStateChange]) -> datetime | None:
    """Return when the end that holds now was asked for, None if the last change that had an effect was no end."""
    done = sorted((one for one in changes if one.state_before is not None), key=lambda one: one.from_day)
    return done[-1].asked_at if done and done[-1].to_state in ENDS else None


def _due(today: date) -> SelectOfScalar[ElderStateChange]:
    return select(ElderStateChange).where(
        ElderStateChange.from_day <= today,
        col(ElderStateChange.applied_at).is_(None),
        col(ElderStateChange.withdrawn_at).is_(None),
    )


def _note(session: Session, change: ElderStateChange, action: str, actor: str, at: datetime) -> None:
    day = change.from_day.isoformat()
    audit.note(session, at=at, actor=actor, action=action, subject=change.elder_number, state=change.to_state, day=day)
