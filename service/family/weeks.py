"""What a family sees: this week and the next, meal by meal, and nothing else about the elder."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlmodel import Session

from kitchens.meals import Meal
from service.clock import Clock, local_day
from service.desk.grid import Cell, CellState, week_of
from service.errors import InvalidError
from service.family.links import get_link
from service.kiosk.screens import in_part
from service.menus.offers import Offer, list_offers
from service.people import Record
from service.people.lifecycle import state_on
from service.tables import ElderState

DAYS = 14
CAN_ORDER = frozenset({CellState.OPEN, CellState.CANCELLED, CellState.REFUSED})
CAN_CANCEL = frozenset({CellState.DEFAULT, CellState.ORDERED, CellState.CHANGED})


@dataclass(frozen=True, slots=True)
class FamilyMeal:
    """One meal: how it stands, and by which numbers its dishes are ordered as long as it is open."""

    cell: Cell
    dishes: tuple[tuple[int, Offer], ...]
    may_order: bool
    may_cancel: bool


@dataclass(frozen=True, slots=True)
class FamilyDay:
    """A day with its meals, none where nobody is served."""

    day: date
    meals: tuple[FamilyMeal, ...]


@dataclass(frozen=True, slots=True)
class FamilyWeeks:
    """The page: a name that a stranger cannot read whole, whether meals are served at all, and two weeks."""

    short_name: str
    holder: str
    is_served: bool
    today: date
    weeks: tuple[tuple[FamilyDay, ...], ...]


def read_weeks(session: Session, token: str, *, clock: Clock) -> FamilyWeeks:
    """Return what a link shows.

    Raises
    ------
    LinkGoneError
        If it opens nothing, or no more.
    """
    link, record = get_link(session, token, clock.now())
    today = local_day(clock.now())
    is_served = state_on(record.elder, record.changes, today) == ElderState.ACTIVE
    _, rows = week_of(session, record, monday_of(today), settings=None, clock=clock, days=DAYS)
    days = [_day(session, record, row, today, is_served=is_served) for row in rows]
    weeks = (tuple(days[:7]), tuple(days[7:]))
    return FamilyWeeks(in_part(record.elder.name), link.holder, is_served, today, weeks)


def monday_of(day: date) -> date:
    """Return the Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def refuse_odd_day(day: date, today: date) -> None:
    """Refuse a day that is on no page of today.

    Raises
    ------
    InvalidError
        Then.
    """
    first = monday_of(today)
    if not first <= day < first + timedelta(days=DAYS):
        raise InvalidError("family.odd_day", day=day)


def _day(session: Session, record: Record, row: list[Cell], today: date, *, is_served: bool) -> FamilyDay:
    meals = [
        _meal(session, record, cell, is_open=is_served and cell.service_day >= today and not cell.is_closed)
        for cell in row
        if cell.state != CellState.NOT_SERVED
    ]
    return FamilyDay(row[0].service_day, tuple(meals))


def _meal(session: Session, record: Record, cell: Cell, *, is_open: bool) -> FamilyMeal:
    may_order, may_cancel = is_open and cell.fits and cell.state in CAN_ORDER, is_open and cell.state in CAN_CANCEL
    dishes: tuple[tuple[int, Offer], ...] = ()
    if may_order or may_cancel:
        offers = list_offers(session, record.elder, cell.service_day, Meal(cell.meal))
        # Only what may be eaten and is left: what an elder must not eat is nobody else's to read.
        dishes = tuple((n, one) for n, one in enumerate(offers[:9], start=1) if one.is_safe and one.left != 0)
    return FamilyMeal(cell, dishes, may_order and bool(dishes), may_cancel)
