"""The words that mean the same: classes of people and places, as they stand in `words.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

FILE = Path(__file__).parent / "words.toml"


@cache
def known_words(kind: str) -> frozenset[str]:
    """Return the words of one kind ("class" or "place") that the others are understood as."""
    return frozenset(_read()[kind])


@cache
def other_names(kind: str) -> Mapping[str, str]:
    """Return the word for each way of writing it, in small letters without blanks."""
    return {"".join(name.split()).casefold(): word for word, names in _read()[kind].items() for name in (word, *names)}


def class_of(given: str) -> str:
    """Return the word for a class however it is written; as it came where nobody knows it."""
    return other_names("class").get("".join(given.split()).casefold(), given)


@cache
def _read() -> dict[str, dict[str, list[str]]]:
    with FILE.open("rb") as file:
        found: dict[str, dict[str, list[str]]] = tomllib.load(file)
    return found
