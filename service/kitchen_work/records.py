"""Keying in what was measured: a whole sheet or one reading, kept as rows that only grow, all of it or nothing.

Paper is the master. What is keyed twice changes nothing; what differs from what stands is refused unless a reason is
given, and then stands beside the old row, which it replaces.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlmodel import Session, col, select

from kitchens.food_clock import Keeping
from kitchens.meals import Meal
from service import audit, outbox
from service.access import EVERYTHING, Reach
from service.board.heads import get_plan
from service.clock import ZONE, Clock, instant_of, seconds_into
from service.db import Database
from service.errors import ConflictError, InvalidError, NotAllowedError, NotFoundError
from service.idempotency import Answer, Call, answered_once
from service.kitchen_work.food import MEASURED, food_state, history_of, keeping_of_batch, standing
from service.kitchen_work.sheets import Entry, SheetLine
from service.tables import Batch, BatchRecord, Plan, RecordKind, Role
from service.texts import Key

HOLDING_STEP_S = 1800
"""The temperature of what stands warm is taken each half an hour."""

CLOCKS_DIFFER = timedelta(minutes=5)
MANY = frozenset({RecordKind.HOLDING, RecordKind.DISPATCH, RecordKind.LOT})
"""What a sheet may say more than once: by time, a lot by its words."""


@dataclass(frozen=True, slots=True)
class Keyer:
    """Who keys something in, when, and how far their word reaches."""

    name: str
    reach: Reach
    clock: Clock


def key_sheet(
    database: Database, service_day: date, meal: Meal, line: SheetLine, keyer: Keyer, *, call: Call | None = None
) -> Answer:
    """Keep a whole batch sheet of the newest plan of a meal, or nothing of it.

    Returns
    -------
    Answer
        The batch, how many rows are new, and until when it may be eaten now, as plain JSON.

    Raises
    ------
    NotFoundError, NotAllowedError
        If the meal has no plan or the plan no such batch, or it is another kitchen's.
    InvalidError
        If a time lies in the future or before the day, a reading before the finish, or the finish before the start.
    ConflictError
        If something else stands already and no reason is given.
    """

    def work(session: Session) -> Answer:
        plan = get_plan(session, service_day, meal)
        batch = _find_batch(session, plan, line.batch_code)
        return _keep(session, plan, batch, line, keyer)

    return answered_once(database, call, keyer.clock, work)


def key_entry(
    database: Database, batch_id: int, entry: Entry, keyer: Keyer, *, why: str = "", call: Call | None = None
) -> Answer:
    """Keep one reading of one batch; a holding temperature without a time was taken now. Raises as `key_sheet`."""

    def work(session: Session) -> Answer:
        batch = session.get(Batch, batch_id)
        if batch is None:
            raise NotFoundError("progress.unknown_batch", batch=batch_id)
        plan = session.get_one(Plan, batch.plan_id)
        if get_plan(session, plan.service_day, Meal(plan.meal)).id != plan.id:
            raise ConflictError("progress.superseded", version=plan.version)
        now_s = seconds_into(plan.service_day, keyer.clock.now())
        timed = entry if entry.at_s is not None else replace(entry, at_s=now_s)
        return _keep(session, plan, batch, SheetLine(batch.code, (timed,), why), keyer)

    return answered_once(database, call, keyer.clock, work)


def withdraw(database: Database, record_id: int, *, why: str, keyer: Keyer) -> None:
    """Say of a row that stands that it never was, such as one keyed under the wrong batch; both rows stay.

    Raises
    ------
    NotFoundError, NotAllowedError
        If there is no such row, or it is another kitchen's.
    InvalidError
        If no reason is given.
    ConflictError
        If it stands no more.
    """
    with database.write() as session:
        record = session.get(BatchRecord, record_id)
        if record is None:
            raise NotFoundError("kitchen_work.unknown_record", record=record_id)
        batch = _locked(session, record.batch_id)
        _refuse_foreign(keyer.reach, batch)
        if not why.strip():
            raise InvalidError("kitchen_work.why_missing")
        history = history_of(session, [batch.id or 0]).get(batch.id or 0, ())
        if record.id not in {one.id for one in standing(history)}:
            raise ConflictError("kitchen_work.stands_no_more")
        if record.kind in {RecordKind.STARTED, RecordKind.FINISHED}:
            raise ConflictError("kitchen_work.time_not_withdrawn")
        again = BatchRecord(**record.model_dump(exclude={"id", "replaces", "why", "holds", "noted_at", "noted_by"}))
        again.replaces, again.why, again.holds = record.id, why.strip(), False
        again.noted_at, again.noted_by = keyer.clock.now(), keyer.name
        session.add(again)
        _audit(session, batch, keyer, withdrawn=record.kind)


def read_on_board(
    session: Session, plan: Plan, batches: Iterable[Batch], warmth: tuple[int | None, int | None], keyer: Keyer
) -> None:
    """Write the temperatures, hot and cold, of what was loaded or received as a reading of every batch in it, now."""
    now = keyer.clock.now()
    for batch_id in sorted({batch.id or 0 for batch in batches}):
        batch = _locked(session, batch_id)
        tenths_c = warmth[keeping_of_batch(batch, plan) is Keeping.CHILLED]
        if tenths_c is None:
            continue
        was = food_state(batch, plan, standing(history_of(session, [batch_id]).get(batch_id, ())))
        values: dict[str, Any] = {"at": now, "noted_at": now, "noted_by": keyer.name}
        session.add(BatchRecord(batch_id=batch_id, kind=RecordKind.DISPATCH, tenths_c=tenths_c, **values))
        session.flush()
        state = food_state(batch, plan, standing(history_of(session, [batch_id]).get(batch_id, ())))
        if state.is_broken and not was.is_broken:
            _tell_broken(session, plan, batch, state.eat_by, now)


def add_finish(session: Session, batch: Batch, when: datetime, *, by: str, now: datetime) -> None:
    """Write the row that goes with a batch marked as cooked by a touch.

    Raises
    ------
    InvalidError
        If that would be before it was started.
    """
    _refuse_impossible(batch, standing(history_of(session, [batch.id or 0]).get(batch.id or 0, ())))
    session.add(
        BatchRecord(batch_id=batch.id or 0, kind=RecordKind.FINISHED, at=when, noted_at=now, noted_by=by),
    )


def take_finish_back(session: Session, batch: Batch, *, by: str, now: datetime) -> None:
    """Write that a batch marked as cooked by a mistaken touch was not.

    Raises
    ------
    ConflictError
        If something was measured of it already: then it was cooked, and only its time can be corrected.
    """
    stands = standing(history_of(session, [batch.id or 0]).get(batch.id or 0, ()))
    if any(record.kind in MEASURED for record in stands):
        raise ConflictError("kitchen_work.measured_already", batch=batch.code)
    for record in stands:
        if record.kind == RecordKind.FINISHED:
            values: dict[str, Any] = {
                "batch_id": record.batch_id,
                "kind": record.kind,
                "at": record.at,
                "replaces": record.id,
            }
            session.add(BatchRecord(**values, why="undo", holds=False, noted_at=now, noted_by=by))


def _find_batch(session: Session, plan: Plan, code: str) -> Batch:
    found = session.exec(select(Batch).where(Batch.plan_id == plan.id, Batch.code == code)).first()
    if found is None:
        raise NotFoundError(
            "kitchen_work.unknown_batch", batch=code, day=plan.service_day, meal=Key(f"meal.{plan.meal}")
        )
    return found


def _locked(session: Session, batch_id: int) -> Batch:
    """Return a batch that no one else keys in meanwhile."""
    return session.exec(select(Batch).where(Batch.id == batch_id).with_for_update()).one()


def _refuse_foreign(reach: Reach, batch: Batch) -> None:
    if reach not in (EVERYTHING, Reach(kitchen=batch.kitchen_code)):
        raise NotAllowedError("access.not_yours")


def _keep(session: Session, plan: Plan, found: Batch, line: SheetLine, keyer: Keyer) -> Answer:
    batch = _locked(session, found.id or 0)
    _refuse_foreign(keyer.reach, batch)
    before = standing(history_of(session, [batch.id or 0]).get(batch.id or 0, ()))
    was = food_state(batch, plan, before)
    times = _Times(plan, batch, keyer.clock.now())
    fresh = [row for entry in times.in_order(line.entries) if (row := _row(batch, before, times.timed(entry), line))]
    for row in fresh:
        row.noted_at, row.noted_by = keyer.clock.now(), keyer.name
        session.add(row)
        if row.kind == RecordKind.FINISHED:
            batch.cooked_at = row.at
            session.add(batch)
    session.flush()
    after = standing(history_of(session, [batch.id or 0]).get(batch.id or 0, ()))
    _refuse_impossible(batch, after)
    state = food_state(batch, plan, after)
    if fresh:
        _audit(session, batch, keyer, rows=len(fresh))
    if state.is_broken and not was.is_broken:
        _tell_broken(session, plan, batch, state.eat_by, keyer.clock.now())
    return {"batch_id": batch.id, "batch": batch.code, "rows": len(fresh), "eat_by": state.eat_by.isoformat()}


class _Times:
    """When each thing on a sheet happened, as instants that can be."""

    def __init__(self, plan: Plan, batch: Batch, now: datetime) -> None:
        self._day, self._now = plan.service_day, now
        self._finish = batch.cooked_at
        self._holdings = 0

    def in_order(self, entries: Sequence[Entry]) -> list[Entry]:
        """Return the entries with the finish first: the others are timed by it."""
        return sorted(entries, key=lambda entry: entry.kind is not RecordKind.FINISHED)

    def timed(self, entry: Entry) -> tuple[Entry, datetime]:
        """Return the entry and when it happened."""
        if entry.at_s is not None:
            when = self._possible(instant_of(self._day, entry.at_s))
        elif entry.kind is RecordKind.HOLDING:
            self._holdings += 1
            when = self._possible(self._cooked() + timedelta(seconds=HOLDING_STEP_S * self._holdings))
        elif entry.kind in MEASURED:
            when = self._cooked()
        else:
            when = self._now
        if entry.kind is RecordKind.FINISHED:
            self._finish = when
        if entry.kind in MEASURED and when < self._cooked():
            raise InvalidError("kitchen_work.before_finish", at=_local(when), finish=_local(self._cooked()))
        return entry, when

    def _cooked(self) -> datetime:
        if self._finish is None:
            raise InvalidError("kitchen_work.not_finished")
        return self._finish

    def _possible(self, when: datetime) -> datetime:
        if when > self._now + CLOCKS_DIFFER:
            raise InvalidError("kitchen_work.in_future", at=_local(when), now=_local(self._now))
        return min(when, self._now)


def _local(when: datetime) -> str:
    return f"{when.astimezone(ZONE):%H:%M}"


def _row(
    batch: Batch, before: Sequence[BatchRecord], timed: tuple[Entry, datetime], line: SheetLine
) -> BatchRecord | None:
    """Return the row that an entry becomes, None where it stands already.

    Raises
    ------
    ConflictError
        If something else stands and no reason is given.
    """
    entry, when = timed
    if entry.kind is RecordKind.SECOND:
        _refuse_same_person(entry.words, before, line)
    stands = next((one for one in before if one.kind == entry.kind and _is_same_place(one, entry, when)), None)
    if stands is not None and _says_the_same(stands, entry, when):
        return None
    values: dict[str, Any] = {"tenths_c": entry.tenths_c, "amount": entry.amount, "words": entry.words}
    if stands is None:
        return BatchRecord(batch_id=batch.id or 0, kind=entry.kind, at=when, **values)
    if entry.kind is RecordKind.SAMPLE and _adds_only(stands, entry):
        values = {"tenths_c": None, "amount": entry.amount or stands.amount, "words": entry.words or stands.words}
    elif not line.why:
        raise ConflictError("kitchen_work.stands_already", what=Key(f"sheet_line.{entry.kind}"), said=_said(stands))
    why = line.why or "+"
    return BatchRecord(batch_id=batch.id or 0, kind=entry.kind, at=when, **values, replaces=stands.id, why=why)


def _refuse_same_person(name: str, before: Sequence[BatchRecord], line: SheetLine) -> None:
    cooks = [one.words for one in before if one.kind == RecordKind.COOK]
    cooks += [one.words for one in line.entries if one.kind is RecordKind.COOK]
    if name in cooks:
        raise InvalidError("kitchen_work.same_person", name=name)


def _is_same_place(record: BatchRecord, entry: Entry, when: datetime) -> bool:
    if entry.kind not in MANY:
        return True
    return record.words == entry.words if entry.kind is RecordKind.LOT else _minute(record.at) == _minute(when)


def _says_the_same(record: BatchRecord, entry: Entry, when: datetime) -> bool:
    if entry.kind in {RecordKind.STARTED, RecordKind.FINISHED}:
        return _minute(record.at) == _minute(when)
    if entry.kind is RecordKind.SAMPLE:
        return entry.amount in {None, record.amount} and entry.words in {"", record.words}
    return (record.tenths_c, record.amount, record.words) == (entry.tenths_c, entry.amount, entry.words)


def _adds_only(record: BatchRecord, entry: Entry) -> bool:
    return (record.amount is None or entry.amount in {None, record.amount}) and (
        not record.words or entry.words in {"", record.words}
    )


def _minute(when: datetime) -> datetime:
    return when.replace(second=0, microsecond=0)


def _said(record: BatchRecord) -> str:
    if record.tenths_c is not None:
        return f"{record.tenths_c / 10:g} °C"
    if record.kind in {RecordKind.STARTED, RecordKind.FINISHED}:
        return _local(record.at)
    return " ".join(str(one) for one in (record.amount, record.words) if one not in {None, ""})


def _refuse_impossible(batch: Batch, stands: Sequence[BatchRecord]) -> None:
    started = next((one.at for one in stands if one.kind == RecordKind.STARTED), None)
    finished = batch.cooked_at
    if started is not None and finished is not None and finished < started:
        raise InvalidError("kitchen_work.finish_first", start=_local(started), finish=_local(finished))
    early = [one.at for one in stands if one.kind in MEASURED and finished is not None and one.at < finished]
    if early and finished is not None:
        raise InvalidError("kitchen_work.before_finish", at=_local(min(early)), finish=_local(finished))


def _audit(session: Session, batch: Batch, keyer: Keyer, **details: object) -> None:
    audit.note(session, at=keyer.clock.now(), actor=keyer.name, action="batch.record", subject=batch.code, **details)


def _tell_broken(session: Session, plan: Plan, batch: Batch, eat_by: datetime, now: datetime) -> None:
    for role in (Role.DISTRICT, Role.OPERATOR):
        outbox.tell(
            session,
            to=role,
            key="notice.food_clock",
            dedupe=f"food:{batch.id}:{role}:{now.isoformat()}",
            at=now,
            batch=batch.code,
            until=_local(eat_by),
            day=str(plan.service_day),
            meal=f"meal.{plan.meal}",
        )


def day_of_batch(session: Session, batch_id: int) -> date:
    """Return the service day of a batch.

    Raises
    ------
    NotFoundError
        If there is no such batch.
    """
    batch = session.get(Batch, batch_id)
    if batch is None:
        raise NotFoundError("progress.unknown_batch", batch=batch_id)
    return session.get_one(Plan, batch.plan_id).service_day


def open_batches(session: Session, plan: Plan, kitchen_code: str | None) -> list[Batch]:
    """Return the batches of a plan, of one kitchen or all, as they are cooked."""
    wanted = select(Batch).where(Batch.plan_id == plan.id).order_by(col(Batch.start_s), col(Batch.code))
    return list(session.exec(wanted if kitchen_code is None else wanted.where(Batch.kitchen_code == kitchen_code)))
