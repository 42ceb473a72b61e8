"""The GT06 binary protocol of Concox, Jimi and their many relatives, over TCP.

`7878 LL …` or `7979 LLLL …`, then protocol number, content, serial number, CRC-16/X.25 ("CRC-ITU") and `0D0A`. The
terminal names itself once a connection, in its login. Layout: the makers' protocol sheets as restated by the open
server Traccar (Apache-2.0). Times are UTC, as the sheets say.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from service.alarms.protocols.gt06_tables import (
    ALARM_CODES,
    ALARMING,
    CAMERA_ALARMS,
    CARRYING_GPS,
    FENCES,
    LONE_HEARTBEATS,
    NAMES,
    STATUS_ALARMS,
    WITH_STATUS,
    WITHOUT_CRC,
)
from service.alarms.signal import MOST_BYTES, Alarm, Fix, Kind, RefusedError, Signal, ranked, refused
from service.clock import Clock

SHORT, LONG, TAIL = b"\x78\x78", b"\x79\x79", b"\x0d\x0a"
LEAST_LENGTH = 5
"""Protocol number, serial number and CRC."""
LOGIN, STATUS, HEARTBEAT, CAMERA_ALARM, TIME_REQUEST = 0x01, 0x13, 0x23, 0x95, 0x8A
GPS_BYTES = 18
MOST_SIGNAL = 4
UNITS_A_DEGREE = 1_800_000
BETWEEN_FRAMES = b"\r\n\0"


@dataclass(frozen=True, slots=True)
class Packet:
    """A whole frame, taken apart: which form, which protocol number, what is in it."""

    frame: bytes
    long: bool
    number: int
    content: bytes
    serial: int

    def answer(self, content: bytes = b"") -> bytes:
        """Return the reply: the same form, protocol number and serial number."""
        return encode(self.number, content, self.serial, long=self.long)

    @property
    def name(self) -> str:
        """The protocol number, and what it is called if anybody knows."""
        return f"0x{self.number:02x} {NAMES.get(self.number, 'unknown')}"


def crc_itu(covered: bytes) -> int:
    """Return the CRC-16/X.25: polynomial 0x1021 reflected, begun with and xored by 0xFFFF."""
    crc = 0xFFFF
    for byte in covered:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ 0x8408 if crc & 1 else crc >> 1
    return crc ^ 0xFFFF


def encode(number: int, content: bytes, serial: int, *, long: bool = False) -> bytes:
    """Return a frame; the same form both ways."""
    length = (len(content) + LEAST_LENGTH).to_bytes(2 if long else 1, "big")
    covered = length + bytes([number]) + content + serial.to_bytes(2, "big")
    return (LONG if long else SHORT) + covered + crc_itu(covered).to_bytes(2, "big") + TAIL


class Gt06Decoder:
    """Cuts frames out of one connection, however its bytes arrive, and reads them. Keeps at most 4 KiB.

    The clock is asked only when a terminal wants to know the time. `device` is what the last login named.
    """

    def __init__(self, clock: Clock) -> None:
        self.device: str | None = None
        self._clock = clock
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
            signals += self._signals(ended=False)
        return signals

    def finish(self) -> list[Signal]:
        """Return what is left when the connection ends or falls silent in the middle of a frame."""
        rest, begun = bytes(self._buffer), self._skipped
        signals = self._signals(ended=True)
        self._skip(len(self._buffer))
        if signals or begun or not rest.strip(BETWEEN_FRAMES):
            return signals + self._skipped_signals()
        self._skipped = 0
        return [refused(rest, RefusedError("incomplete", count=len(rest)), self.device)]

    def _signals(self, *, ended: bool) -> list[Signal]:
        signals: list[Signal] = []
        while (frame := self._next(ended=ended)) is not None:
            signals += self._skipped_signals()
            try:
                signals.append(self._read(opened(frame)))
            except RefusedError as error:
                signals.append(refused(frame, error, self.device))
        return signals

    def _next(self, *, ended: bool) -> bytes | None:
        """Return the next whole frame and take it out of the buffer, or None while it is not whole.

        A frame whose length leads to no `0D0A`, or past what one may have, was none: the search goes on one byte on.
        """
        while self._to_next_start(ended=ended):
            size = self._size()
            if size is None and not ended:
                return None
            if size and self._buffer[size - 2 : size] == TAIL:
                frame = bytes(self._buffer[:size])
                del self._buffer[:size]
                return frame
            self._skip(1)
        return None

    def _to_next_start(self, *, ended: bool) -> bool:
        """Drop what stands before the next two start bytes; False if there are none."""
        found = [at for at in (self._buffer.find(SHORT), self._buffer.find(LONG)) if at >= 0]
        if found:
            self._skip(min(found))
            return True
        half = not ended and self._buffer[-1:] in (SHORT[:1], LONG[:1])
        self._skip(len(self._buffer) - half)
        return False

    def _size(self) -> int | None:
        """Return how long the frame at the start of the buffer is; 0 if it is none; None if that cannot be told yet."""
        wide = self._buffer[:2] == LONG
        start = 4 if wide else 3
        if len(self._buffer) < start + 1:
            return None
        declared = int.from_bytes(self._buffer[2:start], "big")
        if not wide and not declared and self._buffer[3] in WITHOUT_CRC:
            end = self._buffer.find(TAIL, start)
            return end + 2 if end >= 0 else None if len(self._buffer) < MOST_BYTES else 0
        size = start + declared + len(TAIL)
        if declared < LEAST_LENGTH or size > MOST_BYTES:
            return 0
        return size if len(self._buffer) >= size else None

    def _skip(self, count: int) -> None:
        self._skipped += len(bytes(self._buffer[:count]).translate(None, BETWEEN_FRAMES))
        del self._buffer[:count]

    def _skipped_signals(self) -> list[Signal]:
        count, self._skipped = self._skipped, 0
        return [refused(b"", RefusedError("garbage", count=count), self.device)] if count else []

    def _read(self, packet: Packet) -> Signal:
        if packet.number == LOGIN:
            self.device = _imei(packet.content)
        return read(packet, self.device, self._clock)


def opened(frame: bytes) -> Packet:
    """Return a whole frame taken apart.

    Raises
    ------
    RefusedError
        If its CRC is not that of its bytes: whatever it says may be wrong.
    """
    wide = frame[:2] == LONG
    start = 4 if wide else 3
    if not wide and not frame[2] and frame[3] in WITHOUT_CRC:
        return Packet(frame, wide, frame[3], frame[4:-2], 0)
    expected, found = crc_itu(frame[2:-4]), int.from_bytes(frame[-4:-2], "big")
    if expected != found:
        raise RefusedError("bad_crc", expected=f"{expected:04X}", found=f"{found:04X}")
    return Packet(frame, wide, frame[start], frame[start + 1 : -6], int.from_bytes(frame[-6:-4], "big"))


def read(packet: Packet, device: str | None, clock: Clock) -> Signal:
    """Return what a packet says; an alarm whose content is too short is an alarm all the same."""
    blank = Signal(packet.frame, Kind.STATUS, device, packet.name, details=(("serial", packet.serial),))
    if packet.number == LOGIN:
        return replace(blank, kind=Kind.LOGIN, reply=packet.answer())
    if packet.number == CAMERA_ALARM:
        return _camera_alarm(replace(blank, kind=Kind.ALARM, reply=packet.answer()), packet.content)
    if packet.number in LONE_HEARTBEATS:
        return _heartbeat(replace(blank, kind=Kind.HEARTBEAT, reply=packet.answer()), packet)
    if packet.number == TIME_REQUEST:
        return replace(blank, reply=packet.answer(_six(clock.now())))
    if packet.number in WITHOUT_CRC and packet.frame[2] == 0:
        return replace(blank, reply=packet.frame[:4] + packet.content[:6] + TAIL)
    return _located(blank, packet)


def _located(blank: Signal, packet: Packet) -> Signal:
    """Return a message that may carry a position and what the terminal says of itself."""
    alarming = packet.number in ALARMING and not (packet.long and packet.number == 0x32)
    signal = replace(blank, kind=Kind.ALARM, reply=packet.answer()) if alarming else blank
    start = CARRYING_GPS.get(packet.number)
    if start is not None and not packet.long and len(packet.content) >= start + GPS_BYTES:
        signal = _with_gps(signal, packet.content[start : start + GPS_BYTES])
        signal = signal if alarming else replace(signal, kind=Kind.POSITION)
    elif start is not None and not packet.long and not alarming:
        return replace(signal, kind=Kind.POSITION)
    if packet.number in FENCES:
        return replace(signal, alarms=(Alarm.GEOFENCE,))
    if packet.number not in WITH_STATUS or packet.long:
        return signal
    after = 0 if packet.number == 0x19 else GPS_BYTES
    return _with_status(signal, packet.number, packet.content[after:])


def _with_gps(signal: Signal, block: bytes) -> Signal:
    """Add time, satellites, position, speed and course, 18 bytes."""
    flags = int.from_bytes(block[16:18], "big")
    lat, lon = (int.from_bytes(block[at : at + 4], "big") / UNITS_A_DEGREE for at in (7, 11))
    return replace(
        signal,
        at=_time(block[:6]),
        fix=_fix(lat, lon, flags),
        details=(
            *signal.details,
            ("satellites", block[6] & 0x0F),
            ("speed_kmh", block[15]),
            ("course_deg", flags & 0x3FF),
        ),
    )


def _fix(lat: float, lon: float, flags: int) -> Fix | None:
    """Return the position; bit 10 of the course is north, bit 11 west, bit 12 a fix that holds."""
    lat, lon = lat if flags & 1 << 10 else -lat, -lon if flags & 1 << 11 else lon
    if abs(lat) > 90 or abs(lon) > 180:
        return None
    return Fix(round(lat, 7) + 0.0, round(lon, 7) + 0.0, valid=bool(flags & 1 << 12))


def _with_status(signal: Signal, number: int, content: bytes) -> Signal:
    """Add state, battery and alarm, which stand behind the cell; its first byte is its length with itself."""
    told = content[max(content[0], 1) :] if content and content[0] <= len(content) else b""
    if len(told) < 4:
        return replace(signal, details=(*signal.details, ("malformed", True)))
    # One maker tells the battery in percent in two bytes where the others tell one of six levels in one.
    percent = number == 0x16 and len(told) == 6
    battery = int.from_bytes(told[1:3], "big") if percent else _level(told[1])
    code = told[4] if percent else told[3]
    return replace(
        signal,
        battery_pct=battery if battery is not None and battery <= 100 else None,
        alarms=_alarms(told[0], [code]),
        details=(*signal.details, ("state", told[0]), ("alarm_code", code)),
    )


def _heartbeat(signal: Signal, packet: Packet) -> Signal:
    """Add what a heartbeat of the plain layout says: five bytes, a signal of at most 4; others are each maker's own."""
    content = packet.content
    if not content:
        return signal
    signal = replace(signal, details=(*signal.details, ("state", content[0])))
    if packet.number == HEARTBEAT:
        volts = (("battery_volts", int.from_bytes(content[1:3], "big") / 100),) if len(content) >= 3 else ()
        return replace(signal, details=signal.details + volts)
    plain = len(content) == 5 and content[2] <= MOST_SIGNAL
    codes = [content[3]] if plain else []
    battery = _level(content[1]) if plain else None
    return replace(signal, battery_pct=battery, alarms=_alarms(content[0], codes))


