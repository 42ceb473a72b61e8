"""A published meal's kitchens, read from the rows alone: orders, diets, menus, batches, doors, vans, readings.

What is in a dish, what somebody must not eat and until when food keeps is worked out here anew; `kitchens.check` judges
it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlmodel import Session, col, select

from kitchens.check import (
    Departure,
    Handover,
    Part,
    PlannedBatch,
    PlannedMeal,
    PublishedDay,
    Violation,
    check_kitchens,
    is_chilled,
)
from kitchens.food_clock import FoodRules, rules_of_day
from kitchens.meals import Diet, Ingredient, Limit, Meal, Texture
from kitchens.problem import Kitchen
from service.checking.menus import kitchens_as_cooked
from service.clock import ZONE
from service.db import Database
from service.errors import NotFoundError
from service.tables import (
    Batch,
    BatchRecord,
    CourierRun,
    Elder,
    MealOrder,
    OrderState,
    Plan,
    PlannedOrder,
    PlannedPart,
    RecordKind,
    VanRun,
    VanStop,
    Visit,
)
from service.texts import Key

OVERTIME_S = 1800
"""So much longer kitchens may cook in a plan that a failure made."""

FAILURE = "failure:"
READINGS = (RecordKind.CORE, RecordKind.HOLDING, RecordKind.DISPATCH)


@dataclass(frozen=True, slots=True)
class Checked:
    """What was looked at, and what is wrong with it."""

    service_day: date
    meal: Meal
    version: int
    orders: int
    batches: int
    violations: tuple[Violation, ...]


def check_published(database: Database, service_day: date, meal: Meal, *, allowance_s: int | None = None) -> Checked:
    """Check the newest published plan of a meal; `allowance_s` is for eating, the rules' own if not given.

    Raises
    ------
    NotFoundError
        If none is published.
    """
    with database.read() as session:
        of_meal = select(Plan).where(Plan.service_day == service_day, Plan.meal == meal)
        plan = session.exec(of_meal.order_by(col(Plan.version).desc()).limit(1)).first()
        if plan is None:
            raise NotFoundError("error.no_published_meal", day=service_day, meal=Key(f"meal.{meal}"))
        day = read_published(session, plan)
    if allowance_s is not None:
        day = replace(day, rules=replace(day.rules, eating_allowance_s=allowance_s))
    return Checked(service_day, meal, plan.version, len(day.ordered), len(day.batches), check_kitchens(day))


def read_published(session: Session, plan: Plan) -> PublishedDay:
    """Return everything that the check looks at."""
    batches = {one.id or 0: one for one in session.exec(select(Batch).where(Batch.plan_id == plan.id))}
    kitchens = kitchens_as_cooked(session, plan.service_day, Meal(plan.meal))
    rules = rules_of_day(plan.service_day)
    planned = session.exec(select(PlannedOrder).where(PlannedOrder.plan_id == plan.id)).all()
    is_failure = any(mark.startswith(FAILURE) for mark in plan.marks)
    on_site = {(one.kitchen_id, one.point_id) for one in kitchens}
    return PublishedDay(
        ordered=_ordered(session, plan, {one.order_id for one in planned}),
        meals=tuple(_meals(session, plan, planned, {key: one.code for key, one in batches.items()})),
        batches=tuple(_batch(one) for one in batches.values()),
        kitchens=kitchens,
        handovers=tuple(_doors(session, plan, planned, batches, on_site)),
        departures=tuple(_departures(session, plan)),
        rules=rules,
        overtime_s={one.kitchen_id: OVERTIME_S for one in kitchens} if is_failure else {},
        safe_until_s=_safe_until_s(session, plan, batches, {one.kitchen_id: one for one in kitchens}, rules),
    )


def _ordered(session: Session, plan: Plan, planned: set[int]) -> frozenset[int]:
    """Return the orders that the plan has to answer: all that stand, and what was given up after it was published."""
    of_meal = select(MealOrder).where(MealOrder.service_day == plan.service_day, MealOrder.meal == plan.meal)
    found = set()
    for order in session.exec(of_meal):
        given_up = order.changed_at is not None and order.changed_at > plan.published_at
        if order.state == OrderState.PLACED or (given_up and order.id in planned):
            found.add(order.id or 0)
    return frozenset(found)


def _meals(
    session: Session, plan: Plan, planned: Sequence[PlannedOrder], codes: Mapping[int, str]
) -> list[PlannedMeal]:
    parts: dict[int, list[Part]] = defaultdict(list)
    for part in session.exec(select(PlannedPart).where(PlannedPart.plan_id == plan.id)):
        parts[part.order_id].append(Part(part.dish_code, part.texture))
    diets = {
        order_id: _diet(elder)
        for order_id, elder in session.exec(
            select(PlannedOrder.order_id, Elder)
            .join(MealOrder, col(MealOrder.id) == col(PlannedOrder.order_id))
            .join(Elder, col(Elder.number) == col(MealOrder.elder_number))
            .where(PlannedOrder.plan_id == plan.id)
        )
    }
    return [
        PlannedMeal(
            order_id=one.order_id,
            diet=diets[one.order_id],
            reason=one.reason or "",
            kitchen_id=one.kitchen_code or "",
            dish_id=one.dish_code or "",
            texture=one.texture or "",
            batch=codes.get(one.batch_id or 0, ""),
            point_id=one.meal_point_code or "",
            parts=tuple(parts[one.order_id]),
        )
        for one in planned
    ]


def _diet(elder: Elder) -> Diet:
    return Diet(
        texture=Texture(elder.texture),
        limits=frozenset(Limit(word) for word in elder.limits.split()),
        excludes=frozenset(Ingredient(word) for word in elder.excludes.split()),
    )


def _batch(row: Batch) -> PlannedBatch:
    return PlannedBatch(
        code=row.code,
        kitchen_id=row.kitchen_code,
        dish_id=row.dish_code,
        texture=row.texture,
        portions=row.portions,
        spare=row.spare,
        start_s=row.start_s,
        finish_s=row.finish_s,
        eat_by_s=row.eat_by_s,
        station_id=row.station_code,
    )


def _doors(
    session: Session,
    plan: Plan,
    planned: Sequence[PlannedOrder],
    batches: Mapping[int, Batch],
    on_site: set[tuple[str, str | None]],
) -> list[Handover]:
    """Return every door that nobody has been at yet."""
    of_visit: dict[int, list[PlannedOrder]] = defaultdict(list)
    for one in planned:
        if one.visit_id is not None and one.batch_id in batches:
            of_visit[one.visit_id].append(one)
    rows = session.exec(
        select(Visit, CourierRun.code)
        .join(CourierRun, col(CourierRun.id) == col(Visit.courier_run_id))
        .where(CourierRun.plan_id == plan.id, col(Visit.outcome).is_(None))
        .order_by(col(CourierRun.code), col(Visit.position))
    )
    doors = []
    for visit, run in rows:
        boxes = of_visit[visit.id or 0]
        here = all((one.kitchen_code, one.meal_point_code) in on_site for one in boxes)
        codes = tuple(batches[one.batch_id or 0].code for one in boxes)
        leaves_s = visit.depart_s if here else None
        doors.append(Handover(f"{run} {visit.position}", visit.start_s, visit.latest_s, codes, leaves_s))
    return doors


def _departures(session: Session, plan: Plan) -> list[Departure]:
    rows = session.exec(
        select(VanRun, VanStop)
        .join(VanStop, col(VanStop.van_run_id) == col(VanRun.id))
        .where(VanRun.plan_id == plan.id)
        .order_by(col(VanRun.code), col(VanStop.position))
    )
    return [Departure(run.code, run.kitchen_code, stop.meal_point_code, run.depart_s, stop.boxes) for run, stop in rows]


def _safe_until_s(
    session: Session, plan: Plan, batches: Mapping[int, Batch], kitchens: Mapping[str, Kitchen], rules: FoodRules
) -> dict[str, int]:
    """Return the eat-by of each batch that was not kept as it must be, in seconds after midnight.

    A line of a sheet that another one corrects does not count. What was measured in an earlier version holds for the
    batch of the same name, kitchen, dish and texture.
    """
    now = {_name(one): one for one in batches.values()}
    of_meal = select(BatchRecord, Batch).join(Batch, col(Batch.id) == col(BatchRecord.batch_id))
    of_meal = of_meal.join(Plan, col(Plan.id) == col(Batch.plan_id))
    of_meal = of_meal.where(Plan.service_day == plan.service_day, Plan.meal == plan.meal)
    rows = [(one, now[_name(batch)]) for one, batch in session.exec(of_meal) if _name(batch) in now]
    corrected = {one.replaces for one, _ in rows}
    midnight = datetime(plan.service_day.year, plan.service_day.month, plan.service_day.day, tzinfo=ZONE)
    until: dict[str, int] = {}
    for one, batch in rows:
        if one.id in corrected or not one.holds or one.kind not in READINGS or one.tenths_c is None:
            continue
        is_cold = is_chilled(kitchens.get(batch.kitchen_code), batch.dish_code)
        if one.tenths_c > rules.chilled_max_c * 10 if is_cold else one.tenths_c < rules.hot_min_c * 10:
            finished_s = batch.finish_s
            if batch.cooked_at is not None:
                finished_s = int((batch.cooked_at - midnight) / timedelta(seconds=1))
            until[batch.code] = finished_s + rules.broken_within_s
    return until


def _name(batch: Batch) -> tuple[str, str, str, str]:
    return batch.code, batch.kitchen_code, batch.dish_code, batch.texture
