"""The web application: every page and every JSON endpoint around one database, its settings and a clock."""

from __future__ import annotations

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles
from starlette.middleware.body_limit import RequestBodyLimitMiddleware

from api import errors
from api.deps import House
from api.headers import OwnPagesOnly, StrictHeaders
from api.pages import board, changes, courier, elder, entry, kitchen, papers, people, plan, why
from api.pages.render import STATIC
from api.routes import days, elders, health, orders, progress, session, standing
from service.clock import Clock
from service.db import Database
from service.settings import Settings

TAGS = [
    {"name": "session", "description": "Log in and out; the answer's cookie opens everything else."},
    {"name": "days", "description": "What is planned for one meal of one service day, and how far it has come."},
    {"name": "elders", "description": "Records, what is decided about people, and records that look alike."},
    {"name": "orders", "description": "Orders in time and late, one by one, by the week, and standing."},
    {"name": "progress", "description": "What happened: cooked, left, handed over or not."},
    {"name": "health", "description": "Whether the service can work."},
]
DESCRIPTION = """Elder meals from kitchen to door.

Every refusal has one body (`Problem`) with a stable key and a sentence in Chinese and in English. A read never writes.
Times ending in `_s` are seconds after the service day's local midnight; instants carry their zone.
"""


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
    )
    app.state.house = House(database, settings, clock)
    errors.register(app)
    for part in (session, days, elders, orders, standing, progress, health):
        app.include_router(part.router)
    for part in (entry, board, plan, changes, why, kitchen, courier, papers, people, elder):
        app.include_router(part.router)
    app.mount("/static/own", StaticFiles(directory=STATIC / "own"), name="own")
    app.mount("/static/vendor", StaticFiles(directory=STATIC / "vendor"), name="vendor")
    app.add_middleware(RequestBodyLimitMiddleware, max_body_size=errors.MOST_BODY_BYTES)
    app.add_middleware(OwnPagesOnly)
    app.add_middleware(StrictHeaders)
    return app
