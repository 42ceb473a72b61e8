"""The print centre at its door: whose papers they are, and that nothing comes out that is not written down."""

from __future__ import annotations

import pypdfium2 as pdfium
import pytest
from sqlmodel import select

from service.db import Database
from service.tables import AuditEntry, Paper, PaperPrint
from tests.api.conftest import Enter
from tests.pages.town import Town

DAY = "2026-11-23"
PAGE = f"/print/{DAY}/lunch"
KITCHEN_COUNT, LABELS, FIRST_ROUTE = 0, 4, 7


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
def test_everybody_sees_and_prints_the_papers_of_their_own_work(
    enter: Enter, town: Town, database: Database, name: str, subjects: set[str]
) -> None:
    client = enter(name)
    page = client.get(PAGE).text
    with database.read() as session:
        papers = [session.get_one(Paper, paper_id) for paper_id in town.paper_ids]
    assert {paper.subject for paper in papers if f">{paper.subject}<" in page} == subjects
    for paper in papers:
        status = client.post(f"/print/papers/{paper.id}").status_code
        assert status == (200 if paper.subject in subjects else 403), paper.subject


def test_a_printed_paper_opens_in_the_browser_and_is_written_down(enter: Enter, town: Town, database: Database) -> None:
    answer = enter("guanli").post(f"/print/papers/{town.paper_ids[FIRST_ROUTE]}")
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")
    assert answer.headers["content-disposition"].startswith("inline")
    assert answer.headers["cache-control"] == "no-store"
    with database.read() as session:
        (printed,) = session.exec(select(PaperPrint)).all()
        assert (printed.code, printed.copy_number, printed.printed_by) == ("20261123-L-1-RO-R01", 1, "guanli")
        entry = session.exec(select(AuditEntry).where(AuditEntry.action == "print_paper")).one()
        assert (entry.actor, entry.subject) == ("guanli", printed.code)
        assert entry.details == {"kind": "route_sheet", "copy": 1, "sheets": 1}


def test_what_was_printed_is_printed_again_only_for_a_reason(enter: Enter, town: Town, database: Database) -> None:
    admin, address = enter("guanli"), f"/print/papers/{town.paper_ids[KITCHEN_COUNT]}"
    assert admin.post(address).status_code == 200
    for form in ({}, {"reason": ""}, {"reason": "other"}, {"reason": "other", "note": "  "}):
        assert admin.post(address, data=form).status_code == 422, form
    page = admin.get(PAGE).text
    assert "1 次，最近 11:00 guanli" in page
    assert admin.post(address, data={"reason": "damaged", "note": "汤洒了"}).status_code == 200
    with database.read() as session:
        prints = session.exec(select(PaperPrint).order_by(PaperPrint.id)).all()  # type: ignore[arg-type]
    assert [(one.copy_number, one.reason, one.note) for one in prints] == [(1, "", ""), (2, "damaged", "汤洒了")]


def test_all_new_papers_of_a_kind_come_out_in_one_file_once(enter: Enter, town: Town, database: Database) -> None:
    admin = enter("guanli")
    assert admin.post(f"{PAGE}/route_sheet").content.startswith(b"%PDF-")
    again = admin.post(f"{PAGE}/route_sheet", headers={"accept": "application/json"})
    assert again.status_code == 404
    with database.read() as session:
        assert len(session.exec(select(PaperPrint)).all()) == 3


def test_a_kitchens_whole_pack_comes_out_in_one_file_without_its_labels(
    enter: Enter, town: Town, database: Database
) -> None:
    kitchen = enter("chufang")
    assert "打印本厨房全套（3 种）" in kitchen.get(PAGE).text
    answer = kitchen.post(f"{PAGE}/pack", data={"kitchen": "K01"})
    texts = [page.get_textpage().get_text_bounded() for page in pdfium.PdfDocument(answer.content)]
    for title in ("厨房计数单", "批次单", "装车单"):
        assert [text for text in texts if title in text], title
    with database.read() as session:
        kinds = [session.get_one(Paper, one.paper_id).kind for one in session.exec(select(PaperPrint))]
    assert sorted(kinds) == ["batch_sheet", "kitchen_count", "loading_manifest"]
    assert kitchen.post(f"{PAGE}/pack", data={"kitchen": "K01"}).status_code == 404
    assert kitchen.post(f"{PAGE}/pack", data={"kitchen": "K02"}).status_code == 404, "not theirs"


def test_the_page_shows_one_kitchen_at_a_time_where_somebody_asks(enter: Enter, town: Town) -> None:
    admin = enter("guanli")
    page = admin.get(f"{PAGE}?kitchen=K02").text
    assert ">V01<" not in page
    assert 'id="kind-kitchen_count"' in page
    assert ">R01<" in admin.get(f"{PAGE}?kitchen=others").text
    assert "kind-kitchen_count" not in admin.get(f"{PAGE}?kitchen=nowhere").text


def test_a_copy_is_brought_back_once(enter: Enter, town: Town, database: Database) -> None:
    admin = enter("guanli")
    admin.post(f"/print/papers/{town.paper_ids[FIRST_ROUTE]}")
    assert "20261123-L-1-RO-R01" in admin.get(PAGE).text
    assert enter("chufang").post("/print/copies/1", data={"fate": "returned"}).status_code == 403
    booked = admin.post("/print/copies/1", data={"fate": "returned", "back": PAGE})
    assert (booked.status_code, booked.headers["location"]) == (303, PAGE)
    assert admin.post("/print/copies/1", data={"fate": "lost"}).status_code == 409
    assert admin.post("/print/copies/2", data={"fate": "lost"}).status_code == 404
    assert "20261123-L-1-RO-R01" not in admin.get(PAGE).text
    with database.read() as session:
        assert session.exec(select(PaperPrint.fate)).all() == ["returned"]


@pytest.mark.parametrize("typed", ["20261123-L-1-RO-R01", "20261123-l-1-ro-r01", " 20261123-L-1-RO-R01 ", "short"])
def test_a_code_says_that_its_sheet_holds(enter: Enter, town: Town, typed: str) -> None:
    from kitchens.codes import short_code

    code = short_code("20261123-L-1-RO-R01").lower().replace("-", "") if typed == "short" else typed
    page = enter("songcan").get("/print/code", params={"code": code, "day": DAY, "meal": "lunch"}).text
    assert "有效" in page
    assert "第 1 版制作，第 1 版仍有效" in page


@pytest.mark.parametrize(("typed", "status"), [("nonsense", 404), ("K01-9999", 404), ("X" * 65, 422)])
def test_a_code_that_nothing_has_is_refused_in_words(enter: Enter, town: Town, typed: str, status: int) -> None:
    assert enter("guanli").get("/print/code", params={"code": typed}).status_code == status


def test_old_links_lead_to_the_print_centre(enter: Enter, town: Town) -> None:
    admin = enter("guanli")
    assert admin.get("/papers").headers["location"].startswith("/print/")
    assert admin.get(f"/papers/{DAY}/lunch").headers["location"] == PAGE
    assert admin.get(f"/papers/{town.paper_ids[KITCHEN_COUNT]}").headers["location"].startswith(PAGE)


def test_a_failed_paper_says_why(enter: Enter, town: Town) -> None:
    assert "字体文件读不出" in enter("guanli").get(PAGE).text
