"""Orders, a plan, and then the oven of a kitchen: who gets a meal from elsewhere, who is asked, and what is printed."""

from __future__ import annotations

from collections import Counter

import pytest
from sqlmodel import col, select

from kitchens.clash import may_eat
from kitchens.failing.failure import Failure
from kitchens.meals import Meal, Outage
from scheduler.jobs import do_work
from service.access import EVERYTHING, Reach
from service.board.why import find_asked, why_order
from service.checking.kitchens import check_published
from service.clock import StoppedClock, instant_of
from service.daily import Kitbag, run_meal
from service.db import Database
from service.errors import ConflictError, InvalidError, NotAllowedError
from service.failing.reporting import note_answer, preview, report
from service.failing.view import outcome_of
from service.planning import read_question
from service.progress import mark_van_left
from service.replanning import ask_again
from service.settings import Settings
from service.tables import (
    FailureLine,
    FailureState,
    KitchenFailure,
    MenuEntry,
    Notice,
    Paper,
    PaperKind,
    Plan,
    PlannedOrder,
    StandingOrder,
    VanRun,
    VanStop,
)
from tests.service.towns import MONDAY, found_town

LUNCH = Meal.LUNCH
SETTINGS = Settings(_env_file=None, effort="quick")  # type: ignore[call-arg]
PLAIN = SETTINGS.model_copy(update={"solve_limit_s": 0.01})
"""Without the solver's child: what is asked here is what becomes of rows, not how well is searched."""

OVEN_OUT = Failure("K1", Outage.KITCHEN, 8 * 3600 + 1800, short=8)


@pytest.fixture
def town(database: Database, clock: StoppedClock) -> Database:
    """The thirty elders' town with Monday's lunch published, at half past eight of that Monday."""
    found_town(database)
    run_meal(MONDAY, LUNCH, Kitbag(database, clock, PLAIN, "test"), early=True)
    clock.instant = instant_of(MONDAY, 8 * 3600 + 1800)
    return database


def planned(database: Database, version: int) -> dict[int, PlannedOrder]:
    with database.read() as session:
        wanted = select(PlannedOrder).join(Plan, col(Plan.id) == col(PlannedOrder.plan_id))
        return {row.order_id: row for row in session.exec(wanted.where(Plan.version == version))}


def test_eight_meals_of_a_broken_kitchen_come_from_the_other_and_nothing_else_changes(
    town: Database, clock: StoppedClock
) -> None:
    before = planned(town, 1)
    failure = report(town, MONDAY, LUNCH, OVEN_OUT, reach=EVERYTHING, by="chef", settings=SETTINGS, clock=clock)
    assert do_work(town, SETTINGS, clock) == 1
    after = planned(town, 2)
    moved = {o for o, row in after.items() if row.kitchen_code != before[o].kitchen_code}
    assert len(moved) == 8
    assert {before[o].kitchen_code for o in moved} == {"K1"}
    assert {after[o].kitchen_code for o in moved} == {"K2"}
    assert {after[o].dish_code == before[o].dish_code for o in moved} == {True}
    assert set(after) == set(before)
    with town.read() as session:
        row = session.get_one(KitchenFailure, failure.id)
        lines = session.exec(select(FailureLine).where(FailureLine.failure_id == failure.id)).all()
    assert (row.state, {line.order_id for line in lines}) == (FailureState.DONE, moved)
    with town.read() as session:
        plan = session.get_one(Plan, row.new_plan_id)
        asked = find_asked(session, plan, SETTINGS, "zh")
        assert asked is not None
        assert asked.broken == 0
        for order_id in sorted(moved):
            assert why_order(session, asked, plan, order_id, EVERYTHING).sentences
    assert check_published(town, MONDAY, LUNCH).violations == ()


def test_only_changed_boxes_get_new_labels(town: Database, clock: StoppedClock) -> None:
    before = planned(town, 1)
    report(town, MONDAY, LUNCH, OVEN_OUT, reach=EVERYTHING, by="chef", settings=PLAIN, clock=clock)
    do_work(town, PLAIN, clock)
    after = planned(town, 2)
    changed = {o for o, row in after.items() if row.label != before[o].label}
    moved = {o for o, row in after.items() if row.kitchen_code != before[o].kitchen_code}
    assert changed == moved
    assert not {after[o].label for o in changed} & {row.label for row in before.values()}


