"""What an answer at the kiosk does: one turn of the visit, told by the screen it was given to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from service.clock import Clock, local_day
from service.db import Database, insert_unless_there
from service.errors import ConflictError, InvalidError, NotAllowedError, NotFoundError, NuanfanError
from service.idempotency import call_of
from service.kiosk.asking import QUESTIONS, Asked, go_on, start_with, trouble, wishes_of
from service.kiosk.days import find_meal_to_take
from service.kiosk.guesses import closed_until, count_guess, take_back
from service.kiosk.visits import (
    FIRST_STEP,
    SIZES,
    Answers,
    Voice,
    find_visit,
    forget,
    hold_visit,
    keep_answers,
    turn_of,
)
from service.kiosk.who import LONGEST_GIVEN, UnknownPersonError, find_by_card, get_by_number
from service.money.taking import take_meal
from service.orders import Placing, cancel_order, place_orders
from service.settings import Settings
from service.tables import Device, Elder, KioskVisit, MealOrder, MealPoint, Notice, OrderSource, Role, TakenWay

HELP_EVERY_S = 60
SCREENS_OF_REFUSALS: Mapping[str, str] = {
    "error.already_ordered": "ordered",
    "error.orders_closed": "closed",
    "error.kitchen_full": "full",
    "error.dish_full": "full",
    "error.dish_clash": "clash",
    "error.nothing_fits": "nothing_fits",
    "error.elder_not_served": "not_entitled",
}
"""Refusals of other stories that have a screen of their own."""


@dataclass(frozen=True, slots=True)
class Said:
    """What came from a screen: which turn it was, what was pressed (`same:yes`), and what was typed."""

    turn: str
    pressed: str
    given: str = ""


def answer(database: Database, device: Device, said: Said, *, settings: Settings, clock: Clock) -> None:
    """Take one answer. One to a screen that is shown no more, such as the second of a double tap, changes nothing.

    Raises
    ------
    InvalidError
        If nothing on any screen says what was pressed.
    """
    act, _, value = said.pressed.partition(":")
    if act not in ACTS and act not in STORIES:
        raise InvalidError("kiosk.odd_answer")
    outcome: Callable[[Asked], None] | None = None
    if act in STORIES:
        outcome = _told(database, device, said, value, clock)
        if outcome is None:
            return
    with database.write() as session:
        visit = hold_visit(session, device.code, said.turn, clock.now())
        if visit is None:
            return
        elder = session.get(Elder, visit.elder_number) if visit.elder_number else None
        point = session.get_one(MealPoint, device.meal_point_code)
        asked = Asked(session, visit, Answers(visit.answers), device, point, elder, settings, clock)
        try:
            if outcome is not None:
                outcome(asked)
            else:
                ACTS[act](asked, value, said.given[: 2 * LONGEST_GIVEN])
        except (ConflictError, InvalidError, NotAllowedError, NotFoundError) as refusal:
            _say_no(asked, refusal)
        if not asked.is_over:
            keep_answers(session, visit, asked.answers, clock.now())


def _say_no(asked: Asked, refusal: NuanfanError) -> None:
    name = refusal.key.removeprefix("kiosk.trouble.") if refusal.key.startswith("kiosk.trouble.") else ""
    name = name or SCREENS_OF_REFUSALS.get(refusal.key, "refused")
    said = {"zh": refusal.say("zh"), "en": refusal.say("en")} if name == "refused" else {}
    named = {key: str(value) for key, value in refusal.values.items() if key in {"until", "day", "zh", "en"}}
    trouble(asked, name, **said, **named)


# What needs a transaction of another story first: orders, cancelling, taking.


def _told(database: Database, device: Device, said: Said, value: str, clock: Clock) -> Callable[[Asked], None] | None:
    """Do a story of its own and return what the visit makes of it; None if the answer came too late or twice."""
    with database.read() as session:
        visit = find_visit(session, device.code, clock.now())
        if visit is None or visit.elder_number is None or turn_of(visit) != said.turn:
            return None
        row = session.get(Elder, visit.elder_number)
        if row is None or row.meal_point_code != device.meal_point_code:
            return None
    try:
        return STORIES[said.pressed.partition(":")[0]](database, visit, value, clock)
    except ConflictError as refusal:
        if refusal.key == "error.key_at_work":
            return None
        found = refusal
        return lambda asked: _say_no(asked, found)
    except (InvalidError, NotAllowedError, NotFoundError) as refusal:
        other = refusal
        return lambda asked: _say_no(asked, other)


def _by(visit: KioskVisit) -> str:
    return f"{visit.device_code}/{visit.elder_number}"


def _place(database: Database, visit: KioskVisit, _value: str, clock: Clock) -> Callable[[Asked], None]:
    answers = Answers(visit.answers)
    if answers.step != "read_back":
        raise InvalidError("kiosk.odd_answer")
    placing = Placing(visit.elder_number or "", OrderSource.KIOSK, _by(visit))
    wishes = wishes_of(answers)
    body = {"lines": [[str(one.service_day), one.meal, one.fulfilment, one.dish_code, *one.choices] for one in wishes]}
    call = call_of(f"kiosk:{visit.device_code}", turn_of(visit), "place", body)
    orders = place_orders(database, placing, wishes, clock=clock, call=call)

    def done(asked: Asked) -> None:
        asked.answers.keep(orders=[order.id for order in orders])
        asked.answers.go("placed", anew=True)

    return done


def _cancel(database: Database, visit: KioskVisit, value: str, clock: Clock) -> Callable[[Asked], None]:
    order_id = int(value) if value.isascii() and value.isdecimal() and len(value) < 10 else 0
    with database.read() as session:
        order = session.get(MealOrder, order_id)
        if order is None or order.elder_number != visit.elder_number:
            raise NotFoundError("kiosk.odd_answer")
    call = call_of(f"kiosk:{visit.device_code}", turn_of(visit), "cancel", {"order": order_id})
    cancel_order(database, order_id, by=_by(visit), clock=clock, call=call)

    def done(asked: Asked) -> None:
        asked.answers.keep(cancelled=order_id)
        asked.answers.back()

    return done


def _take(database: Database, visit: KioskVisit, _value: str, clock: Clock) -> Callable[[Asked], None]:
    with database.read() as session:
        elder = session.get_one(Elder, visit.elder_number)
        point = session.get_one(MealPoint, elder.meal_point_code)
        order = find_meal_to_take(session, elder, point, clock.now())
    if order is None or order.id is None:
        raise NotFoundError("kiosk.trouble.nothing_to_take")
    way = TakenWay.SWIPE if visit.answers.get("by_card") else TakenWay.KEYED
    take_meal(database, order.id, way=way, terminal=visit.device_code, by=_by(visit), clock=clock)

    def done(asked: Asked) -> None:
        asked.answers.keep(taken=order.id)
        asked.answers.go("taken", anew=True)

    return done


# What changes the visit alone.


def _who(asked: Asked, _value: str, given: str) -> None:
    typed = given.strip() or str(asked.answers.get("typed", ""))
    asked.answers.keep(typed=None)
    if not typed:
        return
    elder = find_by_card(asked.session, typed, asked.point.code, local_day(asked.clock.now()))
    by_card, guess = elder is not None, None
    if elder is None:
        elder, guess = _by_number(asked, typed)
    if asked.elder is not None and elder.number == asked.elder.number:
        _was_no_guess(asked, guess)
        return  # The same card once more, a moment later.
    is_waiting = asked.elder is not None and asked.answers.step not in {"placed", "taken", "trouble"}
    asked.answers.keep(pending=elder.number, pending_by_card=by_card, guess=guess)
    if is_waiting:
        asked.answers.go("other_card")
    elif by_card:
        _begin(asked)
    else:
        asked.answers.go("sure")


def _by_number(asked: Asked, typed: str) -> tuple[Elder, int]:
    """Return whose number was given, and the row that counts it as a guess until they say that it is theirs."""
    _refuse_closed_pad(asked)
    guess = count_guess(asked.session, asked.device.code, asked.clock.now())
    try:
        return get_by_number(asked.session, typed, asked.point.code), guess
    except UnknownPersonError:
        _refuse_closed_pad(asked)
        raise


def _refuse_closed_pad(asked: Asked) -> None:
    if closed_until(asked.session, asked.device.code, asked.clock.now()) is not None:
        raise NotAllowedError("kiosk.trouble.pad_closed")


def _was_no_guess(asked: Asked, guess: int | None) -> None:
    if guess is not None:
        take_back(asked.session, asked.device.code, guess)


def _begin(asked: Asked) -> None:
    number = asked.answers.get("pending")
    elder = asked.session.get(Elder, number) if number else None
    if elder is None or elder.meal_point_code != asked.point.code:
        raise NotFoundError("kiosk.trouble.unknown")
    _was_no_guess(asked, asked.answers.get("guess"))
    start_with(asked, elder, by_card=bool(asked.answers.get("pending_by_card")))


def _sure(asked: Asked, value: str, _given: str) -> None:
    if value == "yes":
        _begin(asked)
        return
    asked.answers.keep(pending=None, pending_by_card=None, guess=None)
    asked.answers.back()


def _key(asked: Asked, value: str, given: str) -> None:
    """Take one key of the pad where the browser runs no script."""
    typed = given.strip() or str(asked.answers.get("typed", ""))
    digit = value if value.isascii() and value.isdecimal() and len(value) == 1 else ""
    asked.answers.keep(typed=(typed[:-1] if value == "back" else typed + digit)[:LONGEST_GIVEN] or None)


def _voice(asked: Asked, value: str, _given: str) -> None:
    if value not in set(Voice):
        raise InvalidError("kiosk.odd_answer")
    asked.answers.keep(voice=value)


def _size(asked: Asked, value: str, _given: str) -> None:
    step = {"larger": 1, "smaller": -1}.get(value, 0)
    asked.answers.keep(size=min(max(asked.answers.size + step, 0), len(SIZES) - 1))


def _back(asked: Asked, _value: str, _given: str) -> None:
    asked.answers.back()
    if asked.answers.step == FIRST_STEP and asked.elder is not None:
        _leave(asked, "", "")


def _leave(asked: Asked, _value: str, _given: str) -> None:
    forget(asked.session, asked.device.code)
    asked.is_over = True


def _still(_asked: Asked, _value: str, _given: str) -> None:
    """Say that one is still there: the turn itself is the answer."""


def _help(asked: Asked, _value: str, _given: str) -> None:
    now = asked.clock.now()
    slot = int(now.timestamp()) // HELP_EVERY_S
    for to in (Role.OPERATOR.value, f"{Role.MEAL_POINT}:{asked.point.code}"):
        values = {"device": asked.device.code, "point": asked.point.name, "phone": asked.point.phone}
        insert_unless_there(
            asked.session,
            Notice,
            dedupe=f"kiosk_help:{asked.device.code}:{slot}:{to}",
            to=to,
            key="notice.kiosk_help",
            values=values,
            made_at=now,
        )
    if asked.answers.step != "help":
        asked.answers.go("help")


def _mine(asked: Asked, value: str, _given: str) -> None:
    asked.answers.keep(cancelled=None, mine_page=int(value) if value.isdecimal() and len(value) < 3 else None)
    if asked.elder is not None and asked.answers.step != "mine":
        asked.answers.go("mine")


def _ask_cancel(asked: Asked, value: str, _given: str) -> None:
    asked.answers.keep(to_cancel=value[:10], cancelled=None)
    asked.answers.go("cancel_sure")


ACTS: Mapping[str, Callable[[Asked, str, str], None]] = {
    "who": _who,
    "sure": _sure,
    "key": _key,
    "voice": _voice,
    "size": _size,
    "back": _back,
    "leave": _leave,
    "still": _still,
    "help": _help,
    "mine": _mine,
    "ask_cancel": _ask_cancel,
    "again": lambda asked, value, _given: go_on(asked, value),
    **QUESTIONS,
}
STORIES: Mapping[str, Callable[[Database, KioskVisit, str, Clock], Callable[[Asked], None]]] = {
    "place": _place,
    "cancel": _cancel,
    "take": _take,
}
