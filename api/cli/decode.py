"""`nuanfan decode`: what captured frames of alarm terminals say, one JSON object a frame."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import IO, Annotated

import typer

from service.alarms.positions import place_of
from service.alarms.protocols.dc09.cipher import KEY_BYTES
from service.alarms.protocols.dc09.decoder import ANY_UNIT, Dc09Decoder
from service.alarms.protocols.gt06 import Gt06Decoder
from service.alarms.protocols.scaip import decode as decode_scaip
from service.alarms.protocols.watch import WatchDecoder
from service.alarms.protocols.webhook import decode as decode_webhook
from service.alarms.protocols.webhook import secret_of
from service.alarms.signal import RefusedError, Signal, refused
from service.clock import Clock, StoppedClock, SystemClock
from service.errors import InvalidError
from service.texts import LANGUAGES

MOST_LINE_BYTES = 300_000
Reader = Callable[[bytes], list[Signal]]


class Spoken(StrEnum):
    """The protocols that can be read."""

    WATCH = "watch"
    GT06 = "gt06"
    DC09 = "dc09"
    SCAIP = "scaip"
    WEBHOOK = "webhook"


def decode_command(
    protocol: Annotated[Spoken, typer.Argument(help="What the frames are written in.")],
    key: Annotated[
        list[str] | None,
        typer.Option(
            envvar="NUANFAN_DECODE_KEYS",
            help="dc09: the AES key as HEX, or ACCOUNT=HEX; webhook: a secret as whsec_… or HEX. May be given again.",
        ),
    ] = None,
    now: Annotated[
        str, typer.Option(help="The time of receipt, ISO 8601 with offset: the age of signed messages is held to it.")
    ] = "",
) -> None:
    """Read frames in hex from standard input, one a line, and print what each says, how it is answered or why refused.

    A line that cannot be read is one refusal, and the next line is read. The lines of one call are one connection.
    """
    read = reader_of(protocol, key or [], now)
    for line in lines_of(sys.stdin.buffer):
        for signal in read_line(read, line, blank_is_a_frame=protocol is Spoken.SCAIP):
            typer.echo(json.dumps(told(signal), ensure_ascii=False))


def reader_of(protocol: Spoken, keys: Sequence[str], now: str) -> Reader:
    """Return what reads the bytes of one line.

    Raises
    ------
    InvalidError
        If a key is none, or the time is.
    """
    clock = _clock(now)
    if protocol is Spoken.SCAIP:
        return lambda received: [decode_scaip(received)]
    if protocol is Spoken.WEBHOOK:
        secrets = [secret_of(one) for one in keys]
        return lambda received: [decode_webhook(received, secrets, clock.now())]
    decoder: WatchDecoder | Gt06Decoder | Dc09Decoder
    if protocol is Spoken.WATCH:
        decoder = WatchDecoder()
    elif protocol is Spoken.GT06:
        decoder = Gt06Decoder(clock)
    else:
        decoder = Dc09Decoder(dict(_account_key(one) for one in keys), clock, in_time=bool(now))
    return lambda received: decoder.feed(received) + decoder.finish()


def _clock(now: str) -> Clock:
    if not now:
        return SystemClock()
    try:
        given = datetime.fromisoformat(now)
    except ValueError as error:
        raise InvalidError("alarms.bad_now", given=now) from error
    if given.tzinfo is None:
        raise InvalidError("alarms.bad_now", given=now)
    return StoppedClock(given.astimezone(UTC))


def _account_key(given: str) -> tuple[str, bytes]:
    account, _, hexed = given.rpartition("=")
    try:
        key = bytes.fromhex(hexed)
    except ValueError as error:
        raise InvalidError("alarms.bad_key") from error
    if len(key) not in KEY_BYTES:
        raise InvalidError("alarms.bad_key")
    return account or ANY_UNIT, key


def lines_of(file: IO[bytes]) -> Iterator[bytes]:
    """Return the lines, each cut where no frame can be that long: a file without an end of line fills no memory."""
    while line := file.readline(MOST_LINE_BYTES):
        rest = line
        while not rest.endswith(b"\n") and (rest := file.readline(MOST_LINE_BYTES)):
            line = line[:MOST_LINE_BYTES] + b"0"
        yield line.strip()


def read_line(read: Reader, line: bytes, *, blank_is_a_frame: bool) -> list[Signal]:
    """Return what one line says: nothing if it is blank, a refusal if it is no hex or no frame."""
    if not line and not blank_is_a_frame:
        return []
    if len(line) > MOST_LINE_BYTES:
        return [refused(b"", RefusedError("too_long", most=MOST_LINE_BYTES // 2))]
    try:
        received = bytes.fromhex(line.decode("ascii"))
    except ValueError:
        return [refused(b"", RefusedError("not_hex"))]
    return read(received) or [refused(received, RefusedError("incomplete", count=len(received)))]


def told(signal: Signal) -> dict[str, object]:
    """Return a signal as JSON says it; docs/alarm-frames.md is its contract."""
    fix, refusal = signal.fix, signal.refusal
    place = place_of(fix) if fix else None
    return {
        "device": signal.device,
        "kind": signal.kind,
        "name": signal.name,
        "time": f"{signal.at:%Y-%m-%dT%H:%M:%SZ}" if signal.at else None,
        "latitude": place.lat if place else None,
        "longitude": place.lon if place else None,
        "valid": fix.valid if fix else None,
        "battery": signal.battery_pct,
        "alarms": list(signal.alarms),
        "alarm": signal.highest,
        "reply": signal.reply.hex() if signal.reply is not None else None,
        "refusal": {"key": refusal.key} | {one: refusal.say(one) for one in LANGUAGES} if refusal else None,
        "details": dict(signal.details),
    }
