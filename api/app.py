"""The web application: every page and every JSON endpoint around one database, its settings and a clock."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from anyio.to_thread import current_default_thread_limiter
from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles
from starlette.middleware.body_limit import RequestBodyLimitMiddleware

from api import errors
from api.deps import House
from api.headers import OwnPagesOnly, StrictHeaders
from api.pages import (
    board,
    changes,
    close,
    courier,
    elder,
    entry,
    failing,
    family,
    family_links,
    kiosk,
    kitchen,
    loading,
    menu,
    money,
    money_papers,
    operator_acts,
    operator_lists,
    packing,
    papers,
    people,
    plan,
    why,
)
from api.pages import devices as device_pages
from api.pages import operator as desk_page
from api.pages.render import STATIC
from api.routes import (
    accounts,
    calls,
    days,
    devices,
    elders,
    health,
    kitchen_work,
    menus,
    orders,
    progress,
    session,
    settlements,
    standing,
    worries,
)
from service.clock import Clock
from service.db import Database
from service.settings import Settings

TAGS = [
    {"name": "session", "description": "Log in and out; the answer's cookie opens everything else."},
    {"name": "days", "description": "What is planned for one meal of one service day, and how far it has come."},
    {"name": "elders", "description": "Records, what is decided about people, and records that look alike."},
    {"name": "orders", "description": "Orders in time and late, one by one, by the week, and standing."},
    {
        "name": "menus",
        "description": "What kitchens offer, swaps of the day and who clashes with them, cycles, prices.",
    },
    {"name": "money", "description": "Settlements, accounts, tills, delivery fees, meals handed over."},
    {"name": "calls", "description": "The telephone desk: calls, how long they took, whom to call, worries."},
    {"name": "progress", "description": "What happened: cooked, left, handed over or not."},
    {"name": "kitchen work", "description": "Batch sheets, readings, ticks at the ramp, signatures, missing boxes."},
    {"name": "devices", "description": "Kiosks: which there are, a new one with its one-time code, one revoked."},
    {"name": "health", "description": "Whether the service can work."},
]
DESCRIPTION = """Elder meals from kitchen to door.

Every refusal has one body (`Problem`) with a stable key and a sentence in Chinese and in English. A read never writes.
Times ending in `_s` are seconds after the service day's local midnight; instants carry their zone.
"""

ROUTES = (
    session,
    days,
    elders,
    orders,
    standing,
    menus,
    progress,
    kitchen_work,
    settlements,
    accounts,
    health,
    devices,
    calls,
    worries,
)
PAGES = (
    entry,
    board,
    plan,
    changes,
    why,
    kitchen,
    failing,
    packing,
    loading,
    close,
    menu,
    courier,
    papers,
    money,
    money_papers,
    people,
    family_links,
    elder,
    device_pages,
    desk_page,
    operator_acts,
    operator_lists,
    family,
    kiosk,
)
"""In the order in which they are asked."""


MOST_AT_WORK = 6
"""Calls at work at once; the others wait for a thread. More threads than cores only take turns at the interpreter: when
forty did, each call cost more the more of them waited, and a stall of a second lasted for half a minute."""


@asynccontextmanager
async def _few_at_work(_app: FastAPI) -> AsyncIterator[None]:
    current_default_thread_limiter().total_tokens = MOST_AT_WORK
    yield


def create_app(database: Database, settings: Settings, clock: Clock) -> FastAPI:
    """Return the application; it opens no database and starts no clock of its own."""
    app = FastAPI(
        title="Nuanfan",
        summary="Elder meals from kitchen to door, and who is left out and why",
        description=DESCRIPTION,
        version="0.1.0",
        openapi_tags=TAGS,
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=_few_at_work,
    )
    app.state.house = House(database, settings, clock)
    errors.register(app)
    for part in (*ROUTES, *PAGES):
        app.include_router(part.router)
    app.mount("/static/own", StaticFiles(directory=STATIC / "own"), name="own")
    app.mount("/static/vendor", StaticFiles(directory=STATIC / "vendor"), name="vendor")
    app.add_middleware(RequestBodyLimitMiddleware, max_body_size=errors.MOST_BODY_BYTES)
    app.add_middleware(OwnPagesOnly)
    app.add_middleware(StrictHeaders)
    return app
