"""What the pages at work share: one act, one sentence that says what came of it, and the page as it stands then."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Annotated
from uuid import uuid4

from fastapi import Form
from sqlmodel import Session

from api.access import Operation
from api.deps import House, ServiceDay, let_pass
from api.errors import STATUS
from kitchens.meals import Meal
from service.access import EVERYTHING, Login, Reach, vouch
from service.board.heads import MealChoice, choose_meal, find_plan
from service.board.kitchen import list_plan_kitchens
from service.clock import local_day
from service.errors import ConflictError, InvalidError, NotAllowedError, NotFoundError, NuanfanError, StorageError
from service.idempotency import Call, call_of
from service.kitchen_work.records import Keyer
from service.tables import Plan
from service.texts import text

REFUSALS = (InvalidError, ConflictError, NotFoundError, NotAllowedError, StorageError)
KeyForm = Annotated[str, Form(min_length=8, max_length=60)]
DayForm = Annotated[ServiceDay, Form()]
MealForm = Annotated[Meal, Form()]
ShortForm = Annotated[str, Form(max_length=80)]
LongForm = Annotated[str, Form(max_length=400)]


@dataclass(frozen=True, slots=True)
class Said:
    """What came of an act, as one sentence, and the status of the answer."""

    is_done: bool
    text: str
    status: int = 200


@dataclass(frozen=True, slots=True)
class Looking:
    """Which kitchens somebody may look at, by code and name, and which one is looked at: what `reach` holds."""

    kitchens: tuple[tuple[str, str], ...]
    code: str
    reach: Reach


def looking_at(session: Session, plan: Plan | None, login: Login, asked: str) -> Looking:
    """Return the kitchen that is looked at: one's own, else the one asked for, else the first that cooks."""
    if plan is None or login.reach != EVERYTHING:
        return Looking((), login.reach.kitchen or "", login.reach)
    kitchens = list_plan_kitchens(session, plan)
    codes = [code for code, _ in kitchens]
    code = asked if asked in codes else next(iter(codes), "")
    return Looking(kitchens, code, Reach(kitchen=code) if code else EVERYTHING)


def attempt(language: str, act: Callable[[], str]) -> Said:
    """Do an act that returns its sentence; a refusal is a sentence too."""
    try:
        return Said(is_done=True, text=act())
    except REFUSALS as refusal:
        return refused(language, refusal)


def refused(language: str, refusal: NuanfanError) -> Said:
    """Return a refusal as a sentence with its status."""
    status = next(status for kind, status in STATUS if isinstance(refusal, kind))
    return Said(is_done=False, text=refusal.say(language), status=status)


def keyer_of(house: House, login: Login) -> Keyer:
    """Return who keys something in."""
    return Keyer(login.name, login.reach, house.clock)


def second_of(house: House, login: Login, name: str, password: str, operation: Operation) -> Keyer:
    """Return who signs at this screen: somebody else by name and password, or without a name whoever is logged in.

    Raises
    ------
    NotAllowedError
        If name and password do not fit, or this somebody may not do it.
    """
    if not name.strip():
        return keyer_of(house, login)
    return keyer_of(house, let_pass(vouch(house.database, name, password, house.clock), operation))


def call_for(login: Login, key: str, operation: str, **body: object) -> Call:
    """Return the call that a form's key stands for."""
    return call_of(login.name, key, operation, {name: str(value) for name, value in body.items()})


def fresh_key() -> str:
    """Return a key for one form: the same form sent twice is kept once."""
    return uuid4().hex


def meal_and_plan(
    session: Session, house: House, day: date | None, meal: Meal | None
) -> tuple[MealChoice, Plan | None]:
    """Return the meal that is asked for, or that matters most now, with its newest plan."""
    choice = choose_meal(session, day, meal, local_day(house.clock.now()))
    return choice, find_plan(session, choice.service_day, choice.meal)


def sentence(language: str, key: str, **values: object) -> str:
    """Return a sentence of the pages at work."""
    return text(language, key, **values)
