"""What is noted about people comes in as files: previewed, told line by line, undone as a whole."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from sqlmodel import select

from service.clock import StoppedClock
from service.db import Database
from service.errors import ConflictError
from service.importing.applying import apply
from service.importing.checking import check
from service.importing.exporting import export
from service.importing.formats import KIND_BY_NAME
from service.importing.previewing import preview
from service.importing.reading import SourceFile, read_bytes, read_folder
from service.importing.undoing import undo
from service.importing.writing import write_xlsx
from service.people import get_record, merge, withdraw_change
from service.tables import (
    SINCE_EVER,
    Elder,
    ElderCard,
    ElderClass,
    ElderConsent,
    ElderContact,
    ElderPlace,
    ElderState,
    ElderStateChange,
)
from tests.service.tiny_district import sent

PEOPLE = {
    "phones.csv": "elder_number,phone,note\nE1,020-5550-2001,座机\n",
    "contacts.csv": (
        "elder_number,name,phone,roles,call_order\nE1,李样安（邻居）,199-0002-0002,钥匙保管人 emergency,3\n"
        "E1,王样兰（女儿）,199-0002-0003,family,2\n"
    ),
    "户籍与居住地.csv": (
        "长者编号,种类,城市,区县,街镇,居住方式,开始日,凭证\nE1,户籍,广州市,海珠区,素社街道,,2001-05-01,户口簿\n"
        "E1,居住地,440100,440105,S1,居家,,\n"
    ),
    "status_classes.csv": (
        "elder_number,status_class,from_day,until_day,proof\nE1,低保户,2026-01-01,2026-12-31,低保证 样例-1\n"
        "E2,重度残疾,,,\n"
    ),
    "care_levels.csv": "elder_number,level,from_day\nE1,2,2025-03-01\nE1,4,2026-03-01\n",
    "cards.csv": "elder_number,kind,card_number,valid_until\nE1,优待卡,SAMPLE-B-1,2027-04-07\n",
    "absences.csv": "elder_number,from_day,until_day,reason\nE1,2026-12-01,2026-12-10,住院\n",
    "risks.csv": "elder_number,risk\nE1,falls\n",
    "consents.csv": (
        "elder_number,purpose,given_at,agreed,text_version\nE1,photos,2026-11-20T10:15:00+08:00,是,2026-01\n"
    ),
    "state_changes.csv": "elder_number,to_state,from_day,reason\nE2,已故,2026-11-18,殡葬名单\n",
}


def read(name: str, content: str | None = None) -> tuple[SourceFile, ...]:
    return read_bytes(name, (PEOPLE[name] if content is None else content).encode())


def bring(database: Database, clock: StoppedClock, *files: SourceFile) -> int:
    return apply(database, preview(database, files), actor="district", clock=clock)


@pytest.fixture
def district(database: Database, clock: StoppedClock) -> Database:
    """One street with two elders, E1 and E2."""
    places = ("streets.csv", "communities.csv", "kitchens.csv", "meal_points.csv", "elders.csv")
    bring(database, clock, *(file for name in places for file in sent(name)))
    return database


def everything() -> tuple[SourceFile, ...]:
    return tuple(file for name in PEOPLE for file in read(name))


def dump(database: Database, folder: Path) -> dict[str, bytes]:
    export(database, folder)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_everything_about_people_comes_in_under_chinese_and_english_names(
    district: Database, clock: StoppedClock
) -> None:
    bring(district, clock, *everything())
    today = date(2026, 11, 20)
    with district.read() as session:
        record = get_record(session, "E1")
        assert record.phones_on(today) == ("199-0001-0001", "020-5550-2001")
        assert [(one.name, one.roles) for one in record.contacts_on(today)] == [
            ("王样兰（女儿）", ("family",)),
            ("李样安（邻居）", ("emergency", "key_holder")),
        ]
        assert [one.name for one in record.contacts_on(today, "key_holder")] == ["李样安（邻居）"]
        assert record.classes_on(today) == {"dibao"}
        assert record.classes_on(date(2027, 1, 1)) == set()
        assert (record.care_level_on(date(2026, 2, 28)), record.care_level_on(today)) == (2, 4)
        assert record.risks_on(today) == ("falls",)
        assert record.agreed_on(today) == {"photos"}
        assert record.absence_on(date(2026, 12, 10)) is not None
        assert record.absence_on(date(2026, 12, 11)) is None
        assert session.exec(select(ElderPlace).where(ElderPlace.kind == "residence")).one().from_day == SINCE_EVER
        assert session.exec(select(ElderClass).where(ElderClass.elder_number == "E2")).one().status_class == (
            "severe_disability"
        )
        assert session.exec(select(ElderCard)).one().kind == "benefit"


def test_a_list_of_the_deceased_takes_effect_at_once_and_its_undo_gives_the_state_back(
    district: Database, clock: StoppedClock
) -> None:
    number = bring(district, clock, *read("state_changes.csv"))
    with district.read() as session:
        assert session.get_one(Elder, "E2").state == ElderState.DECEASED
        change = session.exec(select(ElderStateChange)).one()
        assert (change.asked_by, change.applied_at, change.state_before) == ("district", clock.now(), "active")
    undo(district, number, actor="district", clock=clock)
    with district.read() as session:
        assert session.get_one(Elder, "E2").state == ElderState.ACTIVE
        assert session.exec(select(ElderStateChange)).first() is None


def test_a_corrected_list_takes_the_wrong_state_back_first(district: Database, clock: StoppedClock) -> None:
    bring(district, clock, *read("state_changes.csv"))
    number = bring(district, clock, *read("state_changes.csv", PEOPLE["state_changes.csv"].replace("已故", "暂停")))
    with district.read() as session:
        assert session.get_one(Elder, "E2").state == ElderState.PAUSED
    undo(district, number, actor="district", clock=clock)
    with district.read() as session:
        change = session.exec(select(ElderStateChange)).one()
        assert (change.to_state, session.get_one(Elder, "E2").state) == ("deceased", "active")


def test_a_death_that_a_person_has_withdrawn_does_not_come_back_with_the_next_list(
    district: Database, clock: StoppedClock
) -> None:
    bring(district, clock, *read("state_changes.csv"))
    withdraw_change(district, "E2", date(2026, 11, 18), by="desk", clock=clock)
    found = preview(district, read("state_changes.csv"))
    assert (found.changes, found.unchanged) == ((), {"state_changes": 1})
    with district.read() as session:
        assert session.get_one(Elder, "E2").state == ElderState.ACTIVE


@pytest.mark.parametrize("xlsx", [False, True], ids=["csv", "xlsx"])
def test_everything_about_people_survives_the_round_trip(
    district: Database, sqlite_database: Database, clock: StoppedClock, tmp_path: Path, xlsx: bool
) -> None:
    bring(district, clock, *everything())
    before = dump(district, tmp_path / "csv")
    export(district, tmp_path / "out", xlsx=xlsx)
    if district.engine.url != sqlite_database.engine.url:
        files = [file for file in read_folder(tmp_path / "out") if file.table is not None and file.table.lines]
        bring(sqlite_database, clock, *files)
        assert dump(sqlite_database, tmp_path / "again") == before


def test_an_import_of_people_is_undone_as_a_whole(district: Database, clock: StoppedClock, tmp_path: Path) -> None:
    before = dump(district, tmp_path / "before")
    number = bring(district, clock, *everything())
    assert dump(district, tmp_path / "after") != before
    undo(district, number, actor="district", clock=clock)
    assert dump(district, tmp_path / "undone") == before


def test_an_elder_of_whom_something_is_noted_keeps_the_import_from_being_undone(
    database: Database, clock: StoppedClock
) -> None:
    number = bring(
        database, clock, *sent("elders.csv", "number,name,birth_year,phone,address\nE1,陈样梅,1943,1-2-3,x\n")
    )
    bring(database, clock, *read("risks.csv"))
    with pytest.raises(ConflictError):
        undo(database, number, actor="district", clock=clock)


BAD = [
    ("contacts.csv", "call_order", "1"),
    ("contacts.csv", "roles", "neighbour"),
    ("户籍与居住地.csv", "种类", "籍贯"),
    ("户籍与居住地.csv", "开始日", "2026-02-30"),
    ("status_classes.csv", "status_class", "富裕"),
    ("care_levels.csv", "level", "6"),
    ("cards.csv", "kind", "身份证"),
    ("absences.csv", "reason", "不详"),
    ("risks.csv", "risk", "ghost"),
    ("consents.csv", "agreed", "也许"),
    ("consents.csv", "given_at", "2026-11-20 10:15"),
    ("state_changes.csv", "to_state", "fine"),
]


@pytest.mark.parametrize(("name", "column", "cell"), BAD)
def test_a_bad_cell_is_told_with_line_and_column_in_both_languages(name: str, column: str, cell: str) -> None:
    rows = [row.split(",") for row in PEOPLE[name].splitlines()]
    at = rows[0].index(column)
    rows[1][at] = cell
    [file] = read(name, "\n".join(",".join(row) for row in rows))
    assert file.table is not None
    [finding] = check(file.table).findings
    assert (finding.line, finding.column) == (2, file.table.columns[at])
    assert all(cell.split(" ")[0] in finding.say(language) for language in ("zh", "en"))
    assert finding.say("zh") != finding.say("en")


@pytest.mark.parametrize(
    ("name", "row", "column", "key"),
    [
        ("elders.csv", "number,name,phone,address\nE9,陈样梅,1-2-3,x", "birth_date", "import.expected_either"),
        (
            "elders.csv",
            "number,name,phone,address,birth_year,birth_date\nE9,陈样梅,1-2-3,x,1943,1944-01-01",
            "birth_year",
            "import.expected_same_year",
        ),
        (
            "elder_places.csv",
            "elder_number,kind,city,street\nE1,hukou,广州市,素社街道",
            "district",
            "import.expected_with",
        ),
        (
            "absences.csv",
            "elder_number,from_day,until_day\nE1,2026-12-10,2026-12-01",
            "until_day",
            "import.expected_after",
        ),
    ],
)
def test_cells_that_do_not_fit_together_are_told(name: str, row: str, column: str, key: str) -> None:
    [file] = read_bytes(name, row.encode())
    assert file.table is not None
    [finding] = check(file.table).findings
    assert (finding.line, finding.column, finding.key) == (2, column, key)
    assert "{" not in finding.say("zh") + finding.say("en")


def test_a_line_about_somebody_unknown_is_refused(district: Database) -> None:
    found = preview(district, read("risks.csv", "elder_number,risk\nE77,falls\n"))
    assert [(one.line, one.column, one.key) for one in found.refused] == [
        (2, "elder_number", "import.error.unknown_reference")
    ]


def test_a_birth_date_brings_its_year_and_a_list_without_it_takes_nothing_away(
    district: Database, clock: StoppedClock
) -> None:
    head = "number,name,phone,address"
    bring(district, clock, *sent("elders.csv", f"{head},birth_date\nE1,陈样梅,199-0001-0001,x,1943-05-17\n"))
    bring(district, clock, *sent("elders.csv", f"{head},birth_year\nE1,陈样梅,199-0001-0009,x,1943\n"))
    with district.read() as session:
        elder = session.get_one(Elder, "E1")
        assert (elder.birth_year, elder.birth_date, elder.phone) == (1943, date(1943, 5, 17), "199-0001-0009")


def test_a_merged_record_is_not_brought_back_by_a_list(district: Database, clock: StoppedClock) -> None:
    merge(district, keep="E1", double="E2", by="desk", clock=clock)
    row = "number,name,birth_year,phone,address,state\nE2,黄例宁,1950,1-2-3,x,active\n"
    found = preview(district, sent("elders.csv", row))
    assert [note.key for note in found.notes] == ["import.note.merged"]
    bring(district, clock, *sent("elders.csv", row))
    with district.read() as session:
        elder = session.get_one(Elder, "E2")
        assert (elder.state, elder.merged_into, elder.name) == (ElderState.STOPPED, "E1", "黄例宁")


def test_contacts_and_consents_are_told_apart_by_person_and_by_moment(district: Database, clock: StoppedClock) -> None:
    bring(district, clock, *read("contacts.csv"), *read("consents.csv"))
    bring(
        district,
        clock,
        *read("contacts.csv", "elder_number,name,phone,until_day\nE1,李样安（邻居）,199-0002-0002,2026-11-01\n"),
        *read("consents.csv", PEOPLE["consents.csv"].replace("11-20T10:15", "11-21T10:15").replace("是", "否")),
    )
    with district.read() as session:
        assert len(session.exec(select(ElderContact)).all()) == 2
        assert len(session.exec(select(ElderConsent)).all()) == 2
        record = get_record(session, "E1")
        assert [one.name for one in record.contacts_on(date(2026, 11, 20))] == ["王样兰（女儿）"]
        assert record.agreed_on(date(2026, 11, 20)) == {"photos"}
        assert record.agreed_on(date(2026, 11, 21)) == set()


def test_a_workbook_of_classes_is_read_as_the_file_is(district: Database, clock: StoppedClock, tmp_path: Path) -> None:
    bring(district, clock, *read("status_classes.csv"))
    with district.read() as session:
        rows = [row.model_dump() for row in session.exec(select(ElderClass))]
    path = write_xlsx(KIND_BY_NAME["status_classes"], rows, tmp_path)
    found = preview(district, read_bytes(path.name, path.read_bytes()))
    assert (found.refused, found.changes, found.unchanged) == ((), (), {"status_classes": 2})


def test_a_preview_points_out_who_is_there_already_under_another_number(
    district: Database, clock: StoppedClock
) -> None:
    head = "number,name,phone,address,birth_date"
    bring(district, clock, *sent("elders.csv", f"{head}\nE7,陈样梅,1-2-3,x,1943-05-17\n"), *read("cards.csv"))
    found = preview(
        district,
        (
            *sent("elders.csv", f"{head}\nE8,陈样 梅,1-2-4,y,1943-05-17\nE9,陈样梅,1-2-4,y,1943-05-18\n"),
            *read("cards.csv", PEOPLE["cards.csv"].replace("E1", "E8")),
        ),
    )
    assert [(note.line, note.column, note.values["other"]) for note in found.notes] == [
        (2, "name", "E7"),
        (2, "card_number", "E1"),
    ]
    assert found.refused == ()
