"""Finding an elder by what somebody has at hand: number, card, name, pinyin, telephone, part of an address.

Words may stand in any order; all of them must fit. What begins a number, a card, part of a name or of an address, or
ends a telephone, is found by its key. Only what begins nothing is looked for on every elder's line, which takes some
tens of milliseconds for a city.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, literal
from sqlmodel import Session, and_, col, or_, select

from service.access import EVERYTHING, Reach
from service.finding.keys import LONGEST_ADDRESS_KEY, LONGEST_KEY, digits_of, plain
from service.people.record import Record, get_record
from service.people.roots import find_root
from service.tables import Elder, KeyKind, SearchKey, SearchLine

MOST_FOUND = 50
MOST_WORDS = 6
FEWEST_PHONE_DIGITS = 4
FEWEST_WHOLE_DIGITS = 7
"""Digits of a telephone without its area code, at least."""

MOST_COUNTED = 5_000

HAN = re.compile(r"[\u3400-\u9fff]")
PHONE_LIKE = re.compile(r"\+?[0-9][0-9()-]*")
DIGITS = re.compile(r"[0-9]+")
PHONE_TYPED = re.compile(r"\+?[0-9][0-9 ()-]{5,}")


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
    """Return who fits, at most `MOST_FOUND`; a merged double stands for the person.

    Fits: the beginning of a number or a card, part of a name, its sound in pinyin or their initials, a telephone (also
    of somebody to call) whole or by its last four or more digits, part of an address; of several words, each.
    """
    words = _words(given)
    if not words:
        return []
    numbers = _by_one(session, words[0], reach) if len(words) == 1 else _by_many(session, words, reach)
    return _shown(session, numbers, reach)


def find_callers(session: Session, phone: str, reach: Reach = EVERYTHING, *, on: date | None = None) -> list[Found]:
    """Return the elders whose telephone this is, or whose family's or key holder's; with or without an area code.

    With a day, numbers that have ended by then do not count.
    """
    digits = digits_of(phone)
    if len(digits) < FEWEST_WHOLE_DIGITS:
        return []
    near = _keyed(session, KeyKind.PHONE, digits[::-1][:FEWEST_WHOLE_DIGITS], EVERYTHING, MOST_FOUND * 4)
    reversed_caller = digits[::-1]
    fits = [number for number, key in near if reversed_caller.startswith(key) or key.startswith(reversed_caller)]
    some = _shown(session, list(dict.fromkeys(fits)), reach)
    return some if on is None else [one for one in some if _is_reached(get_record(session, one.number), digits, on)]


def _is_reached(record: Record, digits: str, day: date) -> bool:
    """Return whether a number is one of the elder or of somebody to call, on a day."""
    phones = [*record.phones_on(day), *(one.phone for one in record.contacts_on(day))]
    return any(digits.endswith(own) or own.endswith(digits) for own in map(digits_of, phones) if own)


def _words(given: str) -> list[str]:
    """Return what is looked for, word by word; a telephone written with spaces is one word."""
    given = plain(given)
    if PHONE_TYPED.fullmatch(given):
        return [digits_of(given)]
    found = [digits_of(word) if PHONE_LIKE.fullmatch(word) else word for word in given.split()]
    return [word[:LONGEST_KEY] for word in found if word][:MOST_WORDS]


def _by_one(session: Session, word: str, reach: Reach) -> list[str]:
    numbers: dict[str, None] = {}
    for kind, key in _keys_for(word):
        if len(numbers) < MOST_FOUND:
            numbers |= dict.fromkeys(number for number, _ in _keyed(session, kind, key, reach, MOST_FOUND))
    return list(numbers)[:MOST_FOUND] or _scanned(session, (_fits(session, word),), reach)


def _by_many(session: Session, words: Sequence[str], reach: Reach) -> list[str]:
    """Return who fits every word, beginning with the rarest word; where that finds nobody, on every line."""
    counts = {word: count for word in words if (count := _count(session, word))}
    wanted = [_fits(session, word) for word in sorted(words, key=len, reverse=True)]
    found: list[str] = []
    if counts:
        rarest = min(counts, key=lambda word: counts[word])
        found = _scanned(session, (col(SearchLine.elder_number).in_(_any_key(rarest)), *wanted), reach)
    return found or _scanned(session, wanted, reach)


def _count(session: Session, word: str) -> int:
    """Return how many keys a word begins, up to a number beyond which it makes no difference."""
    some = _any_key(word).limit(MOST_COUNTED).subquery()
    return session.exec(select(func.count()).select_from(some)).one()


def _any_key(word: str) -> Any:
    """Return a statement of the elders of whom some key begins so."""
    return select(SearchKey.elder_number).where(or_(*(_begins(kind, key) for kind, key in _keys_for(word))))


def _begins(kind: KeyKind, begins: str) -> Any:
    return and_(SearchKey.kind == kind, col(SearchKey.key) >= begins, col(SearchKey.key) < f"{begins}\U0010ffff")


def _keys_for(word: str) -> list[tuple[KeyKind, str]]:
    """Return the beginnings of keys that a word may be, the surest kind first."""
    door = (KeyKind.ADDRESS, word[:LONGEST_ADDRESS_KEY])
    if HAN.search(word):
        return [(KeyKind.NAME, word), door]
    if DIGITS.fullmatch(word):
        by_phone = [(KeyKind.PHONE, word[::-1])] if len(word) >= FEWEST_PHONE_DIGITS else []
        return [(KeyKind.NUMBER, word), *by_phone, (KeyKind.CARD, word), door]
    return [(KeyKind.NUMBER, word), (KeyKind.CARD, word), (KeyKind.PINYIN, word), (KeyKind.NAME, word), door]


def _keyed(session: Session, kind: KeyKind, begins: str, reach: Reach, most: int) -> list[tuple[str, str]]:
    """Return elders and keys of a kind that begin so, in the order of the keys."""
    keyed = select(SearchKey.elder_number, SearchKey.key).where(_begins(kind, begins))
    keyed = keyed.order_by(col(SearchKey.key), col(SearchKey.elder_number)).limit(most)
    own = _own(reach)
    if own is not None:
        keyed = keyed.where(col(SearchKey.elder_number).in_(own))
    return [(number, key) for number, key in session.exec(keyed)]


def _scanned(session: Session, wanted: Sequence[Any], reach: Reach) -> list[str]:
    """Return who fits everything that is wanted of an elder's line."""
    lines = select(SearchLine.elder_number).where(*wanted)
    lines = lines.order_by(col(SearchLine.elder_number)).limit(MOST_FOUND)
    own = _own(reach)
    return list(session.exec(lines if own is None else lines.where(col(SearchLine.elder_number).in_(own))))


