"""A day on which a home is better served from another meal point: plan, rows, papers and account say the same."""

from __future__ import annotations

import pytest
from sqlalchemy import update
from sqlmodel import Session, col, select

from kitchens.account import forgotten_orders, served_orders
from kitchens.kitchen_papers import BatchSheet, BoxLabel
from kitchens.meals import Meal
from kitchens.road_papers import LoadingManifest, MealPointSheet, RouteSheet
from routing.check import check_runs
from routing.plan import MadeBy
from service.access import EVERYTHING
from service.board.plan_map import plan_map
from service.board.today import today_board
from service.claims import Claim
from service.clock import StoppedClock
from service.daily import Kitbag, plan_day
from service.db import Database
from service.papers import read_content
from service.planning import read_question
from service.publishing import publish
from service.settings import Settings
from service.tables import Elder, MealOrder, Paper, Plan, PlannedOrder, Visit
from tests.service.towns import LAT, LON, MONDAY, found_town

LUNCH = Meal.LUNCH
MOVED = ("E18", "E19", "E20")
"""They belong to P2, and live next door to P1 where kitchen K1 stands that cooks for both."""


@pytest.fixture
def kit(sqlite_database: Database, clock: StoppedClock) -> Kitbag:
    found_town(sqlite_database)
    with sqlite_database.write() as session:
        beside = {"lat": LAT + 0.0004, "lon": LON + 0.0004}
        session.execute(update(Elder).where(col(Elder.number).in_(MOVED)).values(**beside))
    Claim(sqlite_database, clock, MONDAY, LUNCH).take(actor="test", early=True)
    return Kitbag(sqlite_database, clock, Settings(_env_file=None, effort="quick"), "test")  # type: ignore[call-arg]


def test_homes_served_from_another_point_stand_there_in_plan_rows_papers_and_account(kit: Kitbag) -> None:
    with kit.database.read() as session:
        question = read_question(session, MONDAY, LUNCH)
    plan, problem = plan_day(question, kit, meanwhile=lambda: None)
    assert (plan.runs.made_by, plan.marks) == (MadeBy.ENGINE, ())
    assert check_runs(problem, plan.runs) == ()
    own = {home.home_id: home.point_id for home in problem.homes}
    trip_at = {v.home_id: t.point_id for run in plan.runs.courier_runs for t in run.trips for v in t.visits}
    assert {home_id for home_id in own if trip_at[home_id] != own[home_id]} == {f"E{elder}" for elder in MOVED}

    elders = {order.order_id: order.elder_id for order in question.day.orders}
    supplied_at = {elders[one.order_id]: one.point_id for one in plan.supply.supplied}
    assert {supplied_at[elder] for elder in MOVED} == {"P1"}
    assert forgotten_orders(question.day, plan) == ()
    assert len(served_orders(question.day, plan)) == 28

    with kit.database.write() as session:
        publish(session, question, problem, plan, kit.settings, kit.clock, actor="test")
    with kit.database.read() as session:
        _rows_agree(session)
        _papers_agree(session)


def _rows_agree(session: Session) -> None:
    visits = session.exec(select(Visit).where(col(Visit.elder_number).in_(MOVED))).all()
    assert {visit.meal_point_code for visit in visits} == {"P1"}
    planned = session.exec(
        select(PlannedOrder.meal_point_code)
        .join(MealOrder, col(MealOrder.id) == col(PlannedOrder.order_id))
        .where(col(MealOrder.elder_number).in_(MOVED))
    ).all()
    assert set(planned) == {"P1"}
    plan = session.exec(select(Plan)).one()
    board = today_board(session, MONDAY, LUNCH, now=plan.published_at, reach=EVERYTHING)
    assert (board.flow.planned, board.flow.left_out, board.flow.unplanned) == (28, 2, 0)
    assert {place.code for place in plan_map(session, plan, EVERYTHING).points} == {"P1", "P2", "P3"}


def _papers_agree(session: Session) -> None:
    values = [value for paper in session.exec(select(Paper)) for value in read_content(paper)]
    labels = {one.label: one for one in values if isinstance(one, BoxLabel)}
    moved = session.exec(
        select(PlannedOrder.label)
        .join(MealOrder, col(MealOrder.id) == col(PlannedOrder.order_id))
        .where(col(MealOrder.elder_number).in_(MOVED))
    ).all()
    assert {labels[label].point for label in moved} == {"样例饭堂P1"}
    sheets = {one.head.subject: one for one in values if isinstance(one, MealPointSheet)}
    assert (sheets["P1"].boxes, sheets["P2"].boxes) == (12, 7), "nine and three, ten less three"
    assert (sheets["P1"].idle, sheets["P2"].idle) == (0, 0)
    assert sum(one.boxes for one in sheets["P1"].hand_outs) == 5
    stops = {stop.point_id: stop.boxes for one in values if isinstance(one, LoadingManifest) for stop in one.stops}
    assert stops["P2"] == 7
    sent = sum(line.portions for one in values if isinstance(one, BatchSheet) for line in one.points)
    at_p1 = sum(
        line.portions for one in values if isinstance(one, BatchSheet) for line in one.points if line.point_id == "P1"
    )
    assert (sent, at_p1) == (28, 12)
    trips = [trip for one in values if isinstance(one, RouteSheet) for trip in one.trips]
    homes_at = {stop.home_id: trip.point_id for trip in trips for stop in trip.stops}
    assert {homes_at[f"E{elder}"] for elder in MOVED} == {"P1"}


def test_with_no_further_points_every_home_stays_at_its_own(kit: Kitbag) -> None:
    settings = kit.settings.model_copy(update={"alternative_points": 0})
    with kit.database.read() as session:
        question = read_question(session, MONDAY, LUNCH)
    alone = Kitbag(kit.database, kit.clock, settings, "test")
    plan, problem = plan_day(question, alone, meanwhile=lambda: None)
    own = {home.home_id: home.point_id for home in problem.homes}
    assert all(
        trip.point_id == own[visit.home_id]
        for run in plan.runs.courier_runs
        for trip in run.trips
        for visit in trip.visits
    )
