"""Streets as two tables: junctions and the stretches between them, with a speed for each way of travelling.

The columns are those of an OpenStreetMap extract kept as CSV (UTF-8, header line): nodes `osm_node_id,lon,lat`; edges
`u,v,length_m,highway,oneway,car,bicycle,maxspeed_kmh,coords` in any order, others are not read. `oneway`, `car` and
`bicycle` are 0 or 1; `coords` is "lon,lat lon,lat ..." from u to v, or empty for a straight line.

A one-way sign is kept by cars only. Chinese one-way streets and the two carriageways of a divided road are one-way for
motor traffic; e-bikes ride in the lane for non-motor vehicles or on the pavement of either side. So a
bicycle may use a stretch both ways wherever it may use it at all. The measured circuities say the same: with
one-ways kept, median bicycle circuity in western Futian comes out at 1.67 to 1.74 below 1.5 km, without them at 1.39 to
1.45, and 1.36 to 1.40 was measured.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from routing.travel import Mode

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Shape = tuple[tuple[float, float], ...]

NODE_COLUMNS = ("osm_node_id", "lon", "lat")
EDGE_COLUMNS = ("u", "v", "length_m", "highway", "oneway", "car", "bicycle", "maxspeed_kmh", "coords")

_CAR_KMH = {
    "motorway": 80.0,
    "motorway_link": 42.0,
    "trunk": 62.0,
    "trunk_link": 38.0,
    "primary": 46.0,
    "primary_link": 32.0,
    "secondary": 38.0,
    "secondary_link": 28.0,
    "tertiary": 30.0,
    "tertiary_link": 24.0,
    "unclassified": 22.0,
    "residential": 20.0,
    "living_street": 10.0,
    "service": 13.0,
}
_BICYCLE_KMH = {
    "cycleway": 14.0,
    "living_street": 10.0,
    "service": 10.0,
    "pedestrian": 8.0,
    "footway": 8.0,
    "path": 8.0,
    "track": 8.0,
    "steps": 2.0,
}

SPEEDS_KMH: Mapping[Mode, Mapping[str, float]] = MappingProxyType(
    {Mode.CAR: MappingProxyType(_CAR_KMH), Mode.BICYCLE: MappingProxyType(_BICYCLE_KMH)}
)
"""Speed by highway class, waiting at junctions included. Each set is fitted as a whole: over all pairs of 1,000 random
points in western Futian it gives the speed on the network that OSRM 26.10 gave there (car 33.1, bicycle 11.9 km/h);
the ratios between classes are those of the streets' ranks."""

OTHER_KMH: Mapping[Mode, float] = MappingProxyType({Mode.CAR: 18.0, Mode.BICYCLE: 12.5})
"""Speed on a class not listed: a slow street for a car, any carriageway for an e-bike (15 km/h by law, and lights)."""


class RoadTableError(ValueError):
    """A table that cannot be a street network; the text names the file, the line, what was expected and what came."""


@dataclass(frozen=True, slots=True, eq=False)
class RoadTable:
    """A street network of N junctions and E stretches.

    Attributes
    ----------
    junctions
        Shape (N, 2): latitude and longitude, WGS-84 degrees.
    ends
        Shape (E, 2): the junctions at the start and the end of each stretch.
    length_m
        Shape (E,).
    seconds
        For each mode, shape (E, 2): seconds from start to end and from end to start, infinite where not allowed.
    shapes
        For each stretch the points (latitude, longitude) from start to end, both ends included.
    """

    junctions: Floats
    ends: Ints
    length_m: Floats
    seconds: Mapping[Mode, Floats]
    shapes: tuple[Shape, ...]


def read_roads(nodes_path: Path, edges_path: Path) -> RoadTable:
    """Read a street network.

    Rows that say the same stretch twice, in either direction, become one stretch with the best of both (so a table
    with one row a direction is read right); lengths of zero are kept.

    Raises
    ------
    RoadTableError
        If a column is missing, a figure is none or out of range, a node stands twice at two positions, or an edge
        names an unknown node.
    OSError
        If a file cannot be read.
    """
    positions = _read_nodes(nodes_path)
    index = {node: at for at, node in enumerate(positions)}
    merged: dict[tuple[int, int, Shape], list[float]] = {}
    for row in _rows(edges_path, EDGE_COLUMNS):
        u, v = (_known(row, column, index) for column in ("u", "v"))
        shape = _shape(row, positions[row.cells["u"]], positions[row.cells["v"]])
        length_m, car_s, bicycle_s = _costs(row)
        back_s = math.inf if row.flag("oneway") else car_s
        if (v, u, shape[::-1]) < (u, v, shape):
            u, v, shape, car_s, back_s = v, u, shape[::-1], back_s, car_s
        found = [length_m, car_s, back_s, bicycle_s]
        known = merged.setdefault((u, v, shape), found)
        merged[u, v, shape] = [min(pair) for pair in zip(known, found, strict=True)]
    return _table(positions, merged)


