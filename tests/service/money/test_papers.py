"""Each paper of money as it is printed: complete, legible, without names where none may be, and never a formula."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
import pytest
from sqlmodel import select

from service.access import Reach
from service.clock import StoppedClock
from service.db import Database
from service.errors import InvalidError, NotAllowedError, NotFoundError, StorageError
from service.money.papers import file_name, list_money_papers, write_money_papers
from service.money.rendering import MoneyPaper, PaperForm
from service.money.report_lines import ExceptionKind, kind_of_exception
from service.money.statements import elder_statement
from service.served import Bounds, Whereabouts
from service.settlement import settle
from service.tables import AuditEntry
from service.texts import LANGUAGES, catalogue
from tests.service.money.month import (
    EVIL,
    FIRST,
    LAST,
    LONG_DISH,
    MARKUP,
    NAMES,
    add_orders,
    build_months,
    claim,
    found_town,
    stacked,
)
from tests.service.money.reading import BY, PRINTED_AT, cells_of, pages_of, printed, sheets_of, words_of

Months = tuple[int, int, int]
NAMELESS = [kind for kind in MoneyPaper if kind is not MoneyPaper.ELDER_STATEMENT]
both_languages = pytest.mark.parametrize("language", LANGUAGES)
LEAST_PT = 18


@pytest.fixture
def months(sqlite_database: Database, clock: StoppedClock) -> Months:
    return build_months(sqlite_database, clock)


def squeezed(words: str) -> str:
    return "".join(words.split())


@pytest.mark.parametrize("kind", list(MoneyPaper))
@both_languages
def test_every_paper_says_what_it_is_of_which_settlement_when_and_by_whom(
    sqlite_database: Database, months: Months, kind: MoneyPaper, language: str
) -> None:
    words = catalogue(language)
    paper = printed(sqlite_database, months[2], kind, language=language)
    pages = pages_of(paper)
    assert paper.pages == len(pages)
    whole = "".join(pages)
    parts = [words[f"account.kind.{kind}"], BY, "2026-12-0210:00", "sample", "S3-"]
    parts += ["2026年11月", "结算3", "第2版"] if language == "zh" else ["November2026", "settlement3", "version2"]
    for part in parts:
        assert squeezed(part) in whole, part
    assert "{" not in whole
    for page in pages:
        assert ("第" in page and "页，共" in page) if language == "zh" else "page" in page
        assert "S3-" in page


@pytest.mark.parametrize("kind", NAMELESS)
@pytest.mark.parametrize("which", [0, 1, 2])
def test_no_name_of_an_elder_stands_where_none_may_be(
    sqlite_database: Database, months: Months, kind: MoneyPaper, which: int
) -> None:
    whole = words_of(printed(sqlite_database, months[which], kind))
    cells = [str(cell.value) for cell in cells_of(printed(sqlite_database, months[which], kind, PaperForm.XLSX))]
    for name in NAMES.values():
        assert squeezed(name) not in whole
        assert name not in cells
    assert "销毁" not in whole


@both_languages
def test_a_sheet_with_a_name_asks_to_be_returned_or_destroyed_on_every_page(
    sqlite_database: Database, months: Months, language: str
) -> None:
    word = "销毁" if language == "zh" else "destroy"
    pages = pages_of(printed(sqlite_database, months[2], MoneyPaper.ELDER_STATEMENT, language=language))
    assert all(word in page for page in pages)
    book = printed(sqlite_database, months[2], MoneyPaper.ELDER_STATEMENT, PaperForm.XLSX, language=language)
    assert any(word in str(cell.value) for cell in cells_of(book))


@pytest.mark.parametrize("kind", list(MoneyPaper))
def test_no_cell_of_a_workbook_is_a_formula_or_a_link(
    sqlite_database: Database, months: Months, kind: MoneyPaper
) -> None:
    for cell in cells_of(printed(sqlite_database, months[2], kind, PaperForm.XLSX)):
        assert cell.data_type != "f", cell.value
        assert cell.hyperlink is None


def test_a_name_that_is_markup_or_a_formula_is_a_name(sqlite_database: Database, months: Months) -> None:
    whole = words_of(printed(sqlite_database, months[2], MoneyPaper.ELDER_STATEMENT))
    for name in (EVIL, MARKUP, LONG_DISH):
        assert squeezed(name) in whole
    cells = {
        cell.value for cell in cells_of(printed(sqlite_database, months[2], MoneyPaper.ELDER_STATEMENT, PaperForm.XLSX))
    }
    assert {EVIL, MARKUP, LONG_DISH} <= cells


@both_languages
@pytest.mark.parametrize("elder", ["E01", "E03", "E04"])
def test_nothing_on_a_statement_is_smaller_than_eighteen_points_or_off_the_page(
    sqlite_database: Database, months: Months, language: str, elder: str
) -> None:
    paper = printed(sqlite_database, months[2], MoneyPaper.ELDER_STATEMENT, subject=elder, language=language)
    document = pdfium.PdfDocument(paper.content)
    for number in range(len(document)):
        width, _ = document[number].get_size()
        page = document[number].get_textpage()
        for index in range(page.count_chars()):
            if page.get_text_range(index, 1).strip():
                assert pdfium.raw.FPDFText_GetFontSize(page.raw, index) >= LEAST_PT - 0.01
                left, _, right, _ = page.get_charbox(index)
                assert -0.5 <= left <= right <= width + 0.5
    document.close()


@pytest.mark.parametrize("kind", list(MoneyPaper))
@pytest.mark.parametrize("form", list(PaperForm))
def test_the_same_paper_printed_again_is_the_same_file(
    sqlite_database: Database, months: Months, kind: MoneyPaper, form: PaperForm
) -> None:
    first, second = (printed(sqlite_database, months[2], kind, form).content for _ in range(2))
    assert first == second


def test_the_papers_of_a_settlement_stay_as_they_were_when_it_is_corrected_later(
    sqlite_database: Database, clock: StoppedClock
) -> None:
    from service.settlement import replay
    from tests.service.money.month import settle_month

    found_town(sqlite_database)
    number = settle_month(sqlite_database, clock, FIRST, LAST, stacked()).settlement_id
    before = [printed(sqlite_database, number, kind).content for kind in MoneyPaper]
    replay(sqlite_database, number, stacked(2), by="kuaiji", clock=clock, books=True)
    assert [printed(sqlite_database, number, kind).content for kind in MoneyPaper] == before


def test_refused_claims_stand_with_their_reason_by_kind(sqlite_database: Database, months: Months) -> None:
    sheets = sheets_of(printed(sqlite_database, months[2], MoneyPaper.EXCEPTION_LIST, PaperForm.XLSX))
    kinds = [row[0] for row in sheets["拒付申报"][3:]]
    assert kinds == ["已去世"] * 10 + ["住院或入住机构"] * 2 + ["无凭据"]
    assert [row[-1] for row in sheets["拒付申报"][3:]][-1] == "餐没有送到（结果：无人应门）"
    whole = words_of(printed(sqlite_database, months[2], MoneyPaper.EXCEPTION_LIST, language="en"))
    assert "theelderdiedon2026-11-20" in whole.lower()


def test_the_proof_rate_is_the_share_of_brought_meals_in_the_elders_own_hands(
    sqlite_database: Database, months: Months
) -> None:
    # 59 meals were brought, six of them left by agreement.
    whole = words_of(printed(sqlite_database, months[2], MoneyPaper.DISTRICT_SETTLEMENT))
    assert "凭据率（本人签收）89.8%：送餐上门59餐，其中53餐交到本人手中" in whole
    none = words_of(printed(sqlite_database, months[2], MoneyPaper.MEAL_POINT_SETTLEMENT, subject="P1"))
    assert "凭据率不适用" in none


def test_a_correction_says_with_which_settlement_it_is_paid(sqlite_database: Database, months: Months) -> None:
    whole = words_of(printed(sqlite_database, months[1], MoneyPaper.DISTRICT_SETTLEMENT))
    assert "更正结算1" in whole
    assert "差额随结算3支付，请勿另付" in whole
    assert "差额随" not in words_of(printed(sqlite_database, months[2], MoneyPaper.DISTRICT_SETTLEMENT))


def test_a_settlement_that_pays_nothing_still_has_its_papers(sqlite_database: Database, clock: StoppedClock) -> None:
    found_town(sqlite_database)
    dead = [claim("E01", FIRST, whereabouts=Whereabouts(died_on=FIRST.replace(year=2025)))]
    add_orders(sqlite_database, dead)
    made = settle(
        sqlite_database, dead, since=FIRST, until=LAST, scheme=stacked(), bounds=Bounds(), by="kuaiji", clock=clock
    )
    for kind in (MoneyPaper.DISTRICT_SETTLEMENT, MoneyPaper.KITCHEN_SETTLEMENT, MoneyPaper.EXCEPTION_LIST):
        assert "长者已于2025-10-01去世" in words_of(printed(sqlite_database, made.settlement_id, kind))
    assert "日均人次0.0" in words_of(printed(sqlite_database, made.settlement_id, MoneyPaper.BUREAU_RETURN))
    for kind in (MoneyPaper.ELDER_STATEMENT, MoneyPaper.PAYER_SETTLEMENT):
        with pytest.raises(NotFoundError, match="nothing to print"):
            printed(sqlite_database, made.settlement_id, kind)


def test_an_unknown_settlement_kitchen_or_elder_is_refused_and_stands_in_no_audit(
    sqlite_database: Database, months: Months
) -> None:
    for number, kind, subject in (
        (99, MoneyPaper.DISTRICT_SETTLEMENT, ""),
        (months[2], MoneyPaper.KITCHEN_SETTLEMENT, "K9"),
        (months[2], MoneyPaper.PAYER_SETTLEMENT, "=1+1"),
        (months[2], MoneyPaper.ELDER_STATEMENT, "E99"),
        (months[2], MoneyPaper.BUREAU_RETURN, "P1"),
    ):
        with pytest.raises(NotFoundError):
            printed(sqlite_database, number, kind, subject=subject)
    with sqlite_database.read() as session:
        assert "print_money_paper" not in session.exec(select(AuditEntry.action)).all()


def test_a_kitchen_and_a_point_have_their_own_paper_alone(sqlite_database: Database, months: Months) -> None:
    kitchen, point = Reach(kitchen="K1"), Reach(meal_point="P3")
    own = printed(sqlite_database, months[2], MoneyPaper.KITCHEN_SETTLEMENT, reach=kitchen)
    assert own.content == printed(sqlite_database, months[2], MoneyPaper.KITCHEN_SETTLEMENT, subject="K1").content
    for reach, kind, subject in (
        (kitchen, MoneyPaper.KITCHEN_SETTLEMENT, "K2"),
        (kitchen, MoneyPaper.MEAL_POINT_SETTLEMENT, "K1"),
        (point, MoneyPaper.MEAL_POINT_SETTLEMENT, "P1"),
        (point, MoneyPaper.ELDER_STATEMENT, "E05"),
        (point, MoneyPaper.BUREAU_RETURN, ""),
        (Reach(courier="C1"), MoneyPaper.DISTRICT_SETTLEMENT, ""),
    ):
        with pytest.raises(NotAllowedError):
            printed(sqlite_database, months[2], kind, subject=subject, reach=reach)
    with sqlite_database.read() as session:
        assert [one.subject for one in list_money_papers(session, months[2], point)] == ["P3"]
        assert [one.subject for one in list_money_papers(session, months[2], kitchen)] == ["K1"]
        assert {one.kind for one in list_money_papers(session, months[2], Reach())} == set(MoneyPaper)


def test_all_papers_are_written_to_a_folder_and_each_stands_in_the_audit(
    sqlite_database: Database, months: Months, tmp_path: Path, clock: StoppedClock
) -> None:
    clock.instant = PRINTED_AT
    written = write_money_papers(
        sqlite_database,
        months[2],
        tmp_path / "out",
        kinds=tuple(MoneyPaper),
        forms=tuple(PaperForm),
        language="zh",
        by=BY,
        clock=clock,
    )
    assert [one.error for one in written if one.error] == []
    assert {one.file.name for one in written if one.file} == {path.name for path in (tmp_path / "out").iterdir()}
    subjects = [one.subject for one in written if one.kind is MoneyPaper.PAYER_SETTLEMENT and one.form == "pdf"]
    assert subjects == ["charity", "city", "district", "elder", "street-1", "street-2"]
    with sqlite_database.read() as session:
        entries = session.exec(select(AuditEntry).where(AuditEntry.action == "print_money_paper")).all()
    assert len(entries) == len(written)
    assert {(one.actor, one.subject) for one in entries} == {(BY, str(months[2]))}
    assert not any(name in json.dumps(one.details, ensure_ascii=False) for one in entries for name in NAMES.values())


def test_many_statements_come_in_several_files_that_leave_nobody_out(
    sqlite_database: Database, months: Months, tmp_path: Path, clock: StoppedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.money.rendering.STATEMENTS_A_FILE", 4)
    written = write_money_papers(
        sqlite_database,
        months[2],
        tmp_path,
        kinds=[MoneyPaper.ELDER_STATEMENT],
        forms=[PaperForm.PDF],
        language="zh",
        by=BY,
        clock=clock,
    )
    assert [(one.part, one.parts) for one in written] == [(1, 2), (2, 2)]
    names = "".join(
        "".join("".join(page.get_textpage().get_text_bounded() for page in pdfium.PdfDocument(one.file)).split())
        for one in written
        if one.file
    )
    assert all(f"S{months[2]}-E-{number}" in names for number in ("E01", "E02", "E03", "E04", "E05", "E06"))


def write_all(
    database: Database, number: int, folder: Path, clock: StoppedClock, *kinds: MoneyPaper, **other: Any
) -> Any:
    return write_money_papers(
        database,
        number,
        folder,
        **{"kinds": kinds or tuple(MoneyPaper), "forms": [PaperForm.XLSX], "language": "zh", **other},
        by=BY,
        clock=clock,
    )


def test_a_minus_on_a_statement_stands_before_the_sign_of_the_money(sqlite_database: Database, months: Months) -> None:
    paper = printed(sqlite_database, months[2], MoneyPaper.ELDER_STATEMENT, subject="E03", language="en")
    assert "−¥16.80" in words_of(paper)


def test_more_statements_than_one_file_takes_are_refused_and_not_cut(
    sqlite_database: Database, months: Months, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.money.rendering.STATEMENTS_A_FILE", 4)
    with pytest.raises(InvalidError) as refusal:
        printed(sqlite_database, months[2], MoneyPaper.ELDER_STATEMENT)
    assert refusal.value.key == "account.too_many"


def test_who_has_no_line_and_a_settlement_without_one_have_no_statement(
    sqlite_database: Database, months: Months, clock: StoppedClock
) -> None:
    with pytest.raises(NotFoundError) as nobody:
        printed(sqlite_database, months[2], MoneyPaper.ELDER_STATEMENT, subject="E99")
    empty = settle(sqlite_database, (), since=FIRST, until=FIRST, scheme=stacked(), bounds=Bounds(), by=BY, clock=clock)
    with pytest.raises(NotFoundError) as nothing:
        printed(sqlite_database, empty.settlement_id, MoneyPaper.ELDER_STATEMENT)
    assert (nobody.value.key, nothing.value.key) == ("account.no_line", "account.nothing")
    with sqlite_database.read() as session, pytest.raises(NotFoundError) as alone:
        elder_statement(session, months[2], "E99")
    assert alone.value.key == "account.no_line"


def test_a_settlement_of_nothing_writes_no_statement_and_a_file_for_each_other_paper(
    sqlite_database: Database, months: Months, clock: StoppedClock, tmp_path: Path
) -> None:
    empty = settle(sqlite_database, (), since=FIRST, until=FIRST, scheme=stacked(), bounds=Bounds(), by=BY, clock=clock)
    written = write_all(sqlite_database, empty.settlement_id, tmp_path, clock)
    assert MoneyPaper.ELDER_STATEMENT not in {one.kind for one in written}
    assert {one.error for one in written} == {""}


def test_a_paper_that_cannot_be_stored_is_told_and_not_noted_as_printed(
    sqlite_database: Database, months: Months, clock: StoppedClock, tmp_path: Path
) -> None:
    name = file_name(months[2], MoneyPaper.DISTRICT_SETTLEMENT, "", PaperForm.XLSX, "zh")
    (tmp_path / name).mkdir()
    told: list[tuple[int, int]] = []
    kinds = (MoneyPaper.DISTRICT_SETTLEMENT, MoneyPaper.EXCEPTION_LIST)
    written = write_all(
        sqlite_database, months[2], tmp_path, clock, *kinds, progress=lambda done, all_: told.append((done, all_))
    )
    assert [(one.kind, bool(one.error), one.file is None) for one in written] == [
        (MoneyPaper.DISTRICT_SETTLEMENT, True, True),
        (MoneyPaper.EXCEPTION_LIST, False, False),
    ]
    assert told == [(1, 2), (2, 2)]
    with sqlite_database.read() as session:
        entries = session.exec(select(AuditEntry).where(AuditEntry.action == "print_money_paper")).all()
    assert [one.details["paper"] for one in entries] == ["exception_list"]


def test_where_no_folder_can_be_made_nothing_is_written(
    sqlite_database: Database, months: Months, clock: StoppedClock, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(StorageError):
        write_all(sqlite_database, months[2], tmp_path / "file", clock)


def test_memory_of_a_paper_of_many_pages_is_given_back_before_the_next(
    sqlite_database: Database, months: Months, clock: StoppedClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.money.papers.MANY_PAGES", 0)
    written = write_all(
        sqlite_database,
        months[2],
        tmp_path,
        clock,
        MoneyPaper.ELDER_STATEMENT,
        forms=[PaperForm.PDF],
        elder_number="E05",
    )
    assert [one.pages > 0 for one in written] == [True]


@pytest.mark.parametrize(
    ("reason", "kind"),
    [
        ("money.stop.deceased", ExceptionKind.DEAD),
        ("money.why.residence", ExceptionKind.OUTSIDE_PLACE),
        ("money.why.hukou_not_at_place", ExceptionKind.OUTSIDE_PLACE),
        ("money.why.too_young", ExceptionKind.NOT_ENTITLED),
    ],
)
def test_a_refused_claim_is_filed_under_what_is_wrong_with_it(reason: str, kind: ExceptionKind) -> None:
    assert kind_of_exception(reason) is kind
