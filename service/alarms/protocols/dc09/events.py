"""What the codes mean: Contact ID (numbers of ANSI/SIA DC-05-2016) and the two letters of SIA DCS (DC-03)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from service.alarms.signal import Alarm, Kind, ranked


@dataclass(frozen=True, slots=True)
class Event:
    """One reported event: its code as sent, whether it began or is over, what it means, and where in the home."""

    code: str
    kind: Kind
    alarms: tuple[Alarm, ...]
    qualifier: str
    area: str = ""
    zone: str = ""


def _spread(*rows: tuple[Alarm, tuple[int, ...]]) -> Mapping[int, Alarm]:
    return {code: alarm for alarm, codes in rows for code in codes}


CONTACT_ID: Mapping[int, Alarm] = _spread(
    (Alarm.MEDICAL, (100,)),
    (Alarm.SOS, (101,)),
    (Alarm.NO_SIGN_OF_LIFE, (102, 641, 642, 654)),
    (Alarm.FALL_DOWN, (103,)),
    (Alarm.FIRE, (110, 112, 113, 115, 117, 118)),
    (Alarm.SMOKE, (111, 116)),
    (Alarm.HEAT, (114, 158)),
    (Alarm.PANIC, (120, 122, 123, 126, 129)),
    (Alarm.DURESS, (121, 124, 125)),
    (Alarm.BURGLARY, (*range(130, 137), 138, 139, 146, 155)),
    (Alarm.TAMPERING, (137, 144, 145, 316, 317, 341, 383)),
    (Alarm.GENERAL, (140, 150, 646)),
    (Alarm.GAS, (151,)),
    (Alarm.COLD, (153, 159)),
    (Alarm.WATER, (154,)),
    (Alarm.CARBON_MONOXIDE, (162,)),
    (Alarm.FAULT, (141, 142, 143, 152, 156, 157, 161, 163, 168, 169)),
    (Alarm.CONNECTION_LOST, (147, 344, *range(350, 358), 381, 382, 551, 552)),
    (Alarm.POWER_CUT, (301, 314, 337, 342, 926)),
    (Alarm.POWER_OFF, (308, 414, 415)),
    (Alarm.LOW_BATTERY, (302, 309, 311, 338, 384)),
    (Alarm.DOOR, (423, 426, 643)),
)
"""Codes with a meaning of their own; the others go by their hundred."""

CONTACT_ID_TESTS = frozenset({358, *range(601, 605), 607, 608, *range(611, 616)})
CONTACT_ID_NOTICES = frozenset({305, 306, 313, 339, 345})
"""Troubles that are none: a restart, a changed setting."""

SIA_LETTERS: Mapping[str, Alarm] = {
    "MA": Alarm.MEDICAL,
    "QA": Alarm.SOS,
    "PA": Alarm.PANIC,
    "HA": Alarm.PANIC,
    "NA": Alarm.NO_SIGN_OF_LIFE,
    "JK": Alarm.NO_SIGN_OF_LIFE,
    "FA": Alarm.FIRE,
    "FM": Alarm.FIRE,
    "FG": Alarm.FIRE,
    "SA": Alarm.FIRE,
    "GA": Alarm.GAS,
    "KA": Alarm.HEAT,
    "ZA": Alarm.COLD,
    "WA": Alarm.WATER,
    "BA": Alarm.BURGLARY,
    "BM": Alarm.BURGLARY,
    "BG": Alarm.BURGLARY,
    "BV": Alarm.BURGLARY,
    "EA": Alarm.BURGLARY,
    "UA": Alarm.GENERAL,
    "UG": Alarm.GENERAL,
    "TA": Alarm.TAMPERING,
    "TT": Alarm.TAMPERING,
    "ES": Alarm.TAMPERING,
    "XS": Alarm.TAMPERING,
    "JA": Alarm.TAMPERING,
    "DF": Alarm.DOOR,
    "DL": Alarm.DOOR,
    "AT": Alarm.POWER_CUT,
    "YP": Alarm.POWER_CUT,
    "YT": Alarm.LOW_BATTERY,
    "XT": Alarm.LOW_BATTERY,
    "YM": Alarm.LOW_BATTERY,
    "LT": Alarm.CONNECTION_LOST,
    "NT": Alarm.CONNECTION_LOST,
    "YC": Alarm.CONNECTION_LOST,
    "YS": Alarm.CONNECTION_LOST,
    "XL": Alarm.CONNECTION_LOST,
    "XQ": Alarm.CONNECTION_LOST,
    "BZ": Alarm.CONNECTION_LOST,
    "UY": Alarm.CONNECTION_LOST,
    "UZ": Alarm.CONNECTION_LOST,
    "FY": Alarm.CONNECTION_LOST,
    "FZ": Alarm.CONNECTION_LOST,
    "EM": Alarm.CONNECTION_LOST,
    "IA": Alarm.FAULT,
    "YA": Alarm.FAULT,
    "YD": Alarm.FAULT,
    "YF": Alarm.FAULT,
    "YI": Alarm.FAULT,
    "YN": Alarm.FAULT,
    "YU": Alarm.FAULT,
    "YX": Alarm.FAULT,
    "XX": Alarm.FAULT,
    "RT": Alarm.FAULT,
}
SIA_TESTS = frozenset({"RP", "RX", "RY", "TX", "TS", "TE", "TC", "TP", "FI", "FK", "FX", "BX", "GX", "VX"})
SIA_RESTORES = frozenset({"EN", "FV", "FQ", "NS", "RR", "OV", "YB", "YE", "YH", "YJ", "YK", "YQ", "YZ"})
_HAZARDS = frozenset("BFGHKMPQSTUWZ")
"""First letters whose second letter means the same for each: A alarm, T trouble, S supervisory, R H J restore."""
_TROUBLE_LETTERS = frozenset("ADEILNVXY")
_STATUS_LETTERS = frozenset("ACDEJLNORTVXY")
CONTACT_ID_FORM = re.compile(r"#?([0-9A-Fa-f]{1,16})?\|\s*([136])([0-9A-F]{3})\s+([0-9A-F]{2})\s+([0-9A-F]{3})\s*")
SIA_FORM = re.compile(r"#?([0-9A-Fa-f]{1,16})?\|([NO])(.*)", re.DOTALL)


def contact_id(data: str) -> tuple[str | None, list[Event]]:
    """Return account and events of the data of an ADM-CID message; no events if it has not the form of one."""
    match = CONTACT_ID_FORM.fullmatch(data)
    if match is None:
        return None, []
    qualifier = {"1": "new", "3": "restore", "6": "still"}[match[2]]
    kind, alarms = meaning_of_contact_id(match[3])
    if qualifier == "restore":
        kind, alarms = (kind if kind is Kind.TEST else Kind.RESTORE), ()
    return match[1], [Event(match[2] + match[3], kind, alarms, qualifier, match[4], match[5])]


def meaning_of_contact_id(code: str) -> tuple[Kind, tuple[Alarm, ...]]:
    """Return what three digits mean; an alarm that nobody knows is an unknown alarm."""
    number = int(code) if code.isdecimal() else 0
    if number in CONTACT_ID_TESTS:
        return Kind.TEST, ()
    if number in CONTACT_ID:
        return Kind.ALARM, (CONTACT_ID[number],)
    if number // 100 in (2, 3):
        return (Kind.STATUS, ()) if number in CONTACT_ID_NOTICES else (Kind.ALARM, (Alarm.FAULT,))
    if 400 <= number < 1000:
        return Kind.STATUS, ()
    return Kind.ALARM, (Alarm.UNKNOWN,)


def sia_dcs(data: str) -> tuple[str | None, list[Event]]:
    """Return account and events of the data of an SIA-DCS message, which may report several at once."""
    match = SIA_FORM.fullmatch(data)
    if match is None:
        return None, []
    told = re.split(r"[*^\"']", match[3], maxsplit=1)[0]
    area = re.search(r"ri([0-9A-Fa-f]{1,4})", told)
    events = []
    for part in re.sub(r"[a-z]{2}[0-9.:]*", "/", told).split("/"):
        letters = re.match(r"([A-Z]{2})([0-9A-Fa-f]{0,8})", part)
        if letters is not None:
            kind, alarms = meaning_of_sia(letters[1])
            qualifier = "restore" if kind is Kind.RESTORE else "new" if match[2] == "N" else "old"
            events.append(Event(letters[1], kind, alarms, qualifier, area[1] if area else "", letters[2]))
    return match[1], events


def meaning_of_sia(code: str) -> tuple[Kind, tuple[Alarm, ...]]:
    """Return what two letters mean; a code that nobody knows is an unknown alarm."""
    first, second = code[0], code[1]
    if code in SIA_TESTS:
        return Kind.TEST, ()
    if code in SIA_LETTERS:
        return Kind.ALARM, (SIA_LETTERS[code],)
    if code in SIA_RESTORES or second == "R" or (first in _HAZARDS and second in "HJ") or code in ("XH", "XJ"):
        return Kind.RESTORE, ()
    if first in _HAZARDS and second in "TSDW":
        return Kind.ALARM, (Alarm.FAULT,)
    if first in _TROUBLE_LETTERS and second == "T":
        return Kind.ALARM, (Alarm.FAULT,)
    if first in _STATUS_LETTERS or second in "BCEUX":
        return Kind.STATUS, ()
    return Kind.ALARM, (Alarm.UNKNOWN,)


def together(events: list[Event]) -> tuple[Kind, tuple[Alarm, ...]]:
    """Return what several events of one message come to: an alarm if one of them is."""
    alarms = ranked(alarm for event in events for alarm in event.alarms)
    kinds = [event.kind for event in events]
    return (Kind.ALARM if Kind.ALARM in kinds else kinds[0]), alarms
