"""Every way an order comes in but the kiosk and the telephone, each to a meal on the kitchen's count."""

from __future__ import annotations

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
from service.standing import generate_ahead
from service.tables import Batch, MealOrder, PlannedOrder, Role, StandingOrder, User
from tests.pages.logins import CHEAP, PASSWORD
from tests.service.towns import MONDAY, found_town

LUNCH = {"service_day": str(MONDAY), "meal": "lunch", "fulfilment": "dine_in"}
ACT = {"kind": "order", "day": str(MONDAY), "meal": "lunch"}
SOURCES = {
    "E01": ("worker", "peican"),
    "E02": ("family", "jiexian"),
    "E03": ("courier", "jiexian"),
    "E04": ("standing", "standing"),
    "E05": ("bulk", "jiexian"),
    "E06": ("api", "guanli"),
}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(_env_file=None, effort="quick", home=tmp_path)  # type: ignore[call-arg]


@pytest.fixture
def town(sqlite_database: Database) -> Database:
    """The thirty elders' town; only E04 has a standing order."""
    found_town(sqlite_database)
    with sqlite_database.write() as session:
        session.execute(delete(StandingOrder).where(col(StandingOrder.elder_number) != "E04"))
        for name, role, scope in (
            ("guanli", Role.ADMIN, None),
            ("jiexian", Role.OPERATOR, None),
            ("peican", Role.MEAL_POINT, "P1"),
        ):
            session.add(User(name=name, role=role, scope=scope, password_hash=CHEAP))
    return sqlite_database


def test_each_source_becomes_a_meal_on_the_kitchens_count(
    town: Database, clock: StoppedClock, settings: Settings
) -> None:
    app = create_app(town, settings, clock)

    def enter(name: str) -> TestClient:
        client = TestClient(app, follow_redirects=False)
        assert client.post("/api/session", json={"name": name, "password": PASSWORD}).status_code == 200
        return client

    worker, desk, program = enter("peican"), enter("jiexian"), enter("guanli")
    assert worker.post("/operator/act", data={**ACT, "elder": "E01", "key": "by-worker"}).status_code == 200
    family = {**ACT, "elder": "E02", "key": "by-family", "source": "family"}
    assert desk.post("/operator/act", data=family).status_code == 200
    courier = {**LUNCH, "elder_number": "E03", "source": "courier"}
    assert desk.post("/api/orders", json=courier).status_code == 201
    generate_ahead(town, clock)
    ticket = {"elder": "E05", "key": "by-ticket-1", "way": "dine_in", f"{MONDAY}.lunch": "1"}
    assert desk.post("/operator/ticket", data=ticket).headers["location"] == "/operator/ticket?done=1"
    assert program.post("/api/orders", json={**LUNCH, "elder_number": "E06"}).status_code == 201

    published = run_meal(MONDAY, Meal.LUNCH, Kitbag(town, clock, settings, "test"), early=True)
    with town.read() as session:
        planned = select(MealOrder, PlannedOrder).join(PlannedOrder).where(PlannedOrder.plan_id == published.plan_id)
        found = {order.elder_number: (order, served) for order, served in session.exec(planned)}
        assert {number: (order.source, order.placed_by) for number, (order, _) in found.items()} == SOURCES
        assert {served.reason for _, served in found.values()} == {None}
        cooked = session.exec(select(func.sum(Batch.portions)).where(Batch.plan_id == published.plan_id)).one()
        assert cooked == len(SOURCES)
    for client in (worker, desk, program):
        client.close()
