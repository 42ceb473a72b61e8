"""The papers: whose they are, and where a file may lie."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.db import Database
from service.tables import Paper
from tests.api.conftest import Enter
from tests.pages.town import Town

DAY = "2026-11-23"
KITCHEN_COUNT, MANIFEST, FIRST_ROUTE, SECOND_ROUTE = 0, 6, 7, 8


@pytest.fixture
def database(sqlite_database: Database) -> Database:
    """What is asked here lies before the database: one kind is enough."""
    return sqlite_database


@pytest.mark.parametrize(
    ("name", "subjects"),
    [
        ("guanli", {"K01", "K02", "V01", "R01", "R02", "R03", "P1", "P2", "P3"}),
        ("chufang", {"K01", "V01"}),
        ("peican", {"R01", "P1"}),
        ("songcan", {"R01"}),
    ],
)
def test_everybody_sees_the_papers_of_their_own_work(
    enter: Enter, town: Town, database: Database, name: str, subjects: set[str]
) -> None:
    client = enter(name)
    page = client.get(f"/papers/{DAY}/lunch").text
    with database.read() as session:
        papers = [session.get_one(Paper, paper_id) for paper_id in town.paper_ids]
    assert {paper.subject for paper in papers if f">{paper.subject}<" in page} == subjects
    for paper in papers:
        status = client.get(f"/papers/{paper.id}").status_code
        expected = 200 if paper.file else 404
        assert status == (expected if paper.subject in subjects else 403), paper.subject


def test_a_paper_opens_in_the_browser_or_is_kept(enter: Enter, town: Town) -> None:
    admin = enter("guanli")
    address = f"/papers/{town.paper_ids[KITCHEN_COUNT]}"
    opened, kept = admin.get(address), admin.get(f"{address}?keep=true")
    assert opened.headers["content-type"] == "application/pdf"
    assert opened.content.startswith(b"%PDF-")
    assert opened.headers["content-disposition"].startswith("inline")
    assert kept.headers["content-disposition"].startswith("attachment")
    assert opened.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("file", ["../../secret.pdf", "/etc/hostname", "../2026-11-23-lunch-v1/../../secret.pdf"])
def test_a_file_outside_the_folder_of_the_plan_is_never_given_out(
    enter: Enter, town: Town, database: Database, tmp_path: Path, file: str
) -> None:
    (tmp_path / "home" / "secret.pdf").write_bytes(b"%PDF-secret")
    with database.write() as session:
        session.get_one(Paper, town.paper_ids[KITCHEN_COUNT]).file = file
    answer = enter("guanli").get(f"/papers/{town.paper_ids[KITCHEN_COUNT]}")
    assert answer.status_code == 404
    assert b"secret" not in answer.content


def test_a_failed_paper_says_why(enter: Enter, town: Town) -> None:
    page = enter("guanli").get(f"/papers/{DAY}/lunch").text
    assert "字体文件读不出" in page
    assert "正在排队生成" in page
