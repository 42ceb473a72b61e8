"""Tests of one compiled package run in one process, so that its loops are compiled once on a fresh machine."""

from __future__ import annotations

from pathlib import Path

import pytest

HERE = Path(__file__).parent
COMPILED = {
    "engine/first": "satellites",
    "engine/satellites": "satellites",
    "published/two_echelon": "satellites",
    "engine/synchronised": "synchronised",
    "published/timed": "synchronised",
    "bounds": "bounds",
    "repair": "repair",
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(HERE):
            folder = item.path.parent.relative_to(HERE).as_posix()
            if folder in COMPILED:
                item.add_marker(pytest.mark.xdist_group(COMPILED[folder]))
