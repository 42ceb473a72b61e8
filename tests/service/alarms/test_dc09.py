from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.alarms.protocols.dc09.cipher import decrypt, encrypt
from service.alarms.protocols.dc09.decoder import Dc09Decoder
from service.alarms.protocols.dc09.envelope import content, crc_16, encode, opened, stamp
from service.alarms.protocols.dc09.events import meaning_of_contact_id, meaning_of_sia
from service.alarms.signal import MOST_BYTES, Alarm, Fix, Kind, Signal
from service.clock import StoppedClock
from tests.service.alarms.streams import byte_by_byte, cut_at, fed, whole

NOW = datetime(2026, 3, 1, 8, 30, 5, tzinfo=UTC)
KEY = bytes(range(16))
STAMP = "_08:30:00,03-01-2026"


def plain(message: str) -> bytes:
    return encode(message.encode())


def hidden(message: str, clear: str, key: bytes = KEY) -> bytes:
    text = b"p" * (-len(clear) % 16 + 16) + clear.encode()
    return encode(message.encode() + encrypt(key, text).hex().upper().encode())


MEDICAL = plain(f'"ADM-CID"0001L0#1234[#1234|1100 01 001]{STAMP}')
EMERGENCY = hidden('"*ADM-CID"0002R1L2#ABCD[', f"|#ABCD|1101 00 007]{STAMP}")
BATTERY = plain('"SIA-DCS"0003L0#1234[#1234|Nri1/YT000]')
LINK = plain(f'"NULL"0000R0L0#1234[]{STAMP}')
CONVERSATION = [MEDICAL, EMERGENCY, BATTERY, LINK]


def make(*, in_time: bool = True, now: datetime = NOW) -> Dc09Decoder:
    return Dc09Decoder({"": KEY}, StoppedClock(now), in_time=in_time, pad=lambda count: b"x" * count)


def one(frame: bytes) -> Signal:
    signals = whole(make, frame)
    assert len(signals) == 1
    return signals[0]


def test_the_crc_is_the_reflected_8005_begun_with_0() -> None:
    assert crc_16(b"123456789") == 0xBB3D


@pytest.mark.parametrize(
    ("key", "secret"),
    [
        ("2b7e151628aed2a6abf7158809cf4f3c", "3ad77bb40d7a3660a89ecaf32466ef97"),
        ("8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b", "bd334f1d6e45f25ff712a214571fa5cc"),
        ("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4", "f3eed1bdb5d2a03c064b5a7e3db181f8"),
    ],
)
def test_aes_gives_the_examples_of_sp_800_38a(key: str, secret: str) -> None:
    clear = bytes.fromhex("6bc1bee22e409f96e93d7e117393172a")
    assert encrypt(bytes.fromhex(key), clear).hex() == secret
    assert decrypt(bytes.fromhex(key), bytes.fromhex(secret)) == clear


def test_aes_chains_its_blocks_as_sp_800_38a_does() -> None:
    key = bytes.fromhex("2b7e151628aed2a6abf7158809cf4f3c")
    start = bytes.fromhex("000102030405060708090a0b0c0d0e0f")
    first = bytes.fromhex("6bc1bee22e409f96e93d7e117393172a")
    second = bytes.fromhex("ae2d8a571e03ac9c9eb76fac45af8e51")
    mixed = bytes(one ^ other for one, other in zip(start, first, strict=True))
    secret = "7649abac8119b246cee98e9b12e9197d" + "5086cb9b507219ee95db113a917678b2"
    assert encrypt(key, mixed + second).hex() == secret


@pytest.mark.parametrize("size", [16, 24, 32])
@given(clear=st.binary(max_size=80))
def test_what_is_encrypted_is_decrypted_again(size: int, clear: bytes) -> None:
    blocks = clear + bytes(-len(clear) % 16)
    assert decrypt(bytes(range(size)), encrypt(bytes(range(size)), blocks)) == blocks


