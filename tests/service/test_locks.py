from __future__ import annotations

from collections.abc import Mapping

import pytest
from sqlalchemy import update
from sqlmodel import Session, col, select

from kitchens.meals import Meal
from kitchens.road_papers import RouteSheet
from scheduler.jobs import do_work
from service.board.stop import StopView, lock_rows, stop_view
from service.clock import StoppedClock
from service.daily import Kitbag, run_meal
from service.db import Database
from service.errors import ConflictError, InvalidError, NotFoundError
from service.locks import get_stop, lock_stop, undo_lock
from service.papers import read_content
from service.publishing import find_published
from service.replanning import Replanning, ask_again, replanning_state
from service.settings import Settings
from service.tables import (
    AuditEntry,
    Batch,
    Courier,
    CourierRun,
    LockKind,
    Notice,
    Paper,
    PaperKind,
    Plan,
    StopLock,
    Visit,
)
from tests.service.towns import MONDAY, found_town

LUNCH = Meal.LUNCH
PLAIN = Settings(_env_file=None, effort="quick").model_copy(update={"solve_limit_s": 0.01})  # type: ignore[call-arg]
"""Everything is planned by plain insertion: what is asked here is what people decide, not how well is searched."""


@pytest.fixture
def town(database: Database, clock: StoppedClock) -> Database:
    """The thirty elders' town with Monday's lunch published."""
    found_town(database)
    run_meal(MONDAY, LUNCH, Kitbag(database, clock, PLAIN, "test"), early=True)
    clock.advance(3600)
    return database


def doors(session: Session) -> dict[str, tuple[int, str, str]]:
    """Return visit, courier and meal point of each elder in the newest plan."""
    newest = session.exec(select(Plan.id).order_by(col(Plan.version).desc()).limit(1)).one()
    rows = session.exec(
        select(Visit, CourierRun.courier_code)
        .join(CourierRun, col(CourierRun.id) == col(Visit.courier_run_id))
        .where(CourierRun.plan_id == newest)
    )
    return {visit.elder_number: (visit.id or 0, courier, visit.meal_point_code) for visit, courier in rows}


def served(database: Database) -> Mapping[str, tuple[int, str, str]]:
    with database.read() as session:
        return doors(session)


def lock(database: Database, clock: StoppedClock, elder: str, kind: LockKind, code: str, why: str = "") -> StopLock:
    visit_id = served(database)[elder][0]
    return lock_stop(database, visit_id, kind=kind, code=code, why=why, by="desk", settings=PLAIN, clock=clock)


def replan(database: Database, clock: StoppedClock) -> None:
    ask_again(database, MONDAY, LUNCH, by="desk", clock=clock)
    assert do_work(database, PLAIN, clock) == 1


def view(database: Database, elder: str) -> StopView:
    with database.read() as session:
        visit, run, plan = get_stop(session, doors(session)[elder][0])
        return stop_view(session, visit, run, plan, PLAIN)


def standing(database: Database) -> list[tuple[str, str, bool]]:
    with database.read() as session:
        plan = session.exec(select(Plan).order_by(col(Plan.version).desc())).first()
        assert plan is not None
        return [(row.kind.value, row.code, row.is_kept) for row in lock_rows(session, plan)]


def another(database: Database, elder: str) -> str:
    """Return a courier who does not go to the elder now."""
    return next(code for code in ("C1", "C2", "C3") if code != served(database)[elder][1])


def test_a_stop_locked_to_another_courier_is_theirs_in_the_next_version(town: Database, clock: StoppedClock) -> None:
    wanted = another(town, "E18")
    lock(town, clock, "E18", LockKind.COURIER, wanted, "认识多年")
    assert standing(town) == [("courier", wanted, False)]
    assert served(town)["E18"][1] != wanted, "a lock alone changes nothing"
    replan(town, clock)
    assert served(town)["E18"][1] == wanted
    assert standing(town) == [("courier", wanted, True)]
    found = find_published(town, MONDAY, LUNCH)
    assert found is not None
    assert found.version == 2
    assert {elder for elder, _, _ in found.left_out} == {"E10", "E30"}, "nobody was lost on the way"


