"""Placing and cancelling over JSON."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from service.clock import StoppedClock
from tests.api.conftest import Enter
from tests.pages.town import Town

TUESDAY = {
    "elder_number": "E0001",
    "service_day": "2026-11-24",
    "meal": "lunch",
    "fulfilment": "home",
    "source": "phone",
}


@pytest.fixture
def clock() -> StoppedClock:
    """Monday 2026-11-23, 10:00 in Guangzhou: Tuesday's lunch can be ordered until 15:00."""
    return StoppedClock(datetime(2026, 11, 23, 2, 0, tzinfo=UTC))


def test_an_order_is_placed_and_cancelled(enter: Enter, town: Town) -> None:
    operator = enter("jiexian")
    placed = operator.post("/api/orders", json=TUESDAY)
    assert placed.status_code == 201
    order = placed.json()
    assert (order["state"], order["placed_by"], order["source"]) == ("placed", "jiexian", "phone")
    cancelled = operator.post(f"/api/orders/{order['id']}/cancel")
    assert (cancelled.status_code, cancelled.json()["state"]) == (200, "cancelled")
    assert operator.post(f"/api/orders/{order['id']}/cancel").status_code == 409


def test_the_same_key_gives_the_same_order_and_a_second_order_is_refused(enter: Enter, town: Town) -> None:
    operator = enter("jiexian")
    key = {"Idempotency-Key": "call-118-a"}
    once = operator.post("/api/orders", json=TUESDAY, headers=key)
    again = operator.post("/api/orders", json=TUESDAY, headers=key)
    assert (once.status_code, once.json()) == (again.status_code, again.json())
    other = operator.post("/api/orders", json=TUESDAY | {"elder_number": "E0002"}, headers=key)
    assert (other.status_code, other.json()["key"]) == (422, "error.key_used")
    assert operator.post("/api/orders", json=TUESDAY, headers={"Idempotency-Key": "short"}).status_code == 422
    assert operator.post("/api/orders", json=TUESDAY).json()["key"] == "error.already_ordered"


@pytest.mark.parametrize(
    ("change", "status", "key"),
    [
        ({"elder_number": "E9999"}, 404, "error.unknown_elder"),
        ({"service_day": "2026-11-28"}, 422, "error.no_service_day"),
        ({"service_day": "2026-11-23"}, 409, "error.orders_closed"),
        ({"dish_code": "D99"}, 422, "error.dish_not_on_menu"),
        ({"source": "standing"}, 422, "access.invalid"),
        ({"meal": "supper"}, 422, "access.invalid"),
    ],
)
def test_an_order_that_cannot_be_is_refused_with_its_reason(
    enter: Enter, town: Town, change: dict[str, str], status: int, key: str
) -> None:
    answer = enter("jiexian").post("/api/orders", json=TUESDAY | change)
    assert (answer.status_code, answer.json()["key"]) == (status, key)


def test_a_meal_point_orders_for_its_own_elders_only(enter: Enter, town: Town) -> None:
    point, operator = enter("peican"), enter("jiexian")
    assert point.post("/api/orders", json=TUESDAY).status_code == 201
    assert point.post("/api/orders", json=TUESDAY | {"elder_number": "E0002"}).status_code == 403
    other = operator.post("/api/orders", json=TUESDAY | {"elder_number": "E0002"}).json()
    assert point.post(f"/api/orders/{other['id']}/cancel").status_code == 403


@pytest.mark.parametrize("name", ["fuwutai", "chufang", "songcan"])
def test_roles_that_take_no_orders_are_refused(enter: Enter, town: Town, name: str) -> None:
    assert enter(name).post("/api/orders", json=TUESDAY).status_code == 403
