"""What a person says about one dated menu: another dish, how many of it, taken off, an ingredient swapped.

A menu can be changed while its meal is open for orders; an ingredient can be swapped until the day is over, because
what runs out in the kitchen runs out after the orders are closed. Whom a swap leaves with a clash is told at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, select

from kitchens.meals import Meal
from service import audit
from service.access import Reach
from service.clock import Clock, local_day
from service.db import Database
from service.errors import ConflictError, InvalidError, NotAllowedError, NotFoundError
from service.menus.clashes import OrderClash, list_clashes
from service.orders import hold_open
from service.outbox import tell
from service.tables import Dish, EntryState, Ingredient, Kitchen, MenuEntry, MenuSwap, RecipeLine, Role
from service.texts import Key

MOST_RANK = 30
MOST_MEALS = 10_000


@dataclass(frozen=True, slots=True)
class Slot:
    """One kitchen's menu of one meal."""

    kitchen_code: str
    service_day: date
    meal: Meal


@dataclass(frozen=True, slots=True)
class Entry:
    """What a person says of one place on a menu: the dish, the most of it (None: as much as is ordered), on or off."""

    rank: int
    dish_code: str
    capacity_meals: int | None = None
    is_offered: bool = True


@dataclass(frozen=True, slots=True)
class Swap:
    """In one dish one ingredient goes out and another comes in; with `in_code` None it is left out."""

    dish_code: str
    out_code: str
    in_code: str | None


def change_entry(database: Database, slot: Slot, entry: Entry, *, reach: Reach, by: str, clock: Clock) -> MenuEntry:
    """Say what stands at one place of a menu; no cycle changes it from then on.

    Raises
    ------
    NotAllowedError
        If it is another kitchen's.
    NotFoundError
        If the kitchen or the dish is not known.
    InvalidError
        If place or number are odd, or the day is over.
    ConflictError
        If the meal is closed, or the dish stands on this menu already.
    """
    if not 1 <= entry.rank <= MOST_RANK or not 0 <= (entry.capacity_meals or 0) <= MOST_MEALS:
        raise InvalidError("menu.entry_unfit", ranks=MOST_RANK, most=MOST_MEALS)
    _refuse_foreign_or_past(slot, reach, clock)
    with database.write() as session:
        _refuse_unknown_kitchen(session, slot)
        if session.get(Dish, entry.dish_code) is None:
            raise NotFoundError("error.unknown_dish", dish=entry.dish_code)
        if not hold_open(session, slot.service_day, slot.meal):
            raise ConflictError("menu.closed", day=slot.service_day, meal=Key(f"meal.{slot.meal}"))
        for other in _entries(session, slot):
            if other.rank != entry.rank and other.dish_code == entry.dish_code and other.state == EntryState.OFFERED:
                raise ConflictError("menu.dish_twice", dish=entry.dish_code, rank=other.rank)
        row = session.get(MenuEntry, (slot.kitchen_code, slot.service_day, slot.meal, entry.rank)) or MenuEntry(
            kitchen_code=slot.kitchen_code,
            service_day=slot.service_day,
            meal=slot.meal,
            rank=entry.rank,
            dish_code=entry.dish_code,
        )
        row.dish_code, row.capacity_meals, row.from_cycle = entry.dish_code, entry.capacity_meals, False
        row.state = EntryState.OFFERED if entry.is_offered else EntryState.TAKEN_OFF
        session.add(row)
        _note(session, slot, "change_menu", by, clock, rank=entry.rank, dish=entry.dish_code, state=row.state)
        session.flush()
        return row


