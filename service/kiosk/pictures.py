"""A picture for every dish: the kitchen's own photograph if it has put one there, else a drawing of what is in it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from service.settings import Settings

DRAWN = Path(__file__).with_name("pictures.toml")
PLAIN = "rice"
"""The drawing of a dish of which nothing is known: a box of rice with something beside it."""

FOLDER = "pictures"
LARGEST_BYTES = 3 * 1024 * 1024
CODE = re.compile(r"[A-Za-z0-9_-]{1,40}")
PARTS = re.compile(r"[、，,；;/＋+]")
BEGINNINGS: Mapping[str, tuple[str, bytes, int]] = {
    ".jpg": ("image/jpeg", b"\xff\xd8\xff", 0),
    ".png": ("image/png", b"\x89PNG\r\n\x1a\n", 0),
    ".webp": ("image/webp", b"WEBP", 8),
}
"""Which files are photographs, by their name and by what they begin with (bytes, and where they stand)."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """One row of `pictures.toml`."""

    file: str
    words: tuple[str, ...]
    contains: str | None


@dataclass(frozen=True, slots=True)
class Photo:
    """A photograph that may be shown."""

    path: Path
    media_type: str


@cache
def drawings() -> tuple[Drawing, ...]:
    """Return the drawings in the order in which they are looked for."""
    rows = tomllib.loads(DRAWN.read_text(encoding="utf-8"))["drawing"]
    return tuple(Drawing(row["file"], tuple(row["words"]), row.get("contains")) for row in rows)


def drawing_of(name: str, name_en: str, contains: str) -> str:
    """Return the file name of a dish's drawing; one of meat or fish only where the dish contains it."""
    held = set(contains.split())
    for named in (PARTS.split(name)[0], name, name_en.lower()):
        for drawing in drawings():
            is_in = drawing.contains is None or drawing.contains in held
            if is_in and any(word in named for word in drawing.words):
                return drawing.file
    return PLAIN


def find_photo(settings: Settings, dish_code: str) -> Photo | None:
    """Return the kitchen's photograph of a dish, `pictures/<code>.jpg|png|webp` in the installation's folder.

    None where there is none, where it is larger than `LARGEST_BYTES`, or where it is not what its name says.
    """
    if not CODE.fullmatch(dish_code):
        return None
    for ending, (media_type, beginning, at) in BEGINNINGS.items():
        path = settings.home / FOLDER / f"{dish_code}{ending}"
        if not path.is_file() or path.stat().st_size > LARGEST_BYTES:
            continue
        with path.open("rb") as file:
            if file.read(at + len(beginning))[at:] == beginning:
                return Photo(path, media_type)
    return None
