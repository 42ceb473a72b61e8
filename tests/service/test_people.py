from __future__ import annotations

import pytest
from sqlmodel import select

from routing.coordinates import Crs
from service.address_search import geocoder_of, look_up_addresses
from service.clock import StoppedClock
from service.db import Database
from service.errors import InvalidError, NotFoundError
from service.people import open_address_task, settle_address
from service.settings import Settings
from service.tables import AddressTask, Elder
from tests.service.local_server import Answered, LocalServer
from tests.service.towns import found_town


@pytest.fixture
def town(sqlite_database: Database) -> Database:
    """The thirty elders' town; E30 has no position."""
    found_town(sqlite_database)
    return sqlite_database


def elder(database: Database, number: str) -> Elder:
    with database.read() as session:
        return session.get_one(Elder, number)


def tasks(database: Database) -> list[AddressTask]:
    with database.read() as session:
        return list(session.exec(select(AddressTask)))


def settings(domain: str, **others: object) -> Settings:
    values = {
        "geocoder": "nominatim",
        "geocoder_domain": domain,
        "geocoder_scheme": "http",
        "district_bounds": "23.0,113.2,23.2,113.4",
    }
    return Settings(_env_file=None, **(values | others))  # type: ignore[arg-type]


def door(lat: float, lon: float) -> Answered:
    return Answered([{"lat": str(lat), "lon": str(lon), "display_name": "样例路30号", "place_rank": 30}])


def search(database: Database, clock: StoppedClock, answer: Answered) -> tuple[int, int]:
    with LocalServer(lambda _asked: answer) as server:
        done = look_up_addresses(database, geocoder_of(settings(server.domain)), clock, actor="test")
    return done.found, done.waiting


def test_an_address_that_the_geocoder_knows_gets_its_position(town: Database, clock: StoppedClock) -> None:
    with town.write() as session:
        open_address_task(session, "E30", "not_asked", clock)
    assert search(town, clock, door(23.1, 113.3)) == (1, 0)
    found = elder(town, "E30")
    assert (found.lat, found.lon, found.position_verified) == (23.1, 113.3, False)
    assert [task.settled_by for task in tasks(town)] == ["test"]
    assert search(town, clock, door(23.1, 113.3)) == (0, 0)


def test_an_address_that_nobody_knows_waits_for_a_person_once(town: Database, clock: StoppedClock) -> None:
    for _ in range(2):
        assert search(town, clock, Answered([])) == (0, 1)
    assert [(task.elder_number, task.reason, task.settled_at) for task in tasks(town)] == [("E30", "no_answer", None)]


def test_a_door_in_another_town_is_not_taken(town: Database, clock: StoppedClock) -> None:
    assert search(town, clock, door(39.9, 116.4)) == (0, 1)
    assert elder(town, "E30").lat is None


def test_what_a_person_found_at_the_door_is_kept_in_wgs_84_and_verified(town: Database, clock: StoppedClock) -> None:
    search(town, clock, Answered([]))
    settle_address(town, "E30", lat=23.1064, lon=113.3245, crs=Crs.GCJ02, by="worker", clock=clock)
    found = elder(town, "E30")
    assert found.lat == pytest.approx(23.1090, abs=1e-4)
    assert found.lon == pytest.approx(113.3191, abs=1e-4)
    assert found.position_verified
    assert tasks(town)[0].settled_by == "worker"


def test_impossible_coordinates_and_unknown_elders_are_refused(town: Database, clock: StoppedClock) -> None:
    with pytest.raises(InvalidError):
        settle_address(town, "E30", lat=123.0, lon=113.3, crs=Crs.WGS84, by="worker", clock=clock)
    with pytest.raises(NotFoundError):
        settle_address(town, "E99", lat=23.1, lon=113.3, crs=Crs.WGS84, by="worker", clock=clock)
    assert elder(town, "E30").lat is None


@pytest.mark.parametrize("wrong", [{"geocoder": ""}, {"geocoder": "nobody"}, {"district_bounds": "1,2,3"}])
def test_a_geocoder_that_is_set_up_wrongly_is_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(InvalidError):
        geocoder_of(settings("127.0.0.1:1", **wrong))
