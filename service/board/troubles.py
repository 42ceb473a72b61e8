"""Who did not get a meal: orders that no plan serves, and doors where nobody got the box."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from kitchens.clash import COURSE_WORD, NOT_ON_MENU_WORD, TEXTURE_WORD
from kitchens.meals import Fulfilment, Limit
from routing.plan import Reason
from service.access import Reach
from service.board.names import shortened
from service.progress import HANDED_OVER
from service.tables import CourierRun, Dish, Elder, MealOrder, MealPoint, Outcome, Plan, PlannedOrder, Visit

LACK_IN_SECONDS = frozenset(
    {
        Reason.PAST_EAT_BY,
        Reason.WINDOW,
        Reason.POINT_CLOSED,
        Reason.NO_COURIER,
        Reason.NOT_CERTIFIED,
        Reason.LOCKED,
        Reason.FORBIDDEN,
    }
)
LACK_IN_BOXES = frozenset({Reason.TOO_LARGE, Reason.NOT_BROUGHT, Reason.NO_CAPACITY})


@dataclass(frozen=True, slots=True)
class Clash:
    """A dish that does not suit, and the texts of what in it does not: `limit.renal`, `ingredient.fish`."""

    dish_name: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LeftOutRow:
    """One order nobody serves, and why; what it would have taken in seconds or boxes, or which dishes clash."""

    order_id: int
    elder_number: str
    short_name: str
    fulfilment: Fulfilment
    point_name: str
    reason: str
    detail: str
    short_s: int | None
    short_boxes: int | None
    clashes: tuple[Clash, ...]


@dataclass(frozen=True, slots=True)
class FailedRow:
    """One door where nobody got the meal."""

    visit_id: int
    run_code: str
    elder_number: str
    short_name: str
    outcome: Outcome
    at: datetime
    note: str


def list_left_out(session: Session, plan: Plan, reach: Reach) -> tuple[LeftOutRow, ...]:
    """Return the orders that a plan leaves out, as far as `reach` goes; a kitchen and a courier see none."""
    if reach.kitchen or reach.courier:
        return ()
    wanted = (
        select(PlannedOrder, MealOrder, Elder)
        .join(MealOrder, col(MealOrder.id) == col(PlannedOrder.order_id))
        .join(Elder, col(Elder.number) == col(MealOrder.elder_number))
        .where(PlannedOrder.plan_id == plan.id, col(PlannedOrder.reason).is_not(None))
        .order_by(col(PlannedOrder.reason), col(Elder.number))
    )
    if reach.meal_point:
        wanted = wanted.where(Elder.meal_point_code == reach.meal_point)
    points = {point.code: point.name for point in session.exec(select(MealPoint))}
    dishes = {dish.code: dish.name for dish in session.exec(select(Dish))}
    return tuple(
        LeftOutRow(
            order_id=planned.order_id,
            elder_number=elder.number,
            short_name=shortened(elder.name),
            fulfilment=Fulfilment(order.fulfilment),
            point_name=points.get(elder.meal_point_code or "", ""),
            reason=planned.reason or "",
            detail=planned.detail,
            short_s=_figure(planned, LACK_IN_SECONDS),
            short_boxes=_figure(planned, LACK_IN_BOXES),
            clashes=_clashes(planned, dishes),
        )
        for planned, order, elder in session.exec(wanted)
    )


def list_failed(session: Session, plan: Plan, visits: Sequence[Visit]) -> tuple[FailedRow, ...]:
    """Return the doors among `visits` where nobody got the meal, the latest first."""
    failed = [
        (visit, Outcome(visit.outcome), visit.outcome_at)
        for visit in visits
        if visit.outcome and visit.outcome_at and visit.outcome not in HANDED_OVER
    ]
    numbers = [visit.elder_number for visit, _, _ in failed]
    elders = {one.number: one.name for one in session.exec(select(Elder).where(col(Elder.number).in_(numbers)))}
    runs = {run.id: run.code for run in session.exec(select(CourierRun).where(CourierRun.plan_id == plan.id))}
    return tuple(
        FailedRow(
            visit_id=visit.id or 0,
            run_code=runs[visit.courier_run_id],
            elder_number=visit.elder_number,
            short_name=shortened(elders[visit.elder_number]),
            outcome=outcome,
            at=at,
            note=visit.note,
        )
        for visit, outcome, at in sorted(failed, key=lambda one: one[2], reverse=True)
    )


SAID_OTHERWISE = {
    TEXTURE_WORD: "pages.left_out.texture",
    COURSE_WORD: "clash.course",
    NOT_ON_MENU_WORD: "sheet.avoid.not_on_menu",
}


def _figure(planned: PlannedOrder, reasons: frozenset[Reason]) -> int | None:
    return int(planned.detail) if planned.reason in reasons and planned.detail.isdecimal() else None


def _clashes(planned: PlannedOrder, dishes: dict[str, str]) -> tuple[Clash, ...]:
    """Return the dishes of a detail such as `D1:fish,renal D2:texture` in words."""
    if planned.reason != Reason.NO_DISH:
        return ()
    parted = [part.partition(":") for part in planned.detail.split()]
    return tuple(
        Clash(dishes[code], tuple(_text_of(word) for word in words.split(",") if word))
        for code, _, words in parted
        if code in dishes
    )


def _text_of(word: str) -> str:
    if word in SAID_OTHERWISE:
        return SAID_OTHERWISE[word]
    return f"limit.{word}" if word in set(Limit) else f"ingredient.{word}"
