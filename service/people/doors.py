"""Where elders live: a position is found by a person at the door, and addresses without one wait for somebody."""

from __future__ import annotations

from sqlmodel import Session

from routing.coordinates import Crs, to_wgs84
from service import audit
from service.clock import Clock
from service.db import Database
from service.errors import InvalidError, NotFoundError
from service.tables import AddressTask, Elder

NOT_ASKED = "not_asked"
"""The reason of a task that the plan opened before any geocoder was asked."""


def settle_address(
    database: Database, elder_number: str, *, lat: float, lon: float, crs: Crs, by: str, clock: Clock
) -> Elder:
    """Keep the position that a person found at the door; it is verified, and no import or geocoder overwrites it.

    Raises
    ------
    NotFoundError
        If there is no such elder.
    InvalidError
        If the coordinates are none.
    """
    try:
        place = to_wgs84(lat, lon, crs)
    except ValueError as error:
        raise InvalidError("error.position", detail=str(error)) from error
    with database.write() as session:
        elder = session.get(Elder, elder_number)
        if elder is None:
            raise NotFoundError("error.unknown_elder", elder=elder_number)
        elder.lat, elder.lon, elder.given_crs, elder.position_verified = place.lat, place.lon, crs, True
        session.add(elder)
        settle_task(session, elder_number, by, clock)
        audit.note(session, at=clock.now(), actor=by, action="settle_address", subject=elder_number)
        return elder


def open_address_task(session: Session, elder_number: str, reason: str, clock: Clock) -> None:
    """Have a person look for an elder's door, unless somebody is looking already."""
    task = session.get(AddressTask, elder_number)
    if task is None:
        session.add(AddressTask(elder_number=elder_number, reason=reason, opened_at=clock.now()))
    elif task.settled_at is not None:
        task.reason, task.opened_at, task.settled_at, task.settled_by = reason, clock.now(), None, None
        session.add(task)


def settle_task(session: Session, elder_number: str, by: str, clock: Clock) -> None:
    """Close the search for an elder's door, if one is open."""
    task = session.get(AddressTask, elder_number)
    if task is not None and task.settled_at is None:
        task.settled_at, task.settled_by = clock.now(), by
        session.add(task)
