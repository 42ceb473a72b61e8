"""One file of papers, set and stored; what a worker process does. It loads the typesetter and no database."""

from __future__ import annotations

import hashlib
import os
import re
import time
from dataclasses import dataclass
from pathlib import Path

from service.errors import NuanfanError, StorageError
from service.printing.basemap import Basemap
from service.printing.render import PaperValue, render
from service.printing.stocks import LabelStock
from service.printing.typesetting import forget_papers

MANY_PAPERS = 300


@dataclass(frozen=True, slots=True)
class Task:
    """A file to write: papers of one kind for one subject, and where it goes; `part` of `parts` if it was split."""

    kind: str
    subject: str
    papers: tuple[PaperValue, ...]
    folder: Path
    language: str
    stock: LabelStock
    basemap: Basemap | None
    part: int = 1
    parts: int = 1

    @property
    def path(self) -> Path:
        """Return where the file is stored."""
        subject = re.sub(r"[^0-9A-Za-z_-]", lambda letter: f"%{ord(letter[0]):x}", self.subject)
        part = f"_{self.part}_of_{self.parts}" if self.parts > 1 else ""
        return self.folder / f"{self.kind}_{subject}{part}_{self.language}.pdf"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a task went: pages and SHA-256 of the stored file, or the sentence that says why there is none."""

    pages: int
    sha256: str
    seconds: float
    error: str = ""


def write_file(task: Task) -> Outcome:
    """Set the papers of `task` and store them; a refusal becomes the outcome's `error`."""
    began = time.perf_counter()
    try:
        if len(task.papers) > MANY_PAPERS:
            forget_papers()
        rendered = render(task.papers, language=task.language, stock=task.stock, basemap=task.basemap)
        store(task.path, rendered.pdf)
    except NuanfanError as error:
        return Outcome(0, "", time.perf_counter() - began, error.say(task.language))
    sha256 = hashlib.sha256(rendered.pdf).hexdigest()
    return Outcome(rendered.pages, sha256, time.perf_counter() - began)


def store(path: Path, content: bytes) -> None:
    """Write `content` to `path` so that there is never half a file under that name.

    Raises
    ------
    StorageError
        If the disk cannot take it; nothing is left behind.
    """
    half = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with half.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        half.replace(path)
    except OSError as error:
        half.unlink(missing_ok=True)
        raise StorageError("error.paper_not_stored", paper=path.name, detail=error.strerror or "") from error
