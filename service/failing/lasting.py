"""What stays out after a failure has been dealt with, for whoever plans the same meal again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from sqlmodel import Session, col, select

from kitchens.failing.failure import Failure, still_able
from kitchens.meals import Meal, Outage
from kitchens.problem import Kitchen
from service.tables import Batch, FailureState, KitchenFailure, Plan


def failure_of(row: KitchenFailure) -> Failure:
    """Return what a stored failure says."""
    return Failure(row.kitchen_code, Outage(row.outage), row.from_s, row.what, row.short)


def list_lasting(session: Session, service_day: date, meal: Meal) -> tuple[Failure, ...]:
    """Return the failures of a meal that have been dealt with, the oldest first: what was out is out still."""
    of_meal = select(KitchenFailure).where(
        KitchenFailure.service_day == service_day,
        KitchenFailure.meal == meal,
        KitchenFailure.state == FailureState.DONE,
    )
    return tuple(failure_of(row) for row in session.exec(of_meal.order_by(col(KitchenFailure.id))))


def after_failures(session: Session, service_day: date, meal: Meal, kitchens: Iterable[Kitchen]) -> list[Kitchen]:
    """Return the kitchens with no more than each that has failed still cooks in the newest plan.

    Of what is out altogether nothing stands on its menu any more.
    """
    lasting = list_lasting(session, service_day, meal)
    if not lasting:
        return list(kitchens)
    newest = (
        select(Plan.id).where(Plan.service_day == service_day, Plan.meal == meal).order_by(col(Plan.version).desc())
    )
    plan_id = session.exec(newest.limit(1)).first()
    cooked: Counter[str] = Counter()
    for batch in session.exec(select(Batch).where(Batch.plan_id == plan_id)):
        cooked[batch.kitchen_code] += batch.portions + batch.spare
    return [_left(kitchen, lasting, cooked[kitchen.kitchen_id]) for kitchen in kitchens]


def _left(kitchen: Kitchen, lasting: Sequence[Failure], cooked: int) -> Kitchen:
    own = [one for one in lasting if one.kitchen_id == kitchen.kitchen_id]
    if not own:
        return kitchen
    left = replace(kitchen, capacity_meals=min(kitchen.capacity_meals, cooked))
    gone = [one for one in own if one.short is None and one.outage is not Outage.KITCHEN]
    return still_able(left, gone) or replace(left, menu=())
