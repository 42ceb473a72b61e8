"""Elder statements (用餐账单): what each meal of a settlement cost, who paid it, and what is left on the account.

Every sum is proved where it is made, and held against the ledger.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy
from sqlmodel import Session, col, func, select

from kitchens.paper_head import equal
from service.clock import instant_of
from service.errors import NotFoundError
from service.money.booked import PAYERS, Account, BookedMeal, Head, Share, get_head, read_account
from service.subsidies import Covers, Payer
from service.tables import Dish, Elder, LedgerEntry, MealOrder, Payment, PlannedOrder, SettledMeal, Settlement

NOT_ON_THE_BILL = Covers.GRANT
Paid = Mapping[str, int]
"""Fen by payer; whoever paid nothing is not named."""


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One meal: its price and fee, and who paid them. `dish` is "" where nobody knows it.

    Raises
    ------
    ValueError
        If what was paid is not price and fee.
    """

    service_day: date
    meal: str
    dish: str
    dish_en: str
    price_fen: int
    fee_fen: int
    paid: Paid

    def __post_init__(self) -> None:
        """Prove the line."""
        equal(f"{self.service_day} {self.meal}", self.price_fen + self.fee_fen, self.paid.values())


@dataclass(frozen=True, slots=True)
class CorrectionLine:
    """One meal of an earlier period that was priced anew: how much more or less each pays now.

    Raises
    ------
    ValueError
        If price and payers do not change by the same.
    """

    settlement_id: int
    service_day: date
    meal: str
    price_fen: int
    paid: Paid

    def __post_init__(self) -> None:
        """Prove the line."""
        equal(f"{self.service_day} {self.meal}", self.price_fen, self.paid.values())


@dataclass(frozen=True, slots=True)
class Balance:
    """An account on the last day of the period: paid in until then, less the elder's own part of all meals so far."""

    day: date
    paid_in_fen: int
    owed_fen: int

    @property
    def left_fen(self) -> int:
        """What is left, negative where the elder still owes."""
        return self.paid_in_fen - self.owed_fen


@dataclass(frozen=True, slots=True)
class ElderStatement:
    """All that a settlement says of one elder.

    Attributes
    ----------
    grants_fen
        What the operator gets on top of the bill for serving this elder, corrections included.
    ledger_fen
        What the ledger holds of this elder in this settlement and the corrections paid with it.

    Raises
    ------
    ValueError
        If the lines do not add up to the ledger's sum.
    """

    head: Head
    elder_number: str
    elder_name: str
    lines: tuple[StatementLine, ...]
    corrections: tuple[CorrectionLine, ...]
    grants_fen: int
    ledger_fen: int
    balance: Balance | None

    def __post_init__(self) -> None:
        """Prove the whole."""
        equal(
            f"the statement of {self.elder_number}",
            self.ledger_fen,
            (self.price_fen, self.fee_fen, sum(one.price_fen for one in self.corrections), self.grants_fen),
        )

    @property
    def price_fen(self) -> int:
        """The price of all meals."""
        return sum(line.price_fen for line in self.lines)

    @property
    def fee_fen(self) -> int:
        """The fee for bringing them."""
        return sum(line.fee_fen for line in self.lines)

    @property
    def paid(self) -> Paid:
        """Who paid how much of the meals of the period."""
        return _added(line.paid for line in self.lines)

    @property
    def corrected(self) -> Paid:
        """Who pays how much more or less by corrections."""
        return _added(line.paid for line in self.corrections)

    @property
    def you_pay_fen(self) -> int:
        """What the elder pays, corrections included; negative where money goes back."""
        return self.paid.get(Payer.ELDER, 0) + self.corrected.get(Payer.ELDER, 0)


def elder_statement(session: Session, settlement_id: int, elder_number: str) -> ElderStatement:
    """Return one elder's statement.

    Raises
    ------
    NotFoundError
        If there is no such settlement, or it has no line of this elder.
    """
    account = read_account(session, settlement_id, Share(elder_number=elder_number))
    for statement in elder_statements(session, account):
        return statement
    get_head(session, settlement_id)
    raise NotFoundError("account.no_line", settlement=settlement_id, elder=elder_number)


def elder_statements(session: Session, account: Account) -> Iterator[ElderStatement]:
    """Yield the statement of everybody whom a settlement or a correction paid with it names, by number."""
    meals: defaultdict[str, list[BookedMeal]] = defaultdict(list)
    corrections: defaultdict[str, list[BookedMeal]] = defaultdict(list)
    for meal in account.meals:
        meals[meal.elder_number].append(meal)
    for meal in account.corrections:
        corrections[meal.elder_number].append(meal)
    names = _elder_names(session)
    dishes = _dishes(session, account)
    balances = _balances(session, account)
    for number in sorted({*meals, *corrections}):
        own, corrected = meals[number], corrections[number]
        yield ElderStatement(
            head=account.head,
            elder_number=number,
            elder_name=names.get(number, ""),
            lines=tuple(_line(meal, dishes) for meal in own),
            corrections=tuple(_correction(meal) for meal in corrected),
            grants_fen=sum(meal.covering(NOT_ON_THE_BILL) for meal in (*own, *corrected)),
            ledger_fen=sum(meal.fen for meal in (*own, *corrected)),
            balance=balances.get(number),
        )


