"""A kiosk opens the kiosk and nothing else, and nobody else opens it."""

from __future__ import annotations

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.access import RULES, Operation, device_may
from service.clock import StoppedClock
from service.db import Database
from service.devices import add_kiosk, register_kiosk
from service.tables import Device
from tests.api.conftest import Enter
from tests.api.test_reads import READS, dump, filled
from tests.pages.town import Town

COOKIE = "nuanfan_kiosk"


@pytest.fixture
def kiosk(app: FastAPI, database: Database, clock: StoppedClock) -> TestClient:
    _, code = add_kiosk(database, "P1", by="test", clock=clock)
    client = TestClient(app, follow_redirects=False)
    # Without a path: this client sends its cookie everywhere, as no browser would.
    client.cookies.set(COOKIE, register_kiosk(database, code, clock=clock))
    return client


def test_a_kiosk_may_do_one_thing(database: Database) -> None:
    device = Device(code="P1-K1", meal_point_code="P1", kind="kiosk", made_by="test")
    assert [operation for operation in Operation if device_may(device, operation)] == [Operation.KIOSK]
    assert not device_may(None, Operation.KIOSK)
    assert RULES[Operation.KIOSK] == frozenset()


def test_a_kiosk_is_nobody_anywhere_else(kiosk: TestClient, visitor: TestClient, town: Town) -> None:
    assert kiosk.get("/kiosk").status_code == 200
    elsewhere = [filled(one, town) for one in READS if not one.startswith("/kiosk")]
    for address in (*elsewhere, "/devices", "/api/devices"):
        for method in ("GET", "POST"):
            one, other = kiosk.request(method, address), visitor.request(method, address)
            assert (one.status_code, one.headers.get("location")) == (other.status_code, other.headers.get("location"))


def test_no_login_opens_the_kiosk(enter: Enter) -> None:
    for name in ("guanli", "fuwutai", "jiexian", "peican"):
        client = enter(name)
        assert client.get("/kiosk").status_code == 401
        assert client.post("/kiosk/seen").status_code == 403
        assert client.get("/kiosk/pictures/D01").status_code == 403
        assert client.post("/kiosk", data={"do": "who", "given": "E0001"}).headers["location"] == "/kiosk"
        assert "没有登记" in client.get("/kiosk").text


def test_looking_at_a_kiosk_changes_nothing(
    kiosk: TestClient, visitor: TestClient, database: Database, town: Town
) -> None:
    kiosk.post("/kiosk", data={"do": "who", "given": "E0001"})
    before = dump(database)
    for address in ("/kiosk", "/kiosk/register", "/kiosk/pictures/D01", "/devices"):
        for _ in range(2):
            kiosk.get(address)
            visitor.get(address)
    assert dump(database) == before


def test_a_kiosk_page_has_no_script_of_its_own_and_is_never_stored(kiosk: TestClient) -> None:
    answer = kiosk.get("/kiosk")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    for word in ("<style", " style=", " onclick", 'src="http'):
        assert word not in answer.text


@pytest.mark.parametrize("name", ["guanli", "fuwutai"])
def test_the_desk_adds_lists_and_revokes_kiosks(
    enter: Enter, database: Database, clock: StoppedClock, name: str
) -> None:
    desk = enter(name)
    made = desk.post("/api/devices", json={"meal_point_code": "P2"})
    assert made.status_code == 201
    assert made.json()["code"] == "P2-K1"
    token = register_kiosk(database, made.json()["one_time_code"], clock=clock)
    (line,) = desk.get("/api/devices").json()
    assert (line["code"], line["meal_point_name"]) == ("P2-K1", "样本二号助餐点")
    assert desk.post("/api/devices/P2-K1/revoke").json()["revoked_at"]
    assert desk.post("/api/devices/P2-K1/revoke").status_code == 409
    assert desk.post("/api/devices/P9-K1/revoke").status_code == 404
    client = TestClient(desk.app)
    client.cookies.set(COOKIE, token)
    assert client.get("/kiosk").status_code == 401


@pytest.mark.parametrize("name", ["jiexian", "chufang", "peican", "songcan"])
def test_nobody_else_sees_or_makes_kiosks(enter: Enter, name: str) -> None:
    client = enter(name)
    for method, address in (
        ("GET", "/devices"),
        ("POST", "/devices"),
        ("GET", "/api/devices"),
        ("POST", "/api/devices"),
        ("POST", "/api/devices/P1-K1/revoke"),
        ("POST", "/devices/P1-K1/revoke"),
    ):
        assert client.request(method, address).status_code == 403


def test_bad_answers_are_said_in_both_languages_and_change_nothing(
    kiosk: TestClient, enter: Enter, database: Database
) -> None:
    desk = enter("fuwutai")
    before = dump(database)
    unknown = desk.post("/api/devices", json={"meal_point_code": "P9"})
    assert (unknown.status_code, unknown.json()["key"]) == (404, "error.unknown_point")
    assert desk.post("/api/devices", json={"meal_point_code": "P1", "colour": 1}).status_code == 422
    odd = kiosk.post("/kiosk", data={"do": "fly:away"})
    assert odd.status_code == 422
    assert "什么都没有改" in odd.text
    assert "nothing was changed" in odd.text
    assert kiosk.post("/kiosk", data={"do": "who", "given": "9" * 500}).status_code == 422
    assert kiosk.post("/kiosk", data={"do": "who", "given": "9" * 300_000}).status_code == 413
    assert dump(database) == before


def test_a_link_from_another_site_answers_nothing(kiosk: TestClient) -> None:
    refused = kiosk.post("/kiosk", data={"do": "help"}, headers={"Origin": "https://evil.example"})
    assert refused.status_code == 403
