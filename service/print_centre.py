"""Printing a paper: a disclosure that is written down before anything comes out, and again only for a reason.

The first print of a meal takes all sheets of a paper; after a later version only those that it made are new, and the
others stay as they are. Printing what is out already asks why. The paper is set before it is written down: one that
cannot be set was not disclosed.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from sqlalchemy import update
from sqlmodel import Session, col, select

from kitchens.meals import Meal
from kitchens.packing import CODES
from kitchens.papers import AnyPaper, BoxLabel, PaperHead
from service import audit
from service.access import Reach
from service.board.heads import get_plan
from service.board.papers import PaperRow, PrintState, get_paper, list_papers
from service.clock import Clock
from service.db import Database
from service.errors import ConflictError, InvalidError, NotFoundError, StorageError
from service.papers import find_basemap, kind_of_value, read_content
from service.printing.binding import bind
from service.printing.pack import LABELS_A_FILE
from service.printing.render import render
from service.printing.stocks import LabelStock
from service.printing.typesetting import Rendered
from service.printing.workers import Failed, run_jobs
from service.printing.writing import Task, write_file
from service.settings import Settings
from service.tables import CopyFate, Extent, Paper, PaperKind, PaperPrint, Plan, ReprintReason

LONGEST_NOTE = 120
MOST_LABELS_HERE = 200
"""More labels are set in a process of their own, because whoever sets many of them grows."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be printed and how; `part` (from 1) of labels that come in several files."""

    language: str
    stock: LabelStock = LabelStock.THERMAL_60X40
    extent: Extent = Extent.NEW
    reason: ReprintReason | None = None
    note: str = ""
    part: int = 1


@dataclass(frozen=True, slots=True)
class PrintedFile:
    """What came out: a PDF and what it is called."""

    name: str
    pdf: bytes
    pages: int


@dataclass(frozen=True, slots=True)
class _Job:
    """One paper with the sheets of it that are to come out, and what was printed of it before."""

    paper: Paper
    plan: Plan
    values: tuple[AnyPaper, ...]
    code: str
    copy_number: int
    is_again: bool


def print_paper(
    database: Database, paper_id: int, wanted: Wanted, *, reach: Reach, by: str, clock: Clock, settings: Settings
) -> PrintedFile:
    """Print one paper and return it.

    Raises
    ------
    NotFoundError
        If there is no such paper, or no such part of it.
    NotAllowedError
        If it lies outside `reach`.
    InvalidError
        If it is out already and no reason is given, the reason "other" comes without words, or it cannot be set.
    ConflictError
        If somebody else prints it in this moment, or it holds no more.
    StorageError
        If the disk cannot take what is set; nothing is written down then.
    """
    with database.read() as session:
        paper, plan = get_paper(session, paper_id, reach)
        _refuse_old(session, paper, plan)
        job = _job(session, paper, plan, wanted)
    return _print(database, [job], wanted, by=by, clock=clock, settings=settings)


def print_kind(
    database: Database,
    service_day: date,
    meal: Meal,
    kind: PaperKind,
    wanted: Wanted,
    *,
    reach: Reach,
    by: str,
    clock: Clock,
    settings: Settings,
) -> PrintedFile:
    """Print in one file all papers of a kind that nobody has printed as they now stand.

    Raises
    ------
    NotFoundError
        If there is none, or no plan.
    """
    with database.read() as session:
        plan = get_plan(session, service_day, meal)
        jobs = _new_jobs(session, [row for row in list_papers(session, plan, reach) if row.kind == kind], wanted)
    return _print(database, jobs, wanted, by=by, clock=clock, settings=settings)


def print_pack(
    database: Database,
    service_day: date,
    meal: Meal,
    kitchen: str,
    wanted: Wanted,
    *,
    reach: Reach,
    by: str,
    clock: Clock,
    settings: Settings,
) -> PrintedFile:
    """Print in one file all sheets of a kitchen that nobody has printed as they now stand; labels go to their printer.

    Raises
    ------
    NotFoundError
        If there is none, or no plan.
    """
    with database.read() as session:
        plan = get_plan(session, service_day, meal)
        of_kitchen = [row for row in list_papers(session, plan, reach) if row.kitchen == kitchen]
        jobs = _new_jobs(session, [row for row in of_kitchen if row.kind is not PaperKind.BOX_LABELS], wanted)
    printed = _print(database, jobs, wanted, by=by, clock=clock, settings=settings)
    return replace(printed, name=f"pack_{service_day}_{meal}_{kitchen}_v{plan.version}_{wanted.language}.pdf")


