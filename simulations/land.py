"""The sample district's land, as far as its communities tell it: their hull in flat metres.

Only approximate anchors of communities are known, so the hull of the anchors stands for the land. It lies inside the
real district but for slivers; nothing is placed close to its rim.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import ConvexHull

from routing.places import Place

Metres = tuple[float, float]

METRES_PER_DEGREE = 111_195.0
"""Along a meridian of a sphere of radius 6,371,009 m."""


@dataclass(frozen=True, slots=True)
class Flat:
    """A flat map around `origin`: east and north in metres. Its error is below 0.1 % over 20 km."""

    origin: Place

    def metres(self, place: Place) -> Metres:
        """Return metres east and north of the origin."""
        east = (place.lon - self.origin.lon) * METRES_PER_DEGREE * math.cos(math.radians(self.origin.lat))
        return east, (place.lat - self.origin.lat) * METRES_PER_DEGREE

    def place(self, at: Metres, digits: int = 6) -> Place:
        """Return the place at metres east and north of the origin, rounded to `digits` of a degree."""
        lon = self.origin.lon + at[0] / METRES_PER_DEGREE / math.cos(math.radians(self.origin.lat))
        return Place(round(self.origin.lat + at[1] / METRES_PER_DEGREE, digits), round(lon, digits))


@dataclass(frozen=True, slots=True, eq=False)
class Land:
    """The hull of the anchors: `edges` has one row (a, b, c) an edge, a x + b y + c <= 0 inside, c in metres."""

    flat: Flat
    corners: tuple[Metres, ...]
    edges: NDArray[np.float64]

    def depth_m(self, at: Metres) -> float:
        """Return how far inside the rim a point lies; negative outside."""
        return float(-(self.edges[:, 0] * at[0] + self.edges[:, 1] * at[1] + self.edges[:, 2]).max())


def land_of(anchors: Sequence[Place]) -> Land:
    """Return the land that the anchors span; the origin is their mean."""
    lat = sum(place.lat for place in anchors) / len(anchors)
    lon = sum(place.lon for place in anchors) / len(anchors)
    flat = Flat(Place(round(lat, 6), round(lon, 6)))
    points = np.array(sorted({flat.metres(place) for place in anchors}))
    hull = ConvexHull(points)
    corners = tuple((float(points[i, 0]), float(points[i, 1])) for i in hull.vertices)
    return Land(flat, corners, np.unique(np.round(hull.equations, 9), axis=0))


def scattered(land: Land, anchor: Metres, nearest_m: float, farthest_m: float, rim_m: float, draw: Random) -> Metres:
    """Return a random point `nearest_m` to `farthest_m` from `anchor` and at least `rim_m` inside the land.

    An anchor on the rim has most of its surroundings outside; where 60 draws find nothing, the point lies on the way
    from the anchor to the origin, which is always inside.
    """
    for _ in range(60):
        angle = 2 * math.pi * draw.random()
        far_m = math.sqrt(nearest_m**2 + draw.random() * (farthest_m**2 - nearest_m**2))
        at = (anchor[0] + far_m * math.cos(angle), anchor[1] + far_m * math.sin(angle))
        if land.depth_m(at) >= rim_m:
            return at
    far_m = math.hypot(*anchor)
    shorter = max(0.0, 1 - farthest_m / far_m)
    return anchor[0] * shorter, anchor[1] * shorter
