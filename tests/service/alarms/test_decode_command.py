from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from api.cli import app
from service.alarms.protocols.gt06 import encode as gt06_frame
from service.alarms.protocols.watch import encode as watch_frame
from service.alarms.protocols.webhook import sign

SOS = watch_frame("3G", "1234509876", "AL,010326,083000,A,23.083300,N,113.317200,E,0,0,15,7,80,55,120,0,00030000,0")
MEDICAL = b'\nF922003B"ADM-CID"0001L0#1234[#1234|1100 01 001]_08:30:00,03-01-2026\r'


def decoded(
    lines: list[str], *arguments: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> list[Any]:
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO("\n".join(lines).encode())))
    with pytest.raises(SystemExit) as ended:
        app.run(["decode", *arguments])
    assert ended.value.code == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_line_of_hex_becomes_a_line_of_json(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (said,) = decoded([SOS.hex()], "watch", monkeypatch=monkeypatch, capsys=capsys)
    assert {name: said[name] for name in ("device", "kind", "time", "latitude", "longitude", "valid", "battery")} == {
        "device": "1234509876", "kind": "alarm", "time": "2026-03-01T08:30:00Z",
        "latitude": 23.0833, "longitude": 113.3172, "valid": True, "battery": 55,
    }  # fmt: skip
    assert said["alarms"] == ["sos", "low_battery"]
    assert said["alarm"] == "sos"
    assert bytes.fromhex(said["reply"]) == b"[3G*1234509876*0002*AL]"
    assert said["refusal"] is None


@pytest.mark.parametrize("bad", ["xyz", "5b33472a", "00ff00ff", "7" * 700_000, "é"])
def test_a_bad_line_is_refused_in_both_languages_and_the_next_one_is_read(
    bad: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    said = decoded([SOS.hex(), bad, "", SOS.hex()], "watch", monkeypatch=monkeypatch, capsys=capsys)
    assert [one["alarm"] for one in said] == ["sos", None, "sos"]
    assert set(said[1]["refusal"]) == {"key", "zh", "en"}


def test_a_terminal_stays_known_over_the_lines_of_one_capture(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    login, beat = gt06_frame(0x01, bytes.fromhex("0123456789012345"), 1), gt06_frame(0x13, bytes([0, 6, 4, 0, 2]), 2)
    said = decoded([login.hex(), beat.hex()], "gt06", monkeypatch=monkeypatch, capsys=capsys)
    assert [one["device"] for one in said] == ["123456789012345"] * 2


def test_fixed_units_and_social_alarms_are_read(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (said,) = decoded([MEDICAL.hex()], "dc09", "--key", "00" * 32, monkeypatch=monkeypatch, capsys=capsys)
    assert (said["device"], said["alarms"]) == ("1234", ["medical"])
    (said,) = decoded([b"<mrq/>".hex()], "scaip", monkeypatch=monkeypatch, capsys=capsys)
    assert said["refusal"]["key"] == "tag_missing"


def test_a_webhook_is_held_against_secret_and_time(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    at, secret, body = datetime(2026, 3, 1, 8, 30, tzinfo=UTC), b"s" * 32, b'{"device_id":"P7","kind":"sos"}'
    signature = sign(secret, "m1", int(at.timestamp()), body)
    head = f"webhook-id: m1\r\nwebhook-timestamp: {int(at.timestamp())}\r\nwebhook-signature: {signature}\r\n\r\n"
    line, key = (head.encode() + body).hex(), ("webhook", "--key", secret.hex())
    (said,) = decoded([line], *key, "--now", at.isoformat(), monkeypatch=monkeypatch, capsys=capsys)
    assert (said["device"], said["alarm"]) == ("P7", "sos")
    (said,) = decoded([line], *key, monkeypatch=monkeypatch, capsys=capsys)
    assert said["refusal"]["key"] == "too_old"


@pytest.mark.parametrize(
    "arguments",
    [
        ["decode", "dc09", "--key", "0123456789ABCDEF"],
        ["decode", "webhook", "--key", "whsec_short"],
        ["decode", "dc09", "--now", "yesterday"],
        ["staff", "--calls-per-hour", "40", "--aht", "180", "--share", "1"],
    ],
)
def test_a_bad_key_time_or_figure_ends_with_two_sentences(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert app.run(arguments) == 1
    assert len(capsys.readouterr().err.strip().splitlines()) >= 2


def test_the_staffing_of_the_district_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        app.run(["staff", "--calls-per-hour", "40", "--aht", "180", "--within", "15", "--share", "0.99", "--json"])
    found = json.loads(capsys.readouterr().out)
    assert found["operators"] == 7
    assert found["service_level"] == pytest.approx(0.9968286680, abs=1e-9)
    assert found["mean_wait_s"] == pytest.approx(0.1731809982, abs=1e-9)