def _new_jobs(session: Session, rows: Iterable[PaperRow], wanted: Wanted) -> list[_Job]:
    """Return what is to print of these papers: all that nobody has printed as they now stand.

    Raises
    ------
    NotFoundError
        If there is none.
    """
    papers = [session.get_one(Paper, row.id) for row in rows if row.print_state is not PrintState.PRINTED]
    if not papers:
        raise NotFoundError("print.nothing_new")
    return [_job(session, paper, session.get_one(Plan, paper.plan_id), wanted) for paper in papers]


def book_copy(database: Database, print_id: int, fate: CopyFate, *, reach: Reach, by: str, clock: Clock) -> None:
    """Note what became of a printed copy.

    Raises
    ------
    NotFoundError
        If there is no such print.
    NotAllowedError
        If its paper lies outside `reach`.
    ConflictError
        If that was noted already.
    """
    now = clock.now()
    with database.write() as session:
        row = session.get(PaperPrint, print_id)
        if row is None:
            raise NotFoundError("print.unknown_copy")
        paper, _ = get_paper(session, row.paper_id, reach)
        booked = session.execute(
            update(PaperPrint)
            .where(col(PaperPrint.id) == print_id, col(PaperPrint.fate) == "")
            .values(fate=fate, fate_at=now, fate_by=by)
        )
        if booked.rowcount != 1:  # type: ignore[attr-defined]
            raise ConflictError("print.booked_already", code=row.code)
        audit.note(session, at=now, actor=by, action="book_copy", subject=row.code, kind=paper.kind, fate=str(fate))


def _refuse_old(session: Session, paper: Paper, plan: Plan) -> None:
    """Refuse a paper of an earlier version: only slips are still printed then.

    Raises
    ------
    ConflictError
        Then.
    """
    newest = get_plan(session, plan.service_day, Meal(plan.meal))
    if paper.plan_id != newest.id and paper.kind != PaperKind.CHANGE_SLIP:
        raise ConflictError("print.old_version", version=newest.version)


