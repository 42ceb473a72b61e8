"""Menus that repeat every few weeks (菜单周期), written out as dated menus as far ahead as standing orders are.

What the cycle wrote and nobody touched follows the cycle: it changes with it, is withdrawn when it no longer says so,
and comes back. What a person has said about a dated menu is never overwritten, a dish that was taken off never comes
back, and a dish that somebody has ordered stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlmodel import Session, col, select

from kitchens.meals import Meal
from service import audit
from service.clock import Clock, local_day
from service.db import Database
from service.errors import InvalidError, NotFoundError
from service.orders import hold_open
from service.standing import DAYS_AHEAD
from service.tables import CycleEntry, Dish, EntryState, Kitchen, MealOrder, MenuCycle, MenuEntry, OrderState

MOST_WEEKS = 8
"""The longest cycle: a menu is renewed weekly or monthly (穗民规字〔2024〕3号, article 14), so two months do."""


@dataclass(frozen=True, slots=True)
class CycleDish:
    """One dish of a cycle: week 1 …, weekday 1 Monday … 7 Sunday, its place on the menu, the most of it."""

    week: int
    weekday: int
    rank: int
    dish_code: str
    capacity_meals: int | None = None


@dataclass(frozen=True, slots=True)
class Cycle:
    """A menu of one kitchen and meal that repeats every `weeks` weeks from a Monday on."""

    code: str
    kitchen_code: str
    meal: Meal
    weeks: int
    first_monday: date
    until_day: date | None
    dishes: tuple[CycleDish, ...]


@dataclass(frozen=True, slots=True)
class LaidOut:
    """What was done to dated menus: entries made or brought back, changed, withdrawn."""

    made: int = 0
    changed: int = 0
    withdrawn: int = 0

    def __add__(self, other: LaidOut) -> LaidOut:
        return LaidOut(self.made + other.made, self.changed + other.changed, self.withdrawn + other.withdrawn)


def week_of_cycle(first_monday: date, weeks: int, day: date) -> int:
    """Return which week of a cycle `day` lies in, 1 the first."""
    return (day - first_monday).days // 7 % weeks + 1


def lay_ahead(database: Database, clock: Clock, *, days: int = DAYS_AHEAD) -> LaidOut:
    """Write out all cycles for the next days, each day in a transaction of its own."""
    today = local_day(clock.now())
    total = LaidOut()
    for ahead in range(days + 1):
        with database.write() as session:
            total += lay_day(session, today + timedelta(days=ahead))
    return total


def lay_days(session: Session, clock: Clock, *, days: int = DAYS_AHEAD) -> LaidOut:
    """Write out all cycles for the next days within the caller's transaction."""
    today = local_day(clock.now())
    return sum((lay_day(session, today + timedelta(days=ahead)) for ahead in range(days + 1)), LaidOut())


def lay_day(session: Session, day: date) -> LaidOut:
    """Write out all cycles for one day; a meal that is closed stays as it is."""
    total = LaidOut()
    for meal in Meal:
        cycles = _cycles_on(session, day, meal)
        followed = _follow_set(session, day, meal)
        if (cycles or followed) and hold_open(session, day, meal):
            for kitchen_code in sorted({*cycles, *followed}):
                said = _said(session, cycles.get(kitchen_code), day)
                total += _lay_menu(session, kitchen_code, day, meal, said)
    return total


def _cycles_on(session: Session, day: date, meal: Meal) -> dict[str, MenuCycle]:
    """Return the cycle that holds on a day, by kitchen: the one begun last."""
    holding = (
        select(MenuCycle)
        .where(MenuCycle.meal == meal, MenuCycle.first_monday <= day)
        .where(col(MenuCycle.until_day).is_(None) | (col(MenuCycle.until_day) >= day))
        .order_by(col(MenuCycle.first_monday), col(MenuCycle.code))
    )
    return {cycle.kitchen_code: cycle for cycle in session.exec(holding)}


def _follow_set(session: Session, day: date, meal: Meal) -> set[str]:
    """Return the kitchens whose menus of a meal hold anything that follows a cycle."""
    following = select(MenuEntry.kitchen_code).where(
        MenuEntry.service_day == day, MenuEntry.meal == meal, col(MenuEntry.from_cycle)
    )
    return set(session.exec(following))


def _said(session: Session, cycle: MenuCycle | None, day: date) -> list[CycleEntry]:
    if cycle is None:
        return []
    week = week_of_cycle(cycle.first_monday, cycle.weeks, day)
    of_day = select(CycleEntry).where(
        CycleEntry.cycle_code == cycle.code, CycleEntry.week == week, CycleEntry.weekday == day.isoweekday()
    )
    return list(session.exec(of_day.order_by(col(CycleEntry.rank))))


def _lay_menu(session: Session, kitchen_code: str, day: date, meal: Meal, said: Sequence[CycleEntry]) -> LaidOut:
    of_menu = select(MenuEntry).where(
        MenuEntry.kitchen_code == kitchen_code, MenuEntry.service_day == day, MenuEntry.meal == meal
    )
    rows = {entry.rank: entry for entry in session.exec(of_menu)}
    own = {entry.dish_code for entry in rows.values() if not entry.from_cycle}
    ordered = _ordered(session, kitchen_code, day, meal) if any(e.from_cycle for e in rows.values()) else set()
    wanted = {one.rank: one for one in said if one.dish_code not in own}
    made = changed = withdrawn = 0
    for rank, one in wanted.items():
        entry = rows.get(rank)
        if entry is None:
            entry = MenuEntry(
                kitchen_code=kitchen_code, service_day=day, meal=meal, rank=rank, dish_code="", from_cycle=True
            )
        elif not entry.from_cycle or (entry.dish_code != one.dish_code and entry.dish_code in ordered):
            continue
        was = (entry.dish_code, entry.capacity_meals, entry.state)
        entry.dish_code, entry.capacity_meals = one.dish_code, one.capacity_meals
        entry.state = EntryState.OFFERED
        made += rank not in rows or was[2] != EntryState.OFFERED
        changed += rank in rows and was[2] == EntryState.OFFERED and was[:2] != (one.dish_code, one.capacity_meals)
        session.add(entry)
    for rank, entry in rows.items():
        gone = entry.from_cycle and rank not in wanted and entry.dish_code not in ordered
        if gone and entry.state == EntryState.OFFERED:
            entry.state = EntryState.WITHDRAWN
            session.add(entry)
            withdrawn += 1
    session.flush()
    return LaidOut(made, changed, withdrawn)


