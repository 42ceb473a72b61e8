"""Finding an elder by what somebody has at hand: number, name, telephone, card."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlmodel import Session, col, or_, select

from service.access import EVERYTHING, Reach
from service.people.roots import find_root
from service.tables import Elder, ElderCard, ElderContact, ElderPhone

MOST_FOUND = 50
SHORTEST_DIGITS = 6
PHONE = re.compile(r"\+?[0-9][0-9 -]*")


@dataclass(frozen=True, slots=True)
class Found:
    """One elder in a list of those who fit."""

    number: str
    name: str
    state: str
    birth_year: int
    address: str
    meal_point_code: str | None


def find_people(session: Session, given: str, reach: Reach = EVERYTHING) -> list[Found]:
    """Return who fits, at most `MOST_FOUND`, by number; a merged double stands for the person.

    Fits: the beginning of a number or a name, or a whole telephone (also a contact's) or card number.
    """
    given = given.strip()
    if not given:
        return []
    wanted = or_(
        col(Elder.number).startswith(given, autoescape=True), col(Elder.name).startswith(given, autoescape=True)
    )
    numbers = set(session.exec(select(Elder.number).where(wanted).limit(MOST_FOUND)))
    numbers |= set(session.exec(select(ElderCard.elder_number).where(ElderCard.card_number == given)))
    if PHONE.fullmatch(given) and sum(letter.isdigit() for letter in given) >= SHORTEST_DIGITS:
        at_phone = or_(Elder.phone == given, Elder.contact_phone == given)
        numbers |= set(session.exec(select(Elder.number).where(at_phone)))
        numbers |= set(session.exec(select(ElderPhone.elder_number).where(ElderPhone.phone == given)))
        numbers |= set(session.exec(select(ElderContact.elder_number).where(ElderContact.phone == given)))
    roots = {root.number: root for number in numbers if (root := find_root(session, number)) is not None}
    return [
        Found(elder.number, elder.name, elder.state, elder.birth_year, elder.address, elder.meal_point_code)
        for _, elder in sorted(roots.items())
        if reach == EVERYTHING or (reach.meal_point is not None and elder.meal_point_code == reach.meal_point)
    ][:MOST_FOUND]
