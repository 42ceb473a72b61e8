from __future__ import annotations

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.places import Place
from service.printing.basemap import Area, Basemap, Spot, load_basemap
from service.printing.map_labels import Box, Label, Segment, covered_mm, place_labels
from service.printing.map_svg import MapStart, MapStop, RunMap, map_svg, number_ranges

MIDDLE = Place(23.09, 113.31)
SVG = "{http://www.w3.org/2000/svg}"


def town(*offsets: tuple[float, float]) -> RunMap:
    places = tuple(Place(MIDDLE.lat + north, MIDDLE.lon + east) for north, east in offsets)
    stops = tuple(MapStop(number, place) for number, place in enumerate(places, start=1))
    return RunMap(stops, (MapStart("样例饭堂", MIDDLE),), ((MIDDLE, *places),))


def drawn(run: RunMap, basemap: Basemap | None = None) -> tuple[str, list[str]]:
    svg = map_svg(run, width_mm=186, height_mm=120, north="北", basemap=basemap)
    return svg, [element.text or "" for element in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def test_every_stop_number_the_meal_point_the_scale_and_north_stand_on_the_map() -> None:
    _, words = drawn(town((0.002, 0.001), (0.003, 0.002), (-0.001, 0.004)))
    assert words[:4] == ["1", "2", "3", "样例饭堂"]
    assert words[-2:] == ["100 m", "北"]


def test_stops_behind_one_door_share_a_label() -> None:
    _, words = drawn(town((0.002, 0.001), (0.002, 0.001), (0.002, 0.001), (0.005, 0.001)))
    assert words[:2] == ["1–3", "4"]


def test_north_is_up_and_east_is_right() -> None:
    svg, _ = drawn(town((0.004, 0.0), (0.0, 0.004)))
    (north_x, north_y), (east_x, east_y) = re.findall(r'<circle cx="([\d.]+)" cy="([\d.]+)" r="1"', svg)
    assert float(north_y) < 60 < float(east_x)
    assert float(north_x) < float(east_x)
    assert float(north_y) < float(east_y)


def test_the_scale_bar_is_as_long_as_it_says() -> None:
    svg, words = drawn(town((0.0, -0.005), (0.0, 0.005)))
    metres = int(words[-2].removesuffix(" m"))
    left, right = (float(number) for number in re.findall(r"M([\d.]+) [\d.]+V[\d.]+H([\d.]+)V", svg)[0])
    (west, _), (east, _) = re.findall(r'<circle cx="([\d.]+)" cy="([\d.]+)" r="1"', svg)
    ground_m = 0.01 * 111_195 * 0.9199
    assert (right - left) / metres == pytest.approx((float(east) - float(west)) / ground_m, rel=0.01)


def test_the_same_run_gives_the_same_map() -> None:
    run = town(*((0.0001 * (n % 7), 0.0002 * (n % 5)) for n in range(40)))
    assert drawn(run) == drawn(run)


def test_a_name_in_the_basemap_is_only_text() -> None:
    ground = Basemap(spots=(Spot("<script>&", Place(23.091, 113.311)),))
    _, words = drawn(town((0.002, 0.002)), ground)
    assert "<script>&" in words


def test_an_area_around_the_whole_map_is_named_inside_it() -> None:
    ring = tuple(Place(lat, lon) for lat, lon in ((23.0, 113.0), (23.2, 113.0), (23.2, 113.6), (23.0, 113.6)))
    _, words = drawn(town((0.002, 0.002)), Basemap(areas=(Area("样例街道", (ring,)),)))
    assert words.count("样例街道") == 1


def test_a_map_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one place"):
        map_svg(RunMap((), (), ()), width_mm=100, height_mm=100, north="N")


@given(
    st.lists(
        st.tuples(st.floats(-0.01, 0.01, allow_nan=False), st.floats(-0.01, 0.01, allow_nan=False)),
        min_size=1,
        max_size=25,
    )
)
@settings(max_examples=25, deadline=None)
def test_no_stop_is_missing_on_any_map(offsets: list[tuple[float, float]]) -> None:
    _, words = drawn(town(*offsets))
    shown: set[int] = set()
    for word in words[: words.index("样例饭堂")]:
        for piece in word.split(","):
            first, _, last = piece.partition("–")
            shown |= set(range(int(first), int(last or first) + 1))
    assert shown == set(range(1, len(offsets) + 1))


def test_labels_with_room_touch_nothing() -> None:
    labels = [Label(20 + 15 * (n % 5), 20 + 15 * (n // 5), 6, 4, 1) for n in range(20)]
    frame, taken = Box(0, 0, 110, 100), Box(0, 90, 30, 100)
    boxes = place_labels(labels, frame=frame, taken=[taken])
    marks = [Box(label.x - 1, label.y - 1, label.x + 1, label.y + 1) for label in labels]
    for number, box in enumerate(boxes):
        assert frame.holds(box)
        assert not any(box.overlap(other) for other in [*boxes[:number], *boxes[number + 1 :], *marks, taken])


def test_a_label_keeps_off_the_line_where_it_can() -> None:
    lines = [Segment(0, 50, 100, 50), Segment(50, 0, 50, 100)]
    box = place_labels([Label(50, 50, 8, 4, 1)], frame=Box(0, 0, 100, 100), lines=lines)[0]
    assert sum(covered_mm(box, line) for line in lines) == 0


@pytest.mark.parametrize(
    ("numbers", "text"),
    [([1], "1"), ([1, 2], "1,2"), ([1, 2, 3], "1–3"), ([9, 3, 5, 4], "3–5,9"), ([2, 2, 4], "2,4")],
)
def test_numbers_are_written_as_a_person_would(numbers: list[int], text: str) -> None:
    assert number_ranges(numbers) == text


def test_a_basemap_file_gives_areas_lines_and_names(tmp_path: Path) -> None:
    triangle = [[113.3, 23.0], [113.4, 23.0], [113.4, 23.1], [113.3, 23.0]]
    shapes: list[tuple[dict[str, str] | None, str, object]] = [
        ({"name": "甲街道", "kind": "street"}, "MultiPolygon", [[triangle]]),
        ({"name": "甲街道", "kind": "label"}, "Point", [113.35, 23.05]),
        ({"name": "样例区", "kind": "district"}, "Polygon", [triangle]),
        (None, "LineString", [[113.3, 23.0], [113.4, 23.1]]),
    ]
    features = [
        {"properties": properties, "geometry": {"type": shape, "coordinates": coordinates}}
        for properties, shape, coordinates in shapes
    ]
    file = tmp_path / "ground.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    ground = load_basemap(file)
    assert [area.name for area in ground.areas] == ["甲街道", ""]
    assert ground.spots == (Spot("甲街道", Place(23.05, 113.35), has_dot=False),)
    assert ground.ways[0].points[1] == Place(23.1, 113.4)


def test_a_file_that_is_no_map_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "ground.geojson"
    file.write_text('{"type": "Topology"}', encoding="utf-8")
    with pytest.raises(ValueError, match="FeatureCollection"):
        load_basemap(file)
