"""Several PDFs of A4 sheets as one, so that a whole pack goes to the printer at once."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import typst

from service.errors import InvalidError, StorageError
from service.printing.fonts import print_fonts
from service.printing.typesetting import Rendered

A4 = "#set page(width: 210mm, height: 297mm, margin: 0mm)\n"


def bind(parts: Sequence[Rendered]) -> Rendered:
    """Return the pages of all parts in one file, in their order; their text stays text.

    Raises
    ------
    StorageError
        If the disk cannot take them for the moment that it needs.
    InvalidError
        If the typesetter refuses.
    """
    if len(parts) == 1:
        return parts[0]
    try:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            lines = [A4]
            for number, part in enumerate(parts):
                (folder / f"{number}.pdf").write_bytes(part.pdf)
                pages = range(1, part.pages + 1)
                lines += (f'#page(image("{number}.pdf", page: {page}, width: 210mm))\n' for page in pages)
            (folder / "all.typ").write_text("".join(lines), encoding="utf-8")
            pdf = typst.Compiler(folder / "all.typ", root=folder, font_paths=print_fonts()).compile(format="pdf")
    except OSError as error:
        raise StorageError("error.paper_not_stored", paper="PDF", detail=error.strerror or "") from error
    except typst.TypstError as error:
        raise InvalidError("error.paper_broken", paper="PDF", detail=error.message) from error
    if not isinstance(pdf, bytes):
        raise TypeError(f"expected one file, got {type(pdf).__name__}")
    return Rendered(pdf, sum(part.pages for part in parts))
