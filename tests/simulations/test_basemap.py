"""The schematic map: computed from communities alone, whole, small, and honest about what it is."""

from __future__ import annotations

import json
import math

import pytest

from service.tables import Community, Street
from simulations.basemap import cut, features, merged, widened
from simulations.district import Places
from simulations.land import Metres
from tests.simulations.sample import FOLDER, sample_places

SQUARE: list[Metres] = [(0, 0), (10, 0), (10, 10), (0, 10)]


def area(ring: list[Metres]) -> float:
    return sum(ring[i - 1][0] * p[1] - p[0] * ring[i - 1][1] for i, p in enumerate(ring)) / 2


def test_a_square_cut_to_a_rim_keeps_what_lies_inside() -> None:
    rim: list[Metres] = [(5, -5), (20, -5), (20, 20), (5, 20)]
    assert area(cut(SQUARE, rim)) == pytest.approx(50)
    assert cut(SQUARE, [(20, 20), (30, 20), (30, 30)]) == []


def test_two_squares_side_by_side_have_one_outline() -> None:
    [outline] = merged([SQUARE, [(10, 0), (20, 0), (20, 10), (10, 10)]])
    assert area(outline) == pytest.approx(200)


def test_two_squares_apart_have_two_outlines() -> None:
    assert len(merged([SQUARE, [(x + 50, y) for x, y in SQUARE]])) == 2


def test_a_hole_is_left_out() -> None:
    ring = [[(x + 10 * i, y + 10 * j) for x, y in SQUARE] for i in range(3) for j in range(3) if (i, j) != (1, 1)]
    [outline] = merged(ring)
    assert area(outline) == pytest.approx(900)


def test_a_widened_square_has_round_corners() -> None:
    ring = widened(SQUARE, 5)
    assert area(ring) == pytest.approx(100 + 4 * 10 * 5 + math.pi * 25, rel=0.01)
    assert min(x for x, _ in ring) == pytest.approx(-5)


def test_three_communities_in_two_streets_share_the_ground() -> None:
    streets = (
        Street(code="A", name="甲街道", lat=23.1, lon=113.3),
        Street(code="B", name="乙街道", lat=23.1, lon=113.31),
    )
    communities = tuple(
        Community(code=code, name=code, street_code=code[0], lat=lat, lon=lon)
        for code, lat, lon in (("A1", 23.1, 113.30), ("A2", 23.11, 113.30), ("B1", 23.1, 113.31))
    )
    found = features(Places(streets, communities))
    kinds = [feature["properties"]["kind"] for feature in found]  # type: ignore[index]
    assert kinds == ["district", "street", "street", "label", "label"]
    land, *areas = (sum(area([tuple(p) for p in rings[0]]) for rings in _polygons(f)) for f in found[:3])
    assert sum(areas) == pytest.approx(land, rel=1e-3)
    assert areas[0] > areas[1]


def test_the_committed_map_is_small_and_says_that_it_is_schematic() -> None:
    path = FOLDER / "basemap.geojson"
    assert path.stat().st_size < 150_000
    document = json.loads(path.read_text(encoding="utf-8"))
    assert document["schematic"] is True
    assert all(feature["properties"]["schematic"] is True for feature in document["features"])
    names = {f["properties"]["name"] for f in document["features"] if f["properties"]["kind"] == "street"}
    assert names == {street.name for street in sample_places().streets}
    for feature in document["features"]:
        for rings in _polygons(feature) if feature["geometry"]["type"] == "MultiPolygon" else []:
            assert rings[0][0] == rings[0][-1]
            assert area([tuple(p) for p in rings[0]]) > 0


def _polygons(feature: object) -> list[list[list[list[float]]]]:
    return feature["geometry"]["coordinates"]  # type: ignore[index]
