"""Every box of a published plan as the ramp sees it: its label, what must be in it, and which pick list it stands on.

A pick list is what one van brings to one meal point (`V01-2`: run and stop), or what stays at the point in which the
kitchen stands (`K01-P3`).
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select as select_rows
from sqlmodel import Session, col, select

from kitchens.lid_marks import lid_mark
from kitchens.meals import Fulfilment, Texture
from service.board.heads import id_of
from service.board.names import shortened
from service.tables import (
    Batch,
    CourierRun,
    Course,
    CourseOption,
    Dish,
    Elder,
    MealOrder,
    Plan,
    PlannedOrder,
    PlannedPart,
    PlanQuestion,
    VanRun,
    VanStop,
    Visit,
)

_APART = re.compile(r'"batch":"[^"]')


@dataclass(frozen=True, slots=True)
class Side:
    """What goes with a set meal: dish and texture, and its letter on the lid."""

    dish_code: str
    dish_name: str
    texture: str
    letter: str


@dataclass(frozen=True, slots=True)
class PackBox:
    """One box. `mark` is what its lid must say, `says` all that its label says; `run` is empty for the tables."""

    order: MealOrder
    elder: Elder
    batch: Batch
    label: str
    dish_name: str
    texture: str
    sides: tuple[Side, ...]
    instead_of: str
    point_code: str
    run: str
    stop: int
    depart_s: int
    pick_list: str = ""

    @property
    def order_id(self) -> int:
        """Return the order's number."""
        return self.order.id or 0

    @property
    def mark(self) -> str:
        """Return what the lid must say."""
        return lid_mark(self.batch.code, "".join(side.letter for side in self.sides))

    @property
    def short_name(self) -> str:
        """Return the elder's name as it may be read at the ramp."""
        return shortened(self.elder.name)

    @property
    def is_special(self) -> bool:
        """Return whether a second person must look: whoever gets it must not get just anything."""
        return bool(self.elder.excludes or self.elder.limits or self.instead_of or self.texture != Texture.REGULAR)

    @property
    def says(self) -> str:
        """Return what the label says, in one line; a label that says something else is another label."""
        sides = "+".join(f"{side.dish_code}:{side.texture}" for side in self.sides)
        where = f"{self.point_code}|{self.run}|{self.stop}"
        return f"{self.label}|{self.batch.code}|{self.batch.dish_code}|{self.texture}|{sides}|{where}"


@dataclass(frozen=True, slots=True)
class PickHead:
    """Whose boxes a pick list holds; without a van they stay where the kitchen stands."""

    key: str
    kitchen_code: str
    point_code: str
    van_run: VanRun | None = None
    stop: VanStop | None = None


@dataclass(frozen=True, slots=True)
class Ramp:
    """All boxes of a plan by label, and the pick lists in the order in which they leave."""

    plan: Plan
    boxes: Mapping[str, PackBox]
    lists: tuple[PickHead, ...]

    def of_list(self, key: str) -> tuple[PackBox, ...]:
        """Return the boxes of a pick list in the order of their labels."""
        return tuple(box for box in self.boxes.values() if box.pick_list == key)

    def head(self, key: str) -> PickHead | None:
        """Return a pick list by its key."""
        return next((one for one in self.lists if one.key == key), None)


def read_ramp(session: Session, plan: Plan, kitchens: Collection[str] | None = None) -> Ramp:
    """Return every box of a plan, or of some of its kitchens, with its pick list.

    A consignment that comes in several lots is filled as the manifests say: what couriers take first comes first.
    """
    boxes = _boxes(session, plan, kitchens)
    heads, filled = _fill(session, plan, boxes, kitchens)
    return Ramp(plan, {box.label: box for box in sorted(filled, key=lambda box: (len(box.label), box.label))}, heads)


def kitchens_of_list(session: Session, plan: Plan, key: str) -> set[str]:
    """Return whose pick list this is: one kitchen, or none where no list is called so."""
    of_van = select(VanRun.kitchen_code).where(VanRun.plan_id == plan.id, VanRun.code == key.rpartition("-")[0])
    found = set(session.exec(of_van))
    if found:
        return found
    of_plan = select(Batch.kitchen_code).where(Batch.plan_id == plan.id).distinct()
    return {code for code in session.exec(of_plan) if key.startswith(f"{code}-")}


def _boxes(session: Session, plan: Plan, kitchens: Collection[str] | None) -> list[PackBox]:
    named: Any = session.execute(select_rows(col(Dish.code), col(Dish.name)))
    names: dict[str, str] = dict(named.all())
    sides = _sides(session, plan, names)
    asked = (
        select_rows(PlannedOrder, MealOrder, Elder, Batch, Visit, col(CourierRun.code))
        .join(MealOrder, col(MealOrder.id) == col(PlannedOrder.order_id))
        .join(Elder, col(Elder.number) == col(MealOrder.elder_number))
        .join(Batch, col(Batch.id) == col(PlannedOrder.batch_id))
        .join(Visit, col(Visit.id) == col(PlannedOrder.visit_id), isouter=True)
        .join(CourierRun, col(CourierRun.id) == col(Visit.courier_run_id), isouter=True)
        .where(col(PlannedOrder.plan_id) == plan.id)
        .order_by(col(PlannedOrder.order_id))
    )
    rows: Any = session.execute(asked if kitchens is None else asked.where(col(Batch.kitchen_code).in_(kitchens)))
    return [
        PackBox(
            order=order,
            elder=elder,
            batch=batch,
            label=planned.label or "",
            dish_name=names[planned.dish_code or ""],
            texture=planned.texture or "",
            sides=sides.get(planned.order_id, ()),
            instead_of=names.get(planned.instead_of or "", ""),
            point_code=planned.meal_point_code or "",
            run=run or "",
            stop=visit.position if visit else 0,
            depart_s=visit.depart_s if visit else 0,
        )
        for planned, order, elder, batch, visit, run in rows
    ]


