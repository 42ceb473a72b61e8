"""Who is it: a card, a number on the key-pad, or the code on a slip. A face is never asked for."""

from __future__ import annotations

from datetime import date

from sqlmodel import Session, col, select

from service.errors import NotAllowedError, NotFoundError
from service.people.roots import find_root
from service.tables import CardState, Elder, ElderCard

LONGEST_GIVEN = 40
SHORTEST_PHONE = 7
SLIP_CODE = "NUANFAN:"


class UnknownPersonError(NotFoundError):
    """What was swiped or typed is nobody's here."""


class UnfitCardError(NotAllowedError):
    """The card is known and does not open the kiosk any more."""


def find_by_card(session: Session, given: str, point_code: str, on: date) -> Elder | None:
    """Return whose card was swiped, None if it is no card that is known.

    Raises
    ------
    UnknownPersonError
        If it stands on two people, or on somebody of another meal point.
    UnfitCardError
        If the card was reported lost, was returned, or has lapsed. What the card can no longer do, the elder still may.
    """
    given = _plain(given)
    cards = session.exec(select(ElderCard).where(ElderCard.card_number == given)).all()
    if not cards:
        return None
    elders = {elder.number: elder for card in cards if (elder := find_root(session, card.elder_number)) is not None}
    if len(elders) != 1:
        # One number on two people: the desk knows whose it is.
        raise UnknownPersonError("kiosk.trouble.unknown")
    (elder,) = elders.values()
    _refuse_foreign(elder, point_code)
    in_use = [card for card in cards if card.state == CardState.IN_USE]
    if not in_use:
        raise UnfitCardError("kiosk.trouble.lost_card")
    if all(card.valid_until is not None and card.valid_until < on for card in in_use):
        until = max(card.valid_until for card in in_use if card.valid_until is not None)
        raise UnfitCardError("kiosk.trouble.lapsed_card", until=until.isoformat())
    return elder


def get_by_number(session: Session, given: str, point_code: str) -> Elder:
    """Return whose number, telephone or slip was given; a wrong digit is another's, so they are asked who they are.

    Raises
    ------
    UnknownPersonError
        If it is nobody's, or of somebody of another meal point.
    """
    number = _plain(given).removeprefix(SLIP_CODE)
    elder = find_root(session, number) or _by_digits(session, number, point_code)
    if elder is None or not number:
        raise UnknownPersonError("kiosk.trouble.unknown")
    _refuse_foreign(elder, point_code)
    return elder


def _plain(given: str) -> str:
    return "".join(letter for letter in given if letter.isprintable() and not letter.isspace())[:LONGEST_GIVEN].upper()


def _by_digits(session: Session, given: str, point_code: str) -> Elder | None:
    """Return whom a key-pad without letters can mean: the digits of a number, or a telephone, of this point alone."""
    if not (given.isascii() and given.isdecimal()):
        return None
    of_point = select(Elder.number, Elder.phone).where(Elder.meal_point_code == point_code)
    numbers: set[str] = set()
    phones: set[str] = set()
    for number, phone in session.exec(of_point.where(col(Elder.merged_into).is_(None))):
        digits = _digits(number)
        if digits and int(digits) == int(given):
            numbers.add(number)
        if len(given) >= SHORTEST_PHONE and _digits(phone) == given:
            phones.add(number)
    found = numbers or phones
    return session.get(Elder, next(iter(found))) if len(found) == 1 else None


def _digits(line: str) -> str:
    return "".join(letter for letter in line if letter.isascii() and letter.isdecimal())


def _refuse_foreign(elder: Elder, point_code: str) -> None:
    if elder.meal_point_code != point_code:
        raise UnknownPersonError("kiosk.trouble.other_point")
