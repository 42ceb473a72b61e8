"""Reading never writes."""

from __future__ import annotations

from fastapi import FastAPI
from sqlalchemy import select
from sqlmodel import SQLModel

from service.clock import StoppedClock
from service.db import Database
from tests.api.conftest import Enter
from tests.pages.logins import USERS
from tests.pages.town import Town

DAY = "2026-11-23"
READS = [
    "/",
    f"/?day={DAY}&meal=lunch",
    f"/board/now?day={DAY}&meal=lunch",
    "/plan",
    f"/plan/{DAY}/lunch",
    f"/plan/{DAY}/dinner",
    f"/plan/{DAY}/lunch/map.json",
    f"/plan/{DAY}/lunch/runs/{{run}}",
    f"/plan/{DAY}/lunch/changes",
    f"/plan/{DAY}/lunch/changes?version=7",
    f"/plan/{DAY}/lunch/stops/{{visit}}",
    "/plan/basemap.geojson",
    "/kitchen",
    "/kitchen?kitchen=K02",
    "/courier",
    "/courier/{run}",
    "/papers",
    f"/papers/{DAY}/lunch",
    "/papers/{paper}",
    "/money/1/papers",
    "/people",
    "/people?q=E00",
    "/people/open",
    "/people/alike",
    "/people/new",
    "/people/E0001",
    "/people/E0001?on=2026-12-01",
    "/people/E0001/edit",
    "/people/E0001/cards",
    "/login",
    "/password",
    "/ticket/anything",
    "/api/session",
    "/api/health",
    "/api/openapi.json",
    "/api/elders/E0001",
    "/api/elders/E0001/entitlement",
    "/api/look-alikes",
    f"/api/days/{DAY}/lunch",
    f"/api/days/{DAY}/dinner",
    "/static/own/style.css",
    "/nowhere",
    "/api/nowhere",
]


def dump(database: Database) -> dict[str, list[tuple]]:
    """Return every row of every table."""
    with database.read() as session:
        return {
            table.name: sorted(map(repr, session.execute(select(table)).all()))
            for table in SQLModel.metadata.sorted_tables
        }


def filled(address: str, town: Town) -> str:
    return address.format(run=town.run_ids["R01"], paper=town.paper_ids[0], visit=town.visit_ids[0])


def test_every_read_of_every_role_leaves_the_database_as_it_is(
    enter: Enter, town: Town, database: Database, clock: StoppedClock
) -> None:
    clients = {name: enter(name) for name in USERS}
    before = dump(database)
    for name, client in clients.items():
        for address in READS:
            for _ in range(2):
                answer = client.get(filled(address, town))
                assert answer.status_code in {200, 303, 403, 404}, (name, address, answer.text)
            clock.advance(1)
    assert dump(database) == before


def test_the_list_above_covers_every_read_there_is(app: FastAPI) -> None:
    covered = {address.split("?")[0] for address in READS}
    missing = [
        route.path
        for route in app.routes
        if "GET" in (getattr(route, "methods", None) or ())
        and not any(_fits(route.path, address) for address in covered)
    ]
    assert missing == []


def _fits(path: str, address: str) -> bool:
    ours, theirs = path.strip("/").split("/"), address.strip("/").split("/")
    return len(ours) == len(theirs) and all(a.startswith("{") or a == b for a, b in zip(ours, theirs, strict=True))
