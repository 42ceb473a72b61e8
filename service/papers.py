"""The papers of a plan: what they say is stored when it is published, how they look is rendered whenever asked.

A paper's content is frozen with its plan: an address that is corrected later makes a new version, never another sheet
with the same number. Files are outside any transaction, so a paper is *due* until its file is whole on the disk, and
can be written again at any time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import delete
from sqlmodel import Session, col, func, select

from kitchens.meals import Meal
from kitchens.papers import (
    AnyPaper,
    BatchSheet,
    BoxLabel,
    CallList,
    ChangeSlip,
    KitchenCount,
    LoadingManifest,
    MealPointSheet,
    Papers,
    PickList,
    PurchaseList,
    RouteSheet,
    SubstitutionSheet,
)
from service import audit
from service.clock import Clock, local_day
from service.db import Database
from service.errors import NotFoundError
from service.printing.basemap import load_basemap
from service.printing.pack import Written, write_pack
from service.printing.render import kind_of
from service.printing.stocks import LabelStock
from service.settings import Settings
from service.tables import Paper, PaperFile, PaperKind, Plan, VanRun
from service.texts import Key

SHAPES: dict[PaperKind, TypeAdapter[Any]] = {
    PaperKind.KITCHEN_COUNT: TypeAdapter(list[KitchenCount]),
    PaperKind.BATCH_SHEET: TypeAdapter(list[BatchSheet]),
    PaperKind.BOX_LABELS: TypeAdapter(list[BoxLabel]),
    PaperKind.LOADING_MANIFEST: TypeAdapter(list[LoadingManifest]),
    PaperKind.ROUTE_SHEET: TypeAdapter(list[RouteSheet]),
    PaperKind.MEAL_POINT_SHEET: TypeAdapter(list[MealPointSheet]),
    PaperKind.SUBSTITUTION_SHEET: TypeAdapter(list[SubstitutionSheet]),
    PaperKind.PICK_LIST: TypeAdapter(list[PickList]),
    PaperKind.PURCHASE_LIST: TypeAdapter(list[PurchaseList]),
    PaperKind.CALL_LIST: TypeAdapter(list[CallList]),
    PaperKind.CHANGE_SLIP: TypeAdapter(list[ChangeSlip]),
}

Report = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class PackWritten:
    """How writing a pack went."""

    folder: Path
    written: tuple[Written, ...]

    @property
    def failed(self) -> tuple[Written, ...]:
        """Return the papers that could not be written."""
        return tuple(one for one in self.written if one.error)

    @property
    def pages(self) -> int:
        """Return the pages in all files."""
        return sum(one.pages for one in self.written)


def due_papers(plan_id: int, papers: Papers, language: str) -> Iterator[Paper]:
    """Return the rows of a plan's papers, due and with their content: one row for each kind and subject."""
    by_subject: dict[tuple[PaperKind, str], list[AnyPaper]] = {}
    for value in papers.everything():
        by_subject.setdefault((kind_of_value(value), value.head.subject), []).append(value)
    for (kind, subject), some in by_subject.items():
        content = SHAPES[kind].dump_json(some).decode()
        yield Paper(plan_id=plan_id, kind=kind, subject=subject, language=language, content=content)


def kind_of_value(value: AnyPaper) -> PaperKind:
    """Return what kind of paper a value is."""
    return PaperKind(kind_of(value))


def read_content(paper: Paper) -> list[AnyPaper]:
    """Return what a stored paper says."""
    values: list[AnyPaper] = SHAPES[PaperKind(paper.kind)].validate_json(paper.content)
    return values


def write_papers_of(
    database: Database,
    service_day: date,
    meal: Meal,
    settings: Settings,
    clock: Clock,
    *,
    language: str | None = None,
    folder: Path | None = None,
    kitchen: str = "",
    stock: LabelStock = LabelStock.THERMAL_60X40,
    actor: str,
    report: Report,
) -> PackWritten:
    """Write all papers of a meal's newest plan and note each file in its row.

    Papers written to another `folder`, in another `language` than the installation's, on other labels or of one
    `kitchen` only are copies: the rows stay, and the audit says that they were given out.

    Raises
    ------
    NotFoundError
        If no plan of this meal is published, or nothing of it is of `kitchen`.
    """
    with database.read() as session:
        plan, rows = _get_plan_papers(session, service_day, meal, kitchen)
    is_usual = (language or settings.language) == settings.language and stock is LabelStock.THERMAL_60X40
    is_copy = folder is not None or not is_usual or bool(kitchen)
    target = folder or folder_of(settings, plan)
    values = [replace_print(value, clock, actor, plan.version) for row in rows for value in read_content(row)]
    written = write_pack(
        values,
        target,
        language=language or settings.language,
        progress=lambda done, total: report("papers", done, total),
        basemap=find_basemap(settings),
        stock=stock,
    )
    with database.write() as session:
        if is_copy:
            subject = f"{service_day}/{meal}/v{plan.version}"
            audit.note(session, at=clock.now(), actor=actor, action="write_pack", subject=subject, files=len(written))
        else:
            _note_files(session, plan, written, clock)
    return PackWritten(target, tuple(written))