def _sides(session: Session, plan: Plan, names: Mapping[str, str]) -> dict[int, tuple[Side, ...]]:
    """Return what goes with each order, in the order of the courses; a letter is the place among all options."""
    letters: dict[tuple[str, str], str] = {}
    counted: defaultdict[str, int] = defaultdict(int)
    options: Any = session.execute(
        select(Course.dish_code, Course.code, CourseOption.dish_code)
        .join(CourseOption, col(CourseOption.course_code) == col(Course.code))
        .order_by(col(Course.dish_code), col(Course.position), col(CourseOption.rank))
    )
    for dish, course, option in options:
        letters[course, option] = chr(ord("A") + counted[dish])
        counted[dish] += 1
    found: defaultdict[int, list[Side]] = defaultdict(list)
    for part in session.exec(select(PlannedPart).where(PlannedPart.plan_id == plan.id)):
        letter = letters.get((part.course_code, part.dish_code), "?")
        found[part.order_id].append(Side(part.dish_code, names[part.dish_code], part.texture, letter))
    return {order_id: tuple(sorted(some, key=lambda side: side.letter)) for order_id, some in found.items()}


def _fill(
    session: Session, plan: Plan, boxes: Sequence[PackBox], kitchens: Collection[str] | None
) -> tuple[tuple[PickHead, ...], list[PackBox]]:
    lots = _lots_of_stops(session, plan)
    apart = set(lots.values())
    waiting: defaultdict[tuple[str, str, str], list[PackBox]] = defaultdict(list)
    for box in sorted(boxes, key=_urgency):
        lot = (box.batch.kitchen_code, box.point_code, box.batch.code)
        waiting[lot if lot in apart else (*lot[:2], "")].append(box)
    heads: list[PickHead] = []
    filled: list[PackBox] = []
    stops = (
        select(VanStop, VanRun)
        .join(VanRun, col(VanRun.id) == col(VanStop.van_run_id))
        .where(VanRun.plan_id == id_of(plan))
        .order_by(col(VanStop.ready_s), col(VanRun.code), col(VanStop.position))
    )
    rows: Any = session.execute(stops if kitchens is None else stops.where(col(VanRun.kitchen_code).in_(kitchens)))
    for stop, run in rows:
        lot = lots.get((run.van_code, run.depart_s, stop.position), (run.kitchen_code, stop.meal_point_code, ""))
        key = f"{run.code}-{stop.position}"
        heads.append(PickHead(key, run.kitchen_code, stop.meal_point_code, run, stop))
        filled += (_on_list(box, key) for box in waiting[lot][: stop.boxes])
        waiting[lot] = waiting[lot][stop.boxes :]
    heads.sort(key=_leaves)
    staying: defaultdict[tuple[str, str], list[PackBox]] = defaultdict(list)
    for (kitchen, point, _), rest in sorted(waiting.items()):
        staying[kitchen, point] += rest
    for (kitchen, point), rest in staying.items():
        if rest:
            key = f"{kitchen}-{point}"
            heads.append(PickHead(key, kitchen, point))
            filled += (_on_list(box, key) for box in rest)
    return tuple(heads), filled


def _leaves(head: PickHead) -> tuple[int, str, int]:
    if head.van_run is None or head.stop is None:
        return 0, head.key, 0
    return head.van_run.depart_s, head.van_run.code, head.stop.position


def _lots_of_stops(session: Session, plan: Plan) -> dict[tuple[str, int, int], tuple[str, str, str]]:
    """Return the stops that bring a batch by itself, cooked besides after a failure, by van, departure and position.

    Only a later version has any; they stand in what the plan answered.
    """
    question = session.get(PlanQuestion, plan.id) if plan.version > 1 else None
    if question is None or not _APART.search(question.content):
        return {}
    return {
        (run["van_id"], run["depart_s"], position): (run["kitchen_id"], stop["point_id"], stop["batch"])
        for run in json.loads(question.content)["runs"]["van_runs"]
        for position, stop in enumerate(run["stops"], start=1)
        if stop.get("batch")
    }


def _on_list(box: PackBox, key: str) -> PackBox:
    return replace(box, pick_list=key)


def _urgency(box: PackBox) -> tuple[int, int, str, int, int]:
    if box.run:
        return (0, box.depart_s, box.run, box.stop, box.order_id)
    return (2 if box.order.fulfilment == Fulfilment.HOME else 1, 0, "", 0, box.order_id)
