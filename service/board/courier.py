"""A courier's run: the next door first, all doors readable before setting out, what to hand over and until when."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from kitchens.meals import Meal
from service.access import EVERYTHING, Reach
from service.board.kitchen import true_eat_by_s
from service.cautions import cautions_of
from service.clock import Clock, seconds_into
from service.errors import NotAllowedError, NotFoundError
from service.kitchen_work.food import records_of_plan
from service.progress import UNDO_WITHIN
from service.tables import Batch, Courier, CourierRun, Dish, Elder, MealPoint, Outcome, Plan, PlannedOrder, Visit


@dataclass(frozen=True, slots=True)
class Box:
    """One box for a door."""

    label: str
    dish_name: str
    texture: str
    instead_of: str


@dataclass(frozen=True, slots=True)
class DoorView:
    """One door with all that the courier needs there; `eat_by_s` is the earliest of its boxes."""

    visit_id: int
    number: int
    trip: int
    name: str
    phone: str
    address: str
    block: str
    stairwell: str
    floor: int
    door: str
    has_lift: bool
    door_note: str
    contact_name: str
    contact_phone: str
    excludes: tuple[str, ...]
    boxes: tuple[Box, ...]
    box_count: int
    start_s: int
    latest_s: int
    eat_by_s: int | None
    outcome: Outcome | None
    outcome_at: datetime | None
    note: str
    may_undo: bool
    cautions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TripView:
    """One load: from which meal point, when, how many boxes, and the doors in order."""

    number: int
    point_name: str
    point_address: str
    point_phone: str
    depart_s: int
    boxes: int
    doors: tuple[DoorView, ...]


@dataclass(frozen=True, slots=True)
class CourierView:
    """One run; `next_door` is the first without an outcome, `undoable` the last that was settled a moment ago.

    `next_load` is set when the next door begins a trip: its boxes must be fetched first.
    """

    run_id: int
    code: str
    service_day: date
    meal: Meal
    courier_name: str
    left_at: datetime | None
    end_s: int
    metres: int
    doors: int
    settled: int
    boxes: int
    trips: tuple[TripView, ...]
    next_door: DoorView | None
    next_load: TripView | None
    undoable: DoorView | None
    may_mark: bool
    is_superseded: bool


@dataclass(frozen=True, slots=True)
class RunChoice:
    """A run somebody may open."""

    run_id: int
    code: str
    courier_name: str
    point_name: str
    doors: int
    settled: int
    depart_s: int


def list_run_choices(session: Session, plan: Plan, reach: Reach) -> tuple[RunChoice, ...]:
    """Return the runs of `plan` within reach: a courier's own, a meal point's, or all."""
    if reach.kitchen:
        return ()
    points = {point.code: point.name for point in session.exec(select(MealPoint))}
    doors: defaultdict[int, list[Visit]] = defaultdict(list)
    of_plan = select(CourierRun.id).where(CourierRun.plan_id == plan.id)
    for visit in session.exec(
        select(Visit).where(col(Visit.courier_run_id).in_(of_plan)).order_by(col(Visit.position))
    ):
        doors[visit.courier_run_id].append(visit)
    wanted = (
        select(CourierRun, Courier)
        .join(Courier, col(Courier.code) == col(CourierRun.courier_code))
        .where(CourierRun.plan_id == plan.id)
        .order_by(col(CourierRun.code))
    )
    return tuple(
        RunChoice(
            run_id=run.id or 0,
            code=run.code,
            courier_name=courier.name,
            point_name=points[held[0].meal_point_code],
            doors=len(held),
            settled=sum(visit.outcome is not None for visit in held),
            depart_s=held[0].depart_s,
        )
        for run, courier in session.exec(wanted)
        if (held := doors[run.id or 0]) and _is_within(reach, courier)
    )


def courier_view(session: Session, run_id: int, reach: Reach, clock: Clock) -> CourierView:
    """Return one run with full addresses, for those it belongs to.

    Raises
    ------
    NotFoundError, NotAllowedError
        If there is no such run, or it lies outside `reach`.
    """
    run = session.get(CourierRun, run_id)
    if run is None:
        raise NotFoundError("progress.unknown_run", run=run_id)
    courier = session.get_one(Courier, run.courier_code)
    if not _is_within(reach, courier):
        raise NotAllowedError("access.not_yours")
    plan = session.get_one(Plan, run.plan_id)
    trips = _trips(session, run, plan, clock)
    doors = [door for trip in trips for door in trip.doors]
    next_door = next((door for door in doors if door.outcome is None), None)
    may_undo = [door for door in doors if door.may_undo]
    newer = select(Plan.id).where(
        Plan.service_day == plan.service_day, Plan.meal == plan.meal, Plan.version > plan.version
    )
    return CourierView(
        run_id=run_id,
        code=run.code,
        service_day=plan.service_day,
        meal=Meal(plan.meal),
        courier_name=courier.name,
        left_at=run.left_at,
        end_s=run.end_s,
        metres=run.metres,
        doors=len(doors),
        settled=sum(door.outcome is not None for door in doors),
        boxes=sum(trip.boxes for trip in trips),
        trips=trips,
        next_door=next_door,
        next_load=next((trip for trip in trips if next_door is not None and trip.doors[0] == next_door), None),
        undoable=max(may_undo, key=lambda door: (str(door.outcome_at), door.number), default=None),
        may_mark=seconds_into(plan.service_day, clock.now()) >= 0,
        is_superseded=session.exec(newer).first() is not None,
    )


def _is_within(reach: Reach, courier: Courier) -> bool:
    return reach == EVERYTHING or reach.courier == courier.code or reach.meal_point == courier.meal_point_code


def _trips(session: Session, run: CourierRun, plan: Plan, clock: Clock) -> tuple[TripView, ...]:
    boxes, eat_by = _boxes(session, run, plan)
    points = {point.code: point for point in session.exec(select(MealPoint))}
    loads: defaultdict[int, list[tuple[Visit, Elder]]] = defaultdict(list)
    for visit, elder in session.exec(
        select(Visit, Elder)
        .join(Elder, col(Elder.number) == col(Visit.elder_number))
        .where(Visit.courier_run_id == run.id)
        .order_by(col(Visit.position))
    ):
        loads[visit.trip].append((visit, elder))
    numbers = [visit.elder_number for held in loads.values() for visit, _ in held]
    cautions = cautions_of(session, numbers, plan.service_day)
    trips = []
    for number, held in sorted(loads.items()):
        first = held[0][0]
        point = points[first.meal_point_code]
        trips.append(
            TripView(
                number=number,
                point_name=point.name,
                point_address=point.address,
                point_phone=point.phone,
                depart_s=first.depart_s,
                boxes=sum(visit.boxes for visit, _ in held),
                doors=tuple(
                    _door(
                        visit,
                        elder,
                        boxes[visit.id or 0],
                        eat_by.get(visit.id or 0),
                        cautions.get(elder.number, ()),
                        clock,
                    )
                    for visit, elder in held
                ),
            )
        )
    return tuple(trips)


def _boxes(session: Session, run: CourierRun, plan: Plan) -> tuple[defaultdict[int, list[Box]], dict[int, int]]:
    """Return the boxes of each visit, and until when the first of them must be eaten."""
    dishes = {dish.code: dish.name for dish in session.exec(select(Dish))}
    boxes: defaultdict[int, list[Box]] = defaultdict(list)
    eat_by: dict[int, int] = {}
    records = records_of_plan(session, plan)
    of_run = select(Visit.id).where(Visit.courier_run_id == run.id)
    for planned, batch in session.exec(
        select(PlannedOrder, Batch)
        .join(Batch, col(Batch.id) == col(PlannedOrder.batch_id))
        .where(col(PlannedOrder.visit_id).in_(of_run))
        .order_by(col(PlannedOrder.label))
    ):
        visit_id = planned.visit_id or 0
        boxes[visit_id].append(
            Box(
                label=planned.label or "",
                dish_name=dishes[planned.dish_code or ""],
                texture=planned.texture or "",
                instead_of=dishes.get(planned.instead_of or "", ""),
            )
        )
        until_s = true_eat_by_s(batch, plan, records.get(batch.id or 0, ()))
        eat_by[visit_id] = min(eat_by.get(visit_id, until_s), until_s)
    return boxes, eat_by


def _door(
    visit: Visit, elder: Elder, boxes: list[Box], eat_by_s: int | None, cautions: tuple[str, ...], clock: Clock
) -> DoorView:
    return DoorView(
        visit_id=visit.id or 0,
        number=visit.position,
        trip=visit.trip,
        name=elder.name,
        phone=elder.phone,
        address=elder.address,
        block=elder.block,
        stairwell=elder.stairwell,
        floor=elder.floor,
        door=elder.door,
        has_lift=elder.has_lift,
        door_note=elder.door_note,
        contact_name=elder.contact_name,
        contact_phone=elder.contact_phone,
        excludes=tuple(elder.excludes.split()),
        boxes=tuple(boxes),
        box_count=visit.boxes,
        start_s=visit.start_s,
        latest_s=visit.latest_s,
        eat_by_s=eat_by_s,
        outcome=Outcome(visit.outcome) if visit.outcome else None,
        outcome_at=visit.outcome_at,
        note=visit.note,
        may_undo=visit.outcome_at is not None and clock.now() - visit.outcome_at <= UNDO_WITHIN,
        cautions=cautions,
    )
