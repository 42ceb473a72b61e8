from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Connection, event, update
from sqlmodel import col, func, select

from kitchens.meals import Fulfilment, Meal
from kitchens.plan import SupplyPlan
from routing.plan import MadeBy
from service import daily
from service.clock import StoppedClock
from service.daily import Kitbag, call_for_delivery, faults, plan_day, refuse_if_somebody_is_forgotten, run_meal
from service.db import Database, open_database
from service.errors import ConflictError, ForgottenError, StorageError
from service.migrations.run import migrate
from service.orders import Placing, Wish, place_order
from service.planning import read_question
from service.publishing import Published, find_published
from service.settings import EngineChoice, Settings
from service.tables import (
    AuditEntry,
    Batch,
    Courier,
    CourierRun,
    Elder,
    MealDay,
    MealOrder,
    MealPoint,
    MealState,
    Notice,
    OrderSource,
    Plan,
    PlannedOrder,
    Van,
    Visit,
)
from service.wishes import read_wishes
from tests.service.towns import MONDAY, found_town

TUESDAY = date(2026, 11, 24)
LUNCH = Meal.LUNCH


@pytest.fixture
def kit(database: Database, clock: StoppedClock) -> Kitbag:
    """The thirty elders' town on the Friday before, and what a planning story needs."""
    found_town(database)
    return Kitbag(database, clock, Settings(_env_file=None, effort="quick"), "test")  # type: ignore[call-arg]


def lunch(kit: Kitbag) -> Published:
    return run_meal(MONDAY, LUNCH, kit, early=True)


def reasons(published: Published) -> dict[str, str]:
    return {elder: reason for elder, reason, _detail in published.left_out}


def change(database: Database, table: type, **values: object) -> None:
    with database.write() as session:
        session.execute(update(table).values(**values))


def test_a_lunch_goes_from_orders_to_doors(kit: Kitbag) -> None:
    published = lunch(kit)
    assert published.figures["orders"] == 30
    assert reasons(published) == {"E10": "no_dish", "E30": "no_position"}
    with kit.database.read() as session:
        assert session.get_one(MealDay, (MONDAY, LUNCH)).state == MealState.PUBLISHED
        served = session.exec(select(PlannedOrder).where(col(PlannedOrder.reason).is_(None))).all()
        assert len(served) == 28
        assert len({one.label for one in served}) == 28
        doors = session.exec(select(Visit.elder_number)).all()
        assert sorted(doors) == ["E08", "E09", "E18", "E19", "E20", "E28", "E29"]
        cooked = session.exec(select(func.sum(Batch.portions))).one()
        assert cooked == 28


def test_what_was_published_is_found_again_word_for_word(kit: Kitbag) -> None:
    assert find_published(kit.database, MONDAY, LUNCH) is None
    published = lunch(kit)
    assert find_published(kit.database, MONDAY, LUNCH) == published


def test_every_plan_says_what_no_plan_costs_less_than(kit: Kitbag) -> None:
    published = lunch(kit)
    assert published.cost_m is not None
    assert published.bound_m is not None
    assert 0 < published.bound_m <= published.cost_m


def test_the_same_meal_is_not_planned_twice(kit: Kitbag) -> None:
    lunch(kit)
    with pytest.raises(ConflictError) as refusal:
        lunch(kit)
    assert refusal.value.key == "error.already_published"
    with kit.database.read() as session:
        assert session.exec(select(func.count()).select_from(Plan)).one() == 1


def test_the_same_seed_and_orders_give_the_same_plan(kit: Kitbag) -> None:
    daily.Claim(kit.database, kit.clock, MONDAY, LUNCH).take(actor="test", early=True)
    with kit.database.read() as session:
        question = read_question(session, MONDAY, LUNCH)
    first, _ = plan_day(question, kit, meanwhile=lambda: None)
    second, _ = plan_day(question, kit, meanwhile=lambda: None)
    assert first == second
    assert first.runs.made_by == MadeBy.ENGINE


def test_whoever_asks_for_ortools_gets_a_plan_of_ortools_alone(kit: Kitbag) -> None:
    chosen = kit.settings.model_copy(update={"engine": EngineChoice.ORTOOLS})
    published = lunch(replace(kit, settings=chosen))
    assert (published.made_by, published.marks) == (MadeBy.ORTOOLS, ())
    assert set(reasons(published)) == {"E10", "E30"}


def test_who_comes_to_a_door_one_day_is_known_there_the_next(kit: Kitbag) -> None:
    lunch(kit)
    with kit.database.read() as session:
        wishes, marks = read_wishes(session, TUESDAY, LUNCH, {"C1", "C2", "C3"}, {"P1", "P2", "P3"})
        again, _ = read_wishes(session, MONDAY, LUNCH, {"C1", "C2", "C3"}, {"P1", "P2", "P3"})
        doors = session.exec(
            select(Visit.elder_number, CourierRun.courier_code).join(
                CourierRun, col(CourierRun.id) == col(Visit.courier_run_id)
            )
        )
        went = {elder: courier for elder, courier in doors}  # noqa: C416  rows are no pairs to a type checker
    assert wishes.familiar == {elder: (courier,) for elder, courier in went.items()}
    assert (wishes.former, marks) == ({}, ())
    assert (again.former, again.familiar) == (went, {})