def _ordered(session: Session, kitchen_code: str, day: date, meal: Meal) -> set[str | None]:
    """Return the dishes that somebody has ordered by name."""
    placed = select(MealOrder.dish_code).where(
        MealOrder.service_day == day,
        MealOrder.meal == meal,
        MealOrder.kitchen_code == kitchen_code,
        col(MealOrder.state).in_((OrderState.PLACED, OrderState.REQUESTED)),
    )
    return set(session.exec(placed.distinct()))


def put_cycle(database: Database, cycle: Cycle, *, by: str, clock: Clock) -> LaidOut:
    """Begin a cycle, or put this one in the place of the one with its code; menus ahead follow at once.

    Raises
    ------
    NotFoundError
        If the kitchen or a dish is not known.
    InvalidError
        If it begins on no Monday, ends before it begins, is too long, names a day twice for one place, or a week or
        weekday that it has not; or if the code stands for another kitchen's or meal's cycle.
    """
    _refuse_odd_cycle(cycle)
    with database.write() as session:
        if session.get(Kitchen, cycle.kitchen_code) is None:
            raise NotFoundError("progress.unknown_kitchen", kitchen=cycle.kitchen_code)
        asked = sorted({one.dish_code for one in cycle.dishes})
        known = select(Dish.code).where(col(Dish.code).in_(asked))
        found: set[str] = set(session.exec(known))
        unknown = set(asked) - found
        if unknown:
            raise NotFoundError("error.unknown_dish", dish=sorted(unknown))
        _write_cycle(session, cycle)
        audit.note(session, at=clock.now(), actor=by, action="put_cycle", subject=cycle.code)
        return lay_days(session, clock)


def _write_cycle(session: Session, cycle: Cycle) -> None:
    row = session.get(MenuCycle, cycle.code)
    if row is not None and (row.kitchen_code, row.meal) != (cycle.kitchen_code, cycle.meal):
        raise InvalidError("menu.cycle_taken", cycle=cycle.code, kitchen=row.kitchen_code)
    if row is None:
        row = MenuCycle(
            code=cycle.code,
            kitchen_code=cycle.kitchen_code,
            meal=cycle.meal,
            weeks=cycle.weeks,
            first_monday=cycle.first_monday,
        )
    row.weeks, row.first_monday, row.until_day = cycle.weeks, cycle.first_monday, cycle.until_day
    session.add(row)
    for old in session.exec(select(CycleEntry).where(CycleEntry.cycle_code == cycle.code)).all():
        session.delete(old)
    session.flush()
    session.add_all(
        CycleEntry(
            cycle_code=cycle.code,
            week=one.week,
            weekday=one.weekday,
            rank=one.rank,
            dish_code=one.dish_code,
            capacity_meals=one.capacity_meals,
        )
        for one in cycle.dishes
    )
    session.flush()


def _refuse_odd_cycle(cycle: Cycle) -> None:
    places = [(one.week, one.weekday, one.rank) for one in cycle.dishes]
    dishes = [(one.week, one.weekday, one.dish_code) for one in cycle.dishes]
    fits = all(1 <= week <= cycle.weeks and 1 <= weekday <= 7 and rank >= 1 for week, weekday, rank in places)
    twice = len(set(places)) < len(places) or len(set(dishes)) < len(dishes)
    if cycle.first_monday.isoweekday() != 1 or not 1 <= cycle.weeks <= MOST_WEEKS or not fits or twice:
        raise InvalidError("menu.cycle_unfit", most=MOST_WEEKS)
    if cycle.until_day is not None and cycle.until_day < cycle.first_monday:
        raise InvalidError("error.days_wrong_way_round", first=cycle.first_monday, last=cycle.until_day)


def list_cycles(session: Session, kitchen_code: str | None = None) -> list[Cycle]:
    """Return the cycles of a kitchen, or of all, by code."""
    wanted = select(MenuCycle).order_by(col(MenuCycle.code))
    if kitchen_code is not None:
        wanted = wanted.where(MenuCycle.kitchen_code == kitchen_code)
    rows = list(session.exec(wanted))
    entries = session.exec(
        select(CycleEntry)
        .where(col(CycleEntry.cycle_code).in_([row.code for row in rows]))
        .order_by(col(CycleEntry.week), col(CycleEntry.weekday), col(CycleEntry.rank))
    )
    dishes: dict[str, tuple[CycleDish, ...]] = {}
    for one in entries:
        made = CycleDish(one.week, one.weekday, one.rank, one.dish_code, one.capacity_meals)
        dishes[one.cycle_code] = (*dishes.get(one.cycle_code, ()), made)
    return [
        Cycle(
            code=row.code,
            kitchen_code=row.kitchen_code,
            meal=Meal(row.meal),
            weeks=row.weeks,
            first_monday=row.first_monday,
            until_day=row.until_day,
            dishes=dishes.get(row.code, ()),
        )
        for row in rows
    ]
