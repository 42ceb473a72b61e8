"""From the elder's consent to a meal on the kitchen's count: the office makes a link, the daughter orders by it."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlmodel import col, delete, func, select

from api.app import create_app
from kitchens.meals import Meal
from service.clock import StoppedClock
from service.daily import Kitbag, run_meal
from service.db import Database
from service.settings import Settings
from service.tables import AuditEntry, Batch, ElderContact, MealOrder, PlannedOrder, Role, StandingOrder, User
from tests.pages.logins import CHEAP, PASSWORD
from tests.service.towns import MONDAY, found_town

CONSENT = {"purpose": "family_sharing", "agreed": "yes", "text_version": "2026-01"}
CONTACT = {"name": "女儿样", "phone": "138-0000-0077", "roles": "family", "call_order": "2"}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(_env_file=None, effort="quick", home=tmp_path)  # type: ignore[call-arg]


@pytest.fixture
def town(sqlite_database: Database, clock: StoppedClock) -> Database:
    """The thirty elders' town without standing orders: Monday can be ordered until Friday's cut-off."""
    found_town(sqlite_database)
    with sqlite_database.write() as session:
        session.execute(delete(StandingOrder).where(col(StandingOrder.id) > 0))
        session.add(User(name="jiexian", role=Role.OPERATOR, password_hash=CHEAP))
    return sqlite_database


def hidden(page: str, day: str, do: str) -> dict[str, str]:
    """Return the fields of the form for lunch of a day."""
    card = re.search(rf'<li id="day-{day}".*?</li>\s*(?=<li id="day-|</ol>)', page, re.DOTALL)
    assert card is not None, page
    form = re.search(rf'action="[^"]+/{do}">(.*?)</form>', card[0], re.DOTALL)
    assert form is not None, card[0]
    return dict(re.findall(r'name="(\w+)" value="([^"]*)"', form[1]))


def test_a_daughters_link_becomes_a_meal_on_the_kitchens_count(
    town: Database, clock: StoppedClock, settings: Settings
) -> None:
    app = create_app(town, settings, clock)
    desk = TestClient(app, follow_redirects=False)
    assert desk.post("/api/session", json={"name": "jiexian", "password": PASSWORD}).status_code == 200
    ask = {"holder": "女儿样", "days": "92"}
    assert desk.post("/people/E01/family", data=ask).status_code == 422  # no such relative yet
    assert desk.put("/api/elders/E01/parts/contacts", json={"cells": CONTACT}).status_code == 200
    assert desk.post("/people/E01/family", data=ask).status_code == 409  # no consent yet
    given_at = (clock.now() - timedelta(minutes=5)).isoformat()
    said = desk.put("/api/elders/E01/parts/consents", json={"cells": {**CONSENT, "given_at": given_at}})
    assert said.status_code == 200, said.text
    made = desk.post("/people/E01/family", data=ask)
    assert made.status_code == 200
    address = re.search(r'href="http://testserver(/family/[\w-]+)"', made.text)
    assert address is not None
    assert address[1] not in desk.get("/people/E01/family").text

    daughter = TestClient(app, follow_redirects=False)
    page = daughter.get(address[1]).text
    assert "陈例1" not in page
    assert "样例路" not in page
    fields = hidden(page, str(MONDAY), "order")
    done = daughter.post(f"{address[1]}/order", data=fields)
    assert done.status_code == 303
    assert "已订" in daughter.get(done.headers["location"]).text
    published = run_meal(MONDAY, Meal.LUNCH, Kitbag(town, clock, settings, "test"), early=True)
    with town.read() as session:
        order = session.exec(select(MealOrder)).one()
        assert (order.elder_number, order.source, order.placed_by) == ("E01", "family", "E01-F1")
        planned = select(PlannedOrder).where(PlannedOrder.plan_id == published.plan_id)
        assert session.exec(planned).one().reason is None
        assert session.exec(select(func.sum(Batch.portions)).where(Batch.plan_id == published.plan_id)).one() == 1
        audit = session.exec(select(AuditEntry.action).where(AuditEntry.actor == "E01-F1")).all()
        assert audit == ["place_order"]
        assert session.exec(select(ElderContact.name)).all() == ["女儿样"]
    refused = daughter.post(f"{address[1]}/cancel", data={**fields, "key": "after-the-close"})
    assert refused.status_code == 409
    assert desk.post("/people/E01/family/E01-F1/revoke").status_code == 303
    gone = daughter.get(address[1])
    assert (gone.status_code, "链接" in gone.text) == (404, True)
    for client in (desk, daughter):
        client.close()
