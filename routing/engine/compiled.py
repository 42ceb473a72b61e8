"""The one way this house compiles a loop: Numba, without Python objects, cached on disk, free of Python's lock.

The machine code is kept in a folder named after the sources it was made from. Numba itself looks only at the file of a
function, not at those of the functions it calls, and would go on using what has changed since.
"""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, ParamSpec, TypeVar, cast

import numba

P = ParamSpec("P")
R = TypeVar("R")

SETTINGS: Any = numba.config
"""Read when a function is decorated; its names are made at run time."""

NJIT: Any = numba.njit
"""Its types leave out one of its options: `_nrt`, whether a function counts who holds an array."""

HERE = Path(__file__).parent
SHARED_SOURCES = (Path(__file__), HERE / "search" / "chance.py", *sorted((HERE / "first").glob("*.py")))
"""What compiled functions of every package may call; all else they call lies in their own package."""


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """Return `function` compiled at its first call for the types of its arguments.

    It may call compiled functions of its own package and those of `SHARED_SOURCES`. No compiler is needed on the
    user's machine. Two threads run compiled loops side by side.

    It makes no arrays and gets none from what it calls: then nobody need count who still holds one, and not counting
    makes a search three times as fast. Numba refuses to compile it otherwise.
    """
    return _compile(function, woven_in=False, counted=False)


def compiled_with_arrays(function: Callable[P, R]) -> Callable[P, R]:
    """Return `function` compiled like `compiled`; it may make arrays and must be this if it gets any from a call."""
    return _compile(function, woven_in=False, counted=True)


def inlined(function: Callable[P, R]) -> Callable[P, R]:
    """Return `function` compiled like `compiled`, and woven into every compiled loop that calls it.

    A call carries every array of its arguments, about 0.1 microseconds; what is called a hundred times a round is
    woven in instead.
    """
    return _compile(function, woven_in=True, counted=False)


def _compile(function: Callable[P, R], *, woven_in: bool, counted: bool) -> Callable[P, R]:
    before = SETTINGS.CACHE_DIR
    SETTINGS.CACHE_DIR = str(_cache_folder(Path(cast("str", sys.modules[function.__module__].__file__)).parent))
    try:
        return cast("Callable[P, R]", NJIT(cache=True, nogil=True, forceinline=woven_in, _nrt=counted)(function))
    finally:
        SETTINGS.CACHE_DIR = before


@cache
def _cache_folder(package: Path) -> Path:
    """Return where the machine code of a package is kept: beside it, else in the user's cache, else until the end."""
    digest = hashlib.sha256()
    for source in sorted({*package.glob("*.py"), *SHARED_SOURCES}):
        digest.update(source.read_bytes())
    name = f"machine-code-{digest.hexdigest()[:16]}"
    of_user = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "nuanfan"
    for folder in (package / "__pycache__" / name, of_user / package.name / name):
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(folder, os.W_OK):
            return folder
    return Path(tempfile.mkdtemp(prefix="nuanfan-"))
