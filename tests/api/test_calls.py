from __future__ import annotations

from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import select

from api.app import create_app
from service.clock import StoppedClock
from service.db import Database
from service.settings import Settings
from service.tables import DeskAct, MealOrder
from tests.api.conftest import Enter
from tests.pages.desk_town import ALONE, EXCHANGE_TOKEN, FAMILY_PHONE, REGULAR, furnish
from tests.pages.town import Town

EVENT = {
    "call_id": "x1",
    "line": "8001",
    "caller": "020-0000-0003",
    "event": "ringing",
    "at": "2026-11-23T10:59:58+08:00",
}
RIGHT = {"Authorization": f"Bearer {EXCHANGE_TOKEN}"}


@pytest.fixture
def app(database: Database, town: Town, clock: StoppedClock, tmp_path: Path) -> FastAPI:
    """The application, with an exchange."""
    furnish(database)
    return create_app(database, Settings(home=tmp_path / "home", exchange_token=EXCHANGE_TOKEN), clock)


def test_only_the_exchange_tells_of_calls(visitor: TestClient, enter: Enter) -> None:
    assert visitor.post("/api/calls", json=EVENT).status_code == 403
    for wrong in ("", "Bearer", "Bearer ", "Bearer wrong", EXCHANGE_TOKEN, f"Basic {EXCHANGE_TOKEN}"):
        answer = visitor.post("/api/calls", json=EVENT, headers={"Authorization": wrong})
        assert (answer.status_code, answer.json()["key"]) == (403, "desk.strange_exchange")
    assert enter("guanli").post("/api/calls", json=EVENT).status_code == 403
    assert enter("jiexian").get("/api/calls/waiting").json() == []
    assert visitor.post("/api/calls", json=EVENT, headers=RIGHT).status_code == 202


def test_a_call_is_told_waits_with_whom_it_may_be_from_and_is_done(visitor: TestClient, enter: Enter) -> None:
    for event in ("ringing", "answered", "ringing"):
        assert visitor.post("/api/calls", json={**EVENT, "event": event}, headers=RIGHT).status_code == 202
    desk, other = enter("jiexian"), enter("fuwutai")
    [waiting] = desk.get("/api/calls/waiting?line=8001").json()
    assert [one["number"] for one in waiting["may_be"]] == [REGULAR]
    number = waiting["id"]
    assert desk.post(f"/api/calls/{number}/take").json()["taken_by"] == "jiexian"
    assert other.post(f"/api/calls/{number}/take").status_code == 409
    done = desk.post(f"/api/calls/{number}/done", json={"outcome": "nothing"}).json()
    assert (done["outcome"], done["handled_s"]) == ("nothing", 2)
    assert desk.get("/api/calls/waiting").json() == []
    assert [one["median_s"] for one in desk.get("/api/calls/figures").json()] == [2]
    assert [one["operator"] for one in other.get("/api/calls/figures?day=2026-11-23").json()] == ["jiexian"]


@pytest.mark.parametrize(
    "odd",
    [
        {"event": "sneezed"},
        {"at": "2026-11-23T10:59:58"},
        {"at": "2027-01-01T00:00:00+08:00"},
        {"at": "0001-01-01T00:00:00+14:00"},
        {"at": "1970-01-01T00:00:00+00:00"},
        {"caller": "<script>"},
        {"call_id": ""},
        {"colour": "red"},
        {"call_id": "x" * 100},
    ],
)
def test_an_odd_event_is_refused_in_both_languages(visitor: TestClient, odd: dict[str, str]) -> None:
    answer = visitor.post("/api/calls", json={**EVENT, **odd}, headers=RIGHT)
    assert answer.status_code == 422
    assert answer.json()["zh"]
    assert answer.json()["en"]


def test_roles_and_reach_hold_at_the_desk(visitor: TestClient, enter: Enter) -> None:
    visitor.post("/api/calls", json=EVENT, headers=RIGHT)
    point, kitchen, courier = enter("peican"), enter("chufang"), enter("songcan")
    for stranger in (kitchen, courier):
        for address in ("/api/calls/waiting", "/api/calls/figures", "/api/calls/lists", "/api/worries", "/operator"):
            assert stranger.get(address).status_code == 403
    assert point.get("/api/calls/waiting").status_code == 403
    assert point.get("/operator/waiting").json() == {"calls": []}
    assert point.post("/api/calls/1/take").status_code == 403
    assert point.get(f"/operator?elder={ALONE}").status_code == 200
    assert point.get("/operator?elder=E0002").status_code == 403
    assert point.post("/api/worries", json={"elder_number": "E0002", "what": "说话糊涂"}).status_code == 403
    act = {"kind": "worry", "elder": "E0002", "key": "a-key-of-mine", "reason": "说话糊涂"}
    assert point.post("/operator/act", data=act).status_code == 403


