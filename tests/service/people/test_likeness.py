"""Records that look alike are proposed; a person merges them or says that they are two; nothing is lost."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlmodel import SQLModel, select

from kitchens.meals import Fulfilment, Meal
from service.access import EVERYTHING, Reach
from service.clock import StoppedClock, local_day
from service.db import Database
from service.errors import ConflictError, InvalidError, NotFoundError
from service.people import (
    find_holders,
    find_root,
    get_record,
    list_alike,
    merge,
    numbers_of,
    say_different,
    undo_merge,
)
from service.people.likeness import Sign
from service.tables import (
    AuditEntry,
    Elder,
    ElderAbsence,
    ElderCard,
    ElderPhone,
    ElderState,
    MealDay,
    MealOrder,
    MealState,
    OrderSource,
    StandingOrder,
)
from tests.service.towns import MONDAY, found_town


@pytest.fixture
def town(database: Database) -> Database:
    """The thirty elders' town, with signs on some of them."""
    found_town(database)
    with database.write() as session:
        for number in ("E01", "E12"):
            elder = session.get_one(Elder, number)
            elder.name, elder.birth_date = "陈例安", date(1940, 5, 17)
            session.add(elder)
        for number in ("E02", "E03"):
            session.add(ElderCard(elder_number=number, kind="benefit", card_number="SAMPLE-B-1"))
        four, five = session.get_one(Elder, "E04"), session.get_one(Elder, "E05")
        four.phone, five.address = "199-0001-0004", four.address
        session.add(ElderPhone(elder_number="E05", phone="1990001 0004"))
        session.add_all((four, five))
    return database


def alike(database: Database, reach: Reach = EVERYTHING) -> list[tuple[str, str, tuple[str, ...]]]:
    with database.read() as session:
        return [(pair.one.number, pair.other.number, pair.signs) for pair in list_alike(session, reach)]


def order(number: str, at: datetime, day: date = MONDAY, source: OrderSource = OrderSource.PHONE) -> MealOrder:
    return MealOrder(
        elder_number=number,
        service_day=day,
        meal=Meal.LUNCH,
        fulfilment=Fulfilment.HOME,
        source=source,
        placed_by="standing" if source == OrderSource.STANDING else "desk",
        placed_at=at,
    )


def states(database: Database) -> dict[tuple[str, date], str]:
    with database.read() as session:
        return {(one.elder_number, one.service_day): one.state for one in session.exec(select(MealOrder))}


def standing(database: Database) -> dict[str, int]:
    with database.read() as session:
        found: dict[str, int] = {}
        for row in session.exec(select(StandingOrder)):
            found[row.elder_number] = found.get(row.elder_number, 0) + 1
        return found


def everything(database: Database) -> dict[str, list[str]]:
    left_out = {"audit_entry", "elder_pair"}
    with database.read() as session:
        return {
            table.name: sorted(map(repr, session.execute(table.select()).all()))
            for table in SQLModel.metadata.sorted_tables
            if table.name not in left_out
        }


def test_a_card_a_name_with_its_birth_date_and_a_phone_at_a_door_are_signs(town: Database) -> None:
    assert alike(town) == [
        ("E01", "E12", (Sign.NAME_AND_BIRTH_DATE,)),
        ("E02", "E03", (Sign.CARD,)),
        ("E04", "E05", (Sign.PHONE_AND_DOOR,)),
    ]
    assert [pair[:2] for pair in alike(town, Reach(meal_point="P2"))] == [("E01", "E12")]
    assert alike(town, Reach(kitchen="K1")) == []


def test_two_people_are_not_proposed_again(town: Database, clock: StoppedClock) -> None:
    say_different(town, one="E05", other="E04", by="desk", clock=clock)
    assert ("E04", "E05") not in [pair[:2] for pair in alike(town)]


def test_a_merge_leaves_everything_where_it_is_and_reads_it_as_one(town: Database, clock: StoppedClock) -> None:
    with town.write() as session:
        session.add(ElderAbsence(elder_number="E12", from_day=date(2026, 12, 1)))
    merge(town, keep="E01", double="E12", by="desk", clock=clock)
    merge(town, keep="E02", double="E01", by="desk", clock=clock)
    with town.read() as session:
        root = find_root(session, "E12")
        assert root is not None
        assert root.number == "E02"
        assert numbers_of(session, "E02") == ["E02", "E01", "E12"]
        record = get_record(session, "E12")
        assert (record.elder.number, [one.elder_number for one in record.absences]) == ("E02", ["E12"])
        assert session.get_one(Elder, "E12").state == ElderState.STOPPED
        assert [elder.number for elder in find_holders(session, "SAMPLE-B-1")] == ["E02", "E03"]


