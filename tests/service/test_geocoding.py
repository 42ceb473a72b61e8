from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from routing.coordinates import Crs, from_wgs84
from routing.places import Place
from service.outside.geocoding import (
    Bounds,
    Found,
    NotFound,
    Provider,
    Reason,
    distance_m,
    find_place,
    make_geocoder,
)
from service.texts import LANGUAGES, text
from tests.service.local_server import Answered, Asked, LocalServer

DISTRICT = Bounds(south=23.04, west=113.22, north=23.12, east=113.42)
HOME = Place(23.0951, 113.2708)
NEIGHBOUR = Place(23.0953, 113.2709)
FAR_END = Place(23.0851, 113.3308)
OTHER_TOWN = Place(22.5401, 114.0501)
ADDRESS = "试验街道样例路12号"
DATUM = {
    Provider.NOMINATIM: Crs.WGS84,
    Provider.PHOTON: Crs.WGS84,
    Provider.BAIDU: Crs.BD09,
    Provider.AMAP: Crs.GCJ02,
}


def nominatim(*doors: tuple[Place, bool]) -> Any:
    return [
        {"lat": str(at.lat), "lon": str(at.lon), "display_name": ADDRESS, "class": "place", "type": "house"}
        | {"place_rank": 30 if is_door else 26}
        for at, is_door in doors
    ]


def photon(*doors: tuple[Place, bool]) -> Any:
    return {
        "features": [
            {
                "geometry": {"coordinates": [at.lon, at.lat]},
                "properties": {"name": ADDRESS, "type": "house" if is_door else "street"},
            }
            for at, is_door in doors
        ]
    }


def baidu(*doors: tuple[Place, bool]) -> Any:
    if not doors:
        return {"status": 1, "msg": "Internal Service Error:无相关结果", "results": []}
    at, is_door = doors[0]
    lat, lon = from_wgs84(at, Crs.BD09)
    confidence = 80 if is_door else 75
    return {
        "status": 0,
        "result": {"location": {"lng": lon, "lat": lat}, "precise": 1, "confidence": confidence, "level": ADDRESS},
    }


def amap(*doors: tuple[Place, bool]) -> Any:
    geocodes = []
    for at, is_door in doors:
        lat, lon = from_wgs84(at, Crs.GCJ02)
        level = "门牌号" if is_door else "道路"
        geocodes.append({"formatted_address": ADDRESS, "location": f"{lon:.6f},{lat:.6f}", "level": level})
    return {"status": "1", "infocode": "10000", "geocodes": geocodes}


ANSWERS: dict[Provider, Callable[..., Any]] = {
    Provider.NOMINATIM: nominatim,
    Provider.PHOTON: photon,
    Provider.BAIDU: baidu,
    Provider.AMAP: amap,
}
EVERY_PROVIDER = pytest.mark.parametrize("provider", list(Provider))
PROVIDERS_THAT_LIST = pytest.mark.parametrize("provider", [p for p in Provider if p is not Provider.BAIDU])


def find(provider: Provider, answered: Answered, address: str = ADDRESS, **options: Any) -> Found | NotFound:
    return ask(provider, answered, address, **options)[0]


def ask(
    provider: Provider, answered: Answered, address: str = ADDRESS, **options: Any
) -> tuple[Found | NotFound, list[Asked]]:
    with LocalServer(lambda asked: answered) as server:
        geocoder = make_geocoder(
            provider, DISTRICT, domain=server.domain, scheme="http", key="sample-key", **({"timeout_s": 5.0} | options)
        )
        return find_place(address, geocoder), server.asked


@EVERY_PROVIDER
def test_a_door_in_the_district_is_found_in_wgs_84(provider: Provider) -> None:
    found = find(provider, Answered(ANSWERS[provider]((HOME, True))))
    assert isinstance(found, Found)
    assert distance_m(found.place, HOME) < 0.2
    assert found.given_in is DATUM[provider]
    assert found.provider is provider
    assert ADDRESS in found.label


@EVERY_PROVIDER
def test_an_address_that_nobody_knows_is_not_found(provider: Provider) -> None:
    assert find(provider, Answered(ANSWERS[provider]())) == NotFound(Reason.NO_ANSWER)


@EVERY_PROVIDER
def test_a_street_is_too_coarse(provider: Provider) -> None:
    assert find(provider, Answered(ANSWERS[provider]((HOME, False)))) == NotFound(Reason.TOO_COARSE)


@EVERY_PROVIDER
def test_a_door_in_another_town_is_outside_the_district(provider: Provider) -> None:
    assert find(provider, Answered(ANSWERS[provider]((OTHER_TOWN, True)))) == NotFound(Reason.OUTSIDE_DISTRICT)


@PROVIDERS_THAT_LIST
def test_two_doors_far_apart_are_ambiguous(provider: Provider) -> None:
    answer = ANSWERS[provider]((HOME, True), (FAR_END, True))
    assert find(provider, Answered(answer)) == NotFound(Reason.AMBIGUOUS)


@PROVIDERS_THAT_LIST
def test_two_doors_next_to_each_other_are_one(provider: Provider) -> None:
    found = find(provider, Answered(ANSWERS[provider]((HOME, True), (NEIGHBOUR, True))))
    assert isinstance(found, Found)
    assert distance_m(found.place, HOME) < 0.2


@PROVIDERS_THAT_LIST
def test_the_door_in_the_district_wins_over_a_street_and_over_another_town(provider: Provider) -> None:
    answer = ANSWERS[provider]((OTHER_TOWN, True), (FAR_END, False), (HOME, True))
    found = find(provider, Answered(answer))
    assert isinstance(found, Found)
    assert distance_m(found.place, HOME) < 0.2


