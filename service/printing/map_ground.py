"""The ground below a run's map: grey areas, lines and names, cut to the picture and kept off the run's own labels."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from html import escape
from itertools import pairwise

from routing.places import Place
from service.printing.basemap import Basemap
from service.printing.map_labels import Box, Segment, covered_mm

XY = tuple[float, float]
NAME_MM = 2.9
FONT = "Noto Sans SC"
MOVES_MM = ((0, 0), (0, 6), (0, -6), (14, 0), (-14, 0), (0, 12), (0, -12), (22, 8), (-22, 8), (22, -8), (-22, -8))


def draw_ground(
    basemap: Basemap, project: Callable[[Place], XY], frame: Box, taken: Sequence[Box], lines: Sequence[Segment]
) -> list[str]:
    """Return SVG elements for what of `basemap` lies in `frame`.

    A name stands once, and moves a little to keep off `taken`, `lines` and other names; where it cannot, it is left
    out: the run's own labels are worth more.
    """
    shapes: list[str] = []
    names: list[tuple[str, XY]] = []
    for spot in basemap.spots:
        x, y = project(spot.place)
        if frame.left < x < frame.right and frame.top < y < frame.bottom:
            names.append((spot.name, (x, y - 2.4 if spot.has_dot else y)))
            shapes += [f'<circle cx="{x:.2f}" cy="{y:.2f}" r="0.5" fill="#888"/>'] if spot.has_dot else []
    for area in basemap.areas:
        for ring in area.rings:
            inside = _cut([project(place) for place in ring], frame)
            if len(inside) >= 3:
                shapes.append(f'<path d="{_path(inside)}z" fill="none" stroke="#999" stroke-width="0.25"/>')
                names.append((area.name, _middle(inside)))
    for way in basemap.ways:
        for piece in _pieces([project(place) for place in way.points], frame):
            shapes.append(f'<path d="{_path(piece)}" fill="none" stroke="#aaa" stroke-width="0.6"/>')
            names.append((way.name, piece[len(piece) // 2]))
    return shapes + list(_names(names, frame, taken, lines))


def _names(
    names: Sequence[tuple[str, XY]], frame: Box, taken: Sequence[Box], lines: Sequence[Segment]
) -> Iterator[str]:
    used = list(taken)
    inner = Box(frame.left + 1.5, frame.top + 1.5, frame.right - 1.5, frame.bottom - 1.5)
    done: set[str] = {""}
    for name, (x, y) in names:
        half = sum(NAME_MM if ord(letter) > 0x2E7F else 0.58 * NAME_MM for letter in name) / 2
        for across, down in MOVES_MM:
            box = Box(x + across - half, y + down - NAME_MM * 0.8, x + across + half, y + down + NAME_MM * 0.4)
            if name not in done and inner.holds(box) and not _touches(box, used, lines):
                used.append(box)
                done.add(name)
                yield (
                    f'<text x="{x + across:.2f}" y="{y + down + NAME_MM * 0.2:.2f}" font-family="{FONT}" '
                    f'font-size="{NAME_MM}" fill="#555" stroke="#fff" stroke-width="0.8" paint-order="stroke" '
                    f'text-anchor="middle">{escape(name)}</text>'
                )


def _touches(box: Box, used: Sequence[Box], lines: Sequence[Segment]) -> bool:
    return any(box.overlap(one) for one in used) or any(covered_mm(box, line) for line in lines)


def _cut(ring: Sequence[XY], frame: Box) -> list[XY]:
    """Return the ring cut to the frame (Sutherland and Hodgman 1974)."""
    points = list(ring)
    for axis, edge, sign in ((0, frame.left, 1), (0, frame.right, -1), (1, frame.top, 1), (1, frame.bottom, -1)):
        kept: list[XY] = []
        for before, here in zip([*points[-1:], *points[:-1]], points, strict=True):
            depth_before, depth = sign * (before[axis] - edge), sign * (here[axis] - edge)
            if (depth_before >= 0) != (depth >= 0):
                kept.append(_between(before, here, depth_before / (depth_before - depth)))
            if depth >= 0:
                kept.append(here)
        points = kept
    return points


def _pieces(points: Sequence[XY], frame: Box) -> Iterator[list[XY]]:
    piece: list[XY] = []
    for a, b in pairwise(points):
        if max(a[0], b[0]) < frame.left or min(a[0], b[0]) > frame.right:
            inside = False
        else:
            inside = not (max(a[1], b[1]) < frame.top or min(a[1], b[1]) > frame.bottom)
        if inside:
            piece = piece or [a]
            piece.append(b)
        elif piece:
            yield piece
            piece = []
    if piece:
        yield piece


def _between(a: XY, b: XY, share: float) -> XY:
    return a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share


def _middle(points: Sequence[XY]) -> XY:
    """Return the centroid of a polygon by the shoelace sums, or the mean of its corners if it has no area."""
    area = across = down = 0.0
    for (x0, y0), (x1, y1) in zip(points, [*points[1:], points[0]], strict=True):
        cross = x0 * y1 - x1 * y0
        area, across, down = area + cross, across + (x0 + x1) * cross, down + (y0 + y1) * cross
    if abs(area) < 1e-9:
        return sum(x for x, _ in points) / len(points), sum(y for _, y in points) / len(points)
    return across / (3 * area), down / (3 * area)


def _path(points: Sequence[XY]) -> str:
    return "M" + "L".join(f"{x:.2f} {y:.2f}" for x, y in points)