def test_a_worker_at_a_meal_point_orders_as_a_worker(enter: Enter, database: Database) -> None:
    act = {"kind": "order", "elder": ALONE, "key": "a-key-of-mine", "day": "2026-11-24", "meal": "lunch"}
    answer = enter("peican").post("/operator/act", data={**act, "source": "phone"})
    assert answer.status_code == 200
    orders = enter("guanli").get("/api/calls/lists").json()
    assert ALONE not in [row["elder_number"] for row in orders]
    with database.read() as session:
        placed = session.exec(select(MealOrder).where(MealOrder.placed_by == "peican")).one()
        assert placed.source == "worker"


def test_an_act_of_a_kind_or_source_that_is_none_is_refused(enter: Enter) -> None:
    desk = enter("jiexian")
    act = {"kind": "order", "elder": REGULAR, "key": "a-key-of-mine", "day": "2026-11-24", "meal": "lunch"}
    assert desk.post("/operator/act", data={**act, "kind": "change"}).status_code == 422
    assert desk.post("/operator/act", data={**act, "source": "kiosk"}).status_code == 422
    assert desk.post("/operator/act", data={**act, "kind": "explode"}).status_code == 422
    assert desk.post("/operator/act", data={**act, "elder": "E9999"}).status_code == 404
    assert desk.post("/operator/act", data={**act, "day": ""}).status_code == 422


def test_worries_and_call_backs_have_their_doors(enter: Enter) -> None:
    desk = enter("jiexian")
    worry = desk.post("/api/worries", json={"elder_number": REGULAR, "what": "敲门没人应"})
    assert (worry.status_code, worry.json()["state"]) == (201, "open")
    assert [one["what"] for one in desk.get("/api/worries").json()] == ["敲门没人应"]
    address = f"/api/worries/{worry.json()['id']}/close"
    assert desk.post(address, json={"finding": "在邻居家"}).json()["state"] == "closed"
    assert desk.post(address, json={"finding": "在邻居家"}).status_code == 409
    owed = desk.post("/api/call-backs", json={"elder_number": REGULAR, "due_at": "2026-11-23T15:00:00+08:00"})
    assert owed.status_code == 201
    tried = desk.post(f"/api/call-backs/{owed.json()['id']}/try", json={"reached": False}).json()
    assert (tried["tries"], tried["state"]) == (1, "open")
    rows = desk.get("/api/calls/lists").json()
    assert {"no_reply", "always_orders"} == {row["reason"] for row in rows}
    assert all("…" in row["phone"] and len(row["phone"]) <= 5 for row in rows)
    gone = {"elder_number": REGULAR, "due_at": "2026-11-23T08:00:00+08:00"}
    assert desk.post("/api/call-backs", json=gone).status_code == 422


def test_several_elders_on_one_number_are_offered(visitor: TestClient, enter: Enter) -> None:
    visitor.post("/api/calls", json={**EVENT, "caller": FAMILY_PHONE}, headers=RIGHT)
    page = enter("jiexian").get("/operator/now?call=1").text
    assert 'data-elder="E0010"' in page
    assert 'data-elder="E0013"' in page


def test_people_are_found_by_the_programs_door_too(enter: Enter) -> None:
    desk = enter("jiexian")
    assert [one["number"] for one in desk.get("/api/calls/people?q=liyb04").json()] == []
    assert REGULAR in [one["number"] for one in desk.get("/api/calls/people?q=lyb04").json()]
    assert desk.get("/api/calls/people").status_code == 422


def test_a_ticket_shows_what_is_wrong_with_which_cell_and_orders_nothing(enter: Enter) -> None:
    desk = enter("jiexian")
    fields = {"elder": REGULAR, "key": "k" * 12, "way": "home", "2026-11-24.lunch": "1", "2026-11-25.lunch": "9"}
    refused = desk.post("/operator/ticket", data=fields)
    assert refused.status_code == 422
    assert refused.text.count('aria-invalid="true"') == 1
    fields["2026-11-25.lunch"] = "2"
    assert desk.post("/operator/ticket", data=fields).headers["location"] == "/operator/ticket?done=2"
    assert desk.post("/operator/ticket", data=fields).headers["location"] == "/operator/ticket?done=2"
    for odd in ({"2026-11-26.lunch": "x"}, {"tuesday.lunch": "1"}, {"way": "fly"}, {"elder": "E9999"}):
        assert desk.post("/operator/ticket", data={**fields, **odd}).status_code in {404, 422}


@pytest.mark.parametrize("kind", ["worry", "order"])
def test_an_act_during_a_call_that_is_none_is_refused_and_keeps_nothing(
    enter: Enter, database: Database, kind: str
) -> None:
    form = {"kind": kind, "elder": ALONE, "key": "one-key-press", "reason": "样例", "call": "99999"}
    form |= {"day": "2026-11-24", "meal": "lunch"} if kind == "order" else {}
    assert enter("jiexian").post("/operator/act", data=form).status_code == 404
    with database.read() as session:
        assert session.exec(select(DeskAct)).all() == []
