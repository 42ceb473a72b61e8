"""The text protocol of most Chinese elder watches and pendants: `[SG*…]`, `[3G*…]`, `[CS*…]`, `[ZJ*…]` over TCP.

A frame is `[maker*device*LLLL*content]` or `[maker*device*index*LLLL*content]`, `LLLL` the bytes of the content in hex.
Watches in the field declare wrong lengths; such a frame ends at its bracket and is read all the same, because the alarm
in it is true. Layout and bit numbers: the makers' protocol sheets as restated by the open server Traccar (Apache-2.0).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from service.alarms.signal import MOST_BYTES, Alarm, Fix, Kind, RefusedError, Signal, ranked, refused

HEADER = re.compile(rb"\[([0-9A-Za-z]{2})\*([0-9A-Za-z]{1,20})\*(?:([0-9A-Fa-f]{1,8})\*)?([0-9A-Fa-f]{4})\*")
LONGEST_HEADER = 40
NEXT_START = re.compile(rb"\]\s*\[[0-9A-Za-z]{2}\*")
BETWEEN_FRAMES = b" \t\r\n\0"

ALARM_BITS = {
    0: Alarm.LOW_BATTERY,
    1: Alarm.GEOFENCE_EXIT,
    2: Alarm.GEOFENCE_ENTER,
    14: Alarm.POWER_CUT,
    16: Alarm.SOS,
    17: Alarm.LOW_BATTERY,
    18: Alarm.GEOFENCE_EXIT,
    19: Alarm.GEOFENCE_ENTER,
    20: Alarm.REMOVING,
    21: Alarm.FALL_DOWN,
    22: Alarm.FALL_DOWN,
}
FIRST_ALARM_BIT = 16
"""Bits 0 to 15 say how the watch is, bits 16 to 31 are alarms: one of those that nobody knows is an unknown alarm."""

MEASUREMENTS = {
    "PULSE": ("heart_rate",),
    "HEART": ("heart_rate",),
    "BLOOD": ("pressure_high", "pressure_low", "heart_rate"),
    "BPHRT": ("pressure_high", "pressure_low", "heart_rate"),
    "OXYGEN": ("measured_by", "oxygen_pct"),
    "BTEMP2": ("measured_by", "temperature_c"),
}
ECHOED = frozenset({"LK", "TKQ", "TKQ2"})
POSITION_FIELDS = 16


@dataclass(frozen=True, slots=True)
class Head:
    """What stands before the content: whose frame it is, and how it is answered."""

    maker: str
    device: str
    index: str | None
    declared: int

    def frame(self, content: str) -> bytes:
        """Return a whole frame to the same device."""
        return encode(self.maker, self.device, content, self.index)


def encode(maker: str, device: str, content: str, index: str | None = None) -> bytes:
    """Return a frame; the same form both ways."""
    body = content.encode("ascii")
    middle = f"{index}*" if index is not None else ""
    return f"[{maker}*{device}*{middle}{len(body):04x}*".encode("ascii") + body + b"]"


class WatchDecoder:
    """Cuts frames out of one connection, however its bytes arrive, and reads them. Keeps at most 4 KiB."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._skipped = 0
        self._too_long = False

    @property
    def kept_bytes(self) -> int:
        """How much is held back for bytes still to come."""
        return len(self._buffer)

    def feed(self, received: bytes) -> list[Signal]:
        """Return what these bytes complete, in the order of arrival."""
        signals: list[Signal] = []
        for start in range(0, len(received), MOST_BYTES):
            self._buffer += received[start : start + MOST_BYTES]
            signals += self._signals(ended=False)
        return signals

    def finish(self) -> list[Signal]:
        """Return what can still be read when the connection ends or falls silent in the middle of a frame."""
        signals = self._signals(ended=True)
        if self._buffer.strip(BETWEEN_FRAMES):
            signals += self._skipped_signals()
            signals.append(refused(bytes(self._buffer), RefusedError("incomplete", count=len(self._buffer))))
        self._buffer.clear()
        return signals + self._skipped_signals()

    def _signals(self, *, ended: bool) -> list[Signal]:
        signals: list[Signal] = []
        while (cut := self._next(ended=ended)) is not None:
            signals += self._skipped_signals()
            head, content, frame = cut
            signals.append(read(head, content, frame))
        return signals

    def _next(self, *, ended: bool) -> tuple[Head, bytes, bytes] | None:
        """Return the next whole frame and take it out of the buffer, or None while it is not whole."""
        while self._to_next_bracket():
            match = HEADER.match(self._buffer)
            if match is None:
                if not ended and len(self._buffer) < LONGEST_HEADER and not re.search(rb"[\[\]]", self._buffer[1:]):
                    return None
                self._skip(1)
                continue
            head = Head(
                match[1].decode(), match[2].decode(), match[3].decode() if match[3] else None, int(match[4], 16)
            )
            if match.end() + head.declared < MOST_BYTES:
                end = self._end(match.end(), match.end() + head.declared, ended=ended)
                if end is not None:
                    frame = bytes(self._buffer[: end + 1])
                    del self._buffer[: end + 1]
                    return head, frame[match.end() : end], frame
                if len(self._buffer) < MOST_BYTES:
                    return None
            self._too_long = True
            self._skip(match.end())
        return None

    def _end(self, start: int, promised: int, *, ended: bool) -> int | None:
        """Return where the frame's closing bracket stands: where promised; if that is wrong, the first one there is."""
        early = NEXT_START.search(self._buffer, start)
        if early is None or early.start() >= promised:
            if promised >= len(self._buffer):
                if not ended:
                    return None
            elif self._buffer[promised] == ord("]"):
                return promised
        found = self._buffer.find(b"]", start, MOST_BYTES)
        return found if found >= 0 else None

    def _to_next_bracket(self) -> bool:
        """Drop what stands before the next `[`; False if there is none."""
        at = self._buffer.find(b"[")
        self._skip(at if at >= 0 else len(self._buffer))
        return at >= 0

    def _skip(self, count: int) -> None:
        self._skipped += len(bytes(self._buffer[:count]).translate(None, BETWEEN_FRAMES))
        del self._buffer[:count]

    def _skipped_signals(self) -> list[Signal]:
        if not self._skipped:
            return []
        if self._too_long:
            error = RefusedError("too_long", most=MOST_BYTES)
        else:
            error = RefusedError("garbage", count=self._skipped)
        self._skipped, self._too_long = 0, False
        return [refused(b"", error)]


