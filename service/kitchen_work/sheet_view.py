"""A batch sheet on the screen: what stands of it, what is due next, and everything that was ever keyed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from kitchens.food_clock import FoodRules, rules_of_day, sample_until
from kitchens.meals import Texture
from service.clock import Clock
from service.kitchen_work.food import FoodState, food_state, history_of, standing
from service.kitchen_work.records import HOLDING_STEP_S, open_batches
from service.tables import Batch, BatchRecord, Elder, MealOrder, Plan, PlannedOrder, RecordKind


@dataclass(frozen=True, slots=True)
class Measured:
    """One core temperature, and whether it breaks the chain."""

    at: datetime
    core_c: float
    is_bad: bool
    kind: str


@dataclass(frozen=True, slots=True)
class SheetView:
    """What stands of a batch sheet; empty where nobody has keyed it yet.

    `due_at` is when the next holding temperature is due, None before the finish and once the food must be eaten.
    """

    batch_id: int
    started_at: datetime | None
    core: Measured | None
    holding: tuple[Measured, ...]
    due_at: datetime | None
    sample_g: int | None
    sample_place: str
    sample_until: datetime | None
    sample_min_g: int
    cook: str
    lots: tuple[str, ...]
    out: int | None
    waste: int | None
    second: str
    is_special: bool
    food: FoodState
    history: tuple[BatchRecord, ...]
    standing_ids: frozenset[int]


def sheet_views(session: Session, plan: Plan, kitchen_code: str, clock: Clock) -> dict[int, SheetView]:
    """Return the sheets of a kitchen's batches by batch."""
    batches = open_batches(session, plan, kitchen_code)
    history = history_of(session, [batch.id or 0 for batch in batches])
    special = _special(session, plan, kitchen_code)
    rules = rules_of_day(plan.service_day)
    return {
        batch.id or 0: _view(batch, plan, history.get(batch.id or 0, []), rules, special, clock) for batch in batches
    }


def _special(session: Session, plan: Plan, kitchen_code: str) -> set[int]:
    """Return the batches that hold a meal for somebody who must not get just anything."""
    rows = session.exec(
        select(PlannedOrder.batch_id)
        .join(MealOrder, col(MealOrder.id) == col(PlannedOrder.order_id))
        .join(Elder, col(Elder.number) == col(MealOrder.elder_number))
        .where(PlannedOrder.plan_id == plan.id, PlannedOrder.kitchen_code == kitchen_code)
        .where((col(Elder.excludes) != "") | (col(Elder.limits) != "") | col(PlannedOrder.instead_of).is_not(None))
    )
    return {one for one in rows if one is not None}


def _view(
    batch: Batch, plan: Plan, history: Sequence[BatchRecord], rules: FoodRules, special: set[int], clock: Clock
) -> SheetView:
    stands = standing(history)
    food = food_state(batch, plan, stands)
    by_kind = {kind: [one for one in stands if one.kind == kind] for kind in RecordKind}
    sample = next(iter(by_kind[RecordKind.SAMPLE]), None)
    warm = tuple(
        sorted(
            (
                _measured(one, rules, food)
                for kind in (RecordKind.HOLDING, RecordKind.DISPATCH)
                for one in by_kind[kind]
            ),
            key=lambda one: one.at,
        )
    )
    core = next(iter(by_kind[RecordKind.CORE]), None)
    return SheetView(
        batch_id=batch.id or 0,
        started_at=next((one.at for one in by_kind[RecordKind.STARTED]), None),
        core=_measured(core, rules, food) if core else None,
        holding=warm,
        due_at=_due_at(batch, warm, food, clock.now()),
        sample_g=sample.amount if sample else None,
        sample_place=sample.words if sample else "",
        sample_until=sample_until(batch.cooked_at or sample.at, rules) if sample else None,
        sample_min_g=rules.sample_min_g,
        cook=_first_words(by_kind[RecordKind.COOK]),
        lots=tuple(one.words for one in by_kind[RecordKind.LOT]),
        out=_first_amount(by_kind[RecordKind.OUT]),
        waste=_first_amount(by_kind[RecordKind.WASTE]),
        second=_first_words(by_kind[RecordKind.SECOND]),
        is_special=batch.texture != Texture.REGULAR or batch.id in special,
        food=food,
        history=tuple(history),
        standing_ids=frozenset(one.id or 0 for one in stands),
    )


def _measured(record: BatchRecord, rules: FoodRules, food: FoodState) -> Measured:
    core_c = (record.tenths_c or 0) / 10
    if food.keeping == "hot":
        least = rules.cooked_min_c if record.kind == RecordKind.CORE else rules.hot_min_c
        is_bad = core_c < least
    else:
        is_bad = core_c > rules.chilled_max_c
    return Measured(record.at, core_c, is_bad, record.kind)


def _due_at(batch: Batch, warm: Sequence[Measured], food: FoodState, now: datetime) -> datetime | None:
    if batch.cooked_at is None or now > food.eat_by:
        return None
    last = max((one.at for one in warm), default=batch.cooked_at)
    return last + timedelta(seconds=HOLDING_STEP_S)


def _first_words(records: Sequence[BatchRecord]) -> str:
    return next((one.words for one in records), "")


def _first_amount(records: Sequence[BatchRecord]) -> int | None:
    return next((one.amount for one in records), None)