def test_without_a_solver_the_day_is_published_all_the_same_and_a_person_is_told(kit: Kitbag) -> None:
    impatient = replace(kit, settings=kit.settings.model_copy(update={"solve_limit_s": 0.01}))
    published = lunch(impatient)
    assert published.made_by == MadeBy.PLAIN
    steps = ("assign_supply", "plan_batches", "plan_runs")
    assert set(published.marks) == {f"plain:{step}:out_of_time" for step in steps}
    assert set(reasons(published)) == {"E10", "E30"}
    with kit.database.read() as session:
        told = session.exec(select(Notice).where(Notice.key == "notice.plain_plan")).one()
    assert told.to == "district"


def test_a_day_on_which_everything_is_delivered_visits_every_door(kit: Kitbag) -> None:
    call_for_delivery(MONDAY, LUNCH, kit)
    published = lunch(kit)
    assert published.figures["by_fulfilment"]["home"] == 30
    assert set(reasons(published)) == {"E10", "E30"}
    with pytest.raises(ConflictError):
        call_for_delivery(MONDAY, LUNCH, kit)


def test_an_elder_who_ordered_and_one_with_a_standing_order_are_both_in_the_plan(kit: Kitbag) -> None:
    placing = Placing("E01", OrderSource.KIOSK, "kiosk:P1")
    place_order(kit.database, placing, Wish(MONDAY, LUNCH, Fulfilment.HOME, "D2"), clock=kit.clock)
    lunch(kit)
    with kit.database.read() as session:
        planned = session.exec(
            select(PlannedOrder, MealOrder)
            .join(MealOrder, col(MealOrder.id) == col(PlannedOrder.order_id))
            .where(MealOrder.elder_number == "E01")
        ).one()
    assert planned[0].dish_code == "D2"
    assert planned[0].visit_id is not None


def test_a_meal_point_without_a_kitchen_is_served_by_another_or_left_out_aloud(kit: Kitbag) -> None:
    change(kit.database, MealPoint, kitchen_code=None, kitchen_on_site=False)
    published = lunch(kit)
    assert published.figures["served"] + len(published.left_out) == 30
    assert {"E10", "E30"} <= set(reasons(published))


def test_vans_and_couriers_without_any_room_leave_everybody_named(kit: Kitbag) -> None:
    change(kit.database, Van, capacity_boxes=0)
    change(kit.database, Courier, capacity_boxes=0)
    published = lunch(kit)
    found = reasons(published)
    assert published.figures["served"] + len(found) == 30
    # P1's kitchen stands in it: who eats there or has it picked up needs neither a van nor a courier.
    assert {f"E{number:02d}" for number in range(1, 8)}.isdisjoint(found)
    assert {"E08", "E09", "E11", "E21"} <= set(found)


def test_nobody_ordered_and_the_meal_is_published_empty(kit: Kitbag) -> None:
    change(kit.database, Elder, state="stopped")
    assert lunch(kit).figures["orders"] == 0


def test_a_plan_that_forgets_somebody_is_found_out_and_refused(kit: Kitbag) -> None:
    daily.Claim(kit.database, kit.clock, MONDAY, LUNCH).take(actor="test", early=True)
    with kit.database.read() as session:
        question = read_question(session, MONDAY, LUNCH)
    plan, problem = plan_day(question, kit, meanwhile=lambda: None)
    assert faults(question, problem, plan) == ()
    lost = replace(plan, supply=SupplyPlan(plan.supply.supplied[1:], plan.supply.left_out))
    with pytest.raises(ForgottenError) as refusal:
        refuse_if_somebody_is_forgotten(question, problem, lost)
    assert refusal.value.key == "error.forgotten"
    unvisited = replace(plan, runs=replace(plan.runs, courier_runs=plan.runs.courier_runs[1:]))
    with pytest.raises(ForgottenError):
        refuse_if_somebody_is_forgotten(question, problem, unvisited)


def test_on_a_full_disk_nothing_is_lost_and_the_meal_is_published_when_there_is_room_again(
    tmp_path: Path, clock: StoppedClock
) -> None:
    with closing(sqlite3.connect(tmp_path / "small.db")) as small:
        # Pages so small that thirty meals need new ones.
        small.executescript("PRAGMA page_size=512; VACUUM;")
    database = open_database(f"sqlite:///{tmp_path / 'small.db'}")
    migrate(database)
    found_town(database)
    kit = Kitbag(database, clock, Settings(_env_file=None, effort="quick"), "test")  # type: ignore[call-arg]

    full = True

    def limit_pages(connection: Connection) -> None:
        """Let the file grow no more while the disk is full: SQLite then says what it says on a full disk."""
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one() if full else 1 << 30
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")

    def fill_the_disk(stage: str, done: int, _total: int) -> None:
        if (stage, done) == ("publish", 0):
            event.listen(database.engine, "begin", limit_pages)

    with pytest.raises(StorageError) as refusal:
        run_meal(MONDAY, LUNCH, replace(kit, report=fill_the_disk), early=True)
    assert refusal.value.key == "error.disk_full"
    with database.read() as session:
        assert session.exec(select(func.count()).select_from(MealOrder)).one() == 30
        assert session.get_one(MealDay, (MONDAY, LUNCH)).state == MealState.CLOSED
        assert session.exec(select(Plan)).all() == []
    full = False
    assert lunch(kit).version == 1
    database.engine.dispose()


def test_every_act_stands_in_the_audit(kit: Kitbag) -> None:
    lunch(kit)
    with kit.database.read() as session:
        assert session.exec(select(AuditEntry.action).order_by(col(AuditEntry.id))).all() == [
            "close_meal",
            "publish_plan",
        ]


def test_a_day_that_nobody_serves_has_nothing_to_plan_and_says_so(kit: Kitbag) -> None:
    assert run_meal(date(2026, 11, 28), LUNCH, kit, early=True).figures["orders"] == 0
