"""What each step of the close looks at: the figures it shows, what blocks it, and what it would be opened again by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, select

from kitchens.meals import Fulfilment, Meal
from routing.plan import Reason
from service.board.names import shortened
from service.kitchen_work.carriers import find_in, find_out, list_carriers
from service.kitchen_work.food import records_of_plan
from service.kitchen_work.missing import list_missing
from service.late import list_late
from service.menus.clashes import list_clashes
from service.menus.of_day import day_menus
from service.tables import (
    Batch,
    CourierRun,
    Elder,
    LeftOutNote,
    MealDay,
    MealOrder,
    MealState,
    OrderState,
    Paper,
    Plan,
    PlannedOrder,
    RecordKind,
    Step,
    VanRun,
    VanStop,
    Visit,
)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who is left out: order, who (shortened), why, and who has read it ("" nobody)."""

    order_id: int
    elder_number: str
    short_name: str
    reason: str
    read_by: str


@dataclass(frozen=True, slots=True)
class Block:
    """One thing that must be done first: its sentence's key and values, where to do it, and who it is about."""

    key: str
    values: Mapping[str, object] = field(default_factory=dict)
    link: str = ""
    people: tuple[Person, ...] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """What a step finds: figures to show, blocks, and everything that reopens it when it changes."""

    figures: Mapping[str, int | str]
    blocks: tuple[Block, ...]
    seen: Any


Look = Callable[[Session, date, Meal, Plan | None, datetime], Facts]


def _placed(session: Session, service_day: date, meal: Meal) -> list[MealOrder]:
    of_meal = select(MealOrder).where(
        MealOrder.service_day == service_day, MealOrder.meal == meal, MealOrder.state == OrderState.PLACED
    )
    return list(session.exec(of_meal.order_by(col(MealOrder.id))))


def unplaced(session: Session, service_day: date, meal: Meal) -> tuple[Person, ...]:
    """Return who is to get a meal at a door that nobody can find on a map yet."""
    day = session.get(MealDay, (service_day, meal))
    everybody = day is not None and day.all_delivered
    rows = session.exec(
        select(MealOrder, Elder)
        .join(Elder, col(Elder.number) == col(MealOrder.elder_number))
        .where(MealOrder.service_day == service_day, MealOrder.meal == meal, MealOrder.state == OrderState.PLACED)
        .where(col(Elder.lat).is_(None) | col(Elder.lon).is_(None))
        .order_by(col(MealOrder.id))
    )
    return tuple(
        _person(session, order, elder, Reason.NO_POSITION)
        for order, elder in rows
        if everybody or order.fulfilment == Fulfilment.HOME
    )


def left_out(session: Session, plan: Plan) -> tuple[Person, ...]:
    """Return whom a plan leaves out, with the reason."""
    rows = session.exec(
        select(PlannedOrder, MealOrder, Elder)
        .join(MealOrder, col(MealOrder.id) == col(PlannedOrder.order_id))
        .join(Elder, col(Elder.number) == col(MealOrder.elder_number))
        .where(PlannedOrder.plan_id == plan.id, col(PlannedOrder.reason).is_not(None))
        .where(MealOrder.state == OrderState.PLACED)
        .order_by(col(PlannedOrder.order_id))
    )
    return tuple(_person(session, order, elder, planned.reason or "") for planned, order, elder in rows)


def _person(session: Session, order: MealOrder, elder: Elder, reason: str) -> Person:
    note = session.get(LeftOutNote, (order.id, str(reason)))
    return Person(order.id or 0, elder.number, shortened(elder.name), str(reason), note.noted_by if note else "")


def _unread(people: tuple[Person, ...]) -> tuple[Person, ...]:
    return tuple(one for one in people if not one.read_by)


def _review(session: Session, service_day: date, meal: Meal, plan: Plan | None, now: datetime) -> Facts:
    del plan, now
    day = session.get(MealDay, (service_day, meal))
    orders, late = _placed(session, service_day, meal), list_late(session, service_day, meal, None)
    nowhere = unplaced(session, service_day, meal)
    blocks = []
    if day is None or day.state == MealState.OPEN:
        blocks.append(Block("close.still_open"))
    if late:
        blocks.append(Block("close.late_waits", {"count": len(late)}, "/kitchen"))
    if _unread(nowhere):
        blocks.append(Block("close.no_position", {"count": len(_unread(nowhere))}, "/people/open", nowhere))
    ways = Counter(order.fulfilment for order in orders)
    figures = {"orders": len(orders), "home": ways[Fulfilment.HOME], "no_position": len(nowhere)}
    seen = [[one.id, one.dish_code, one.fulfilment] for one in orders], [one.id for one in late], _plain(nowhere)
    return Facts(figures, tuple(blocks), seen)