def _job(session: Session, paper: Paper, plan: Plan, wanted: Wanted) -> _Job:
    values = read_content(paper)
    parts = -(-len(values) // LABELS_A_FILE) if paper.kind == PaperKind.BOX_LABELS else 1
    if not values or not 1 <= wanted.part <= max(1, parts):
        raise NotFoundError("print.no_such_part", part=wanted.part)
    mark = f"#{wanted.part}" if parts > 1 else ""
    if mark:
        values = values[(wanted.part - 1) * LABELS_A_FILE : wanted.part * LABELS_A_FILE]
    last, copies = _printed_before(session, paper, plan, mark)
    new = [value for value in values if value.head.version > last]
    chosen = new if wanted.extent is Extent.NEW and new else values
    is_again = any(value.head.version <= last for value in chosen)
    code = _code_of(chosen, paper) + mark
    job = _Job(paper, plan, tuple(chosen), code, copies.get(code, 0) + 1, is_again)
    _refuse_without_reason(job, wanted)
    return job


def _refuse_without_reason(job: _Job, wanted: Wanted) -> None:
    if job.is_again and wanted.reason is None:
        raise InvalidError("print.reason_missing", code=job.code)
    if wanted.reason is ReprintReason.OTHER and not wanted.note.strip():
        raise InvalidError("print.note_missing")
    if len(wanted.note) > LONGEST_NOTE:
        raise InvalidError("print.note_long", most=LONGEST_NOTE)


def _printed_before(session: Session, paper: Paper, plan: Plan, mark: str) -> tuple[int, dict[str, int]]:
    """Return the newest version this paper was printed from, and how often each code came out."""
    of_meal = (Plan.service_day == plan.service_day, Plan.meal == plan.meal)
    rows = session.exec(
        select(PaperPrint.code, Plan.version)
        .join(Paper, col(Paper.id) == col(PaperPrint.paper_id))
        .join(Plan, col(Plan.id) == col(Paper.plan_id))
        .where(*of_meal, Paper.kind == paper.kind, Paper.subject == paper.subject)
    ).all()
    if paper.kind == PaperKind.CHANGE_SLIP:
        rows = [one for one in rows if one[1] == plan.version]
    if mark:
        rows = [one for one in rows if one[0].endswith(mark)]
    copies: dict[str, int] = {}
    for code, _ in rows:
        copies[code] = copies.get(code, 0) + 1
    return max((version for _, version in rows), default=0), copies


def _code_of(values: Sequence[AnyPaper], paper: Paper) -> str:
    """Return what a print is called: the code of its sheet, or of several what they have in common."""
    newest = max(values, key=lambda value: value.head.version).head
    if len(values) == 1 and not isinstance(values[0], BoxLabel):
        return newest.code
    letters = CODES[newest.title]
    return f"{newest.plan_number}-{newest.version}-{letters}-{paper.subject.removeprefix(letters + '-')}"


def _print(
    database: Database, jobs: Sequence[_Job], wanted: Wanted, *, by: str, clock: Clock, settings: Settings
) -> PrintedFile:
    now = clock.now()
    values = [
        replace(value, head=_printed_head(value.head, job, wanted, printed_at=now, printed_by=by))
        for job in jobs
        for value in job.values
    ]
    by_kind: dict[PaperKind, list[AnyPaper]] = {}
    for value in values:
        by_kind.setdefault(kind_of_value(value), []).append(value)
    rendered = bind([_set(some, wanted, settings) for some in by_kind.values()])
    with database.write() as session:
        for job in jobs:
            _write_down(session, job, wanted, len(jobs), rendered.pages, by=by, clock=clock)
    kind = kind_of_value(values[0])
    return PrintedFile(f"{kind}_{jobs[0].code.replace('#', '_')}_{wanted.language}.pdf", rendered.pdf, rendered.pages)


def _printed_head(head: PaperHead, job: _Job, wanted: Wanted, **printed: object) -> PaperHead:
    reason = str(wanted.reason) if job.is_again and wanted.reason is not None else ""
    return replace(head, holds_in=job.plan.version, copy=job.copy_number, reprint=reason, **printed)  # type: ignore[arg-type]


def _set(values: Sequence[AnyPaper], wanted: Wanted, settings: Settings) -> Rendered:
    basemap = find_basemap(settings)
    if len(values) <= MOST_LABELS_HERE or not isinstance(values[0], BoxLabel):
        return render(values, language=wanted.language, stock=wanted.stock, basemap=basemap)
    try:
        with tempfile.TemporaryDirectory() as folder:
            return _set_elsewhere(values, wanted, Path(folder))
    except OSError as error:
        raise StorageError("error.paper_not_stored", paper=wanted.stock, detail=error.strerror or "") from error


def _set_elsewhere(values: Sequence[AnyPaper], wanted: Wanted, folder: Path) -> Rendered:
    task = Task(PaperKind.BOX_LABELS, "print", tuple(values), folder, wanted.language, wanted.stock, None)
    ((_, outcome),) = run_jobs(write_file, [task], [1], workers=1, life=1)
    if isinstance(outcome, Failed):
        raise InvalidError("error.paper_broken", paper=task.path.name, detail=str(outcome.error))
    if outcome.error:
        raise InvalidError("print.failed", why=outcome.error)
    return Rendered(task.path.read_bytes(), outcome.pages)


def _write_down(
    session: Session, job: _Job, wanted: Wanted, of_jobs: int, pages: int, *, by: str, clock: Clock
) -> None:
    """Write one print down, unless somebody was faster.

    Raises
    ------
    ConflictError
        Then: the copy would carry a number that another one carries.
    """
    mark = "#" + job.code.rpartition("#")[2] if "#" in job.code else ""
    _, copies = _printed_before(session, job.paper, job.plan, mark)
    if copies.get(job.code, 0) + 1 != job.copy_number:
        raise ConflictError("print.just_printed", code=job.code)
    labels = job.paper.kind == PaperKind.BOX_LABELS
    session.add(
        PaperPrint(
            paper_id=job.paper.id or 0,
            code=job.code,
            extent=wanted.extent,
            language=wanted.language,
            stock=wanted.stock if labels else "",
            copy_number=job.copy_number,
            sheets=len(job.values),
            pages=pages if of_jobs == 1 else 0,
            reason=str(wanted.reason) if job.is_again and wanted.reason is not None else "",
            note=wanted.note.strip() if job.is_again else "",
            printed_at=clock.now(),
            printed_by=by,
        )
    )
    details = {"kind": job.paper.kind, "copy": job.copy_number, "sheets": len(job.values)}
    if job.is_again and wanted.reason is not None:
        details["reason"] = str(wanted.reason)
    audit.note(session, at=clock.now(), actor=by, action="print_paper", subject=job.code, **details)
