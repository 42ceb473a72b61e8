from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select, text, update
from sqlmodel import Session, col

from service.access import Reach
from service.clock import StoppedClock
from service.db import Database, open_database
from service.editing import add_elder, change_elder, keep_row, make_first_contact, make_first_phone
from service.finding.index import rebuild
from service.finding.pinyin import SURNAMES, readings, spoken_keys
from service.importing.undoing import undo
from service.people import find_callers, find_people, merge, undo_merge
from service.tables import Elder, ElderCard, ElderPhone, SearchKey, SearchLine
from tests.service.tiny_district import district, imported, sent

WHO = "desk"
TODAY = date(2026, 11, 20)


@pytest.fixture
def town(database: Database, clock: StoppedClock) -> Database:
    """The tiny district, and one more elder whose name is often read wrong."""
    imported(database, clock, *district())
    cells = {
        "number": "E3",
        "name": "单样乐",
        "birth_year": "1938",
        "phone": "020-5550-7788",
        "meal_point_code": "P1",
        "address": "怡海社区例安里12号3栋504房",
        "block": "3栋",
        "stairwell": "2梯",
        "floor": "5",
        "door": "504",
        "contact_name": "女儿样",
        "contact_phone": "199-0009-1234",
    }
    add_elder(database, cells, by=WHO, clock=clock)
    keep_row(database, "E3", "cards", {"kind": "social_security", "card_number": "4401009988"}, by=WHO, clock=clock)
    return database


def found(database: Database, typed: str, reach: Reach | None = None) -> list[str]:
    with database.read() as session:
        return [one.number for one in find_people(session, typed, *([] if reach is None else [reach]))]


@pytest.mark.parametrize(
    "typed",
    [
        "E3",
        "e3",
        "Ｅ３",
        "4401009988",
        "单样乐",
        "样乐",
        "shanyangle",
        "danyangyue",
        "syl",
        "SYY",
        "yangle",
        "020-5550-7788",
        "02055507788",
        "020 5550 7788",
        "7788",
        "1234",
        "19900091234",
        "3栋504",
        "12号3栋",
        "例安里12",
        "海社区例",
        "乐 504",
        "504 单",
        "shan 3栋",
        "例安里 syl 7788",
    ],
)
def test_an_elder_is_found_by_whatever_somebody_has_at_hand(town: Database, typed: str) -> None:
    assert "E3" in found(town, typed)


@pytest.mark.parametrize("typed", ["", "   ", "E9", "788", "单 黄", "%", "_", "'", "9栋504", "shan huang", "\\"])
def test_who_does_not_fit_is_not_found(town: Database, typed: str) -> None:
    assert "E3" not in found(town, typed)


def test_several_words_must_all_fit_one_elder(town: Database) -> None:
    assert set(found(town, "例安里")) == {"E1", "E2", "E3"}
    assert found(town, "例安里 黄") == ["E2"]
    assert found(town, "黄 例安里") == ["E2"]


def test_a_meal_point_finds_its_own_elders_only(town: Database) -> None:
    assert found(town, "例安里", Reach(meal_point="P9")) == []
    assert found(town, "样乐", Reach(meal_point="P9")) == []
    assert found(town, "黄 例安里", Reach(meal_point="P9")) == []
    assert found(town, "样乐", Reach(meal_point="P1")) == ["E3"]


def test_a_caller_is_known_by_the_own_number_and_by_the_familys(town: Database, clock: StoppedClock) -> None:
    def callers(phone: str) -> list[str]:
        with town.read() as session:
            return [one.number for one in find_callers(session, phone, on=TODAY)]

    for phone in ("02055507788", "55507788", "+86 20 5550 7788", "19900091234", "+8619900091234"):
        assert callers(phone) == ["E3"], phone
    assert callers("7788") == []
    assert callers("") == []
    keep_row(town, "E2", "phones", {"phone": "199-0009-1234"}, by=WHO, clock=clock)
    assert callers("19900091234") == ["E2", "E3"]
    keep_row(town, "E2", "phones", {"phone": "199-0009-1234", "until_day": "2026-11-19"}, by=WHO, clock=clock)
    assert callers("19900091234") == ["E3"]


