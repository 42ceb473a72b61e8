from __future__ import annotations

import logging
import math
import re
import socket
from collections.abc import Callable, Sequence

import numpy as np
import pytest
import structlog
from structlog.testing import capture_logs

import service.outside
from routing.estimate import EstimatedTravel
from routing.places import Place
from routing.travel import UNREACHABLE_S, Mode, TravelSource
from service.errors import InvalidError
from service.outside.road_servers import (
    OsrmServer,
    Patience,
    RoadServerError,
    ValhallaServer,
    with_fallback,
)
from service.texts import LANGUAGES, text
from tests.service.local_server import Answered, Asked, LocalServer

TOWN = [Place(round(23.1 + index * 0.001, 6), round(113.3 + (index % 3) * 0.002, 6)) for index in range(7)]
QUICK = Patience(timeout_s=5, retries=3, first_wait_s=0.5, longest_wait_s=8)
TARGET = re.compile(r"/table/v1/(driving|cycling)/([\d.,;-]+)\?(.*)")


def told_seconds(one: Place, other: Place) -> float:
    """What the servers of this file say: different there and back, so that a swapped matrix is noticed."""
    return 0.0 if one == other else round(abs(other.lat - one.lat) * 1e5 + (other.lat > one.lat) * 7 + other.lon, 1)


def osrm(asked: Asked, moved_m: Callable[[Place], float] = lambda place: 3.0) -> Answered:
    found = TARGET.fullmatch(asked.target)
    assert found, asked.target
    pairs = [pair.split(",") for pair in found[2].split(";")]
    places = [Place(float(lat), float(lon)) for lon, lat in pairs]
    options = dict(option.split("=") for option in found[3].split("&"))
    assert options["annotations"] == "duration,distance"
    sources, destinations = (
        [places[int(index)] for index in options[name].split(";")] if name in options else places
        for name in ("sources", "destinations")
    )
    if len(sources) * len(destinations) > 100**2:
        return Answered({"code": "TooBig"}, status=400)
    durations = [[told_seconds(one, other) for other in destinations] for one in sources]
    return Answered(
        {
            "code": "Ok",
            "durations": durations,
            "distances": [[cell * 10 for cell in row] for row in durations],
            "sources": [{"distance": moved_m(place)} for place in sources],
            "destinations": [{"distance": moved_m(place)} for place in destinations],
        }
    )


def valhalla(asked: Asked) -> Answered:
    body = asked.json()
    sources, targets = ([Place(**place) for place in body[name]] for name in ("sources", "targets"))
    if len(sources) * len(targets) > 2500:
        return Answered({"error_code": 153, "error": "Too many locations"}, status=400)
    cells = [
        [{"time": told_seconds(one, other), "distance": told_seconds(one, other) / 100} for other in targets]
        for one in sources
    ]
    return Answered({"sources_to_targets": cells, "units": body["units"]})


def expected(places: Sequence[Place]) -> np.ndarray:
    return np.rint([[told_seconds(one, other) for other in places] for one in places]).astype(np.int32)


class Sleeps(list[float]):
    """Stands in for sleeping: notes how long."""

    def __call__(self, wait_s: float) -> None:
        self.append(wait_s)


SERVERS = pytest.mark.parametrize(
    ("kind", "answer", "source"),
    [(OsrmServer, osrm, TravelSource.OSRM), (ValhallaServer, valhalla, TravelSource.VALHALLA)],
    ids=["osrm", "valhalla"],
)


@SERVERS
@pytest.mark.parametrize("block_places", [1, 2, 3, 7, 100])
def test_blocks_of_any_size_fill_the_same_matrix(kind, answer, source, block_places: int) -> None:
    with LocalServer(answer) as server:
        matrix = kind(server.url, block_places=block_places, patience=QUICK).matrix(TOWN, Mode.CAR)
    assert (matrix.seconds == expected(TOWN)).all()
    assert matrix.source is source
    assert matrix.fell_back == ""
    assert len(server.asked) == math.ceil(len(TOWN) / block_places) ** 2


@SERVERS
def test_metres_come_in_metres(kind, answer, source) -> None:
    with LocalServer(answer) as server:
        matrix = kind(server.url, patience=QUICK).matrix(TOWN, Mode.CAR)
    told = np.array([[told_seconds(one, other) for other in TOWN] for one in TOWN])
    assert (matrix.metres == np.rint(told * 10)).all()


