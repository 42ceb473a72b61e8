"""Random numbers inside compiled loops: one state for each search, so that a seed means the same in every thread.

The generator is SplitMix64 (Steele, Lea and Flood 2014, "Fast splittable pseudorandom number generators").
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from routing.engine.compiled import inlined

State = NDArray[np.uint64]
"""Shape (1,): where the generator stands."""

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_S30, _S27, _S31, _S11 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(11)
_UNIT = 1.0 / (1 << 53)


def seeded(seed: int) -> State:
    """Return a fresh state for this seed."""
    return np.array([seed % (1 << 64)], dtype=np.uint64)


@inlined
def uniform(state: State) -> float:
    """Return a number in [0, 1)."""
    state[0] += _GOLDEN
    z = state[0]
    z = (z ^ (z >> _S30)) * _MIX_1
    z = (z ^ (z >> _S27)) * _MIX_2
    z = z ^ (z >> _S31)
    return np.float64(z >> _S11) * _UNIT


@inlined
def below(state: State, n: int) -> int:
    """Return a whole number from 0 to n - 1."""
    return int(uniform(state) * n)