def test_a_merged_double_stands_for_the_person(town: Database, clock: StoppedClock) -> None:
    merge(town, keep="E1", double="E3", by=WHO, clock=clock)
    assert found(town, "单样乐") == ["E1"]
    undo_merge(town, double="E3", by=WHO, clock=clock)
    assert found(town, "单样乐") == ["E3"]


def test_every_special_surname_is_found_by_its_own_reading_first() -> None:
    assert len(SURNAMES) >= 60
    for surname, reading in SURNAMES.items():
        assert readings(f"{surname}样")[0][0] == reading
        assert f"{reading}yang" in spoken_keys(f"{surname}样")
    assert readings("尉迟样")[0] == ("yu", "chi", "yang")
    assert {"lvyang", "luyang", "lyuyang"} <= set(spoken_keys("吕样"))
    assert readings("·—") == []


def index(session: Session) -> tuple[list[tuple[str, ...]], list[tuple[str, ...]]]:
    keys = session.execute(select(SearchKey.kind, SearchKey.key, SearchKey.elder_number)).all()
    lines = session.execute(select(SearchLine.elder_number, SearchLine.address, SearchLine.words)).all()
    return sorted(map(tuple, keys)), sorted(map(tuple, lines))


def refuse_false_index(database: Database) -> None:
    """The index is what it would be if it were made anew."""
    with database.read() as session:
        before = index(session)
    with database.write() as session:
        rebuild(session)
    with database.read() as session:
        assert before == index(session)


def test_the_index_is_true_after_every_story(town: Database, clock: StoppedClock) -> None:
    person = {"by": WHO, "clock": clock}
    stories: list[Callable[[], object]] = [
        lambda: change_elder(town, "E1", {"name": "仇样安", "phone": "199-0007-0001"}, **person),
        lambda: change_elder(town, "E1", {"address": "怡海社区福例街9号", "block": "9栋", "door": "101"}, **person),
        lambda: change_elder(town, "E1", {"contact_name": "侄儿样", "contact_phone": "020-5550-4444"}, **person),
        lambda: keep_row(town, "E1", "phones", {"phone": "199-0007-0002"}, **person),
        lambda: keep_row(town, "E1", "contacts", {"name": "邻居样", "phone": "199-0007-0003"}, **person),
        lambda: keep_row(town, "E1", "contacts", {"name": "邻居样", "phone": "199-0007-0004"}, **person),
        lambda: keep_row(town, "E1", "cards", {"kind": "benefit", "card_number": "YD-1"}, **person),
        lambda: make_first_phone(town, "E1", "199-0007-0002", **person),
        lambda: make_first_contact(town, "E1", "邻居样", **person),
        lambda: merge(town, keep="E1", double="E2", **person),
        lambda: undo_merge(town, double="E2", **person),
    ]
    for number, story in enumerate(stories):
        story()
        refuse_false_index(town)
        assert number >= 0
    assert found(town, "qiu 101") == ["E1"]


def test_the_index_is_true_after_an_import_and_its_undo(town: Database, clock: StoppedClock) -> None:
    rows = "number,name,birth_year,phone,community_code,meal_point_code,address,lat,lon,crs\n"
    new = rows + "E1,陈样兰,1943,199-0001-0009,C1,P1,怡海社区例安里3栋504房,23.1066,113.2755,wgs84\n"
    new += "E8,解样福,1944,199-0001-0008,C1,P1,怡海社区例安里8栋801房,,,\n"
    number = imported(town, clock, *sent("elders.csv", new))
    assert (found(town, "陈样兰"), found(town, "陈样梅"), found(town, "xieyangfu")) == (["E1"], [], ["E8"])
    refuse_false_index(town)
    undo(town, number, actor=WHO, clock=clock)
    assert (found(town, "陈样兰"), found(town, "陈样梅"), found(town, "xieyangfu")) == ([], ["E1"], [])
    refuse_false_index(town)


