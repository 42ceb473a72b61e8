"""An elder's account (预存账户): what was paid in, what settled meals have cost, and what meals ahead will cost.

Payments are only ever added; what was wrong goes back as a refund of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy
from sqlmodel import Session, col, func, select

from kitchens.meals import Meal
from service import audit
from service.access import EVERYTHING, Reach
from service.clock import Clock, instant_of, local_day
from service.db import Database
from service.errors import ConflictError, InvalidError, NotFoundError
from service.idempotency import Answer, Call, answered_once
from service.money.cases import CaseBook, ordered_of
from service.money.quoting import was_had, with_used
from service.people import get_root, numbers_of
from service.people.record import Record
from service.people.records import list_records
from service.served import MEAL_ORDER
from service.settings import Settings
from service.subsidies import Payer, Scheme, get_scheme, price, yuan
from service.subsidies.using import Use, uses_of
from service.tables import (
    DeliveryFee,
    LedgerEntry,
    MealOrder,
    MealPoint,
    OrderState,
    PaidBy,
    Payment,
    RefusedClaim,
    SettledMeal,
    UnclaimedMeal,
)

MOST_FEN = 500_000
LONGEST_NOTE = 200
ONE_DAY_S = 24 * 3600


@dataclass(frozen=True, slots=True)
class Balance:
    """What stands on an account.

    `ahead_fen` is what ordered meals that are not settled yet will cost as things are known now; it is no part of
    `left_fen`. `unpriced_meals` are further ones that nobody can price yet: their menu is not known.
    """

    elder_number: str
    paid_in_fen: int
    owed_fen: int
    ahead_meals: int
    ahead_fen: int
    unpriced_meals: int = 0

    @property
    def left_fen(self) -> int:
        """What is left of what was paid in after all settled meals; negative where the elder owes."""
        return self.paid_in_fen - self.owed_fen


@dataclass(frozen=True, slots=True)
class TillLine:
    """What one meal point took in one way on one day; `meal_point_code` is None where no till was named."""

    meal_point_code: str | None
    how: PaidBy
    payments: int
    fen: int


@dataclass(frozen=True, slots=True)
class Paying:
    """Money that changes hands: `fen` is above zero, also for a refund."""

    elder_number: str
    fen: int
    how: PaidBy
    meal_point_code: str | None = None
    terminal: str = ""
    note: str = ""


def record_payment(database: Database, paying: Paying, *, by: str, clock: Clock, call: Call | None = None) -> Payment:
    """Note a payment and return it; the same call again returns the first.

    Raises
    ------
    NotFoundError
        If there is no such elder or meal point.
    InvalidError
        If the amount is not 1 to `MOST_FEN`, or the note is too long.
    ConflictError
        If more is to go back than is left on the account.
    """
    if not 0 < paying.fen <= MOST_FEN:
        raise InvalidError("account.odd_amount", most=yuan(MOST_FEN))
    if len(paying.note) > LONGEST_NOTE:
        raise InvalidError("account.note_long", longest=LONGEST_NOTE)

    def work(session: Session) -> Answer:
        elder = get_root(session, paying.elder_number)
        session.refresh(elder, with_for_update=True)
        if paying.meal_point_code is not None and session.get(MealPoint, paying.meal_point_code) is None:
            raise NotFoundError("account.unknown_point", point=paying.meal_point_code)
        goes_back = paying.how == PaidBy.REFUND
        if goes_back:
            _refuse_beyond(session, elder.number, paying.fen)
        row = Payment(
            elder_number=elder.number,
            fen=-paying.fen if goes_back else paying.fen,
            how=paying.how,
            meal_point_code=paying.meal_point_code,
            terminal=paying.terminal,
            by=by,
            at=clock.now(),
            note=paying.note.strip(),
        )
        session.add(row)
        session.flush()
        audit.note(session, at=clock.now(), actor=by, action="payment", subject=elder.number, fen=row.fen, how=row.how)
        return row.model_dump(mode="json")

    return Payment.model_validate(answered_once(database, call, clock, work))


def balance(session: Session, elder_number: str, *, settings: Settings, clock: Clock) -> Balance:
    """Return what stands on the account of the person behind a number, merged doubles included.

    Raises
    ------
    NotFoundError
        If there is no such elder.
    """
    number = get_root(session, elder_number).number
    record = list_records(session, [number])[number]
    ahead = list(_ahead(session, record, get_scheme(settings.subsidy_scheme), local_day(clock.now())))
    paid_in, owed = _paid_in(session, record.numbers), _owed(session, record.numbers)
    known = [fen for fen in ahead if fen is not None]
    return Balance(number, paid_in, owed, len(known), sum(known), len(ahead) - len(known))


def list_payments(session: Session, elder_number: str) -> list[Payment]:
    """Return the payments of the person behind a number, the newest first."""
    numbers = numbers_of(session, get_root(session, elder_number).number)
    asked = select(Payment).where(col(Payment.elder_number).in_(numbers))
    return list(session.exec(asked.order_by(col(Payment.id).desc())))


def list_tills(session: Session, day: date, reach: Reach = EVERYTHING) -> list[TillLine]:
    """Return what each meal point took on a day, by the way of paying; a meal point sees its own till."""
    begins, ends = instant_of(day, 0), instant_of(day, ONE_DAY_S)
    columns: list[Any] = [Payment.meal_point_code, Payment.how]
    asked = (
        sqlalchemy.select(*columns, func.count(), func.sum(Payment.fen))
        .where(col(Payment.at) >= begins, col(Payment.at) < ends)
        .group_by(*columns)
    )
    if reach != EVERYTHING:
        asked = asked.where(col(Payment.meal_point_code) == reach.meal_point)
    lines = [TillLine(point, PaidBy(how), count, int(fen)) for point, how, count, fen in session.execute(asked)]
    return sorted(lines, key=lambda one: (one.meal_point_code or "", one.how))


def set_delivery_fee(
    database: Database, fen: int, *, from_day: date, meal_point_code: str | None, by: str, clock: Clock
) -> DeliveryFee:
    """Let bringing a meal cost so much from a day on, at one meal point or at all that have no fee of their own.

    Raises
    ------
    InvalidError
        If the day is over, or the fee is negative or beyond belief: a price is never changed backwards.
    NotFoundError
        If there is no such meal point.
    """
    if not 0 <= fen <= MOST_FEN:
        raise InvalidError("account.odd_fee", most=yuan(MOST_FEN))
    if from_day < local_day(clock.now()):
        raise InvalidError("account.fee_backwards", day=from_day)
    with database.write() as session:
        if meal_point_code is not None and session.get(MealPoint, meal_point_code) is None:
            raise NotFoundError("account.unknown_point", point=meal_point_code)
        row = DeliveryFee(
            meal_point_code=meal_point_code, from_day=from_day, fen=fen, noted_by=by, noted_at=clock.now()
        )
        session.add(row)
        session.flush()
        subject = meal_point_code or "all"
        audit.note(session, at=clock.now(), actor=by, action="delivery_fee", subject=subject, fen=fen)
        return row


def _refuse_beyond(session: Session, number: str, fen: int) -> None:
    numbers = numbers_of(session, number)
    left = _paid_in(session, numbers) - _owed(session, numbers)
    if fen > left:
        raise ConflictError("account.beyond", asked=yuan(fen), left=yuan(max(0, left)))


def _paid_in(session: Session, numbers: Iterable[str]) -> int:
    asked = select(func.sum(Payment.fen)).where(col(Payment.elder_number).in_(tuple(numbers)))
    return int(session.exec(asked).one() or 0)


def _owed(session: Session, numbers: Iterable[str]) -> int:
    """Return what the ledger says an elder pays, corrections with their sign."""
    asked = (
        select(func.sum(LedgerEntry.fen))
        .join(SettledMeal, col(SettledMeal.id) == col(LedgerEntry.settled_meal_id))
        .where(LedgerEntry.payer == Payer.ELDER, col(SettledMeal.elder_number).in_(tuple(numbers)))
    )
    return int(session.exec(asked).one() or 0)


def _ahead(session: Session, record: Record, scheme: Scheme, today: date) -> Iterator[int | None]:
    """Yield what each ordered meal that no settlement has told about will cost, None where nobody can say."""
    open_orders = _undecided(session, record, today)
    if not open_orders:
        return
    first = min(order.service_day for order in open_orders.values())
    book, uses = CaseBook(session, scheme.scheme_id), list[Use]()
    monday = first - timedelta(days=first.weekday())
    placed = select(MealOrder).where(
        col(MealOrder.elder_number).in_(record.numbers),
        MealOrder.state == OrderState.PLACED,
        MealOrder.service_day >= monday,
    )
    orders = sorted(session.exec(placed), key=lambda one: (one.service_day, MEAL_ORDER[Meal(one.meal)], one.id))
    for order in orders:
        if order.id not in open_orders and not was_had(session, order):
            continue
        try:
            priced = price(with_used(book.case(ordered_of(order), record), uses), scheme)
        except (InvalidError, NotFoundError):
            if order.id in open_orders:
                yield None
            continue
        uses.extend(uses_of(priced))
        if order.id in open_orders:
            yield priced.elder_pays_fen


def _undecided(session: Session, record: Record, today: date) -> dict[int | None, MealOrder]:
    """Return the placed orders that nobody has settled: those ahead, and of those gone by the meals that were had."""
    told: set[int] = set()
    for table in (SettledMeal, RefusedClaim, UnclaimedMeal):
        asked = select(table.order_id).where(col(table.elder_number).in_(record.numbers))
        told.update(session.exec(asked))
    placed = select(MealOrder).where(
        col(MealOrder.elder_number).in_(record.numbers), MealOrder.state == OrderState.PLACED
    )
    return {
        order.id: order
        for order in session.exec(placed)
        if order.id not in told and (order.service_day >= today or was_had(session, order))
    }