def test_a_merge_moves_only_the_meals_that_the_other_has_not(town: Database, clock: StoppedClock) -> None:
    with town.write() as session:
        session.delete(session.exec(select(StandingOrder).where(StandingOrder.elder_number == "E01")).one())
    merge(town, keep="E01", double="E12", by="desk", clock=clock)
    assert (standing(town)["E01"], standing(town).get("E12", 0)) == (1, 0)
    merge(town, keep="E04", double="E05", by="desk", clock=clock)
    assert (standing(town)["E04"], standing(town)["E05"]) == (1, 1)


def test_an_undone_merge_leaves_everything_as_it_was(town: Database, clock: StoppedClock) -> None:
    with town.write() as session:
        session.delete(session.exec(select(StandingOrder).where(StandingOrder.elder_number == "E01")).one())
    before = everything(town)
    merge(town, keep="E01", double="E12", by="desk", clock=clock)
    assert everything(town) != before
    undo_merge(town, double="E12", by="desk", clock=clock)
    assert everything(town) == before
    assert ("E01", "E12") in [pair[:2] for pair in alike(town)]
    with pytest.raises(ConflictError):
        undo_merge(town, double="E12", by="desk", clock=clock)


def test_two_orders_of_one_meal_stop_a_merge(town: Database, clock: StoppedClock) -> None:
    with town.write() as session:
        for number in ("E01", "E12"):
            session.add(order(number, clock.now()))
    with pytest.raises(ConflictError) as refusal:
        merge(town, keep="E01", double="E12", by="desk", clock=clock)
    assert "2026-11-23" in refusal.value.say("zh")
    with town.read() as session:
        assert session.get_one(Elder, "E12").merged_into is None


def test_what_both_had_is_a_fact_that_stays_with_each_and_is_said_in_the_audit(
    town: Database, clock: StoppedClock
) -> None:
    past, closed = MONDAY - timedelta(days=4), local_day(clock.now())
    with town.write() as session:
        for number in ("E01", "E12"):
            for day in (past, closed):
                session.add(order(number, clock.now(), day))
        session.add(MealDay(service_day=closed, meal=Meal.LUNCH, state=MealState.PUBLISHED, all_delivered=False))
    merge(town, keep="E01", double="E12", by="desk", clock=clock)
    assert states(town) == dict.fromkeys(
        [(number, day) for number in ("E01", "E12") for day in (past, closed)], "placed"
    )
    with town.read() as session:
        noted = session.exec(select(AuditEntry).where(AuditEntry.action == "merge")).all()
    said = sorted(f"{day}/lunch" for day in (past, closed))
    assert [one.details["both_had"] for one in noted] == [said, said]


def test_a_meal_that_is_planned_stays_under_the_number_that_it_was_planned_for(
    town: Database, clock: StoppedClock
) -> None:
    today = local_day(clock.now())
    with town.write() as session:
        session.add_all([order("E12", clock.now(), today), order("E12", clock.now())])
        session.add(MealDay(service_day=today, meal=Meal.LUNCH, state=MealState.PUBLISHED, all_delivered=False))
    merge(town, keep="E01", double="E12", by="desk", clock=clock)
    assert states(town) == {("E12", today): "placed", ("E01", MONDAY): "placed"}


def test_a_meal_that_only_a_standing_order_made_twice_is_withdrawn_and_comes_back_with_an_undo(
    town: Database, clock: StoppedClock
) -> None:
    with town.write() as session:
        session.add(order("E01", clock.now()))
        session.add(order("E12", clock.now(), source=OrderSource.STANDING))
    before = everything(town)
    merge(town, keep="E01", double="E12", by="desk", clock=clock)
    assert states(town) == {("E01", MONDAY): "placed", ("E12", MONDAY): "withdrawn"}
    undo_merge(town, double="E12", by="desk", clock=clock)
    assert everything(town) == before


def test_an_undone_merge_brings_back_no_meal_whose_orders_are_closed(town: Database, clock: StoppedClock) -> None:
    with town.write() as session:
        session.add(order("E01", clock.now()))
        session.add(order("E12", clock.now(), source=OrderSource.STANDING))
    merge(town, keep="E01", double="E12", by="desk", clock=clock)
    with town.write() as session:
        session.add(MealDay(service_day=MONDAY, meal=Meal.LUNCH, state=MealState.CLOSED, all_delivered=False))
    undo_merge(town, double="E12", by="desk", clock=clock)
    assert states(town)["E12", MONDAY] == "withdrawn"


def test_what_cannot_be_merged_is_refused(town: Database, clock: StoppedClock) -> None:
    with pytest.raises(InvalidError):
        merge(town, keep="E01", double="E01", by="desk", clock=clock)
    with pytest.raises(NotFoundError):
        merge(town, keep="E01", double="E99", by="desk", clock=clock)
    merge(town, keep="E01", double="E12", by="desk", clock=clock)
    for keep, double in (("E12", "E02"), ("E02", "E12")):
        with pytest.raises(ConflictError):
            merge(town, keep=keep, double=double, by="desk", clock=clock)
    with pytest.raises(ConflictError):
        say_different(town, one="E02", other="E12", by="desk", clock=clock)
