"""Settlements, accounts and hand-overs through the door: who may, what comes back, and what is refused in words."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from api.bodies.money import OutlookOut, SettlementOut
from service.clock import StoppedClock, instant_of
from service.db import Database
from service.tables import (
    Batch,
    Community,
    Elder,
    ElderPlace,
    LedgerEntry,
    MealOrder,
    MealPoint,
    Settlement,
    Street,
    TakenMeal,
    Visit,
)
from tests.api.conftest import Enter
from tests.pages.town import DAY, Town, lunch_at

PERIOD = {"since": DAY.isoformat(), "until": DAY.isoformat()}


@pytest.fixture
def over(database: Database, town: Town, clock: StoppedClock) -> Database:
    """The day after: all is cooked, brought and eaten but for one open stop and one meal that nobody fetched."""
    with database.write() as session:
        session.add(Street(code="440105001", name="素社街道", lat=23.09, lon=113.3))
        session.flush()
        session.add(Community(code="Q1", name="样例社区", street_code="440105001", lat=23.09, lon=113.3))
        session.flush()
        for point in session.exec(select(MealPoint)):
            point.community_code = "Q1"
        for elder in session.exec(select(Elder)):
            for kind in ("hukou", "residence"):
                session.add(ElderPlace(elder_number=elder.number, kind=kind, city="广州市"))
        for batch in session.exec(select(Batch)):
            batch.cooked_at = lunch_at(10, 30)
        for visit in session.exec(select(Visit)).all()[1:]:
            visit.outcome, visit.outcome_at, visit.outcome_by = "in_person", lunch_at(12, 0), "songcan"
        others = session.exec(select(MealOrder).where(MealOrder.fulfilment != "home")).all()
        for number, order in enumerate(others[1:]):
            at = instant_of(DAY, 12 * 3600 + 60 * number)
            session.add(TakenMeal(order_id=order.id or 0, at=at, way="swipe", terminal="T1", by="peican"))
    clock.instant = instant_of(DAY + timedelta(days=1), 9 * 3600)
    return database


def test_a_period_is_looked_at_settled_and_read_back(over: Database, enter: Enter) -> None:
    client = enter("fuwutai")
    seen = OutlookOut.model_validate(client.get("/api/settlements/outlook", params=PERIOD).json())
    assert len(seen.open_stops) == 1
    refused = client.post("/api/settlements", json=PERIOD)
    assert (refused.status_code, refused.json()["key"]) == (409, "settling.open_stops")
    assert seen.open_stops[0].elder_number in refused.json()["zh"]
    made = client.post("/api/settlements", json={**PERIOD, "despite_open": "路线单遗失"})
    assert made.status_code == 201, made.text
    found = SettlementOut.model_validate(made.json())
    assert found == SettlementOut.model_validate(client.get(f"/api/settlements/{found.head.id}").json())
    assert sum(one.fen for one in found.by_payer) == found.head.total_fen == sum(one.fen for one in found.by_rule)
    assert {"settling.unclaimed.no_outcome", "settling.unclaimed.not_taken"} <= {one.reason for one in found.unclaimed}
    with over.read() as session:
        orders = session.exec(select(MealOrder.id)).all()
    assert found.head.meals + found.head.refused + found.head.unclaimed == len(orders)
    assert [one["id"] for one in client.get("/api/settlements").json()] == [found.head.id]
    again = client.post("/api/settlements", json={**PERIOD, "despite_open": "路线单遗失"})
    assert (again.status_code, again.json()["key"]) == (409, "settling.nothing_new")


def test_a_replay_shows_the_difference_and_books_it_only_when_told_to(over: Database, enter: Enter) -> None:
    from tests.pages.test_money import corrected

    client = enter("guanli")
    number = client.post("/api/settlements", json={**PERIOD, "despite_open": "x"}).json()["head"]["id"]
    same = client.post(f"/api/settlements/{number}/replay", json={})
    assert (same.status_code, same.json()["changes"]) == (200, [])
    shown = client.post(f"/api/settlements/{number}/replay", json={"scheme_toml": corrected()}).json()
    assert {tuple(one["key"]): one["fen"] > 0 for one in shown["by_payer"]} == {
        ("city", "广州市"): True,
        ("elder", ""): False,
    }
    with over.read() as session:
        assert len(session.exec(select(Settlement)).all()) == 1
    booked = client.post(f"/api/settlements/{number}/replay", json={"scheme_toml": corrected(), "books": True}).json()
    assert booked["settlement_id"] == number + 1
    assert client.get(f"/api/settlements/{number + 1}").json()["head"]["replays_id"] == number
    broken = client.post(f"/api/settlements/{number}/replay", json={"scheme_toml": "id = "})
    assert (broken.status_code, broken.json()["key"]) == (422, "money.scheme.unreadable")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"since": "2026-11-24", "until": "2026-11-23"}, 422),
        ({"since": "2026-11-23", "until": "2026-11-24"}, 422),
        ({"since": "2026-11-23"}, 422),
        ({"since": "yesterday", "until": "2026-11-23"}, 422),
        ({**PERIOD, "who": "me"}, 422),
    ],
)
def test_no_period_is_no_settlement(over: Database, enter: Enter, body: dict[str, str], status: int) -> None:
    answer = enter("fuwutai").post("/api/settlements", json=body)
    assert answer.status_code == status
    assert answer.json()["zh"] != answer.json()["en"]
    with over.read() as session:
        assert session.exec(select(Settlement)).all() == []
        assert session.exec(select(LedgerEntry)).all() == []


def test_only_the_district_sees_money(over: Database, enter: Enter) -> None:
    for name in ("jiexian", "chufang", "peican", "songcan"):
        client = enter(name)
        for answer in (
            client.get("/api/settlements"),
            client.get("/api/settlements/1"),
            client.get("/api/settlements/outlook", params=PERIOD),
            client.post("/api/settlements", json=PERIOD),
            client.post("/api/settlements/clearances", json={"order_ids": [1], "reason": "x"}),
            client.post("/api/settlements/1/replay", json={}),
            client.post("/api/delivery-fees", json={"fen": 100, "from_day": "2026-12-01"}),
        ):
            assert answer.status_code == 403, (name, answer.request.url)


def test_a_claim_without_doubt_is_not_cleared_and_an_unknown_settlement_is_not_found(
    over: Database, enter: Enter
) -> None:
    client = enter("fuwutai")
    cleared = client.post("/api/settlements/clearances", json={"order_ids": [1], "reason": "看过"})
    assert (cleared.status_code, cleared.json()["key"]) == (404, "settling.clear_unknown")
    assert client.get("/api/settlements/99").status_code == 404


def test_a_meal_point_notes_a_meal_and_a_payment_of_its_own_elders_only(
    database: Database, enter: Enter, clock: StoppedClock
) -> None:
    client = enter("peican")
    with database.read() as session:
        others = session.exec(select(MealOrder).where(MealOrder.fulfilment != "home")).all()
        points = {one.number: one.meal_point_code for one in session.exec(select(Elder))}
    own = next(one for one in others if points[one.elder_number] == "P1")
    foreign = next(one for one in others if points[one.elder_number] != "P1")
    taken = client.post(f"/api/orders/{own.id}/taken", json={"way": "signature"})
    assert (taken.status_code, taken.json()["by"]) == (200, "peican")
    assert client.post(f"/api/orders/{own.id}/taken", json={"way": "keyed"}).json() == taken.json()
    assert client.post(f"/api/orders/{foreign.id}/taken", json={"way": "keyed"}).status_code == 403
    money = {"fen": 1000, "how": "cash"}
    headers = {"Idempotency-Key": "till-0001"}
    path = f"/api/elders/{own.elder_number}/payments"
    paid = client.post(path, json=money, headers=headers)
    assert (paid.status_code, paid.json()["meal_point_code"]) == (201, "P1")
    assert client.post(path, json=money, headers=headers).json() == paid.json()
    assert client.post(path, json={**money, "fen": 1}, headers=headers).status_code == 422
    assert client.post(path, json={**money, "meal_point_code": "P2"}).status_code == 403
    assert client.post(f"/api/elders/{foreign.elder_number}/payments", json=money).status_code == 403
    assert client.get(f"/api/elders/{foreign.elder_number}/account").status_code == 403
    tills: list[dict[str, Any]] = client.get(f"/api/tills/{DAY}").json()
    assert tills == [{"meal_point_code": "P1", "how": "cash", "payments": 1, "fen": 1000}]


def test_an_account_is_read_with_its_payments_and_a_negative_amount_is_refused(
    database: Database, enter: Enter
) -> None:
    client = enter("guanli")
    assert client.post("/api/elders/E0001/payments", json={"fen": -5, "how": "cash"}).status_code == 422
    assert client.post("/api/elders/E9999/payments", json={"fen": 5, "how": "cash"}).status_code == 404
    client.post("/api/elders/E0001/payments", json={"fen": 500, "how": "top_up"})
    found = client.get("/api/elders/E0001/account").json()
    assert (found["left_fen"], [one["fen"] for one in found["payments"]]) == (500, [500])
    refund = client.post("/api/elders/E0001/payments", json={"fen": 501, "how": "refund"})
    assert (refund.status_code, refund.json()["key"]) == (409, "account.beyond")
    fee = client.post("/api/delivery-fees", json={"fen": 200, "from_day": "2026-12-01"})
    assert (fee.status_code, fee.json()["fen"]) == (201, 200)
    late = client.post("/api/delivery-fees", json={"fen": 200, "from_day": "2020-12-01"})
    assert (late.status_code, late.json()["key"]) == (422, "account.fee_backwards")
