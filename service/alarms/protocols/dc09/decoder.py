"""DC-09 from bytes to signals: cuts frames, opens envelopes, reads events, and says what to answer."""

from __future__ import annotations

import re
import secrets
import string
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from service.alarms.protocols.dc09.envelope import (
    END,
    START,
    Content,
    Envelope,
    Pad,
    acknowledged,
    content,
    opened,
    unreadable,
    untimely,
)
from service.alarms.protocols.dc09.events import Event, contact_id, sia_dcs, together
from service.alarms.signal import MOST_BYTES, Alarm, Fix, Kind, RefusedError, Signal, refused
from service.clock import Clock

EARLIEST, LATEST = timedelta(seconds=-40), timedelta(seconds=20)
"""How far the time of an encrypted message may stand from ours (DC-09, 5.5.1.9, as open implementations cite it)."""
BETWEEN_FRAMES = b"\r\n\0 "
READERS = {"ADM-CID": contact_id, "SIA-DCS": sia_dcs}
LINK_TESTS = frozenset({"NULL", "XNM"})
PLACE = re.compile(r"([XY])(\d{2,3})([NSEW])(\d{2}(?:\.\d{1,6})?)", re.ASCII)
ANY_UNIT = ""
_PAD_LETTERS = string.ascii_letters + string.digits


def random_pad(count: int) -> bytes:
    """Return `count` random letters and digits."""
    return "".join(secrets.choice(_PAD_LETTERS) for _ in range(count)).encode("ascii")


class Dc09Decoder:
    """Cuts frames out of one connection, however its bytes arrive, and reads them. Keeps at most 4 KiB.

    Parameters
    ----------
    keys : mapping
        AES keys of 16, 24 or 32 bytes by account; that under "" is for every account without its own.
    clock : Clock
        For the time in the answers.
    in_time : bool
        Whether encrypted messages with an old or a future time are refused, as they are where alarms are taken.
    pad : callable
        Makes the pad of encrypted answers.
    """

    def __init__(self, keys: Mapping[str, bytes], clock: Clock, *, in_time: bool, pad: Pad = random_pad) -> None:
        self._keys, self._clock, self._in_time, self._pad = keys, clock, in_time, pad
        self._buffer = bytearray()
        self._skipped = 0

    @property
    def kept_bytes(self) -> int:
        """How much is held back for bytes still to come."""
        return len(self._buffer)

    def feed(self, received: bytes) -> list[Signal]:
        """Return what these bytes complete, in the order of arrival."""
        signals: list[Signal] = []
        for start in range(0, len(received), MOST_BYTES):
            self._buffer += received[start : start + MOST_BYTES]
            while (frame := self._next()) is not None:
                signals += [*self._skipped_signals(), self.read(frame)]
        return signals

    def finish(self) -> list[Signal]:
        """Return what is left when the connection ends or falls silent in the middle of a frame."""
        rest = bytes(self._buffer)
        self._buffer.clear()
        signals = self._skipped_signals()
        if rest.strip(BETWEEN_FRAMES):
            signals.append(refused(rest, RefusedError("incomplete", count=len(rest))))
        return signals

    def _next(self) -> bytes | None:
        """Return the next frame and take it out of the buffer: from the last line feed before a return up to it."""
        while True:
            end = self._buffer.find(END)
            if end < 0 or end >= MOST_BYTES:
                break
            start = self._buffer.rfind(START, 0, end)
            self._skip(start if start >= 0 else end + 1)
            if start >= 0:
                frame = bytes(self._buffer[: end - start + 1])
                del self._buffer[: end - start + 1]
                return frame
        start = self._buffer.rfind(START)
        self._skip(start if start >= 0 else len(self._buffer))
        if len(self._buffer) >= MOST_BYTES:
            self._skip(len(self._buffer))
        return None

    def _skip(self, count: int) -> None:
        self._skipped += len(bytes(self._buffer[:count]).translate(None, BETWEEN_FRAMES))
        del self._buffer[:count]

    def _skipped_signals(self) -> list[Signal]:
        count, self._skipped = self._skipped, 0
        return [refused(b"", RefusedError("garbage", count=count))] if count else []

    def read(self, frame: bytes) -> Signal:
        """Return what one whole frame, or one datagram, says."""
        try:
            envelope = opened(frame)
        except RefusedError as error:
            return refused(frame, error)
        key = self._keys.get(envelope.account, self._keys.get(ANY_UNIT)) if envelope.encrypted else None
        now = self._clock.now()
        try:
            inside = content(envelope, key)
            self._check_time(envelope, inside, now)
        except RefusedError as error:
            return refused(frame, error, envelope.account or None)
        return _understood(envelope, inside, acknowledged(envelope, key, now, self._pad))

    def _check_time(self, envelope: Envelope, inside: Content, now: datetime) -> None:
        if not self._in_time or not envelope.encrypted or inside.sent_at is None:
            return
        if not EARLIEST <= inside.sent_at - now <= LATEST:
            off_s = int((inside.sent_at - now).total_seconds())
            raise RefusedError("untimely", untimely(now), seconds=off_s)


def _understood(envelope: Envelope, inside: Content, reply: bytes) -> Signal:
    """Return the signal of an opened message; one that nobody can read is an unknown alarm, and says so to the unit."""
    details: tuple[tuple[str, str | int | float | bool], ...] = (("sequence", int(envelope.sequence)),)
    details += tuple((name, value) for name, value in _addressed(envelope) if value)
    blank = Signal(
        envelope.frame,
        device=envelope.account or None,
        name=envelope.token,
        at=inside.sent_at,
        fix=_fix(inside.extended),
        reply=reply,
        details=details,
    )
    if envelope.token in LINK_TESTS:
        return replace(blank, kind=Kind.HEARTBEAT)
    reader = READERS.get(envelope.token)
    account, events = reader(inside.data) if reader else (None, [])
    if not events:
        return replace(blank, kind=Kind.ALARM, alarms=(Alarm.UNKNOWN,), reply=unreadable(envelope))
    kind, alarms = together(events)
    device = envelope.account or account
    return replace(blank, kind=kind, alarms=alarms, device=device, details=details + _told(events))


def _addressed(envelope: Envelope) -> list[tuple[str, str]]:
    return [("receiver", envelope.receiver[1:]), ("line", envelope.line[1:])]


def _told(events: list[Event]) -> tuple[tuple[str, str], ...]:
    """Return code, qualifier, area and zone of the events; of several, side by side."""
    names = ("code", "qualifier", "area", "zone")
    joined = [(name, " ".join(value for event in events if (value := getattr(event, name)))) for name in names]
    return tuple((name, value) for name, value in joined if value)


def _fix(extended: tuple[str, ...]) -> Fix | None:
    """Return the position of the extended data `[X118E23.4]` and `[Y45N12.3]`, degrees and minutes."""
    degrees: dict[str, float] = {}
    for part in extended:
        match = PLACE.fullmatch(part)
        if match is not None:
            value = int(match[2]) + float(match[4]) / 60
            degrees[match[1]] = -value if match[3] in "SW" else value
    if len(degrees) < 2 or abs(degrees["Y"]) > 90 or abs(degrees["X"]) > 180:
        return None
    return Fix(round(degrees["Y"], 7), round(degrees["X"], 7), valid=True)