def _menu(session: Session, service_day: date, meal: Meal, plan: Plan | None, now: datetime) -> Facts:
    del plan, now
    menus = day_menus(session, service_day, meal)
    owed = {one.kitchen_code for one in _placed(session, service_day, meal) if one.kitchen_code}
    bare = sorted(owed - set(menus.dishes))
    clashes = list_clashes(session, service_day, meal)
    blocks = []
    if bare:
        blocks.append(Block("close.no_menu", {"kitchens": bare}, "/menu"))
    if clashes:
        blocks.append(Block("close.clashes", {"count": len(clashes)}, "/menu"))
    figures = {"kitchens": len(menus.dishes), "dishes": len(menus.prices_fen), "clashes": len(clashes)}
    contents = {
        kitchen: [[dish.dish_id, sorted(dish.contains)] for dish in dishes] for kitchen, dishes in menus.dishes.items()
    }
    return Facts(figures, tuple(blocks), [contents, sorted(one.order_id for one in clashes)])


@dataclass(frozen=True, slots=True)
class Count:
    """One kitchen's proof: orders that the plan gives it, portions of its batches, and orders called off since."""

    kitchen_code: str
    orders: int
    portions: int
    called_off: int

    @property
    def is_equal(self) -> bool:
        """Return whether every order is a portion and every portion an order."""
        return self.orders == self.portions


def counts_of(session: Session, plan: Plan) -> tuple[Count, ...]:
    """Return the proof of every kitchen: orders one by one against the sum of its batches."""
    orders: Counter[str] = Counter()
    gone: Counter[str] = Counter()
    for kitchen, state in session.exec(
        select(PlannedOrder.kitchen_code, MealOrder.state)
        .join(MealOrder, col(MealOrder.id) == col(PlannedOrder.order_id))
        .where(PlannedOrder.plan_id == plan.id, col(PlannedOrder.kitchen_code).is_not(None))
    ):
        orders[kitchen or ""] += 1
        gone[kitchen or ""] += state != OrderState.PLACED
    summed = session.exec(
        select(Batch.kitchen_code, func.sum(Batch.portions))
        .where(Batch.plan_id == plan.id)
        .group_by(Batch.kitchen_code)
    )
    portions = {kitchen: int(total) for kitchen, total in summed}
    return tuple(
        Count(kitchen, orders[kitchen], portions.get(kitchen, 0), gone[kitchen])
        for kitchen in sorted(set(orders) | set(portions))
    )


def _count(session: Session, service_day: date, meal: Meal, plan: Plan | None, now: datetime) -> Facts:
    del now
    if plan is None:
        return Facts({}, (Block("close.no_plan"),), None)
    counts = counts_of(session, plan)
    placed = {one.id for one in _placed(session, service_day, meal)}
    planned = set(session.exec(select(PlannedOrder.order_id).where(PlannedOrder.plan_id == plan.id)))
    blocks = []
    unequal = [one.kitchen_code for one in counts if not one.is_equal]
    if unequal:
        blocks.append(Block("close.unequal", {"kitchens": unequal}, "/kitchen"))
    if placed - planned:
        blocks.append(Block("close.not_in_plan", {"count": len(placed - planned)}, "/plan"))
    figures = {
        "orders": sum(one.orders for one in counts),
        "portions": sum(one.portions for one in counts),
        "called_off": sum(one.called_off for one in counts),
    }
    seen = [plan.version, [[one.kitchen_code, one.orders, one.portions, one.called_off] for one in counts]]
    return Facts(figures, tuple(blocks), [seen, sorted(placed - planned)])


