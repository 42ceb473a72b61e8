"""What an elder is found by, as values: from what the record says to the keys and the line of the index."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from service.finding.pinyin import spoken_keys
from service.tables.search import KeyKind

LONGEST_KEY = 60
"""Characters of a key that count; longer than any name, number or telephone."""

LONGEST_ADDRESS_KEY = 24
"""Characters of an address that a key holds; what is typed beyond that is compared with the whole line."""

PART_BEGINS = re.compile(
    r"(?<=[^0-9])(?=[0-9])|(?<=[市区县镇乡村路巷里号栋座幢梯楼层室房院苑弄道])(?=.)|(?<=街)(?=[^道])"
)
"""Where a part of an address begins: after the word that ends the part before it, and before a figure."""

NO_DIGIT = re.compile(r"[^0-9]+")
ABROAD = re.compile(r"^(?:00)?86(?=1[0-9]{10}$|[0-9]{10,11}$)")


SAID = (KeyKind.NUMBER, KeyKind.CARD, KeyKind.PINYIN)
"""The kinds of keys that stand on the line as they are."""


@dataclass(frozen=True, slots=True)
class Findable:
    """What of a record counts for being found; `phones` holds the elder's own and those of everybody to call."""

    number: str
    name: str
    phones: tuple[str, ...]
    cards: tuple[str, ...]
    address: str
    block: str = ""
    stairwell: str = ""
    floor: int = 1
    door: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """An elder's place in the index: keys by kind, and the line."""

    keys: frozenset[tuple[KeyKind, str]]
    address: str
    words: str


def plain(typed: str) -> str:
    """Return text as it is compared: full-width letters and digits as narrow ones, all letters small."""
    return unicodedata.normalize("NFKC", typed).casefold().strip()


def digits_of(phone: str) -> str:
    """Return a telephone's digits, without what is dialled before them from abroad."""
    return ABROAD.sub("", NO_DIGIT.sub("", unicodedata.normalize("NFKC", phone)))


def entry_of(person: Findable) -> Entry:
    """Return an elder's place in the index."""
    name = "".join(plain(person.name).split())
    address = _door(person)
    phones = [digits for phone in person.phones if (digits := digits_of(phone))]
    by_kind: dict[KeyKind, Iterable[str]] = {
        KeyKind.NUMBER: [plain(person.number)],
        KeyKind.CARD: [plain(card) for card in person.cards],
        KeyKind.PHONE: [digits[::-1] for digits in phones],
        KeyKind.NAME: [name[begin:] for begin in range(len(name))],
        KeyKind.PINYIN: spoken_keys(name),
        KeyKind.ADDRESS: [key for part in address.split() for key in _parts(part)],
    }
    keys = frozenset((kind, key[:LONGEST_KEY]) for kind, some in by_kind.items() for key in some if key)
    said = sorted({key for kind, key in keys if kind in SAID} | {name, *phones})
    return Entry(keys, address, "\n".join(["", *said, ""]))


def _parts(address: str) -> list[str]:
    """Return the rest of an address from the beginning of each of its parts on."""
    begins = [0, *(found.start() for found in PART_BEGINS.finditer(address))]
    return [address[begin : begin + LONGEST_ADDRESS_KEY] for begin in begins]


def _door(person: Findable) -> str:
    """Return an address as it may be asked for: as written, and by its parts put together."""
    parts = [plain(one) for one in (person.block, person.stairwell, f"{person.floor}楼", person.door)]
    written = "".join(plain(person.address).split())
    together = "".join(part for part in (parts[0], parts[3]) if part)
    return " ".join(one for one in (written, "".join(parts), together if together not in written else "") if one)
