"""Previews: every bad cell is told with its line and column, and what would be done is counted and changes nothing."""

from __future__ import annotations

from datetime import date

import pytest
from sqlmodel import select

from routing.coordinates import Crs, from_wgs84
from routing.places import Place
from service.clock import StoppedClock
from service.db import Database
from service.importing.checking import check
from service.importing.previewing import preview
from service.tables import Elder, MealDay, MealState, MenuEntry, Street
from tests.service.tiny_district import FILES, MONDAY, district, imported, previewed, sent

ELDERS = FILES["elders.csv"].splitlines()


def with_cell(name: str, line: int, column: str, cell: str) -> str:
    """Return a file of the district with one cell changed (line 2 is the first row), the column added if need be."""
    rows = [row.split(",") for row in FILES[name].splitlines()]
    if column not in rows[0]:
        rows = [[*row, column if i == 0 else ""] for i, row in enumerate(rows)]
    rows[line - 1][rows[0].index(column)] = cell
    return "\n".join(",".join(row) for row in rows) + "\n"


BAD_CELLS = [
    ("streets.csv", "code", "S 1"),
    ("streets.csv", "code", "-" * 41),
    ("streets.csv", "name", "长" * 501),
    ("streets.csv", "lat", "90.001"),
    ("streets.csv", "lat", "nan"),
    ("streets.csv", "lat", "23°6'"),
    ("streets.csv", "lon", "-180.5"),
    ("streets.csv", "lon", "1e2"),
    ("streets.csv", "crs", "utm"),
    ("kitchens.csv", "mode", "kitchen"),
    ("kitchens.csv", "phone", "call me"),
    ("kitchens.csv", "active", "perhaps"),
    ("kitchen_meals.csv", "meal", "supper"),
    ("kitchen_meals.csv", "capacity_meals", "-1"),
    ("kitchen_meals.csv", "meals_per_hour", "0"),
    ("kitchen_meals.csv", "cooking_start", "9"),
    ("kitchen_meals.csv", "cooking_start", "48:01"),
    ("kitchen_meals.csv", "cooking_start", "09:60"),
    ("dishes.csv", "price_fen", "13.00"),
    ("dishes.csv", "contains", "pork stones"),
    ("dishes.csv", "textures", "hard"),
    ("dishes.csv", "keeps", "low_everything"),
    ("meal_points.csv", "handling_s", "7201"),
    ("couriers.csv", "max_trips", "0"),
    ("elders.csv", "birth_year", "43"),
    ("elders.csv", "state", "alive"),
    ("elders.csv", "floor", "121"),
    ("elders.csv", "texture", "soft minced"),
    ("menu_cycles.csv", "week", "9"),
    ("menu_cycles.csv", "weekday", "0"),
    ("menu_cycles.csv", "rank", "0"),
    ("standing_orders.csv", "weekdays", "12344"),
    ("standing_orders.csv", "weekdays", "0"),
    ("standing_orders.csv", "fulfilment", "drone"),
    ("standing_orders.csv", "from_day", "01.02.2026"),
    ("standing_orders.csv", "from_day", "2026-02-30"),
    ("orders.csv", "source", "dream"),
    ("orders.csv", "state", "eaten"),
    ("orders.csv", "placed_at", "2026-11-20 10:00"),
]


@pytest.mark.parametrize(("name", "column", "cell"), BAD_CELLS)
def test_a_bad_cell_is_told_with_line_column_and_what_came(name: str, column: str, cell: str) -> None:
    [file] = sent(name, with_cell(name, 2, column, cell))
    assert file.table is not None
    checked = check(file.table)
    [finding] = checked.findings
    assert (finding.file, finding.line, finding.column) == (name, 2, column)
    for language in ("zh", "en"):
        said = finding.say(language)
        assert cell[:20].split(" ")[-1] in said
        assert "{" not in said
    assert finding.say("zh") != finding.say("en")


@pytest.mark.parametrize("name", FILES)
def test_an_empty_cell_in_a_needed_column_is_told(name: str) -> None:
    [file] = sent(name, with_cell(name, 2, FILES[name].split(",", 1)[0], ""))
    assert file.table is not None
    [finding] = check(file.table).findings
    assert (finding.key, finding.line, finding.column) == ("import.error.empty_cell", 2, FILES[name].split(",", 1)[0])