def test_a_medical_alarm_is_acknowledged_with_what_was_sent_and_no_more() -> None:
    signal = one(MEDICAL)
    assert (signal.kind, signal.device, signal.alarms) == (Kind.ALARM, "1234", (Alarm.MEDICAL,))
    assert signal.at == datetime(2026, 3, 1, 8, 30, tzinfo=UTC)
    assert signal.reply == b'\n1BC10012"ACK"0001L0#1234[]\r'
    assert dict(signal.details) == {
        "sequence": 1, "line": "0", "code": "1100", "qualifier": "new", "area": "01", "zone": "001",
    }  # fmt: skip


@pytest.mark.parametrize("size", [16, 24, 32])
def test_an_encrypted_alarm_is_acknowledged_encrypted_with_the_time(size: int) -> None:
    key = bytes(range(size))
    decoder = Dc09Decoder({"ABCD": key}, StoppedClock(NOW), in_time=True)
    signal = decoder.read(hidden('"*ADM-CID"0002R1L2#ABCD[', f"|#ABCD|1101 00 007]{STAMP}", key))
    assert signal.alarms == (Alarm.SOS,)
    assert signal.reply is not None
    reply = opened(signal.reply)
    assert (reply.token, reply.sequence, reply.receiver, reply.line, reply.account) == (
        "ACK",
        "0002",
        "R1",
        "L2",
        "ABCD",
    )
    assert content(reply, key).sent_at == NOW


def test_a_link_test_is_a_heartbeat() -> None:
    assert (one(LINK).kind, one(LINK).alarms, one(LINK).reply) == (Kind.HEARTBEAT, (), plain('"ACK"0000R0L0#1234[]'))


@pytest.mark.parametrize(
    ("code", "kind", "alarm"),
    [
        ("100", Kind.ALARM, Alarm.MEDICAL),
        ("101", Kind.ALARM, Alarm.SOS),
        ("102", Kind.ALARM, Alarm.NO_SIGN_OF_LIFE),
        ("103", Kind.ALARM, Alarm.FALL_DOWN),
        ("301", Kind.ALARM, Alarm.POWER_CUT),
        ("302", Kind.ALARM, Alarm.LOW_BATTERY),
        ("399", Kind.ALARM, Alarm.FAULT),
        ("199", Kind.ALARM, Alarm.UNKNOWN),
        ("1B0", Kind.ALARM, Alarm.UNKNOWN),
        ("401", Kind.STATUS, None),
        ("602", Kind.TEST, None),
    ],
)
def test_a_contact_id_code_means_what_the_table_says(code: str, kind: Kind, alarm: Alarm | None) -> None:
    assert meaning_of_contact_id(code) == (kind, (alarm,) if alarm else ())


@pytest.mark.parametrize(
    ("code", "kind", "alarm"),
    [
        ("QA", Kind.ALARM, Alarm.SOS),
        ("MA", Kind.ALARM, Alarm.MEDICAL),
        ("NA", Kind.ALARM, Alarm.NO_SIGN_OF_LIFE),
        ("YT", Kind.ALARM, Alarm.LOW_BATTERY),
        ("QT", Kind.ALARM, Alarm.FAULT),
        ("YR", Kind.RESTORE, None),
        ("RP", Kind.TEST, None),
        ("CL", Kind.STATUS, None),
        ("IQ", Kind.ALARM, Alarm.UNKNOWN),
    ],
)
def test_an_sia_code_means_what_the_table_says(code: str, kind: Kind, alarm: Alarm | None) -> None:
    assert meaning_of_sia(code) == (kind, (alarm,) if alarm else ())


def test_a_restored_condition_is_no_alarm() -> None:
    assert one(plain('"ADM-CID"0004L0#1234[#1234|3302 01 004]')).kind is Kind.RESTORE


def test_several_events_of_one_message_are_ranked() -> None:
    assert one(plain('"SIA-DCS"0004L0#1234[#1234|Nri1/YT000/QA003]')).alarms == (Alarm.SOS, Alarm.LOW_BATTERY)


def test_a_message_that_nobody_can_read_is_an_unknown_alarm_and_the_unit_is_told() -> None:
    for message in ('"ADM-41E"0005L0#1234[12345]', '"ADM-CID"0005L0#1234[nonsense]'):
        signal = one(plain(message))
        assert (signal.highest, signal.reply) == (Alarm.UNKNOWN, plain('"DUH"0005L0#1234[]'))


