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
from sqlalchemy import update
from sqlmodel import Session, col, func, select

from kitchens.kitchen_papers import BatchSheet, BoxLabel, KitchenCount
from kitchens.meals import Meal
from kitchens.papers import Papers
from kitchens.road_papers import LoadingManifest, MealPointSheet, RouteSheet
from service.clock import Clock, local_day
from service.db import Database
from service.errors import NotFoundError
from service.printing.basemap import load_basemap
from service.printing.pack import Written, write_pack
from service.settings import Settings
from service.tables import Paper, PaperKind, Plan
from service.texts import Key

PaperValue = KitchenCount | BatchSheet | BoxLabel | LoadingManifest | RouteSheet | MealPointSheet

SHAPES: dict[PaperKind, TypeAdapter[Any]] = {
    PaperKind.KITCHEN_COUNT: TypeAdapter(list[KitchenCount]),
    PaperKind.BATCH_SHEET: TypeAdapter(list[BatchSheet]),
    PaperKind.BOX_LABELS: TypeAdapter(list[BoxLabel]),
    PaperKind.LOADING_MANIFEST: TypeAdapter(list[LoadingManifest]),
    PaperKind.ROUTE_SHEET: TypeAdapter(list[RouteSheet]),
    PaperKind.MEAL_POINT_SHEET: TypeAdapter(list[MealPointSheet]),
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
    for kind, values in (
        (PaperKind.KITCHEN_COUNT, papers.kitchen_counts),
        (PaperKind.BATCH_SHEET, papers.batch_sheets),
        (PaperKind.BOX_LABELS, papers.box_labels),
        (PaperKind.LOADING_MANIFEST, papers.loading_manifests),
        (PaperKind.ROUTE_SHEET, papers.route_sheets),
        (PaperKind.MEAL_POINT_SHEET, papers.meal_point_sheets),
    ):
        by_subject: dict[str, list[PaperValue]] = {}
        for value in values:
            by_subject.setdefault(value.head.subject, []).append(value)
        for subject, some in by_subject.items():
            content = SHAPES[kind].dump_json(some).decode()
            yield Paper(plan_id=plan_id, kind=kind, subject=subject, language=language, content=content)


def read_content(paper: Paper) -> list[PaperValue]:
    """Return what a stored paper says."""
    values: list[PaperValue] = SHAPES[PaperKind(paper.kind)].validate_json(paper.content)
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
    actor: str,
    report: Report,
) -> PackWritten:
    """Write all papers of a meal's newest plan and note each file in its row.

    Papers written to another `folder` or in another `language` than the installation's are copies: the rows stay.

    Raises
    ------
    NotFoundError
        If no plan of this meal is published.
    """
    with database.read() as session:
        plan, rows = _get_plan_papers(session, service_day, meal)
    is_copy = folder is not None or (language or settings.language) != settings.language
    target = folder or folder_of(settings, plan)
    values = [replace_print(value, clock, actor) for row in rows for value in read_content(row)]
    written = write_pack(
        values,
        target,
        language=language or settings.language,
        progress=lambda done, total: report("papers", done, total),
        basemap=find_basemap(settings),
    )
    if not is_copy:
        with database.write() as session:
            _note_files(session, plan, written, clock)
    return PackWritten(target, tuple(written))


def write_due_papers(database: Database, settings: Settings, clock: Clock, *, actor: str) -> int:
    """Write the papers of every newest plan from today on that has any still to write; return of how many plans.

    Whoever writes the same papers at the same time writes the same files. One that fails is tried again the next time.
    """
    newest = select(func.max(Plan.id)).where(Plan.service_day >= local_day(clock.now()))
    due = (
        select(col(Plan.service_day), col(Plan.meal))
        .join(Paper, col(Paper.plan_id) == col(Plan.id))
        .where(col(Plan.id).in_(newest.group_by(col(Plan.service_day), col(Plan.meal))), col(Paper.file).is_(None))
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


def replace_print(value: PaperValue, clock: Clock, actor: str) -> PaperValue:
    """Return a paper that says when and by whom it is printed now."""
    return replace(value, head=replace(value.head, printed_at=clock.now(), printed_by=actor))


def find_basemap(settings: Settings) -> Any:
    """Return the district's schematic map for the route sheets, or None where there is none."""
    return load_basemap(settings.basemap) if settings.basemap.is_file() else None


def _get_plan_papers(session: Session, service_day: date, meal: Meal) -> tuple[Plan, list[Paper]]:
    of_meal = select(Plan).where(Plan.service_day == service_day, Plan.meal == meal)
    plan = session.exec(of_meal.order_by(col(Plan.version).desc()).limit(1)).first()
    if plan is None:
        raise NotFoundError("error.unknown_plan", day=service_day, meal=Key(f"meal.{meal}"))
    return plan, list(session.exec(select(Paper).where(Paper.plan_id == plan.id).order_by(col(Paper.id))))


def _note_files(session: Session, plan: Plan, written: Iterable[Written], clock: Clock) -> None:
    for one in written:
        file = one.file.name if one.file is not None else None
        values: dict[str, Any] = {"error": one.error}
        if file is not None:
            values |= {"file": file, "pages": one.pages, "sha256": one.sha256, "written_at": clock.now()}
        of_paper = (col(Paper.plan_id) == plan.id, col(Paper.kind) == one.kind, col(Paper.subject) == one.subject)
        session.execute(update(Paper).where(*of_paper).values(**values))
