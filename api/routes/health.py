"""Whether the service can work."""

from __future__ import annotations

from fastapi import APIRouter, Request
from sqlalchemy import text as sql

from api.bodies.session import HealthOut
from api.deps import HouseDep
from api.errors import problems

router = APIRouter(prefix="/api/health", tags=["health"])


@router.get("", summary="Can the service work?", responses=problems())
def show_health(request: Request, house: HouseDep) -> HealthOut:
    """Ask the database for an answer; 503 if it gives none. Needs no login and tells nothing about people."""
    with house.database.read() as session:
        session.connection().execute(sql("SELECT 1"))
    return HealthOut(status="ok", database=house.database.engine.dialect.name, version=request.app.version)