def write_due_papers(database: Database, settings: Settings, clock: Clock, *, actor: str) -> int:
    """Write the papers of every newest plan from today on that has any still to write; return of how many plans.

    Whoever writes the same papers at the same time writes the same files. One that fails is tried again the next time.
    """
    newest = select(func.max(Plan.id)).where(Plan.service_day >= local_day(clock.now()))
    newest = newest.group_by(col(Plan.service_day), col(Plan.meal))
    due = (
        select(col(Plan.service_day), col(Plan.meal))
        .join(Paper, col(Paper.plan_id) == col(Plan.id))
        .where(col(Plan.id).in_(newest), col(Paper.written_at).is_(None))
        .distinct()
    )
    with database.read() as session:
        meals = session.exec(due).all()
    for service_day, meal in meals:
        write_papers_of(
            database, service_day, Meal(meal), settings, clock, actor=actor, report=lambda _stage, _done, _total: None
        )
    return len(meals)


def folder_of(settings: Settings, plan: Plan) -> Path:
    """Return where the papers of a plan lie."""
    return settings.papers_folder() / f"{plan.service_day}-{plan.meal}-v{plan.version}"


def replace_print(value: AnyPaper, clock: Clock, actor: str, version: int) -> AnyPaper:
    """Return a paper that says when and by whom it is printed now, and in which version it holds."""
    head = replace(value.head, printed_at=clock.now(), printed_by=actor, holds_in=version)
    return replace(value, head=head)


def find_basemap(settings: Settings) -> Any:
    """Return the district's schematic map for the route sheets, or None where there is none."""
    return load_basemap(settings.basemap) if settings.basemap.is_file() else None


def _get_plan_papers(session: Session, service_day: date, meal: Meal, kitchen: str) -> tuple[Plan, list[Paper]]:
    of_meal = select(Plan).where(Plan.service_day == service_day, Plan.meal == meal)
    plan = session.exec(of_meal.order_by(col(Plan.version).desc()).limit(1)).first()
    if plan is None:
        raise NotFoundError("error.unknown_plan", day=service_day, meal=Key(f"meal.{meal}"))
    rows = list(session.exec(select(Paper).where(Paper.plan_id == plan.id).order_by(col(Paper.id))))
    if kitchen:
        vans = select(VanRun.code).where(VanRun.plan_id == plan.id, VanRun.kitchen_code == kitchen)
        codes = {kitchen, *session.exec(vans)}
        rows = [row for row in rows if row.subject in codes or row.subject.partition("-")[2] in codes]
        if not rows:
            raise NotFoundError("print.unknown_kitchen", kitchen=kitchen)
    return plan, rows


def _note_files(session: Session, plan: Plan, written: Iterable[Written], clock: Clock) -> None:
    """Note the files of each paper, or why it has none: one that came out in part is due again as a whole."""
    papers = {
        (paper.kind, paper.subject): paper for paper in session.exec(select(Paper).where(Paper.plan_id == plan.id))
    }
    by_paper: dict[tuple[str, str], list[Written]] = {}
    for one in written:
        by_paper.setdefault((one.kind, one.subject), []).append(one)
    for key, parts in by_paper.items():
        paper = papers[key]
        paper.error = next((one.error for one in parts if one.error), "")
        if not paper.error:
            session.execute(delete(PaperFile).where(col(PaperFile.paper_id) == paper.id))
            session.add_all(_file_row(paper, one) for one in parts)
            paper.written_at = clock.now()
        session.add(paper)


def _file_row(paper: Paper, one: Written) -> PaperFile:
    name = one.file.name if one.file is not None else ""
    return PaperFile(paper_id=paper.id or 0, part=one.part, file=name, pages=one.pages, sha256=one.sha256)