@pytest.mark.parametrize(
    ("name", "content", "line", "column", "key"),
    [
        ("streets.csv", FILES["streets.csv"] + "S1,again,23,113,wgs84\n", 3, "code", "import.error.twice"),
        ("streets.csv", FILES["streets.csv"] + "S2,x,23,113\n", 3, None, "import.error.cells"),
        ("streets.csv", FILES["streets.csv"] + "S2,x,23,113,wgs84,more\n", 3, None, "import.error.cells"),
        (
            "kitchen_meals.csv",
            with_cell("kitchen_meals.csv", 2, "cooking_end", "08:00"),
            2,
            "cooking_end",
            "import.expected_after",
        ),
        (
            "standing_orders.csv",
            with_cell("standing_orders.csv", 2, "until_day", "2025-01-01"),
            2,
            "until_day",
            "import.expected_after",
        ),
        ("elders.csv", with_cell("elders.csv", 2, "lon", ""), 2, "lon", "import.expected_with"),
        ("elders.csv", with_cell("elders.csv", 3, "lon", "113.2"), 3, "lat", "import.expected_with"),
        ("elders.csv", with_cell("elders.csv", 2, "window_end", "12:00"), 2, "window_start", "import.expected_with"),
        (
            "meal_points.csv",
            with_cell("meal_points.csv", 2, "kitchen_code", ""),
            2,
            "kitchen_code",
            "import.expected_with",
        ),
    ],
    ids=[
        "twice",
        "few cells",
        "many cells",
        "times",
        "days",
        "half a place",
        "other half",
        "half a window",
        "no kitchen",
    ],
)
def test_a_line_that_contradicts_itself_or_another_is_told(
    name: str, content: str, line: int, column: str | None, key: str
) -> None:
    [file] = sent(name, content)
    assert file.table is not None
    [finding] = check(file.table).findings
    assert (finding.line, finding.column, finding.key) == (line, column, key)
    assert finding.say("zh") != finding.say("en")


def test_every_bad_cell_of_a_line_is_told_at_once() -> None:
    [file] = sent("streets.csv", "code,name,lat,lon,crs\n,,99,999,x\n")
    assert file.table is not None
    assert [finding.column for finding in check(file.table).findings] == ["code", "name", "lat", "lon", "crs"]


def test_words_may_be_written_in_chinese() -> None:
    content = "code,name,price_fen,contains,textures,keeps\nA1,x,1300,猪肉、大豆，egg,软食 普通,低盐\n"
    [file] = sent("dishes.csv", content.replace("猪肉、大豆，egg", '"猪肉、大豆,egg"'))
    assert file.table is not None
    checked = check(file.table)
    assert checked.findings == ()
    assert checked.rows[0].row.model_dump(include={"contains", "textures", "keeps"}) == {
        "contains": "pork egg soy",
        "textures": "regular soft",
        "keeps": "low_salt",
    }


def test_a_whole_district_into_an_empty_database_is_all_new(database: Database) -> None:
    found = previewed(database, *district())
    assert found.refused == ()
    assert found.changed == {}
    assert found.added == {
        **dict.fromkeys(("streets", "communities", "kitchens", "kitchen_meals", "meal_points", "vans", "couriers"), 1),
        "dishes": 2,
        "elders": 2,
        "menu_cycles": 2,
        "standing_orders": 1,
        "orders": 1,
    }
    with database.read() as session:
        assert session.exec(select(Street)).all() == []


def test_the_same_files_again_change_nothing(database: Database, clock: StoppedClock) -> None:
    imported(database, clock, *district())
    again = previewed(database, *district())
    assert (again.added, again.changed, again.refused, again.notes) == ({}, {}, (), ())
    assert again.unchanged["elders"] == 2


def test_one_changed_cell_is_one_changed_row(database: Database, clock: StoppedClock) -> None:
    imported(database, clock, *district())
    found = previewed(database, *sent("elders.csv", with_cell("elders.csv", 3, "name", "黄例宁")))
    assert (found.added, found.changed, found.unchanged) == ({}, {"elders": 1}, {"elders": 1})
    [change] = found.changes
    assert change.before is not None
    assert change.after is not None
    assert (change.line, change.before["name"], change.after["name"]) == (3, "黄例安", "黄例宁")


