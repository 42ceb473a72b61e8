"""What the pages of the ramp show: pick lists with their boxes, van runs with carriers and signatures, missing boxes.

The mark that a lid should bear stands nowhere on the screen: it must be read from the lid.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from kitchens.meals import Meal
from service.access import EVERYTHING, Reach
from service.board.names import shortened
from service.kitchen_work.boxes import PackBox, PickHead, Ramp, read_ramp
from service.kitchen_work.carriers import find_in, find_out, list_carriers
from service.kitchen_work.missing import list_missing
from service.kitchen_work.packing import ticks_of
from service.menus.of_day import day_menus
from service.tables import (
    BoxTick,
    CarrierLoad,
    Elder,
    ManifestIn,
    ManifestOut,
    MealOrder,
    MealPoint,
    MissingBox,
    OrderState,
    Plan,
    Van,
    VanRun,
    VanStop,
)

MOST_MARKS = 8
"""With more marks than this in a kitchen they are keyed, not tapped."""


@dataclass(frozen=True, slots=True)
class BoxView:
    """One box on a pick list."""

    box: PackBox
    tick: BoxTick | None
    is_missing: bool
    is_called_off: bool

    @property
    def needs_second(self) -> bool:
        """Return whether it is ticked and a second person must still look."""
        return self.tick is not None and self.box.is_special and self.tick.checked_by is None

    @property
    def is_open(self) -> bool:
        """Return whether it is still to be packed."""
        return self.tick is None and not self.is_missing and not self.is_called_off


@dataclass(frozen=True, slots=True)
class ListView:
    """A pick list: head, what is on it by dish and texture, its boxes (open ones first), and who signed for its run."""

    head: PickHead
    point_name: str
    plate: str
    lines: tuple[tuple[str, str, int], ...]
    boxes: tuple[BoxView, ...]
    signed_by: str

    @property
    def ticked(self) -> int:
        """Return how many boxes are ticked out."""
        return sum(one.tick is not None for one in self.boxes)

    @property
    def owed(self) -> int:
        """Return how many boxes are ticked out or still to be."""
        return sum(one.tick is not None or one.is_open for one in self.boxes)


def pick_lists(session: Session, plan: Plan, reach: Reach) -> tuple[tuple[ListView, ...], tuple[str, ...]]:
    """Return the pick lists within a reach as they leave, and the marks that a lid there may bear."""
    ramp = read_ramp(session, plan, None if reach.kitchen is None else {reach.kitchen})
    ticks = ticks_of(session, ramp)
    missing = {one.order_id for one in list_missing(session, plan)}
    points = {one.code: one.name for one in session.exec(select(MealPoint))}
    vans = {one.code: one.plate for one in session.exec(select(Van))}
    views = tuple(
        _list_view(session, ramp, head, ticks, missing, points[head.point_code], vans)
        for head in ramp.lists
        if reach in (EVERYTHING, Reach(kitchen=head.kitchen_code))
    )
    kitchens = {view.head.kitchen_code for view in views}
    marks = sorted({box.mark for box in ramp.boxes.values() if box.batch.kitchen_code in kitchens})
    return views, tuple(marks)


def _list_view(
    session: Session,
    ramp: Ramp,
    head: PickHead,
    ticks: dict[int, BoxTick],
    missing: set[int],
    point_name: str,
    vans: dict[str, str],
) -> ListView:
    boxes = [
        BoxView(box, ticks.get(box.order_id), box.order_id in missing, box.order.state != OrderState.PLACED)
        for box in ramp.of_list(head.key)
    ]
    counted = Counter((one.box.dish_name, one.box.texture) for one in boxes if not one.is_called_off)
    signed = find_out(session, head.van_run) if head.van_run else None
    return ListView(
        head=head,
        point_name=point_name,
        plate=vans.get(head.van_run.van_code, "") if head.van_run else "",
        lines=tuple((dish, texture, count) for (dish, texture), count in sorted(counted.items())),
        boxes=tuple(sorted(boxes, key=lambda one: not one.is_open)),
        signed_by=signed.signed_by if signed else "",
    )


@dataclass(frozen=True, slots=True)
class StopView:
    """One stop of a van run: boxes planned, ticked out and unsigned specials, carriers, arrival, labels that left."""

    stop: VanStop
    key: str
    point_name: str
    owed: int
    ticked: int
    unsigned: int
    carriers: tuple[CarrierLoad, ...]
    arrived: ManifestIn | None
    labels: tuple[str, ...]

    @property
    def carried(self) -> int:
        """Return how many boxes are in the carriers."""
        return sum(one.boxes for one in self.carriers)

    @property
    def is_ready(self) -> bool:
        """Return whether the kitchen may sign as far as this stop goes."""
        return self.ticked == self.owed and not self.unsigned and self.carried == self.ticked


@dataclass(frozen=True, slots=True)
class RunView:
    """A van run with its stops and the kitchen's signature."""

    run: VanRun
    plate: str
    driver: str
    stops: tuple[StopView, ...]
    out: ManifestOut | None

    @property
    def is_ready(self) -> bool:
        """Return whether the kitchen may sign."""
        return self.out is None and all(stop.is_ready for stop in self.stops)


