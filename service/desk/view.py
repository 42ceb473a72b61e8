"""One elder as the desk sees the person when the telephone rings: whatever must be known before the first word."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlmodel import Session, col, select

from kitchens.meals import Meal
from service.clock import Clock, local_day
from service.desk.grid import Cell, week_of
from service.desk.worries import list_open_worries
from service.errors import InvalidError
from service.finding.keys import digits_of
from service.money.accounts import balance
from service.people.lifecycle import state_on
from service.people.record import Record, get_record, has_ended
from service.people.search import FEWEST_WHOLE_DIGITS
from service.settings import Settings
from service.subsidies import age_on
from service.tables import (
    CallBack,
    CallBackState,
    Courier,
    CourierRun,
    DeskAct,
    Dish,
    ElderAbsence,
    ElderState,
    MealOrder,
    MealPoint,
    Risk,
    StandingOrder,
    StatusClass,
    Visit,
    Worry,
)

LAST_ORDERS = 7
COURIER_VISITS = 20
HEAVY = frozenset({Risk.FALLS, Risk.DEMENTIA, Risk.CHOKING, Risk.HEART, Risk.BEDRIDDEN})
FRAIL_FROM = 3
"""Care level from which an elder counts as frail."""


class Band(StrEnum):
    """How soon somebody must look after an elder who is not heard of."""

    HIGH = "high"
    RAISED = "raised"
    USUAL = "usual"


@dataclass(frozen=True, slots=True)
class PastOrder:
    """One of the last meals, as one line."""

    service_day: date
    meal: Meal
    state: str
    source: str
    fulfilment: str
    dish_name: str
    dish_name_en: str


@dataclass(frozen=True, slots=True)
class DeskView:
    """Everything that the desk shows about one elder; `left_fen` is None where no account can be told."""

    record: Record
    today: date
    first_day: date
    state: ElderState
    age: int
    band: Band
    lives_alone: bool
    point_name: str
    courier_name: str
    left_fen: int | None
    meals: tuple[Meal, ...]
    rows: list[list[Cell]]
    last_orders: tuple[PastOrder, ...]
    absences: tuple[ElderAbsence, ...]
    paused: tuple[StandingOrder, ...]
    worries: tuple[Worry, ...]
    call_backs: tuple[CallBack, ...]
    last_act: DeskAct | None

    @property
    def next_open(self) -> Cell | None:
        """Return the first meal that one key would order."""
        return next((cell for row in self.rows for cell in row if cell.is_open), None)

    @property
    def nothing_fits(self) -> bool:
        """Return whether there is no meal that could be ordered because none is for this elder."""
        return self.next_open is None and any(not cell.fits for row in self.rows for cell in row)

    def caller_of(self, phone: str) -> str | None:
        """Return who rings from this number: "" for the elder, the name of somebody to call, None for nobody known."""
        digits = digits_of(phone)
        if any(_is_same(digits, digits_of(own)) for own in self.record.phones_on(self.today)):
            return ""
        contacts = self.record.contacts_on(self.today)
        return next((one.name for one in contacts if _is_same(digits, digits_of(one.phone))), None)


def desk_view(
    session: Session, elder_number: str, *, settings: Settings, clock: Clock, by: str, first_day: date | None = None
) -> DeskView:
    """Return what the desk shows about an elder, the week beginning today unless asked otherwise.

    Raises
    ------
    NotFoundError
        If there is no such elder.
    """
    today = local_day(clock.now())
    record = get_record(session, elder_number)
    elder = record.elder
    point = session.get(MealPoint, elder.meal_point_code) if elder.meal_point_code else None
    meals, rows = week_of(session, record, first_day or today, settings=settings, clock=clock)
    standing = session.exec(select(StandingOrder).where(StandingOrder.elder_number == elder.number))
    owed = select(CallBack).where(CallBack.elder_number == elder.number, CallBack.state == CallBackState.OPEN)
    return DeskView(
        record=record,
        today=today,
        first_day=first_day or today,
        state=state_on(elder, record.changes, today),
        age=age_on(elder.birth_date or date(elder.birth_year, 12, 31), today),
        band=band_of(record, today),
        lives_alone=StatusClass.LIVES_ALONE in record.classes_on(today),
        point_name="" if point is None else point.name,
        courier_name=_usual_courier(session, record),
        left_fen=_left(session, elder.number, settings, clock),
        meals=meals,
        rows=rows,
        last_orders=tuple(_last_orders(session, record, today)),
        absences=tuple(one for one in record.absences if not has_ended(one.until_day, today)),
        paused=tuple(one for one in standing if one.paused_from and not has_ended(one.paused_until, today)),
        worries=tuple(list_open_worries(session, elder_number=elder.number)),
        call_backs=tuple(session.exec(owed.order_by(col(CallBack.due_at)))),
        last_act=find_last_act(session, elder.number, by, today),
    )


def band_of(record: Record, day: date) -> Band:
    """Return the risk band: high for heavy risks or frailty of somebody alone, raised for one of the two."""
    risks = set(record.risks_on(day))
    is_alone = StatusClass.LIVES_ALONE in record.classes_on(day)
    is_frail = bool(risks & HEAVY) or (record.care_level_on(day) or 0) >= FRAIL_FROM
    if is_frail and (is_alone or len(risks & HEAVY) > 1):
        return Band.HIGH
    return Band.RAISED if is_frail or is_alone else Band.USUAL


def find_last_act(session: Session, elder_number: str, by: str, today: date) -> DeskAct | None:
    """Return what this operator last did for this elder today and did not take back."""
    own = select(DeskAct).where(
        DeskAct.elder_number == elder_number, DeskAct.by == by, col(DeskAct.undone_at).is_(None)
    )
    act = session.exec(own.order_by(col(DeskAct.id).desc()).limit(1)).first()
    return act if act is not None and local_day(act.at) == today else None


def _last_orders(session: Session, record: Record, today: date) -> list[PastOrder]:
    past = (
        select(MealOrder, Dish)
        .join(Dish, col(Dish.code) == col(MealOrder.dish_code), isouter=True)
        .where(col(MealOrder.elder_number).in_(record.numbers), MealOrder.service_day < today)
        .order_by(col(MealOrder.service_day).desc(), col(MealOrder.meal))
        .limit(LAST_ORDERS)
    )
    return [
        PastOrder(
            service_day=order.service_day,
            meal=Meal(order.meal),
            state=order.state,
            source=order.source,
            fulfilment=order.fulfilment,
            dish_name=dish.name if dish else "",
            dish_name_en=dish.name_en if dish else "",
        )
        for order, dish in session.exec(past)
    ]


def _usual_courier(session: Session, record: Record) -> str:
    """Return the name of who has come to this door most often of late, "" where nobody has."""
    visits = (
        select(Courier.name)
        .join(CourierRun, col(CourierRun.courier_code) == col(Courier.code))
        .join(Visit, col(Visit.courier_run_id) == col(CourierRun.id))
        .where(col(Visit.elder_number).in_(record.numbers))
        .order_by(col(Visit.id).desc())
        .limit(COURIER_VISITS)
    )
    counts = Counter(session.exec(visits))
    return counts.most_common(1)[0][0] if counts else ""


def _left(session: Session, elder_number: str, settings: Settings, clock: Clock) -> int | None:
    """Return what is left on the account, None where the record does not let us tell."""
    try:
        return balance(session, elder_number, settings=settings, clock=clock).left_fen
    except InvalidError:
        return None


def _is_same(one: str, other: str) -> bool:
    """Return whether two numbers are one telephone, with or without an area code."""
    shorter, longer = sorted((one, other), key=len)
    return len(shorter) >= FEWEST_WHOLE_DIGITS and longer.endswith(shorter)
