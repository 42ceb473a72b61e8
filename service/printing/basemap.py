"""The ground under a run's map: areas, lines and names from a GeoJSON file, as schematic as that file is."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from routing.places import Place

Ring = tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Area:
    """A named patch of ground (a street or community, 街道 or 社区); its rings are closed and have no holes."""

    name: str
    rings: tuple[Ring, ...]


@dataclass(frozen=True, slots=True)
class Way:
    """A named line, such as a road or the river."""

    name: str
    points: Ring


@dataclass(frozen=True, slots=True)
class Spot:
    """A named point, such as a metro station; without a dot it is only where a name may stand."""

    name: str
    place: Place
    has_dot: bool = True


@dataclass(frozen=True, slots=True)
class Basemap:
    """All that may be drawn below a run, in WGS-84."""

    areas: tuple[Area, ...] = ()
    ways: tuple[Way, ...] = ()
    spots: tuple[Spot, ...] = ()


def load_basemap(path: Path) -> Basemap:
    """Return the ground in the GeoJSON file at `path` (RFC 7946, WGS-84 longitude first).

    Polygons become areas, lines ways and points spots; each is named by the property `name`, or has no name. The
    property `kind` makes a point a mere name (`label`) and keeps the name of the whole (`district`) off the map.

    Raises
    ------
    ValueError
        If the file is not a feature collection of points, lines and polygons.
    """
    document = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(document, dict) or document.get("type") != "FeatureCollection":
        raise ValueError(f"{path.name}: expected a GeoJSON FeatureCollection")
    areas: list[Area] = []
    ways: list[Way] = []
    spots: list[Spot] = []
    for feature in document["features"]:
        properties = feature.get("properties") or {}
        kind = properties.get("kind")
        name = "" if kind == "district" else str(properties.get("name") or "")
        for shape, coordinates in _parts(feature["geometry"], path.name):
            if shape == "Polygon":
                areas.append(Area(name, (_ring(coordinates[0]),)))
            elif shape == "LineString":
                ways.append(Way(name, _ring(coordinates)))
            else:
                spots.append(Spot(name, Place(lat=coordinates[1], lon=coordinates[0]), has_dot=kind != "label"))
    return Basemap(tuple(areas), tuple(ways), tuple(spots))


def _parts(geometry: dict[str, Any], name: str) -> Iterator[tuple[str, Any]]:
    kind = str(geometry["type"])
    if kind in {"Polygon", "LineString", "Point"}:
        yield kind, geometry["coordinates"]
    elif kind in {"MultiPolygon", "MultiLineString", "MultiPoint"}:
        for part in geometry["coordinates"]:
            yield kind.removeprefix("Multi"), part
    else:
        raise ValueError(f"{name}: expected points, lines or polygons, got {kind}")


def _ring(coordinates: Sequence[Sequence[float]]) -> Ring:
    return tuple(Place(lat=one[1], lon=one[0]) for one in coordinates)
