"""Standing orders and late wishes over JSON."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from service.clock import StoppedClock
from tests.api.conftest import Enter
from tests.pages.town import Town

REPEAT = {"weekdays": "2345", "fulfilment": "home", "from_day": "2026-11-24"}
LATE = {
    "elder_number": "E0001",
    "service_day": "2026-11-24",
    "meal": "lunch",
    "fulfilment": "home",
    "source": "phone",
    "reason": "出院回家",
}


@pytest.fixture
def clock() -> StoppedClock:
    """Monday 2026-11-23, 10:00 in Guangzhou: Tuesday's lunch can be ordered until 15:00."""
    return StoppedClock(datetime(2026, 11, 23, 2, 0, tzinfo=UTC))


def test_a_standing_order_is_begun_paused_excepted_and_ended(enter: Enter, town: Town) -> None:
    operator = enter("jiexian")
    made = operator.put("/api/standing/of/E0001/dinner", json=REPEAT)
    assert made.status_code == 200
    number = made.json()["id"]
    paused = operator.put(f"/api/standing/{number}/pause", json={"from_day": "2026-11-30", "until_day": "2026-12-01"})
    assert paused.json()["paused_until"] == "2026-12-01"
    assert operator.put(f"/api/standing/{number}/days/2026-11-25", json={}).status_code == 200
    assert operator.put(f"/api/standing/{number}/end", json={"last_day": "2026-12-31"}).status_code == 200
    listed = operator.get("/api/standing/of/E0001").json()
    assert [one["until_day"] for one in listed if one["meal"] == "dinner"] == ["2026-12-31"]


@pytest.mark.parametrize(
    ("path", "body", "status", "key"),
    [
        ("/api/standing/of/E9999/dinner", REPEAT, 404, "error.unknown_elder"),
        ("/api/standing/of/E0001/dinner", REPEAT | {"weekdays": "99"}, 422, "error.odd_weekdays"),
        ("/api/standing/404/pause", {"from_day": "2026-11-30"}, 404, "error.unknown_standing"),
    ],
)
def test_a_standing_order_that_cannot_be_is_refused(
    enter: Enter, town: Town, path: str, body: dict[str, str], status: int, key: str
) -> None:
    answer = enter("jiexian").put(path, json=body)
    assert (answer.status_code, answer.json()["key"]) == (status, key)


def test_a_ticket_orders_a_week_at_once(enter: Enter, town: Town) -> None:
    meals = [{"service_day": f"2026-11-{day}", "meal": "lunch", "fulfilment": "dine_in"} for day in (24, 25, 26)]
    placed = enter("jiexian").post("/api/orders/ticket", json={"elder_number": "E0001", "meals": meals})
    assert placed.status_code == 201
    assert [one["source"] for one in placed.json()] == ["bulk"] * 3


def test_a_late_wish_goes_to_its_kitchen_and_to_no_other(enter: Enter, town: Town, clock: StoppedClock) -> None:
    operator, kitchen, other = enter("jiexian"), enter("chufang"), enter("peican")
    assert operator.post("/api/orders/late", json=LATE).json()["key"] == "error.not_late_yet"
    clock.advance(6 * 3600)
    late = operator.post("/api/orders/late", json=LATE)
    assert (late.status_code, late.json()["state"]) == (201, "requested")
    assert other.get("/api/orders/late/2026-11-24/lunch").status_code == 403
    waiting = kitchen.get("/api/orders/late/2026-11-24/lunch").json()
    assert [one["reason"] for one in waiting] == ["出院回家"]
    number = waiting[0]["id"]
    assert operator.post(f"/api/orders/late/{number}/decision", json={"accepts": True}).status_code == 403
    decided = kitchen.post(f"/api/orders/late/{number}/decision", json={"accepts": True})
    assert (decided.status_code, decided.json()["accepted"]) == (200, True)
    again = kitchen.post(f"/api/orders/late/{number}/decision", json={"accepts": True})
    assert (again.status_code, again.json()["key"]) == (409, "error.already_decided")
    order = late.json()["id"]
    assert operator.post(f"/api/orders/{order}/cancel").json()["key"] == "error.orders_closed"
    asked = operator.post(f"/api/orders/{order}/cancel-late", json={"reason": "又住院了"})
    assert asked.status_code == 200
