"""The papers of the tiny town's lunch: most written, one due, one failed."""

from __future__ import annotations

import hashlib
from pathlib import Path

from sqlmodel import Session

from service.tables import Paper, PaperKind, Plan


def add_papers(session: Session, plan: Plan, folder: Path | None) -> list[int]:
    """Insert the papers of the plan and write those that are written; return their ids."""
    papers = [
        Paper(plan_id=plan.id, kind=kind, subject=subject, content="{}")
        for kind, subjects in {
            PaperKind.KITCHEN_COUNT: ("K01", "K02"),
            PaperKind.BATCH_SHEET: ("K01", "K02"),
            PaperKind.BOX_LABELS: ("K01", "K02"),
            PaperKind.LOADING_MANIFEST: ("V01",),
            PaperKind.ROUTE_SHEET: ("R01", "R02", "R03"),
            PaperKind.MEAL_POINT_SHEET: ("P1", "P2", "P3"),
        }.items()
        for subject in subjects
    ]
    for paper in papers[:-2]:
        content = b"%PDF-1.4\n% " + paper.subject.encode() + b"\n%%EOF\n"
        paper.file, paper.pages, paper.written_at = f"{paper.kind}-{paper.subject}.pdf", 2, plan.published_at
        paper.sha256 = hashlib.sha256(content).hexdigest()
        if folder is not None:
            own = folder / f"{plan.service_day}-{plan.meal}-v1"
            own.mkdir(parents=True, exist_ok=True)
            (own / paper.file).write_bytes(content)
    papers[-1].error = "字体文件读不出"
    session.add_all(papers)
    session.flush()
    return [paper.id for paper in papers]