def read(head: Head, content: bytes, frame: bytes) -> Signal:
    """Return what a frame says."""
    name, _, rest = content.decode("latin-1").partition(",")
    name = "".join(letter for letter in name if letter.isprintable())[:20]
    kept: tuple[tuple[str, str | int], ...] = (("maker", head.maker),)
    if head.declared != len(content):
        kept += (("declared_length", head.declared), ("length", len(content)))
    blank = Signal(frame, Kind.STATUS, head.device, name, details=kept)
    fields = rest.split(",") if rest else []
    try:
        return _read_by_name(blank, head, fields)
    except RefusedError as error:
        return replace(blank, kind=None, refusal=error.refusal)


def _read_by_name(blank: Signal, head: Head, fields: list[str]) -> Signal:
    name = blank.name
    if name.startswith("AL"):
        return _alarm(replace(blank, kind=Kind.ALARM, reply=head.frame("AL")), fields)
    if name.startswith(("UD", "WT")):
        return _position(replace(blank, kind=Kind.POSITION), fields)
    if name == "INIT":
        return replace(blank, kind=Kind.LOGIN, reply=head.frame("INIT,1"))
    if name in ECHOED:
        return _heartbeat(replace(blank, reply=head.frame(name)), fields)
    if name == "JXTK":
        return replace(blank, reply=head.frame("JXTKR,1"))
    names = MEASUREMENTS.get(name.upper())
    if names is None:
        return blank
    measured = tuple((of, _plain(given)) for of, given in zip(names, fields, strict=False) if given)
    return replace(blank, details=blank.details + measured)


