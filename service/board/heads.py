"""Which meals there are, and the newest plan of one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, select

from kitchens.meals import Meal
from service.errors import NotFoundError
from service.tables import MealDay, Plan
from service.texts import Key

MEALS_IN_ORDER = tuple(Meal)


@dataclass(frozen=True, slots=True)
class MealChoice:
    """One meal of one day, with its neighbours among the days that there are; `meals` are those of the same day."""

    service_day: date
    meal: Meal
    earlier: date | None
    later: date | None
    meals: tuple[Meal, ...]


def choose_meal(session: Session, wanted_day: date | None, wanted_meal: Meal | None, today: date) -> MealChoice:
    """Return the wanted meal, or the one that matters most now.

    Without a wish that is the first day from today on that has anything, else the last one before, else today; of its
    meals the wanted one, else lunch if there is one.
    """
    known: dict[date, set[Meal]] = {}
    for service_day, meal in session.exec(select(col(MealDay.service_day), col(MealDay.meal))):
        known.setdefault(service_day, set()).add(Meal(meal))
    days = sorted(known)
    day = wanted_day or next((one for one in days if one >= today), days[-1] if days else today)
    meals = known.get(day, set()) | ({wanted_meal} if wanted_meal else set()) or {Meal.LUNCH}
    in_order = tuple(one for one in MEALS_IN_ORDER if one in meals)
    meal = wanted_meal or (Meal.LUNCH if Meal.LUNCH in meals else in_order[0])
    return MealChoice(
        service_day=day,
        meal=meal,
        earlier=next((one for one in reversed(days) if one < day), None),
        later=next((one for one in days if one > day), None),
        meals=in_order,
    )


def find_plan(session: Session, service_day: date, meal: Meal) -> Plan | None:
    """Return the newest published plan of a meal, or None."""
    wanted = select(Plan).where(Plan.service_day == service_day, Plan.meal == meal)
    return session.exec(wanted.order_by(col(Plan.version).desc()).limit(1)).first()


def get_plan(session: Session, service_day: date, meal: Meal) -> Plan:
    """Return the newest published plan of a meal.

    Raises
    ------
    NotFoundError
        If none is published.
    """
    plan = find_plan(session, service_day, meal)
    if plan is None:
        raise NotFoundError("error.unknown_plan", day=service_day, meal=Key(f"meal.{meal}"))
    return plan


def id_of(plan: Plan) -> int:
    """Return the id of a stored plan."""
    if plan.id is None:
        raise ValueError("expected a stored plan, got one without an id")
    return plan.id