def run_views(session: Session, plan: Plan, reach: Reach) -> tuple[RunView, ...]:
    """Return the van runs within a reach as they leave; a meal point sees the stops that are its own."""
    lists, _ = pick_lists(session, plan, EVERYTHING if reach.kitchen is None else Reach(kitchen=reach.kitchen))
    by_key = {view.head.key: view for view in lists}
    vans = {one.code: one for one in session.exec(select(Van))}
    runs = session.exec(
        select(VanRun).where(VanRun.plan_id == plan.id).order_by(col(VanRun.depart_s), col(VanRun.code))
    )
    found = []
    for run in runs:
        if reach.kitchen not in {None, run.kitchen_code}:
            continue
        carriers = list_carriers(session, run.id or 0)
        of_run = select(VanStop).where(VanStop.van_run_id == run.id).order_by(col(VanStop.position))
        stops = tuple(
            _stop_view(session, run, stop, by_key[f"{run.code}-{stop.position}"], carriers)
            for stop in session.exec(of_run)
            if reach.meal_point in {None, stop.meal_point_code}
        )
        if stops:
            van = vans[run.van_code]
            found.append(RunView(run, van.plate, van.driver, stops, find_out(session, run)))
    return tuple(found)


def _stop_view(
    session: Session, run: VanRun, stop: VanStop, view: ListView, carriers: Sequence[CarrierLoad]
) -> StopView:
    return StopView(
        stop=stop,
        key=view.head.key,
        point_name=view.point_name,
        owed=view.owed,
        ticked=view.ticked,
        unsigned=sum(one.needs_second for one in view.boxes),
        carriers=tuple(one for one in carriers if one.position == stop.position),
        arrived=find_in(session, run, stop.position),
        labels=tuple(sorted(one.box.label for one in view.boxes if one.tick is not None)),
    )


@dataclass(frozen=True, slots=True)
class MissingView:
    """A missing box as the desk needs it: who waits for it and where."""

    row: MissingBox
    short_name: str
    elder_number: str
    phone: str
    point_code: str


def missing_views(session: Session, plan: Plan, reach: Reach) -> tuple[MissingView, ...]:
    """Return the missing boxes of a meal within a reach, open ones first; telephones only for the desk."""
    found = []
    for row in list_missing(session, plan):
        order = session.get_one(MealOrder, row.order_id)
        elder = session.get_one(Elder, order.elder_number)
        stop = session.get_one(VanStop, (row.van_run_id, row.position))
        run = session.get_one(VanRun, row.van_run_id)
        if reach.meal_point not in {None, stop.meal_point_code} or reach.kitchen not in {None, run.kitchen_code}:
            continue
        phone = elder.phone if reach == EVERYTHING else ""
        found.append(MissingView(row, shortened(elder.name), elder.number, phone, stop.meal_point_code))
    return tuple(sorted(found, key=lambda one: one.row.settled_at is not None))


def substitutes(session: Session, plan: Plan) -> Sequence[tuple[str, str, str, str]]:
    """Return what could go in the place of a missing box: kitchen, dish, its name and texture."""
    menus = day_menus(session, plan.service_day, Meal(plan.meal)).dishes
    return [
        (kitchen, dish.dish_id, dish.name, str(texture))
        for kitchen, dishes in sorted(menus.items())
        for dish in dishes
        if not dish.courses
        for texture in sorted(dish.textures)
    ]