def _camera_alarm(signal: Signal, content: bytes) -> Signal:
    """Add what protocol number 0x95 says: the time, mostly a position without satellites and speed, one alarm byte."""
    if len(content) < 7:
        return signal
    signal = replace(signal, at=_time(content[:6]))
    code = content[6]
    if len(content) >= 17:
        lat, lon = (int.from_bytes(content[at : at + 4], "big") / UNITS_A_DEGREE for at in (6, 10))
        signal = replace(signal, fix=_fix(lat, lon, int.from_bytes(content[14:16], "big")))
        code = content[16]
    return replace(signal, alarms=(CAMERA_ALARMS.get(code, Alarm.UNKNOWN),))


def _alarms(state: int, codes: Iterable[int]) -> tuple[Alarm, ...]:
    """Return every alarm of the state's three bits and of the alarm bytes, ranked; an unknown byte is unknown."""
    told = [STATUS_ALARMS.get(state >> 3 & 7), *(ALARM_CODES.get(code, Alarm.UNKNOWN) for code in codes)]
    return ranked(alarm for alarm in told if alarm is not None)


def _level(level: int) -> int | None:
    """Return the battery in percent, given as one of six levels."""
    return level * 100 // 6 if level <= 6 else None


def _imei(content: bytes) -> str:
    """Return the 15 digits of the IMEI, two a byte behind a leading 0.

    Raises
    ------
    RefusedError
        If they are none.
    """
    digits = content[:8].hex()
    if len(digits) != 16 or not digits.isdecimal():
        raise RefusedError("bad_imei", given=digits or "—")
    return digits[1:] if digits[0] == "0" else digits


def _time(six: bytes) -> datetime | None:
    """Return year, month, day, hour, minute and second as a UTC time; None if they are none."""
    try:
        return datetime(2000 + six[0], six[1], six[2], six[3], six[4], six[5], tzinfo=UTC)
    except ValueError:
        return None


def _six(now: datetime) -> bytes:
    utc = now.astimezone(UTC)
    return bytes([utc.year - 2000, utc.month, utc.day, utc.hour, utc.minute, utc.second])