def test_nobody_gets_what_clashes_and_every_order_is_accounted_for(town: Database, clock: StoppedClock) -> None:
    report(town, MONDAY, LUNCH, OVEN_OUT, reach=EVERYTHING, by="chef", settings=PLAIN, clock=clock)
    do_work(town, PLAIN, clock)
    with town.read() as session:
        day = read_question(session, MONDAY, LUNCH).day
    diets = {order.order_id: order.diet for order in day.orders}
    dishes = {(kitchen.kitchen_id, dish.dish_id): dish for kitchen in day.kitchens for dish in kitchen.menu}
    rows = planned(town, 2)
    assert set(rows) == set(diets)
    for order_id, row in rows.items():
        if row.reason is None:
            assert may_eat(diets[order_id], dishes[row.kitchen_code or "", row.dish_code or ""])
    assert Counter(row.reason for row in rows.values())["kitchen_failed"] == 0


def test_two_who_report_at_once_make_one_drill(town: Database, clock: StoppedClock) -> None:
    asked = {"reach": EVERYTHING, "settings": PLAIN, "clock": clock}
    first = report(town, MONDAY, LUNCH, OVEN_OUT, by="chef", version=1, **asked)
    second = report(town, MONDAY, LUNCH, OVEN_OUT, by="desk", version=1, **asked)
    do_work(town, PLAIN, clock)
    third = report(town, MONDAY, LUNCH, OVEN_OUT, by="desk", version=1, **asked)
    assert first.id == second.id == third.id
    assert do_work(town, PLAIN, clock) == 0
    with town.read() as session:
        assert len(session.exec(select(Plan)).all()) == 2


def test_what_is_on_the_road_stays_as_it_is(town: Database, clock: StoppedClock) -> None:
    with town.read() as session:
        run = session.exec(select(VanRun).where(VanRun.kitchen_code == "K1")).one()
        on_board = {stop.meal_point_code for stop in session.exec(select(VanStop).where(VanStop.van_run_id == run.id))}
    clock.instant = instant_of(MONDAY, 10 * 3600 + 60)
    mark_van_left(town, run.id or 0, by="chef", reach=EVERYTHING, clock=clock)
    before = planned(town, 1)
    failure = Failure("K1", Outage.KITCHEN, 9 * 3600)
    report(town, MONDAY, LUNCH, failure, reach=EVERYTHING, by="chef", settings=PLAIN, clock=clock)
    assert do_work(town, PLAIN, clock) == 1
    after = planned(town, 2)
    changed = {
        o for o, row in after.items() if (row.kitchen_code, row.reason) != (before[o].kitchen_code, before[o].reason)
    }
    assert on_board == {"P2"}
    assert changed
    assert {before[o].meal_point_code for o in changed} == {"P1"}
    with town.read() as session:
        again = session.exec(
            select(VanRun)
            .join(Plan, col(Plan.id) == col(VanRun.plan_id))
            .where(Plan.version == 2, VanRun.code == run.code)
        ).one()
        assert (again.van_code, again.left_at) == (run.van_code, clock.instant)


def test_who_wished_for_the_dish_that_is_out_stands_on_the_call_list(database: Database, clock: StoppedClock) -> None:
    """Only K1 has D1, and E01 has asked for it by name."""
    found_town(database)
    with database.write() as session:
        session.exec(select(StandingOrder).where(StandingOrder.elder_number == "E01")).one().dish_code = "D1"
        for entry in session.exec(select(MenuEntry).where(MenuEntry.kitchen_code == "K2", MenuEntry.dish_code == "D1")):
            session.delete(entry)
    run_meal(MONDAY, LUNCH, Kitbag(database, clock, PLAIN, "test"), early=True)
    clock.instant = instant_of(MONDAY, 8 * 3600 + 1800)
    failure = Failure("K1", Outage.DISH, 8 * 3600 + 1800, "D1")
    row = report(database, MONDAY, LUNCH, failure, reach=EVERYTHING, by="chef", settings=PLAIN, clock=clock)
    do_work(database, PLAIN, clock)
    with database.read() as session:
        done = session.get_one(KitchenFailure, row.id)
        (call,) = outcome_of(session, done, with_calls=True).calls
        assert outcome_of(session, done, with_calls=False).calls == ()
        printed = session.exec(select(Paper).where(Paper.plan_id == done.new_plan_id)).all()
    assert (call.elder_number, call.former, call.dish, call.agreed) == ("E01", "样餐D1", "样餐D2", None)
    assert {PaperKind.SUBSTITUTION_SHEET, PaperKind.CALL_LIST} <= {PaperKind(paper.kind) for paper in printed}
    note_answer(database, row.id or 0, call.order_id, agreed=True, by="desk", clock=clock)
    with database.read() as session:
        (call,) = outcome_of(session, session.get_one(KitchenFailure, row.id), with_calls=True).calls
    assert (call.agreed, call.asked_by) == (True, "desk")


