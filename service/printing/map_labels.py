"""Where the labels of a map go: near what they name, on nothing else, and the same for the same map.

All lengths in millimetres on the paper, x to the right and y downwards.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

REACHES_MM = (1.6, 3.2, 5.4, 8.0, 11.5, 16.0)
DIRECTIONS = 16


class Box(NamedTuple):
    """An upright rectangle."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def centre(self) -> tuple[float, float]:
        """Return the middle of the box."""
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2

    def overlap(self, other: Box) -> float:
        """Return the shared area in square millimetres."""
        width = min(self.right, other.right) - max(self.left, other.left)
        height = min(self.bottom, other.bottom) - max(self.top, other.top)
        return width * height if width > 0 and height > 0 else 0.0

    def holds(self, other: Box) -> bool:
        """Tell whether `other` lies inside."""
        return (
            self.left <= other.left
            and self.top <= other.top
            and self.right >= other.right
            and self.bottom >= other.bottom
        )


class Label(NamedTuple):
    """A label of `width` by `height` for the mark of radius `mark` at (x, y)."""

    x: float
    y: float
    width: float
    height: float
    mark: float


class Segment(NamedTuple):
    """A straight piece of a drawn line."""

    x0: float
    y0: float
    x1: float
    y1: float


def place_labels(
    labels: Sequence[Label], *, frame: Box, taken: Sequence[Box] = (), lines: Sequence[Segment] = ()
) -> list[Box]:
    """Return one box for each label, in the order given.

    Greedy, the most crowded label first: of the places around its mark, the first that touches no mark, no label and
    no line; where none is free, the one that covers least. Marks count as taken.

    Parameters
    ----------
    frame
        What the boxes must stay in.
    taken
        Boxes already used by something else, such as the scale bar.
    lines
        Drawn lines: a label on a line is bad, but not as bad as one on another label.
    """
    marks = [_mark_box(label) for label in labels]
    placed: dict[int, Box] = {}
    for index in sorted(range(len(labels)), key=lambda one: (-_crowd(labels[one], labels), one)):
        used = [*taken, *marks[:index], *marks[index + 1 :], *placed.values()]
        placed[index] = _best(labels[index], frame, used, lines)
    return [placed[index] for index in range(len(labels))]


def leader(label: Label, box: Box) -> Segment:
    """Return the short line from the mark to its label."""
    x = min(max(label.x, box.left), box.right)
    y = min(max(label.y, box.top), box.bottom)
    return Segment(label.x, label.y, x, y)


def covered_mm(box: Box, segment: Segment) -> float:
    """Return the length of `segment` inside `box` (Liang and Barsky 1984)."""
    dx, dy = segment.x1 - segment.x0, segment.y1 - segment.y0
    enter, leave = 0.0, 1.0
    for step, room in (
        (-dx, segment.x0 - box.left),
        (dx, box.right - segment.x0),
        (-dy, segment.y0 - box.top),
        (dy, box.bottom - segment.y0),
    ):
        if step == 0:
            if room < 0:
                return 0.0
        elif step < 0:
            enter = max(enter, room / step)
        else:
            leave = min(leave, room / step)
    return max(0.0, leave - enter) * math.hypot(dx, dy)


def _mark_box(label: Label) -> Box:
    return Box(label.x - label.mark, label.y - label.mark, label.x + label.mark, label.y + label.mark)


def _crowd(label: Label, labels: Sequence[Label]) -> int:
    return sum(1 for other in labels if math.hypot(label.x - other.x, label.y - other.y) < 12)


def _best(label: Label, frame: Box, used: Sequence[Box], lines: Sequence[Segment]) -> Box:
    best, least = _around(label, 0, REACHES_MM[0]), math.inf
    for reach in REACHES_MM:
        for turn in range(DIRECTIONS):
            box = _around(label, turn, reach)
            if not frame.holds(box):
                continue
            on_lines = sum(covered_mm(box, line) for line in lines)
            link = leader(label, box)
            behind = sum(covered_mm(one, link) for one in used)
            cost = 40 * sum(box.overlap(one) for one in used) + on_lines + 3 * behind + 0.15 * reach
            if cost < least:
                best, least = box, cost
        if least < 0.15 * reach + 0.01:
            break
    return best


def _around(label: Label, turn: int, reach: float) -> Box:
    angle = 2 * math.pi * turn / DIRECTIONS - math.pi / 4
    across, down = math.cos(angle), math.sin(angle)
    x = label.x + across * (label.mark + reach) + across * label.width / 2
    y = label.y + down * (label.mark + reach) + down * label.height / 2
    half_width, half_height = label.width / 2, label.height / 2
    return Box(x - half_width, y - half_height, x + half_width, y + half_height)