def test_a_column_that_is_not_in_the_file_stays_as_it_is(database: Database, clock: StoppedClock) -> None:
    imported(database, clock, *district(elders=with_cell("elders.csv", 2, "door_note", "敲门声音要大")))
    imported(database, clock, *sent("elders.csv", with_cell("elders.csv", 2, "name", "陈样兰")))
    with database.read() as session:
        elder = session.get_one(Elder, "E1")
        assert (elder.name, elder.door_note) == ("陈样兰", "敲门声音要大")


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("communities", "street_code"),
        ("kitchen_meals", "kitchen_code"),
        ("meal_points", "community_code"),
        ("meal_points", "kitchen_code"),
        ("vans", "kitchen_code"),
        ("couriers", "meal_point_code"),
        ("elders", "community_code"),
        ("elders", "meal_point_code"),
        ("menu_cycles", "dish_code"),
        ("standing_orders", "elder_number"),
        ("orders", "dish_code"),
    ],
)
def test_a_reference_that_leads_nowhere_is_told(sqlite_database: Database, name: str, column: str) -> None:
    bad = with_cell(f"{name}.csv", 2, column, "NOWHERE")
    found = previewed(sqlite_database, *district(**{name: bad}))
    first = found.refused[0]
    assert (first.file, first.line, first.column) == (f"{name}.csv", 2, column)
    assert first.key == "import.error.unknown_reference"
    assert "NOWHERE" in first.say("zh")


def test_whoever_refers_to_a_refused_row_is_refused_as_well(sqlite_database: Database) -> None:
    found = previewed(sqlite_database, *district(kitchens=with_cell("kitchens.csv", 2, "lat", "123")))
    assert [(finding.file, finding.column) for finding in found.refused] == [
        ("kitchens.csv", "lat"),
        ("kitchen_meals.csv", "kitchen_code"),
        ("meal_points.csv", "kitchen_code"),
        ("vans.csv", "kitchen_code"),
        ("couriers.csv", "meal_point_code"),
        ("elders.csv", "meal_point_code"),
        ("elders.csv", "meal_point_code"),
        ("menu_cycles.csv", "kitchen_code"),
        ("menu_cycles.csv", "kitchen_code"),
        ("standing_orders.csv", "elder_number"),
        ("orders.csv", "elder_number"),
    ]


@pytest.mark.parametrize("crs", [Crs.GCJ02, Crs.BD09])
def test_positions_in_other_systems_become_wgs84(database: Database, clock: StoppedClock, crs: Crs) -> None:
    lat, lon = from_wgs84(Place(23.1066, 113.2755), crs)
    elders = FILES["elders.csv"].replace("23.1066,113.2755,wgs84", f"{lat:.9f},{lon:.9f},{crs.name.lower()}")
    imported(database, clock, *district(elders=elders))
    with database.read() as session:
        elder = session.get_one(Elder, "E1")
        assert elder.lat == pytest.approx(23.1066, abs=1e-6)
        assert elder.lon == pytest.approx(113.2755, abs=1e-6)
        assert elder.given_crs == crs.name.lower()
    assert previewed(database, *district(elders=elders)).changed == {}


def test_a_verified_position_is_kept_and_said_so(database: Database, clock: StoppedClock) -> None:
    imported(database, clock, *district(elders=with_cell("elders.csv", 2, "position_verified", "yes")))
    elsewhere = FILES["elders.csv"].replace("23.1066,113.2755", "23.2,113.3").replace("陈样梅", "陈样兰")
    found = previewed(database, *sent("elders.csv", elsewhere))
    assert [note.key for note in found.notes] == ["import.note.verified_kept"]
    imported(database, clock, *sent("elders.csv", elsewhere))
    with database.read() as session:
        elder = session.get_one(Elder, "E1")
        assert (elder.name, elder.lat, elder.lon, elder.position_verified) == ("陈样兰", 23.1066, 113.2755, True)


def test_a_verified_position_at_a_new_address_is_pointed_out(sqlite_database: Database, clock: StoppedClock) -> None:
    imported(sqlite_database, clock, *district(elders=with_cell("elders.csv", 2, "position_verified", "yes")))
    found = previewed(sqlite_database, *sent("elders.csv", with_cell("elders.csv", 2, "address", "别处9号")))
    assert [note.key for note in found.notes] == ["import.note.verified_moved"]
    after = found.changes[0].after
    assert after is not None
    assert after["lat"] == 23.1066


