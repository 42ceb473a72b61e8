"""Does this sheet still hold? What a code that stands on a paper or a box says about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlmodel import Session, col, func, select

from kitchens.codes import read_short_code
from kitchens.meals import Meal
from service.errors import InvalidError, NotFoundError
from service.tables import Paper, PaperPrint, PaperSheet, Plan, PlannedOrder

LONGEST_CODE = 64


class CodeState(StrEnum):
    """A sheet holds, another holds instead, or nothing does."""

    VALID = "valid"
    REPLACED = "replaced"
    VOID = "void"


@dataclass(frozen=True, slots=True)
class CodeAnswer:
    """What a code says: no name, no address.

    `kind` is "label" or that of a paper; `version` made it, and it holds up to version `holds_in` or until `void_at`.
    """

    code: str
    short: str
    kind: str
    subject: str
    service_day: date
    meal: Meal
    version: int
    holds_in: int
    state: CodeState
    void_at: datetime | None
    replaced_by: str
    paper_id: int | None
    prints: int


def read_code(session: Session, typed: str, service_day: date, meal: Meal) -> tuple[CodeAnswer, ...]:
    """Return what is known of a code as it was typed or scanned: a sheet's, long or short, or a label's of this meal.

    A short code may in rare cases be that of two sheets; then both are told.

    Raises
    ------
    InvalidError
        If nothing or far too much was typed.
    NotFoundError
        If nothing has this code.
    """
    code = typed.strip().upper()
    if not code or len(code) > LONGEST_CODE:
        raise InvalidError("print.code_unfit", most=LONGEST_CODE)
    sheets = session.exec(
        select(PaperSheet).where((PaperSheet.code == code) | (PaperSheet.short == (read_short_code(code) or code)))
    ).all()
    answers = tuple(_sheet(session, sheet) for sheet in sheets)
    if not answers:
        answers = _label(session, code, service_day, meal)
    if not answers:
        raise NotFoundError("print.unknown_code", code=typed.strip())
    return answers


def _sheet(session: Session, sheet: PaperSheet) -> CodeAnswer:
    paper, plan = session.get_one(Paper, sheet.paper_id), session.get_one(Plan, sheet.plan_id)
    state = CodeState.VALID
    if sheet.void_at is not None:
        state = CodeState.REPLACED if sheet.replaced_by else CodeState.VOID
    newest = _newest(session, plan)
    holder = session.exec(
        select(Paper).where(Paper.plan_id == newest.id, Paper.kind == paper.kind, Paper.subject == paper.subject)
    ).first()
    prints = select(func.count()).select_from(PaperPrint).where(PaperPrint.code == sheet.code)
    return CodeAnswer(
        code=sheet.code,
        short=sheet.short,
        kind=paper.kind,
        subject=paper.subject,
        service_day=plan.service_day,
        meal=Meal(plan.meal),
        version=plan.version,
        holds_in=newest.version if sheet.void_at is None else plan.version,
        state=state,
        void_at=sheet.void_at,
        replaced_by=sheet.replaced_by,
        paper_id=holder.id if holder is not None else None,
        prints=session.exec(prints).one(),
    )


def _label(session: Session, code: str, service_day: date, meal: Meal) -> tuple[CodeAnswer, ...]:
    found = session.exec(
        select(PlannedOrder, Plan)
        .join(Plan, col(Plan.id) == col(PlannedOrder.plan_id))
        .where(func.upper(PlannedOrder.label) == code, Plan.service_day == service_day, Plan.meal == meal)
        .order_by(col(Plan.version))
    ).all()
    if not found:
        return ()
    (order, first), (_, last) = found[0], found[-1]
    newest = _newest(session, first)
    now = session.get(PlannedOrder, (newest.id, order.order_id))
    holds = last.version == newest.version
    instead = "" if holds or now is None or now.label is None else now.label
    after = session.exec(
        select(Plan).where(Plan.service_day == service_day, Plan.meal == meal, Plan.version == last.version + 1)
    ).first()
    state = CodeState.VALID if holds else CodeState.REPLACED if instead else CodeState.VOID
    return (
        CodeAnswer(
            code=order.label or "",
            short="",
            kind="label",
            subject=order.kitchen_code or "",
            service_day=service_day,
            meal=meal,
            version=first.version,
            holds_in=last.version,
            state=state,
            void_at=None if holds or after is None else after.published_at,
            replaced_by=instead,
            paper_id=None,
            prints=0,
        ),
    )


def _newest(session: Session, plan: Plan) -> Plan:
    of_meal = select(Plan).where(Plan.service_day == plan.service_day, Plan.meal == plan.meal)
    return session.exec(of_meal.order_by(col(Plan.version).desc()).limit(1)).one()
