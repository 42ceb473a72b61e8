"""axe-core in the page: what breaks WCAG 2.2 A or AA."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.sync_playwright import Axe

RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}


def violations(page: Any) -> list[str]:
    """Return each broken rule with the elements that break it; none is what we want."""
    # The headers allow no script of others: the tests' own goes in past them, as an extension's would.
    found = Axe().run(page, options=RULES).response["violations"]
    return [
        f"{rule['id']}: {', '.join(' '.join(map(str, node['target'])) for node in rule['nodes'][:5])}" for rule in found
    ]
