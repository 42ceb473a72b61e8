"""Ticking boxes out: the label and the mark on the lid must agree, the gate must let it pass, and once is enough.

A tick needs both: the label says whose it is, the mark says what was filled in. A label on another dish's box is told
by that before the run leaves.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, select

from kitchens.meals import Ingredient, Meal
from service import audit
from service.access import EVERYTHING, Reach
from service.board.heads import get_plan, id_of
from service.clock import ZONE
from service.db import Database
from service.errors import ConflictError, InvalidError, NotAllowedError, NotFoundError
from service.idempotency import Answer, Call, answered_once
from service.kitchen_work.boxes import PackBox, PickHead, Ramp, kitchens_of_list, read_ramp
from service.kitchen_work.carriers import find_out
from service.kitchen_work.food import food_state, records_of_plan
from service.kitchen_work.gate import TEXTURE, clashes_of, day_pantry
from service.kitchen_work.records import Keyer
from service.tables import BoxTick, MissingBox, OrderState, Plan, PlannedOrder
from service.texts import Key

LONGEST_SCAN = 60
_SCAN = re.compile(r"([A-Z0-9]+(?:-[A-Z0-9]+)*-\d+)(?:[ /#@]V?(\d+))?")


@dataclass(frozen=True, slots=True)
class Scan:
    """What was scanned or keyed at the ramp: whose list, the label, and the mark on the lid."""

    list_key: str
    label: str
    mark: str


def tick_box(
    database: Database, service_day: date, meal: Meal, scan: Scan, keyer: Keyer, *, call: Call | None = None
) -> Answer:
    """Tick a box out.

    Raises
    ------
    NotFoundError, NotAllowedError
        If nobody knows the label or the list, or it is another kitchen's.
    InvalidError
        If what was scanned is no label.
    ConflictError
        If the label is of another kitchen, list or version; the lid says another pan; the box was ticked already, is
        reported missing, was called off, is too old, or clashes with its elder. Nothing is kept then.
    """

    def work(session: Session) -> Answer:
        plan = get_plan(session, service_day, meal)
        ramp = read_ramp(session, plan, _kitchens_asked(session, plan, scan))
        head = get_list(ramp, scan.list_key, keyer.reach)
        box = _find_box(session, ramp, head, scan.label)
        refuse_signed_out(session, head)
        _refuse_twice(session, plan, box)
        _refuse_swapped(box, scan.mark)
        _refuse_unfit(session, plan, box, keyer)
        tick = BoxTick(
            plan_id=id_of(plan),
            order_id=box.order_id,
            label=box.label,
            mark=box.mark,
            says=box.says,
            ticked_at=keyer.clock.now(),
            ticked_by=keyer.name,
        )
        session.add(tick)
        _note(session, keyer, "box.tick", box.label)
        return {"label": box.label, "list": head.key, "special": box.is_special}

    return answered_once(database, call, keyer.clock, work)


def check_box(
    database: Database, service_day: date, meal: Meal, scan: Scan, keyer: Keyer, *, call: Call | None = None
) -> Answer:
    """Let a second person sign for a special box; label and lid are read again.

    Raises
    ------
    NotFoundError, NotAllowedError, InvalidError, ConflictError
        As `tick_box`; or if the box is not ticked, not special, signed already, or it is the person who packed it.
    """

    def work(session: Session) -> Answer:
        plan = get_plan(session, service_day, meal)
        ramp = read_ramp(session, plan, _kitchens_asked(session, plan, scan))
        head = get_list(ramp, scan.list_key, keyer.reach)
        box = _find_box(session, ramp, head, scan.label)
        refuse_signed_out(session, head)
        tick = ticks_of(session, ramp).get(box.order_id)
        if tick is None:
            raise ConflictError("kitchen_work.not_ticked", label=box.label)
        if not box.is_special:
            raise ConflictError("kitchen_work.not_special", label=box.label)
        if tick.checked_by is not None:
            raise ConflictError("kitchen_work.checked_already", label=box.label, by=tick.checked_by)
        if tick.ticked_by == keyer.name:
            raise ConflictError("kitchen_work.same_hands", label=box.label)
        _refuse_swapped(box, scan.mark)
        _refuse_unfit(session, plan, box, keyer)
        tick.checked_at, tick.checked_by = keyer.clock.now(), keyer.name
        session.add(tick)
        _note(session, keyer, "box.check", box.label)
        return {"label": box.label, "list": head.key, "checked_by": keyer.name}

    return answered_once(database, call, keyer.clock, work)


def _kitchens_asked(session: Session, plan: Plan, scan: Scan) -> set[str]:
    """Return the kitchens of a list and of a label: mostly one, and all that a scan needs to read of a plan."""
    of_label = select(PlannedOrder.kitchen_code).where(
        PlannedOrder.plan_id == plan.id, PlannedOrder.label == read_label(scan.label)[0]
    )
    labelled = {code for code in session.exec(of_label) if code is not None}
    return kitchens_of_list(session, plan, scan.list_key) | labelled


def untick_box(database: Database, service_day: date, meal: Meal, label: str, keyer: Keyer) -> None:
    """Take a box back from its list; nothing is taken back once the kitchen has signed for the run.

    Raises
    ------
    NotFoundError, NotAllowedError, ConflictError
        As `tick_box`; or if the box is not ticked.
    """
    with database.write() as session:
        plan = get_plan(session, service_day, meal)
        ramp = read_ramp(session, plan)
        box = ramp.boxes.get(read_label(label)[0])
        if box is None:
            raise NotFoundError("kitchen_work.unknown_label", label=label[:LONGEST_SCAN])
        head = get_list(ramp, box.pick_list, keyer.reach)
        refuse_signed_out(session, head)
        tick = ticks_of(session, ramp).get(box.order_id)
        if tick is None:
            raise ConflictError("kitchen_work.not_ticked", label=box.label)
        session.delete(tick)
        _note(session, keyer, "box.untick", box.label)


def ticks_of(session: Session, ramp: Ramp) -> dict[int, BoxTick]:
    """Return the ticks that count, by order: those of this version, and earlier ones whose label says the same."""
    plan = ramp.plan
    of_meal = select(Plan.id).where(Plan.service_day == plan.service_day, Plan.meal == plan.meal)
    says = {box.order_id: box.says for box in ramp.boxes.values()}
    found = session.exec(select(BoxTick).where(col(BoxTick.plan_id).in_(of_meal)).order_by(col(BoxTick.plan_id)))
    return {tick.order_id: tick for tick in found if says.get(tick.order_id) == tick.says}


def get_list(ramp: Ramp, key: str, reach: Reach) -> PickHead:
    """Return a pick list.

    Raises
    ------
    NotFoundError, NotAllowedError
        If there is none by this key, or it is another kitchen's.
    """
    head = ramp.head(key)
    if head is None:
        raise NotFoundError("kitchen_work.unknown_list", given=key[:LONGEST_SCAN])
    if reach not in (EVERYTHING, Reach(kitchen=head.kitchen_code)):
        raise NotAllowedError("access.not_yours")
    return head


def refuse_signed_out(session: Session, head: PickHead) -> None:
    """Refuse to change what the kitchen has signed for.

    Raises
    ------
    ConflictError
        Then, with who signed.
    """
    signed = find_out(session, head.van_run) if head.van_run else None
    if signed is not None and head.van_run is not None:
        raise ConflictError("kitchen_work.signed_out", run=head.van_run.code, by=signed.signed_by)


def read_label(scanned: str) -> tuple[str, int | None]:
    """Return a label and, where it is said, of which version.

    Raises
    ------
    InvalidError
        If it is no label.
    """
    plain = unicodedata.normalize("NFKC", scanned).strip().upper()
    found = _SCAN.fullmatch(plain) if len(plain) <= LONGEST_SCAN else None
    if found is None:
        raise InvalidError("kitchen_work.no_label", given=plain[:20])
    return found[1], int(found[2]) if found[2] else None


def _find_box(session: Session, ramp: Ramp, head: PickHead, scanned: str) -> PackBox:
    label, version = read_label(scanned)
    box = ramp.boxes.get(label)
    if box is None:
        if _was_known(session, ramp.plan, label):
            raise ConflictError("kitchen_work.other_version", label=label, version=ramp.plan.version)
        raise NotFoundError("kitchen_work.unknown_label", label=label)
    if version not in {None, ramp.plan.version} and not _said_so_before(session, ramp.plan, box, version):
        raise ConflictError("kitchen_work.other_version", label=label, version=ramp.plan.version)
    if box.batch.kitchen_code != head.kitchen_code:
        raise ConflictError("kitchen_work.other_kitchen", label=label, kitchen=box.batch.kitchen_code)
    if box.pick_list != head.key:
        raise ConflictError("kitchen_work.other_list", label=label, list=box.pick_list, here=head.key)
    return box


def _was_known(session: Session, plan: Plan, label: str) -> bool:
    earlier = (
        select(PlannedOrder.order_id)
        .join(Plan, col(Plan.id) == col(PlannedOrder.plan_id))
        .where(Plan.service_day == plan.service_day, Plan.meal == plan.meal, PlannedOrder.label == label)
    )
    return session.exec(earlier.limit(1)).first() is not None


def _said_so_before(session: Session, plan: Plan, box: PackBox, version: int | None) -> bool:
    """Return whether this label of that version says what it says now: then nobody need print it again."""
    wanted = select(Plan).where(Plan.service_day == plan.service_day, Plan.meal == plan.meal, Plan.version == version)
    former = session.exec(wanted).first()
    before = read_ramp(session, former, {box.batch.kitchen_code}).boxes.get(box.label) if former is not None else None
    return before is not None and before.says == box.says


def _refuse_twice(session: Session, plan: Plan, box: PackBox) -> None:
    tick = ticks_of(session, Ramp(plan, {box.label: box}, ())).get(box.order_id)
    if tick is not None:
        at = f"{tick.ticked_at.astimezone(ZONE):%H:%M}"
        raise ConflictError("kitchen_work.ticked_already", label=box.label, at=at, by=tick.ticked_by)
    missing = session.exec(
        select(MissingBox).where(MissingBox.plan_id == plan.id, MissingBox.order_id == box.order_id)
    ).first()
    if missing is not None:
        raise ConflictError("kitchen_work.reported_missing", label=box.label)


def _refuse_swapped(box: PackBox, mark: str) -> None:
    given = unicodedata.normalize("NFKC", mark).strip().upper()
    if not given:
        raise InvalidError("kitchen_work.mark_missing", label=box.label)
    # The code of the batch itself may be scanned at the pan: it says the same where nothing goes with the dish.
    accepted = {box.mark.upper()} | ({box.batch.code.upper()} if not box.sides else set())
    if given not in accepted:
        raise ConflictError("kitchen_work.swapped", label=box.label, dish=box.dish_name, given=given[:20])


def _refuse_unfit(session: Session, plan: Plan, box: PackBox, keyer: Keyer) -> None:
    if box.order.state != OrderState.PLACED:
        raise ConflictError("kitchen_work.called_off", label=box.label)
    found = clashes_of(day_pantry(session, plan.service_day, Meal(plan.meal), box), box)
    if found:
        words = [Key(word_key(word)) for word in found]
        raise ConflictError("kitchen_work.clash", label=box.label, words=words)
    state = food_state(box.batch, plan, records_of_plan(session, plan).get(box.batch.id or 0, ()))
    if state.is_raw:
        raise ConflictError("kitchen_work.raw", label=box.label, batch=box.batch.code)
    if state.eat_by <= keyer.clock.now():
        until = f"{state.eat_by.astimezone(ZONE):%H:%M}"
        raise ConflictError("kitchen_work.too_old", label=box.label, until=until)


def word_key(word: str) -> str:
    """Return the text key of what clashes."""
    if word == TEXTURE:
        return "kitchen_work.texture"
    return f"ingredient.{word}" if word in set(Ingredient) else f"limit.{word}"


def _note(session: Session, keyer: Keyer, action: str, label: str) -> None:
    audit.note(session, at=keyer.clock.now(), actor=keyer.name, action=action, subject=label)
