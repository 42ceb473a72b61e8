from __future__ import annotations

import numpy as np
import pytest
from numba.core.errors import NumbaError

from routing.engine.compiled import compiled, compiled_with_arrays


@compiled
def refused(n: int) -> int:
    """Make an array and return its size."""
    return len(np.zeros(n))


@compiled_with_arrays
def allowed(n: int) -> int:
    """Make an array and return its size."""
    return len(np.zeros(n))


def test_a_compiled_loop_that_makes_an_array_is_refused() -> None:
    with pytest.raises(NumbaError, match="Only accept returning of array"):
        refused(4)


def test_a_compiled_loop_that_says_so_may_make_arrays() -> None:
    assert allowed(4) == 4
