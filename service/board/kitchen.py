"""A kitchen's meal: how many of each dish in each texture, whom it must cook differently for, and the batches."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, func, select

from kitchens.meals import HARDNESS, Texture
from service.board.names import shortened
from service.board.pace import Pace, pace_of_step
from service.clock import Clock, seconds_into
from service.errors import NotFoundError
from service.kitchen_work.closing_facts import Count, counts_of
from service.kitchen_work.food import food_state
from service.kitchen_work.late_runs import LateRun, late_runs
from service.kitchen_work.sheet_view import SheetView, sheet_views
from service.progress import UNDO_WITHIN
from service.tables import (
    Batch,
    BatchRecord,
    Dish,
    Elder,
    Kitchen,
    MealOrder,
    MealPoint,
    Plan,
    PlannedOrder,
    PlannedPart,
    Van,
    VanRun,
    VanStop,
)

TEXTURES = tuple(sorted(Texture, key=lambda one: -HARDNESS[one]))


@dataclass(frozen=True, slots=True)
class CountRow:
    """One dish: portions in each texture (in the order of `TEXTURES`), spare on top, and their total.

    `parts` is what goes with a set meal: dish, texture and portions.
    """

    dish_name: str
    by_texture: tuple[int, ...]
    spare: int
    total: int
    parts: tuple[tuple[str, str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class SpecialMeal:
    """One meal of a special group: label, who (shortened), dish and texture, what it replaces."""

    label: str
    short_name: str
    dish_name: str
    texture: str
    instead_of: str
    meal_point_code: str


@dataclass(frozen=True, slots=True)
class SpecialGroup:
    """All meals with the same limits to keep and the same things to leave out."""

    limits: tuple[str, ...]
    excludes: tuple[str, ...]
    meals: tuple[SpecialMeal, ...]


@dataclass(frozen=True, slots=True)
class BatchRow:
    """One batch; its eat-by counts from the true finish once it is cooked, and from what was measured of it.

    `planned_eat_by_s` is what its papers say.
    """

    id: int
    code: str
    dish_name: str
    texture: str
    portions: int
    spare: int
    start_s: int
    finish_s: int
    eat_by_s: int
    planned_eat_by_s: int
    cooked_at: datetime | None
    undo_until: datetime | None
    pace: Pace
    sheet: SheetView


@dataclass(frozen=True, slots=True)
class VanLoad:
    """One van that this kitchen loads."""

    id: int
    code: str
    plate: str
    driver: str
    depart_s: int
    stops: tuple[tuple[str, int], ...]
    left_at: datetime | None
    pace: Pace


@dataclass(frozen=True, slots=True)
class KitchenView:
    """What a kitchen needs for one meal; `totals` are the column sums of `counts`, `proof` holds them to the orders.

    `late` are the runs on which something will be too old, as things were measured.
    """

    code: str
    name: str
    counts: tuple[CountRow, ...]
    totals: CountRow
    specials: tuple[SpecialGroup, ...]
    batches: tuple[BatchRow, ...]
    may_mark: bool
    proof: Count
    late: tuple[LateRun, ...]


def list_plan_kitchens(session: Session, plan: Plan) -> tuple[tuple[str, str], ...]:
    """Return code and name of every kitchen that cooks for `plan`."""
    cooking = select(Batch.kitchen_code).where(Batch.plan_id == plan.id)
    found = session.exec(select(Kitchen).where(col(Kitchen.code).in_(cooking)).order_by(col(Kitchen.code)))
    return tuple((kitchen.code, kitchen.name) for kitchen in found)


def kitchen_view(session: Session, plan: Plan, kitchen_code: str, clock: Clock) -> KitchenView:
    """Return one kitchen's part of `plan`.

    Raises
    ------
    NotFoundError
        If there is no such kitchen.
    """
    kitchen = session.get(Kitchen, kitchen_code)
    if kitchen is None:
        raise NotFoundError("progress.unknown_kitchen", kitchen=kitchen_code)
    dishes = {dish.code: dish.name for dish in session.exec(select(Dish))}
    held = list(
        session.exec(
            select(Batch)
            .where(Batch.plan_id == plan.id, Batch.kitchen_code == kitchen_code)
            .order_by(col(Batch.start_s), col(Batch.code))
        )
    )
    counts = _counts(held, dishes, _parts(session, plan, kitchen_code, dishes))
    sheets = sheet_views(session, plan, kitchen_code, clock)
    proofs = {one.kitchen_code: one for one in counts_of(session, plan)}
    return KitchenView(
        code=kitchen.code,
        name=kitchen.name,
        counts=counts,
        totals=_totals(counts),
        specials=_specials(session, plan, kitchen_code, dishes),
        batches=tuple(_batch_row(batch, plan, dishes, sheets[batch.id or 0], clock) for batch in held),
        may_mark=seconds_into(plan.service_day, clock.now()) >= 0,
        proof=proofs.get(kitchen_code, Count(kitchen_code, 0, 0, 0)),
        late=late_runs(session, plan, seconds_into(plan.service_day, clock.now()), kitchen_code),
    )


def list_van_loads(session: Session, plan: Plan, kitchen_code: str, clock: Clock) -> tuple[VanLoad, ...]:
    """Return the vans that this kitchen loads, in the order of their departure."""
    stops: defaultdict[int, list[tuple[str, int]]] = defaultdict(list)
    runs = list(
        session.exec(
            select(VanRun, Van)
            .join(Van, col(Van.code) == col(VanRun.van_code))
            .where(VanRun.plan_id == plan.id, VanRun.kitchen_code == kitchen_code)
            .order_by(col(VanRun.depart_s), col(VanRun.code))
        )
    )
    for stop, name in session.exec(
        select(VanStop, MealPoint.name)
        .join(MealPoint, col(MealPoint.code) == col(VanStop.meal_point_code))
        .where(col(VanStop.van_run_id).in_([run.id for run, _ in runs]))
        .order_by(col(VanStop.position))
    ):
        stops[stop.van_run_id].append((name, stop.boxes))
    now_s = seconds_into(plan.service_day, clock.now())
    return tuple(
        VanLoad(
            id=run.id or 0,
            code=run.code,
            plate=van.plate,
            driver=van.driver,
            depart_s=run.depart_s,
            stops=tuple(stops[run.id or 0]),
            left_at=run.left_at,
            pace=pace_of_step(run.depart_s, is_done=run.left_at is not None, now_s=now_s),
        )
        for run, van in runs
    )


def true_eat_by_s(batch: Batch, plan: Plan, records: Sequence[BatchRecord]) -> int:
    """Return until when a batch may be eaten, in seconds of the service day: from its true finish and its readings.

    A batch that was finished before its time spoils before its time; one that was late gains what the plan gave it, and
    one that stood too cold loses what the rules say.
    """
    return seconds_into(plan.service_day, food_state(batch, plan, records).eat_by)


_PartsOf = dict[str, tuple[tuple[str, str, int], ...]]


def _parts(session: Session, plan: Plan, kitchen_code: str, dishes: dict[str, str]) -> _PartsOf:
    """Return what goes with each set meal of a kitchen, by its dish."""
    counted = (
        select(PlannedOrder.dish_code, PlannedPart.dish_code, PlannedPart.texture, func.count())
        .join(
            PlannedPart,
            (col(PlannedPart.plan_id) == col(PlannedOrder.plan_id))
            & (col(PlannedPart.order_id) == col(PlannedOrder.order_id)),
        )
        .where(PlannedOrder.plan_id == plan.id, PlannedOrder.kitchen_code == kitchen_code)
        .group_by(col(PlannedOrder.dish_code), col(PlannedPart.dish_code), col(PlannedPart.texture))
        .order_by(col(PlannedOrder.dish_code), col(PlannedPart.dish_code), col(PlannedPart.texture))
    )
    found: _PartsOf = {}
    for dish, part, texture, portions in session.execute(counted):
        found[dish] = (*found.get(dish, ()), (dishes[part], texture, portions))
    return found


def _counts(batches: Sequence[Batch], dishes: dict[str, str], parts: _PartsOf) -> tuple[CountRow, ...]:
    portions: defaultdict[str, Counter[str]] = defaultdict(Counter)
    spare: Counter[str] = Counter()
    for batch in batches:
        portions[batch.dish_code][batch.texture] += batch.portions
        spare[batch.dish_code] += batch.spare
    return tuple(
        CountRow(
            dish_name=dishes[dish],
            by_texture=tuple(by_texture[texture] for texture in TEXTURES),
            spare=spare[dish],
            total=by_texture.total() + spare[dish],
            parts=parts.get(dish, ()),
        )
        for dish, by_texture in sorted(portions.items(), key=lambda one: (-one[1].total(), one[0]))
    )


def _totals(counts: Sequence[CountRow]) -> CountRow:
    return CountRow(
        dish_name="",
        by_texture=tuple(sum(row.by_texture[n] for row in counts) for n in range(len(TEXTURES))),
        spare=sum(row.spare for row in counts),
        total=sum(row.total for row in counts),
    )


def _specials(session: Session, plan: Plan, kitchen_code: str, dishes: dict[str, str]) -> tuple[SpecialGroup, ...]:
    groups: defaultdict[tuple[tuple[str, ...], tuple[str, ...]], list[SpecialMeal]] = defaultdict(list)
    for planned, elder in session.exec(
        select(PlannedOrder, Elder)
        .join(MealOrder, col(MealOrder.id) == col(PlannedOrder.order_id))
        .join(Elder, col(Elder.number) == col(MealOrder.elder_number))
        .where(PlannedOrder.plan_id == plan.id, PlannedOrder.kitchen_code == kitchen_code)
        .where((col(Elder.limits) != "") | (col(Elder.excludes) != "") | col(PlannedOrder.instead_of).is_not(None))
        .order_by(col(PlannedOrder.label))
    ):
        key = (tuple(sorted(elder.limits.split())), tuple(sorted(elder.excludes.split())))
        groups[key].append(
            SpecialMeal(
                label=planned.label or "",
                short_name=shortened(elder.name),
                dish_name=dishes[planned.dish_code or ""],
                texture=planned.texture or "",
                instead_of=dishes.get(planned.instead_of or "", ""),
                meal_point_code=planned.meal_point_code or "",
            )
        )
    in_order = sorted(groups.items(), key=lambda one: (-len(one[1]), one[0]))
    return tuple(SpecialGroup(limits, excludes, tuple(meals)) for (limits, excludes), meals in in_order)


def _batch_row(batch: Batch, plan: Plan, dishes: dict[str, str], sheet: SheetView, clock: Clock) -> BatchRow:
    undo_until = batch.cooked_at + UNDO_WITHIN if batch.cooked_at else None
    now_s = seconds_into(plan.service_day, clock.now())
    return BatchRow(
        id=batch.id or 0,
        code=batch.code,
        dish_name=dishes[batch.dish_code],
        texture=batch.texture,
        portions=batch.portions,
        spare=batch.spare,
        start_s=batch.start_s,
        finish_s=batch.finish_s,
        eat_by_s=seconds_into(plan.service_day, sheet.food.eat_by),
        planned_eat_by_s=batch.eat_by_s,
        cooked_at=batch.cooked_at,
        undo_until=undo_until if undo_until and clock.now() <= undo_until else None,
        pace=pace_of_step(batch.finish_s, is_done=batch.cooked_at is not None, now_s=now_s),
        sheet=sheet,
    )
