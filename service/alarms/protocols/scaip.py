"""SCAIP, social care alarms as XML in SIP MESSAGE (SS 91100, CLC/TS 50134-9): request `mrq`, answer `mrs`.

The standards are sold and were not read: field names, codes and answer numbers follow the openly described gateways of
makers. One product uses the root `scaip` for both; it is answered in kind. The XML is read by the standard library's
expat with everything refused that a message never needs: document types, entities, depth and length.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from enum import IntEnum
from xml.parsers import expat

from service.alarms.signal import MOST_BYTES, Alarm, Kind, RefusedError, Signal, ranked, refused


class Answer(IntEnum):
    """`snu`: what became of a request."""

    OK = 0
    TOO_LONG = 1
    BAD_FORMAT = 2
    WRONG_CONTENT = 3
    HOLD = 4
    NOT_TREATED = 5
    BUSY = 6
    TAG_MISSING = 7


ROOTS = {"mrq": "mrs", "scaip": "scaip"}
REF = re.compile(r"[0-9A-Za-z]{1,16}")
CODE = re.compile(r"[0-9]{4}")
MOST_TAGS = 64
HEARTBEAT = "PI"
KINDS_OF_MESSAGE = frozenset({"ME", "RE", "IN", HEARTBEAT})

STATUS: Mapping[str, Alarm] = {
    "0010": Alarm.SOS,
    "0016": Alarm.LOW_BATTERY,
    "0085": Alarm.POWER_CUT,
}
AUTOMATIC = "0009"
AUTOMATIC_BY_DEVICE: Mapping[str, Alarm] = {
    "0003": Alarm.SOS,
    "0004": Alarm.SOS,
    "0005": Alarm.FALL_DOWN,
    "0010": Alarm.NO_SIGN_OF_LIFE,
    "0023": Alarm.SMOKE,
}
"""What an automatic alarm of a device type means; of any other type it is a general alarm."""
RESTORED = frozenset({"0086"})
NORMAL = frozenset({"0070"})
DETAILS = ("ref", "ver", "did", "dty", "dco", "stc", "pri", "lco", "lva", "lte", "mty", "hbo")


def decode(received: bytes) -> Signal:
    """Return what a SIP MESSAGE, or the XML in its body alone, says; never raises."""
    body = received
    try:
        if received.startswith(b"MESSAGE "):
            body = _body_of_sip(received)
        root, tags = _parsed(body)
    except RefusedError as error:
        return refused(received, error)
    return _read(received, root, tags)


def encode_answer(ref: str, answer: Answer, root: str = "mrs") -> bytes:
    """Return the body of an answer."""
    tag = f"<ref>{ref}</ref>" if ref else ""
    return f'<?xml version="1.0" encoding="UTF-8"?><{root}>{tag}<snu>{answer:d}</snu></{root}>'.encode()


def _body_of_sip(received: bytes) -> bytes:
    head, gap, body = received.partition(b"\r\n\r\n")
    if not gap:
        raise RefusedError("no_body", encode_answer("", Answer.BAD_FORMAT))
    kind = re.search(rb"\r\n(?:Content-Type|c)[ \t]*:[ \t]*([^;\r\n]*)", head, re.IGNORECASE)
    if kind is None or kind[1].strip().lower() != b"application/scaip+xml":
        given = kind[1].decode("latin-1").strip()[:60] if kind else "—"
        raise RefusedError("wrong_media_type", encode_answer("", Answer.WRONG_CONTENT), given=given)
    length = re.search(rb"\r\n(?:Content-Length|l)[ \t]*:[ \t]*(\d{1,6})[ \t]*(?:\r\n|$)", head, re.IGNORECASE)
    if length is not None and int(length[1]) != len(body):
        raise RefusedError("bad_length", encode_answer("", Answer.BAD_FORMAT), expected=len(body), found=int(length[1]))
    return body


class _Reader:
    """Collects root and first-level tags; whatever a SCAIP message never has makes it no such message."""

    def __init__(self) -> None:
        self.root = ""
        self.tags: dict[str, str] = {}
        self._open: list[str] = []

    def start(self, name: str, _attributes: Mapping[str, str]) -> None:
        if len(self._open) >= 2 or len(self.tags) >= MOST_TAGS or name in self.tags:
            raise RefusedError("bad_xml")
        self._open.append(name)
        if len(self._open) == 1:
            self.root = name
        else:
            self.tags[name] = ""

    def text(self, said: str) -> None:
        if len(self._open) == 2:
            self.tags[self._open[1]] += said

    def end(self, _name: str) -> None:
        self._open.pop()

    def forbidden(self, *_: object) -> None:
        raise RefusedError("dangerous_xml")

    def external(self, *_: str | None) -> int:
        raise RefusedError("dangerous_xml")


def _parsed(body: bytes) -> tuple[str, dict[str, str]]:
    """Return root and tags.

    Raises
    ------
    RefusedError
        If it is too long, or no such XML; the answer says which.
    """
    if len(body) > MOST_BYTES:
        raise RefusedError("too_long", encode_answer("", Answer.TOO_LONG), most=MOST_BYTES)
    reader, parser = _Reader(), expat.ParserCreate()
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.StartDoctypeDeclHandler = reader.forbidden
    parser.EntityDeclHandler = reader.forbidden
    parser.ExternalEntityRefHandler = reader.external
    parser.ProcessingInstructionHandler = reader.forbidden
    bad = encode_answer("", Answer.BAD_FORMAT)
    try:
        parser.Parse(body, True)  # noqa: FBT003  the only form of expat's Parse
    except RefusedError as error:
        raise RefusedError(error.refusal.key, bad) from error
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise RefusedError("bad_xml", bad) from error
    if reader.root not in ROOTS:
        raise RefusedError("wrong_root", bad, given=reader.root[:20])
    return reader.root, {name: said.strip() for name, said in reader.tags.items()}


def _read(received: bytes, root: str, tags: Mapping[str, str]) -> Signal:
    """Return what the tags say. A request that breaks a rule is refused with its number; whose it is stays known."""
    ref = tags.get("ref", "")
    ref = ref if REF.fullmatch(ref) else ""
    device = tags.get("cid") or tags.get("did") or None
    ping = tags.get("mty") == HEARTBEAT
    missing = [name for name in ("ref", "cid", *(() if ping else ("dty", "stc"))) if not tags.get(name)]
    wrong = _wrong(tags, ref)
    if missing or wrong:
        answer = Answer.TAG_MISSING if missing else Answer.WRONG_CONTENT
        key, given = ("tag_missing", missing[0]) if missing else ("tag_wrong", wrong or "")
        return refused(received, RefusedError(key, encode_answer(ref, answer, ROOTS[root]), tag=given), device)
    details = tuple((name, tags[name][:80]) for name in DETAILS if tags.get(name))
    reply = encode_answer(ref, Answer.OK, ROOTS[root])
    signal = Signal(received, Kind.HEARTBEAT, device, tags.get("stc", HEARTBEAT), reply=reply, details=details)
    return signal if ping else _status(signal, tags)


def _wrong(tags: Mapping[str, str], ref: str) -> str | None:
    """Return the first tag whose content has not its form."""
    if tags.get("ref") and not ref:
        return "ref"
    if tags.get("mty") and tags["mty"] not in KINDS_OF_MESSAGE:
        return "mty"
    return next((name for name in ("dty", "stc") if tags.get(name) and not CODE.fullmatch(tags[name])), None)


def _status(signal: Signal, tags: Mapping[str, str]) -> Signal:
    """Return what the status code means; a code that nobody knows is an unknown alarm, answered with 0 all the same."""
    code = tags["stc"]
    if code in RESTORED:
        return replace(signal, kind=Kind.RESTORE)
    if code in NORMAL:
        return replace(signal, kind=Kind.STATUS)
    if code == AUTOMATIC:
        alarm = AUTOMATIC_BY_DEVICE.get(tags["dty"], Alarm.GENERAL)
    else:
        alarm = STATUS.get(code, Alarm.UNKNOWN)
    return replace(signal, kind=Kind.ALARM, alarms=ranked([alarm]))
