"""Manifests: what leaves a kitchen and what arrives at a meal point, each counted, warm enough and signed for by name.

What a kitchen signs for is what was ticked out; what a meal point signs for is what it counted. The difference has a
name for each box, or nobody can sign.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, select

from kitchens.meals import Meal
from service import audit
from service.access import EVERYTHING, Reach
from service.board.heads import get_plan
from service.db import Database
from service.errors import ConflictError, InvalidError, NotAllowedError
from service.idempotency import Answer, Call, answered_once
from service.kitchen_work.boxes import PackBox, Ramp, read_ramp
from service.kitchen_work.carriers import find_in, find_out, get_own_run, get_stop, list_carriers
from service.kitchen_work.missing import list_missing, miss, reason_of
from service.kitchen_work.packing import read_label, ticks_of
from service.kitchen_work.records import Keyer, read_on_board
from service.kitchen_work.sheets import COLDEST_C, HOTTEST_C
from service.tables import Keeping, ManifestIn, ManifestOut, OrderState, Plan, VanRun, VanStop


@dataclass(frozen=True, slots=True)
class Warmth:
    """Core temperatures of what is carried, hot and cold, in °C; None where there is none of it."""

    hot_c: float | None = None
    cold_c: float | None = None

    def tenths(self) -> tuple[int | None, int | None]:
        """Return both in tenths of a degree.

        Raises
        ------
        InvalidError
            If one is below 0 or above 110 °C.
        """
        for given in (self.hot_c, self.cold_c):
            if given is not None and not COLDEST_C <= given <= HOTTEST_C:
                raise InvalidError(
                    "kitchen_work.impossible_degrees", word=f"{given:g}", least=COLDEST_C, most=HOTTEST_C
                )
        hot, cold = (None if one is None else round(one * 10) for one in (self.hot_c, self.cold_c))
        return hot, cold


@dataclass(frozen=True, slots=True)
class Arrival:
    """What a meal point found: how many boxes, which labels are missing, how warm, whether every seal was whole."""

    boxes: int
    missing: tuple[str, ...] = ()
    warmth: Warmth = Warmth()
    seals_whole: bool = True
    why: str = ""


MOST_NAMED = 8
"""Labels that a refusal names; the page shows them all."""


def sign_out(database: Database, van_run_id: int, warmth: Warmth, keyer: Keyer, *, call: Call | None = None) -> Answer:
    """Sign for a van run at the ramp: every box is ticked out or reported, every carrier is counted.

    The temperature is a reading of every batch on board: what is too cold moves their eat-by.

    Raises
    ------
    NotFoundError, NotAllowedError, InvalidError
        If there is no such run, it is another kitchen's, or a temperature cannot be or is not given.
    ConflictError
        With what is missing: boxes not ticked, specials without a second person, carriers that do not add up; or if it
        is signed already.
    """

    def work(session: Session) -> Answer:
        run = get_own_run(session, van_run_id, keyer)
        plan = _newest(session, run)
        ramp = read_ramp(session, plan)
        boxes = _refuse_unpacked(session, ramp, run)
        hot, cold = _warmth_of(session, run, warmth)
        now = keyer.clock.now()
        session.add(
            ManifestOut(
                van_run_id=van_run_id,
                boxes=len(boxes),
                hot_tenths_c=hot,
                cold_tenths_c=cold,
                signed_at=now,
                signed_by=keyer.name,
            )
        )
        read_on_board(session, plan, [box.batch for box in boxes], (hot, cold), keyer)
        _note(session, keyer, "manifest.out", run.code, now, boxes=len(boxes))
        return {"run": run.code, "boxes": len(boxes), "signed_by": keyer.name, "signed_at": now.isoformat()}

    return answered_once(database, call, keyer.clock, work)


def sign_in(
    database: Database, van_run_id: int, position: int, arrival: Arrival, keyer: Keyer, *, call: Call | None = None
) -> Answer:
    """Sign for what arrived at a meal point; what is missing goes to the open list by name, and the desk is told.

    Raises
    ------
    NotFoundError, NotAllowedError
        If there is no such stop, or it is another meal point's.
    InvalidError
        If the count and the missing labels do not add up to what left, a label is none of this stop's, a difference
        or a broken seal has no reason, or a temperature cannot be.
    ConflictError
        If the kitchen has not signed, it is signed already, or by the very person who signed at the kitchen.
    """

    def work(session: Session) -> Answer:
        run, stop = get_stop(session, van_run_id, position)
        if keyer.reach not in (EVERYTHING, Reach(meal_point=stop.meal_point_code)):
            raise NotAllowedError("access.not_yours")
        plan = _newest(session, run)
        _refuse_early(session, run, position, keyer)
        boxes = sent(session, read_ramp(session, plan), run, position)
        missing = _missing_of(boxes, f"{run.code}-{position}", arrival)
        hot, cold = arrival.warmth.tenths()
        now = keyer.clock.now()
        session.add(
            ManifestIn(
                van_run_id=van_run_id,
                position=position,
                boxes=arrival.boxes,
                hot_tenths_c=hot,
                cold_tenths_c=cold,
                seals_whole=arrival.seals_whole,
                why=arrival.why.strip(),
                signed_at=now,
                signed_by=keyer.name,
            )
        )
        for box in missing:
            miss(session, plan, box, (van_run_id, position), arrival.why.strip(), keyer)
        here = [box.batch for box in boxes if box not in missing]
        read_on_board(session, plan, here, (hot, cold), keyer)
        _note(session, keyer, "manifest.in", run.code, now, stop=position, boxes=arrival.boxes, missing=len(missing))
        return {"run": run.code, "stop": position, "boxes": arrival.boxes, "missing": [one.label for one in missing]}

    return answered_once(database, call, keyer.clock, work)


def sent(session: Session, ramp: Ramp, run: VanRun, position: int) -> tuple[PackBox, ...]:
    """Return the boxes that left on a run for one of its stops: those of its list that were ticked out."""
    ticks = ticks_of(session, ramp)
    return tuple(box for box in ramp.of_list(f"{run.code}-{position}") if box.order_id in ticks)


def _newest(session: Session, run: VanRun) -> Plan:
    plan = session.get_one(Plan, run.plan_id)
    if get_plan(session, plan.service_day, Meal(plan.meal)).id != plan.id:
        raise ConflictError("progress.superseded", version=plan.version)
    return plan


def _stops(session: Session, run: VanRun) -> Sequence[VanStop]:
    return session.exec(select(VanStop).where(VanStop.van_run_id == run.id).order_by(VanStop.position)).all()  # type: ignore[arg-type]


def _refuse_unpacked(session: Session, ramp: Ramp, run: VanRun) -> list[PackBox]:
    """Return the boxes on board, or refuse with what is not done."""
    signed = find_out(session, run)
    if signed is not None:
        raise ConflictError("kitchen_work.signed_out", run=run.code, by=signed.signed_by)
    ticks, reported = ticks_of(session, ramp), {one.order_id for one in list_missing(session, ramp.plan)}
    on_board: list[PackBox] = []
    for stop in _stops(session, run):
        boxes = ramp.of_list(f"{run.code}-{stop.position}")
        owed = [one for one in boxes if one.order.state == OrderState.PLACED and one.order_id not in reported]
        open_labels = [box.label for box in owed if box.order_id not in ticks]
        if open_labels:
            raise ConflictError("kitchen_work.not_all_ticked", count=len(open_labels), labels=open_labels[:MOST_NAMED])
        here = [box for box in boxes if box.order_id in ticks]
        unsigned = [box.label for box in here if box.is_special and ticks[box.order_id].checked_by is None]
        if unsigned:
            raise ConflictError("kitchen_work.not_all_checked", count=len(unsigned), labels=unsigned[:MOST_NAMED])
        _refuse_uneven(session, run, stop, len(here))
        on_board += here
    return on_board


def _refuse_uneven(session: Session, run: VanRun, stop: VanStop, boxes: int) -> None:
    in_carriers = sum(one.boxes for one in list_carriers(session, run.id or 0) if one.position == stop.position)
    if in_carriers != boxes:
        raise ConflictError(
            "kitchen_work.carriers_uneven", stop=f"{run.code}-{stop.position}", boxes=boxes, carried=in_carriers
        )


def _warmth_of(session: Session, run: VanRun, warmth: Warmth) -> tuple[int | None, int | None]:
    """Return the temperatures, or refuse where one of what is carried is not given."""
    hot, cold = warmth.tenths()
    kinds = {one.keeping for one in list_carriers(session, run.id or 0)}
    if (Keeping.HOT in kinds and hot is None) or (Keeping.COLD in kinds and cold is None):
        raise InvalidError("kitchen_work.no_warmth")
    return hot, cold


def _refuse_early(session: Session, run: VanRun, position: int, keyer: Keyer) -> None:
    out = find_out(session, run)
    if out is None:
        raise ConflictError("kitchen_work.not_out", run=run.code)
    already = find_in(session, run, position)
    if already is not None:
        raise ConflictError("kitchen_work.signed_in", stop=f"{run.code}-{position}", by=already.signed_by)
    if out.signed_by == keyer.name:
        raise ConflictError("kitchen_work.same_signature", by=out.signed_by)


def _missing_of(boxes: Sequence[PackBox], stop: str, arrival: Arrival) -> list[PackBox]:
    """Return the boxes that did not arrive, by label; count and labels must add up to what left."""
    if arrival.boxes < 0:
        raise InvalidError("kitchen_work.no_count")
    there = {box.label: box for box in boxes}
    labels = list(dict.fromkeys(read_label(one)[0] for one in arrival.missing))
    foreign = [label for label in labels if label not in there]
    if foreign:
        raise InvalidError("kitchen_work.not_of_this_stop", labels=foreign[:MOST_NAMED], stop=stop)
    differs = arrival.boxes != len(boxes)
    if differs or labels or not arrival.seals_whole:
        reason_of(arrival.why)
    if arrival.boxes < len(boxes) and arrival.boxes + len(labels) != len(boxes):
        raise InvalidError("kitchen_work.does_not_add_up", sent=len(boxes), counted=arrival.boxes, missing=len(labels))
    return [there[label] for label in labels]


def _note(session: Session, keyer: Keyer, action: str, subject: str, at: datetime, **details: object) -> None:
    audit.note(session, at=at, actor=keyer.name, action=action, subject=subject, **details)
