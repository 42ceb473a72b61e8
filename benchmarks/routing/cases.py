"""Published instances with their best known values, found where the shared data lies."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FAMILIES = {"2ecvrp": "two_echelon", "2evrptw": "timed"}
"""Which of our families each folder belongs to; all others have one echelon."""

LARGEST_ROW = 1_100
"""Instances with more nodes are for `nuanfan bench`, not for a table."""


@dataclass(frozen=True, slots=True)
class Known:
    """One instance: its file and the best value known, in its own convention."""

    name: str
    family: str
    folder: str
    path: Path
    best: float | None


def list_known(family: str, limit: int | None) -> list[Known]:
    """Return the instances of one of our families, each folder thinned evenly to `limit` ones.

    Raises
    ------
    FileNotFoundError
        If the shared data is not here.
    """
    folder = Path(os.environ.get("NUANFAN_SHARED_DATA") or ROOT.parent / "shared" / "data") / "bench"
    if not (folder / "bks.csv").is_file():
        raise FileNotFoundError(f"no published instances: set NUANFAN_SHARED_DATA (looked in {folder})")
    by_folder: dict[str, list[Known]] = {}
    for known in _rows(folder):
        if known.family == family:
            by_folder.setdefault(known.folder, []).append(known)
    return [known for group in by_folder.values() for known in _thinned(group, limit)]


def _rows(folder: Path) -> Iterator[Known]:
    """Yield each instance once; values that count vehicles first are another objective and give none."""
    seen: dict[str, Known] = {}
    with (folder / "bks.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if int(row["n"] or 0) > LARGEST_ROW:
                continue
            by_vehicles = row["objective"].startswith("vehicles first")
            best = None if by_vehicles or not row["value"] else float(row["value"])
            if best is None and row["file"] in seen:
                continue
            family = FAMILIES.get(row["family"], "single")
            seen[row["file"]] = Known(row["instance"], family, row["family"], folder / row["file"], best)
    yield from seen.values()


def _thinned(group: list[Known], limit: int | None) -> list[Known]:
    if limit is None or limit >= len(group):
        return group
    step = len(group) / limit
    return [group[int((n + 0.5) * step)] for n in range(limit)]