def test_a_lock_stays_in_every_later_version_until_it_is_undone(town: Database, clock: StoppedClock) -> None:
    wanted = another(town, "E18")
    made = lock(town, clock, "E18", LockKind.COURIER, wanted)
    for _ in range(2):
        clock.advance(60)
        replan(town, clock)
        assert served(town)["E18"][1] == wanted
    undo_lock(town, made.id or 0, by="chief", clock=clock)
    assert standing(town) == []
    with town.read() as session:
        row = session.exec(select(StopLock)).one()
        assert (row.made_by, row.undone_by, row.undone_at) == ("desk", "chief", clock.now())
        acts = session.exec(select(AuditEntry).where(col(AuditEntry.action).in_(("lock_stop", "undo_lock")))).all()
        assert [(one.action, one.actor, one.subject) for one in acts] == [
            ("lock_stop", "desk", f"{MONDAY}/lunch/E18"),
            ("undo_lock", "chief", f"{MONDAY}/lunch/E18"),
        ]


def test_a_forbidden_courier_does_not_come_again(town: Database, clock: StoppedClock) -> None:
    before = served(town)["E08"][1]
    lock(town, clock, "E08", LockKind.NOT_COURIER, before)
    replan(town, clock)
    assert served(town)["E08"][1] != before


def test_a_stop_moved_to_another_meal_point_starts_there_and_papers_say_so(town: Database, clock: StoppedClock) -> None:
    assert served(town)["E18"][2] == "P2"
    assert "P1" in {row.point_code for row in view(town, "E18").points}
    lock(town, clock, "E18", LockKind.POINT, "P1")
    replan(town, clock)
    assert served(town)["E18"][2] == "P1"
    with town.read() as session:
        plan = session.exec(select(Plan).where(Plan.version == 2)).one()
        sheets = session.exec(select(Paper).where(Paper.plan_id == plan.id, Paper.kind == PaperKind.ROUTE_SHEET)).all()
        trips = [
            (trip.point_id, [stop.home_id for stop in trip.stops])
            for paper in sheets
            for sheet in read_content(paper)
            if isinstance(sheet, RouteSheet)
            for trip in sheet.trips
        ]
    assert [point for point, homes in trips if "EE18" in homes] == ["P1"]


def test_a_meal_point_that_cannot_serve_the_door_is_refused(town: Database, clock: StoppedClock) -> None:
    with pytest.raises(InvalidError) as refusal:
        lock(town, clock, "E18", LockKind.POINT, "P3")
    assert refusal.value.key == "lock.no_alternative"


def test_what_contradicts_a_new_lock_is_undone_and_the_same_again_changes_nothing(
    town: Database, clock: StoppedClock
) -> None:
    first = lock(town, clock, "E18", LockKind.COURIER, "C1")
    assert lock(town, clock, "E18", LockKind.COURIER, "C1").id == first.id
    lock(town, clock, "E18", LockKind.COURIER, "C2")
    assert [one[:2] for one in standing(town)] == [("courier", "C2")]
    lock(town, clock, "E18", LockKind.NOT_COURIER, "C2")
    lock(town, clock, "E18", LockKind.NOT_COURIER, "C3")
    assert [one[:2] for one in standing(town)] == [("not_courier", "C2"), ("not_courier", "C3")]


def test_a_courier_who_is_not_on_duty_any_more_costs_the_lock_aloud(town: Database, clock: StoppedClock) -> None:
    lock(town, clock, "E18", LockKind.COURIER, "C3")
    with town.write() as session:
        session.execute(update(Courier).where(col(Courier.code) == "C3").values(active=False))
    replan(town, clock)
    with town.read() as session:
        told = session.exec(select(Notice).where(Notice.key == "notice.lock_lost")).one()
        assert (told.to, told.values["elder"]) == ("district", "E18")
    with pytest.raises(InvalidError):
        lock(town, clock, "E19", LockKind.COURIER, "C3")