def _heartbeat(blank: Signal, fields: list[str]) -> Signal:
    if blank.name != "LK":
        return blank
    steps = fields[0] if fields else ""
    more = (("steps", int(steps)),) if _is_number(steps) else ()
    battery = _percent(fields[2]) if len(fields) > 2 else None
    return replace(blank, kind=Kind.HEARTBEAT, battery_pct=battery, details=blank.details + more)


def _alarm(blank: Signal, fields: list[str]) -> Signal:
    """Return an alarm; one whose fields cannot be read is an alarm all the same, only without them."""
    try:
        return _position(blank, fields)
    except RefusedError:
        return replace(blank, details=(*blank.details, ("malformed", True)))


def _position(blank: Signal, fields: list[str]) -> Signal:
    if len(fields) < POSITION_FIELDS:
        raise RefusedError("too_few_fields", expected=POSITION_FIELDS, found=len(fields))
    status = fields[15].strip()
    if not re.fullmatch(r"[0-9A-Fa-f]{1,8}", status):
        raise RefusedError("bad_field", field="status", given=_shown(status))
    more: list[tuple[str, str | int | float | bool]] = [("status", status)]
    numbers = {"speed_kmh": 7, "course_deg": 8, "altitude_m": 9, "satellites": 10, "signal": 11, "steps": 13}
    more += [(of, _plain(fields[at])) for of, at in numbers.items() if fields[at]]
    return replace(
        blank,
        at=_time(fields[0], fields[1]),
        fix=_fix(fields),
        battery_pct=_percent(fields[12]),
        alarms=alarms_of(int(status, 16)),
        details=blank.details + tuple(more),
    )


def alarms_of(status: int) -> tuple[Alarm, ...]:
    """Return every alarm that the 32 status bits tell, ranked."""
    bits = [bit for bit in range(32) if status >> bit & 1]
    known = [ALARM_BITS[bit] for bit in bits if bit in ALARM_BITS]
    strange = any(bit >= FIRST_ALARM_BIT and bit not in ALARM_BITS for bit in bits)
    return ranked([*known, Alarm.UNKNOWN] if strange else known)


def _fix(fields: list[str]) -> Fix | None:
    lat, lon = _degrees(fields[3], fields[4], "S", 90), _degrees(fields[5], fields[6], "W", 180)
    if lat is None or lon is None:
        return None
    return Fix(lat, lon, valid=fields[2].strip() == "A")


def _degrees(given: str, side: str, negative: str, most: int) -> float | None:
    """Return degrees, or None if this is no such number: no position, rather than no alarm."""
    if not re.fullmatch(r"-?\d{1,3}(?:\.\d{1,15})?", given.strip(), re.ASCII):
        return None
    degrees = float(given)
    if side.strip() == negative:
        degrees = -abs(degrees)
    return degrees if abs(degrees) <= most else None


def _time(day: str, hour: str) -> datetime | None:
    """Return the time of the fix in UTC; None if the watch has not found out yet what day it is."""
    if not (re.fullmatch(r"\d{6}", day, re.ASCII) and re.fullmatch(r"\d{6}", hour, re.ASCII)):
        return None
    try:
        return datetime.strptime(day + hour, "%d%m%y%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None


def _percent(given: str) -> int | None:
    return int(given) if _is_number(given) and int(given) <= 100 else None


def _is_number(given: str) -> bool:
    return re.fullmatch(r"\d{1,9}", given, re.ASCII) is not None


def _plain(given: str) -> int | float | str:
    if _is_number(given):
        return int(given)
    if re.fullmatch(r"-?\d{1,9}(?:\.\d{1,15})?", given, re.ASCII):
        return float(given)
    return _shown(given)


def _shown(given: str) -> str:
    """Return what was given so that it can be printed: no control characters, and not all of it."""
    return "".join(letter if letter.isprintable() else "?" for letter in given)[:20]
