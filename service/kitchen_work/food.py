"""The food clock as it stands: until when a batch may be eaten, from what was really measured.

What was measured of a batch stays with it when the meal is planned again, as long as the later version cooks the same
dish in the same texture under the same code.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from kitchens.food_clock import Keeping, Reading, allowed_s, is_confirmed, is_cooked, rules_of_day
from service.clock import instant_of
from service.errors import NotFoundError
from service.tables import Batch, BatchRecord, Plan, RecordKind

MEASURED = frozenset({RecordKind.CORE, RecordKind.HOLDING, RecordKind.DISPATCH})
"""What holds a core temperature."""

Records = Mapping[int, Sequence[BatchRecord]]


@dataclass(frozen=True, slots=True)
class FoodState:
    """Where the food clock of a batch stands.

    Attributes
    ----------
    eat_by
        Until when it may be eaten: from its true finish once that is known, else from the planned one.
    latest
        By when it must be in somebody's hands.
    is_broken
        Whether a reading below the limit has shortened it.
    is_confirmed
        Whether the long limit rests on a reading that is late enough.
    is_raw
        Whether the core was too cold at the end of cooking.
    keeping
        Whether it is kept hot or chilled.
    """

    eat_by: datetime
    latest: datetime
    is_broken: bool
    is_confirmed: bool
    is_raw: bool
    keeping: Keeping


def history_of(session: Session, batch_ids: Sequence[int]) -> dict[int, list[BatchRecord]]:
    """Return every row keyed in for these batches, oldest first, and for the same batch in other versions."""
    asked, theirs = aliased(Batch), aliased(Batch)
    plan, other = aliased(Plan), aliased(Plan)
    rows = session.exec(
        select(col(asked.id), BatchRecord)
        .join(plan, col(plan.id) == col(asked.plan_id))
        .join(other, (col(other.service_day) == col(plan.service_day)) & (col(other.meal) == col(plan.meal)))
        .join(theirs, (col(theirs.plan_id) == col(other.id)) & _same_batch(asked, theirs))
        .join(BatchRecord, col(BatchRecord.batch_id) == col(theirs.id))
        .where(col(asked.id).in_(list(batch_ids)))
        .order_by(col(BatchRecord.id))
    )
    found: defaultdict[int, list[BatchRecord]] = defaultdict(list)
    for batch_id, record in rows:
        found[batch_id or 0].append(record)
    return dict(found)


def _same_batch(one: type[Batch], other: type[Batch]) -> object:
    return (
        (col(one.code) == col(other.code))
        & (col(one.kitchen_code) == col(other.kitchen_code))
        & (col(one.dish_code) == col(other.dish_code))
        & (col(one.texture) == col(other.texture))
    )


def standing(history: Sequence[BatchRecord]) -> tuple[BatchRecord, ...]:
    """Return what stands: rows that hold and that no later row replaces."""
    replaced = {record.replaces for record in history}
    return tuple(record for record in history if record.holds and record.id not in replaced)


def records_of_plan(session: Session, plan: Plan) -> Records:
    """Return what stands of every batch of a plan, by batch; nothing for a batch without a row."""
    ids = session.exec(select(Batch.id).where(Batch.plan_id == plan.id)).all()
    history = history_of(session, [one or 0 for one in ids])
    return {batch_id: standing(rows) for batch_id, rows in history.items()}


def food_state(batch: Batch, plan: Plan, records: Sequence[BatchRecord]) -> FoodState:
    """Return where the food clock of a batch stands, from the rows that stand.

    It never allows longer than the rules of the day, nor than the plan did.
    """
    rules, keeping, readings = rules_of_day(plan.service_day), keeping_of_batch(batch, plan), tuple(_readings(records))
    finished = batch.cooked_at or instant_of(plan.service_day, batch.finish_s)
    allowed = allowed_s(readings, rules, keeping)
    eat_by = finished + timedelta(seconds=min(allowed, batch.eat_by_s - batch.finish_s))
    cores = [one.tenths_c / 10 for one in records if one.kind == RecordKind.CORE and one.tenths_c is not None]
    return FoodState(
        eat_by=eat_by,
        latest=eat_by - timedelta(seconds=rules.eating_allowance_s),
        is_broken=allowed < allowed_s((), rules, keeping),
        is_confirmed=is_confirmed(finished, readings, rules, keeping),
        is_raw=not all(is_cooked(core_c, rules, keeping) for core_c in cores),
        keeping=keeping,
    )


def keeping_of_batch(batch: Batch, plan: Plan) -> Keeping:
    """Return how a batch is kept: what the plan lets stand longer than hot food may is chilled."""
    is_long = batch.eat_by_s - batch.finish_s > rules_of_day(plan.service_day).hot_within_s
    return Keeping.CHILLED if is_long else Keeping.HOT


def _readings(records: Sequence[BatchRecord]) -> list[Reading]:
    return [
        Reading(record.at, record.tenths_c / 10, at_dispatch=record.kind == RecordKind.DISPATCH)
        for record in records
        if record.kind in MEASURED and record.tenths_c is not None
    ]


def eat_by_now(session: Session, batch_id: int) -> datetime:
    """Return until when a batch may be eaten, from everything that was measured of it so far.

    Raises
    ------
    NotFoundError
        If there is no such batch.
    """
    batch = session.get(Batch, batch_id)
    if batch is None:
        raise NotFoundError("progress.unknown_batch", batch=batch_id)
    plan = session.get_one(Plan, batch.plan_id)
    return food_state(batch, plan, standing(history_of(session, [batch_id]).get(batch_id, ()))).eat_by
