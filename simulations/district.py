"""The real places that the sample town stands on: streets and communities with one approximate position each."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from service.tables import Community, Street

DIGITS = 3
"""Positions are rounded to 0.001 degree (about 100 m): approximate by intent."""


@dataclass(frozen=True, slots=True)
class Places:
    """Streets and communities in the order of their codes."""

    streets: tuple[Street, ...]
    communities: tuple[Community, ...]


def read_places(folder: Path) -> Places:
    """Return the places in `streets.csv` and `communities.csv` of `folder`."""
    streets = tuple(
        Street(code=row["code"], name=row["name"], lat=float(row["lat"]), lon=float(row["lon"]))
        for row in _rows(folder / "streets.csv")
    )
    communities = tuple(
        Community(
            code=row["code"],
            name=row["name"],
            street_code=row["street_code"],
            lat=float(row["lat"]),
            lon=float(row["lon"]),
        )
        for row in _rows(folder / "communities.csv")
    )
    return Places(streets, communities)


def rounded_places(survey: Iterable[Mapping[str, str]]) -> Places:
    """Return what may be told of a survey of places: names, codes, and the positions of communities, rounded.

    A street stands at the mean of its communities. The survey's rows need `id`, `name`, `kind`, `street`,
    `street_code`, `lat` and `lon` (WGS-84).
    """
    communities = sorted((row for row in survey if row["kind"] == "community"), key=lambda row: row["id"])
    by_street: dict[tuple[str, str], list[Mapping[str, str]]] = {}
    for row in communities:
        by_street.setdefault((row["street_code"], row["street"]), []).append(row)
    streets = tuple(
        Street(code=code, name=name, lat=_mean(rows, "lat"), lon=_mean(rows, "lon"))
        for (code, name), rows in sorted(by_street.items())
    )
    return Places(
        streets,
        tuple(
            Community(
                code=row["id"],
                name=row["name"].removesuffix("居委会"),
                street_code=row["street_code"],
                lat=round(float(row["lat"]), DIGITS),
                lon=round(float(row["lon"]), DIGITS),
            )
            for row in communities
        ),
    )


def _mean(rows: list[Mapping[str, str]], column: str) -> float:
    return round(sum(float(row[column]) for row in rows) / len(rows), DIGITS)


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
