"""The papers of a plan: due, written or failed, and where each lies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from sqlmodel import Session, col, select

from service.access import EVERYTHING, Reach
from service.errors import NotAllowedError, NotFoundError
from service.papers import folder_of
from service.settings import Settings
from service.tables import Courier, CourierRun, Kitchen, MealPoint, Paper, PaperKind, Plan, VanRun

KITCHEN_KINDS = frozenset({PaperKind.KITCHEN_COUNT, PaperKind.BATCH_SHEET, PaperKind.BOX_LABELS})


class PaperState(StrEnum):
    """Due: not written yet. Failed: the last try ended in an error and another follows."""

    DUE = "due"
    WRITTEN = "written"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class PaperRow:
    """One paper; `subject_name` says in words whom it is for."""

    id: int
    kind: PaperKind
    subject: str
    subject_name: str
    language: str
    pages: int | None
    state: PaperState
    written_at: datetime | None
    error: str


def list_papers(session: Session, plan: Plan, reach: Reach) -> tuple[PaperRow, ...]:
    """Return the papers of `plan` that belong to `reach`, by kind and subject."""
    names, owners = _subjects(session, plan)
    order = {kind: number for number, kind in enumerate(PaperKind)}
    rows = [
        PaperRow(
            id=paper.id or 0,
            kind=PaperKind(paper.kind),
            subject=paper.subject,
            subject_name=names.get((paper.kind, paper.subject), ""),
            language=paper.language,
            pages=paper.pages,
            state=_state(paper),
            written_at=paper.written_at,
            error=paper.error,
        )
        for paper in session.exec(select(Paper).where(Paper.plan_id == plan.id).order_by(col(Paper.id)))
        if _is_within(reach, owners.get((paper.kind, paper.subject)))
    ]
    return tuple(sorted(rows, key=lambda row: (order[row.kind], row.subject, row.language)))


def find_paper_file(session: Session, paper_id: int, reach: Reach, settings: Settings) -> Path:
    """Return where a written paper lies.

    Raises
    ------
    NotFoundError
        If there is no such paper, it is not written yet, or its file is not in the plan's folder.
    NotAllowedError
        If it lies outside `reach`.
    """
    paper = session.get(Paper, paper_id)
    if paper is None:
        raise NotFoundError("pages.papers.unknown", paper=paper_id)
    plan = session.get_one(Plan, paper.plan_id)
    _, owners = _subjects(session, plan)
    if not _is_within(reach, owners.get((paper.kind, paper.subject))):
        raise NotAllowedError("access.not_yours")
    if paper.file is None:
        raise NotFoundError("pages.papers.not_written", paper=paper_id)
    root = folder_of(settings, plan).resolve()
    path = (root / paper.file).resolve()
    if not path.is_relative_to(root) or not path.is_file():
        raise NotFoundError("pages.papers.gone", paper=paper_id)
    return path


def _state(paper: Paper) -> PaperState:
    if paper.file is not None:
        return PaperState.WRITTEN
    return PaperState.FAILED if paper.error else PaperState.DUE


def _is_within(reach: Reach, owner: Reach | None) -> bool:
    """Return whether a paper belongs to `reach`; one whose owner is unknown belongs to nobody but those who see all."""
    if reach == EVERYTHING:
        return True
    if owner is None:
        return False
    return bool(
        (reach.kitchen and reach.kitchen == owner.kitchen)
        or (reach.meal_point and reach.meal_point == owner.meal_point)
        or (reach.courier and reach.courier == owner.courier)
    )


Subjects = tuple[Mapping[tuple[str, str], str], Mapping[tuple[str, str], Reach]]


def _subjects(session: Session, plan: Plan) -> Subjects:
    """Return the name and the owner of every subject that a paper of `plan` may have, by kind and code."""
    names: dict[tuple[str, str], str] = {}
    owners: dict[tuple[str, str], Reach] = {}
    kitchens = {kitchen.code: kitchen.name for kitchen in session.exec(select(Kitchen))}
    for code, name in kitchens.items():
        for kind in KITCHEN_KINDS:
            names[kind, code], owners[kind, code] = name, Reach(kitchen=code)
    points = {point.code: point.name for point in session.exec(select(MealPoint))}
    for code, name in points.items():
        names[PaperKind.MEAL_POINT_SHEET, code] = name
        owners[PaperKind.MEAL_POINT_SHEET, code] = Reach(meal_point=code)
    for van in session.exec(select(VanRun).where(VanRun.plan_id == plan.id)):
        names[PaperKind.LOADING_MANIFEST, van.code] = kitchens[van.kitchen_code]
        owners[PaperKind.LOADING_MANIFEST, van.code] = Reach(kitchen=van.kitchen_code)
    for run, courier in session.exec(
        select(CourierRun, Courier)
        .join(Courier, col(Courier.code) == col(CourierRun.courier_code))
        .where(CourierRun.plan_id == plan.id)
    ):
        names[PaperKind.ROUTE_SHEET, run.code] = f"{points[courier.meal_point_code]} · {courier.name}"
        owners[PaperKind.ROUTE_SHEET, run.code] = Reach(courier=courier.code, meal_point=courier.meal_point_code)
    return names, owners
