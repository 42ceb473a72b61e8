"""A schematic map of the sample district, drawn from its communities alone.

One area a street: the ground that lies nearer to its communities than to any other's, cut to the softened hull of all
of them. It shows where things are; it is no boundary of anything.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from scipy.spatial import Voronoi

from routing.places import Place
from simulations.district import Places
from simulations.land import Land, Metres, land_of

MARGIN_M = 350.0
"""How far the drawn land reaches beyond the outermost communities."""

CORNER_STEPS = 8
DIGITS = 5
Ring = list[Metres]
Feature = dict[str, object]


def write_basemap(places: Places, path: Path) -> Path:
    """Write the map as GeoJSON in WGS-84: the same places give the same bytes."""
    collection = {
        "type": "FeatureCollection",
        "schematic": True,
        "features": features(places),
    }
    path.write_text(
        json.dumps(collection, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8", newline="\n"
    )
    return path


def features(places: Places) -> list[Feature]:
    """Return the district's land, then one area and one label a street; each says that it is schematic."""
    land = land_of([Place(c.lat, c.lon) for c in places.communities])
    rim = widened(land.corners, MARGIN_M)
    found = [_feature("district", "海珠区", "Haizhu", [[rim]], land)]
    areas = street_areas(places, land, rim)
    # The largest first, so that a street inside another one lies on top.
    for street in sorted(places.streets, key=lambda s: (-sum(map(_area, areas[s.code])), s.code)):
        found.append(_feature("street", street.name, street.code, [[ring] for ring in areas[street.code]], land))
    for street in places.streets:
        found.append(
            {
                "type": "Feature",
                "properties": {"kind": "label", "name": street.name, "code": street.code, "schematic": True},
                "geometry": {"type": "Point", "coordinates": [street.lon, street.lat]},
            }
        )
    return found


def street_areas(places: Places, land: Land, rim: Ring) -> dict[str, list[Ring]]:
    """Return for each street the rings of its area, in metres: its communities' cells, merged and cut to `rim`.

    Where communities of two streets share one anchor, the cell goes to the street with more of them there.
    """
    owners = _owners(places, land)
    anchors = sorted(owners)
    far = 50_000.0
    frame = [(far, 0.0), (-far, 0.0), (0.0, far), (0.0, -far)]
    diagram = Voronoi(np.array(anchors + frame))
    cells: dict[str, list[Ring]] = {street.code: [] for street in places.streets}
    for i, anchor in enumerate(anchors):
        region = diagram.regions[diagram.point_region[i]]
        cell = [(float(diagram.vertices[v, 0]), float(diagram.vertices[v, 1])) for v in region]
        cell.sort(key=lambda p, a=anchor: math.atan2(p[1] - a[1], p[0] - a[0]))  # type: ignore[misc]
        cells[owners[anchor]].append(cut(cell, rim))
    return {code: merged(rings) for code, rings in cells.items()}


def widened(corners: Sequence[Metres], by_m: float) -> Ring:
    """Return a convex ring `by_m` outside `corners` (anticlockwise), its corners rounded by arcs."""
    ring: Ring = []
    for i, corner in enumerate(corners):
        before, after = corners[i - 1], corners[(i + 1) % len(corners)]
        start = math.atan2(corner[1] - before[1], corner[0] - before[0]) - math.pi / 2
        end = math.atan2(after[1] - corner[1], after[0] - corner[0]) - math.pi / 2
        turn = (end - start) % (2 * math.pi)
        for step in range(CORNER_STEPS + 1):
            angle = start + turn * step / CORNER_STEPS
            ring.append((corner[0] + by_m * math.cos(angle), corner[1] + by_m * math.sin(angle)))
    return ring


def cut(ring: Ring, rim: Ring) -> Ring:
    """Return the part of `ring` inside the convex anticlockwise `rim` (Sutherland and Hodgman 1974)."""
    for i, b in enumerate(rim):
        a = rim[i - 1]
        sides = [(b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0]) for p in ring]
        kept: Ring = []
        for j, p in enumerate(ring):
            q, side, side_before = ring[j - 1], sides[j], sides[j - 1]
            if (side >= 0) != (side_before >= 0):
                # From the inner end in both directions, so that neighbours find the very same corner.
                share = side_before / (side_before - side)
                kept.append((q[0] + share * (p[0] - q[0]), q[1] + share * (p[1] - q[1])))
            if side >= 0:
                kept.append(p)
        ring = kept
    return ring


def merged(rings: Sequence[Ring]) -> list[Ring]:
    """Return the outlines of rings that share edges: an edge that is walked in both directions lies inside.

    Holes are left out: whatever lies in them is drawn on top.
    """
    edges: dict[Metres, list[Metres]] = {}
    walked = {
        (_snapped(ring[i - 1]), _snapped(p)) for ring in rings for i, p in enumerate(ring) if _apart(ring[i - 1], p)
    }
    for a, b in sorted(walked):
        if (b, a) not in walked:
            edges.setdefault(a, []).append(b)
    outlines: list[Ring] = []
    while edges:
        start = min(edges)
        ring, at = [start], edges[start].pop()
        while at != start:
            ring.append(at)
            at = edges[at].pop()
        edges = {a: ends for a, ends in edges.items() if ends}
        if _area(ring) > 0:
            outlines.append(ring)
    return sorted(outlines, key=lambda ring: (-_area(ring), ring))


def _owners(places: Places, land: Land) -> dict[Metres, str]:
    votes: dict[Metres, list[str]] = {}
    for community in places.communities:
        at = land.flat.metres(Place(community.lat, community.lon))
        votes.setdefault((round(at[0], 3), round(at[1], 3)), []).append(community.street_code)
    return {at: max(sorted(set(codes)), key=codes.count) for at, codes in votes.items()}


def _snapped(at: Metres) -> Metres:
    return round(at[0], 1), round(at[1], 1)


def _apart(a: Metres, b: Metres) -> bool:
    return _snapped(a) != _snapped(b)


def _area(ring: Ring) -> float:
    return sum(ring[i - 1][0] * p[1] - p[0] * ring[i - 1][1] for i, p in enumerate(ring)) / 2


def _feature(kind: str, name: str, code: str, polygons: list[list[Ring]], land: Land) -> Feature:
    """Return an area; rings are closed, outer ones anticlockwise (RFC 7946)."""
    coordinates = [[_closed(ring, land) for ring in rings] for rings in polygons]
    return {
        "type": "Feature",
        "properties": {"kind": kind, "name": name, "code": code, "schematic": True},
        "geometry": {"type": "MultiPolygon", "coordinates": coordinates},
    }


def _closed(ring: Ring, land: Land) -> list[list[float]]:
    places = [land.flat.place(at, DIGITS) for at in ring]
    return [[place.lon, place.lat] for place in [*places, places[0]]]
