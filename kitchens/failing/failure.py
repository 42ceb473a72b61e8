"""A kitchen fails: what it reports, what it can still cook, and what becomes of each order.

Who else cooks for whom is worked out in `kitchens.failing.drill`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial

from kitchens.failing.rooms import kinds_of
from kitchens.meals import Dish, Outage, Texture
from kitchens.plan import DayPlan, Supplied
from kitchens.problem import Kitchen, Order
from routing.plan import Reason
from routing.problem import RunProblem


@dataclass(frozen=True, slots=True)
class Failure:
    """What a kitchen reports: what is out (`what` names the kind of station or the dish), from when, how many short.

    `short` None means all that is not cooked by then.

    Raises
    ------
    ValueError
        If nobody is short, or a station or dish is not named.
    """

    kitchen_id: str
    outage: Outage
    from_s: int
    what: str = ""
    short: int | None = None

    def __post_init__(self) -> None:
        if self.short is not None and self.short < 1:
            raise ValueError(f"expected at least 1 portion short, got {self.short}")
        if (self.outage is Outage.KITCHEN) != (self.what == ""):
            raise ValueError(f"expected a name of what is out unless it is the whole kitchen, got {self.what!r}")


@dataclass(frozen=True, slots=True)
class Substitution:
    """What becomes of one order: `now` is its new meal, None where it is left out for `reason`.

    `must_ask` is true where somebody has to be asked before the box is packed, or told that no meal comes.
    """

    order_id: int
    elder_id: str
    was: Supplied
    now: Supplied | None
    must_ask: bool
    reason: Reason | None = None
    detail: str = ""

    @property
    def is_other_dish(self) -> bool:
        """Return whether there is anything else in the box than before."""
        return self.now is not None and content_of(self.now) != content_of(self.was)


@dataclass(frozen=True, slots=True)
class Rescue:
    """The plan after a failure, the question of the road that it answers, and what changed.

    `threatened` is how many meals could have been short, `gap_m` how far the choice is from the best (None: not known).
    """

    plan: DayPlan
    problem: RunProblem
    substitutions: tuple[Substitution, ...]
    threatened: int
    gap_m: int | None


def must_be_asked(order: Order, was: Supplied, now: Supplied | None) -> bool:
    """Return whether an elder has to be asked: left out, or another dish than wished, or another one within a diet.

    Who has a texture, a limit or an exclusion receives nothing else by default (domain facts 3.10).
    """
    if now is None:
        return True
    if content_of(now) == content_of(was):
        return False
    diet = order.diet
    return order.dish_id is not None or bool(diet.limits or diet.excludes) or diet.texture is not Texture.REGULAR


def content_of(one: Supplied) -> tuple[object, ...]:
    """Return what is in a box: the dish, its texture and what goes with it."""
    return one.dish_id, one.texture, one.parts


def maimed(kitchen: Kitchen, failure: Failure) -> Kitchen | None:
    """Return a kitchen with what it can still cook, None if it is out altogether.

    Raises
    ------
    ValueError
        If it has no such station or dish.
    """
    named = {
        Outage.KITCHEN: {""},
        Outage.STATION: {str(one.kind) for one in kitchen.stations},
        Outage.DISH: {dish.dish_id for dish in all_dishes(kitchen)},
    }
    if failure.what not in named[failure.outage]:
        raise ValueError(f"kitchen {kitchen.kitchen_id}: expected what it has, got {failure.what}")
    return still_able(kitchen, (failure,))


def still_able(kitchen: Kitchen, failures: Iterable[Failure]) -> Kitchen | None:
    """Return what a kitchen can still cook after all its own among these failures, None for nothing more."""
    left = kitchen
    for one in failures:
        if one.kitchen_id != kitchen.kitchen_id:
            continue
        if one.outage is Outage.KITCHEN:
            return None
        if one.outage is Outage.DISH:
            left = replace(left, menu=_menu(left, partial(_is_other, one.what)))
            continue
        stations = tuple(station for station in left.stations if station.kind != one.what)
        if not stations:
            return None
        left = replace(left, stations=stations)
        left = replace(left, menu=_menu(left, partial(_can_make, left)))
    return left


def _is_other(dish_id: str, dish: Dish) -> bool:
    return dish.dish_id != dish_id


def _can_make(kitchen: Kitchen, dish: Dish) -> bool:
    return bool(kinds_of(kitchen, dish))


def _menu(kitchen: Kitchen, stays: Callable[[Dish], bool]) -> tuple[Dish, ...]:
    """Return the menu with only the dishes that stay, in courses too; a course short of options falls with its dish."""
    menu = []
    for dish in kitchen.menu:
        courses = tuple(replace(one, options=tuple(filter(stays, one.options))) for one in dish.courses)
        if stays(dish) and all(len(one.options) >= one.pick for one in courses):
            menu.append(replace(dish, courses=courses))
    return tuple(menu)


def all_dishes(kitchen: Kitchen) -> Iterator[Dish]:
    """Yield every dish of a kitchen, those of courses too."""
    for dish in kitchen.menu:
        yield dish
        for course in dish.courses:
            yield from course.options
