"""Travel times without any map: the great circle, times how crooked streets are, divided by a speed.

The figures were measured on two real Chinese street networks, 1,000 random points each, all ordered pairs: western
Futian in Shenzhen (OpenStreetMap, 4.4 x 3.8 km) and Xi'an (derived from AMap). Circuity is network metres divided by
great-circle metres; the median of each distance bin is kept here, the speed is what OSRM 26.10 drove on the network.
Public look-alike for a check of the size: a Guangzhou delivery script falls back to great circle x 1.41.

How the two networks are weighed, and why:

- below 3 km Shenzhen counts three times as much as Xi'an: its network has the lanes and compound roads that meals are
  carried on, and a dense southern riverside city is what the estimate is for. Xi'an's is thin (mostly divided main
  roads), so that a car bound for a point 175 m away has to find the next U-turn: 7.45 times the straight line;
- from 3 to 6 km both count alike: Shenzhen's extract ends there, so its pairs run from edge to edge of it and
  avoid the detours of pairs that lie inside a city;
- above 6 km only Xi'an was measured.

The mean is geometric, as these are ratios. The bicycle's speed is the mean of both networks (11.9 and 12.7 km/h; an
e-bike in the lane for non-motor vehicles may not ride faster than 15 km/h, Road Traffic Safety Law article 58, and
waits at the same lights). The car's is the slower of the two (33.1 of 33.1 and 40.0): both are free-flow figures, and a
van that is early waits while a van that is late brings cold meals.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import cdist

from routing.places import Place
from routing.travel import Mode, TravelMatrix, TravelSource

EARTH_RADIUS_M = 6_371_008.8
"""Mean radius of the Earth (IUGG)."""

BIN_CENTRES_M = (175.0, 500.0, 1_100.0, 2_250.0, 4_500.0, 18_000.0)
"""Centres of the measured bins 50-300, 300-700, 700-1,500, 1,500-3,000, 3,000-6,000 and 6,000-30,000 m."""

_SHENZHEN_WEIGHTS = (0.75, 0.75, 0.75, 0.75, 0.5, 0.0)
_SHENZHEN_BICYCLE = (1.36, 1.38, 1.40, 1.35, 1.25, 1.0)
_XIAN_BICYCLE = (1.27, 1.39, 1.38, 1.34, 1.28, 1.22)
_SHENZHEN_CAR = (2.24, 1.90, 1.88, 1.59, 1.32, 1.0)
_XIAN_CAR = (7.45, 3.79, 2.55, 1.88, 1.55, 1.37)

FloatMatrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Calibration:
    """How one way of travelling relates to the straight line.

    Attributes
    ----------
    circuity
        Network metres per great-circle metre at each of `BIN_CENTRES_M`.
    speed_kmh
        Speed on the network, waiting at junctions included.

    Raises
    ------
    ValueError
        If the speed is not positive, or the network metres at the centres do not grow with the distance: then a
        farther place would be nearer.
    """

    circuity: tuple[float, ...]
    speed_kmh: float

    def __post_init__(self) -> None:
        if not self.speed_kmh > 0:
            raise ValueError(f"expected a speed > 0 km/h, got {self.speed_kmh}")
        if len(self.circuity) != len(BIN_CENTRES_M):
            raise ValueError(f"expected {len(BIN_CENTRES_M)} circuities, got {len(self.circuity)}")
        knots_m = [0.0, *(crooked * far for crooked, far in zip(self.circuity, BIN_CENTRES_M, strict=True))]
        if any(later <= earlier for earlier, later in pairwise(knots_m)):
            raise ValueError(f"expected network metres that grow with the distance, got {knots_m}")

    def road_m(self, straight_m: FloatMatrix) -> FloatMatrix:
        """Return network metres for great-circle metres.

        Straight lines between the network metres at the bin centres, so the result has no jump and always grows;
        below the first centre and above the last the circuity stays what it is there.
        """
        centres_m = np.asarray(BIN_CENTRES_M)
        knots_m = centres_m * np.asarray(self.circuity)
        inside: FloatMatrix = np.interp(straight_m, np.append(0.0, centres_m), np.append(0.0, knots_m))
        beyond = straight_m > centres_m[-1]
        if beyond.any():
            inside[beyond] = straight_m[beyond] * self.circuity[-1]
        return inside


def _weighed(shenzhen: tuple[float, ...], xian: tuple[float, ...]) -> tuple[float, ...]:
    parts = zip(shenzhen, xian, _SHENZHEN_WEIGHTS, strict=True)
    return tuple(float(here**weight * there ** (1 - weight)) for here, there, weight in parts)


CALIBRATIONS: Mapping[Mode, Calibration] = MappingProxyType(
    {
        Mode.BICYCLE: Calibration(_weighed(_SHENZHEN_BICYCLE, _XIAN_BICYCLE), speed_kmh=12.3),
        Mode.CAR: Calibration(_weighed(_SHENZHEN_CAR, _XIAN_CAR), speed_kmh=33.1),
    }
)
"""What the estimate uses unless told otherwise; the reasons stand at the head of this file."""


def great_circle_m(places: Sequence[Place]) -> FloatMatrix:
    """Return the (n, n) great-circle metres between `places`: symmetric, zero diagonal.

    Chords between points on the unit sphere, made arcs: unlike the cosine rule it keeps short distances exact.
    """
    degrees = np.array([(place.lat, place.lon) for place in places], dtype=np.float64).reshape(len(places), 2)
    lat, lon = np.radians(degrees).T
    points = np.column_stack((np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)))
    half_chords = cdist(points, points) / 2
    np.minimum(half_chords, 1.0, out=half_chords)
    np.arcsin(half_chords, out=half_chords)
    half_chords *= 2 * EARTH_RADIUS_M
    arcs_m: FloatMatrix = half_chords
    return arcs_m


@dataclass(frozen=True, slots=True)
class EstimatedTravel:
    """The default source of travel times: needs no map, no server and no network; every pair is reachable.

    It knows nothing of rivers: two places on opposite banks look as near as the straight line says.
    """

    calibrations: Mapping[Mode, Calibration] = field(default_factory=lambda: CALIBRATIONS)

    def __reduce__(self) -> tuple[type[EstimatedTravel], tuple[dict[Mode, Calibration]]]:
        """Travel to another process: a read-only view of a mapping cannot, its contents can."""
        return EstimatedTravel, (dict(self.calibrations),)

    def matrix(self, places: Sequence[Place], mode: Mode) -> TravelMatrix:
        """Return the (n, n) estimate, symmetric, marked as an estimate.

        Raises
        ------
        KeyError
            If there is no calibration for `mode`.
        """
        calibration = self.calibrations[mode]
        road_m = calibration.road_m(great_circle_m(places))
        metres = np.rint(road_m).astype(np.int32)
        road_m *= 3.6 / calibration.speed_kmh
        seconds = np.rint(road_m, out=road_m).astype(np.int32)
        return TravelMatrix(seconds=seconds, metres=metres, source=TravelSource.ESTIMATE)
