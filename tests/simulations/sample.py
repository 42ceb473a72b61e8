"""The sample town, built once for all tests that look at it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from simulations.district import Places, read_places
from simulations.town import Town, build_town

FOLDER = Path(__file__).resolve().parents[2] / "data" / "haizhu"
SEED = 1


@cache
def sample_places() -> Places:
    return read_places(FOLDER)


@cache
def sample_town() -> Town:
    return build_town(sample_places(), seed=SEED)
