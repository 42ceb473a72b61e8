"""What a terminal said, whatever its protocol: the one value that every codec returns.

A signal is either understood or refused. Both may carry a reply: some protocols have a word for "I did not understand".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from routing.coordinates import Crs
from service.errors import InvalidError
from service.texts import text

MOST_BYTES = 4096
"""What a frame, a line or a body may have at most; longer ones are refused before they are kept."""


class Kind(StrEnum):
    """What a message is for; the alarms in it are told apart from that."""

    LOGIN = "login"
    HEARTBEAT = "heartbeat"
    POSITION = "position"
    ALARM = "alarm"
    RESTORE = "restore"
    TEST = "test"
    STATUS = "status"


class Alarm(StrEnum):
    """Why somebody should look, most urgent first: the order of these lines is the rank.

    What nobody can read stands right behind danger to life and before everything about things: it may be anything.
    """

    SOS = "sos"
    PANIC = "panic"
    DURESS = "duress"
    FALL_DOWN = "fall_down"
    MEDICAL = "medical"
    NO_SIGN_OF_LIFE = "no_sign_of_life"
    FIRE = "fire"
    SMOKE = "smoke"
    GAS = "gas"
    CARBON_MONOXIDE = "carbon_monoxide"
    HEAT = "heat"
    ACCIDENT = "accident"
    GENERAL = "general"
    UNKNOWN = "unknown"
    COLD = "cold"
    WATER = "water"
    BURGLARY = "burglary"
    GEOFENCE_EXIT = "geofence_exit"
    GEOFENCE = "geofence"
    GEOFENCE_ENTER = "geofence_enter"
    REMOVING = "removing"
    TAMPERING = "tampering"
    DOOR = "door"
    POWER_CUT = "power_cut"
    POWER_OFF = "power_off"
    LOW_BATTERY = "low_battery"
    CONNECTION_LOST = "connection_lost"
    FAULT = "fault"
    VIBRATION = "vibration"
    OVERSPEED = "overspeed"


RANK: Mapping[Alarm, int] = {alarm: place for place, alarm in enumerate(Alarm)}


def ranked(alarms: Iterable[Alarm]) -> tuple[Alarm, ...]:
    """Return each alarm once, the most urgent first."""
    return tuple(sorted(set(alarms), key=RANK.__getitem__))


@dataclass(frozen=True, slots=True)
class Fix:
    """A position as it was sent, in degrees of the datum it was given in; `valid` is what the terminal says of it."""

    lat: float
    lon: float
    valid: bool
    crs: Crs = Crs.WGS84


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a frame was not taken: a stable word, and what goes into its sentence."""

    key: str
    values: tuple[tuple[str, str | int], ...] = ()

    def say(self, language: str) -> str:
        """Return the sentence in `language` ("zh" or "en")."""
        return text(language, f"alarms.{self.key}", **dict(self.values))


class RefusedError(InvalidError):
    """A frame that cannot be taken; `refusal.key` is stable, `reply` is what the terminal is told, if anything."""

    def __init__(self, key: str, reply: bytes | None = None, **values: str | int) -> None:
        super().__init__(f"alarms.{key}", **values)
        self.refusal = Refusal(key, tuple(values.items()))
        self.reply = reply


@dataclass(frozen=True, slots=True)
class Signal:
    """One message of a terminal.

    `at` is the terminal's own time in UTC; `battery_pct` 0 to 100; `reply` the exact bytes of the answer, to be sent
    only after the signal is stored; `name` what the protocol calls the message; `details` whatever else it said.
    """

    frame: bytes
    kind: Kind | None = None
    device: str | None = None
    name: str = ""
    at: datetime | None = None
    fix: Fix | None = None
    battery_pct: int | None = None
    alarms: tuple[Alarm, ...] = ()
    reply: bytes | None = None
    refusal: Refusal | None = None
    details: tuple[tuple[str, str | int | float | bool], ...] = ()

    @property
    def highest(self) -> Alarm | None:
        """The alarm to act on; an alarm message that names none is a general one, never nothing."""
        if self.alarms:
            return self.alarms[0]
        return Alarm.GENERAL if self.kind is Kind.ALARM else None


def refused(frame: bytes, error: RefusedError, device: str | None = None) -> Signal:
    """Return the signal of a frame that was refused."""
    return Signal(frame, device=device, reply=error.reply, refusal=error.refusal)
