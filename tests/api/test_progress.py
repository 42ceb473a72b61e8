"""Telling what happened, over JSON and over forms."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlmodel import select

from service.clock import StoppedClock
from service.db import Database
from service.tables import AuditEntry, Batch, Notice, Plan, Visit
from tests.api.conftest import Enter
from tests.pages.town import DAY, MEAL, Town, lunch_at


def test_a_batch_is_cooked_once_and_the_first_time_stands(enter: Enter, town: Town, clock: StoppedClock) -> None:
    kitchen = enter("chufang")
    address = f"/api/batches/{town.batch_ids['K01-B1']}/cooked"
    first = kitchen.post(address, json={"at": "2026-11-23T09:31:00+08:00"}).json()
    clock.advance(60)
    assert kitchen.post(address).json() == first
    assert datetime.fromisoformat(first["at"]) == datetime(2026, 11, 23, 1, 31, tzinfo=UTC)


def test_a_kitchen_cannot_mark_another_kitchens_batch_or_van(enter: Enter, town: Town) -> None:
    assert enter("chufang").post(f"/api/batches/{town.batch_ids['K02-B1']}/cooked").status_code == 403
    assert enter("songcan").post(f"/api/batches/{town.batch_ids['K01-B1']}/cooked").status_code == 403
    assert enter("peican").post(f"/api/van-runs/{town.van_run_id}/left").status_code == 403


def test_a_batch_that_was_cooked_early_must_be_eaten_early(enter: Enter, town: Town) -> None:
    kitchen = enter("chufang")
    assert "13:30" in kitchen.get("/kitchen").text
    kitchen.post(f"/api/batches/{town.batch_ids['K01-B1']}/cooked", json={"at": "2026-11-23T08:40:00+08:00"})
    page = kitchen.get("/kitchen").text
    assert "12:40" in page
    assert "13:30" not in page


def test_a_mistaken_cooked_is_undone_within_ten_minutes(enter: Enter, town: Town, clock: StoppedClock) -> None:
    kitchen = enter("chufang")
    batch = town.batch_ids["K01-B1"]
    form = {"day": DAY.isoformat(), "at": "11:00", "back": "/kitchen"}
    assert kitchen.post(f"/batches/{batch}/cooked", data=form).headers["location"] == "/kitchen"
    clock.advance(10 * 60)
    assert kitchen.post(f"/batches/{batch}/cooked/undo").status_code == 303
    assert kitchen.post(f"/batches/{batch}/cooked/undo").status_code == 409
    kitchen.post(f"/batches/{batch}/cooked", data=form)
    clock.advance(10 * 60 + 1)
    assert kitchen.post(f"/batches/{batch}/cooked/undo").status_code == 409


@pytest.mark.parametrize("at", ["2026-11-23T11:06:00+08:00", "2026-11-22T23:59:00+08:00"])
def test_a_time_in_the_future_or_before_the_day_is_refused(enter: Enter, town: Town, at: str) -> None:
    assert enter("chufang").post(f"/api/batches/{town.batch_ids['K01-B1']}/cooked", json={"at": at}).status_code == 422


def test_nothing_can_be_noted_before_the_service_day(enter: Enter, town: Town, clock: StoppedClock) -> None:
    clock.instant = lunch_at(-1, 0)
    answer = enter("songcan").post(f"/api/visits/{town.visit_ids[0]}/outcome", json={"outcome": "in_person"})
    assert (answer.status_code, answer.json()["key"]) == (422, "progress.before_day")


def test_an_outcome_may_be_sent_again_but_not_changed(enter: Enter, town: Town, database: Database) -> None:
    courier = enter("songcan")
    address = f"/api/visits/{town.visit_ids[0]}/outcome"
    first = courier.post(address, json={"outcome": "in_person", "note": "笑着接的"})
    assert first.status_code == 200
    assert courier.post(address, json={"outcome": "in_person"}).json() == first.json()
    other = courier.post(address, json={"outcome": "refused"})
    assert (other.status_code, other.json()["key"]) == (409, "progress.has_outcome")
    assert "本人签收" in other.json()["zh"]
    with database.read() as session:
        entries = session.exec(select(AuditEntry).where(AuditEntry.action == "visit.outcome")).all()
    assert len(entries) == 1
    assert "笑着接的" not in str(entries[0].details)


def test_a_courier_cannot_settle_a_strangers_door(enter: Enter, town: Town) -> None:
    other = town.visit_ids[8]
    assert enter("songcan").post(f"/api/visits/{other}/outcome", json={"outcome": "in_person"}).status_code == 403
    assert enter("chufang").post(f"/api/visits/{other}/outcome", json={"outcome": "in_person"}).status_code == 403
    assert enter("jiexian").post(f"/api/visits/{other}/outcome", json={"outcome": "in_person"}).status_code == 200


def test_no_answer_tells_the_desk_and_undoing_it_takes_the_notice_back(
    enter: Enter, town: Town, database: Database
) -> None:
    courier = enter("songcan")
    run, visit = town.run_ids["R01"], town.visit_ids[0]
    courier.post(f"/courier/{run}/visits/{visit}", data={"outcome": "no_answer"})
    desk = enter("jiexian")
    assert "E0001（班次 R01）无人应门" in desk.get("/").text
    assert courier.post(f"/courier/{run}/visits/{visit}/undo").status_code == 303
    assert "无人应门" not in desk.get("/").text
    with database.read() as session:
        assert session.get_one(Visit, visit).outcome is None


def test_whoever_has_seen_a_notice_is_told_that_it_was_a_mistake(enter: Enter, town: Town, database: Database) -> None:
    courier, desk = enter("songcan"), enter("jiexian")
    run, visit = town.run_ids["R01"], town.visit_ids[0]
    courier.post(f"/courier/{run}/visits/{visit}", data={"outcome": "no_answer"})
    with database.read() as session:
        notice = session.exec(select(Notice).where(Notice.to == "operator")).one()
    assert desk.post(f"/notices/{notice.id}/seen").status_code == 303
    courier.post(f"/courier/{run}/visits/{visit}/undo")
    assert "已撤销" in desk.get("/").text


def test_a_notice_of_another_role_cannot_be_put_away(enter: Enter, town: Town, database: Database) -> None:
    enter("songcan").post(f"/api/visits/{town.visit_ids[0]}/outcome", json={"outcome": "no_answer"})
    with database.read() as session:
        notice = session.exec(select(Notice).where(Notice.to == "operator")).one()
    enter("chufang").post(f"/notices/{notice.id}/seen")
    with database.read() as session:
        assert session.get_one(Notice, notice.id).shown_at is None


def test_an_outcome_cannot_be_undone_after_ten_minutes(enter: Enter, town: Town, clock: StoppedClock) -> None:
    courier = enter("songcan")
    address = f"/api/visits/{town.visit_ids[0]}/outcome"
    courier.post(address, json={"outcome": "in_person"})
    clock.advance(10 * 60 + 1)
    answer = courier.delete(address)
    assert (answer.status_code, answer.json()["key"]) == (409, "progress.undo_too_late")


def test_a_run_of_a_replaced_plan_takes_no_outcomes(enter: Enter, town: Town, database: Database) -> None:
    with database.write() as session:
        old = session.get_one(Plan, town.plan_id)
        session.add(Plan(**old.model_dump(exclude={"id", "version"}), version=2))
    courier = enter("songcan")
    answer = courier.post(f"/api/visits/{town.visit_ids[0]}/outcome", json={"outcome": "in_person"})
    assert (answer.status_code, answer.json()["key"]) == (409, "progress.superseded")
    assert "作废" in courier.get(f"/courier/{town.run_ids['R01']}").text


def test_the_board_counts_what_happened(enter: Enter, town: Town) -> None:
    desk = enter("fuwutai")
    for code, batch in town.batch_ids.items():
        if code.startswith("K02"):
            assert desk.post(f"/api/batches/{batch}/cooked").status_code == 200
    desk.post(f"/api/van-runs/{town.van_run_id}/left")
    desk.post(f"/api/courier-runs/{town.run_ids['R01']}/left")
    desk.post(f"/api/visits/{town.visit_ids[0]}/outcome", json={"outcome": "named_person"})
    desk.post(f"/api/visits/{town.visit_ids[1]}/outcome", json={"outcome": "address_wrong"})
    assert desk.get(f"/api/days/{DAY}/{MEAL}").json()["progress"] == {
        "ordered": 36,
        "planned": 33,
        "left_out": 3,
        "unplanned": 0,
        "cooked": 11,
        "loaded": 33,
        "to_doors": 24,
        "delivered": 1,
        "not_handed_over": 1,
        "open_doors": 22,
    }


def test_the_day_says_who_is_left_out_and_why(enter: Enter) -> None:
    day = enter("jiexian").get(f"/api/days/{DAY}/{MEAL}").json()
    assert {row["elder_number"]: row["reason"] for row in day["left_out"]} == {
        "E0034": "no_courier",
        "E0035": "past_eat_by",
        "E0036": "no_position",
    }
    assert day["plan"]["travel_source"] == "estimate"
    assert day["state"] == "published"


def test_an_order_that_stands_in_no_plan_is_shouted(enter: Enter, town: Town, database: Database) -> None:
    from kitchens.meals import Fulfilment
    from service.tables import Elder, MealOrder, OrderSource

    with database.write() as session:
        session.add(Elder(number="E9000", name="漏样本", birth_year=1940, phone="", address="示例路"))
        session.flush()
        session.add(
            MealOrder(
                elder_number="E9000",
                service_day=DAY,
                meal=MEAL,
                fulfilment=Fulfilment.HOME,
                source=OrderSource.PHONE,
                placed_by="jiexian",
                placed_at=lunch_at(9, 0),
            )
        )
    desk = enter("fuwutai")
    assert desk.get(f"/api/days/{DAY}/{MEAL}").json()["progress"]["unplanned"] == 1
    assert "有 1 份订单不在计划里" in desk.get("/").text


def test_marks_are_kept_in_the_audit(enter: Enter, town: Town, database: Database) -> None:
    enter("chufang").post(f"/api/batches/{town.batch_ids['K01-B1']}/cooked")
    with database.read() as session:
        entry = session.exec(select(AuditEntry).where(AuditEntry.action == "batch.cooked")).one()
        batch = session.get_one(Batch, town.batch_ids["K01-B1"])
    assert (entry.actor, entry.subject) == ("chufang", batch.code)
