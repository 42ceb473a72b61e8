"""A telephone call, from the exchange's event to the kitchen's count."""

from __future__ import annotations

from pathlib import Path

from fastapi.testclient import TestClient
from sqlmodel import delete, select

from api.app import create_app
from kitchens.meals import Meal
from service.clock import StoppedClock
from service.daily import Kitbag, run_meal
from service.db import Database
from service.settings import Settings
from service.tables import Batch, Elder, MealOrder, PhoneCall, PlannedOrder, Role, StandingOrder, User
from tests.pages.logins import CHEAP, PASSWORD
from tests.service.towns import MONDAY, found_town

TOKEN = "the-exchange-of-a-small-town"


def test_a_call_is_told_the_elder_pops_enter_orders_and_the_kitchen_counts_the_meal(
    sqlite_database: Database, clock: StoppedClock, tmp_path: Path
) -> None:
    found_town(sqlite_database)
    with sqlite_database.write() as session:
        # Whatever is cooked was ordered by this call.
        session.execute(delete(StandingOrder))
        session.add(User(name="jiexian", role=Role.OPERATOR, password_hash=CHEAP))
        session.get_one(Elder, "E03").phone = "020-5550-3333"
    settings = Settings(_env_file=None, effort="quick", home=tmp_path, exchange_token=TOKEN)  # type: ignore[call-arg]
    told = {"call_id": "x1", "line": "8001", "caller": "02055503333", "event": "ringing", "at": clock.now().isoformat()}
    with TestClient(create_app(sqlite_database, settings, clock), follow_redirects=False) as desk:
        answer = desk.post("/api/calls", json=told, headers={"Authorization": f"Bearer {TOKEN}"})
        assert answer.status_code == 202
        assert desk.post("/api/session", json={"name": "jiexian", "password": PASSWORD}).status_code == 200
        [waiting] = desk.get("/operator/waiting?line=8001").json()["calls"]
        number = waiting["id"]
        assert desk.post(f"/operator/calls/{number}/take").status_code == 200
        assert 'data-elder="E03"' in desk.get(f"/operator/now?call={number}").text
        act = {"kind": "order", "elder": "E03", "call": number, "key": "one-key-press"}
        assert desk.post("/operator/act", data={**act, "day": str(MONDAY), "meal": "lunch"}).status_code == 200
        desk.post(f"/operator/calls/{number}/elder", data={"elder": "E03"})
        assert desk.post(f"/operator/calls/{number}/done").json()["outcome"] == "ordered"
    published = run_meal(MONDAY, Meal.LUNCH, Kitbag(sqlite_database, clock, settings, "test"), early=True)
    with sqlite_database.read() as session:
        planned = select(MealOrder, PlannedOrder).join(PlannedOrder).where(PlannedOrder.plan_id == published.plan_id)
        [(order, served)] = session.exec(planned).all()
        assert (order.elder_number, order.source, order.placed_by, served.reason) == ("E03", "phone", "jiexian", None)
        assert session.exec(select(Batch.portions).where(Batch.id == served.batch_id)).one() == 1
        call = session.exec(select(PhoneCall)).one()
        assert (call.elder_number, call.taken_by) == ("E03", "jiexian")
