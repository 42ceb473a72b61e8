"""Both languages say everything, with the same blanks, and the code asks for nothing that is not there."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest
from sqlmodel import SQLModel

import service.tables  # noqa: F401  the columns that rows have
from service.texts import LANGUAGES, Key, catalogue, text

ROOT = Path(__file__).resolve().parents[2]
CODE = [
    path
    for folder in ("service", "api", "scheduler", "kitchens", "routing")
    for pattern in ("*.py", "*.html", "*.typ", "*.js")
    for path in sorted((ROOT / folder).rglob(pattern))
    if "vendor" not in path.parts
]
COLUMNS = {f"{table.name}.{column.name}" for table in SQLModel.metadata.tables.values() for column in table.columns}
HAN = re.compile(r"[\u4e00-\u9fff]")


def blanks(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


def test_both_languages_have_the_same_keys() -> None:
    assert set(catalogue("zh")) == set(catalogue("en"))


@pytest.mark.parametrize("key", sorted(catalogue("zh")))
def test_a_sentence_has_the_same_blanks_in_both_languages(key: str) -> None:
    assert blanks(catalogue("zh")[key]) == blanks(catalogue("en")[key])


def test_english_is_english() -> None:
    mixed = {key: said for key, said in catalogue("en").items() if HAN.search(said)}
    assert set(mixed) <= {"page.language.zh", "language.zh"}


def test_every_key_that_the_code_names_has_a_text() -> None:
    areas = {key.split(".")[0] for key in catalogue("zh")}
    named = re.compile(r"""["'](({})\.[a-z0-9_]+(?:\.[a-z0-9_]+)*)["']""".format("|".join(sorted(areas))))
    for path in CODE:
        for key in {match[0] for match in named.findall(path.read_text(encoding="utf-8"))}:
            if "." in key and key not in COLUMNS and not key.endswith((".py", ".html", ".js", ".css", ".typ", ".po")):
                assert key in catalogue("zh"), f"{path.relative_to(ROOT)} names {key}"


def test_a_missing_key_is_an_error_and_not_a_blank() -> None:
    with pytest.raises(KeyError):
        text("zh", "error.never_written")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_key_within_a_sentence_is_translated(language: str) -> None:
    said = text(language, "error.already_published", day="2026-11-23", meal=Key("meal.lunch"))
    assert text(language, "meal.lunch") in said
