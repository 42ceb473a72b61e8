"""A batch sheet as somebody keys it in from paper: one line of short codes, read before anything is written.

    K03-02 s0915 f0950 c74 h68 h66@1045 g130 m冷柜2 k陈例 l豆腐=2611 p42 w1 2李例

s start, f finish, c core temperature at the finish, h holding temperature (each half an hour after the finish, or
@ a time), d temperature at loading, g grams of the sample, m where it is kept, k cook, l lot, p portions out, w waste,
2 second signature. What stands already and is to be corrected needs a reason: everything after `!`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace

from service.errors import InvalidError
from service.tables import RecordKind

COLDEST_C, HOTTEST_C = 0, 110
LONGEST_LINE = 400
LONGEST_WORDS = 60
LONGEST_WHY = 200
MOST_AMOUNT = 9999
_TIME = re.compile(r"(\d{1,2}):?(\d{2})")
_DEGREES = re.compile(r"-?\d{1,4}(?:\.\d)?")


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that a sheet says; `at_s` None where the paper gives no time of its own."""

    kind: RecordKind
    at_s: int | None = None
    tenths_c: int | None = None
    amount: int | None = None
    words: str = ""


@dataclass(frozen=True, slots=True)
class SheetLine:
    """A whole sheet: the batch, what it says, and why something that stands is corrected."""

    batch_code: str
    entries: tuple[Entry, ...]
    why: str = ""


def read_line(line: str, kitchen_code: str = "") -> SheetLine:
    """Return what a keyed line says; a batch without its kitchen is one of `kitchen_code`.

    Raises
    ------
    InvalidError
        If the line is empty or too long, or a word in it cannot be: it is named, with what was expected.
    """
    plain = unicodedata.normalize("NFKC", line).strip()
    if len(plain) > LONGEST_LINE:
        raise InvalidError("kitchen_work.line_too_long", longest=LONGEST_LINE)
    said, _, why = plain.partition("!")
    code, *words = said.split() or [""]
    if not code or not words:
        raise InvalidError("kitchen_work.line_empty")
    if len(why.strip()) > LONGEST_WHY:
        raise InvalidError("kitchen_work.why_too_long", longest=LONGEST_WHY)
    whole = code.upper() if "-" in code or not kitchen_code else f"{kitchen_code}-{code.upper()}"
    entries: list[Entry] = []
    for word in words:
        entry = _entry(word)
        if entry.kind is RecordKind.SAMPLE:
            entry = _joined(entries, entry)
        entries.append(entry)
    return SheetLine(whole, tuple(entries), why.strip())


def _joined(entries: list[Entry], entry: Entry) -> Entry:
    """Return a sample with what was said of it before: its weight and its place are one row."""
    for earlier in [one for one in entries if one.kind is RecordKind.SAMPLE]:
        entries.remove(earlier)
        entry = replace(
            entry,
            amount=entry.amount if entry.amount is not None else earlier.amount,
            words=entry.words or earlier.words,
        )
    return entry


def _entry(word: str) -> Entry:
    letter, value = word[0].lower(), word[1:]
    if letter not in _LETTERS or not value:
        raise InvalidError("kitchen_work.unknown_word", word=word)
    return _LETTERS[letter](value, word)


def tenths_of(value: str, word: str) -> int:
    """Return a core temperature in tenths of a degree.

    Raises
    ------
    InvalidError
        If it is no number, or below 0 or above 110 °C.
    """
    if not _DEGREES.fullmatch(value):
        raise InvalidError("kitchen_work.no_degrees", word=word)
    degrees = float(value)
    if not COLDEST_C <= degrees <= HOTTEST_C:
        raise InvalidError("kitchen_work.impossible_degrees", word=word, least=COLDEST_C, most=HOTTEST_C)
    return round(degrees * 10)


def time_of(value: str, word: str) -> int:
    """Return seconds after midnight of `0915` or `9:15`.

    Raises
    ------
    InvalidError
        If it is no time of a day.
    """
    found = _TIME.fullmatch(value)
    if found is None or int(found[1]) > 23 or int(found[2]) > 59:
        raise InvalidError("kitchen_work.no_time", word=word)
    return int(found[1]) * 3600 + int(found[2]) * 60


def _amount(value: str, word: str) -> int:
    if not (value.isascii() and value.isdigit()) or int(value) > MOST_AMOUNT:
        raise InvalidError("kitchen_work.no_amount", word=word, most=MOST_AMOUNT)
    return int(value)


def _words(value: str, word: str) -> str:
    if len(value) > LONGEST_WORDS or not value.isprintable():
        raise InvalidError("kitchen_work.words_too_long", word=word[:20], longest=LONGEST_WORDS)
    return value.replace("_", " ")


def _time_entry(kind: RecordKind) -> Callable[[str, str], Entry]:
    return lambda value, word: Entry(kind, at_s=time_of(value, word))


def _degrees_entry(kind: RecordKind) -> Callable[[str, str], Entry]:
    def read(value: str, word: str) -> Entry:
        degrees, has_time, at = value.partition("@")
        return Entry(kind, time_of(at, word) if has_time else None, tenths_c=tenths_of(degrees, word))

    return read


def _amount_entry(kind: RecordKind) -> Callable[[str, str], Entry]:
    return lambda value, word: Entry(kind, amount=_amount(value, word))


def _words_entry(kind: RecordKind) -> Callable[[str, str], Entry]:
    return lambda value, word: Entry(kind, words=_words(value, word))


_LETTERS: dict[str, Callable[[str, str], Entry]] = {
    "s": _time_entry(RecordKind.STARTED),
    "f": _time_entry(RecordKind.FINISHED),
    "c": _degrees_entry(RecordKind.CORE),
    "h": _degrees_entry(RecordKind.HOLDING),
    "d": _degrees_entry(RecordKind.DISPATCH),
    "g": _amount_entry(RecordKind.SAMPLE),
    "m": _words_entry(RecordKind.SAMPLE),
    "k": _words_entry(RecordKind.COOK),
    "l": _words_entry(RecordKind.LOT),
    "p": _amount_entry(RecordKind.OUT),
    "w": _amount_entry(RecordKind.WASTE),
    "2": _words_entry(RecordKind.SECOND),
}
