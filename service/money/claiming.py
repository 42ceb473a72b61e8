"""What happened in a period, from rows: every placed order becomes a claim, is unclaimed with a reason, or is open.

Home meals are known by the outcome of their visit in the newest published plan, the others by how they were taken at
the meal point. Orders that were settled before are left out; those that were stopped before are claimed again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import sqlalchemy
from sqlmodel import Session, col, select

from kitchens.meals import Fulfilment, Meal
from service.errors import InvalidError, NotFoundError
from service.money.cases import CaseBook, Ordered
from service.money.claim_rows import Row, newest_plans, unsettled_rows
from service.money.hours import Hours, read_hours
from service.money.whereabouts import whereabouts_of
from service.people.record import Record
from service.people.records import list_records
from service.served import EATEN_IN, PICKED_UP, Bounds, ServedMeal, Slot, Unclaimed, Where, Whereabouts
from service.tables import (
    Batch,
    ClearedClaim,
    MealOrder,
    SettledMeal,
    TakenWay,
)
from service.texts import Key

AT_POINT = {Fulfilment.DINE_IN: EATEN_IN, Fulfilment.PICK_UP: PICKED_UP}


@dataclass(frozen=True, slots=True)
class OpenStop:
    """A visit of the period that nobody has noted an outcome for."""

    order_id: int
    elder_number: str
    service_day: date
    meal: Meal
    kitchen_code: str
    meal_point_code: str
    visit_id: int
    courier_code: str


@dataclass(frozen=True, slots=True)
class Claims:
    """All placed orders of a period that are not settled yet: each is in one of the three lists."""

    served: tuple[ServedMeal, ...]
    unclaimed: tuple[Unclaimed, ...]
    open_stops: tuple[OpenStop, ...]
    bounds: Bounds


def claims_of_period(session: Session, since: date, until: date, *, scheme_id: str) -> Claims:
    """Return what is claimed for the days from `since` to `until` under a scheme."""
    rows = unsettled_rows(session, since, until)
    records = list_records(session, {row.elder_number for row in rows})
    book = CaseBook(session, scheme_id)
    book.hold_extras(since, until)
    reader = _Reader(book, read_hours(session), records)
    served: list[ServedMeal] = []
    unclaimed: list[Unclaimed] = []
    open_stops: list[OpenStop] = []
    for row in rows:
        if row.visit_id is not None and row.outcome is None:
            open_stops.append(_open_stop(row, reader.number(row)))
            continue
        found = reader.read(row)
        if isinstance(found, ServedMeal):
            served.append(found)
        else:
            unclaimed.append(found)
    return Claims(tuple(served), tuple(unclaimed), tuple(open_stops), _bounds(session, since, until, records))


@dataclass(slots=True)
class _Reader:
    """Reads rows as claims with what is known of people and places."""

    book: CaseBook
    hours: Hours
    records: Mapping[str, Record]
    where: dict[str, Whereabouts] = field(default_factory=dict)

    def number(self, row: Row) -> str:
        """Return the number of the person, also where the order stands under that of a merged double."""
        return self.records[row.elder_number].elder.number

    def read(self, row: Row) -> ServedMeal | Unclaimed:
        """Return the claim of an order, or why there is none."""
        way, meal = Fulfilment(row.fulfilment), Meal(row.meal)
        is_brought = way == Fulfilment.HOME
        if (row.visit_id is None) if is_brought else (row.taken_at is None):
            return self._unclaimed(row, *_why_none(row))
        record = self.records[row.elder_number]
        ordered = _ordered(row, record.elder.number)
        try:
            case = self.book.case(ordered, record)
        except (InvalidError, NotFoundError) as refusal:
            return self._unclaimed(row, "settling.unclaimed.unpriced", {"why": refusal.say("zh")})
        opens_s, closes_s = self.hours.of(row.point, row.kitchen, meal, way)
        by_swipe = row.way == TakenWay.SWIPE
        return ServedMeal(
            order_id=row.order_id,
            elder_number=record.elder.number,
            case=case,
            outcome=row.outcome or "" if is_brought else AT_POINT[way],
            kitchen_code=row.kitchen,
            meal_point_code=row.point,
            taken_at=row.outcome_at if is_brought else row.taken_at,
            proof=(row.outcome_by if is_brought else row.way) or "",
            opens_s=opens_s,
            closes_s=closes_s,
            terminal=(row.terminal or "") if by_swipe else "",
            whereabouts=self._whereabouts(record),
        )

    def _unclaimed(self, row: Row, reason: str, values: Mapping[str, object]) -> Unclaimed:
        number = self.number(row)
        return Unclaimed(row.order_id, number, row.service_day, Meal(row.meal), row.kitchen, row.point, reason, values)

    def _whereabouts(self, record: Record) -> Whereabouts:
        number = record.elder.number
        found = self.where.get(number)
        if found is None:
            found = self.where[number] = whereabouts_of(record)
        return found


def _ordered(row: Row, elder_number: str) -> Ordered:
    """Return what money asks of an order once its meal was had: what the elder was told, wherever it came from.

    Who named no dish was told the price of what the own kitchen makes for them. That is what it made; where another
    kitchen stood in, what the own one would have made counts, whatever the other one's dish costs.
    """
    stood_in = row.planned_kitchen is not None and row.planned_kitchen != row.kitchen_code
    made = None if stood_in and row.kitchen_code is not None else row.planned_dish
    return Ordered(
        elder_number,
        row.service_day,
        Meal(row.meal),
        Fulfilment(row.fulfilment),
        row.dish_code or made,
        row.point or None,
        row.kitchen or None,
        row.order_id,
        asked_point=row.meal_point_code,
        asked_kitchen=row.kitchen_code,
    )


def _why_none(row: Row) -> tuple[str, Mapping[str, object]]:
    if row.left_out is not None:
        return "settling.unclaimed.left_out", {"why": Key(f"reason.{row.left_out}")}
    if row.plan_id is None or row.fulfilment == Fulfilment.HOME:
        return "settling.unclaimed.not_planned", {}
    return "settling.unclaimed.not_taken", {}


def _open_stop(row: Row, elder_number: str) -> OpenStop:
    return OpenStop(
        row.order_id,
        elder_number,
        row.service_day,
        Meal(row.meal),
        row.kitchen,
        row.point,
        row.visit_id or 0,
        row.courier_code or "",
    )


def _bounds(session: Session, since: date, until: date, records: Mapping[str, Record]) -> Bounds:
    """Return what claims are held against: what was cooked, what was paid before, and what somebody has cleared."""
    newest = newest_plans(since, until)
    cooked: Counter[tuple[date, Meal, str]] = Counter()
    columns: list[Any] = [newest.c.service_day, newest.c.meal, Batch.kitchen_code, Batch.portions, Batch.spare]
    pots = (
        sqlalchemy.select(*columns)
        .join(newest, newest.c.id == col(Batch.plan_id))
        .where(col(Batch.cooked_at).is_not(None))
    )
    for day, meal, kitchen, portions, spare in session.execute(pots):
        cooked[day, Meal(meal), kitchen] += portions + spare
    cleared = {one.order_id: one.by for one in session.exec(_cleared(since, until))}
    return Bounds(cooked=cooked, cleared=cleared, paid=dict(_paid(session, since, until, records)))


def _cleared(since: date, until: date) -> Any:
    return (
        select(ClearedClaim)
        .join(MealOrder, col(MealOrder.id) == col(ClearedClaim.order_id))
        .where(MealOrder.service_day >= since, MealOrder.service_day <= until)
    )


def _paid(session: Session, since: date, until: date, records: Mapping[str, Record]) -> Iterable[tuple[Slot, Where]]:
    """Yield the slots of a period that earlier settlements have paid, by the number that the person has now."""
    columns: list[Any] = [
        SettledMeal.elder_number,
        SettledMeal.service_day,
        SettledMeal.meal,
        SettledMeal.meal_point_code,
        SettledMeal.kitchen_code,
    ]
    within = (col(SettledMeal.service_day) >= since, col(SettledMeal.service_day) <= until)
    settled = session.execute(sqlalchemy.select(*columns).where(*within))
    for number, day, meal, point, kitchen in settled:
        record = records.get(number)
        whose = number if record is None else record.elder.number
        yield (whose, day, Meal(meal)), Where(point or "", kitchen or "")
