"""What of a page cannot be read, reached or hit, measured in the page itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

EYES = (Path(__file__).parent / "eyes.js").read_text(encoding="utf-8")


def troubles_of(page: Any) -> dict[str, Any]:
    """Return what is wrong with a page, by kind; nothing is what we want.

    Kinds are faint or small text, controls without a name, doubled ids,
    scrolling sideways, and complaints of the browser.
    """
    seen = page.evaluate(EYES)
    troubles = {kind: seen[kind] for kind in ("faint", "small", "unnamed", "doubled") if seen[kind]}
    if seen["sideways"] > 0:
        troubles["sideways"] = seen["sideways"]
    if page.complaints:
        troubles["complaints"] = page.complaints
    return troubles
