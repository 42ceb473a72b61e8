"""The map of a run as an SVG picture: numbered stops, the line of the run, the meal point, a scale and north.

Black on white and readable without colour. It needs no tiles and no network. Lengths in the picture are millimetres
on the paper; the ground is drawn in an equirectangular projection about its middle, which on the few kilometres of a
run is true to a tenth of a percent.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from typing import NamedTuple

from routing.places import Place
from service.printing.basemap import Basemap
from service.printing.map_ground import XY, draw_ground
from service.printing.map_labels import Box, Label, Segment, leader, place_labels

EARTH_M = 6_371_008.8
PADDING_MM = 11.0
LEAST_GROUND_M = 300.0
SAME_DOOR_MM = 2.0
NUMBER_MM = 4.4
FONT = "Noto Sans SC"
DASHES = ("", "3 1.2", "0.9 0.9")


@dataclass(frozen=True, slots=True)
class MapStop:
    """One stop: the number it has on the sheet, and where it is."""

    number: int
    place: Place


@dataclass(frozen=True, slots=True)
class MapStart:
    """A meal point where the courier loads."""

    name: str
    place: Place


@dataclass(frozen=True, slots=True)
class RunMap:
    """What to draw: the stops, the meal points, and one line a trip (straight legs or the way on the road)."""

    stops: tuple[MapStop, ...]
    starts: tuple[MapStart, ...]
    lines: tuple[tuple[Place, ...], ...]


class Projection(NamedTuple):
    """From WGS-84 to millimetres on the paper."""

    lat: float
    lon: float
    mm_per_m: float
    middle_x: float
    middle_y: float

    def xy(self, place: Place) -> XY:
        """Return where `place` lies on the paper."""
        east_m = math.radians(place.lon - self.lon) * EARTH_M * math.cos(math.radians(self.lat))
        north_m = math.radians(place.lat - self.lat) * EARTH_M
        return self.middle_x + east_m * self.mm_per_m, self.middle_y - north_m * self.mm_per_m


def map_svg(run: RunMap, *, width_mm: float, height_mm: float, north: str, basemap: Basemap | None = None) -> str:
    """Return the map of `run` as an SVG document of `width_mm` by `height_mm`.

    `north` is the letter at the north arrow. Stops behind one door on this scale share a mark and a label. The same
    run gives the same text.

    Raises
    ------
    ValueError
        If there is no place at all to draw.
    """
    frame = Box(0, 0, width_mm, height_mm)
    projection = _fit(run, frame)
    marks, doors = _marks(run.stops, projection)
    lines = [[doors.get(place) or projection.xy(place) for place in line] for line in run.lines]
    legs = [Segment(*a, *b) for line in lines for a, b in pairwise(line)]
    starts = [(start.name, projection.xy(start.place)) for start in run.starts]
    rule = _scale(projection, frame)
    arrow = Box(width_mm - 11, 1.5, width_mm - 1.5, 15)
    labels = [Label(*mark.at, _text_width(mark.text, 3.6) + 1.8, NUMBER_MM, 1.0) for mark in marks]
    labels += [Label(*at, _text_width(name, 3.3) + 1.8, NUMBER_MM, 2.2) for name, at in starts]
    boxes = place_labels(
        labels,
        frame=Box(1, 1, width_mm - 1, height_mm - 1),
        taken=[rule.box, arrow],
        lines=legs,
    )
    ground = [] if basemap is None else draw_ground(basemap, projection.xy, frame, [rule.box, arrow, *boxes], legs)
    body = [
        *ground,
        *(_line(line, DASHES[index % len(DASHES)]) for index, line in enumerate(lines)),
        *(_link(leader(label, box)) for label, box in zip(labels, boxes, strict=True)),
        *(f'<circle cx="{_n(x)}" cy="{_n(y)}" r="1" stroke="#fff" stroke-width="0.3"/>' for (x, y), _ in marks),
        *(_start(at) for _, at in starts),
        *(_number(box, mark.text) for box, mark in zip(boxes, marks, strict=False)),
        *(_name(box, name) for box, (name, _) in zip(boxes[len(marks) :], starts, strict=True)),
        rule.svg,
        _north(arrow, north),
        f'<rect width="{_n(width_mm)}" height="{_n(height_mm)}" fill="none" stroke="#000" stroke-width="0.5"/>',
    ]
    return _document(frame, body)


class _Mark(NamedTuple):
    at: XY
    text: str


class _Rule(NamedTuple):
    box: Box
    svg: str


def _fit(run: RunMap, frame: Box) -> Projection:
    places = [stop.place for stop in run.stops] + [start.place for start in run.starts]
    places += [place for line in run.lines for place in line]
    if not places:
        raise ValueError("expected at least one place to draw")
    south, north = min(place.lat for place in places), max(place.lat for place in places)
    west, east = min(place.lon for place in places), max(place.lon for place in places)
    lat, lon = (south + north) / 2, (west + east) / 2
    wide_m = math.radians(east - west) * EARTH_M * math.cos(math.radians(lat))
    high_m = math.radians(north - south) * EARTH_M
    mm_per_m = min(
        (frame.right - 2 * PADDING_MM) / max(wide_m, LEAST_GROUND_M),
        (frame.bottom - 2 * PADDING_MM) / max(high_m, LEAST_GROUND_M),
    )
    return Projection(lat, lon, mm_per_m, *frame.centre)


def _marks(stops: Sequence[MapStop], projection: Projection) -> tuple[list[_Mark], dict[Place, XY]]:
    """Return one mark for each group of stops behind one door, and which mark a place belongs to."""
    doors: dict[XY, list[int]] = {}
    mark_of: dict[Place, XY] = {}
    for stop in stops:
        at = projection.xy(stop.place)
        door = next((one for one in doors if math.dist(one, at) < SAME_DOOR_MM), at)
        doors.setdefault(door, []).append(stop.number)
        mark_of[stop.place] = door
    return [_Mark(door, number_ranges(numbers)) for door, numbers in doors.items()], mark_of


def number_ranges(numbers: Sequence[int]) -> str:
    """Return numbers as a person writes them: [3, 4, 5, 9] as `3–5,9`."""
    runs: list[list[int]] = []
    for number in sorted(set(numbers)):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ",".join(f"{run[0]}–{run[-1]}" if len(run) > 2 else ",".join(str(number) for number in run) for run in runs)


def _scale(projection: Projection, frame: Box) -> _Rule:
    room_m = 34 / projection.mm_per_m
    power = 10 ** math.floor(math.log10(room_m))
    length_m = next(step * power for step in (5, 2, 1) if step * power <= room_m)
    length = length_m * projection.mm_per_m
    left, y = 3.5, frame.bottom - 3
    words = f"{length_m / 1000:g} km" if length_m >= 1000 else f"{length_m:g} m"
    box = Box(left - 2, y - 6.5, left + length + 2, frame.bottom)
    return _Rule(
        box,
        f'<rect x="{_n(box.left)}" y="{_n(box.top)}" width="{_n(box.right - box.left)}" height="8" fill="#fff"/>'
        f'<path d="M{_n(left)} {_n(y - 1.4)}V{_n(y)}H{_n(left + length)}V{_n(y - 1.4)}" fill="none" '
        f'stroke="#000" stroke-width="0.4"/>' + _text(left + length / 2, y - 1.9, words, 3.0),
    )


def _north(box: Box, letter: str) -> str:
    x = box.centre[0]
    return (
        f'<rect x="{_n(box.left)}" y="{_n(box.top)}" width="9.5" height="13.5" fill="#fff"/>'
        f'<path d="M{_n(x)} {_n(box.top + 1)}l2.4 7.5l-2.4 -1.7l-2.4 1.7z"/>'
        + _text(x, box.top + 12.6, letter, 3.6, bold=True)
    )


def _line(points: Sequence[XY], dash: str) -> str:
    path = "M" + "L".join(f"{_n(x)} {_n(y)}" for x, y in points)
    style = f' stroke-dasharray="{dash}"' if dash else ""
    heads = [_head(a, b) for a, b in pairwise(points) if math.dist(a, b) > 7]
    return (
        f'<path d="{path}" fill="none" stroke="#fff" stroke-width="1.5" stroke-linejoin="round"/>'
        f'<path d="{path}" fill="none" stroke="#000" stroke-width="0.5" stroke-linejoin="round"{style}/>'
    ) + "".join(heads)


def _head(start: XY, end: XY) -> str:
    length = math.dist(start, end)
    along = (end[0] - start[0]) / length, (end[1] - start[1]) / length
    x, y = (start[0] + end[0]) / 2 + along[0] * 1.2, (start[1] + end[1]) / 2 + along[1] * 1.2
    back = x - along[0] * 2.4, y - along[1] * 2.4
    left = back[0] - along[1] * 1.0, back[1] + along[0] * 1.0
    right = back[0] + along[1] * 1.0, back[1] - along[0] * 1.0
    corners = "L".join(f"{_n(px)} {_n(py)}" for px, py in ((x, y), left, right))
    return f'<path d="M{corners}z"/>'


def _link(link: Segment) -> str:
    path = f"M{_n(link.x0)} {_n(link.y0)}L{_n(link.x1)} {_n(link.y1)}"
    return f'<path d="{path}" stroke="#000" stroke-width="0.25"/>'


def _start(at: XY) -> str:
    x, y = at
    return (
        f'<rect x="{_n(x - 2)}" y="{_n(y - 2)}" width="4" height="4" stroke="#fff" stroke-width="0.4"/>'
        f'<circle cx="{_n(x)}" cy="{_n(y)}" r="0.8" fill="#fff"/>'
    )


def _number(box: Box, words: str) -> str:
    return (
        f'<rect x="{_n(box.left)}" y="{_n(box.top)}" width="{_n(box.right - box.left)}" height="{NUMBER_MM}" rx="1" '
        'fill="#fff" stroke="#000" stroke-width="0.3"/>'
        + _text(box.centre[0], box.bottom - 1.05, words, 3.6, bold=True)
    )


def _name(box: Box, words: str) -> str:
    return (
        f'<rect x="{_n(box.left)}" y="{_n(box.top)}" width="{_n(box.right - box.left)}" height="{NUMBER_MM}"/>'
        + _text(box.centre[0], box.bottom - 1.15, words, 3.3, bold=True, fill="#fff")
    )


def _text(x: float, y: float, words: str, size: float, *, bold: bool = False, fill: str = "#000") -> str:
    weight = ' font-weight="700"' if bold else ""
    return (
        f'<text x="{_n(x)}" y="{_n(y)}" font-family="{FONT}" font-size="{size}"{weight} fill="{fill}" '
        f'text-anchor="middle">{escape(words)}</text>'
    )


def _text_width(words: str, size: float) -> float:
    return sum(size if ord(letter) > 0x2E7F else 0.58 * size for letter in words)


def _document(frame: Box, body: Sequence[str]) -> str:
    width, height = _n(frame.right), _n(frame.bottom)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}mm" height="{height}mm" viewBox="0 0 {width} {height}">'
        f'<rect width="{width}" height="{height}" fill="#fff"/>' + "".join(body) + "</svg>"
    )


def _n(number: float) -> str:
    return f"{number:.2f}".rstrip("0").rstrip(".")
