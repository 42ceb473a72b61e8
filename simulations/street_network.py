"""A made-up town of streets: a bent grid on both banks of a river, two bridges, one-way streets, lanes and steps.

It stands in the open sea south of the coast, so that nobody takes it for a real one. The same seed gives the same
bytes, on every machine: only `Random.random` is used, whose sequence Python promises to keep, and figures are rounded.
`python -m simulations.street_network FOLDER` writes `nodes.csv` and `edges.csv` in the columns of
`routing.road_table`.
"""

from __future__ import annotations

import csv
import math
import sys
from dataclasses import dataclass
from pathlib import Path
from random import Random

from routing.estimate import EARTH_RADIUS_M

NODE_HEADER = ("osm_node_id", "lon", "lat")
EDGE_HEADER = (
    "u", "v", "length_m", "highway", "name", "oneway", "car", "bicycle", "foot", "maxspeed_kmh",
    "lanes", "bridge", "tunnel", "osm_way_id", "coords",
)  # fmt: skip

SEED = 20_261_121
COLUMNS, ROWS = 9, 8
RIVER_ABOVE_ROW = 3
BRIDGE_COLUMNS = (2, 6)
BLOCK_M, RIVER_M = 130.0, 260.0
SOUTH_WEST = (20.5, 114.5)
"""Latitude and longitude of the town's corner, in the open South China Sea."""


@dataclass(frozen=True, slots=True)
class _Kind:
    highway: str
    is_oneway: bool = False
    car: bool = True
    bicycle: bool = True
    maxspeed_kmh: str = ""
    is_bridge: bool = False


@dataclass(frozen=True, slots=True)
class StreetTables:
    """The two tables as rows of text, headers not included."""

    nodes: tuple[tuple[str, ...], ...]
    edges: tuple[tuple[str, ...], ...]


def make_streets(seed: int = SEED) -> StreetTables:
    """Return the town: 72 junctions, numbered from 1 by row from the south-west corner."""
    random = Random(seed)  # noqa: S311 - a town to test on, not a secret
    corners = [_corner(random, column, row) for row in range(ROWS) for column in range(COLUMNS)]
    edges = []
    for row in range(ROWS):
        for column in range(COLUMNS):
            at = row * COLUMNS + column
            if column + 1 < COLUMNS:
                edges.append(_street(random, corners, at, at + 1, _along_row(row, column)))
            northward = _along_column(row, column)
            if northward is not None:
                edges.append(_street(random, corners, at, at + COLUMNS, northward))
    nodes = tuple((str(at + 1), f"{lon:.7f}", f"{lat:.7f}") for at, (lat, lon) in enumerate(corners))
    return StreetTables(nodes, tuple((*edge[:13], str(way), edge[13]) for way, edge in enumerate(edges, start=1)))


def write_streets(folder: Path, tables: StreetTables) -> None:
    """Write `nodes.csv` and `edges.csv` (UTF-8, line feeds) into `folder`, which is made if it is not there."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, header, rows in (("nodes", NODE_HEADER, tables.nodes), ("edges", EDGE_HEADER, tables.edges)):
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows((header, *rows))


def _along_row(row: int, column: int) -> _Kind:
    if row in {0, ROWS - 1}:
        return _Kind("primary", maxspeed_kmh="40")
    if row in {RIVER_ABOVE_ROW, RIVER_ABOVE_ROW + 1}:
        return _Kind("footway", car=False) if column % 4 == 1 else _Kind("tertiary")
    return _Kind("residential", is_oneway=row % 2 == 1)


def _along_column(row: int, column: int) -> _Kind | None:
    """Return the street northwards from a junction, None where there is none."""
    if row + 1 == ROWS:
        return None
    if row == RIVER_ABOVE_ROW:
        return _Kind("secondary", is_bridge=True) if column in BRIDGE_COLUMNS else None
    if column in BRIDGE_COLUMNS:
        return _Kind("secondary")
    if column == 0 and row == 1:
        return _Kind("steps", car=False, bicycle=False)
    if column % 4 == 3:
        return _Kind("path", car=False)
    return _Kind("living_street") if column % 4 == 0 else _Kind("tertiary", is_oneway=True)


def _corner(random: Random, column: int, row: int) -> tuple[float, float]:
    """Return latitude and longitude of a junction: the grid's, pushed by up to an eighth of a block."""
    north_m = row * BLOCK_M + (RIVER_M - BLOCK_M if row > RIVER_ABOVE_ROW else 0.0) + _push(random)
    east_m = column * BLOCK_M + _push(random)
    lat = SOUTH_WEST[0] + math.degrees(north_m / EARTH_RADIUS_M)
    lon = SOUTH_WEST[1] + math.degrees(east_m / EARTH_RADIUS_M / math.cos(math.radians(SOUTH_WEST[0])))
    return round(lat, 7), round(lon, 7)


def _push(random: Random) -> float:
    return (random.random() - 0.5) * BLOCK_M / 4


def _street(random: Random, corners: list[tuple[float, float]], start: int, end: int, kind: _Kind) -> tuple[str, ...]:
    """Return one row of edges but for the way's number: one bend; every other one-way street runs back."""
    if kind.is_oneway and (start // COLUMNS + start % COLUMNS) % 2:
        start, end = end, start
    (lat, lon), (end_lat, end_lon) = corners[start], corners[end]
    bend = (
        round((lat + end_lat) / 2 + (random.random() - 0.5) * 1e-4, 6),
        round((lon + end_lon) / 2 + (random.random() - 0.5) * 1e-4, 6),
    )
    points = ((lat, lon), bend, (end_lat, end_lon))
    length_m = _metres(points[0], points[1]) + _metres(points[1], points[2])
    flags = [str(int(flag)) for flag in (kind.is_oneway, kind.car, kind.bicycle, True)]
    coords = " ".join(f"{east:.6f},{north:.6f}" for north, east in points)
    name = f"试验{'桥' if kind.is_bridge else '路'}{start + 1}-{end + 1}"
    return (
        str(start + 1), str(end + 1), f"{length_m:.1f}", kind.highway, name, *flags, kind.maxspeed_kmh,
        "", str(int(kind.is_bridge)), "0", coords,
    )  # fmt: skip


def _metres(one: tuple[float, float], other: tuple[float, float]) -> float:
    north = math.radians(other[0] - one[0])
    east = math.radians(other[1] - one[1]) * math.cos(math.radians(one[0]))
    return EARTH_RADIUS_M * math.hypot(north, east)


if __name__ == "__main__":
    write_streets(Path(sys.argv[1]), make_streets())