def swap_ingredient(
    database: Database, slot: Slot, swap: Swap, *, reach: Reach, by: str, clock: Clock
) -> list[OrderClash]:
    """Swap an ingredient of a dish at one meal and return the orders that clash now.

    Raises
    ------
    NotAllowedError
        If it is another kitchen's.
    NotFoundError
        If the kitchen, the dish or an ingredient is not known.
    InvalidError
        If the dish is not made with what goes out, or is swapped for itself, or the day is over.
    """
    _refuse_foreign_or_past(slot, reach, clock)
    if swap.out_code == swap.in_code:
        raise InvalidError("menu.swap_same", ingredient=swap.out_code)
    with database.write() as session:
        _refuse_unknown_kitchen(session, slot)
        if session.get(RecipeLine, (swap.dish_code, swap.out_code)) is None:
            raise InvalidError("menu.not_in_recipe", dish=swap.dish_code, ingredient=swap.out_code)
        if swap.in_code is not None and session.get(Ingredient, swap.in_code) is None:
            raise NotFoundError("menu.unknown_ingredient", ingredient=swap.in_code)
        row = _find_swap(session, slot, swap.dish_code, swap.out_code) or MenuSwap(
            kitchen_code=slot.kitchen_code,
            service_day=slot.service_day,
            meal=slot.meal,
            dish_code=swap.dish_code,
            out_code=swap.out_code,
            made_at=clock.now(),
            made_by=by,
        )
        if row in session and row.holds and row.in_code == swap.in_code:
            return list_clashes(session, slot.service_day, slot.meal, kitchen_code=slot.kitchen_code)
        row.in_code, row.holds, row.made_at, row.made_by = swap.in_code, True, clock.now(), by
        session.add(row)
        _note(session, slot, "swap", by, clock, dish=swap.dish_code, out=swap.out_code, came_in=swap.in_code or "")
        return _told(session, slot, swap, clock)


def take_swap_back(
    database: Database, slot: Slot, dish_code: str, out_code: str, *, reach: Reach, by: str, clock: Clock
) -> list[OrderClash]:
    """Cook a dish as its recipe says after all, and return the orders that clash now.

    Raises
    ------
    NotAllowedError
        If it is another kitchen's.
    NotFoundError
        If nothing is swapped there.
    InvalidError
        If the day is over.
    """
    _refuse_foreign_or_past(slot, reach, clock)
    with database.write() as session:
        row = _find_swap(session, slot, dish_code, out_code)
        if row is None or not row.holds:
            raise NotFoundError("menu.unknown_swap", dish=dish_code, ingredient=out_code)
        row.holds, row.made_at, row.made_by = False, clock.now(), by
        session.add(row)
        _note(session, slot, "take_swap_back", by, clock, dish=dish_code, out=out_code)
        return _told(session, slot, Swap(dish_code, out_code, None), clock)


def _told(session: Session, slot: Slot, swap: Swap, clock: Clock) -> list[OrderClash]:
    """Return who has a clash now, and tell the desk how many these are."""
    session.flush()
    found = list_clashes(session, slot.service_day, slot.meal, kitchen_code=slot.kitchen_code)
    if found:
        now = clock.now()
        tell(
            session,
            to=Role.DISTRICT,
            key="notice.menu_clashes",
            dedupe=f"{_subject(slot)}/{swap.dish_code}/{swap.out_code}/{swap.in_code}/{now.isoformat()}",
            at=now,
            day=str(slot.service_day),
            meal=f"meal.{slot.meal}",
            kitchen=slot.kitchen_code,
            dish=swap.dish_code,
            count=len(found),
        )
    return found


def _refuse_foreign_or_past(slot: Slot, reach: Reach, clock: Clock) -> None:
    if reach.kitchen not in (None, slot.kitchen_code):
        raise NotAllowedError("access.not_yours")
    today = local_day(clock.now())
    if slot.service_day < today:
        raise InvalidError("menu.past", day=slot.service_day, today=today)


def _refuse_unknown_kitchen(session: Session, slot: Slot) -> None:
    if session.get(Kitchen, slot.kitchen_code) is None:
        raise NotFoundError("progress.unknown_kitchen", kitchen=slot.kitchen_code)


def _entries(session: Session, slot: Slot) -> list[MenuEntry]:
    of_menu = select(MenuEntry).where(
        MenuEntry.kitchen_code == slot.kitchen_code,
        MenuEntry.service_day == slot.service_day,
        MenuEntry.meal == slot.meal,
    )
    return list(session.exec(of_menu.order_by(col(MenuEntry.rank))))


def _find_swap(session: Session, slot: Slot, dish_code: str, out_code: str) -> MenuSwap | None:
    return session.get(MenuSwap, (slot.kitchen_code, slot.service_day, slot.meal, dish_code, out_code))


def _note(session: Session, slot: Slot, action: str, by: str, clock: Clock, **details: object) -> None:
    audit.note(session, at=clock.now(), actor=by, action=action, subject=_subject(slot), **details)


def _subject(slot: Slot) -> str:
    return f"{slot.kitchen_code}/{slot.service_day}/{slot.meal}"
