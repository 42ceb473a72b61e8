"""What the failure page shows: the three questions, what would become of it, and what has become of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from sqlmodel import Session, col, select

from kitchens.failing.failure import Rescue, Substitution
from service.access import Reach
from service.board.names import shortened
from service.clock import Clock
from service.failing.reporting import now_s
from service.tables import (
    Dish,
    Elder,
    FailureLine,
    Kitchen,
    KitchenFailure,
    KitchenStation,
    MealOrder,
    Plan,
    PlannedOrder,
)


@dataclass(frozen=True, slots=True)
class Named:
    """A code and what it is called."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Asking:
    """What can be out, and what stands in the form at first."""

    kitchens: tuple[Named, ...]
    kitchen: Named | None
    stations: tuple[str, ...]
    dishes: tuple[Named, ...]
    meals: int
    now_s: int


@dataclass(frozen=True, slots=True)
class Way:
    """So many meals that now come from a kitchen as a dish; `former` where they were to be another dish."""

    kitchen: Named
    dish: Named
    former: Named | None
    meals: int


@dataclass(frozen=True, slots=True)
class Call:
    """One elder who must be asked or told; the phone only for whoever phones."""

    order_id: int
    elder_number: str
    short_name: str
    phone: str
    former: str
    dish: str
    reason: str | None
    agreed: bool | None
    asked_by: str | None
    label: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of a failure: meals that move, people to ask, meals that nobody can cook, by reason."""

    threatened: int
    moved: int
    same_dish: int
    must_ask: int
    left: int
    ways: tuple[Way, ...]
    reasons: tuple[tuple[str, int], ...]
    calls: tuple[Call, ...] = ()


@dataclass(frozen=True, slots=True)
class Past:
    """A failure as it was reported, and who reported it."""

    row: KitchenFailure
    kitchen: Named
    what: str
    version: int | None
    seconds: int | None


def asking(session: Session, plan: Plan, kitchen_code: str, reach: Reach, clock: Clock) -> Asking:
    """Return what can be out in a kitchen of a plan: its own for a kitchen's login, else the chosen or none yet."""
    served = select(PlannedOrder.kitchen_code).where(
        PlannedOrder.plan_id == plan.id, col(PlannedOrder.kitchen_code).is_not(None)
    )
    cooking = set(session.exec(served.distinct()))
    kitchens = [
        Named(one.code, one.name)
        for one in session.exec(select(Kitchen).order_by(col(Kitchen.code)))
        if one.code in cooking and reach.kitchen in {None, one.code}
    ]
    wanted = reach.kitchen or kitchen_code
    kitchen = next((one for one in kitchens if one.code == wanted), None)
    dishes: tuple[Named, ...] = ()
    stations: tuple[str, ...] = ()
    meals = 0
    if kitchen is not None:
        of_kitchen = (PlannedOrder.plan_id == plan.id, PlannedOrder.kitchen_code == kitchen.code)
        counts = Counter(session.exec(select(PlannedOrder.dish_code).where(*of_kitchen)).all())
        names = dish_names(session)
        dishes = tuple(Named(code, names[code]) for code in sorted(code for code in counts if code))
        kinds = session.exec(select(KitchenStation.kind).where(KitchenStation.kitchen_code == kitchen.code)).all()
        stations = tuple(sorted(set(kinds)))
        meals = counts.total()
    return Asking(tuple(kitchens), kitchen, stations, dishes, meals, now_s(plan, clock))


def previewed(session: Session, answer: Rescue) -> Outcome:
    """Return what would become of a failure."""
    lines = [_line(one) for one in answer.substitutions]
    return _outcome(session, lines, answer.threatened)


def past(session: Session, row: KitchenFailure) -> Past:
    """Return a stored failure with the names in it."""
    plan = session.get(Plan, row.new_plan_id) if row.new_plan_id else None
    kitchen = session.get_one(Kitchen, row.kitchen_code)
    dish = session.get(Dish, row.what) if row.outage == "dish" else None
    seconds = round((row.ended_at - row.reported_at).total_seconds()) if row.ended_at else None
    named = dish.name if dish else row.what
    return Past(row, Named(kitchen.code, kitchen.name), named, plan.version if plan else None, seconds)


