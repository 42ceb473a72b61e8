"""A later version of a published plan: what it takes over from the former one, and how it differs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from sqlmodel import Session, col, select

from routing.plan import RunPlan
from routing.problem import RunProblem
from service.errors import ConflictError
from service.tables import Batch, CourierRun, Plan, VanRun, VanStop, Visit

MOVED_S = 300
"""A hand-over that begins this much earlier or later counts as changed: elders are told full five minutes."""


@dataclass(frozen=True, slots=True)
class Door:
    """How an elder's door was served: by whom, from where, when."""

    courier_code: str
    meal_point_code: str
    start_s: int


@dataclass(frozen=True, slots=True)
class Former:
    """The version that is replaced: its doors by elder, who had a run, and what each kitchen's count said."""

    plan: Plan
    doors: Mapping[str, Door]
    couriers: frozenset[str]
    counts: Mapping[str, Mapping[tuple[str, str], int]]


def find_former(session: Session, plan: Plan) -> Former | None:
    """Return the version before `plan`, or None where `plan` is the first."""
    wanted = select(Plan).where(
        Plan.service_day == plan.service_day, Plan.meal == plan.meal, Plan.version == plan.version - 1
    )
    former = session.exec(wanted).first()
    if former is None:
        return None
    visits = session.exec(
        select(Visit, CourierRun.courier_code)
        .join(CourierRun, col(CourierRun.id) == col(Visit.courier_run_id))
        .where(CourierRun.plan_id == former.id)
    ).all()
    counts: defaultdict[str, defaultdict[tuple[str, str], int]] = defaultdict(lambda: defaultdict(int))
    for batch in session.exec(select(Batch).where(Batch.plan_id == former.id)):
        counts[batch.kitchen_code][batch.dish_code, batch.texture] += batch.portions + batch.spare
    return Former(
        plan=former,
        doors={one.elder_number: Door(courier, one.meal_point_code, one.start_s) for one, courier in visits},
        couriers=frozenset(courier for _, courier in visits),
        counts={kitchen: dict(lines) for kitchen, lines in counts.items()},
    )


def changed_homes(former: Former, problem: RunProblem, runs: RunPlan, elders: Mapping[int, str]) -> frozenset[str]:
    """Return the homes that another courier visits, from elsewhere, or at another time; `elders` are by order."""
    homes = {home.home_id: elders[home.orders[0]] for home in problem.homes}
    changed = set()
    for run in runs.courier_runs:
        for trip in run.trips:
            for visit in trip.visits:
                before = former.doors.get(homes[visit.home_id])
                same = before is not None and (before.courier_code, before.meal_point_code) == (
                    run.courier_id,
                    trip.point_id,
                )
                if before is None or not same or abs(before.start_s - visit.start_s) >= MOVED_S:
                    changed.add(visit.home_id)
    return frozenset(changed)


def find_gone(session: Session, plan: Plan) -> str | None:
    """Return the code of a run of the plan that has left or been at a door, or None while all are still there."""
    vans = session.exec(select(VanRun.code).where(VanRun.plan_id == plan.id, col(VanRun.left_at).is_not(None)))
    couriers = session.exec(
        select(CourierRun.code).where(CourierRun.plan_id == plan.id, col(CourierRun.left_at).is_not(None))
    )
    visited = session.exec(
        select(CourierRun.code)
        .join(Visit, col(Visit.courier_run_id) == col(CourierRun.id))
        .where(CourierRun.plan_id == plan.id, col(Visit.outcome).is_not(None))
    )
    gone = sorted({*vans, *couriers, *visited})
    return gone[0] if gone else None


def refuse_if_on_the_road(session: Session, plan: Plan) -> None:
    """Raise if a van or a courier of the plan has left, or somebody has been at a door: then it is too late to plan.

    Raises
    ------
    ConflictError
        With a run that has left.
    """
    gone = find_gone(session, plan)
    if gone is not None:
        raise ConflictError("lock.on_the_road", run=gone)


def take_over(session: Session, former: Former, plan_id: int) -> None:
    """Keep what has been cooked.

    Raises
    ------
    ConflictError
        If a batch that has been cooked stands no more in the new version.
    """
    cooked = select(Batch).where(Batch.plan_id == former.plan.id, col(Batch.cooked_at).is_not(None))
    fresh = {one.code: one for one in session.exec(select(Batch).where(Batch.plan_id == plan_id))}
    for batch in session.exec(cooked):
        again = fresh.get(batch.code)
        if again is None or _recipe(again) != _recipe(batch):
            raise ConflictError("lock.cooked_already", batch=batch.code)
        again.cooked_at = batch.cooked_at
        session.add(again)


def _recipe(batch: Batch) -> tuple[str, str, str, int]:
    """Return what is in the pot: whom a portion is for may change, how many there are may not."""
    return batch.kitchen_code, batch.dish_code, batch.texture, batch.portions + batch.spare


def take_over_road(session: Session, former: Former, plan_id: int) -> None:
    """Keep what has left, and what has been handed over or not.

    Raises
    ------
    ConflictError
        If a van that has left or a door that somebody has been at stands no more in the new version.
    """
    fresh_vans = {
        (one.van_code, one.depart_s): one for one in session.exec(select(VanRun).where(VanRun.plan_id == plan_id))
    }
    for van in session.exec(
        select(VanRun).where(VanRun.plan_id == former.plan.id, col(VanRun.left_at).is_not(None))
    ).all():
        again = fresh_vans.get((van.van_code, van.depart_s))
        if again is None or _stops(session, again) != _stops(session, van):
            raise ConflictError("lock.on_the_road", run=van.code)
        again.left_at = van.left_at
        session.add(again)
    fresh = {one.courier_code: one for one in session.exec(select(CourierRun).where(CourierRun.plan_id == plan_id))}
    for run in session.exec(select(CourierRun).where(CourierRun.plan_id == former.plan.id)).all():
        _take_over_run(session, run, fresh.get(run.courier_code))


def _take_over_run(session: Session, former: CourierRun, again: CourierRun | None) -> None:
    visits = session.exec(select(Visit).where(Visit.courier_run_id == former.id, col(Visit.outcome).is_not(None))).all()
    if former.left_at is None and not visits:
        return
    if again is None:
        raise ConflictError("lock.on_the_road", run=former.code)
    again.left_at = former.left_at
    session.add(again)
    doors = {one.elder_number: one for one in session.exec(select(Visit).where(Visit.courier_run_id == again.id))}
    for visit in visits:
        door = doors.get(visit.elder_number)
        if door is None:
            raise ConflictError("lock.on_the_road", run=former.code)
        door.outcome, door.outcome_at, door.outcome_by = visit.outcome, visit.outcome_at, visit.outcome_by
        door.note = visit.note
        session.add(door)


def _stops(session: Session, run: VanRun) -> list[tuple[str, int, int]]:
    stops = session.exec(select(VanStop).where(VanStop.van_run_id == run.id).order_by(col(VanStop.position)))
    return [(one.meal_point_code, one.arrive_s, one.boxes) for one in stops]
