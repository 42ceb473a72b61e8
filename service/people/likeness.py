"""Records that may be one person: proposed to a person, never merged by themselves."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlmodel import Session, col, select

from service.access import EVERYTHING, Reach
from service.tables import Elder, ElderCard, ElderPair, ElderPhone, Verdict

DIGITS = re.compile(r"\D+")


class Sign(StrEnum):
    """Why two records may be one person."""

    CARD = "card"
    NAME_AND_BIRTH_DATE = "name_and_birth_date"
    PHONE_AND_DOOR = "phone_and_door"


@dataclass(frozen=True, slots=True)
class Half:
    """What a person needs in order to tell one record from another."""

    number: str
    name: str
    birth_year: int
    birth_date: date | None
    phone: str
    address: str
    state: str
    meal_point_code: str | None


@dataclass(frozen=True, slots=True)
class Likeness:
    """Two records and the signs that they are one person, the strongest first."""

    one: Half
    other: Half
    signs: tuple[Sign, ...]


def list_alike(session: Session, reach: Reach = EVERYTHING) -> list[Likeness]:
    """Return the pairs that look alike and of which nobody has said what they are, those with most signs first.

    Of many records that share one sign each is paired with the first only: after a merge the rest come up again. Who
    sees a part of the elders only, sees pairs of which one is theirs.
    """
    elders = {
        half.number: half
        for half in (
            Half(*row)
            for row in session.exec(
                select(  # type: ignore[call-overload]
                    Elder.number,
                    Elder.name,
                    Elder.birth_year,
                    Elder.birth_date,
                    Elder.phone,
                    Elder.address,
                    Elder.state,
                    Elder.meal_point_code,
                ).where(col(Elder.merged_into).is_(None))
            )
        )
    }
    pairs: defaultdict[tuple[str, str], set[Sign]] = defaultdict(set)
    for sign, groups in _signs(session, elders).items():
        for group in groups.values():
            first, *others = sorted(set(group))
            for other in others:
                pairs[first, other].add(sign)
    settled = _settled(session)
    found = [
        Likeness(elders[one], elders[other], tuple(sign for sign in Sign if sign in signs))
        for (one, other), signs in pairs.items()
        if (one, other) not in settled and _is_within(reach, elders[one], elders[other])
    ]
    return sorted(found, key=lambda pair: (-len(pair.signs), pair.one.number, pair.other.number))


def _signs(session: Session, elders: dict[str, Half]) -> dict[Sign, dict[Hashable, list[str]]]:
    """Return, for each sign, the numbers of those who share it."""
    cards: defaultdict[Hashable, list[str]] = defaultdict(list)
    for number, kind, card in session.exec(select(ElderCard.elder_number, ElderCard.kind, ElderCard.card_number)):
        if number in elders:
            cards[kind, card].append(number)
    births: defaultdict[Hashable, list[str]] = defaultdict(list)
    doors: defaultdict[Hashable, list[str]] = defaultdict(list)
    for half in elders.values():
        if half.birth_date is not None:
            births["".join(half.name.split()), half.birth_date].append(half.number)
        if half.phone:
            doors[_digits(half.phone), half.address].append(half.number)
    further = select(ElderPhone.elder_number, ElderPhone.phone).where(col(ElderPhone.until_day).is_(None))
    for number, phone in session.exec(further):
        if number in elders:
            doors[_digits(phone), elders[number].address].append(number)
    return {Sign.CARD: cards, Sign.NAME_AND_BIRTH_DATE: births, Sign.PHONE_AND_DOOR: doors}


def _settled(session: Session) -> set[tuple[str, str]]:
    said = select(ElderPair.one, ElderPair.other).where(ElderPair.verdict == Verdict.DIFFERENT)
    return set(session.exec(said))


def _is_within(reach: Reach, *halves: Half) -> bool:
    return reach == EVERYTHING or any(
        reach.meal_point is not None and half.meal_point_code == reach.meal_point for half in halves
    )


def _digits(phone: str) -> str:
    return DIGITS.sub("", phone)


def sorted_pair(numbers: Iterable[str]) -> tuple[str, str]:
    """Return two numbers in their order, as a pair is kept."""
    one, other = sorted(numbers)
    return one, other