def test_a_menu_that_has_changed_since_is_planned_again_first(town: Database, clock: StoppedClock) -> None:
    with town.write() as session:
        for entry in session.exec(select(MenuEntry).where(MenuEntry.kitchen_code == "K2", MenuEntry.dish_code == "D1")):
            session.delete(entry)
    with pytest.raises(ConflictError) as refusal:
        preview(town, MONDAY, LUNCH, OVEN_OUT, reach=EVERYTHING, settings=PLAIN, clock=clock)
    assert refusal.value.key == "failure.menu_changed"


def test_a_preview_says_the_same_and_changes_nothing(town: Database, clock: StoppedClock) -> None:
    _, answer = preview(town, MONDAY, LUNCH, OVEN_OUT, reach=EVERYTHING, settings=PLAIN, clock=clock)
    with town.read() as session:
        assert len(session.exec(select(Plan)).all()) == 1
        assert session.exec(select(KitchenFailure)).all() == []
    report(town, MONDAY, LUNCH, OVEN_OUT, reach=EVERYTHING, by="chef", settings=PLAIN, clock=clock)
    do_work(town, PLAIN, clock)
    after = planned(town, 2)
    assert {one.order_id: one.now.kitchen_id if one.now else None for one in answer.substitutions} == {
        o: after[o].kitchen_code for o in {one.order_id for one in answer.substitutions}
    }


REFUSED = [
    (Failure("K9", Outage.KITCHEN, 9 * 3600), "failure.unknown_kitchen"),
    (Failure("K1", Outage.STATION, 9 * 3600, "oven"), "failure.unknown_what"),
    (Failure("K1", Outage.DISH, 9 * 3600, "D9"), "failure.unknown_what"),
    (Failure("K1", Outage.KITCHEN, 90_000), "failure.odd_time"),
    (Failure("K1", Outage.KITCHEN, 9 * 3600, short=6_000), "failure.odd_number"),
    (Failure("K1", Outage.KITCHEN, 12 * 3600), "failure.nothing_short"),
]


@pytest.mark.parametrize(("wrong", "key"), REFUSED)
def test_what_cannot_be_is_refused_in_one_sentence(
    town: Database, clock: StoppedClock, wrong: Failure, key: str
) -> None:
    with pytest.raises(InvalidError) as refusal:
        preview(town, MONDAY, LUNCH, wrong, reach=EVERYTHING, settings=PLAIN, clock=clock)
    assert refusal.value.key == key


def test_a_kitchen_reports_only_for_itself_and_one_failure_is_dealt_with_at_a_time(
    town: Database, clock: StoppedClock
) -> None:
    asked = {"by": "chef", "settings": PLAIN, "clock": clock}
    with pytest.raises(NotAllowedError):
        report(town, MONDAY, LUNCH, OVEN_OUT, reach=Reach(kitchen="K2"), **asked)
    report(town, MONDAY, LUNCH, OVEN_OUT, reach=Reach(kitchen="K1"), **asked)
    other = Failure("K2", Outage.KITCHEN, 9 * 3600)
    with pytest.raises(ConflictError) as refusal:
        report(town, MONDAY, LUNCH, other, reach=EVERYTHING, **asked)
    assert refusal.value.key == "failure.another"
    do_work(town, PLAIN, clock)
    with pytest.raises(ConflictError) as refusal:
        report(town, MONDAY, LUNCH, other, reach=EVERYTHING, version=1, **asked)
    assert refusal.value.key == "failure.plan_changed"


def test_a_failure_of_which_nothing_is_short_is_told_to_desk_and_kitchen(town: Database, clock: StoppedClock) -> None:
    late = Failure("K1", Outage.KITCHEN, 12 * 3600)
    row = report(town, MONDAY, LUNCH, late, reach=EVERYTHING, by="chef", settings=PLAIN, clock=clock)
    assert do_work(town, PLAIN, clock) == 1
    with town.read() as session:
        again = session.get_one(KitchenFailure, row.id)
        told = {one.to for one in session.exec(select(Notice).where(Notice.key == "notice.failure_refused"))}
    assert (again.state, again.why, told) == (FailureState.REFUSED, "failure.nothing_short", {"district", "kitchen:K1"})


def test_planning_again_gives_the_broken_kitchen_no_more_than_it_has(town: Database, clock: StoppedClock) -> None:
    report(town, MONDAY, LUNCH, OVEN_OUT, reach=EVERYTHING, by="chef", settings=PLAIN, clock=clock)
    do_work(town, PLAIN, clock)
    clock.advance(60)
    ask_again(town, MONDAY, LUNCH, by="desk", clock=clock)
    assert do_work(town, PLAIN, clock) == 1
    cooking = {version: Counter(row.kitchen_code for row in planned(town, version).values()) for version in (1, 2, 3)}
    assert cooking[2]["K1"] == cooking[1]["K1"] - 8
    assert cooking[3]["K1"] <= cooking[2]["K1"]
