from __future__ import annotations

import binascii
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.alarms.protocols.gt06 import Gt06Decoder, crc_itu, encode
from service.alarms.protocols.gt06_tables import ALARM_CODES
from service.alarms.signal import MOST_BYTES, Alarm, Kind, Signal
from service.clock import StoppedClock
from tests.service.alarms.streams import byte_by_byte, cut_at, fed, whole

NOW = datetime(2026, 3, 1, 8, 30, 5, tzinfo=UTC)
IMEI = "123456789012345"
GPS = bytes.fromhex("1a0301081e00 c7 02793c94 0c28bed0 05 144e")
"""2026-03-01 08:30:00, 7 satellites, 23.0833 N 113.3172 E (within a ten-millionth of a degree), a fix that holds."""
CELL = bytes.fromhex("09 01cc 00 2506 001467")
LOGIN = encode(0x01, bytes.fromhex("0" + IMEI), 1)
PLACE = encode(0x12, GPS + CELL[1:], 2)
ALARM = encode(0x16, GPS + CELL + bytes([0x44, 4, 3, 0x01, 2]), 3)
BEAT = encode(0x13, bytes([0x44, 6, 4, 0, 2]), 4, long=False)
LONG = encode(0x94, bytes([0, 1, 2]), 5, long=True)
CONVERSATION = [LOGIN, PLACE, ALARM, BEAT, LONG]


def make() -> Gt06Decoder:
    return Gt06Decoder(StoppedClock(NOW))


def one(frame: bytes) -> Signal:
    signals = whole(make, frame)
    assert len(signals) == 1
    return signals[0]


def test_the_crc_is_that_of_x_25() -> None:
    assert crc_itu(b"123456789") == 0x906E


def test_a_login_names_the_terminal_for_all_that_follows() -> None:
    signals = whole(make, LOGIN + ALARM)
    assert [signal.device for signal in signals] == [IMEI, IMEI]
    assert signals[0].kind is Kind.LOGIN
    assert signals[0].reply == bytes.fromhex("7878 05 01 0001 d9dc 0d0a")


def test_a_position_is_read_to_the_unit_and_not_answered() -> None:
    signal = one(PLACE)
    assert (signal.kind, signal.reply) == (Kind.POSITION, None)
    assert signal.at == datetime(2026, 3, 1, 8, 30, tzinfo=UTC)
    assert signal.fix is not None
    assert signal.fix.lat == pytest.approx(0x02793C94 / 1_800_000, abs=1e-7)
    assert signal.fix.lon == pytest.approx(0x0C28BED0 / 1_800_000, abs=1e-7)
    assert signal.fix.valid
    assert dict(signal.details)["course_deg"] == 0x04E


@pytest.mark.parametrize(("flags", "north", "east", "valid"), [(0x1400, 1, 1, True), (0x0800, -1, -1, False)])
def test_the_course_bits_say_hemisphere_and_validity(flags: int, north: int, east: int, valid: bool) -> None:
    fix = one(encode(0x22, GPS[:16] + flags.to_bytes(2, "big") + CELL[1:], 2)).fix
    assert fix is not None
    assert (fix.lat * north > 0, fix.lon * east > 0, fix.valid) == (True, True, valid)


def test_a_position_that_is_none_on_earth_is_none() -> None:
    assert one(encode(0x12, GPS[:7] + b"\xff" * 8 + GPS[15:], 2)).fix is None


@pytest.mark.parametrize("number", [0x16, 0x26, 0x27])
def test_an_sos_outranks_the_low_battery_of_the_same_frame_and_is_answered(number: int) -> None:
    tail = bytes([3 << 3, 1, 3, 0x01, 2]) + (b"\x09" if number == 0x27 else b"")
    signal = one(encode(number, GPS + CELL + tail, 0x1234))
    assert (signal.kind, signal.alarms) == (Kind.ALARM, (Alarm.SOS, Alarm.LOW_BATTERY))
    assert signal.battery_pct == 16
    assert signal.reply == encode(number, b"", 0x1234)


@pytest.mark.parametrize(("code", "alarm"), [(code, alarm) for code, alarm in ALARM_CODES.items() if alarm])
def test_every_alarm_byte_is_read(code: int, alarm: Alarm) -> None:
    assert one(encode(0x26, GPS + CELL + bytes([0, 4, 3, code, 2]), 3)).alarms == (alarm,)


