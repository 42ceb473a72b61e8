"""Solve published instances in a child process, and go on with the next file when one of them ends it.

The searches hold a core for as long as they may and some of them Python's lock; and one file that is too much for this
machine must not take the others with it.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import structlog

from service.errors import InvalidError, NuanfanError

log = structlog.get_logger()

SENTENCES: Mapping[str, str] = {
    "missing": "bench.missing",
    "unreadable": "bench.unreadable",
    "unknown": "bench.unknown",
    "malformed": "bench.malformed",
    "no_plan": "bench.no_plan",
    "too_large": "bench.too_large",
    "ended": "bench.ended",
}
"""The sentence for each machine word of the child."""


def solve_published(
    files: Sequence[Path], *, seconds: float, cores: int, seed: int
) -> Iterator[dict[str, Any] | NuanfanError]:
    """Yield one answer a file, in their order: what the child found, or why there is nothing.

    `seconds` is what each search may use; the answer's own `seconds` hold everything from the moment its file's turn
    came, the start of the child too.

    Raises
    ------
    InvalidError
        If `seconds` is not above 0, or `cores` below 1, or `seed` below 0.
    """
    if not 0 < seconds < float("inf") or cores < 1 or seed < 0:
        raise InvalidError("bench.limits", seconds=seconds, cores=cores, seed=seed)
    rest = list(files)
    while rest:
        answered = 0
        for found in _one_child(rest, seconds, cores, seed):
            yield _told(rest[answered], found)
            answered += 1
        if answered < len(rest):
            yield InvalidError(SENTENCES["ended"], file=str(rest[answered]))
            answered += 1
        rest = rest[answered:]


def _one_child(files: Sequence[Path], seconds: float, cores: int, seed: int) -> Iterator[dict[str, Any]]:
    """Yield what one child says until it ends, early or not."""
    command = [sys.executable, "-P", "-m", "service.bench_child", str(seconds), str(cores), str(seed)]
    began, is_first = time.perf_counter(), True
    with (
        tempfile.TemporaryFile() as said,
        subprocess.Popen(  # noqa: S603  our own child
            [*command, *(str(file) for file in files)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=said,
        ) as child,
    ):
        try:
            for line in child.stdout or ():
                found: dict[str, Any] = json.loads(line)
                if "seconds" in found:
                    # The child goes on while we write: only its first file has waited for its start.
                    found["seconds"] = round(time.perf_counter() - began if is_first else found["seconds"], 3)
                is_first = False
                yield found
            child.wait()
        finally:
            child.kill()
        if child.returncode != 0:
            said.seek(0)
            log.warning("bench_child_ended", status=child.returncode, said=said.read()[-2000:].decode(errors="replace"))


def _told(file: Path, found: dict[str, Any]) -> dict[str, Any] | NuanfanError:
    word = found.get("error")
    return found if word is None else InvalidError(SENTENCES[word], file=str(file), detail=found["detail"])