def _runs(session: Session, service_day: date, meal: Meal, plan: Plan | None, now: datetime) -> Facts:
    del service_day, meal, now
    if plan is None:
        return Facts({}, (Block("close.no_plan"),), None)
    people = left_out(session, plan)
    stray = session.exec(
        select(func.count())
        .select_from(PlannedOrder)
        .join(MealOrder, col(MealOrder.id) == col(PlannedOrder.order_id))
        .where(PlannedOrder.plan_id == plan.id, col(PlannedOrder.reason).is_(None))
        .where(MealOrder.fulfilment == Fulfilment.HOME, col(PlannedOrder.visit_id).is_(None))
    ).one()
    blocks = []
    if _unread(people):
        blocks.append(Block("close.left_out", {"count": len(_unread(people))}, "/plan", people))
    if stray:
        blocks.append(Block("close.no_run", {"count": stray}, "/plan"))
    vans = session.exec(select(func.count()).select_from(VanRun).where(VanRun.plan_id == plan.id)).one()
    couriers = session.exec(select(func.count()).select_from(CourierRun).where(CourierRun.plan_id == plan.id)).one()
    figures = {"vans": vans, "couriers": couriers, "left_out": len(people), "no_run": stray}
    return Facts(figures, tuple(blocks), [plan.version, _plain(people), stray])


def _print(session: Session, service_day: date, meal: Meal, plan: Plan | None, now: datetime) -> Facts:
    del service_day, meal, now
    if plan is None:
        return Facts({}, (Block("close.no_plan"),), None)
    papers = session.exec(select(Paper).where(Paper.plan_id == plan.id, col(Paper.replaced_at).is_(None))).all()
    failed = [one for one in papers if one.error]
    due = [one for one in papers if one.written_at is None and not one.error]
    blocks = []
    if not papers:
        blocks.append(Block("close.no_papers", {}, "/print"))
    if failed:
        blocks.append(Block("close.papers_failed", {"count": len(failed)}, "/print"))
    if due:
        blocks.append(Block("close.papers_due", {"count": len(due)}, "/print"))
    figures = {"papers": len(papers), "written": sum(one.written_at is not None for one in papers)}
    return Facts(figures, tuple(blocks), [plan.version, sorted([one.kind, one.subject] for one in papers)])


def _wrap_up(session: Session, service_day: date, meal: Meal, plan: Plan | None, now: datetime) -> Facts:
    del service_day, meal, now
    if plan is None:
        return Facts({}, (Block("close.no_plan"),), None)
    batches = session.exec(select(Batch).where(Batch.plan_id == plan.id)).all()
    records = records_of_plan(session, plan)
    unsampled = [
        one.code
        for one in batches
        if not any(row.kind == RecordKind.SAMPLE and row.amount is not None for row in records.get(one.id or 0, ()))
    ]
    out, arrived, stops, away = _road(session, plan)
    missing = [one.label for one in list_missing(session, plan, only_open=True)]
    open_stops = session.exec(
        select(func.count())
        .select_from(Visit)
        .join(CourierRun, col(CourierRun.id) == col(Visit.courier_run_id))
        .where(CourierRun.plan_id == plan.id, col(Visit.outcome).is_(None))
    ).one()
    found: list[tuple[str, int, str]] = [
        ("close.uncooked", sum(one.cooked_at is None for one in batches), "/kitchen"),
        ("close.unsampled", len(unsampled), "/kitchen"),
        ("close.not_signed_out", stops - out, "/loading"),
        ("close.not_signed_in", stops - arrived, "/loading"),
        ("close.missing_open", len(missing), "/loading"),
        ("close.open_stops", open_stops, "/courier"),
    ]
    blocks = tuple(Block(key, {"count": count}, link) for key, count, link in found if count)
    figures = {"stops": stops, "arrived": arrived, "missing": len(missing), "away": away}
    return Facts(figures, blocks, [plan.version, [list(one[:2]) for one in found], sorted(missing)])


def _road(session: Session, plan: Plan) -> tuple[int, int, int, int]:
    """Return how many stops are signed out, signed in, there at all, and how many carriers are still away."""
    out, arrived, stops, away = 0, 0, 0, 0
    for run in session.exec(select(VanRun).where(VanRun.plan_id == plan.id)).all():
        is_out = find_out(session, run) is not None
        for stop in session.exec(select(VanStop).where(VanStop.van_run_id == run.id)):
            stops += 1
            out += is_out
            arrived += find_in(session, run, stop.position) is not None
        away += sum(is_out and one.returned_at is None for one in list_carriers(session, run.id or 0))
    return out, arrived, stops, away


def _plain(people: tuple[Person, ...]) -> list[list[object]]:
    return [[one.order_id, one.reason, one.read_by] for one in people]


FACTS: dict[Step, Look] = {
    Step.REVIEW: _review,
    Step.MENU: _menu,
    Step.COUNT: _count,
    Step.RUNS: _runs,
    Step.PRINT: _print,
    Step.WRAP_UP: _wrap_up,
}