@pytest.mark.parametrize("raw", [b"<html>", b"[1]", b'{"status": "1"}', b'{"features": 3}', b'[{"lat": "x"}]'])
@EVERY_PROVIDER
def test_an_answer_of_the_wrong_shape_is_said_to_be_one(provider: Provider, raw: bytes) -> None:
    assert find(provider, Answered(raw=raw)) == NotFound(Reason.WRONG_ANSWER)


@EVERY_PROVIDER
@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (401, Reason.REFUSED),
        (403, Reason.REFUSED),
        (429, Reason.QUOTA),
        (502, Reason.UNREACHABLE),
        (503, Reason.TIMEOUT),
    ],
)
def test_a_providers_refusal_becomes_a_machine_reason(provider: Provider, status: int, reason: Reason) -> None:
    assert find(provider, Answered({}, status=status)) == NotFound(reason)


@EVERY_PROVIDER
def test_a_silent_provider_is_not_waited_for_for_ever(provider: Provider) -> None:
    assert find(provider, Answered(never=True), timeout_s=0.05) == NotFound(Reason.TIMEOUT)


@EVERY_PROVIDER
def test_a_provider_that_is_not_there_may_be_asked_again(provider: Provider) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        domain = f"127.0.0.1:{unused.getsockname()[1]}"
        geocoder = make_geocoder(provider, DISTRICT, domain=domain, scheme="http", key="sample-key")
        found = find_place(ADDRESS, geocoder)
    assert found == NotFound(Reason.UNREACHABLE)
    assert found.reason.may_pass


@pytest.mark.parametrize(
    ("infocode", "reason"),
    [
        ("10001", Reason.REFUSED),
        ("10003", Reason.QUOTA),
        ("10044", Reason.QUOTA),
        ("20000", Reason.REFUSED),
        ("30001", Reason.NO_ANSWER),
    ],
)
def test_amaps_own_codes_become_machine_reasons(infocode: str, reason: Reason) -> None:
    answer = {"status": "0", "info": "NO", "infocode": infocode}
    assert find(Provider.AMAP, Answered(answer)) == NotFound(reason)


@pytest.mark.parametrize(
    ("status", "reason"), [(1, Reason.NO_ANSWER), (2, Reason.REFUSED), (240, Reason.REFUSED), (302, Reason.QUOTA)]
)
def test_baidus_own_codes_become_machine_reasons(status: int, reason: Reason) -> None:
    assert find(Provider.BAIDU, Answered({"status": status, "message": "NO"})) == NotFound(reason)


def test_an_amap_door_without_a_written_address_is_still_a_door() -> None:
    answer = amap((HOME, True))
    answer["geocodes"][0]["formatted_address"] = []
    assert isinstance(find(Provider.AMAP, Answered(answer)), Found)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ({"class": "building", "type": "apartments"}, True),
        ({"class": "place", "type": "house"}, True),
        ({"class": "place", "type": "suburb"}, False),
        ({"class": "highway", "type": "residential"}, False),
        ({"class": "boundary", "type": "administrative"}, False),
    ],
)
def test_an_older_nominatim_without_ranks_is_judged_by_class(kind: dict[str, str], expected: bool) -> None:
    answer = [{"lat": str(HOME.lat), "lon": str(HOME.lon), "display_name": ADDRESS} | kind]
    assert isinstance(find(Provider.NOMINATIM, Answered(answer)), Found) is expected


@pytest.mark.parametrize("address", ["", "   ", "\n"])
def test_an_empty_address_is_not_asked_about(address: str) -> None:
    found, asked = ask(Provider.AMAP, Answered(amap((HOME, True))), address)
    assert found == NotFound(Reason.EMPTY)
    assert asked == []


@EVERY_PROVIDER
def test_the_districts_name_is_put_before_an_address_that_lacks_it(provider: Provider) -> None:
    for address in (ADDRESS, f"样例市样例区{ADDRESS}"):
        _, asked = ask(provider, Answered(ANSWERS[provider]()), address, context="样例市样例区")
        (words,) = [
            values[0] for name, values in parse_qs(urlsplit(asked[0].target).query).items() if name in {"q", "address"}
        ]
        assert words == f"样例市样例区{ADDRESS}"


@pytest.mark.parametrize("provider", [Provider.AMAP, Provider.BAIDU])
def test_a_provider_that_needs_a_key_is_refused_without_one(provider: Provider) -> None:
    with pytest.raises(ValueError, match="expected a key"):
        make_geocoder(provider, DISTRICT)


def test_bounds_the_wrong_way_round_are_refused() -> None:
    with pytest.raises(ValueError, match="south"):
        Bounds(south=24, west=113, north=23, east=114)
    with pytest.raises(ValueError, match="west"):
        Bounds(south=23, west=114, north=24, east=113)


def test_a_place_on_the_edge_is_in_the_district() -> None:
    assert DISTRICT.holds(Place(DISTRICT.south, DISTRICT.east))
    assert not DISTRICT.holds(Place(DISTRICT.south - 1e-9, DISTRICT.east))
    assert not DISTRICT.holds(Place(DISTRICT.south, DISTRICT.east + 1e-9))


def test_a_second_of_arc_of_the_equator_is_31_metres() -> None:
    # 2 pi x 6,378,137 m / (360 x 3,600), the WGS-84 equator.
    assert distance_m(Place(0, 0), Place(0, 1 / 3600)) == pytest.approx(30.9221, abs=1e-3)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_has_words(reason: Reason, language: str) -> None:
    assert text(language, f"address.{reason.value}")
