"""The print centre: every paper of a meal, what was printed when and by whom, what is void, and what is still out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from sqlmodel import Session, col, func, select

from service.access import EVERYTHING, Reach
from service.errors import NotAllowedError, NotFoundError
from service.tables import (
    Courier,
    CourierRun,
    Kitchen,
    MealPoint,
    Paper,
    PaperFile,
    PaperKind,
    PaperPrint,
    PaperSheet,
    Plan,
    VanRun,
)

KITCHEN_KINDS = frozenset(
    {
        PaperKind.PURCHASE_LIST,
        PaperKind.KITCHEN_COUNT,
        PaperKind.SUBSTITUTION_SHEET,
        PaperKind.BATCH_SHEET,
        PaperKind.PICK_LIST,
        PaperKind.BOX_LABELS,
    }
)
SLIP_OF = {
    "PL": PaperKind.PURCHASE_LIST,
    "KC": PaperKind.KITCHEN_COUNT,
    "SS": PaperKind.SUBSTITUTION_SHEET,
    "BS": PaperKind.BATCH_SHEET,
    "PK": PaperKind.PICK_LIST,
    "BL": PaperKind.BOX_LABELS,
    "LM": PaperKind.LOADING_MANIFEST,
    "MP": PaperKind.MEAL_POINT_SHEET,
    "RS": PaperKind.ROUTE_SHEET,
}
"""Of which kind a change slip is, by the letters its subject begins with."""


class PaperState(StrEnum):
    """Due: not written yet. Failed: the last try ended in an error and another follows."""

    DUE = "due"
    WRITTEN = "written"
    FAILED = "failed"


class PrintState(StrEnum):
    """Whether a paper has to be printed: never was, changed since it was, or is out as it stands."""

    NEVER = "never"
    CHANGED = "changed"
    PRINTED = "printed"


@dataclass(frozen=True, slots=True)
class PaperRow:
    """One paper; `subject_name` says in words whom it is for, `version` which plan made it.

    `kitchen` is the one whose work it is for, empty for meal points, couriers and the desk.

    `prints` counts how often it came out at this meal, in whatever version; the last of them tells when and by whom.
    """

    id: int
    kind: PaperKind
    subject: str
    subject_name: str
    language: str
    version: int
    pages: int | None
    parts: int
    state: PaperState
    error: str
    print_state: PrintState
    prints: int
    printed_at: datetime | None
    printed_by: str
    kitchen: str = ""


@dataclass(frozen=True, slots=True)
class CopyRow:
    """One printed copy that is still out; `is_void` when a later version has replaced any sheet of it."""

    id: int
    kind: PaperKind
    subject: str
    subject_name: str
    code: str
    copy_number: int
    version: int
    printed_at: datetime
    printed_by: str
    is_void: bool


Subjects = tuple[Mapping[tuple[str, str], str], Mapping[tuple[str, str], Reach]]


def list_papers(session: Session, plan: Plan, reach: Reach) -> tuple[PaperRow, ...]:
    """Return the papers of `plan` that belong to `reach`, by kind and subject.

    Change slips of earlier versions of the meal stand among them: whoever holds a first sheet needs them all.
    """
    names, owners = subjects_of(session, plan)
    order = {kind: number for number, kind in enumerate(PaperKind)}
    of_meal = (Plan.service_day == plan.service_day, Plan.meal == plan.meal)
    found = session.exec(
        select(Paper, Plan.version)
        .join(Plan, col(Plan.id) == col(Paper.plan_id))
        .where(*of_meal, (col(Paper.plan_id) == plan.id) | (col(Paper.kind) == PaperKind.CHANGE_SLIP))
        .order_by(col(Paper.id))
    ).all()
    files = _files(session, [paper.id or 0 for paper, _ in found])
    prints = _prints(session, plan)
    changed = _last_made(session, plan)
    rows = []
    for paper, version in found:
        owner = owners.get((paper.kind, paper.subject))
        if is_within(reach, owner):
            row = _row(paper, version, names, files.get(paper.id or 0, ()), prints, changed)
            rows.append(replace(row, kitchen=(owner.kitchen or "") if owner is not None else ""))
    return tuple(sorted(rows, key=lambda row: (order[row.kind], row.subject, row.version, row.language)))


def _row(
    paper: Paper,
    version: int,
    names: Mapping[tuple[str, str], str],
    files: Sequence[PaperFile],
    prints: Mapping[tuple[str, str], list[tuple[PaperPrint, int]]],
    changed: Mapping[tuple[str, str], int],
) -> PaperRow:
    key = paper.kind, paper.subject
    some = prints.get(key, [])
    if paper.kind == PaperKind.CHANGE_SLIP:
        some = [(one, made) for one, made in some if made == version]
    last = some[-1][0] if some else None
    newest = max((made for _, made in some), default=0)
    state = PrintState.NEVER if last is None else PrintState.PRINTED
    if last is not None and changed.get(key, 0) > newest and paper.kind != PaperKind.CHANGE_SLIP:
        state = PrintState.CHANGED
    return PaperRow(
        id=paper.id or 0,
        kind=PaperKind(paper.kind),
        subject=paper.subject,
        subject_name=names.get(key, ""),
        language=paper.language,
        version=version,
        pages=sum(one.pages for one in files) or None,
        parts=max(1, len(files)),
        state=_state(paper),
        error=paper.error,
        print_state=state,
        prints=len(some),
        printed_at=last.printed_at if last else None,
        printed_by=last.printed_by if last else "",
    )


def list_copies_out(session: Session, plan: Plan, reach: Reach) -> tuple[CopyRow, ...]:
    """Return the copies with names on them that nobody has brought back, void ones first, then the oldest."""
    names, owners = subjects_of(session, plan)
    of_meal = (Plan.service_day == plan.service_day, Plan.meal == plan.meal)
    void, secret = _void_and_secret(session, plan)
    found = session.exec(
        select(PaperPrint, Paper, Plan.version)
        .join(Paper, col(Paper.id) == col(PaperPrint.paper_id))
        .join(Plan, col(Plan.id) == col(Paper.plan_id))
        .where(*of_meal, PaperPrint.fate == "")
        .order_by(col(PaperPrint.id))
    )
    rows = [
        CopyRow(
            id=one.id or 0,
            kind=PaperKind(paper.kind),
            subject=paper.subject,
            subject_name=names.get((paper.kind, paper.subject), ""),
            code=one.code,
            copy_number=one.copy_number,
            version=version,
            printed_at=one.printed_at,
            printed_by=one.printed_by,
            is_void=paper.id in void,
        )
        for one, paper, version in found
        if paper.id in secret and is_within(reach, owners.get((paper.kind, paper.subject)))
    ]
    return tuple(sorted(rows, key=lambda row: (not row.is_void, row.id)))


def get_paper(session: Session, paper_id: int, reach: Reach) -> tuple[Paper, Plan]:
    """Return a paper and its plan.

    Raises
    ------
    NotFoundError
        If there is no such paper.
    NotAllowedError
        If it lies outside `reach`.
    """
    paper = session.get(Paper, paper_id)
    if paper is None:
        raise NotFoundError("pages.papers.unknown", paper=paper_id)
    plan = session.get_one(Plan, paper.plan_id)
    _, owners = subjects_of(session, plan)
    if not is_within(reach, owners.get((paper.kind, paper.subject))):
        raise NotAllowedError("access.not_yours")
    return paper, plan


def count_void_copies(rows: Iterable[CopyRow]) -> int:
    """Return how many copies that hold no more are still out."""
    return sum(row.is_void for row in rows)


def _files(session: Session, papers: Sequence[int]) -> Mapping[int, Sequence[PaperFile]]:
    files: defaultdict[int, list[PaperFile]] = defaultdict(list)
    of_papers = select(PaperFile).where(col(PaperFile.paper_id).in_(papers)).order_by(col(PaperFile.part))
    for one in session.exec(of_papers):
        files[one.paper_id].append(one)
    return files


def _prints(session: Session, plan: Plan) -> dict[tuple[str, str], list[tuple[PaperPrint, int]]]:
    """Return what was printed of each paper of this meal, each with the version it was printed from, in order."""
    found: defaultdict[tuple[str, str], list[tuple[PaperPrint, int]]] = defaultdict(list)
    rows = session.exec(
        select(PaperPrint, Paper, Plan.version)
        .join(Paper, col(Paper.id) == col(PaperPrint.paper_id))
        .join(Plan, col(Plan.id) == col(Paper.plan_id))
        .where(Plan.service_day == plan.service_day, Plan.meal == plan.meal)
        .order_by(col(PaperPrint.id))
    )
    for one, paper, version in rows:
        found[paper.kind, paper.subject].append((one, version))
    return found


def _last_made(session: Session, plan: Plan) -> dict[tuple[str, str], int]:
    """Return the version in which each paper changed last: it made a sheet, or made one of the version before void."""
    of_meal = (Plan.service_day == plan.service_day, Plan.meal == plan.meal)
    made = session.exec(
        select(Paper.kind, Paper.subject, func.max(Plan.version))
        .join(PaperSheet, col(PaperSheet.paper_id) == col(Paper.id))
        .join(Plan, col(Plan.id) == col(PaperSheet.plan_id))
        .where(*of_meal)
        .group_by(col(Paper.kind), col(Paper.subject))
    )
    last = {(kind, subject): version for kind, subject, version in made}
    void = session.exec(
        select(Paper.kind, Paper.subject, func.max(Plan.version))
        .join(Plan, col(Plan.id) == col(Paper.plan_id))
        .where(*of_meal, col(Paper.replaced_at).is_not(None))
        .group_by(col(Paper.kind), col(Paper.subject))
    )
    for kind, subject, version in void:
        last[kind, subject] = max(last.get((kind, subject), 0), version + 1)
    return last


def _void_and_secret(session: Session, plan: Plan) -> tuple[set[int], set[int]]:
    """Return the papers of this meal of which a sheet is void, and those of which a sheet names somebody."""
    of_meal = (Plan.service_day == plan.service_day, Plan.meal == plan.meal)
    papers = session.exec(
        select(Paper, PaperSheet)
        .join(Plan, col(Plan.id) == col(Paper.plan_id))
        .join(PaperSheet, col(PaperSheet.paper_id) == col(Paper.id))
        .where(*of_meal)
    ).all()
    secret = {(paper.kind, paper.subject) for paper, sheet in papers if sheet.is_confidential}
    rows = session.exec(select(Paper).join(Plan, col(Plan.id) == col(Paper.plan_id)).where(*of_meal)).all()
    return (
        {row.id or 0 for row in rows if row.replaced_at is not None},
        {row.id or 0 for row in rows if (row.kind, row.subject) in secret},
    )


def _state(paper: Paper) -> PaperState:
    if paper.written_at is not None:
        return PaperState.WRITTEN
    return PaperState.FAILED if paper.error else PaperState.DUE


def is_within(reach: Reach, owner: Reach | None) -> bool:
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


def subjects_of(session: Session, plan: Plan) -> Subjects:
    """Return the name and the owner of every subject that a paper of this meal may have, by kind and code.

    Runs of earlier versions are among them: a slip tells of one that is not there any more.
    """
    names: dict[tuple[str, str], str] = {}
    owners: dict[tuple[str, str], Reach] = {}

    def add(kind: PaperKind, code: str, name: str, owner: Reach) -> None:
        names[kind, code], owners[kind, code] = name, owner

    kitchens = {kitchen.code: kitchen.name for kitchen in session.exec(select(Kitchen))}
    for code, name in kitchens.items():
        for kind in KITCHEN_KINDS:
            add(kind, code, name, Reach(kitchen=code))
    points = {point.code: point.name for point in session.exec(select(MealPoint))}
    for code, name in points.items():
        for kind in (PaperKind.MEAL_POINT_SHEET, PaperKind.PICK_LIST):
            add(kind, code, name, Reach(meal_point=code))
    of_meal = select(Plan.id).where(Plan.service_day == plan.service_day, Plan.meal == plan.meal)
    for van in session.exec(select(VanRun).where(col(VanRun.plan_id).in_(of_meal))):
        add(PaperKind.LOADING_MANIFEST, van.code, kitchens[van.kitchen_code], Reach(kitchen=van.kitchen_code))
    for run, courier in session.exec(
        select(CourierRun, Courier)
        .join(Courier, col(Courier.code) == col(CourierRun.courier_code))
        .where(col(CourierRun.plan_id).in_(of_meal))
    ):
        owner = Reach(courier=courier.code, meal_point=courier.meal_point_code)
        add(PaperKind.ROUTE_SHEET, run.code, f"{points[courier.meal_point_code]} · {courier.name}", owner)
    for letters, kind in SLIP_OF.items():
        for (of_kind, code), owner in [one for one in owners.items() if one[0][0] == kind]:
            add(PaperKind.CHANGE_SLIP, f"{letters}-{code}", names[of_kind, code], owner)
    return names, owners