def test_the_index_is_true_after_any_kind_of_statement(town: Database) -> None:
    elders, phones, cards = Elder.__table__, ElderPhone.__table__, ElderCard.__table__
    row = {"elder_number": "E2", "phone": "199-0008-0001", "note": "", "until_day": None}
    statements = [
        lambda s: s.execute(update(Elder).where(col(Elder.number) == "E2").values(name="查样福")),
        lambda s: s.execute(update(elders).where(elders.c.name.like("查%")).values(address="怡海社区长例路1号")),
        lambda s: s.execute(insert(phones).values(row)),
        lambda s: s.execute(insert(phones), [{**row, "phone": "199-0008-0002"}, {**row, "phone": "199-0008-0003"}]),
        lambda s: s.execute(delete(phones).where(phones.c.phone.like("199-0008-%"))),
        lambda s: s.execute(delete(cards)),
        lambda s: s.merge(Elder(**{**s.get_one(Elder, "E2").model_dump(), "door": "909"})),
    ]
    for statement in statements:
        with town.write() as session:
            statement(session)
        refuse_false_index(town)
    assert found(town, "zhayangfu 长例路") == ["E2"]


def test_a_change_that_is_undone_leaves_the_index_as_it_was(town: Database) -> None:
    def break_off() -> None:
        with town.write() as session:
            session.get_one(Elder, "E2").name = "无人样"
            session.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        break_off()
    assert found(town, "无人样") == []
    refuse_false_index(town)


def test_a_statement_that_does_not_say_whom_it_touches_is_refused(town: Database) -> None:
    phones = ElderPhone.__table__
    copied = insert(phones).from_select(
        ["elder_number", "phone", "note"], select(Elder.number, Elder.contact_phone, text("''"))
    )
    with pytest.raises(TypeError, match="whose rows"), town.write() as session:
        session.execute(copied)


NAMES = st.text(alphabet="陈单曾解吕样安乐 A1·%'\\", min_size=1, max_size=5).filter(lambda name: name.strip())
PHONES = st.text(alphabet="0123456789+-", max_size=14)
CHANGES = st.lists(
    st.tuples(st.sampled_from(["E1", "E2"]), NAMES, PHONES, st.text(alphabet="海路3号栋室 '", max_size=10)),
    min_size=1,
    max_size=4,
)


@given(changes=CHANGES)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_written_the_index_is_what_it_would_be_made_anew(
    sqlite_database: Database, changes: list[tuple[str, str, str, str]]
) -> None:
    with sqlite_database.write() as session:
        for number in ("E1", "E2"):
            if session.get(Elder, number) is None:
                session.add(Elder(number=number, name="样", birth_year=1940, phone="1", address="路"))
    for number, name, phone, address in changes:
        with sqlite_database.write() as session:
            elder = session.get_one(Elder, number)
            elder.name, elder.phone, elder.address = name, phone, address
            session.add(elder)
        refuse_false_index(sqlite_database)
        for word in name.split():
            if "%" not in word:
                assert number in found(sqlite_database, word) or word in "·'\\"


def test_two_writers_at_once_leave_a_true_index(database: Database) -> None:
    with database.write() as session:
        session.add(Elder(number="E1", name="样", birth_year=1940, phone="1", address="路"))
    other = open_database(database.engine.url.render_as_string(hide_password=False))
    with other.write() as session:
        session.add(ElderPhone(elder_number="E1", phone="199-0001-0001"))
    with database.write() as session:
        session.add(ElderCard(elder_number="E1", kind="benefit", card_number="YD-9"))
    other.engine.dispose()
    refuse_false_index(database)
    assert found(database, "yd-9 0001") == ["E1"]