@SERVERS
def test_the_default_blocks_stay_within_the_servers_default_limits(kind, answer, source) -> None:
    places = [Place(23 + index * 1e-4, 113.3) for index in range(230)]
    with LocalServer(answer) as server:
        matrix = kind(server.url, patience=QUICK).matrix(places, Mode.CAR)
    assert (matrix.seconds == expected(places)).all()
    assert max(len(asked.target) for asked in server.asked) < 8000


@SERVERS
@pytest.mark.parametrize("places", [[], TOWN[:1]], ids=["none", "one"])
def test_fewer_than_two_places_are_not_asked_about(kind, answer, source, places: list[Place]) -> None:
    with LocalServer(answer) as server:
        matrix = kind(server.url, patience=QUICK).matrix(places, Mode.CAR)
    assert server.asked == []
    assert matrix.seconds.shape == (len(places), len(places))


def test_osrm_serves_a_bicycle_from_the_address_that_was_given_for_bicycles() -> None:
    with LocalServer(osrm) as cars, LocalServer(osrm) as bicycles:
        server = OsrmServer(f"car={cars.url}, bicycle={bicycles.url}/", patience=QUICK)
        server.matrix(TOWN, Mode.BICYCLE)
    assert cars.asked == []
    assert bicycles.asked[0].target.startswith("/table/v1/cycling/113.3")


def test_osrm_for_cars_only_does_not_pass_off_a_cars_matrix_as_a_bicycles() -> None:
    with LocalServer(osrm) as server:
        matrix = with_fallback(OsrmServer(server.url, patience=QUICK), EstimatedTravel()).matrix(TOWN, Mode.BICYCLE)
    assert server.asked == []
    assert matrix.source is TravelSource.ESTIMATE
    assert matrix.fell_back == "osrm_mode_not_served"


def test_valhalla_is_asked_for_an_e_bike_within_its_legal_speed() -> None:
    with LocalServer(valhalla) as server:
        ValhallaServer(server.url, patience=QUICK).matrix(TOWN, Mode.BICYCLE)
    asked = server.asked[0]
    assert (asked.method, asked.target) == ("POST", "/sources_to_targets")
    assert asked.json()["costing"] == "bicycle"
    assert asked.json()["costing_options"]["bicycle"]["cycling_speed"] == 15
    assert asked.json()["units"] == "kilometers"


def test_an_osrm_cell_without_a_way_is_unreachable_in_that_direction_only() -> None:
    def answer(asked: Asked) -> Answered:
        told = osrm(asked).json
        told["durations"][0][1] = told["distances"][0][1] = None
        return Answered(told)

    with LocalServer(answer) as server:
        matrix = OsrmServer(server.url, patience=QUICK).matrix(TOWN, Mode.CAR)
    assert matrix.seconds[0, 1] == matrix.metres[0, 1] == UNREACHABLE_S
    assert matrix.seconds[1, 0] == expected(TOWN)[1, 0]
    assert (matrix.seconds == UNREACHABLE_S).sum() == 1


def test_a_valhalla_cell_without_a_way_is_unreachable_in_that_direction_only() -> None:
    def answer(asked: Asked) -> Answered:
        told = valhalla(asked).json
        told["sources_to_targets"][2][3] = {"time": None, "distance": None}
        return Answered(told)

    with LocalServer(answer) as server:
        matrix = ValhallaServer(server.url, patience=QUICK).matrix(TOWN, Mode.CAR)
    assert matrix.seconds[2, 3] == matrix.metres[2, 3] == UNREACHABLE_S
    assert (matrix.seconds == UNREACHABLE_S).sum() == 1


def test_a_place_that_osrm_moves_too_far_is_listed_and_unreachable() -> None:
    def answer(asked: Asked) -> Answered:
        return osrm(asked, moved_m=lambda place: 401.0 if place == TOWN[4] else 399.0)

    with LocalServer(answer) as server:
        matrix = OsrmServer(server.url, block_places=3, patience=QUICK).matrix(TOWN, Mode.CAR)
    assert matrix.off_road == (4,)
    others = np.arange(len(TOWN)) != 4
    assert (matrix.seconds[4, others] == UNREACHABLE_S).all()
    assert (matrix.seconds[others, 4] == UNREACHABLE_S).all()
    assert (matrix.seconds[np.ix_(others, others)] == expected(TOWN)[np.ix_(others, others)]).all()


