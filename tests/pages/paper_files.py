"""The papers of the tiny town's lunch: most written, one due, one failed; what they say are invented samples."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

from sqlmodel import Session

from kitchens.codes import short_code
from kitchens.papers import AnyPaper
from service.papers import SHAPES
from service.tables import Paper, PaperFile, PaperKind, PaperSheet, Plan
from tests.service import printing_samples as samples

MAKERS = {
    PaperKind.KITCHEN_COUNT: (samples.kitchen_count, ("K01", "K02")),
    PaperKind.BATCH_SHEET: (samples.batch_sheet, ("K01", "K02")),
    PaperKind.BOX_LABELS: (samples.box_label, ("K01", "K02")),
    PaperKind.LOADING_MANIFEST: (samples.loading_manifest, ("V01",)),
    PaperKind.ROUTE_SHEET: (samples.route_sheet, ("R01", "R02", "R03")),
    PaperKind.MEAL_POINT_SHEET: (samples.meal_point_sheet, ("P1", "P2", "P3")),
}


def add_papers(session: Session, plan: Plan, folder: Path | None) -> list[int]:
    """Insert the papers of the plan and write those that are written; return their ids."""
    made = [
        (kind, subject, _of_plan(maker(), plan, subject))
        for kind, (maker, subjects) in MAKERS.items()
        for subject in subjects
    ]
    papers = [
        Paper(plan_id=plan.id, kind=kind, subject=subject, content=SHAPES[kind].dump_json([value]).decode())
        for kind, subject, value in made
    ]
    papers[-1].error = "字体文件读不出"
    session.add_all(papers)
    session.flush()
    for paper, (_, _, value) in zip(papers, made, strict=True):
        code, secret = value.head.code, value.head.is_confidential
        session.add(
            PaperSheet(code=code, short=short_code(code), plan_id=plan.id, paper_id=paper.id, is_confidential=secret)
        )
    for paper in papers[:-2]:
        content = b"%PDF-1.4\n% " + paper.subject.encode() + b"\n%%EOF\n"
        name, paper.written_at = f"{paper.kind}-{paper.subject}.pdf", plan.published_at
        sha256 = hashlib.sha256(content).hexdigest()
        session.add(PaperFile(paper_id=paper.id, part=1, file=name, pages=2, sha256=sha256))
        if folder is not None:
            own = folder / f"{plan.service_day}-{plan.meal}-v1"
            own.mkdir(parents=True, exist_ok=True)
            (own / name).write_bytes(content)
    return [paper.id for paper in papers]


def _of_plan(value: AnyPaper, plan: Plan, subject: str) -> AnyPaper:
    letters = value.head.title.removeprefix("paper.")[:2].upper()
    code = f"{plan.service_day:%Y%m%d}-L-{plan.version}-{letters}-{subject}"
    return replace(value, head=replace(value.head, subject=subject, version=plan.version, code=code))
