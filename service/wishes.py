"""What people have decided about a meal and what earlier plans did: rows into wishes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date

from sqlmodel import Session, col, func, select

from kitchens.meals import Meal
from kitchens.wishes import Neighbours, Wishes
from routing.problem import Prices
from service.settings import Settings
from service.tables import CourierRun, LockKind, Plan, StopLock, Visit


def read_wishes(
    session: Session, service_day: date, meal: Meal, couriers: Collection[str], points: Collection[str]
) -> tuple[Wishes, tuple[str, ...]]:
    """Return the wishes of one meal, and each elder about whom a decision stands that cannot be kept.

    That is one for a courier who is not on duty, or for a meal point that is not open.
    """
    locked: dict[str, str] = {}
    held: dict[str, str] = {}
    barred: defaultdict[str, list[str]] = defaultdict(list)
    lost: list[str] = []
    for lock in list_locks(session, service_day, meal):
        code = lock.courier_code or lock.meal_point_code or ""
        if lock.kind == LockKind.NOT_COURIER:
            barred[lock.elder_number].append(code)
        elif lock.kind == LockKind.COURIER and code in couriers:
            locked[lock.elder_number] = code
        elif lock.kind == LockKind.POINT and code in points:
            held[lock.elder_number] = code
        else:
            lost.append(lock.elder_number)
    earlier = select(func.max(Plan.service_day)).where(Plan.meal == meal, Plan.service_day < service_day)
    day_before = session.exec(earlier).one()
    wishes = Wishes(
        locked=locked,
        barred={elder: tuple(sorted(set(some))) for elder, some in barred.items()},
        held=held,
        familiar={} if day_before is None else _usual(session, day_before, meal),
        former={elder: couriers[0] for elder, couriers in _usual(session, service_day, meal).items()},
    )
    return wishes, tuple(lost)


def priced(wishes: Wishes, settings: Settings) -> Wishes:
    """Return the wishes with what they are worth in this installation."""
    return Wishes(
        locked=wishes.locked,
        barred=wishes.barred,
        held=wishes.held,
        familiar=wishes.familiar,
        former=wishes.former,
        prices=Prices(familiar_m=settings.familiar_m, churn_m=settings.churn_m, floor_m=settings.floor_m),
        neighbours=Neighbours(settings.alternative_points, settings.alternative_within_m, settings.other_street_m),
    )


def list_locks(session: Session, service_day: date, meal: Meal) -> list[StopLock]:
    """Return the decisions about a meal that stand, the oldest first."""
    wanted = select(StopLock).where(
        StopLock.service_day == service_day, StopLock.meal == meal, col(StopLock.undone_at).is_(None)
    )
    return list(session.exec(wanted.order_by(col(StopLock.id))))


def _usual(session: Session, service_day: date, meal: Meal) -> dict[str, tuple[str, ...]]:
    """Return who goes to each elder in the newest plan of a meal."""
    of_meal = select(Plan.id).where(Plan.service_day == service_day, Plan.meal == meal)
    newest = session.exec(of_meal.order_by(col(Plan.version).desc()).limit(1)).first()
    visits = (
        select(Visit.elder_number, CourierRun.courier_code)
        .join(CourierRun, col(CourierRun.id) == col(Visit.courier_run_id))
        .where(CourierRun.plan_id == newest)
        .distinct()
        .order_by(col(Visit.elder_number), col(CourierRun.courier_code))
    )
    couriers: defaultdict[str, list[str]] = defaultdict(list)
    for elder, courier in session.exec(visits):
        couriers[elder].append(courier)
    return {elder: tuple(some) for elder, some in couriers.items()}
