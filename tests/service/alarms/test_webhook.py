from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.coordinates import Crs, from_wgs84
from routing.places import Place
from service.alarms.positions import last_good, place_of
from service.alarms.protocols.webhook import decode, read_body, secret_of, sign
from service.alarms.signal import Alarm, Fix, Kind
from service.errors import InvalidError

NOW = datetime(2026, 3, 1, 8, 30, tzinfo=UTC)
OLD, NEW = b"o" * 32, b"n" * 32
BODY = (
    b'{"device_id": "P7",\r\n "kind":"fallDown", "alarms": ["sos"], "battery": 40, "time": "2026-03-01T16:29:58+08:00"}'
)


def request(body: bytes = BODY, *, at: datetime = NOW, secret: bytes = NEW, message_id: str = "m1") -> bytes:
    stamp = int(at.timestamp())
    head = f"POST /alarms HTTP/1.1\r\nWebhook-Id: m1\r\nWebhook-Timestamp: {stamp}\r\n"
    return (head + f"webhook-signature: v2,x v1,!! {sign(secret, message_id, stamp, body)}\r\n\r\n").encode() + body


def test_a_signed_message_says_all_it_says() -> None:
    signal = decode(request(), [NEW], NOW)
    assert (signal.kind, signal.device, signal.alarms) == (Kind.ALARM, "P7", (Alarm.SOS, Alarm.FALL_DOWN))
    assert (signal.battery_pct, signal.at) == (40, NOW - timedelta(seconds=2))
    assert signal.reply == b"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n"


@pytest.mark.parametrize("secret", [OLD, NEW])
def test_both_secrets_hold_during_rotation(secret: bytes) -> None:
    assert decode(request(secret=secret), [OLD, NEW], NOW).refusal is None


@pytest.mark.parametrize(("off_s", "key"), [(-301, "too_old"), (-300, None), (0, None), (300, None), (301, "too_new")])
def test_three_hundred_seconds_either_way_are_allowed(off_s: int, key: str | None) -> None:
    refusal = decode(request(at=NOW + timedelta(seconds=off_s)), [NEW], NOW).refusal
    assert (refusal.key if refusal else None) == key


@pytest.mark.parametrize(
    "tampered",
    [request().replace(b'\r\n "kind', b'\n "kind'), request(message_id="m2"), request(secret=b"w" * 32)],
)
def test_a_changed_byte_id_or_secret_is_refused(tampered: bytes) -> None:
    signal = decode(tampered, [OLD, NEW], NOW)
    assert signal.refusal is not None
    assert (signal.refusal.key, signal.kind) == ("bad_signature", None)


def test_without_a_secret_nothing_is_right() -> None:
    assert decode(request(), [], NOW).refusal is not None


@pytest.mark.parametrize("name", [b"Webhook-Id", b"Webhook-Timestamp", b"webhook-signature"])
def test_a_missing_header_is_named(name: bytes) -> None:
    refusal = decode(request().replace(name, b"other"), [NEW], NOW).refusal
    assert refusal is not None
    assert refusal.values == (("header", name.decode().lower()),)


@pytest.mark.parametrize("body", [b"", b"[]", b"not json", b"[" * 60_000, b'{"kind": "moonlight"}', b"{}", b"\xff"])
def test_a_signed_body_that_nobody_can_read_is_an_unknown_alarm(body: bytes) -> None:
    signal = decode(request(body), [NEW], NOW)
    assert (signal.kind, signal.alarms, signal.refusal) == (Kind.ALARM, (Alarm.UNKNOWN,), None)


@pytest.mark.parametrize("crs", list(Crs))
def test_a_position_comes_to_wgs_84_from_the_datum_it_names(crs: Crs) -> None:
    place = Place(23.0833, 113.3172)
    lat, lon = from_wgs84(place, crs)
    fix = read_body(b'{"kind":"sos","lat":%r,"lon":%r,"crs":"%s"}' % (lat, lon, crs.encode())).fix
    assert fix is not None
    assert place_of(fix).lat == pytest.approx(place.lat, abs=1e-9)
    assert place_of(fix).lon == pytest.approx(place.lon, abs=1e-9)


def test_a_datum_that_nobody_knows_is_no_position() -> None:
    assert read_body(b'{"kind":"sos","lat":23,"lon":113,"crs":"moon"}').fix is None


def test_an_invalid_fix_never_overwrites_the_last_good_one() -> None:
    good, bad = Fix(23.0, 113.0, valid=True), Fix(0.0, 0.0, valid=False)
    assert last_good(good, bad) is good
    assert last_good(good, None) is good
    assert last_good(None, good) is good


@pytest.mark.parametrize("given", ["", "zz", "whsec_!!", "whsec_" + base64.b64encode(b"x" * 23).decode(), "00" * 65])
def test_what_is_no_secret_is_refused(given: str) -> None:
    with pytest.raises(InvalidError):
        secret_of(given)


def test_a_secret_is_written_both_ways() -> None:
    assert secret_of("whsec_" + base64.b64encode(NEW).decode()) == secret_of(NEW.hex()) == NEW


@given(body=st.binary(max_size=100) | st.from_regex(rb'\{"(kind|lat|time|battery|alarms)": ?.{0,30}\}'))
def test_any_signed_body_gives_a_signal_and_never_raises(body: bytes) -> None:
    assert decode(request(body), [NEW], NOW).kind is not None


@given(received=st.binary(max_size=200))
def test_any_bytes_are_refused_and_never_raise(received: bytes) -> None:
    for given_ in (received, received + b"\r\n\r\n", b"webhook-id: " + received + b"\r\n\r\n"):
        assert decode(given_, [NEW], NOW).refusal is not None
