"""The menus of one meal, read once and kept until a menu changes: every order asks for them.

No story has to think of it: `service.menus.watch` counts every change, and what was read is kept with the count at
which it was read, and read anew at another one.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, bindparam
from sqlmodel import Session, col, select

from kitchens import meals
from kitchens.clash import Choice, choose_from
from service.menus.dishes import list_menus
from service.menus.prices import prices_on
from service.menus.watch import READ, has_changed
from service.tables import EntryState, MenuEntry, MenuVersion

MOST_KEPT = 200
"""Meals whose menus are kept: two months of three meals a day."""

# Asked with every order, so built once.
_VERSION: Any = select(MenuVersion.changes)
_LIMITS: Any = (
    select(MenuEntry.kitchen_code, MenuEntry.dish_code, MenuEntry.capacity_meals)
    .where(
        MenuEntry.service_day == bindparam("day"),
        MenuEntry.meal == bindparam("meal"),
        MenuEntry.state == EntryState.OFFERED,
    )
    .order_by(col(MenuEntry.kitchen_code), col(MenuEntry.rank))
)


@dataclass(frozen=True, slots=True)
class DayMenus:
    """What each kitchen offers at one meal, the usual dish first.

    Attributes
    ----------
    dishes
        By kitchen, with that day's real ingredients.
    limits
        By kitchen: each dish's code with the most portions of it, None where nobody has set one.
    prices_fen
        The price of the day by dish, without extras of courses.
    """

    dishes: Mapping[str, tuple[meals.Dish, ...]]
    limits: Mapping[str, tuple[tuple[str, int | None], ...]]
    prices_fen: Mapping[str, int]

    def offers(self, dish_code: str) -> bool:
        """Return whether any kitchen has this dish on its menu."""
        return dish_code in self.prices_fen

    def made_for(self, kitchen_code: str | None, diet: meals.Diet) -> str | None:
        """Return the dish that a kitchen makes for who names none, None where it offers nothing.

        It is what planning makes (`kitchens.clash.choose_from`); where all of it clashes, the usual dish.
        """
        menu = self.dishes.get(kitchen_code or "", ())
        if not menu:
            return None
        made = choose_from(menu, diet, None)
        return made.dish_id if isinstance(made, Choice) else menu[0].dish_id

    def has_courses(self, dish_code: str) -> bool:
        """Return whether anything can be chosen in a dish; of one that is on no menu nobody knows."""
        offered = [dish for menu in self.dishes.values() for dish in menu if dish.dish_id == dish_code]
        return not offered or bool(offered[0].courses)


class _Kept:
    """What was read of one database's menus, by meal, at one count of changes."""

    def __init__(self) -> None:
        self._read: OrderedDict[tuple[date, meals.Meal], tuple[int, DayMenus]] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, key: tuple[date, meals.Meal], changes: int) -> DayMenus | None:
        with self._lock:
            found = self._read.get(key)
            if found is None or found[0] != changes:
                return None
            self._read.move_to_end(key)
            return found[1]

    def keep(self, key: tuple[date, meals.Meal], changes: int, menus: DayMenus) -> None:
        with self._lock:
            self._read[key] = (changes, menus)
            self._read.move_to_end(key)
            while len(self._read) > MOST_KEPT:
                self._read.popitem(last=False)


_KEPT: WeakKeyDictionary[Engine, _Kept] = WeakKeyDictionary()
_KEPT_LOCK = threading.Lock()


def day_menus(session: Session, service_day: date, meal: meals.Meal) -> DayMenus:
    """Return what each kitchen offers at a meal; within one transaction it is asked for once."""
    session.flush()
    key = (service_day, meal)
    read: dict[tuple[date, meals.Meal], DayMenus] = session.info.setdefault(READ, {})
    if key not in read:
        # What this transaction itself has changed nobody else may see yet.
        read[key] = _read(session, key) if has_changed(session) else _remembered(session, key)
    return read[key]


def _remembered(session: Session, key: tuple[date, meals.Meal]) -> DayMenus:
    changes = session.connection().execute(_VERSION).scalar() or 0
    kept = _kept_of(session)
    menus = kept.find(key, changes)
    if menus is None:
        menus = _read(session, key)
        kept.keep(key, changes, menus)
    return menus


def _read(session: Session, key: tuple[date, meals.Meal]) -> DayMenus:
    limits: dict[str, tuple[tuple[str, int | None], ...]] = {}
    for kitchen, dish_code, most in session.execute(_LIMITS, {"day": key[0], "meal": key[1]}):
        limits[kitchen] = (*limits.get(kitchen, ()), (dish_code, most))
    offered = {dish_code for menu in limits.values() for dish_code, _ in menu}
    return DayMenus(list_menus(session, *key), limits, prices_on(session, offered, key[0]))


def _kept_of(session: Session) -> _Kept:
    engine = session.get_bind().engine
    with _KEPT_LOCK:
        return _KEPT.setdefault(engine, _Kept())
