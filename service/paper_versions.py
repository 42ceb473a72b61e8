"""The papers of one version of a plan beside those of the version before: what is kept, what is void, what is new.

A sheet that shows the same as before stays that sheet, with its code and its version; only what changed becomes void.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session, col, select

from kitchens.codes import FormerCodes, kitchen_of_label, number_of_label, short_code
from kitchens.facts import DayFile, Printing
from kitchens.meals import Meal
from kitchens.packing import PackedDay, pack, written_on
from kitchens.papers import AnyPaper, BoxLabel, Papers, next_papers, papers_of
from kitchens.plan import DayPlan
from kitchens.settling import problem_as_planned
from kitchens.write_change import key_of
from kitchens.write_road import PROMISE_STEP_S
from routing.problem import RunProblem
from service.papers import due_papers, kind_of_value, read_content
from service.planning import Question
from service.settings import Settings
from service.tables import CourierRun, Paper, PaperKind, PaperSheet, Plan, PlannedOrder, VanRun
from service.versions import Former, changed_homes

MEAL_CODES = {Meal.BREAKFAST: "B", Meal.LUNCH: "L", Meal.DINNER: "D"}


def pack_version(
    session: Session,
    head: Plan,
    question: Question,
    plan: DayPlan,
    problem: RunProblem,
    former: Former | None,
    settings: Settings,
    *,
    actor: str,
    why: tuple[str, ...] = (),
) -> PackedDay:
    """Return a version packed into boxes; runs and boxes that the former one had keep their codes."""
    printing = Printing(
        plan_number=f"{head.service_day:%Y%m%d}-{MEAL_CODES[Meal(head.meal)]}",
        version=head.version,
        printed_at=head.published_at,
        printed_by=actor,
        desk_phone=settings.desk_phone,
    )
    if former is not None:
        elders = {order.order_id: order.elder_id for order in question.day.orders}
        printing = Printing(
            plan_number=printing.plan_number,
            version=printing.version,
            printed_at=printing.printed_at,
            printed_by=printing.printed_by,
            desk_phone=printing.desk_phone,
            changed=changed_homes(former, problem, plan.runs, elders),
            before=former.counts,
            former=_former_codes(session, former.plan),
            told={elder: door.start_s - door.start_s % PROMISE_STEP_S for elder, door in former.doors.items()},
            dishes={order: dish for order, (_, dish) in _boxes_of(session, former.plan, former.plan.version).items()},
            first=_boxes_of(session, former.plan, 1),
            ordered_by=actor,
            why=why,
        )
    settled = problem_as_planned(problem, plan.runs)
    return pack(DayFile(question.day, plan, settled, question.facts, printing))


def store_papers(
    session: Session, plan_id: int, packed: PackedDay, former: Former | None, settings: Settings, now: datetime
) -> Papers:
    """Add the rows of a version's papers, due, and mark the sheets of the former one that it makes void."""
    papers = papers_of(packed)
    if former is not None:
        rows = session.exec(select(Paper).where(Paper.plan_id == former.plan.id)).all()
        old = {row.id: read_content(row) for row in rows}
        papers = next_papers([value for values in old.values() for value in values], papers, packed.file.printing)
        _make_void(session, old, papers, now)
    for paper in due_papers(plan_id, papers, settings.language):
        session.add(paper)
        session.flush()
        session.add_all(_new_sheets(paper, read_content(paper), packed.file.printing.version))
    return papers


def _new_sheets(paper: Paper, values: list[AnyPaper], version: int) -> list[PaperSheet]:
    """Return the sheets that this version has made; all labels of a kitchen that are new count as one."""
    heads = {value.head.code: value.head for value in values if value.head.version == version}
    return [
        PaperSheet(
            code=code,
            short=short_code(code),
            plan_id=paper.plan_id,
            paper_id=paper.id or 0,
            is_confidential=head.is_confidential,
        )
        for code, head in heads.items()
    ]