@SERVERS
def test_a_server_that_fails_twice_is_asked_a_third_time(kind, answer, source) -> None:
    def flaky(asked: Asked) -> Answered:
        return answer(asked) if len(server.asked) > 2 else Answered({"message": "starting"}, status=500)

    sleeps = Sleeps()
    with LocalServer(flaky) as server:
        matrix = kind(server.url, patience=QUICK, sleep=sleeps).matrix(TOWN, Mode.CAR)
    assert (matrix.seconds == expected(TOWN)).all()
    assert sleeps == [0.5, 1.0]


def test_retries_are_counted_over_the_whole_matrix() -> None:
    def every_second(asked: Asked) -> Answered:
        return osrm(asked) if len(server.asked) % 2 == 0 else Answered(status=503)

    sleeps = Sleeps()
    with LocalServer(every_second) as server, pytest.raises(RoadServerError) as refused:
        OsrmServer(server.url, block_places=2, patience=QUICK, sleep=sleeps).matrix(TOWN, Mode.CAR)
    assert refused.value.reason == "osrm_failed"
    assert sleeps == [0.5, 1.0, 2.0]


def test_waits_never_grow_beyond_the_longest() -> None:
    sleeps = Sleeps()
    patience = Patience(retries=5, first_wait_s=1, longest_wait_s=3)
    with LocalServer(lambda asked: Answered(status=500)) as server, pytest.raises(RoadServerError):
        OsrmServer(server.url, patience=patience, sleep=sleeps).matrix(TOWN, Mode.CAR)
    assert sleeps == [1, 2, 3, 3, 3]


def test_a_busy_server_is_left_alone_for_as_long_as_it_asks() -> None:
    def busy_once(asked: Asked) -> Answered:
        return osrm(asked) if len(server.asked) > 1 else Answered(status=429, headers={"Retry-After": "4"})

    sleeps = Sleeps()
    with LocalServer(busy_once) as server:
        OsrmServer(server.url, patience=QUICK, sleep=sleeps).matrix(TOWN, Mode.CAR)
    assert sleeps == [4.0]


@SERVERS
def test_a_refusal_is_not_asked_again(kind, answer, source) -> None:
    with LocalServer(lambda asked: Answered({"code": "TooBig"}, status=400)) as server:
        matrix = with_fallback(kind(server.url, patience=QUICK), EstimatedTravel()).matrix(TOWN, Mode.CAR)
    assert len(server.asked) == 1
    assert matrix.fell_back == f"{source.value}_refused"


@SERVERS
def test_a_silent_server_falls_back_to_the_estimate_aloud(kind, answer, source) -> None:
    sleeps = Sleeps()
    patience = Patience(timeout_s=0.05, retries=2, first_wait_s=1)
    structlog.reset_defaults()
    with LocalServer(lambda asked: Answered(never=True)) as server, capture_logs() as logs:
        source_with_fallback = with_fallback(kind(server.url, patience=patience, sleep=sleeps), EstimatedTravel())
        matrix = source_with_fallback.matrix(TOWN, Mode.CAR)
    assert matrix.fell_back == f"{source.value}_timeout"
    assert matrix.source is TravelSource.ESTIMATE
    assert (matrix.seconds == EstimatedTravel().matrix(TOWN, Mode.CAR).seconds).all()
    assert sleeps == [1, 2]
    assert [(line["log_level"], line["why"], line["places"]) for line in logs] == [
        ("warning", f"{source.value}_timeout", len(TOWN))
    ]


@SERVERS
def test_a_server_that_is_not_there_falls_back_too(kind, answer, source) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
        travel = with_fallback(kind(url, patience=QUICK, sleep=Sleeps()), EstimatedTravel())
        assert travel.matrix(TOWN, Mode.CAR).fell_back == f"{source.value}_unreachable"


def test_a_server_that_answers_does_not_fall_back() -> None:
    with LocalServer(osrm) as server:
        matrix = with_fallback(OsrmServer(server.url, patience=QUICK), EstimatedTravel()).matrix(TOWN, Mode.CAR)
    assert matrix.fell_back == ""
    assert matrix.source is TravelSource.OSRM


OSRM_SPOILERS = {
    "an error code": lambda told: told.update(code="NoSegment"),
    "no distances": lambda told: told.pop("distances"),
    "a row too few": lambda told: told["durations"].pop(),
    "a row too short": lambda told: told["durations"][1].pop(),
    "a word for a figure": lambda told: told["durations"][1].__setitem__(0, "12"),
    "a truth for a figure": lambda told: told["durations"].__setitem__(1, [True] * len(TOWN)),
    "a negative figure": lambda told: told["distances"][1].__setitem__(0, -1),
    "an endless figure": lambda told: told["distances"][1].__setitem__(0, float("inf")),
    "a row that is none": lambda told: told["durations"].__setitem__(0, 5),
    "no waypoints": lambda told: told.pop("sources"),
    "a waypoint too few": lambda told: told["destinations"].pop(),
    "a waypoint without sense": lambda told: told["sources"].__setitem__(0, {"distance": "far"}),
}


