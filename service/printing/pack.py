"""The papers of a whole plan, written to a folder: quickly, whole or not at all, and one bad paper spoils no other."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from kitchens.papers import Papers
from service.errors import InvalidError, StorageError
from service.printing.basemap import Basemap
from service.printing.render import PaperValue, kind_of
from service.printing.stocks import LabelStock
from service.printing.workers import Failed, run_jobs
from service.printing.writing import Outcome, Task, write_file
from service.tables.papers import PaperKind

LABELS_A_FILE = 1000
TINY_PACK = 6
LABEL_FILE_WEIGHT = 20
WORKER_LIFE = 6 * LABEL_FILE_WEIGHT


@dataclass(frozen=True, slots=True)
class Written:
    """One file that was written, or was not (`error` is a sentence, `file` None).

    More than 1,000 labels for one kitchen come as several files: `part` of `parts`.
    """

    kind: PaperKind
    subject: str
    file: Path | None
    pages: int
    sha256: str
    seconds: float
    error: str = ""
    part: int = 1
    parts: int = 1


def list_papers(papers: Papers) -> list[PaperValue]:
    """Return all papers of a meal in one list."""
    return list(papers.everything())


def write_pack(
    papers: Iterable[PaperValue],
    folder: Path,
    *,
    language: str,
    workers: int = 2,
    progress: Callable[[int, int], None] | None = None,
    stock: LabelStock = LabelStock.THERMAL_60X40,
    basemap: Basemap | None = None,
) -> list[Written]:
    """Write one file into `folder` for each kind of paper and subject, and tell how each went, in the order given.

    All batch sheets of a kitchen share a file, and so do its labels. A file appears under its name only when it is
    whole and on the disk. A paper that cannot be set, or not stored, is told in its `error`; the others are written
    all the same.

    Parameters
    ----------
    workers
        Processes to set papers in; a pack of a few files or labels is set in this one. With more, the
        caller's `__main__` must be importable, as for every spawned process.
    progress
        Called with (files done, files in all) after each.

    Raises
    ------
    StorageError
        If `folder` cannot be made.
    """
    _make(folder)
    tasks = list(_tasks(papers, folder, language, stock, basemap))
    tasks_by_cost = sorted(tasks, key=_weight, reverse=True)
    outcomes: dict[Path, Outcome] = {}
    for index, answer in run_jobs(
        write_file,
        tasks_by_cost,
        [_weight(task) for task in tasks_by_cost],
        workers=0 if _is_tiny(tasks) else workers,
        life=WORKER_LIFE,
    ):
        task = tasks_by_cost[index]
        outcomes[task.path] = _broken(task, answer.error) if isinstance(answer, Failed) else answer
        if progress is not None:
            progress(len(outcomes), len(tasks))
    _sync(folder)
    return [_written(task, outcomes[task.path]) for task in tasks]


def _tasks(
    papers: Iterable[PaperValue], folder: Path, language: str, stock: LabelStock, basemap: Basemap | None
) -> Iterator[Task]:
    files: dict[tuple[str, str], list[PaperValue]] = defaultdict(list)
    for paper in papers:
        files[kind_of(paper), paper.head.subject].append(paper)
    for (kind, subject), all_ in files.items():
        size = LABELS_A_FILE if kind == PaperKind.BOX_LABELS else len(all_)
        parts = -(-len(all_) // size)
        for part in range(parts):
            some = tuple(all_[part * size : (part + 1) * size])
            yield Task(kind, subject, some, folder, language, stock, basemap, part + 1, parts)


def _weight(task: Task) -> int:
    """Return what a task costs, in the same measure as a file of labels."""
    return max(1, LABEL_FILE_WEIGHT * len(task.papers) // LABELS_A_FILE) if task.kind == PaperKind.BOX_LABELS else 1


def _is_tiny(tasks: Sequence[Task]) -> bool:
    return sum(_weight(task) for task in tasks) <= TINY_PACK


def _broken(task: Task, error: BaseException) -> Outcome:
    detail = f"{type(error).__name__}: {error}"
    refusal = InvalidError("error.paper_broken", paper=task.path.name, detail=detail)
    return Outcome(0, "", 0.0, refusal.say(task.language))


def _written(task: Task, outcome: Outcome) -> Written:
    return Written(
        kind=PaperKind(task.kind),
        subject=task.subject,
        file=None if outcome.error else task.path,
        pages=outcome.pages,
        sha256=outcome.sha256,
        seconds=outcome.seconds,
        error=outcome.error,
        part=task.part,
        parts=task.parts,
    )


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError("error.paper_not_stored", paper=str(folder), detail=error.strerror or "") from error


def _sync(folder: Path) -> None:
    """Make the names in `folder` last as well as the files."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
