"""Where a place meets the road: the nearest point of the nearest usable stretch, exactly, and how far that is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

from routing.estimate import EARTH_RADIUS_M
from routing.places import Place
from routing.road_table import Floats, Ints, RoadTable

_STEP_M = 25.0
_JUNCTION_M = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Snapped:
    """Where n places meet the road.

    Attributes
    ----------
    stretch
        Shape (n,): the stretch each place is snapped to, -1 for a place that is not snapped.
    fraction
        Shape (n,): how far along the stretch, 0 at its start, 1 at its end; exactly so within 1 m of a junction.
    distance_m
        Shape (n,): straight metres to the nearest usable road, also where that is beyond the limit; infinite where
        there is no road at all.
    feet
        Shape (n, 2): latitude and longitude of the point on the road.
    limit_m
        The distance beyond which a place is not snapped.
    """

    stretch: Ints
    fraction: Floats
    distance_m: Floats
    feet: Floats
    limit_m: float

    @property
    def off_road(self) -> tuple[int, ...]:
        """Return the indices of the places that are not snapped, ascending."""
        return tuple(int(index) for index in np.flatnonzero(self.stretch < 0))


class RoadIndex:
    """The usable stretches of one mode, laid out so that the nearest one is found fast.

    Each stretch is cut into pieces of at most 25 m. The nearest centre of a piece is at most half a piece farther
    than the nearest point of the road, so looking at all centres in that circle finds the true nearest point.
    """

    def __init__(self, roads: RoadTable, usable: NDArray[np.bool_]) -> None:
        self._origin = roads.junctions.mean(axis=0) if len(roads.junctions) else np.zeros(2)
        starts: list[Floats] = []
        ends: list[Floats] = []
        stretches: list[int] = []
        fractions: list[tuple[float, float]] = []
        for stretch in np.flatnonzero(usable):
            for (start, end), share in _pieces(self._metres(np.array(roads.shapes[stretch]))):
                starts.append(start)
                ends.append(end)
                stretches.append(int(stretch))
                fractions.append(share)
        self._starts = np.array(starts).reshape(-1, 2)
        self._steps = np.array(ends).reshape(-1, 2) - self._starts
        self._stretches = np.array(stretches, dtype=np.int64)
        self._fractions = np.array(fractions).reshape(-1, 2)
        self._lengths_m = roads.length_m
        self._tree = KDTree(self._starts + self._steps / 2) if stretches else None

    def snap(self, places: Sequence[Place], limit_m: float) -> Snapped:
        """Return where `places` meet the road, leaving out those farther than `limit_m`."""
        n = len(places)
        stretch = np.full(n, -1, dtype=np.int64)
        fraction, distance_m = np.zeros(n), np.full(n, np.inf)
        degrees = np.array([(place.lat, place.lon) for place in places]).reshape(n, 2)
        feet = degrees.copy()
        if self._tree is not None and n:
            points = self._metres(degrees)
            owner, piece = self._candidates(self._tree, points)
            along = self._along(points[owner], piece)
            spots = self._starts[piece] + along[:, None] * self._steps[piece]
            gaps_m = np.hypot(*(points[owner] - spots).T)
            best = np.lexsort((self._stretches[piece], gaps_m, owner))
            best = best[np.unique(owner[best], return_index=True)[1]]
            distance_m = gaps_m[best]
            near = distance_m <= limit_m
            stretch = np.where(near, self._stretches[piece[best]], -1)
            low, high = self._fractions[piece[best]].T
            fraction = self._settled(low + along[best] * (high - low), stretch)
            feet = np.where(near[:, None], self._degrees(spots[best]), degrees)
        return Snapped(stretch, fraction, distance_m, feet, limit_m)

    def _candidates(self, tree: KDTree, points: Floats) -> tuple[Ints, Ints]:
        """Return pairs (place, piece) among which each place's nearest piece is."""
        nearest_m, _ = tree.query(points)
        reach_m = np.asarray(nearest_m) + _STEP_M / 2 + 1e-6
        found = tree.query_ball_point(points, reach_m)
        owner = np.repeat(np.arange(len(points)), [len(pieces) for pieces in found])
        return owner, np.concatenate([np.asarray(pieces, dtype=np.int64) for pieces in found])

    def _along(self, points: Floats, piece: Ints) -> Floats:
        """Return how far along its piece, from 0 to 1, the point nearest to each place lies."""
        steps = self._steps[piece]
        squared = np.einsum("ij,ij->i", steps, steps)
        reached = np.einsum("ij,ij->i", points - self._starts[piece], steps)
        along: Floats = np.clip(np.divide(reached, squared, out=np.zeros_like(reached), where=squared > 0), 0.0, 1.0)
        return along

    def _settled(self, fraction: Floats, stretch: Ints) -> Floats:
        """Return the fractions, with those that are at a junction put exactly on it."""
        length_m = self._lengths_m[stretch]
        fraction = np.where(fraction * length_m <= _JUNCTION_M, 0.0, fraction)
        fraction = np.where((1 - fraction) * length_m <= _JUNCTION_M, np.where(fraction == 0, 0.0, 1.0), fraction)
        return np.where(stretch < 0, 0.0, fraction)

    def _metres(self, degrees: Floats) -> Floats:
        """Return metres north and east of the network's middle; true to 0.1 % within a city."""
        scale = EARTH_RADIUS_M * np.array([1.0, np.cos(np.radians(self._origin[0]))])
        metres: Floats = np.radians(degrees - self._origin) * scale
        return metres

    def _degrees(self, metres: Floats) -> Floats:
        scale = EARTH_RADIUS_M * np.array([1.0, np.cos(np.radians(self._origin[0]))])
        degrees: Floats = np.degrees(metres / scale) + self._origin
        return degrees


def _pieces(points: Floats) -> list[tuple[tuple[Floats, Floats], tuple[float, float]]]:
    """Return a line cut into pieces of at most `_STEP_M`: their ends, and the fractions of the line these lie at."""
    parts_m = np.hypot(*np.diff(points, axis=0).T)
    total_m = float(parts_m.sum()) or 1.0
    before_m = 0.0
    pieces = []
    for start, end, part_m in zip(points[:-1], points[1:], parts_m, strict=True):
        cuts = np.linspace(0.0, 1.0, int(np.ceil(part_m / _STEP_M)) + 1 if part_m > 0 else 2)
        for low, high in pairwise(cuts):
            ends = (start + low * (end - start), start + high * (end - start))
            pieces.append((ends, ((before_m + low * part_m) / total_m, (before_m + high * part_m) / total_m)))
        before_m += float(part_m)
    return pieces
