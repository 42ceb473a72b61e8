"""Elders through the JSON door: read, decided about, changed, merged; each role sees the least it needs."""

from __future__ import annotations

from datetime import date

import pytest
from sqlmodel import select

from service.db import Database
from service.tables import AuditEntry, Elder, ElderContact, ElderPhone
from tests.api.conftest import Enter
from tests.pages.town import Town

HUKOU = {"kind": "hukou", "city": "广州市", "district": "海珠区", "street": "赤岗街道"}
LIVES = HUKOU | {"kind": "residence"}


def put(client, part: str, number: str = "E0001", **cells: str):
    return client.put(f"/api/elders/{number}/parts/{part}", json={"cells": cells})


def test_a_record_is_built_up_part_by_part_and_both_decisions_follow(enter: Enter, town: Town) -> None:
    desk = enter("jiexian")
    assert desk.patch("/api/elders/E0001", json={"cells": {"birth_date": "1938-04-01"}}).status_code == 200
    asked = desk.get("/api/elders/E0001/entitlement").json()
    assert (asked["may_eat"]["yes"], asked["may_eat"]["reason"]) == (True, "residence_unknown")
    for place in (HUKOU, LIVES):
        assert put(desk, "elder_places", **place).status_code == 200
    put(desk, "status_classes", status_class="低保", from_day="2026-01-01", proof="低保证 样例-1")
    put(desk, "cards", kind="优待卡", card_number="SAMPLE-B-1", valid_until="2026-10-05")
    asked = desk.get("/api/elders/E0001/entitlement").json()
    assert (asked["may_eat"]["yes"], asked["is_subsidised"]["yes"]) == (True, True)
    assert asked["is_subsidised"]["rule"] == "GZ-MEAL"
    assert asked["is_subsidised"]["since"] == "2024-04-01"
    assert {one["rule"] for one in asked["rules"]} >= {"GZ-MEAL", "GZ-DELIV-35"}
    record = desk.get("/api/elders/E0001").json()
    assert record["parts"]["status_classes"][0]["status_class"] == "dibao"
    assert record["birth_date"] == "1938-04-01"


def test_a_bad_cell_changes_nothing_and_says_why_in_both_languages(
    enter: Enter, town: Town, database: Database
) -> None:
    desk = enter("jiexian")
    for answer in (
        put(desk, "cards", kind="身份证", card_number="1"),
        put(desk, "cards", kind="benefit"),
        put(desk, "cards", kind="benefit", card_number="S-1", colour="red"),
        put(desk, "cards", kind="benefit", card_number="S-1", elder_number="E0002"),
        desk.patch("/api/elders/E0001", json={"cells": {"meal_point_code": "P99"}}),
        desk.patch("/api/elders/E0001", json={"cells": {"state": "deceased"}}),
        desk.patch("/api/elders/E0001", json={"cells": {"lat": "23.1"}}),
        desk.post("/api/elders", json={"cells": {"number": "E7000", "name": "样例"}}),
        desk.post("/api/elders/E0001/states", json={"to_state": "active", "from_day": "2026-11-23"}),
    ):
        assert answer.status_code == 422, answer.text
        problem = answer.json()
        assert problem["zh"] != problem["en"]
        assert "{" not in problem["zh"] + problem["en"]
    assert put(desk, "shoes", size="42").status_code == 404
    assert put(desk, "cards", number="E9999", kind="benefit", card_number="S-1").status_code == 404
    with database.read() as session:
        assert [entry for entry in session.exec(select(AuditEntry)) if entry.action.startswith("record")] == []


def test_a_new_elder_waits_for_a_position_and_a_taken_number_is_refused(
    enter: Enter, town: Town, database: Database
) -> None:
    desk = enter("jiexian")
    cells = {
        "number": "E7000",
        "name": "样例新",
        "birth_date": "1950-02-03",
        "phone": "020-1234",
        "address": "示例路 9 号",
    }
    assert desk.post("/api/elders", json={"cells": cells}).status_code == 201
    assert desk.post("/api/elders", json={"cells": cells}).status_code == 409
    with database.read() as session:
        assert session.get_one(Elder, "E7000").birth_year == 1950
    assert "E7000" in desk.get("/people/open").text


def test_another_address_takes_the_position_away_and_another_floor_does_not(
    enter: Enter, town: Town, database: Database
) -> None:
    desk = enter("jiexian")
    desk.patch("/api/elders/E0001", json={"cells": {"floor": "7"}})
    assert desk.get("/api/elders/E0001").json()["lat"] is not None
    desk.patch("/api/elders/E0001", json={"cells": {"address": "别处 1 号"}})
    assert desk.get("/api/elders/E0001").json()["lat"] is None
    with database.read() as session:
        entries = session.exec(select(AuditEntry).where(AuditEntry.action == "elder.change")).all()
        assert [entry.details["columns"] for entry in entries] == [["floor"], ["address"]]