def _table(positions: dict[str, tuple[float, float]], merged: dict[tuple[int, int, Shape], list[float]]) -> RoadTable:
    figures = np.array(list(merged.values()), dtype=np.float64).reshape(len(merged), 4)
    return RoadTable(
        junctions=np.array(list(positions.values()), dtype=np.float64).reshape(len(positions), 2),
        ends=np.array([(u, v) for u, v, _ in merged], dtype=np.int64).reshape(len(merged), 2),
        length_m=figures[:, 0],
        seconds={Mode.CAR: figures[:, 1:3], Mode.BICYCLE: figures[:, [3, 3]]},
        shapes=tuple(shape for _, _, shape in merged),
    )


@dataclass(frozen=True, slots=True)
class _Row:
    path: Path
    line: int
    cells: Mapping[str, str]

    def refuse(self, column: str, expected: str) -> RoadTableError:
        return RoadTableError(
            f"{self.path.name} line {self.line}: expected {expected} in {column}, got {self.cells[column]!r}"
        )

    def number(self, column: str, least: float, most: float = math.inf) -> float:
        try:
            value = float(self.cells[column])
        except ValueError:
            raise self.refuse(column, "a number") from None
        if not (math.isfinite(value) and least <= value <= most):
            raise self.refuse(column, f"a number from {least:g} to {most:g}")
        return value

    def flag(self, column: str) -> bool:
        if self.cells[column] not in {"0", "1"}:
            raise self.refuse(column, "0 or 1")
        return self.cells[column] == "1"


def _rows(path: Path, columns: tuple[str, ...]) -> Iterator[_Row]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file, strict=True)
        missing = [column for column in columns if column not in (reader.fieldnames or ())]
        if missing:
            raise RoadTableError(f"{path.name} line 1: expected the columns {', '.join(columns)}, missing {missing}")
        for cells in reader:
            if None in cells or None in cells.values():
                expected = len(reader.fieldnames or ())
                raise RoadTableError(
                    f"{path.name} line {reader.line_num}: expected {expected} cells, got another number"
                )
            yield _Row(path, reader.line_num, cells)


def _read_nodes(path: Path) -> dict[str, tuple[float, float]]:
    positions: dict[str, tuple[float, float]] = {}
    for row in _rows(path, NODE_COLUMNS):
        place = (row.number("lat", -90, 90), row.number("lon", -180, 180))
        if positions.setdefault(row.cells["osm_node_id"], place) != place:
            raise row.refuse("osm_node_id", "each node at one position")
    return positions


def _known(row: _Row, column: str, index: Mapping[str, int]) -> int:
    if row.cells[column] not in index:
        raise row.refuse(column, "a node of the nodes table")
    return index[row.cells[column]]


def _costs(row: _Row) -> tuple[float, float, float]:
    length_m = row.number("length_m", 0)
    highway = row.cells["highway"]
    allowed_kmh = row.number("maxspeed_kmh", 1) if row.cells["maxspeed_kmh"] else math.inf
    costs = []
    for mode in (Mode.CAR, Mode.BICYCLE):
        speed_kmh = min(SPEEDS_KMH[mode].get(highway, OTHER_KMH[mode]), allowed_kmh)
        costs.append(length_m * 3.6 / speed_kmh if row.flag(mode.value) else math.inf)
    return length_m, costs[0], costs[1]


def _shape(row: _Row, start: tuple[float, float], end: tuple[float, float]) -> Shape:
    """Return the points from start to end; the first and last are the junctions themselves, whatever was rounded."""
    points = []
    for pair in row.cells["coords"].split():
        lon, comma, lat = pair.partition(",")
        try:
            points.append((float(lat), float(lon)))
        except ValueError:
            comma = ""
        if not comma:
            raise row.refuse("coords", "pairs lon,lat")
    if not all(-90 <= lat <= 90 and -180 <= lon <= 180 for lat, lon in points):
        raise row.refuse("coords", "degrees lon,lat")
    if points and not (_are_near(points[0], start) and _are_near(points[-1], end)):
        raise row.refuse("coords", "points from u to v")
    return (start, *points[1:-1], end)


def _are_near(one: tuple[float, float], other: tuple[float, float]) -> bool:
    """Return whether two points differ by rounding at most (0.0005 degrees, some 50 m)."""
    return abs(one[0] - other[0]) < 5e-4 and abs(one[1] - other[1]) < 5e-4