def outcome_of(session: Session, row: KitchenFailure, *, with_calls: bool) -> Outcome:
    """Return what has become of a failure; whom to phone only for whoever phones."""
    lines = session.exec(
        select(FailureLine).where(FailureLine.failure_id == row.id).order_by(col(FailureLine.order_id))
    ).all()
    calls = tuple(_calls(session, row)) if with_calls else ()
    return _outcome(session, list(lines), row.threatened, calls)


def list_failures(session: Session, plan: Plan, reach: Reach) -> tuple[Past, ...]:
    """Return the failures of a meal, the newest first."""
    of_meal = select(KitchenFailure).where(
        KitchenFailure.service_day == plan.service_day, KitchenFailure.meal == plan.meal
    )
    if reach.kitchen is not None:
        of_meal = of_meal.where(KitchenFailure.kitchen_code == reach.kitchen)
    return tuple(past(session, row) for row in session.exec(of_meal.order_by(col(KitchenFailure.id).desc())))


def dish_names(session: Session) -> dict[str, str]:
    """Return what each dish is called."""
    return {one.code: one.name for one in session.exec(select(Dish))}


def _line(one: Substitution) -> FailureLine:
    return FailureLine(
        failure_id=0,
        order_id=one.order_id,
        former_dish_code=one.was.dish_id,
        kitchen_code=one.now.kitchen_id if one.now else None,
        dish_code=one.now.dish_id if one.now else None,
        other_dish=one.is_other_dish,
        must_ask=one.must_ask,
        reason=one.reason,
    )


def _outcome(session: Session, lines: list[FailureLine], threatened: int, calls: tuple[Call, ...] = ()) -> Outcome:
    dishes = dish_names(session)
    kitchens = {one.code: one.name for one in session.exec(select(Kitchen))}
    ways: Counter[tuple[str, str, str]] = Counter()
    for one in lines:
        if one.kitchen_code is not None and one.dish_code is not None:
            former = one.former_dish_code if one.dish_code != one.former_dish_code else ""
            ways[one.kitchen_code, one.dish_code, former] += 1
    reasons = Counter(one.reason for one in lines if one.reason is not None)
    return Outcome(
        threatened=threatened,
        moved=sum(ways.values()),
        same_dish=sum(one.kitchen_code is not None and not one.other_dish for one in lines),
        must_ask=sum(one.must_ask and one.reason is None for one in lines),
        left=sum(reasons.values()),
        ways=tuple(
            Way(
                Named(kitchen, kitchens[kitchen]),
                Named(dish, dishes[dish]),
                Named(former, dishes[former]) if former else None,
                meals,
            )
            for (kitchen, dish, former), meals in sorted(ways.items(), key=lambda one: (one[0][0], -one[1], one[0]))
        ),
        reasons=tuple(sorted((str(reason), meals) for reason, meals in reasons.items())),
        calls=calls,
    )


def _calls(session: Session, row: KitchenFailure) -> list[Call]:
    """Return whom to phone: first who gets no meal, then who gets another dish; whoever has answered comes last."""
    dishes = dish_names(session)
    rows = session.exec(
        select(FailureLine, Elder, PlannedOrder.label)
        .join(MealOrder, col(MealOrder.id) == col(FailureLine.order_id))
        .join(Elder, col(Elder.number) == col(MealOrder.elder_number))
        .join(
            PlannedOrder,
            (col(PlannedOrder.order_id) == col(FailureLine.order_id)) & (col(PlannedOrder.plan_id) == row.new_plan_id),
        )
        .where(FailureLine.failure_id == row.id, FailureLine.must_ask)
    ).all()
    calls = [
        Call(
            order_id=line.order_id,
            elder_number=elder.number,
            short_name=shortened(elder.name),
            phone=elder.phone,
            former=dishes[line.former_dish_code],
            dish=dishes[line.dish_code] if line.dish_code else "",
            reason=line.reason,
            agreed=line.agreed,
            asked_by=line.asked_by,
            label=label or "",
        )
        for line, elder, label in rows
    ]
    return sorted(calls, key=lambda one: (one.agreed is not None, one.reason is None, one.elder_number))
