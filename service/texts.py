"""Every sentence a person reads, in Chinese and English, from the gettext catalogues beside this file.

A key is a dotted word such as `error.unknown_elder`; it stands in one `.po` file of each language. The catalogues
are read as they are, so that no build step lies between a translator and the screen.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po


class Key(str):
    """A value that is itself a text: `Key("meal.lunch")` reads 午餐 or lunch within a sentence."""

    __slots__ = ()


LANGUAGES = ("zh", "en")
FOLDER = Path(__file__).parent / "texts"


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """Return all texts of `language` by key.

    Raises
    ------
    KeyError
        If the language is not one of `LANGUAGES`.
    ValueError
        If a key stands twice or has no text.
    """
    if language not in LANGUAGES:
        raise KeyError(language)
    texts: dict[str, str] = {}
    for path in sorted((FOLDER / language).glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale=language):
                key, sentence = message.id, message.string
                if not key:
                    continue
                if not isinstance(key, str) or not isinstance(sentence, str) or not sentence:
                    raise ValueError(f"{path.name}: {key!r} has no text")
                if key in texts:
                    raise ValueError(f"{path.name}: {key!r} stands twice")
                texts[key] = sentence
    return texts


def text(language: str, key: str, **values: object) -> str:
    """Return the sentence for `key` with `values` filled in.

    Raises
    ------
    KeyError
        If the key is not in the catalogue: a missing sentence is a defect, not a thing to paper over.
    """
    return catalogue(language)[key].format_map({name: _readable(language, value) for name, value in values.items()})


def _readable(language: str, value: object) -> object:
    if isinstance(value, Key):
        return text(language, value)
    if isinstance(value, (list, tuple)):
        return ("、" if language == "zh" else ", ").join(str(_readable(language, one)) for one in value)
    return value