@pytest.mark.parametrize("spoil", OSRM_SPOILERS.values(), ids=OSRM_SPOILERS.keys())
def test_an_osrm_answer_of_the_wrong_shape_is_not_used(spoil: Callable[[dict], object]) -> None:
    def answer(asked: Asked) -> Answered:
        told = osrm(asked).json
        spoil(told)
        return Answered(told)

    with LocalServer(answer) as server, pytest.raises(RoadServerError) as refused:
        OsrmServer(server.url, patience=QUICK).matrix(TOWN, Mode.CAR)
    assert refused.value.reason == "osrm_wrong_answer"
    assert len(server.asked) == 1


VALHALLA_SPOILERS = {
    "no matrix": lambda told: told.pop("sources_to_targets"),
    "a row too few": lambda told: told["sources_to_targets"].pop(),
    "a cell without time": lambda told: told["sources_to_targets"][0][1].pop("time"),
    "a cell that is none": lambda told: told["sources_to_targets"][0].__setitem__(1, 3),
    "a negative distance": lambda told: told["sources_to_targets"][0][1].update(distance=-0.1),
}


@pytest.mark.parametrize("spoil", VALHALLA_SPOILERS.values(), ids=VALHALLA_SPOILERS.keys())
def test_a_valhalla_answer_of_the_wrong_shape_is_not_used(spoil: Callable[[dict], object]) -> None:
    def answer(asked: Asked) -> Answered:
        told = valhalla(asked).json
        spoil(told)
        return Answered(told)

    with LocalServer(answer) as server, pytest.raises(RoadServerError) as refused:
        ValhallaServer(server.url, patience=QUICK).matrix(TOWN, Mode.CAR)
    assert refused.value.reason == "valhalla_wrong_answer"


@SERVERS
@pytest.mark.parametrize("raw", [b"<html>portal</html>", b"", b"[]", b'"Ok"', b"\xff\xfe"])
def test_an_answer_that_is_no_matrix_at_all_is_not_used(kind, answer, source, raw: bytes) -> None:
    with LocalServer(lambda asked: Answered(raw=raw)) as server, pytest.raises(RoadServerError) as refused:
        kind(server.url, patience=QUICK).matrix(TOWN, Mode.CAR)
    assert refused.value.reason == f"{source.value}_wrong_answer"


@SERVERS
def test_a_redirect_is_not_followed_to_somewhere_else(kind, answer, source) -> None:
    with LocalServer(answer) as elsewhere:
        away = Answered(status=302, headers={"Location": elsewhere.url})
        with LocalServer(lambda asked: away) as server, pytest.raises(RoadServerError) as refused:
            kind(server.url, patience=QUICK).matrix(TOWN, Mode.CAR)
    assert refused.value.reason == f"{source.value}_refused"
    assert elsewhere.asked == []


@pytest.mark.parametrize("url", ["", "localhost:5000", "ftp://host", "car=host:5000", "car=http://a,train=http://b"])
def test_an_address_that_is_none_is_refused_at_once(url: str) -> None:
    with pytest.raises(InvalidError):
        OsrmServer(url)


def test_where_elders_live_does_not_get_into_the_log(caplog: pytest.LogCaptureFixture) -> None:
    assert service.outside.__doc__
    with caplog.at_level(logging.NOTSET), LocalServer(osrm) as server:
        OsrmServer(server.url, patience=QUICK).matrix(TOWN, Mode.CAR)
    assert "113.3" not in caplog.text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("source", [TravelSource.OSRM, TravelSource.VALHALLA])
@pytest.mark.parametrize("why", ["timeout", "unreachable", "failed", "busy", "refused", "wrong_answer"])
def test_every_reason_has_words(source: TravelSource, why: str, language: str) -> None:
    error = RoadServerError(source, why)
    assert text(language, f"fell_back.{error.reason}") in error.say(language)


@pytest.mark.parametrize("wrong", [{"timeout_s": 0}, {"retries": -1}, {"first_wait_s": -1}, {"longest_wait_s": -1}])
def test_patience_without_sense_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="expected a time-out"):
        Patience(**wrong)
