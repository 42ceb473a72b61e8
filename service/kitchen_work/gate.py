"""The gate between the pan and the van: what is in a box today against whom it is for, whatever a plan said.

It asks the rows alone: that day's recipe with that day's swaps, the elder's record as it is now. Nothing of planning
is used, so that a mistake there does not pass here.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlmodel import Session, col, select

from kitchens.meals import HARDNESS, Meal, Texture
from service.kitchen_work.boxes import PackBox
from service.menus.dishes import Pantry, open_pantry
from service.tables import Dish, Elder

TEXTURE = "texture"


def day_pantry(session: Session, service_day: date, meal: Meal, box: PackBox | None = None) -> Pantry:
    """Return what every dish is made of on that day, in every kitchen; of a box, what is in it."""
    if box is None:
        return open_pantry(session, service_day, meal, session.exec(select(Dish)).all())
    in_box = {code for code, _ in _pots(box)}
    return open_pantry(session, service_day, meal, session.exec(select(Dish).where(col(Dish.code).in_(in_box))).all())


def clashes(pantry: Pantry, elder: Elder, kitchen_code: str, pots: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """Return as machine words what speaks against these dishes, each with its texture, for an elder; nothing hard: ().

    That is what must be left out and is in one, a limit that one does not keep, and a texture harder than allowed.
    """
    excludes, limits = set(elder.excludes.split()), set(elder.limits.split())
    found: list[str] = []
    for dish_code, texture in pots:
        found += sorted(excludes & set(pantry.contains(dish_code, kitchen_code)))
        found += sorted(limits - set(pantry.dishes[dish_code].keeps.split()))
        if HARDNESS[Texture(texture)] > HARDNESS[Texture(elder.texture)]:
            found.append(TEXTURE)
    return tuple(dict.fromkeys(found))


def clashes_of(pantry: Pantry, box: PackBox) -> tuple[str, ...]:
    """Return what speaks against a box for whom its label names."""
    return clashes(pantry, box.elder, box.batch.kitchen_code, _pots(box))


def _pots(box: PackBox) -> list[tuple[str, str]]:
    return [(box.batch.dish_code, box.batch.texture), *((side.dish_code, side.texture) for side in box.sides)]