def payers_of(statements: Iterable[ElderStatement]) -> tuple[Payer, ...]:
    """Return who pays anything in some statements, in the order of papers; the elder always."""
    named = {payer for one in statements for paid in (one.paid, one.corrected) for payer, fen in paid.items() if fen}
    return tuple(payer for payer in PAYERS if payer in named or payer == Payer.ELDER)


def _line(meal: BookedMeal, dishes: Mapping[int, tuple[str, str]]) -> StatementLine:
    dish, dish_en = dishes.get(meal.order_id, ("", ""))
    return StatementLine(meal.service_day, meal.meal, dish, dish_en, meal.price_fen, meal.fee_fen, _paid(meal))


def _correction(meal: BookedMeal) -> CorrectionLine:
    price_fen = meal.price_fen + meal.fee_fen
    return CorrectionLine(meal.settlement_id, meal.service_day, meal.meal, price_fen, _paid(meal))


def _paid(meal: BookedMeal) -> Paid:
    paid: Counter[str] = Counter()
    for part in meal.parts:
        if part.covers != NOT_ON_THE_BILL:
            paid[part.payer] += part.fen
    return {payer: fen for payer, fen in paid.items() if fen}


def _added(some: Iterable[Paid]) -> Paid:
    added: Counter[str] = Counter()
    for paid in some:
        for payer, fen in paid.items():
            added[payer] += fen
    return added


def _elder_names(session: Session) -> dict[str, str]:
    return dict(session.exec(select(Elder.number, Elder.name)).all())


def _dishes(session: Session, account: Account) -> dict[int, tuple[str, str]]:
    """Return the dish of each order, in both languages: what was planned in the end, else what was ordered."""
    settled = select(SettledMeal.order_id).where(
        SettledMeal.settlement_id == account.head.number, *account.share.of(SettledMeal)
    )
    names = {dish.code: (dish.name, dish.name_en) for dish in session.exec(select(Dish))}
    ordered = sqlalchemy.select(col(MealOrder.id), col(MealOrder.dish_code)).where(
        col(MealOrder.id).in_(settled), col(MealOrder.dish_code).is_not(None)
    )
    planned = (
        sqlalchemy.select(col(PlannedOrder.order_id), col(PlannedOrder.dish_code))
        .where(col(PlannedOrder.order_id).in_(settled), col(PlannedOrder.dish_code).is_not(None))
        .order_by(col(PlannedOrder.plan_id))
    )
    found = {order_id: code for some in (ordered, planned) for order_id, code in session.execute(some)}
    return {order_id: names[code] for order_id, code in found.items() if code in names}


def _balances(session: Session, account: Account) -> dict[str, Balance]:
    """Return the accounts of those who have paid in anything until the end of the period."""
    day = account.head.until_day
    elder = account.share.elder_number
    paid_in = select(Payment.elder_number, func.sum(Payment.fen)).where(
        col(Payment.at) < instant_of(day + timedelta(days=1), 0)
    )
    if elder is not None:
        paid_in = paid_in.where(Payment.elder_number == elder)
    sums = {number: int(fen) for number, fen in session.exec(paid_in.group_by(Payment.elder_number))}
    if not sums:
        return {}
    owed = dict(_owed(session, account.head, elder))
    return {number: Balance(day, fen, owed.get(number, 0)) for number, fen in sums.items()}


def _owed(session: Session, head: Head, elder_number: str | None) -> Iterator[tuple[str, int]]:
    """Yield everybody's own part in all settlements up to this one, of whatever scheme."""
    asked = (
        sqlalchemy.select(col(SettledMeal.elder_number), func.sum(LedgerEntry.fen))
        .join(SettledMeal, col(SettledMeal.id) == LedgerEntry.settled_meal_id)
        .join(Settlement, col(Settlement.id) == LedgerEntry.settlement_id)
        .where(col(LedgerEntry.payer) == Payer.ELDER, col(LedgerEntry.settlement_id) <= head.number)
        .group_by(col(SettledMeal.elder_number))
    )
    if elder_number is not None:
        asked = asked.where(col(SettledMeal.elder_number) == elder_number)
    for number, fen in session.execute(asked):
        yield number, int(fen)
