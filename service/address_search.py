"""Asking a geocoder where the elders without a position live; whom it cannot place waits for a person."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session, col, select

from service import audit
from service.clock import Clock
from service.db import Database
from service.errors import InvalidError
from service.outside.geocoding import Bounds, DistrictGeocoder, Found, NotFound, Provider, find_place, make_geocoder
from service.people import open_address_task, settle_task
from service.settings import Settings
from service.tables import AddressTask, Elder, ElderState


@dataclass(frozen=True, slots=True)
class Search:
    """How looking up addresses went: found, and waiting for a person."""

    found: int
    waiting: int


def geocoder_of(settings: Settings) -> DistrictGeocoder:
    """Return the geocoder that the settings name.

    Raises
    ------
    InvalidError
        If none is named, or its bounds are no box.
    """
    if not settings.geocoder:
        raise InvalidError("error.setting", name="NUANFAN_GEOCODER", detail="-")
    try:
        south, west, north, east = (float(part) for part in settings.district_bounds.split(","))
        bounds, provider = Bounds(south, west, north, east), Provider(settings.geocoder)
    except ValueError as error:
        raise InvalidError("error.setting", name="NUANFAN_GEOCODER", detail=str(error)) from error
    return make_geocoder(
        provider,
        bounds,
        domain=settings.geocoder_domain,
        scheme=settings.geocoder_scheme,
        key=settings.geocoder_key,
        context=settings.geocoder_context,
    )


def look_up_addresses(database: Database, geocoder: DistrictGeocoder, clock: Clock, *, actor: str) -> Search:
    """Ask for the position of every served elder who has none; whom the geocoder cannot place waits for a person.

    Each answer is kept as it comes: a search that is cut off loses nothing, and no transaction waits for the network.
    """
    with database.read() as session:
        unplaced = select(Elder).where(col(Elder.lat).is_(None), Elder.state == ElderState.ACTIVE)
        elders = session.exec(unplaced.order_by(col(Elder.number))).all()
    found = 0
    for elder in elders:
        answer = find_place(elder.address, geocoder)
        with database.write() as session:
            if isinstance(answer, Found):
                found += _keep_found(session, elder.number, answer, clock, actor)
            else:
                _keep_waiting(session, elder.number, answer, clock)
    return Search(found, len(elders) - found)


def _keep_found(session: Session, elder_number: str, answer: Found, clock: Clock, actor: str) -> int:
    elder = session.get(Elder, elder_number, with_for_update=True)
    if elder is None or elder.lat is not None:
        # Somebody stood at the door while we asked: their position is the better one.
        return 0
    elder.lat, elder.lon, elder.given_crs = answer.place.lat, answer.place.lon, answer.given_in
    session.add(elder)
    settle_task(session, elder_number, actor, clock)
    audit.note(session, at=clock.now(), actor=actor, action="geocode", subject=elder_number, by=answer.provider)
    return 1


def _keep_waiting(session: Session, elder_number: str, answer: NotFound, clock: Clock) -> None:
    task = session.get(AddressTask, elder_number)
    if task is None or task.settled_at is not None:
        open_address_task(session, elder_number, answer.reason, clock)
    else:
        task.reason = answer.reason
        session.add(task)
