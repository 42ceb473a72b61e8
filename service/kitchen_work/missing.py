"""Orders whose box is missing: each on an open list until a person says by name what became of it.

As long as one is open it is delivered to nobody: no outcome that says so is taken, and the day cannot be closed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, select

from kitchens.meals import Meal
from service import audit, outbox
from service.board.heads import get_plan, id_of
from service.db import Database
from service.errors import ConflictError, InvalidError, NotFoundError
from service.kitchen_work.boxes import PackBox, read_ramp
from service.kitchen_work.gate import clashes, day_pantry
from service.kitchen_work.packing import get_list, read_label, refuse_signed_out, ticks_of, word_key
from service.kitchen_work.records import Keyer
from service.kitchen_work.sheets import LONGEST_WHY
from service.menus.of_day import day_menus
from service.tables import Elder, MissingBox, MissingWay, Plan, Role
from service.texts import Key

TOLD = (Role.DISTRICT, Role.OPERATOR)


@dataclass(frozen=True, slots=True)
class Settling:
    """What became of a missing box; `dish_code`, `kitchen_code` and `texture` are what goes in its place."""

    way: MissingWay
    note: str = ""
    dish_code: str = ""
    kitchen_code: str = ""
    texture: str = ""


def report_short(database: Database, service_day: date, meal: Meal, label: str, why: str, keyer: Keyer) -> None:
    """Say at the ramp that a box cannot be packed: its order goes to the open list, and the run can be signed for.

    Raises
    ------
    NotFoundError, NotAllowedError, InvalidError, ConflictError
        If the label is unknown, another kitchen's, ticked out or reported already; if no reason is given; if the
        kitchen has signed; or if the box travels with no van.
    """
    with database.write() as session:
        plan = get_plan(session, service_day, meal)
        ramp = read_ramp(session, plan)
        box = ramp.boxes.get(read_label(label)[0])
        if box is None:
            raise NotFoundError("kitchen_work.unknown_label", label=read_label(label)[0])
        head = get_list(ramp, box.pick_list, keyer.reach)
        refuse_signed_out(session, head)
        if head.van_run is None or head.stop is None:
            raise ConflictError("kitchen_work.no_van", label=box.label)
        if box.order_id in ticks_of(session, ramp):
            raise ConflictError("kitchen_work.ticked_out", label=box.label)
        miss(session, plan, box, (head.van_run.id or 0, head.stop.position), reason_of(why), keyer)


def miss(session: Session, plan: Plan, box: PackBox, where: tuple[int, int], why: str, keyer: Keyer) -> None:
    """Put an order on the open list and tell the desk; the caller's transaction makes it true.

    Raises
    ------
    ConflictError
        If it stands there already.
    """
    if any(one.order_id == box.order_id for one in list_missing(session, plan)):
        raise ConflictError("kitchen_work.reported_missing", label=box.label)
    now = keyer.clock.now()
    session.add(
        MissingBox(
            plan_id=id_of(plan),
            order_id=box.order_id,
            van_run_id=where[0],
            position=where[1],
            label=box.label,
            why=why,
            noted_at=now,
            noted_by=keyer.name,
        )
    )
    audit.note(session, at=now, actor=keyer.name, action="box.missing", subject=box.label)
    for role in TOLD:
        outbox.tell(
            session,
            to=role,
            key="notice.box_missing",
            dedupe=f"missing:{plan.id}:{box.order_id}:{role}",
            at=now,
            label=box.label,
            elder=box.elder.number,
            point=box.point_code,
            day=str(plan.service_day),
            meal=f"meal.{plan.meal}",
        )


def list_missing(session: Session, plan: Plan, *, only_open: bool = False) -> list[MissingBox]:
    """Return the boxes of a meal that were missing, oldest first; those of earlier versions of the plan too."""
    of_meal = select(Plan.id).where(Plan.service_day == plan.service_day, Plan.meal == plan.meal)
    found = select(MissingBox).where(col(MissingBox.plan_id).in_(of_meal)).order_by(col(MissingBox.id))
    if only_open:
        found = found.where(col(MissingBox.settled_at).is_(None))
    return list(session.exec(found))


def settle_missing(database: Database, missing_id: int, settling: Settling, keyer: Keyer) -> MissingBox:
    """Say what became of an order whose box was missing, once.

    Raises
    ------
    NotFoundError
        If there is no such entry.
    InvalidError
        If a substitute is on no menu of that kitchen or clashes with the elder, or no word says why.
    ConflictError
        If it is settled already.
    """
    with database.write() as session:
        row = session.exec(select(MissingBox).where(MissingBox.id == missing_id).with_for_update()).first()
        if row is None:
            raise NotFoundError("kitchen_work.unknown_missing", missing=missing_id)
        if row.settled_by is not None:
            raise ConflictError("kitchen_work.settled_already", label=row.label, by=row.settled_by)
        if settling.way is MissingWay.SUBSTITUTE:
            _refuse_clashing(session, row, settling)
            row.dish_code = settling.dish_code
        if settling.way is not MissingWay.FOUND:
            reason_of(settling.note)
        row.way, row.note = settling.way, settling.note.strip()[:LONGEST_WHY]
        row.settled_at, row.settled_by = keyer.clock.now(), keyer.name
        session.add(row)
        audit.note(
            session, at=keyer.clock.now(), actor=keyer.name, action="box.settled", subject=row.label, way=row.way
        )
        return row


def reason_of(why: str) -> str:
    """Return a reason without spaces around it.

    Raises
    ------
    InvalidError
        If there is none, or it is too long.
    """
    if not why.strip():
        raise InvalidError("kitchen_work.why_missing")
    if len(why.strip()) > LONGEST_WHY:
        raise InvalidError("kitchen_work.why_too_long", longest=LONGEST_WHY)
    return why.strip()


def _refuse_clashing(session: Session, row: MissingBox, settling: Settling) -> None:
    plan = session.get_one(Plan, row.plan_id)
    box = read_ramp(session, plan).boxes[row.label]
    meal = Meal(get_plan(session, plan.service_day, Meal(plan.meal)).meal)
    menu = {
        dish.dish_id: dish for dish in day_menus(session, plan.service_day, meal).dishes.get(settling.kitchen_code, ())
    }
    dish = menu.get(settling.dish_code)
    if dish is None or settling.texture not in set(dish.textures):
        raise InvalidError("kitchen_work.not_on_menu", dish=settling.dish_code, kitchen=settling.kitchen_code)
    pots = [(settling.dish_code, settling.texture)]
    elder = session.get_one(Elder, box.elder.number)
    found = clashes(day_pantry(session, plan.service_day, meal), elder, settling.kitchen_code, pots)
    if found:
        words = [Key(word_key(word)) for word in found]
        raise InvalidError("kitchen_work.substitute_clashes", label=row.label, words=words)