def _own(reach: Reach) -> Any:
    """Return a statement of whom this reach covers, None for everybody."""
    if reach == EVERYTHING:
        return None
    return select(Elder.number).where(Elder.meal_point_code == (reach.meal_point or ""))


def _fits(session: Session, word: str) -> Any:
    ways = [_contains(session, SearchLine.address, word)]
    if HAN.search(word):
        ways.append(_contains(session, SearchLine.words, word))
    else:
        ways.append(_contains(session, SearchLine.words, f"\n{word}"))
        if DIGITS.fullmatch(word) and len(word) >= FEWEST_PHONE_DIGITS:
            ways.append(_contains(session, SearchLine.words, f"{word}\n"))
    return or_(*ways)


def _contains(session: Session, column: Any, part: str) -> Any:
    # Faster than LIKE, and nothing typed is a pattern.
    place = func.strpos if session.get_bind().dialect.name == "postgresql" else func.instr
    return place(col(column), literal(part)) > 0


def _shown(session: Session, numbers: Iterable[str], reach: Reach) -> list[Found]:
    """Return the people behind some numbers, in their order, each once; of a part, only those who belong to it."""
    wanted = list(dict.fromkeys(numbers))
    by_number = {one.number: one for one in session.exec(select(Elder).where(col(Elder.number).in_(wanted)))}
    roots: dict[str, Elder] = {}
    for number in wanted:
        found = by_number.get(number)
        root = found if found is None or found.merged_into is None else find_root(session, number)
        if root is not None:
            roots.setdefault(root.number, root)
    return [
        Found(elder.number, elder.name, elder.state, elder.birth_year, elder.address, elder.meal_point_code)
        for elder in roots.values()
        if reach == EVERYTHING or (reach.meal_point is not None and elder.meal_point_code == reach.meal_point)
    ][:MOST_FOUND]
