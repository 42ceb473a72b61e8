"""A published lunch is asked why: from rows to sentences, exactly as it was planned."""

from __future__ import annotations

import json

import pytest
from sqlmodel import Session, col, select

from kitchens.meals import Meal
from service.access import EVERYTHING, Reach
from service.board.heads import get_plan
from service.board.why import (
    Asked,
    find_asked,
    sees_everything,
    why_elder,
    why_order,
    why_run,
    why_vans,
    why_visit,
)
from service.clock import StoppedClock
from service.daily import Kitbag, run_meal
from service.db import Database
from service.errors import NotFoundError
from service.settings import Settings
from service.tables import CourierRun, Elder, Plan, PlannedOrder, PlanQuestion, Visit
from tests.service.towns import MONDAY, found_town


@pytest.fixture
def kit(database: Database, clock: StoppedClock) -> Kitbag:
    found_town(database)
    kit = Kitbag(database, clock, Settings(_env_file=None, effort="quick"), "test")  # type: ignore[call-arg]
    run_meal(MONDAY, Meal.LUNCH, kit, early=True)
    return kit


def asked_of(session: Session, kit: Kitbag, language: str = "zh") -> tuple[Asked, Plan]:
    plan = get_plan(session, MONDAY, Meal.LUNCH)
    asked = find_asked(session, plan, kit.settings, language)
    assert asked is not None
    return asked, plan


def test_a_published_lunch_answers_for_every_door_run_and_van(kit: Kitbag) -> None:
    for language in ("zh", "en"):
        with kit.database.read() as session:
            asked, plan = asked_of(session, kit, language)
            assert asked.broken == 0
            visits = session.exec(select(Visit, Elder).join(Elder, col(Elder.number) == col(Visit.elder_number))).all()
            assert visits
            for visit, elder in visits:
                answer = why_visit(session, asked, plan, visit.id or 0, EVERYTHING)
                assert elder.number in answer.about
                assert elder.name not in " ".join((answer.about, *answer.sentences))
                assert len(answer.sentences) >= 4
                assert why_elder(session, asked, plan, elder.number)[0] == answer
            for run in session.exec(select(CourierRun)):
                assert why_run(session, asked, plan, run.id or 0, EVERYTHING).sentences
            assert all(answer.sentences for answer in why_vans(session, asked, plan))
            assert asked.plan().sentences
            assert all(asked.point(point.point_id).sentences for point in asked.problem.points)


def test_who_never_got_to_the_roads_is_told_so(kit: Kitbag) -> None:
    with kit.database.read() as session:
        asked, plan = asked_of(session, kit)
        for number, reason in (("E30", "地址还没有定位"), ("E10", "没有一道菜")):
            answer = why_elder(session, asked, plan, number)[0]
            assert reason in answer.sentences[0]
            assert answer.sentences[1] == "这份餐没有走到排送餐班次这一步。"
        # E01 eats at the table.
        assert why_elder(session, asked, plan, "E01")[0].sentences == ("这份餐不送上门：堂食或自取。",)


def test_boxes_without_a_van_tell_what_comes_to_the_meal_point_instead(kit: Kitbag) -> None:
    with kit.database.write() as session:
        asked, plan = asked_of(session, kit)
        order = session.exec(
            select(PlannedOrder).where(PlannedOrder.plan_id == plan.id, col(PlannedOrder.visit_id).is_(None))
        ).first()
        assert order is not None
        point_id = asked.problem.points[0].point_id
        order.reason, order.detail, order.batch_id = "no_van", f"K1 {point_id}", None
        session.add(order)
        session.flush()
        said = why_order(session, asked, plan, order.order_id, EVERYTHING).sentences
        assert said[0] == "没有排上：没有可派的车。"
        assert said[2:] == asked.point(point_id).sentences


def test_nobody_asks_beyond_their_reach(kit: Kitbag) -> None:
    with kit.database.read() as session:
        asked, plan = asked_of(session, kit)
        visit = session.exec(select(Visit)).first()
        assert visit is not None
        own, other = Reach(meal_point=visit.meal_point_code), Reach(meal_point="elsewhere")
        order_id = session.exec(select(PlannedOrder.order_id).where(PlannedOrder.visit_id == visit.id)).one()
        assert why_visit(session, asked, plan, visit.id or 0, own).sentences
        assert why_run(session, asked, plan, visit.courier_run_id, own).sentences
        for reach in (other, Reach(kitchen="K1"), Reach(courier="R1")):
            assert not sees_everything(reach)
            with pytest.raises(NotFoundError):
                why_visit(session, asked, plan, visit.id or 0, reach)
            with pytest.raises(NotFoundError):
                why_run(session, asked, plan, visit.courier_run_id, reach)
            with pytest.raises(NotFoundError):
                why_order(session, asked, plan, order_id, reach)
        with pytest.raises(NotFoundError):
            why_order(session, asked, plan, 10**6, EVERYTHING)
        with pytest.raises(NotFoundError):
            why_elder(session, asked, plan, "nobody")


def test_travel_times_that_have_changed_since_are_told(kit: Kitbag) -> None:
    with kit.database.write() as session:
        _, plan = asked_of(session, kit)
        question = session.get_one(PlanQuestion, plan.id)
        content = json.loads(question.content)
        for home in content["homes"]:
            home["place"] = {"lat": home["place"]["lat"] + 0.02, "lon": home["place"]["lon"]}
        question.content = json.dumps(content)
        session.add(question)
        session.flush()
        moved, _ = asked_of(session, kit)
        assert moved.broken > 0
        assert moved.plan().broken == moved.broken


def test_a_plan_whose_question_was_not_kept_cannot_be_asked(kit: Kitbag) -> None:
    with kit.database.write() as session:
        plan = get_plan(session, MONDAY, Meal.LUNCH)
        session.delete(session.get_one(PlanQuestion, plan.id))
        session.flush()
        assert find_asked(session, plan, kit.settings, "zh") is None


def test_a_meal_from_another_kitchen_says_why_in_both_languages(kit: Kitbag) -> None:
    with kit.database.write() as session:
        row = session.exec(select(PlannedOrder).where(PlannedOrder.kitchen_code == "K1")).first()
        assert row is not None
        row.detail = "kitchen.full:K2:K1:1520 as_before"
        session.add(row)
        order_id = row.order_id
    said = {}
    for language in ("zh", "en"):
        with kit.database.read() as session:
            asked, plan = asked_of(session, kit, language)
            said[language] = why_order(session, asked, plan, order_id, EVERYTHING).sentences[:2]
    assert said["zh"] == (
        "固定厨房样例厨房K2今天做不下；由样例厨房K1做，直线 1.5 公里。",
        "上一次也是这家厨房做的。",
    )
    assert "is full today" in said["en"][0]
    assert "1.5 km" in said["en"][0]
