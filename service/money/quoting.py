"""What a meal would cost an elder, said before it is ordered: at the kiosk, on the telephone, at the door."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from sqlmodel import Session, col, select

from kitchens.meals import Fulfilment, Meal
from service.clock import Clock, local_day
from service.diets import refuse_clashing
from service.errors import InvalidError
from service.menus.course_prices import Chosen
from service.money.cases import CaseBook, Ordered, ordered_of
from service.orders import Wish, find_point
from service.people.record import Record
from service.people.records import list_records
from service.progress import HANDED_OVER
from service.served import MEAL_ORDER
from service.settings import Settings
from service.subsidies import Case, Line, Priced, Scheme, get_scheme, price
from service.subsidies.using import Use, used_before, uses_of
from service.tables import Elder, MealOrder, OrderState, PlannedOrder, TakenMeal, Visit
from service.texts import text

WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an elder may not eat here: the key of the sentence and the values in it."""

    key: str
    values: Mapping[str, object] = field(default_factory=dict)

    def say(self, language: str) -> str:
        """Return the sentence."""
        return text(language, self.key, **self.values)


@dataclass(frozen=True, slots=True)
class Quote:
    """What one meal costs whom.

    `lines` are those of the subsidy rules, grants to the operator among them; `pays_fen` is what the elder pays for
    meal and delivery. Who may not eat here has no lines and a refusal.
    """

    price_fen: int
    delivery_fee_fen: int
    lines: tuple[Line, ...]
    pays_fen: int
    refusal: Refusal | None


def quote(session: Session, elder: Elder, wish: Wish, *, settings: Settings, clock: Clock) -> Quote:
    """Return what a meal costs an elder under the installation's scheme, as things are known now.

    Meals of the same week before this one count towards the caps: those of days gone by if they were had, all others
    as they are ordered.

    Raises
    ------
    InvalidError
        If the elder's kitchen has no dish for that meal, or the record holds no birth date that can be.
    NotFoundError
        If the installation's scheme is not known.
    """
    return Quoting.of(session, elder, settings=settings, clock=clock).quote(wish)


@dataclass(frozen=True, slots=True)
class Quoting:
    """Quotes of several meals of one elder: what they share, places and prices and the record, is read once."""

    session: Session
    scheme: Scheme
    record: Record
    book: CaseBook
    today: date

    @classmethod
    def of(cls, session: Session, elder: Elder, *, settings: Settings, clock: Clock) -> Quoting:
        """Read what the quotes of an elder share."""
        scheme = get_scheme(settings.subsidy_scheme)
        record = list_records(session, [elder.number])[elder.number]
        return cls(session, scheme, record, CaseBook(session, scheme.scheme_id), local_day(clock.now()))

    def quote(self, wish: Wish) -> Quote:
        """Return what one meal costs; the rules of `quote` hold."""
        point = find_point(self.session, self.record.elder)
        asked = Ordered(
            self.record.elder.number,
            wish.service_day,
            wish.meal,
            wish.fulfilment,
            wish.dish_code,
            point.code if point else None,
            point.kitchen_code if point else None,
            choices=self._going_with(wish, point.kitchen_code if point else None),
        )
        uses = _uses_before(self.session, self.book, self.record, asked, self.scheme, self.today)
        return quote_of(price(with_used(self.book.case(asked, self.record), uses), self.scheme))

    def _going_with(self, wish: Wish, kitchen_code: str | None) -> tuple[Chosen, ...]:
        """Return what would go with a set meal: what is not chosen is filled as its order would fill it."""
        asked = (wish.service_day, wish.meal, wish.dish_code, kitchen_code, wish.choices)
        try:
            parts = refuse_clashing(self.session, self.record.elder, *asked)
        except InvalidError:
            # It cannot be ordered: what the dish itself would cost is told all the same.
            return ()
        return tuple((part.course_id, part.dish_id) for part in parts)


def quote_of(priced: Priced) -> Quote:
    """Return a priced meal as a quote."""
    case = priced.case
    refusal = None if priced.refusal is None else Refusal(priced.refusal, priced.may_eat.values)
    return Quote(case.price_fen, case.delivery_fee_fen, priced.lines, priced.elder_pays_fen, refusal)


def with_used(case: Case, uses: list[Use]) -> Case:
    """Return a case with what was used before it."""
    return replace(case, used=used_before(uses, case.day, case.meal))


def _uses_before(
    session: Session, book: CaseBook, record: Record, asked: Ordered, scheme: Scheme, today: date
) -> list[Use]:
    """Return what the week's earlier meals use, each priced after those before it."""
    uses: list[Use] = []
    for order in _earlier(session, record, asked, today):
        uses.extend(uses_of(price(with_used(book.case(ordered_of(order), record), uses), scheme)))
    return uses


def _earlier(session: Session, record: Record, asked: Ordered, today: date) -> Iterator[MealOrder]:
    """Yield the person's orders of the week before a meal, in the order of the meals."""
    monday = asked.service_day - timedelta(days=asked.service_day.weekday())
    of_week = (
        select(MealOrder)
        .where(col(MealOrder.elder_number).in_(record.numbers), MealOrder.state == OrderState.PLACED)
        .where(MealOrder.service_day >= monday, MealOrder.service_day <= asked.service_day)
    )
    slot = asked.service_day, MEAL_ORDER[asked.meal]
    orders = sorted(session.exec(of_week), key=lambda one: (one.service_day, MEAL_ORDER[Meal(one.meal)], one.id))
    for order in orders:
        is_before = (order.service_day, MEAL_ORDER[Meal(order.meal)]) < slot
        if is_before and (order.service_day >= today or was_had(session, order)):
            yield order


def was_had(session: Session, order: MealOrder) -> bool:
    """Return whether an order of a day gone by ended with a meal in the elder's hands."""
    if order.fulfilment != Fulfilment.HOME:
        taken = select(TakenMeal.id).where(TakenMeal.order_id == order.id)
        return session.exec(taken).first() is not None
    visits = (
        select(Visit.id)
        .join(PlannedOrder, col(PlannedOrder.visit_id) == col(Visit.id))
        .where(PlannedOrder.order_id == order.id, col(Visit.outcome).in_(HANDED_OVER))
    )
    return session.exec(visits).first() is not None