def test_a_former_phone_and_contact_end_and_are_not_lost(enter: Enter, town: Town, database: Database) -> None:
    desk = enter("jiexian")
    was = desk.get("/api/elders/E0002").json()
    cells = {"phone": "020-9999", "contact_name": "家属乙", "contact_phone": "130-1"}
    now = desk.patch("/api/elders/E0002", json={"cells": cells}).json()
    assert (now["phones"], [one["name"] for one in now["contacts"]]) == (["020-9999"], ["家属乙"])
    with database.read() as session:
        phone = session.get_one(ElderPhone, ("E0002", was["phones"][0]))
        contact = session.get_one(ElderContact, ("E0002", "家属甲"))
        assert phone.until_day == contact.until_day == date(2026, 11, 22)


def test_the_contact_called_first_changes_places_with_another(enter: Enter, town: Town) -> None:
    desk = enter("jiexian")
    put(desk, "contacts", "E0002", name="邻居乙", phone="130-2", roles="key_holder emergency", call_order="2")
    assert desk.post("/people/E0002/first", data={"contact": "邻居乙"}).status_code == 303
    contacts = desk.get("/api/elders/E0002").json()["contacts"]
    assert [(one["name"], one["roles"]) for one in contacts] == [
        ("邻居乙", ["emergency", "key_holder"]),
        ("家属甲", ["family"]),
    ]
    assert desk.post("/people/E0002/first", data={"contact": "家属甲"}).status_code == 303
    assert [one["name"] for one in desk.get("/api/elders/E0002").json()["contacts"]] == ["家属甲", "邻居乙"]


def test_a_state_is_planned_done_and_withdrawn(enter: Enter, town: Town) -> None:
    desk = enter("jiexian")
    plan = {"to_state": "paused", "from_day": "2026-12-01", "reason": "探亲"}
    assert desk.post("/api/elders/E0001/states", json=plan).json()["state"] == "active"
    assert desk.get("/api/elders/E0001?on=2026-12-01").json()["state"] == "paused"
    said = desk.get("/api/elders/E0001/entitlement?on=2026-12-02").json()["may_eat"]
    assert (said["yes"], "2026-12-01" in said["zh"]) == (False, True)
    assert desk.post("/api/elders/E0001/states/2026-12-01/withdraw").status_code == 200
    assert desk.post("/api/elders/E0001/states/2026-12-01/withdraw").status_code == 409
    assert desk.post("/api/elders/E0001/states/2026-12-09/withdraw").status_code == 404


def test_look_alikes_are_merged_undone_or_told_apart(enter: Enter, town: Town) -> None:
    desk = enter("fuwutai")
    for number in ("E0001", "E0002"):
        put(desk, "cards", number, kind="benefit", card_number="SAMPLE-B-1")
    assert desk.get("/api/look-alikes").json() == [{"one": "E0001", "other": "E0002", "signs": ["card"]}]
    refused = desk.post("/api/look-alikes/merge", json={"keep": "E0001", "double": "E0001"})
    assert (refused.status_code, refused.json()["key"]) == (422, "people.merge.same")
    orders = [row for row in desk.get("/people/alike").text.split("<form") if "different" in row]
    assert len(orders) == 1
    assert desk.post("/api/look-alikes/different", json={"one": "E0001", "other": "E0002"}).status_code == 204
    assert desk.get("/api/look-alikes").json() == []


def test_a_double_is_read_as_the_person_and_undone(enter: Enter, town: Town, clock) -> None:
    clock.advance(24 * 3600)
    desk = enter("fuwutai")
    put(desk, "risks", "E0002", risk="falls")
    assert desk.post("/api/look-alikes/merge", json={"keep": "E0001", "double": "E0002"}).status_code == 204
    record = desk.get("/api/elders/E0002").json()
    assert (record["elder_number"], record["merged_numbers"], record["risks"]) == ("E0001", ["E0002"], ["falls"])
    assert enter("peican").get("/api/elders/E0002").status_code == 200
    assert desk.post("/api/look-alikes/E0002/undo").status_code == 204
    assert enter("peican").get("/api/elders/E0002").status_code == 403
    assert desk.get("/api/elders/E0002").json()["elder_number"] == "E0002"


@pytest.mark.parametrize("path", ["/api/elders/E0001", "/people/E0001"])
def test_a_meal_point_sees_doors_and_contacts_but_no_class_and_no_card(enter: Enter, town: Town, path: str) -> None:
    desk = enter("fuwutai")
    put(desk, "status_classes", status_class="dibao", proof="低保证 样例-1")
    put(desk, "cards", kind="benefit", card_number="SAMPLE-B-1")
    put(desk, "risks", risk="dog")
    seen = enter("peican").get(path).text
    assert "SAMPLE-B-1" not in seen
    assert "样例-1" not in seen
    assert "dog" in seen or "家中有狗" in seen
    assert "SAMPLE-B-1" in desk.get(path).text
    assert enter("peican").put("/api/elders/E0001/parts/risks", json={"cells": {"risk": "dog"}}).status_code == 403