def test_a_new_version_makes_the_changed_papers_void_and_marks_the_changed_doors(
    town: Database, clock: StoppedClock
) -> None:
    lock(town, clock, "E18", LockKind.COURIER, another(town, "E18"))
    replan(town, clock)
    with town.read() as session:
        plans = {plan.id: plan.version for plan in session.exec(select(Plan))}
        void = {(plans[paper.plan_id], paper.replaced_at is not None) for paper in session.exec(select(Paper))}
        # What the change did not touch stays the sheet that it was.
        assert void == {(1, True), (1, False), (2, False)}
        newest = next(plan_id for plan_id, version in plans.items() if version == 2)
        sheets = session.exec(select(Paper).where(Paper.plan_id == newest, Paper.kind == PaperKind.ROUTE_SHEET))
        stops = [
            stop
            for paper in sheets
            for sheet in read_content(paper)
            if isinstance(sheet, RouteSheet)
            for trip in sheet.trips
            for stop in trip.stops
        ]
        assert "EE18" in {stop.home_id for stop in stops if stop.is_changed}
        assert session.exec(select(Notice).where(Notice.key == "notice.plan_replaced")).one().to == "district"


def test_what_has_been_cooked_stays_cooked_in_the_next_version(town: Database, clock: StoppedClock) -> None:
    with town.write() as session:
        for batch in session.exec(select(Batch)):
            batch.cooked_at = clock.now()
            session.add(batch)
    replan(town, clock)
    with town.read() as session:
        plan = session.exec(select(Plan).where(Plan.version == 2)).one()
        batches = session.exec(select(Batch).where(Batch.plan_id == plan.id)).all()
        assert {batch.cooked_at for batch in batches} == {clock.now()}


def test_once_a_courier_has_left_nothing_is_locked_and_nothing_planned_again(
    town: Database, clock: StoppedClock
) -> None:
    made = lock(town, clock, "E18", LockKind.COURIER, "C1")
    ask_again(town, MONDAY, LUNCH, by="desk", clock=clock)
    with town.write() as session:
        session.execute(update(CourierRun).values(left_at=clock.now()))
    assert do_work(town, PLAIN, clock) == 1
    with town.read() as session:
        assert session.exec(select(Plan.version)).all() == [1]
        told = session.exec(select(Notice).where(Notice.key == "notice.replan_refused")).one()
        assert told.values["why"] == "lock.why.on_the_road"
        assert replanning_state(session, MONDAY, LUNCH)[0] == Replanning.REFUSED
    for refused in (
        lambda: lock(town, clock, "E18", LockKind.COURIER, "C2"),
        lambda: undo_lock(town, made.id or 0, by="desk", clock=clock),
        lambda: ask_again(town, MONDAY, LUNCH, by="desk", clock=clock),
    ):
        with pytest.raises(ConflictError) as refusal:
            refused()
        assert refusal.value.key == "lock.on_the_road"


def test_while_a_meal_is_planned_again_nothing_is_decided_about_it(town: Database, clock: StoppedClock) -> None:
    ask_again(town, MONDAY, LUNCH, by="desk", clock=clock)
    for refused in (
        lambda: lock(town, clock, "E18", LockKind.COURIER, "C2"),
        lambda: ask_again(town, MONDAY, LUNCH, by="desk", clock=clock),
    ):
        with pytest.raises(ConflictError) as refusal:
            refused()
        assert refusal.value.key == "lock.being_planned"


def test_a_stop_of_a_version_that_was_replaced_cannot_be_locked(town: Database, clock: StoppedClock) -> None:
    old = served(town)["E18"][0]
    replan(town, clock)
    with pytest.raises(ConflictError) as refusal:
        lock_stop(town, old, kind=LockKind.COURIER, code="C1", why="", by="desk", settings=PLAIN, clock=clock)
    assert refusal.value.key == "progress.superseded"


def test_what_is_not_there_cannot_be_locked_or_undone(town: Database, clock: StoppedClock) -> None:
    with pytest.raises(NotFoundError):
        lock_stop(town, 9999, kind=LockKind.COURIER, code="C1", why="", by="desk", settings=PLAIN, clock=clock)
    with pytest.raises(NotFoundError):
        undo_lock(town, 9999, by="desk", clock=clock)


def test_the_ways_to_serve_a_stop_stand_with_their_price_the_cheapest_first(town: Database) -> None:
    found = view(town, "E18")
    assert found.has_prices
    assert {row.courier_code for row in found.couriers} == {"C1", "C2", "C3"} - {found.courier_code}
    prices = [row.offer.cost_m for row in found.couriers if row.offer is not None]
    assert prices == sorted(prices)
    assert all(row.offer is not None or row.why for row in (*found.couriers, *found.points))