def test_an_alarm_byte_that_nobody_knows_is_an_unknown_alarm() -> None:
    assert one(encode(0x26, GPS + CELL + bytes([0, 4, 3, 0x7F, 2]), 3)).alarms == (Alarm.UNKNOWN,)


@pytest.mark.parametrize("content", [b"", GPS[:5], GPS, GPS + CELL])
def test_an_alarm_that_is_cut_short_is_a_general_alarm_and_answered(content: bytes) -> None:
    signal = one(encode(0x26, content, 9))
    assert (signal.kind, signal.highest, signal.reply) == (Kind.ALARM, Alarm.GENERAL, encode(0x26, b"", 9))


def test_a_heartbeat_tells_the_battery_and_is_answered() -> None:
    signal = one(BEAT)
    assert (signal.kind, signal.battery_pct, signal.reply) == (Kind.HEARTBEAT, 100, encode(0x13, b"", 4))
    assert one(encode(0x23, bytes.fromhex("00019a040001"), 7)).reply == encode(0x23, b"", 7)


def test_a_terminal_that_asks_the_time_is_told_it() -> None:
    assert one(encode(0x8A, b"", 6)).reply == encode(0x8A, bytes([26, 3, 1, 8, 30, 5]), 6)


def test_a_long_frame_and_an_unknown_number_are_named() -> None:
    assert one(LONG).name == "0x94 information"
    assert one(encode(0xEE, b"", 1)).name == "0xee unknown"


def test_a_wrong_crc_is_refused_without_an_answer() -> None:
    signal = one(ALARM[:-3] + bytes([ALARM[-3] ^ 1]) + ALARM[-2:])
    assert signal.refusal is not None
    assert (signal.refusal.key, signal.reply) == ("bad_crc", None)


def test_a_login_without_digits_is_refused() -> None:
    signal = one(encode(0x01, b"\xab" * 8, 1))
    assert signal.refusal is not None
    assert signal.refusal.key == "bad_imei"


def test_a_conversation_says_the_same_byte_by_byte_and_glued() -> None:
    stream = b"".join(CONVERSATION)
    signals = whole(make, stream)
    assert [signal.frame for signal in signals] == CONVERSATION
    assert byte_by_byte(make, stream) == signals


@given(places=st.lists(st.integers(0, 10_000), max_size=12), garbage=st.binary(max_size=30))
def test_frames_between_garbage_are_found_however_the_stream_is_cut(places: list[int], garbage: bytes) -> None:
    garbage = garbage.replace(b"\x78", b"").replace(b"\x79", b"")
    stream = b"".join(garbage + frame for frame in CONVERSATION)
    found = [signal.frame for signal in fed(make(), cut_at(stream, places)) if signal.refusal is None]
    assert found == CONVERSATION


def test_a_frame_that_never_ended_does_not_swallow_the_next() -> None:
    signals = whole(make, bytes.fromhex("79790f0016") + ALARM)
    assert [signal.alarms for signal in signals if signal.kind] == [(Alarm.SOS,)]


@given(number=st.integers(0, 255), content=st.binary(max_size=200), serial=st.integers(0, 65_535), long=st.booleans())
def test_whatever_is_encoded_is_one_frame_with_its_serial_number(
    number: int, content: bytes, serial: int, long: bool
) -> None:
    signals = whole(make, encode(number, content, serial, long=long))
    assert len(signals) == 1
    if signals[0].kind:
        assert dict(signals[0].details)["serial"] == serial


@given(
    received=st.binary(max_size=300) | st.lists(st.sampled_from([b"xx", b"yy", b"\r\n", b"\5", b"\x16"])).map(b"".join)
)
def test_any_bytes_give_signals_and_never_raise(received: bytes) -> None:
    for signal in byte_by_byte(make, received):
        assert (signal.kind is None) == (signal.refusal is not None)


@pytest.mark.parametrize("endless", ["00", "7878", "7979", "79790f00", "78780017", "787800170d"])
def test_an_endless_stream_keeps_4_kib_at_most(endless: str) -> None:
    decoder = make()
    for _ in range(20):
        decoder.feed(binascii.unhexlify(endless) * 300)
        assert decoder.kept_bytes <= MOST_BYTES
