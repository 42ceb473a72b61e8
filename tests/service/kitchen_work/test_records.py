"""Batch sheets: what is kept, what is refused, and how the eat-by follows."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from service.access import Reach
from service.clock import instant_of
from service.errors import ConflictError, InvalidError, NotAllowedError, NotFoundError, NuanfanError
from service.idempotency import call_of
from service.kitchen_work.food import eat_by_now, food_state, history_of, standing
from service.kitchen_work.records import Keyer, key_entry, key_sheet, withdraw
from service.kitchen_work.sheets import Entry, read_line
from service.progress import mark_cooked, undo_cooked
from service.tables import Batch, BatchRecord, Notice, Plan, RecordKind
from tests.pages.work_town import at
from tests.service.towns import MONDAY
from tests.service.work_day import LUNCH, Work

FINISH_S = 9 * 3600 + 1800


def rows(work: Work, code: str) -> list[BatchRecord]:
    with work.database.read() as session:
        return history_of(session, [work.batch(code).id or 0]).get(work.batch(code).id or 0, [])


def test_a_whole_sheet_is_kept_in_either_database_and_twice_changes_nothing(work_anywhere: Work) -> None:
    line = "K1-02 s0915 f0950 c74 h68 g130 m冷柜2 k陈例 l豆腐=2611 l米=88 p16 w0"
    work_anywhere.clock.instant = at(10, 30)
    assert work_anywhere.sheet(line)["rows"] == 10
    assert work_anywhere.batch("K1-02").cooked_at == at(9, 50)
    assert work_anywhere.sheet(line)["rows"] == 0
    kinds = [row.kind for row in rows(work_anywhere, "K1-02")]
    assert kinds.count("lot") == 2
    assert kinds.count("sample") == 1
    [holding] = [row for row in rows(work_anywhere, "K1-02") if row.kind == "holding"]
    assert holding.at == at(10, 20)


def test_the_same_call_twice_is_kept_once_and_another_one_under_its_key_refused(work: Work) -> None:
    work.sheet("K1-02 f0950")
    keyer, batch = work.keyer("chufang"), work.batch("K1-02").id or 0
    reading = Entry(RecordKind.HOLDING, tenths_c=660)
    call = call_of("chufang", "a-key-of-ours", "reading", {})
    first = key_entry(work.database, batch, reading, keyer, call=call)
    work.clock.advance(120)
    assert key_entry(work.database, batch, reading, keyer, call=call) == first
    assert len([row for row in rows(work, "K1-02") if row.kind == "holding"]) == 1
    with pytest.raises(InvalidError):
        key_entry(work.database, batch, reading, keyer, call=call_of("chufang", "a-key-of-ours", "reading", {"x": 1}))


@pytest.mark.parametrize(
    ("line", "error", "key"),
    [
        ("K1-02 c-1", InvalidError, "kitchen_work.impossible_degrees"),
        ("K1-02 c110.5", InvalidError, "kitchen_work.impossible_degrees"),
        ("K1-02 h740", InvalidError, "kitchen_work.impossible_degrees"),
        ("K1-02 cwarm", InvalidError, "kitchen_work.no_degrees"),
        ("K1-02 s0955", InvalidError, "kitchen_work.finish_first"),
        ("K1-02 s2460", InvalidError, "kitchen_work.no_time"),
        ("K1-02 h70@0940", InvalidError, "kitchen_work.before_finish"),
        ("K1-02 h70@1010", InvalidError, "kitchen_work.in_future"),
        ("K1-02 h70 h70 h70", InvalidError, "kitchen_work.in_future"),
        ("K1-01 h70", InvalidError, "kitchen_work.not_finished"),
        ("K1-01 f1010", InvalidError, "kitchen_work.in_future"),
        ("K1-01 s0950 f0940", InvalidError, "kitchen_work.finish_first"),
        ("K1-99 c74", NotFoundError, "kitchen_work.unknown_batch"),
        ("K1-02 c71", ConflictError, "kitchen_work.stands_already"),
        ("K1-02 f0940", ConflictError, "kitchen_work.stands_already"),
        ("K1-02 q7", InvalidError, "kitchen_work.unknown_word"),
        ("K1-02 2陈例", InvalidError, "kitchen_work.same_person"),
        ("K1-02", InvalidError, "kitchen_work.line_empty"),
        ("", InvalidError, "kitchen_work.line_empty"),
        ("K1-02 g13x", InvalidError, "kitchen_work.no_amount"),
        ("K1-02 w1 p16 c200", InvalidError, "kitchen_work.impossible_degrees"),
    ],
)
def test_what_cannot_be_is_refused_and_leaves_the_record_as_it_was(
    work: Work, line: str, error: type[NuanfanError], key: str
) -> None:
    work.sheet("K1-02 f0950 c74 k陈例")
    before = work.dump()
    with pytest.raises(error) as refusal:
        work.sheet(line)
    assert refusal.value.key == key
    assert refusal.value.say("zh") != refusal.value.say("en")
    assert work.dump() == before


def test_another_kitchens_batch_is_not_ones_own(work: Work) -> None:
    before = work.dump()
    with pytest.raises(NotAllowedError):
        key_sheet(work.database, MONDAY, LUNCH, read_line("K1-02 f0950"), Keyer("x", Reach(kitchen="K2"), work.clock))
    assert work.dump() == before


def test_a_cold_reading_moves_the_eat_by_at_once_and_the_desk_is_told_once(work: Work) -> None:
    work.sheet("K1-02 f0920 c74 h66")
    batch = work.batch("K1-02").id or 0
    with work.database.read() as session:
        assert eat_by_now(session, batch) == at(13, 20)
    work.sheet("K1-02 h59.9@0955")
    with work.database.read() as session:
        assert eat_by_now(session, batch) == at(11, 20)
        told = session.exec(select(Notice).where(Notice.key == "notice.food_clock")).all()
        assert sorted(notice.to for notice in told) == ["district", "operator"]
    work.sheet("K1-02 h72@1000")
    with work.database.read() as session:
        assert eat_by_now(session, batch) == at(11, 20), "a good reading heals nothing"
        assert len(session.exec(select(Notice).where(Notice.key == "notice.food_clock")).all()) == 2


def test_a_correction_stands_beside_what_it_corrects_with_its_reason(work: Work) -> None:
    work.sheet("K1-02 f0920 c74 h6@0950")
    work.sheet("K1-02 h66@0950 !少写一位")
    history = [row for row in rows(work, "K1-02") if row.kind == "holding"]
    assert [(row.tenths_c, row.why) for row in history] == [(60, ""), (660, "少写一位")]
    assert history[1].replaces == history[0].id
    with work.database.read() as session:
        assert eat_by_now(session, work.batch("K1-02").id or 0) == at(13, 20)


def test_a_line_that_never_was_is_withdrawn_with_a_reason_and_once(work: Work) -> None:
    work.sheet("K1-02 f0920 h55@0950")
    keyer = work.keyer("chufang")
    cold = next(row for row in rows(work, "K1-02") if row.kind == "holding")
    with pytest.raises(InvalidError):
        withdraw(work.database, cold.id or 0, why=" ", keyer=keyer)
    withdraw(work.database, cold.id or 0, why="是另一批", keyer=keyer)
    assert not [row for row in standing(rows(work, "K1-02")) if row.kind == "holding"]
    assert len([row for row in rows(work, "K1-02") if row.kind == "holding"]) == 2
    with pytest.raises(ConflictError):
        withdraw(work.database, cold.id or 0, why="再一次", keyer=keyer)


def test_a_correction_of_the_finish_moves_the_eat_by(work: Work) -> None:
    work.sheet("K1-02 f0950")
    work.sheet("K1-02 f0940 !看错钟")
    assert work.batch("K1-02").cooked_at == at(9, 40)
    with work.database.read() as session:
        assert eat_by_now(session, work.batch("K1-02").id or 0) == at(13, 40)


def test_a_touch_writes_its_row_and_is_not_undone_once_something_was_measured(work: Work) -> None:
    batch = work.batch("K1-02").id or 0
    keyer = work.keyer("chufang")
    mark_cooked(work.database, batch, by="chufang", reach=keyer.reach, clock=work.clock, at=at(9, 55))
    assert [row.kind for row in standing(rows(work, "K1-02"))] == ["finished"]
    undo_cooked(work.database, batch, by="chufang", reach=keyer.reach, clock=work.clock)
    assert standing(rows(work, "K1-02")) == ()
    assert len(rows(work, "K1-02")) == 2
    work.sheet("K1-02 f0955 c74")
    with pytest.raises(ConflictError):
        undo_cooked(work.database, batch, by="chufang", reach=keyer.reach, clock=work.clock)


def test_a_sample_is_kept_with_its_place_said_later(work: Work) -> None:
    work.sheet("K1-02 f0950 g130")
    work.sheet("K1-02 m冷柜2")
    [sample] = [row for row in standing(rows(work, "K1-02")) if row.kind == "sample"]
    assert (sample.amount, sample.words) == (130, "冷柜2")


READINGS = st.lists(
    st.tuples(
        st.sampled_from([RecordKind.CORE, RecordKind.HOLDING, RecordKind.DISPATCH]),
        st.integers(min_value=0, max_value=1100),
        st.integers(min_value=0, max_value=4 * 3600),
    ),
    max_size=8,
)


def made(readings: list[tuple[RecordKind, int, int]]) -> list[BatchRecord]:
    finished = instant_of(MONDAY, FINISH_S)
    return [
        BatchRecord(id=n, batch_id=1, kind=kind, at=finished + timedelta(seconds=after), tenths_c=tenths)
        for n, (kind, tenths, after) in enumerate(readings, start=1)
    ]


@given(READINGS, st.integers(min_value=-7200, max_value=7200))
def test_the_eat_by_is_never_later_than_the_rule_and_a_further_reading_never_moves_it_later(
    readings: list[tuple[RecordKind, int, int]], late_s: int
) -> None:
    plan = Plan(service_day=MONDAY, meal="lunch")
    finished = instant_of(MONDAY, FINISH_S + late_s)
    batch = Batch(finish_s=FINISH_S, eat_by_s=FINISH_S + 4 * 3600, cooked_at=finished)
    before = finished + timedelta(hours=4)
    for count in range(len(readings) + 1):
        until = food_state(batch, plan, made(readings[:count])).eat_by
        cold = any(tenths < 600 for _, tenths, _ in readings[:count])
        assert until == finished + timedelta(hours=2 if cold else 4)
        assert until <= before
        before = until


@given(st.text(max_size=60))
def test_whatever_is_keyed_is_read_or_refused_with_a_sentence(line: str) -> None:
    sentences: list[str] = []
    try:
        read = read_line(line, "K1")
    except InvalidError as refusal:
        sentences += [refusal.say("zh"), refusal.say("en")]
    else:
        sentences.append(read.batch_code)
        assert all(0 <= (entry.tenths_c or 0) <= 1100 for entry in read.entries)
    assert all(sentences)


@given(
    st.integers(min_value=0, max_value=23),
    st.integers(min_value=0, max_value=59),
    st.integers(min_value=0, max_value=1100),
    st.integers(min_value=0, max_value=9999),
)
def test_a_sheet_reads_as_it_was_written_in_any_width_of_letters(
    hour: int, minute: int, tenths: int, grams: int
) -> None:
    line = f"02 s{hour:02d}{minute:02d} c{tenths // 10}.{tenths % 10} g{grams}"
    wide = "".join(chr(ord(one) + 0xFEE0) if "!" <= one <= "~" and one != "!" else one for one in line)
    for said in (line, wide, line.upper()):
        read = read_line(said, "K1")
        assert read.batch_code == "K1-02"
        assert [entry.at_s for entry in read.entries if entry.kind == "started"] == [hour * 3600 + minute * 60]
        assert [entry.tenths_c for entry in read.entries if entry.kind == "core"] == [tenths]
        assert [entry.amount for entry in read.entries if entry.kind == "sample"] == [grams]
