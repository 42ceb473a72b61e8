"""Applying and undoing imports: all or nothing, every row as it was before, nothing taken from under anybody's feet."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from sqlmodel import Session, col, select

from service.clock import StoppedClock
from service.db import Database
from service.errors import ConflictError, InvalidError, NotFoundError
from service.importing.applying import apply
from service.importing.undoing import undo
from service.tables import (
    AddressTask,
    AuditEntry,
    Dish,
    Elder,
    ImportChange,
    ImportRun,
    ImportState,
    MealDay,
    MealOrder,
    MealState,
    MenuEntry,
    StandingOrder,
    Street,
    Van,
)
from tests.service.tiny_district import FILES, MONDAY, district, imported, previewed, sent

BAD_STREETS = FILES["streets.csv"] + "S2,江南中街道,99,113.266,wgs84\nS3,龙凤街道,23.1,113.25,wgs84\n"


def count(database: Database, table: type) -> int:
    with database.read() as session:
        return len(session.exec(select(table)).all())


def change(database: Database, act: Callable[[Session], object]) -> None:
    with database.write() as session:
        act(session)


def test_a_district_is_there_after_its_import(database: Database, clock: StoppedClock) -> None:
    number = imported(database, clock, *district())
    with database.read() as session:
        elder = session.get_one(Elder, "E1")
        assert (elder.name, elder.lat, elder.floor, elder.texture) == ("陈样梅", 23.1066, 1, "regular")
        assert session.get_one(Elder, "E2").lat is None
        assert session.get_one(Van, "V1").shift_start_s == 9 * 3600 + 1800
        assert session.get_one(Dish, "C01").textures == "regular"
        order = session.exec(select(MealOrder)).one()
        assert (order.source, order.placed_by, order.placed_at) == ("bulk", "district", clock.now())
        assert len(session.exec(select(MenuEntry).where(MenuEntry.service_day == MONDAY)).all()) == 2
        run = session.get_one(ImportRun, number)
        assert (run.state, run.applied_by, run.applied_at) == (ImportState.APPLIED, "district", clock.now())
        entry = session.exec(select(AuditEntry)).one()
        assert (entry.actor, entry.action, entry.subject) == ("district", "import", str(number))


def test_every_added_row_is_kept_for_undoing(database: Database, clock: StoppedClock) -> None:
    imported(database, clock, *district())
    with database.read() as session:
        changes = session.exec(select(ImportChange)).all()
        assert len(changes) == 15
        assert all(one.before is None for one in changes)


def test_one_bad_line_stops_everything(database: Database, clock: StoppedClock) -> None:
    found = previewed(database, *sent("streets.csv", BAD_STREETS))
    with pytest.raises(InvalidError) as refusal:
        apply(database, found, actor="district", clock=clock)
    assert "streets.csv:3" in refusal.value.say("zh")
    assert "streets.csv:3" in refusal.value.say("en")
    assert count(database, Street) == count(database, ImportRun) == 0


def test_bad_lines_may_be_left_out(database: Database, clock: StoppedClock) -> None:
    apply(database, previewed(database, *sent("streets.csv", BAD_STREETS)), actor="d", clock=clock, skip_bad=True)
    with database.read() as session:
        assert [street.code for street in session.exec(select(Street).order_by(Street.code))] == ["S1", "S3"]


def test_a_bad_file_cannot_be_left_out(sqlite_database: Database, clock: StoppedClock) -> None:
    files = (*sent("streets.csv"), *sent("dishes.csv", "code,name\n"))
    with pytest.raises(InvalidError):
        apply(sqlite_database, previewed(sqlite_database, *files), actor="d", clock=clock, skip_bad=True)
    assert count(sqlite_database, Street) == 0


def test_an_import_that_would_do_nothing_is_refused(sqlite_database: Database, clock: StoppedClock) -> None:
    imported(sqlite_database, clock, *sent("streets.csv"))
    with pytest.raises(InvalidError, match="nothing was imported"):
        imported(sqlite_database, clock, *sent("streets.csv"))


def test_a_preview_that_is_no_longer_true_is_refused(database: Database, clock: StoppedClock) -> None:
    imported(database, clock, *sent("streets.csv"))
    found = previewed(database, *sent("streets.csv", FILES["streets.csv"].replace("素社", "江南中")))
    change(database, lambda session: session.add(session.get_one(Street, "S1").sqlmodel_update({"lat": 23.2})))
    with pytest.raises(ConflictError, match="changed since the preview"):
        apply(database, found, actor="d", clock=clock)
    with database.read() as session:
        assert session.get_one(Street, "S1").name == "素社街道"


def test_a_changed_order_says_when_it_was_changed_and_keeps_who_placed_it(
    database: Database, clock: StoppedClock
) -> None:
    imported(database, clock, *district())
    placed_at = clock.now()
    clock.advance(600)
    imported(database, clock, *sent("orders.csv", FILES["orders.csv"].replace("dine_in", "home")))
    with database.read() as session:
        order = session.exec(select(MealOrder)).one()
        assert (order.fulfilment, order.placed_at, order.changed_at) == ("home", placed_at, clock.now())


def test_undoing_the_first_import_leaves_an_empty_database(database: Database, clock: StoppedClock) -> None:
    number = imported(database, clock, *district())
    undo(database, number, actor="district", clock=clock)
    for table in (Street, Elder, Dish, MenuEntry, StandingOrder, MealOrder, Van):
        assert count(database, table) == 0
    with database.read() as session:
        run = session.get_one(ImportRun, number)
        assert (run.state, run.undone_at) == (ImportState.UNDONE, clock.now())
        assert [entry.action for entry in session.exec(select(AuditEntry).order_by(col(AuditEntry.id)))] == [
            "import",
            "undo_import",
        ]


def test_undoing_a_change_brings_the_rows_back_as_they_were(database: Database, clock: StoppedClock) -> None:
    imported(database, clock, *district())
    with database.read() as session:
        before = {elder.number: elder.model_dump() for elder in session.exec(select(Elder))}
        order = session.exec(select(MealOrder)).one().model_dump()
    elders = FILES["elders.csv"].replace("陈样梅", "陈样兰").replace("怡海社区例安里4栋", "怡海社区例安里5栋")
    number = imported(
        database,
        clock,
        *sent("elders.csv", elders + "E3,何样松,1944,199-0001-0003,C1,P1,怡海社区例安里6栋,,,\n"),
        *sent("orders.csv", FILES["orders.csv"].replace("dine_in", "pick_up")),
    )
    assert count(database, Elder) == 3
    undo(database, number, actor="district", clock=clock)
    with database.read() as session:
        assert {elder.number: elder.model_dump() for elder in session.exec(select(Elder))} == before
        assert session.exec(select(MealOrder)).one().model_dump() == order


def test_undoing_a_shorter_menu_brings_the_longer_one_back(database: Database, clock: StoppedClock) -> None:
    imported(database, clock, *district())
    shorter = f"kitchen_code,service_day,meal,rank,dish_code\nK1,{MONDAY},lunch,1,C01\n"
    number = imported(database, clock, *sent("menus.csv", shorter))
    assert count(database, MenuEntry) == 1
    undo(database, number, actor="district", clock=clock)
    with database.read() as session:
        assert [entry.dish_code for entry in session.exec(select(MenuEntry).order_by(col(MenuEntry.rank)))] == [
            "A01",
            "C01",
        ]


def test_an_import_is_undone_once(database: Database, clock: StoppedClock) -> None:
    number = imported(database, clock, *sent("streets.csv"))
    undo(database, number, actor="d", clock=clock)
    with pytest.raises(ConflictError, match="undone already"):
        undo(database, number, actor="d", clock=clock)
    with pytest.raises(NotFoundError):
        undo(database, number + 1, actor="d", clock=clock)


def test_a_row_changed_since_keeps_the_import_from_being_undone(database: Database, clock: StoppedClock) -> None:
    number = imported(database, clock, *district())
    change(database, lambda session: session.add(session.get_one(Elder, "E2").sqlmodel_update({"name": "黄例宁"})))
    with pytest.raises(ConflictError) as refusal:
        undo(database, number, actor="d", clock=clock)
    assert "长者中的 E2" in refusal.value.say("zh")
    assert "E2 among the elders" in refusal.value.say("en")
    assert count(database, StandingOrder) == 1
    with database.read() as session:
        assert session.get_one(ImportRun, number).state == ImportState.APPLIED


def test_imports_are_undone_from_the_last_to_the_first(database: Database, clock: StoppedClock) -> None:
    first = imported(database, clock, *sent("streets.csv"))
    second = imported(database, clock, *sent("streets.csv", FILES["streets.csv"].replace("素社", "江南中")))
    with pytest.raises(ConflictError, match="has been changed since"):
        undo(database, first, actor="d", clock=clock)
    undo(database, second, actor="d", clock=clock)
    undo(database, first, actor="d", clock=clock)
    assert count(database, Street) == 0


def test_an_elder_who_has_ordered_since_keeps_the_import_from_being_undone(
    database: Database, clock: StoppedClock
) -> None:
    number = imported(database, clock, *district(standing_orders="elder_number,meal,weekdays,fulfilment,from_day\n"))
    order = MealOrder(
        elder_number="E1",
        service_day=MONDAY,
        meal="lunch",
        fulfilment="home",
        source="kiosk",
        placed_by="kiosk",
        placed_at=datetime(2026, 11, 20, tzinfo=UTC),
    )
    change(database, lambda session: session.add(order))
    with pytest.raises(ConflictError) as refusal:
        undo(database, number, actor="d", clock=clock)
    assert "E1" in refusal.value.say("zh")
    assert "orders" in refusal.value.say("en")
    assert count(database, Elder) == 2


def test_an_order_of_a_closed_meal_keeps_the_import_from_being_undone(database: Database, clock: StoppedClock) -> None:
    number = imported(database, clock, *district())
    change(database, lambda s: s.merge(MealDay(service_day=MONDAY, meal="lunch", state=MealState.CLOSED)))
    with pytest.raises(ConflictError, match="closed and being cooked"):
        undo(database, number, actor="d", clock=clock)
    assert count(database, MealOrder) == 1


def test_an_open_task_to_find_an_address_goes_with_its_elder(database: Database, clock: StoppedClock) -> None:
    number = imported(database, clock, *district())
    task = AddressTask(elder_number="E2", reason="not_found", opened_at=clock.now())
    change(database, lambda session: session.add(task))
    undo(database, number, actor="d", clock=clock)
    assert count(database, Elder) == count(database, AddressTask) == 0


def test_orders_to_come_hold_their_meal_and_those_of_the_past_are_history(
    database: Database, clock: StoppedClock
) -> None:
    orders = FILES["orders.csv"] + "E1,2025-11-24,lunch,home,\n"
    imported(database, clock, *district(orders=orders))
    assert count(database, MealOrder) == 2
    with database.read() as session:
        assert [day.service_day for day in session.exec(select(MealDay))] == [MONDAY]


def test_an_import_waits_for_whoever_closes_the_meal_and_is_then_refused(
    database: Database, clock: StoppedClock
) -> None:
    """Both at once: the meal is closed first, the order comes too late and the whole import is refused."""
    files = district(orders="elder_number,service_day,meal,fulfilment\n")
    imported(database, clock, *files)
    found = previewed(database, *sent("orders.csv"))
    refusals: list[str] = []

    def import_orders() -> None:
        try:
            apply(database, found, actor="d", clock=clock)
        except ConflictError as error:
            refusals.append(error.key)

    late = threading.Thread(target=import_orders)
    with database.write() as session:
        session.add(MealDay(service_day=MONDAY, meal="lunch", state=MealState.CLOSED))
        session.flush()
        late.start()
        late.join(timeout=0.3)
        assert late.is_alive()
    late.join()
    assert refusals == ["import.changed_since"]
    assert count(database, MealOrder) == 0
