"""The one way this house compiles a loop: Numba, without Python objects, cached on disk, free of Python's lock."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

import numba

P = ParamSpec("P")
R = TypeVar("R")


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """Return `function` compiled at its first call for the types of its arguments.

    The machine code is kept beside the source, or in the user's cache where that may not be written; no compiler is
    needed on the user's machine. Two threads run compiled loops side by side.
    """
    return cast("Callable[P, R]", numba.njit(cache=True, nogil=True)(function))