@pytest.mark.parametrize(("address", "lat"), [("怡海社区例安里3栋504房", 23.1066), ("怡海社区例安里9栋101房", None)])
def test_an_empty_position_takes_a_known_one_only_from_a_changed_address(
    sqlite_database: Database, clock: StoppedClock, address: str, lat: float | None
) -> None:
    imported(sqlite_database, clock, *district())
    row = f"E1,陈样兰,1943,199-0001-0001,C1,P1,{address},,,"
    imported(sqlite_database, clock, *sent("elders.csv", f"{ELDERS[0]}\n{row}\n"))
    with sqlite_database.read() as session:
        elder = session.get_one(Elder, "E1")
        assert (elder.name, elder.lat) == ("陈样兰", lat)


def test_a_menu_cycle_needs_days(sqlite_database: Database) -> None:
    found = preview(sqlite_database, district())
    assert [(finding.file, finding.key) for finding in found.refused] == [
        ("menu_cycles.csv", "import.error.cycle_days")
    ]
    assert not found.may_skip


def test_a_cycle_is_laid_over_the_calendar(sqlite_database: Database) -> None:
    cycle = (
        "kitchen_code,week,weekday,meal,rank,dish_code\nK1,1,1,lunch,1,A01\nK1,2,1,lunch,1,C01\nK1,2,7,lunch,1,A01\n"
    )
    found = preview(sqlite_database, district(menu_cycles=cycle), from_day=date(2024, 1, 1), days=28)
    menus = [change for change in found.changes if change.kind.KIND == "menu_cycles"]
    assert [change.line for change in menus] == [2, 3, 4, 2, 3, 4]
    assert [(c.after["service_day"].isoformat(), c.after["dish_code"]) for c in menus if c.after] == [
        ("2024-01-01", "A01"),
        ("2024-01-08", "C01"),
        ("2024-01-14", "A01"),
        ("2024-01-15", "A01"),
        ("2024-01-22", "C01"),
        ("2024-01-28", "A01"),
    ]


def test_a_dated_menu_takes_the_place_of_the_cycle(sqlite_database: Database) -> None:
    menus = sent("menus.csv", f"kitchen_code,service_day,meal,rank,dish_code\nK1,{MONDAY},lunch,1,C01\n")
    found = previewed(sqlite_database, *district(), *menus)
    assert found.refused == ()
    assert [c.after["dish_code"] for c in found.changes if c.after and "rank" in c.after] == ["C01"]


def test_a_shorter_menu_takes_the_place_of_a_longer_one(sqlite_database: Database, clock: StoppedClock) -> None:
    imported(sqlite_database, clock, *district())
    menus = sent("menus.csv", f"kitchen_code,service_day,meal,rank,dish_code\nK1,{MONDAY},lunch,1,C01\n")
    found = previewed(sqlite_database, *menus)
    assert (found.added, found.changed, found.removed) == ({}, {"menus": 1}, {"menus": 1})
    imported(sqlite_database, clock, *menus)
    with sqlite_database.read() as session:
        assert [entry.dish_code for entry in session.exec(select(MenuEntry))] == ["C01"]


def test_an_order_of_an_elder_who_is_not_in_service_is_pointed_out(sqlite_database: Database) -> None:
    found = previewed(sqlite_database, *district(elders=with_cell("elders.csv", 3, "state", "paused")))
    [note] = found.notes
    assert (note.file, note.line, note.column) == ("orders.csv", 2, "elder_number")
    assert "E2" in note.say("en")
    assert "paused" in note.say("en")


def test_orders_of_a_closed_meal_are_refused(database: Database, clock: StoppedClock) -> None:
    imported(database, clock, *district())
    with database.write() as session:
        session.merge(MealDay(service_day=MONDAY, meal="lunch", state=MealState.CLOSED))
    assert previewed(database, *sent("orders.csv")).refused == ()
    changed = with_cell("orders.csv", 2, "fulfilment", "pick_up")
    [finding] = previewed(database, *sent("orders.csv", changed)).refused
    assert (finding.key, finding.line, finding.column) == ("import.error.meal_closed", 2, "service_day")
    assert "午餐" in finding.say("zh")
