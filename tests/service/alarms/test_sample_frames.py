"""Frames that others have recorded or built, read by path where they are present."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from service.alarms.protocols.dc09.decoder import Dc09Decoder
from service.alarms.protocols.gt06 import Gt06Decoder
from service.alarms.protocols.scaip import decode as decode_scaip
from service.alarms.protocols.watch import WatchDecoder
from service.alarms.protocols.webhook import secret_of, verify
from service.alarms.signal import RefusedError, Signal
from service.clock import StoppedClock
from tests.service.alarms.streams import Decoder, byte_by_byte, whole

CLOCK = StoppedClock(datetime(2026, 3, 1, 8, 30, 5, tzinfo=UTC))


@pytest.fixture(scope="module")
def samples(shared_data: Path) -> Path:
    folder = shared_data / "alarms"
    if not folder.is_dir():
        pytest.skip(f"the sample frames are not here: {folder.name}")
    return folder


def vectors(samples: Path, name: str, part: str = "vectors") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((samples / name).read_text(encoding="utf-8"))[part]
    assert found
    return found


def snake(name: str) -> str:
    return re.sub(r"(?=[A-Z])", "_", name).lower()


def agrees(signal: Signal, expected: dict[str, Any], time: str) -> None:
    if time in expected:
        assert signal.at == datetime.fromisoformat(expected[time])
    if "lat" in expected:
        assert signal.fix is not None
        found = (signal.fix.lat, signal.fix.lon)
        assert found == pytest.approx((expected["lat"], expected["lon"]), abs=1e-6)
        assert signal.fix.valid is expected["valid"]


def test_recorded_watches_say_what_the_open_server_reads(samples: Path) -> None:
    for vector in vectors(samples, "traccar_watch_decode.json"):
        expected, frame = vector["derived"], bytes.fromhex(vector["frame_hex"])
        signals = whole(WatchDecoder, frame)
        assert byte_by_byte(WatchDecoder, frame) == signals
        (signal,) = signals
        assert signal.device == expected["device_id"]
        agrees(signal, expected, "time_utc")
        assert signal.battery_pct == expected.get("battery_pct", signal.battery_pct)
        assert list(signal.alarms) == [snake(one) for one in expected.get("alarms_all", [])]
        if "expected_reply" in expected:
            assert signal.reply == expected["expected_reply"].encode()


def test_several_alarms_of_a_watch_are_ranked(samples: Path) -> None:
    for vector in vectors(samples, "watch_priority_cases.json"):
        (signal,) = whole(WatchDecoder, bytes.fromhex(vector["frame_hex"]))
        assert list(signal.alarms) == [snake(one) for one in vector["alarms_all"]]
        assert signal.highest == snake(vector["highest"])


def test_recorded_trackers_say_what_the_open_server_reads(samples: Path) -> None:
    for vector in vectors(samples, "traccar_gt06_decode.json"):
        expected, frame = vector["derived"], bytes.fromhex(vector["frame_hex"])
        (signal,) = whole(lambda: Gt06Decoder(CLOCK), frame)
        if not expected.get("crc_ok", True):
            assert signal.refusal is not None
            continue
        assert signal.name.startswith(f"0x{expected['type']:02x}")
        agrees(signal, expected, "time_as_sent")
        if "expected_reply_hex" in expected:
            assert signal.reply is not None
            assert signal.reply.hex() == expected["expected_reply_hex"]


def test_streams_are_cut_where_the_open_server_cuts_them(samples: Path) -> None:
    for vector in vectors(samples, "traccar_framing.json"):
        makes: dict[str, Callable[[], Decoder]] = {"Watch": WatchDecoder, "Gt06": lambda: Gt06Decoder(CLOCK)}
        make = makes.get(vector["protocol"])
        if make is not None:
            assert whole(make, bytes.fromhex(vector["stream_hex"]))[0].frame.hex() == vector["first_frame_hex"]


def test_fixed_units_are_read_and_broken_frames_are_not(samples: Path) -> None:
    for vector in vectors(samples, "sia_dc09_generated.json"):
        key = (vector["key_ascii"] or "").encode()
        signal = Dc09Decoder({vector["account"]: key}, CLOCK, in_time=True).read(bytes.fromhex(vector["frame_hex"]))
        assert (signal.device, dict(signal.details)["code"]) == (vector["account"], vector["code"])
        assert signal.at == datetime.fromisoformat(vector["timestamp_utc"])
        assert signal.reply is not None
        assert (b'"*ACK"' in signal.reply) is vector["expected_reply_encrypted"]
    for vector in vectors(samples, "sia_dc09_generated.json", "negative"):
        signal = Dc09Decoder({}, CLOCK, in_time=True).read(bytes.fromhex(vector["bytes_hex"]))
        assert signal.refusal is not None
        assert signal.reply is None


def test_social_alarms_are_answered_as_expected(samples: Path) -> None:
    for vector in vectors(samples, "scaip_cases.json"):
        signal = decode_scaip(vector["body"].encode())
        assert signal.reply is not None
        assert f"<snu>{vector['expect_snu']}</snu>".encode() in signal.reply
        assert signal.highest == vector["expect_kind"]


def test_webhooks_are_accepted_or_refused_as_expected(samples: Path) -> None:
    for vector in vectors(samples, "webhook_hmac.json"):
        now = datetime.fromtimestamp(vector["receiver_now"], UTC)
        secrets = [secret_of(one) for one in vector["secrets"]]
        body = bytes.fromhex(vector["body_hex"])
        if vector["accept"]:
            assert verify(vector["headers"], body, secrets, now)[0] == vector["headers"]["webhook-id"]
        else:
            with pytest.raises(RefusedError):
                verify(vector["headers"], body, secrets, now)
