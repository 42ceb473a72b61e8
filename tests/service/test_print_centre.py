"""From the first print over a change to the sheets that come back: what was printed, what holds, what is still out."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from sqlalchemy import update
from sqlmodel import Session, col, select

from kitchens.meals import Meal
from kitchens.paper_changes import Difference, shown, together
from kitchens.papers import AnyPaper, BoxLabel, ChangeSlip, RouteSheet
from scheduler.jobs import do_work
from service.access import EVERYTHING, Reach
from service.board.heads import get_plan
from service.board.papers import PaperRow, PrintState, list_copies_out, list_papers
from service.clock import StoppedClock
from service.daily import Kitbag, run_meal
from service.db import Database
from service.errors import ConflictError, InvalidError, NotAllowedError, NotFoundError, StorageError
from service.locks import lock_stop
from service.paper_codes import CodeState, read_code
from service.papers import SHAPES, read_content
from service.print_centre import PrintedFile, Wanted, book_copy, print_kind, print_paper
from service.printing.pack import LABELS_A_FILE
from service.replanning import ask_again
from service.settings import Settings
from service.tables import (
    AuditEntry,
    CopyFate,
    CourierRun,
    Extent,
    LockKind,
    Paper,
    PaperKind,
    PaperPrint,
    PaperSheet,
    Plan,
    ReprintReason,
    Visit,
)
from tests.service.towns import MONDAY, found_town

LUNCH = Meal.LUNCH
PLAIN = Settings(_env_file=None, effort="quick").model_copy(update={"solve_limit_s": 0.01})  # type: ignore[call-arg]
ZH = Wanted("zh")
AGAIN = Wanted("zh", extent=Extent.ALL, reason=ReprintReason.DAMAGED)


@pytest.fixture
def town(database: Database, clock: StoppedClock) -> Database:
    """The thirty elders' town with Monday's lunch published."""
    found_town(database)
    run_meal(MONDAY, LUNCH, Kitbag(database, clock, PLAIN, "test"), early=True)
    clock.advance(3600)
    return database


def rows(database: Database, reach: Reach = EVERYTHING) -> list[PaperRow]:
    with database.read() as session:
        return list(list_papers(session, get_plan(session, MONDAY, LUNCH), reach))


def row(database: Database, kind: PaperKind, subject: str) -> PaperRow:
    (found,) = [one for one in rows(database) if (one.kind, one.subject) == (kind, subject)]
    return found


def put_out(
    database: Database, clock: StoppedClock, paper: PaperRow, wanted: Wanted = ZH, reach: Reach = EVERYTHING
) -> PrintedFile:
    return print_paper(database, paper.id, wanted, reach=reach, by="chen", clock=clock, settings=PLAIN)


def change(database: Database, clock: StoppedClock) -> None:
    """Send another courier to E18, and plan again."""
    with database.read() as session:
        visit, courier = session.exec(
            select(Visit, CourierRun.courier_code)
            .join(CourierRun, col(CourierRun.id) == col(Visit.courier_run_id))
            .where(Visit.elder_number == "E18")
            .order_by(col(Visit.id).desc())
        ).first() or (None, "")
    assert visit is not None
    other = next(code for code in ("C1", "C2", "C3") if code != courier)
    clock.advance(60)
    lock_stop(
        database, visit.id or 0, kind=LockKind.COURIER, code=other, why="", by="desk", settings=PLAIN, clock=clock
    )
    ask_again(database, MONDAY, LUNCH, by="desk", clock=clock)
    assert do_work(database, PLAIN, clock) >= 1


def values_of(session: Session, version: int) -> list[AnyPaper]:
    plan = session.exec(select(Plan).where(Plan.version == version)).one()
    papers = session.exec(select(Paper).where(Paper.plan_id == plan.id).order_by(col(Paper.id)))
    return [value for paper in papers for value in read_content(paper)]


def many_labels(database: Database, count: int) -> PaperRow:
    """Give a kitchen as many labels as nobody has there."""
    paper = next(one for one in rows(database) if one.kind is PaperKind.BOX_LABELS)
    with database.write() as session:
        stored = session.get_one(Paper, paper.id)
        one = SHAPES[PaperKind.BOX_LABELS].dump_json(read_content(stored)[:1]).decode()[1:-1]
        session.execute(update(Paper).where(col(Paper.id) == paper.id).values(content=f"[{','.join([one] * count)}]"))
    return paper


def test_after_a_change_only_the_difference_is_to_print(town: Database, clock: StoppedClock) -> None:
    for paper in rows(town):
        put_out(town, clock, paper)
    assert {one.print_state for one in rows(town)} == {PrintState.PRINTED}
    change(town, clock)
    fresh = [one for one in rows(town) if one.print_state is not PrintState.PRINTED]
    with town.read() as session:
        made = {
            (paper.kind, paper.subject)
            for paper, sheet in session.exec(
                select(Paper, PaperSheet).join(PaperSheet, col(PaperSheet.paper_id) == col(Paper.id))
            )
            if session.get_one(Plan, sheet.plan_id).version == 2
        }
    assert {(one.kind, one.subject) for one in fresh} == made
    assert 0 < len(fresh) < len(rows(town))
    for paper in fresh:
        put_out(town, clock, paper)
    assert {one.print_state for one in rows(town)} == {PrintState.PRINTED}


def test_old_sheets_and_slips_of_a_published_day_are_its_new_sheets(town: Database, clock: StoppedClock) -> None:
    change(town, clock)
    with town.read() as session:
        old = {value.head.code: value for value in values_of(session, 1) if not isinstance(value, BoxLabel)}
        new = {value.head.code: value for value in values_of(session, 2) if not isinstance(value, BoxLabel)}
        slips = [value for value in new.values() if isinstance(value, ChangeSlip)]
        assert [slip for slip in slips if slip.of_kind == "route_sheet"]
        for slip in slips:
            if slip.void_code and slip.new_code:
                rebuilt = together(shown(old[slip.void_code]), Difference(slip.facts, slip.facts_was, slip.lines))
                assert rebuilt == shown(new[slip.new_code])
        told = {slip.void_code for slip in slips}
        lost = {code for code, value in old.items() if value.head.title != "paper.call_list"} - set(new)
        assert lost == told - {""}, "every sheet that holds no more has its slip"


def test_a_code_says_valid_replaced_or_void(town: Database, clock: StoppedClock) -> None:
    with town.read() as session:
        before = {value.head.code for value in values_of(session, 1) if isinstance(value, RouteSheet)}
        labels = {value.label for value in values_of(session, 1) if isinstance(value, BoxLabel)}
    change(town, clock)
    with town.read() as session:
        after = {value.head.code for value in values_of(session, 2) if isinstance(value, RouteSheet)}
        newest = {value.label for value in values_of(session, 2) if isinstance(value, BoxLabel)}
        assert before - after
        for code in before:
            (answer,) = read_code(session, code, MONDAY, LUNCH)
            (short,) = read_code(session, answer.short.lower(), MONDAY, LUNCH)
            assert short == answer
            assert (answer.state is CodeState.VALID) == (code in after)
            if answer.state is CodeState.REPLACED:
                assert answer.replaced_by in after
                assert answer.void_at is not None
        for label in labels | newest:
            (answer,) = read_code(session, label, MONDAY, LUNCH)
            assert (answer.state is CodeState.VALID) == (label in newest)
            if answer.state is CodeState.REPLACED:
                assert answer.replaced_by in newest
        assert labels & newest, "a box that did not change keeps its label"
        assert labels - newest
        with pytest.raises(NotFoundError):
            read_code(session, "K01-9999", MONDAY, LUNCH)
        with pytest.raises(InvalidError):
            read_code(session, "  ", MONDAY, LUNCH)


def test_a_paper_comes_out_again_only_for_a_reason_and_counts_its_copies(town: Database, clock: StoppedClock) -> None:
    paper = row(town, PaperKind.ROUTE_SHEET, "R01")
    put_out(town, clock, paper)
    with pytest.raises(InvalidError):
        put_out(town, clock, paper)
    with pytest.raises(InvalidError):
        put_out(town, clock, paper, Wanted("zh", extent=Extent.ALL, reason=ReprintReason.OTHER))
    put_out(town, clock, paper, AGAIN)
    with town.read() as session:
        prints = session.exec(select(PaperPrint).order_by(col(PaperPrint.id))).all()
        assert [(one.copy_number, one.reason) for one in prints] == [(1, ""), (2, "damaged")]
        assert len({one.code for one in prints}) == 1
        noted = session.exec(select(AuditEntry).where(AuditEntry.action == "print_paper")).all()
        assert [one.details.get("reason", "") for one in noted] == ["", "damaged"]


def test_a_paper_of_an_earlier_version_is_not_printed_any_more_but_its_slips_are(
    town: Database, clock: StoppedClock
) -> None:
    old = row(town, PaperKind.ROUTE_SHEET, "R01")
    change(town, clock)
    with pytest.raises(ConflictError):
        put_out(town, clock, old)
    change(town, clock)
    slips = [one for one in rows(town) if one.kind is PaperKind.CHANGE_SLIP]
    assert {one.version for one in slips} == {2, 3}
    for slip in slips:
        assert put_out(town, clock, slip).pages


def test_a_broken_disk_is_told_and_nothing_is_written_down_as_printed(
    town: Database, clock: StoppedClock, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    paper = many_labels(town, 300)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    with pytest.raises(StorageError) as refusal:
        put_out(town, clock, paper)
    assert "没有写到磁盘" in refusal.value.say("zh") or "未能" in refusal.value.say("zh")
    with town.read() as session:
        assert session.exec(select(PaperPrint)).all() == []
        assert session.exec(select(AuditEntry).where(AuditEntry.action == "print_paper")).all() == []
    monkeypatch.undo()
    assert put_out(town, clock, paper).pages == 300


def test_copies_with_names_are_out_until_somebody_says_what_became_of_them(town: Database, clock: StoppedClock) -> None:
    for kind in (PaperKind.ROUTE_SHEET, PaperKind.BATCH_SHEET):
        for paper in [one for one in rows(town) if one.kind is kind]:
            put_out(town, clock, paper)
    change(town, clock)
    with town.read() as session:
        out = list_copies_out(session, get_plan(session, MONDAY, LUNCH), EVERYTHING)
    assert {one.kind for one in out} == {PaperKind.ROUTE_SHEET}, "a batch sheet names nobody"
    assert [one.is_void for one in out] == sorted((one.is_void for one in out), reverse=True)
    assert out[0].is_void
    first = out[0].id
    with pytest.raises(NotAllowedError):
        book_copy(town, first, CopyFate.RETURNED, reach=Reach(kitchen="nowhere"), by="chen", clock=clock)
    book_copy(town, first, CopyFate.RETURNED, reach=EVERYTHING, by="chen", clock=clock)
    with pytest.raises(ConflictError):
        book_copy(town, first, CopyFate.LOST, reach=EVERYTHING, by="chen", clock=clock)
    with pytest.raises(NotFoundError):
        book_copy(town, 9_999, CopyFate.LOST, reach=EVERYTHING, by="chen", clock=clock)
    with town.read() as session:
        left = list_copies_out(session, get_plan(session, MONDAY, LUNCH), EVERYTHING)
        assert first not in {one.id for one in left}
        assert (
            session.exec(select(AuditEntry).where(AuditEntry.action == "book_copy")).one().details["fate"] == "returned"
        )


def test_all_new_sheets_of_a_kind_come_out_together_once(town: Database, clock: StoppedClock) -> None:
    how = {"reach": EVERYTHING, "by": "chen", "clock": clock, "settings": PLAIN}
    printed = print_kind(town, MONDAY, LUNCH, PaperKind.ROUTE_SHEET, ZH, **how)  # type: ignore[arg-type]
    sheets = [one for one in rows(town) if one.kind is PaperKind.ROUTE_SHEET]
    assert printed.pages >= len(sheets)
    assert {one.prints for one in sheets} == {1}
    with pytest.raises(NotFoundError):
        print_kind(town, MONDAY, LUNCH, PaperKind.ROUTE_SHEET, ZH, **how)  # type: ignore[arg-type]


def test_more_than_a_thousand_labels_come_in_parts_and_each_part_is_printed_by_itself(
    town: Database, clock: StoppedClock
) -> None:
    paper = many_labels(town, LABELS_A_FILE + 1)
    assert put_out(town, clock, paper, Wanted("zh", part=2)).pages == 1
    assert put_out(town, clock, paper, Wanted("zh", part=1)).pages == LABELS_A_FILE
    with pytest.raises(InvalidError):
        put_out(town, clock, paper, Wanted("zh", part=2))
    with pytest.raises(NotFoundError):
        put_out(town, clock, paper, Wanted("zh", part=3))
