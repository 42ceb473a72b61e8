"""The frame of DC-09: line feed, CRC, length, `"token"`, sequence, receiver, line, account, `[data]`, time, return.

ANSI/SIA DC-09, which is sold and was not read: layout and answers follow open implementations and agree with theirs.
The CRC is CRC-16 reflected, polynomial 0x8005, begun with 0, over everything between the length and the return; the
length counts the same bytes.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from service.alarms.protocols.dc09.cipher import BLOCK, decrypt, encrypt
from service.alarms.signal import RefusedError

START, END = b"\n", b"\r"
FRAME = re.compile(rb"\n([0-9A-Fa-f]{4})([0-9A-Fa-f]{4})(\".*)\r", re.DOTALL)
HEADER = re.compile(
    rb"\"(\*?)([0-9A-Z-]{2,16})\"([0-9]{4})(R[0-9A-Fa-f]{1,6})?(L[0-9A-Fa-f]{1,6})?(?:#([0-9A-Fa-f]{1,16}))?\[",
)
DATA = re.compile(rb"([^\[\]]*)\]((?:\[[^\[\]]*\])*)(?:_([^\[\]]*))?", re.DOTALL)
Pad = Callable[[int], bytes]
"""Returns so many random bytes without any of `|[]`: a pad that can be foreseen would weaken the cipher."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """A frame taken apart; `receiver` and `line` with their letter, as sent, for the reply repeats them."""

    frame: bytes
    token: str
    encrypted: bool
    sequence: str
    receiver: str
    line: str
    account: str
    rest: bytes
    """What stands behind the header's `[`."""


@dataclass(frozen=True, slots=True)
class Content:
    """What stands in the brackets, and when it was sent."""

    data: str
    extended: tuple[str, ...]
    sent_at: datetime | None


def crc_16(covered: bytes) -> int:
    """Return the CRC-16 of DC-09 (also called ARC)."""
    crc = 0
    for byte in covered:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ 0xA001 if crc & 1 else crc >> 1
    return crc


def encode(message: bytes) -> bytes:
    """Return a whole frame around a message, which begins with the quote of its token."""
    return START + f"{crc_16(message):04X}0{len(message):03X}".encode("ascii") + message + END


def opened(frame: bytes) -> Envelope:
    """Return a frame taken apart.

    Raises
    ------
    RefusedError
        If its length or CRC is not true or its header is none; such a frame gets no answer, so that it is sent again.
    """
    match = FRAME.fullmatch(frame)
    if match is None:
        raise RefusedError("no_frame")
    declared, message = int(match[2], 16), match[3]
    if declared != len(message):
        raise RefusedError("bad_length", expected=len(message), found=declared)
    expected, found = crc_16(message), int(match[1], 16)
    if expected != found:
        raise RefusedError("bad_crc", expected=f"{expected:04X}", found=f"{found:04X}")
    head = HEADER.match(message)
    if head is None:
        raise RefusedError("no_header")
    star, token, sequence, receiver, line, account = (part.decode("ascii") if part else "" for part in head.groups())
    return Envelope(frame, token, bool(star), sequence, receiver, line, account, message[head.end() :])


def content(envelope: Envelope, key: bytes | None) -> Content:
    """Return what stands in the brackets, decrypted if need be.

    Raises
    ------
    RefusedError
        If there is no key for it, if what the key gives makes no sense, or if the brackets do not close.
    """
    rest = envelope.rest
    if envelope.encrypted:
        rest = _decrypted(envelope, key)
    match = DATA.fullmatch(rest)
    if match is None:
        raise RefusedError("wrong_key" if envelope.encrypted else "no_data", unreadable(envelope))
    sent = match[3].decode("latin-1") if match[3] is not None else ""
    extended = tuple(part.decode("latin-1") for part in re.findall(rb"\[([^\[\]]*)\]", match[2]))
    return Content(match[1].decode("latin-1"), extended, time_of(sent))


def _decrypted(envelope: Envelope, key: bytes | None) -> bytes:
    """Return the clear text behind the pad; both forms of an empty message are in use, with `|` and without."""
    if key is None:
        raise RefusedError("no_key", unreadable(envelope), account=envelope.account or "—")
    try:
        secret = bytes.fromhex(envelope.rest.decode("ascii"))
    except ValueError as error:
        raise RefusedError("no_cipher", unreadable(envelope)) from error
    if not secret or len(secret) % BLOCK:
        raise RefusedError("no_cipher", unreadable(envelope))
    clear = decrypt(key, secret)
    bar, bracket = clear.find(b"|"), clear.find(b"]")
    if bracket < 0 or time_of(clear.rpartition(b"_")[2].decode("latin-1")) is None:
        raise RefusedError("wrong_key", unreadable(envelope))
    return clear[bar + 1 if 0 <= bar < bracket else bracket :]


def time_of(given: str) -> datetime | None:
    """Return `08:30:00,03-01-2026` (UTC, month first) as a time; None if it is none."""
    if not re.fullmatch(r"\d\d:\d\d:\d\d,\d\d-\d\d-\d{4}", given, re.ASCII):
        return None
    try:
        return datetime.strptime(given, "%H:%M:%S,%m-%d-%Y").replace(tzinfo=UTC)
    except ValueError:
        return None


def stamp(now: datetime) -> str:
    """Return a time as DC-09 writes it, with its underscore."""
    return f"_{now.astimezone(UTC):%H:%M:%S,%m-%d-%Y}"


def acknowledged(envelope: Envelope, key: bytes | None, now: datetime, pad: Pad) -> bytes:
    """Return the ACK; encrypted, with a time, if the message was."""
    if not envelope.encrypted or key is None:
        return encode(f'"ACK"{_address(envelope)}[]'.encode("ascii"))
    clear = f"]{stamp(now)}".encode("ascii")
    clear = pad(BLOCK + -len(clear) % BLOCK) + clear
    secret = encrypt(key, clear).hex().upper()
    return encode(f'"*ACK"{_address(envelope)}[{secret}'.encode("ascii"))


def unreadable(envelope: Envelope) -> bytes:
    """Return the DUH: received whole, but it cannot be understood. It is never encrypted."""
    return encode(f'"DUH"{_address(envelope)}[]'.encode("ascii"))


def untimely(now: datetime) -> bytes:
    """Return the NAK: the message is too old or too new; it tells the time, so that the unit can set its clock."""
    return encode(f'"NAK"0000R0L0A0[]{stamp(now)}'.encode("ascii"))


def _address(envelope: Envelope) -> str:
    """Return sequence, receiver, line and account as they were sent; what was not sent is not returned."""
    account = f"#{envelope.account}" if envelope.account else ""
    return f"{envelope.sequence}{envelope.receiver}{envelope.line}{account}"
