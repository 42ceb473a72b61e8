"""Which tests run in one process: those that would compile the same loops, or open the same browser.

It stands beside pyproject.toml because the processes are shared out before any folder of tests is looked into.
"""

from __future__ import annotations

from typing import Any

import pytest

COMPILED = {
    "tests/routing/engine/first/": "satellites",
    "tests/routing/engine/satellites/": "satellites",
    "tests/routing/published/two_echelon/": "satellites",
    "tests/routing/engine/synchronised/": "synchronised",
    "tests/routing/published/timed/": "synchronised",
    "tests/routing/bounds/": "bounds",
    "tests/routing/repair/": "repair",
}
"""Folders whose tests call the loops of one compiled package: compiled once on a fresh machine, not once a process."""


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Share the tests out one by one, but those of a group, and each file of pages, as a whole."""
    from xdist.scheduler import LoadScopeScheduling

    class ByGroup(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = nodeid.partition("::")[0]
            group = next((name for folder, name in COMPILED.items() if file.startswith(folder)), None)
            return group or (file if file.startswith("tests/pages/") else nodeid)

    return ByGroup(config, log)
