"""Exports are imports: out, into an empty database and out again gives the same bytes."""

from __future__ import annotations

import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import SQLModel, select

from service.clock import StoppedClock
from service.db import Database, open_database
from service.importing.applying import apply
from service.importing.documenting import document
from service.importing.exporting import export
from service.importing.formats import KINDS, columns
from service.importing.previewing import preview
from service.importing.reading import read_folder
from service.importing.sample import load_sample
from service.tables import Elder, MealOrder, MenuEntry, OrderState, Street
from service.texts import text
from tests.service.tiny_district import district, imported, sent

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "data" / "haizhu"


def second_database(folder: Path) -> Database:
    database = open_database(f"sqlite:///{folder / 'second.db'}")
    SQLModel.metadata.create_all(database.engine)
    return database


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def carried_over(folder: Path, clock: StoppedClock, into: Path) -> dict[str, bytes]:
    """Import an exported folder into an empty database and return what that exports as CSV."""
    database = second_database(into)
    apply(database, preview(database, read_folder(folder)), actor="somebody else", clock=clock)
    export(database, into / "again")
    database.engine.dispose()
    return contents(into / "again")


@pytest.mark.parametrize("xlsx", [False, True], ids=["csv", "xlsx"])
def test_a_district_survives_the_round_trip_byte_for_byte(
    database: Database, clock: StoppedClock, tmp_path: Path, xlsx: bool
) -> None:
    imported(database, clock, *district())
    with database.write() as session:
        order = session.exec(select(MealOrder)).one()
        order.state, order.changed_at = OrderState.CANCELLED, datetime(2026, 11, 20, 3, 0, 0, 123456, tzinfo=UTC)
        elder = session.get_one(Elder, "E1")
        elder.door_note = '=HYPERLINK("x"), 敲门\n两次'
        elder.contact_name = "'@例安"
        elder.window_start_s, elder.window_end_s = 39_661, 45_000
        elder.position_verified, elder.lat = True, 23.10661234
        session.add_all((order, elder))
    export(database, tmp_path / "csv")
    export(database, tmp_path / "first", xlsx=xlsx)
    assert carried_over(tmp_path / "first", StoppedClock(clock.now() + timedelta(days=1)), tmp_path) == contents(
        tmp_path / "csv"
    )


def test_equal_districts_give_equal_workbooks(sqlite_database: Database, clock: StoppedClock, tmp_path: Path) -> None:
    imported(sqlite_database, clock, *district())
    export(sqlite_database, tmp_path / "one", xlsx=True)
    export(sqlite_database, tmp_path / "two", xlsx=True)
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


def test_a_workbook_keeps_codes_as_text(sqlite_database: Database, clock: StoppedClock, tmp_path: Path) -> None:
    imported(sqlite_database, clock, *sent("streets.csv", "code,name,lat,lon,crs\n007,素社街道,23.1,113.2,wgs84\n"))
    [path] = export(sqlite_database, tmp_path, xlsx=True, kinds=["streets"])
    book = openpyxl.load_workbook(path)
    assert book["streets"]["A2"].value == "007"


def test_an_export_of_nothing_is_a_heading(sqlite_database: Database, tmp_path: Path) -> None:
    paths = export(sqlite_database, tmp_path)
    assert [path.stem for path in paths] == [kind.KIND for kind in KINDS if kind.KIND != "menu_cycles"]
    assert (tmp_path / "streets.csv").read_bytes() == b"code,name,lat,lon,crs\n"


TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=30).filter(
    lambda name: name == name.strip()
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(names=st.lists(TEXTS, min_size=1, max_size=5), lat=st.floats(-90, 90), lon=st.floats(-180, 180))
def test_any_name_and_place_survive_the_round_trip(
    sqlite_template: Path, tmp_path: Path, names: list[str], lat: float, lon: float
) -> None:
    folder = tmp_path / "any"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    shutil.copy(sqlite_template, folder / "first.db")
    database = open_database(f"sqlite:///{folder / 'first.db'}")
    with database.write() as session:
        for i, name in enumerate(names):
            session.add(Street(code=f"S{i}", name=name, lat=round(lat, 7), lon=round(lon, 7)))
    export(database, folder / "out")
    database.engine.dispose()
    clock = StoppedClock(datetime(2026, 11, 20, tzinfo=UTC))
    assert carried_over(folder / "out", clock, folder)["streets.csv"] == (folder / "out" / "streets.csv").read_bytes()


def test_the_sample_district_is_loaded_with_menus_around_today(
    database: Database, clock: StoppedClock, tmp_path: Path
) -> None:
    load_sample(database, SAMPLE, clock=clock, days=15)
    with database.read() as session:
        days = set(session.exec(select(MenuEntry.service_day)))
    assert (min(days), max(days)) == (date(2026, 11, 6), date(2026, 11, 20))
    export(database, tmp_path)
    same = (
        "streets",
        "communities",
        "kitchens",
        "kitchen_meals",
        "dishes",
        "meal_points",
        "vans",
        "couriers",
        "elders",
    )
    for name in (*same, "standing_orders"):
        assert (tmp_path / f"{name}.csv").read_bytes() == (SAMPLE / f"{name}.csv").read_bytes()


def test_the_document_of_the_formats_is_current() -> None:
    assert (ROOT / "docs" / "import-formats.md").read_text(encoding="utf-8") == document()


def test_every_column_has_an_example_that_its_type_accepts() -> None:
    for kind in KINDS:
        for column in columns(kind).values():
            assert column.type.write(column.type.read(column.example)) == column.example


def test_no_two_headings_of_a_kind_are_the_same() -> None:
    for kind in KINDS:
        for language in ("zh", "en"):
            headings = [text(language, f"import.heading.{name}").lower() for name in columns(kind)]
            assert len(set(headings)) == len(headings)


def test_no_two_words_of_a_column_have_the_same_name() -> None:
    for kind in KINDS:
        for column in columns(kind).values():
            for language in ("zh", "en"):
                names = {text(language, f"import.word.{word}") for word in column.type.words}
                assert len(names) == len(column.type.words)
