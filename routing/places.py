"""Where and when: the two values that every planning question is made of."""

from __future__ import annotations

import math
from dataclasses import dataclass

DAY_S = 24 * 3600


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A point on the ground in WGS-84 degrees (EPSG:4326).

    Raises
    ------
    ValueError
        If a coordinate is not finite or outside [-90, 90] and [-180, 180].
    """

    lat: float
    lon: float

    def __post_init__(self) -> None:
        if not (math.isfinite(self.lat) and math.isfinite(self.lon)):
            raise ValueError(f"expected finite degrees, got {self.lat}, {self.lon}")
        if not (-90 <= self.lat <= 90 and -180 <= self.lon <= 180):
            raise ValueError(f"expected latitude in [-90, 90] and longitude in [-180, 180], got {self}")


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """A stretch of the service day, in seconds after its local midnight, both ends included.

    The end may pass midnight (up to 48 h) so that a night shift stays one value.

    Raises
    ------
    ValueError
        If the end lies before the start or either lies outside [0, 48 h].
    """

    start_s: int
    end_s: int

    def __post_init__(self) -> None:
        if not 0 <= self.start_s <= self.end_s <= 2 * DAY_S:
            raise ValueError(f"expected 0 <= start <= end <= {2 * DAY_S} s, got {self.start_s}..{self.end_s}")