def test_a_position_in_the_extended_data_is_read() -> None:
    signal = one(plain(f'"SIA-DCS"0006L0#1234[#1234|NPA001][X113E19.032][Y23N04.998]{STAMP}'))
    assert signal.fix == Fix(23.0833, 113.3172, valid=True)


@pytest.mark.parametrize("off_s", [-41, 21])
def test_an_encrypted_message_out_of_its_time_is_told_ours(off_s: int) -> None:
    sent = datetime(2026, 3, 1, 8, 30, tzinfo=UTC)
    signal = make(now=sent - timedelta(seconds=off_s)).read(EMERGENCY)
    assert signal.refusal is not None
    assert signal.refusal.key == "untimely"
    assert signal.reply == plain(f'"NAK"0000R0L0A0[]{stamp(sent - timedelta(seconds=off_s))}')


@pytest.mark.parametrize("off_s", [-40, 20])
def test_an_encrypted_message_at_the_edge_of_its_time_is_taken(off_s: int) -> None:
    sent = datetime(2026, 3, 1, 8, 30, tzinfo=UTC)
    assert make(now=sent - timedelta(seconds=off_s)).read(EMERGENCY).alarms == (Alarm.SOS,)


@pytest.mark.parametrize(
    ("keys", "key"), [({}, "no_key"), ({"": bytes(16)}, "wrong_key"), ({"ABCD": bytes(16)}, "wrong_key")]
)
def test_without_the_right_key_the_unit_is_told_that_nobody_can_read_it(keys: dict[str, bytes], key: str) -> None:
    signal = Dc09Decoder(keys, StoppedClock(NOW), in_time=True).read(EMERGENCY)
    assert signal.refusal is not None
    assert (signal.refusal.key, signal.device) == (key, "ABCD")
    assert signal.reply == plain('"DUH"0002R1L2#ABCD[]')


def test_a_wrong_crc_or_length_gets_no_answer() -> None:
    for frame, key in ((b"\n0000" + MEDICAL[5:], "bad_crc"), (MEDICAL[:5] + b"0099" + MEDICAL[9:], "bad_length")):
        signal = one(frame)
        assert signal.refusal is not None
        assert (signal.refusal.key, signal.reply) == (key, None)


def test_a_conversation_says_the_same_byte_by_byte_and_glued() -> None:
    stream = b"".join(CONVERSATION)
    assert whole(make, stream) == byte_by_byte(make, stream) == [one(frame) for frame in CONVERSATION]


@given(places=st.lists(st.integers(0, 10_000), max_size=12), garbage=st.binary(max_size=30))
def test_frames_between_garbage_are_found_however_the_stream_is_cut(places: list[int], garbage: bytes) -> None:
    garbage = garbage.replace(b"\n", b"").replace(b"\r", b"")
    stream = b"".join(garbage + frame for frame in CONVERSATION)
    found = [signal.frame for signal in fed(make(), cut_at(stream, places)) if signal.refusal is None]
    assert found == CONVERSATION


@given(received=st.binary(max_size=200) | st.text('\n\r"*0123ABLR#[]|_', max_size=100).map(str.encode))
def test_any_bytes_give_signals_and_never_raise(received: bytes) -> None:
    for signal in [*byte_by_byte(make, received), make().read(received)]:
        assert (signal.kind is None) == (signal.refusal is not None)


@given(message=st.binary(max_size=120), token=st.sampled_from(["ADM-CID", "*ADM-CID", "SIA-DCS", "NULL"]))
def test_any_content_in_a_true_frame_is_one_signal(message: bytes, token: str) -> None:
    signal = make().read(encode(f'"{token}"0001L0#1234['.encode() + message))
    assert (signal.kind is None) == (signal.refusal is not None)


@pytest.mark.parametrize("endless", [b"\n", b"x", b"\r", b'\n1234"'])
def test_an_endless_stream_keeps_4_kib_at_most(endless: bytes) -> None:
    decoder = make()
    for _ in range(50):
        decoder.feed(endless * 500)
        assert decoder.kept_bytes <= MOST_BYTES
