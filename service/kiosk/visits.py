"""Who stands at a kiosk right now: begun with the first touch, one answer after the other, forgotten at the end."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import delete
from sqlmodel import Session, col

from kitchens.meals import Fulfilment, Meal
from service.tables import KioskVisit

FORGOTTEN_AFTER = timedelta(minutes=10)
"""How long an untouched visit is kept; the browser asks and forgets much earlier, this is for one that was shut."""

SIZES = (18, 22, 26, 30)
"""Text sizes in density-independent pixels that the large and small buttons go through."""

USUAL_SIZE = 1
FIRST_STEP = "who"


class Voice(StrEnum):
    """What the kiosk speaks; Cantonese is written as Mandarin is."""

    MANDARIN = "mandarin"
    CANTONESE = "cantonese"
    ENGLISH = "english"


VOICES: Mapping[Voice, tuple[str, str]] = {
    Voice.MANDARIN: ("zh", "zh-CN"),
    Voice.CANTONESE: ("zh", "zh-HK"),
    Voice.ENGLISH: ("en", "en-GB"),
}
"""The language of the text, and the tag (BCP 47) of the voice."""


class Answers:
    """What was answered so far, over the JSON that the visit's row keeps."""

    def __init__(self, kept: Mapping[str, Any]) -> None:
        self._kept = dict(kept)

    def plain(self) -> dict[str, Any]:
        """Return it as JSON."""
        return self._kept

    @property
    def step(self) -> str:
        """Which question is on the screen."""
        return self.steps[-1]

    @property
    def steps(self) -> list[str]:
        """The questions up to the one on the screen."""
        return self._kept.get("steps") or [FIRST_STEP]

    def go(self, step: str, *, anew: bool = False) -> None:
        """Put a question on the screen; `anew` makes it one from which nothing leads back."""
        self._kept["steps"] = [step] if anew else [*self.steps, step]

    def back(self) -> None:
        """Put the question before on the screen."""
        self._kept["steps"] = self.steps[:-1] or [FIRST_STEP]

    def replace(self, step: str) -> None:
        """Put a question in the place of the one on the screen."""
        self._kept["steps"] = [*self.steps[:-1], step]

    @property
    def voice(self) -> Voice:
        """What is spoken."""
        return Voice(self._kept.get("voice", Voice.MANDARIN))

    @property
    def size(self) -> int:
        """Which of `SIZES` the text has."""
        return int(self._kept.get("size", USUAL_SIZE))

    @property
    def meal(self) -> Meal:
        """The meal that is ordered."""
        return Meal(self._kept.get("meal", Meal.LUNCH))

    @property
    def day(self) -> date | None:
        """The day whose menu is shown."""
        return date.fromisoformat(self._kept["day"]) if "day" in self._kept else None

    @property
    def days(self) -> list[date]:
        """The days that are ordered."""
        return [date.fromisoformat(day) for day in self._kept.get("days", ())]

    @property
    def fulfilment(self) -> Fulfilment:
        """How the meal is taken."""
        return Fulfilment(self._kept.get("fulfilment", Fulfilment.DINE_IN))

    def get(self, name: str, otherwise: Any = None) -> Any:
        """Return any other answer."""
        return self._kept.get(name, otherwise)

    def keep(self, **some: Any) -> None:
        """Keep answers; None forgets one."""
        for name, value in some.items():
            if value is None:
                self._kept.pop(name, None)
            else:
                self._kept[name] = value

    def manners(self) -> dict[str, Any]:
        """Return what holds for whoever stands there, whatever was answered: voice and size."""
        return {name: self._kept[name] for name in ("voice", "size") if name in self._kept}


def find_visit(session: Session, device_code: str, now: datetime) -> KioskVisit | None:
    """Return the visit at a kiosk, None if nobody is there."""
    visit = session.get(KioskVisit, device_code)
    return None if visit is None or now - visit.touched_at >= FORGOTTEN_AFTER else visit


def turn_of(visit: KioskVisit | None) -> str:
    """Return the mark of the screen that is shown; an answer carries it, so that one to a former screen is told."""
    return "" if visit is None else f"{visit.key}.{visit.turn}"


def hold_visit(session: Session, device_code: str, turn: str, now: datetime) -> KioskVisit | None:
    """Return the visit whose screen was answered, locked and begun if need be; None if that screen is shown no more."""
    visit = session.get(KioskVisit, device_code, with_for_update=True)
    if visit is not None and now - visit.touched_at >= FORGOTTEN_AFTER:
        forget(session, device_code)
        visit = None
    if turn != turn_of(visit):
        return None
    if visit is None:
        visit = KioskVisit(
            device_code=device_code, key=secrets.token_urlsafe(16), answers={}, began_at=now, touched_at=now
        )
        session.add(visit)
        session.flush()
    return visit


def keep_answers(session: Session, visit: KioskVisit, answers: Answers, now: datetime) -> None:
    """Keep what was answered; the screen is another one from now on."""
    visit.answers, visit.turn, visit.touched_at = answers.plain(), visit.turn + 1, now
    session.add(visit)


def forget(session: Session, device_code: str) -> None:
    """Forget who stood at a kiosk."""
    session.execute(delete(KioskVisit).where(col(KioskVisit.device_code) == device_code))
    session.expire_all()
