"""From a template and its data to a PDF, always the same one for the same data."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import typst

from service.errors import InvalidError
from service.printing.fonts import print_fonts

TEMPLATES = Path(__file__).parent / "templates"
RUNS_UNTIL_FORGOTTEN = 11


@dataclass(frozen=True, slots=True)
class Rendered:
    """A finished paper."""

    pdf: bytes
    pages: int


def typeset(template: str, data: Mapping[str, object], *, made_at: datetime, name: str, tagged: bool) -> Rendered:
    """Return `data` set by `templates/<template>.typ`.

    The data is handed over as JSON and never becomes part of a template's source, so that a name with a `#` in it is
    a name. Untagged files are half the size and cannot be read out by a screen reader: right for labels only.

    Parameters
    ----------
    made_at
        Creation date in the file (aware); the same data and date give the same bytes.
    name
        What the paper is called in the refusal if it cannot be set.

    Raises
    ------
    InvalidError
        If the typesetter refuses, or a text holds half a character (a lone surrogate).
    """
    text = json.dumps(data, ensure_ascii=False)
    try:
        compiler = typst.Compiler(
            TEMPLATES / f"{template}.typ", root=TEMPLATES, font_paths=print_fonts(), sys_inputs={"data": text}
        )
        pdf = compiler.compile(format="pdf", timestamp=int(made_at.timestamp()), pdf_tags=tagged)
        pages = json.loads(compiler.query("<pages>", field="value", one=True))
    except typst.TypstError as error:
        raise InvalidError("error.paper_broken", paper=name, detail=error.message) from error
    except UnicodeEncodeError as error:
        raise InvalidError("error.paper_broken", paper=name, detail=error.reason) from error
    if not isinstance(pdf, bytes):
        raise TypeError(f"{template}: expected one file, got {type(pdf).__name__}")
    return Rendered(pdf, int(pages))


def forget_papers() -> None:
    """Give back the memory that the typesetter keeps of papers set so far.

    It drops what its last ten runs did not use, so it is run on nothing a few times. Without this a process grows by
    300 MB with every thousand labels; with it, it stays at the size of its largest paper (measured with typst 0.15.2).
    """
    for _ in range(RUNS_UNTIL_FORGOTTEN):
        typst.Compiler(b"", font_paths=print_fonts()).compile(format="svg")
