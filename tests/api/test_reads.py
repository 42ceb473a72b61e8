"""Reading never writes."""

from __future__ import annotations

from sqlalchemy import select
from sqlmodel import SQLModel

from api.app import PAGES, ROUTES
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
    "/print",
    f"/print/{DAY}/lunch",
    f"/print/{DAY}/dinner",
    "/print/code",
    "/print/code?code=20261123-L-1-RO-R01",
    "/print/code?code=nothing",
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
    "/people/E0001/family",
    "/family/anything",
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
    f"/api/orders/late/{DAY}/lunch",
    "/api/standing/of/E0001",
    "/api/menus/cycles",
    f"/api/menus/{DAY}/lunch",
    f"/api/menus/{DAY}/lunch/clashes",
    f"/api/menus/{DAY}/lunch/offers/E0001",
    "/api/dishes/D001/prices",
    "/api/dishes/D001/choice-prices",
    f"/api/late-stops/{DAY}/lunch",
    f"/api/missing-boxes/{DAY}/lunch",
    "/api/settlements",
    f"/api/settlements/outlook?since={DAY}&until={DAY}",
    "/api/settlements/1",
    "/api/elders/E0001/account",
    f"/api/tills/{DAY}",
    "/api/devices",
    "/api/calls/waiting",
    "/api/calls/figures",
    "/api/calls/lists",
    "/api/calls/people?q=E0001",
    "/api/worries",
    f"/plan/{DAY}/lunch/why",
    f"/plan/{DAY}/lunch/why/orders/1",
    f"/plan/{DAY}/lunch/why/visits/{{visit}}",
    f"/plan/{DAY}/lunch/why/runs/{{run}}",
    "/failure",
    f"/failure/preview?day={DAY}&meal=lunch&kitchen=K02&what=kitchen&since=09:00",
    "/failure/1",
    "/packing",
    "/loading",
    "/close",
    "/menu",
    f"/menu/K02/{DAY}/lunch",
    "/money",
    "/money/1",
    "/devices",
    "/operator",
    "/operator/now",
    "/operator/find?q=E0001",
    f"/operator/dishes?elder=E0001&day={DAY}&meal=lunch",
    "/operator/waiting",
    "/operator/lists",
    "/operator/ticket",
    "/kiosk",
    "/kiosk/register",
    "/kiosk/pictures/D001",
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
                assert answer.status_code in {200, 303, 401, 403, 404, 409}, (name, address, answer.text)
            clock.advance(1)
    assert dump(database) == before


def test_the_list_above_covers_every_read_there_is() -> None:
    covered = {address.split("?")[0] for address in READS}
    missing = [
        route.path
        for part in (*ROUTES, *PAGES)
        for route in part.router.routes
        if "GET" in route.methods and not any(_fits(route.path, address) for address in covered)
    ]
    assert missing == []


def _fits(path: str, address: str) -> bool:
    ours, theirs = path.strip("/").split("/"), address.strip("/").split("/")
    return len(ours) == len(theirs) and all(a.startswith("{") or a == b for a, b in zip(ours, theirs, strict=True))
