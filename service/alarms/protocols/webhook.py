"""Alarms that a maker's cloud pushes over HTTPS: Standard Webhooks v1 signatures, and the JSON that we ask makers for.

The signature is HMAC-SHA256 over `id.timestamp.body`, the body byte for byte as it came. Two secrets hold while one is
being replaced by the other. A signed body that nobody can read is an unknown alarm: to refuse it would be to lose it.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from routing.coordinates import Crs
from service.alarms.signal import Alarm, Fix, Kind, RefusedError, Signal, ranked, refused
from service.errors import InvalidError

TOLERANCE_S = 300
MOST_BODY_BYTES = 65_536
MOST_SIGNATURES = 16
PREFIX = "whsec_"
SECRET_BYTES = range(24, 65)
HEADERS = ("webhook-id", "webhook-timestamp", "webhook-signature")
_STATES = frozenset(Kind) - {Kind.ALARM}


def secret_of(given: str) -> bytes:
    """Return a secret written as `whsec_` and base64, or in hex.

    Raises
    ------
    InvalidError
        If it is neither, or not 24 to 64 bytes long.
    """
    try:
        if given.startswith(PREFIX):
            secret = base64.b64decode(given.removeprefix(PREFIX), validate=True)
        else:
            secret = bytes.fromhex(given)
    except (binascii.Error, ValueError) as error:
        raise InvalidError("alarms.bad_secret") from error
    if len(secret) not in SECRET_BYTES:
        raise InvalidError("alarms.bad_secret")
    return secret


def sign(secret: bytes, message_id: str, timestamp: int, body: bytes) -> str:
    """Return the signature of a message, with its version."""
    return "v1," + base64.b64encode(_digest(secret, message_id, str(timestamp), body)).decode("ascii")


def verify(headers: Mapping[str, str], body: bytes, secrets: Sequence[bytes], now: datetime) -> tuple[str, datetime]:
    """Return id and time of a message that one of the secrets has signed.

    Parameters
    ----------
    headers : mapping
        The headers of the request, names in lower case.
    body : bytes
        The raw body.
    secrets : sequence of bytes
        One secret, or two during rotation.
    now : datetime
        The time of receipt, aware.

    Raises
    ------
    RefusedError
        If a header is missing, the time is more than 300 s off either way, or no signature is right.
    """
    missing = next((name for name in HEADERS if not headers.get(name)), None)
    if missing is not None:
        raise RefusedError("header_missing", header=missing)
    message_id, stamp, given = (headers[name] for name in HEADERS)
    if not re.fullmatch(r"[0-9]{1,12}", stamp, re.ASCII):
        raise RefusedError("bad_timestamp")
    off_s = int(stamp) - now.timestamp()
    if abs(off_s) > TOLERANCE_S:
        raise RefusedError("too_old" if off_s < 0 else "too_new", seconds=int(abs(off_s)), most=TOLERANCE_S)
    expected = [_digest(secret, message_id, stamp, body) for secret in secrets]
    # Every pair is compared, in constant time each: how long it takes says nothing about what was right.
    right = [hmac.compare_digest(one, other) for one in _signatures(given) for other in expected]
    if not any(right):
        raise RefusedError("bad_signature")
    return message_id, datetime.fromtimestamp(int(stamp), UTC)


def _digest(secret: bytes, message_id: str, stamp: str, body: bytes) -> bytes:
    signed = f"{message_id}.{stamp}.".encode("utf-8", "surrogateescape") + body
    return hmac.digest(secret, signed, "sha256")


def _signatures(given: str) -> list[bytes]:
    """Return the version 1 signatures of the header; other versions are for others."""
    found = []
    for part in given.split()[:MOST_SIGNATURES]:
        version, _, encoded = part.partition(",")
        if version == "v1":
            try:
                found.append(base64.b64decode(encoded, validate=True))
            except (binascii.Error, ValueError):
                continue
    return found


def decode(request: bytes, secrets: Sequence[bytes], now: datetime) -> Signal:
    """Return what a whole HTTP request, header lines, blank line and body, says; never raises."""
    try:
        headers, body = _taken_apart(request)
        message_id, sent_at = verify(headers, body, secrets, now)
    except RefusedError as error:
        status = "413 Content Too Large" if error.refusal.key == "too_long" else "401 Unauthorized"
        return replace(refused(request, error), reply=_answer(status))
    signal = replace(read_body(body), frame=request, reply=_answer("204 No Content"))
    return replace(signal, at=signal.at or sent_at, details=(("message_id", message_id[:80]), *signal.details))


def _answer(status: str) -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n".encode("ascii")


def _taken_apart(request: bytes) -> tuple[dict[str, str], bytes]:
    gap = re.search(rb"\r?\n\r?\n", request)
    if gap is None:
        raise RefusedError("no_body")
    body = request[gap.end() :]
    if len(body) > MOST_BODY_BYTES:
        raise RefusedError("too_long", most=MOST_BODY_BYTES)
    headers: dict[str, str] = {}
    for line in request[: gap.start()].decode("utf-8", "surrogateescape").splitlines():
        name, colon, value = line.partition(":")
        if colon and " " not in name:
            headers[name.lower()] = value.strip()
    length = headers.get("content-length", "")
    if re.fullmatch(r"[0-9]{1,9}", length, re.ASCII) and int(length) != len(body):
        raise RefusedError("bad_length", expected=len(body), found=int(length))
    return headers, body


def read_body(body: bytes) -> Signal:
    """Return what the JSON of a signed message says; see docs/alarm-frames.md for its fields. Never raises."""
    unread = Signal(body, Kind.ALARM, alarms=(Alarm.UNKNOWN,), name="webhook")
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return unread
    if not isinstance(told, dict):
        return unread
    kind, alarms = _kind(told)
    return replace(
        unread,
        kind=kind,
        alarms=alarms,
        device=_device(told.get("device_id")),
        at=_time(told.get("time")),
        fix=_fix(told),
        battery_pct=_battery(told.get("battery")),
    )


def _device(given: object) -> str | None:
    if isinstance(given, bool) or not isinstance(given, (str, int)):
        return None
    return "".join(letter for letter in str(given) if letter.isprintable())[:64] or None


def _kind(told: Mapping[str, object]) -> tuple[Kind, tuple[Alarm, ...]]:
    """Return kind and alarms: `kind` is a state or an alarm, `alarms` has more of them; what is neither is unknown."""
    more = told.get("alarms", [])
    named = [_word(one) for one in more] if isinstance(more, list) else [""]
    kind = _word(told.get("kind"))
    if kind != Kind.ALARM and kind not in _STATES:
        named.append(kind)
    known = set(Alarm)
    alarms = ranked(Alarm(one) if one in known else Alarm.UNKNOWN for one in named[:64])
    if kind in _STATES:
        return Kind(kind), alarms
    return Kind.ALARM, alarms


def _word(given: object) -> str:
    """Return `fallDown`, `FALL_DOWN` or `fall-down` as `fall_down`."""
    if not isinstance(given, str):
        return ""
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", given[:40])
    return re.sub(r"[\s-]+", "_", parted.strip()).lower()


def _time(given: object) -> datetime | None:
    """Return an ISO 8601 time with its offset in UTC; one without would be a guess."""
    if not isinstance(given, str):
        return None
    try:
        time = datetime.fromisoformat(given[:40])
        return time.astimezone(UTC) if time.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None


def _fix(told: Mapping[str, object]) -> Fix | None:
    lat, lon = _number(told.get("lat")), _number(told.get("lon"))
    crs = told.get("crs", Crs.WGS84)
    if lat is None or lon is None or abs(lat) > 90 or abs(lon) > 180 or crs not in tuple(Crs):
        return None
    return Fix(lat, lon, valid=told.get("valid", True) is True, crs=Crs(str(crs)))


def _number(given: object) -> float | None:
    if isinstance(given, bool) or not isinstance(given, (int, float)):
        return None
    try:
        number = float(given)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _battery(given: object) -> int | None:
    number = _number(given)
    return round(number) if number is not None and 0 <= number <= 100 else None
