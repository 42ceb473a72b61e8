"""One table of a file or one object of a line, asked field by field; what is not as it should be is refused by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Any, NoReturn, TypeVar

from service.errors import InvalidError
from service.subsidies.words import class_of, known_words
from service.texts import Key

BP_PER_PERCENT = 100
LENGTH_OF_DAY = len("2026-11-23")
LONGEST_QUOTE = 80
Word = TypeVar("Word", bound=StrEnum)


class Fields:
    """The fields of one table.

    `area` names the sentences in which something is refused (`scheme` or `case`), `where` what they say of its place
    beside the field's own name (file and rule), `path` what stands before that name.
    """

    __slots__ = ("area", "asked", "given", "path", "where")

    def __init__(self, given: Mapping[str, Any], area: str, where: Mapping[str, object], path: str = "") -> None:
        self.given = given
        self.area = area
        self.where = where
        self.path = path
        self.asked: set[str] = set()

    def has(self, name: str) -> bool:
        """Return whether the field is there; an explicit nothing (null) counts as absent."""
        self.asked.add(name)
        return self.given.get(name) is not None

    def text(self, name: str, *, needed: bool = True) -> str:
        """Return a text, "" for one that is absent and not needed."""
        found = self._take(name, needed=needed)
        if found is None:
            return ""
        if not isinstance(found, str) or not found.strip():
            self._refuse(name, Key("money.expected.text"), found)
        return found.strip()

    def number(self, name: str, *, least: int = 0, default: int | None = None) -> int:
        """Return a whole number of `least` or more, or the default where it is absent."""
        found = self.number_or_none(name, least=least)
        if found is not None:
            return found
        if default is None:
            self._refuse(name, Key("money.expected.number"), None)
        return default

    def number_or_none(self, name: str, *, least: int = 0) -> int | None:
        """Return a whole number of `least` or more, or None where it is absent."""
        found = self._take(name, needed=False)
        if found is None:
            return None
        if not isinstance(found, int) or isinstance(found, bool) or found < least:
            self._refuse(name, Key("money.expected.number"), found)
        return found

    def share_bp(self, name: str) -> int | None:
        """Return a percentage in basis points: 25 → 2500, 12.5 → 1250."""
        found = self._take(name, needed=False)
        if found is None:
            return None
        share = None if isinstance(found, bool) or not isinstance(found, (int, float)) else Decimal(str(found))
        if share is None or not share.is_finite() or share * BP_PER_PERCENT % 1:
            self._refuse(name, Key("money.expected.percent"), found)
        return int(share * BP_PER_PERCENT)

    def flag(self, name: str) -> bool:
        """Return a yes or no; no where it is absent."""
        return bool(self.flag_or_none(name))

    def flag_or_none(self, name: str) -> bool | None:
        """Return a yes or no, or None where it is absent."""
        found = self._take(name, needed=False)
        if found is not None and not isinstance(found, bool):
            self._refuse(name, Key("money.expected.flag"), found)
        return found

    def own_id(self, name: str) -> str | int | None:
        """Return what a sender calls something: a text or a whole number, or None where it is absent."""
        found = self._take(name, needed=False)
        if found is not None and (isinstance(found, bool) or not isinstance(found, (str, int))):
            self._refuse(name, Key("money.expected.own_id"), found)
        return found

    def text_or_nothing(self, name: str) -> str:
        """Return a text that may be empty, "" where it is absent."""
        self.asked.add(name)
        found = self.given.get(name)
        if found is not None and not isinstance(found, str):
            self._refuse(name, Key("money.expected.text"), found)
        return (found or "").strip()

    def day(self, name: str) -> date:
        """Return a date without a time."""
        found = self.day_or_none(name)
        if found is None:
            self._refuse(name, Key("money.expected.day"), None)
        return found

    def day_or_none(self, name: str) -> date | None:
        """Return a date without a time, or None where it is absent."""
        found = self._take(name, needed=False)
        if found is not None and (not isinstance(found, date) or isinstance(found, datetime)):
            self._refuse(name, Key("money.expected.day"), found)
        return found

    def word(self, name: str, words: type[Word], default: Word | None = None) -> Word:
        """Return one word of `words`, or the default where it is absent."""
        found = self.word_or_none(name, words)
        if found is not None:
            return found
        if default is None:
            self._refuse(name, _one_of(words), None)
        return default

    def word_or_none(self, name: str, words: type[Word]) -> Word | None:
        """Return one word of `words`, or None where it is absent."""
        found = self._take(name, needed=False)
        return None if found is None else self._word(name, words, found)

    def words(self, name: str, words: type[Word]) -> tuple[Word, ...]:
        """Return a list of words; empty where it is absent."""
        return tuple(self._word(name, words, one) for one in self._list(name))

    def classes(self, name: str) -> frozenset[str]:
        """Return classes of people, each of which must stand in `words.toml`."""
        found = frozenset(class_of(one) for one in self.texts(name))
        if not found <= known_words("class"):
            self._refuse(name, sorted(known_words("class")), self.given[name])
        return found

    def texts(self, name: str) -> list[str]:
        """Return a list of texts; empty where it is absent."""
        found = self._list(name)
        if not all(isinstance(one, str) and one.strip() for one in found):
            self._refuse(name, Key("money.expected.texts"), found)
        return found

    def table(self, name: str, *, needed: bool = True) -> Fields:
        """Return an inner table; an empty one where it is absent and not needed."""
        found = self._take(name, needed=needed)
        if found is not None and not isinstance(found, dict):
            self._refuse(name, Key("money.expected.table"), found)
        return Fields(found or {}, self.area, self.where, f"{self.path}{name}.")

    def iso_day(self, name: str) -> date:
        """Return a date written as YYYY-MM-DD."""
        found = self._take(name, needed=True)
        day = _parsed_day(found) if isinstance(found, str) else None
        if day is None:
            self._refuse(name, Key("money.expected.day"), found)
        return day

    def tables(self, name: str) -> list[Fields]:
        """Return a list of rules, each of which has an `id`; none where it is absent."""
        inner = []
        for number, one in enumerate(self._list(name), start=1):
            if not isinstance(one, dict):
                self._refuse(name, Key("money.expected.table"), one)
            unnamed = Fields(one, self.area, {**self.where, "rule": f"{name} {number}"})
            fields = Fields(one, self.area, {**self.where, "rule": unnamed.text("id")})
            fields.asked.add("id")
            inner.append(fields)
        return inner

    def refuse_others(self) -> None:
        """Refuse a field that nobody asked for: a misspelt one would otherwise be silently lost."""
        for name in self.given:
            if name not in self.asked:
                self._refuse(name, sorted(self.asked), name)

    @contextmanager
    def saying_where(self) -> Iterator[None]:
        """Turn the refusal of a value into one that names file and rule."""
        try:
            yield
        except ValueError as error:
            raise InvalidError(f"money.{self.area}.broken", **self.where, detail=str(error)) from error

    def _take(self, name: str, *, needed: bool) -> Any:
        self.asked.add(name)
        found = self.given.get(name)
        if needed and found is None:
            self._refuse(name, Key("money.expected.something"), None)
        return found

    def _list(self, name: str) -> list[Any]:
        found = self._take(name, needed=False)
        if found is None:
            return []
        if not isinstance(found, list):
            self._refuse(name, Key("money.expected.list"), found)
        return found

    def _word(self, name: str, words: type[Word], given: object) -> Word:
        found: Word | None = _by_value(words).get(given) if isinstance(given, str) else None
        if found is None:
            self._refuse(name, _one_of(words), given)
        return found

    def _refuse(self, name: str, expected: object, given: object) -> NoReturn:
        raise InvalidError(
            f"money.{self.area}.field",
            **self.where,
            field=f"{self.path}{name}",
            expected=expected,
            given=Key("money.expected.nothing") if given is None else _quoted(given),
        )


def _parsed_day(given: str) -> date | None:
    # fromisoformat also takes 20261123 and 2026-W48-1; one way of writing a day is enough.
    try:
        return date.fromisoformat(given) if len(given) == LENGTH_OF_DAY and given[4] == given[7] == "-" else None
    except ValueError:
        return None


def _quoted(given: object) -> str:
    said = repr(given)
    return said if len(said) <= LONGEST_QUOTE else f"{said[:LONGEST_QUOTE]}…"


@cache
def _by_value(words: type[Word]) -> Mapping[str, Word]:
    return {word.value: word for word in words}


def _one_of(words: type[StrEnum]) -> list[str]:
    return [word.value for word in words]
