"""The only fonts that papers are printed with: Noto Sans SC, two static weights (SIL Open Font License 1.1, OFL.txt).

The machine's own fonts are never used, so that a paper comes out the same everywhere. The files are static because
text inside an SVG map would otherwise be drawn in a variable font's thinnest weight.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

import typst

FAMILY = "Noto Sans SC"
FOLDER = Path(__file__).parent
SHA256 = {
    "NotoSansSC-Regular.ttf": "4f033487c8d4d5a6ac2a1cefe3903d0874b7ac2879b5043eae12ed6867d2fb7e",
    "NotoSansSC-Bold.ttf": "106fcafcc01ec18d35d28aa39dd4706cbadcd04937d7aa0476077e47e58ed8c9",
}


@cache
def print_fonts() -> typst.Fonts:
    """Return the fonts for a typesetter; loaded once a process."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FOLDER])


def missing_fonts(folder: Path = FOLDER) -> list[str]:
    """Return the names of font files that are not in `folder` or not the ones that belong there."""
    return [name for name, sum_ in SHA256.items() if not _is_whole(folder / name, sum_)]


def _is_whole(file: Path, sha256: str) -> bool:
    return file.is_file() and hashlib.sha256(file.read_bytes()).hexdigest() == sha256