def _make_void(session: Session, old: Mapping[int | None, list[AnyPaper]], papers: Papers, now: datetime) -> None:
    fresh = {key_of(paper): paper.head.code for paper in papers.everything()}
    for paper_id, values in old.items():
        lost = [value for value in values if _is_lost(value, fresh)]
        if lost:
            session.execute(update(Paper).where(col(Paper.id) == paper_id).values(replaced_at=now))
        for value in lost:
            void = {"void_at": now, "replaced_by": fresh.get(key_of(value), "")}
            session.execute(update(PaperSheet).where(col(PaperSheet.code) == value.head.code).values(**void))


def _is_lost(value: AnyPaper, fresh: Mapping[tuple[str, str, str], str]) -> bool:
    """Return whether a sheet holds no more. What tells of one version's changes holds for good."""
    kept = kind_of_value(value) in {PaperKind.CALL_LIST, PaperKind.CHANGE_SLIP}
    return not kept and fresh.get(key_of(value)) != value.head.code


def _former_codes(session: Session, former: Plan) -> FormerCodes:
    """Return what all versions of this meal have called runs and boxes so far."""
    of_meal = (Plan.service_day == former.service_day, Plan.meal == former.meal)
    couriers = session.exec(
        select(CourierRun.courier_code, CourierRun.code)
        .join(Plan, col(Plan.id) == col(CourierRun.plan_id))
        .where(*of_meal)
        .order_by(col(Plan.version))
    ).all()
    vans = session.exec(
        select(VanRun, Plan.version).join(Plan, col(Plan.id) == col(VanRun.plan_id)).where(*of_meal)
    ).all()
    labels = session.exec(
        select(PlannedOrder.label, Plan.version, PlannedOrder.order_id)
        .join(Plan, col(Plan.id) == col(PlannedOrder.plan_id))
        .where(*of_meal, col(PlannedOrder.label).is_not(None))
    ).all()
    of_vans: defaultdict[tuple[str, str], list[tuple[int, str]]] = defaultdict(list)
    for van, version in vans:
        if version == former.version:
            of_vans[van.van_code, van.kitchen_code].append((van.depart_s, van.code))
    last: defaultdict[str, int] = defaultdict(int)
    for label, _, _ in labels:
        kitchen = kitchen_of_label(label or "")
        last[kitchen] = max(last[kitchen], number_of_label(label or ""))
    orders = {label: order_id for label, version, order_id in labels if version == former.version}
    return FormerCodes(
        couriers=dict(couriers),
        vans={pair: tuple(code for _, code in sorted(some)) for pair, some in of_vans.items()},
        labels=_written_labels(session, former, orders),
        last_label=dict(last),
        last_van=max((int(van.code[1:]) for van, _ in vans), default=0),
    )


def _written_labels(session: Session, former: Plan, orders: Mapping[str | None, int]) -> dict[int, tuple[str, str]]:
    of_labels = select(Paper).where(Paper.plan_id == former.id, Paper.kind == PaperKind.BOX_LABELS)
    return {
        orders[label.label]: (label.label, written_on(label))
        for row in session.exec(of_labels)
        for label in read_content(row)
        if isinstance(label, BoxLabel) and label.label in orders
    }


def _boxes_of(session: Session, former: Plan, version: int) -> dict[int, tuple[str, str]]:
    """Return the label and dish of each order that a version of the same meal served."""
    served = (
        select(PlannedOrder.order_id, PlannedOrder.label, PlannedOrder.dish_code)
        .join(Plan, col(Plan.id) == col(PlannedOrder.plan_id))
        .where(
            Plan.service_day == former.service_day,
            Plan.meal == former.meal,
            Plan.version == version,
            col(PlannedOrder.dish_code).is_not(None),
        )
    )
    return {order_id: (label or "", dish or "") for order_id, label, dish in session.exec(served)}
