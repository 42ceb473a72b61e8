"""The three coordinate systems met in China, and the way to WGS-84 and back.

Everything inside the house is WGS-84 (`routing.places.Place`). Maps sold in mainland China use GCJ-02 (AMap, Tencent)
or BD-09 (Baidu); either, taken for WGS-84, is wrong by 0.5 to 1.3 km. So positions are converted where they come in.

The formulas are the publicly known ones: GCJ-02 is WGS-84 moved by a sum of sines on the Krasovsky 1940 ellipsoid
(semi-major axis 6 378 245 m, first eccentricity squared 0.006693421622965943), BD-09 is GCJ-02 turned and stretched
about the origin and moved by (0.0065, 0.006) degrees. No inverse is published; here it is the fixed point of
"target less the shift found so far", which contracts by about 10^-3 a step.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from enum import StrEnum

from routing.places import Place

_AXIS_M = 6_378_245.0
_ECCENTRICITY_SQUARED = 0.006_693_421_622_965_943
_BAIDU_PI = math.pi * 3000 / 180
_CLOSE_ENOUGH_DEG = 1e-11
_MOST_STEPS = 50

Pair = tuple[float, float]


class Crs(StrEnum):
    """The datum a latitude and a longitude are given in."""

    WGS84 = "wgs84"
    GCJ02 = "gcj02"
    BD09 = "bd09"


def to_wgs84(lat: float, lon: float, crs: Crs) -> Place:
    """Return the WGS-84 place of a position given in `crs`, to 1e-9 degrees (0.1 mm).

    Outside mainland China's rectangle GCJ-02 equals WGS-84, and BD-09 is undone to GCJ-02 only.

    Raises
    ------
    ValueError
        If the coordinates are no place on Earth.
    """
    given = Place(lat, lon)
    if crs is Crs.WGS84:
        return given
    gcj: Pair = (lat, lon) if crs is Crs.GCJ02 else _undo(_gcj02_to_bd09, (lat, lon))
    if _is_outside_china(*gcj):
        return Place(*gcj)
    return Place(*_undo(_shifted, gcj))


def from_wgs84(place: Place, crs: Crs) -> Pair:
    """Return (latitude, longitude) in degrees of `place` in `crs`; the exact forward formulas."""
    wgs = (place.lat, place.lon)
    if crs is Crs.WGS84:
        return wgs
    gcj = wgs if _is_outside_china(*wgs) else _shifted(wgs)
    return gcj if crs is Crs.GCJ02 else _gcj02_to_bd09(gcj)


def _undo(forward: Callable[[Pair], Pair], target: Pair) -> Pair:
    lat, lon = target
    for _ in range(_MOST_STEPS):
        there_lat, there_lon = forward((lat, lon))
        miss_lat, miss_lon = target[0] - there_lat, target[1] - there_lon
        lat, lon = lat + miss_lat, lon + miss_lon
        if max(abs(miss_lat), abs(miss_lon)) < _CLOSE_ENOUGH_DEG:
            break
    return lat, lon


def _is_outside_china(lat: float, lon: float) -> bool:
    """Return whether the public formula leaves the position alone (its own rectangle, not a border)."""
    return not (0.8293 <= lat <= 55.8271 and 72.004 <= lon <= 137.8347)


def _shifted(wgs: Pair) -> Pair:
    lat, lon = wgs
    north_m, east_m = _shift_m(lon - 105.0, lat - 35.0)
    phi = math.radians(lat)
    bulge = 1 - _ECCENTRICITY_SQUARED * math.sin(phi) ** 2
    meridian_m = _AXIS_M * (1 - _ECCENTRICITY_SQUARED) / bulge**1.5
    parallel_m = _AXIS_M / math.sqrt(bulge) * math.cos(phi)
    return lat + math.degrees(north_m / meridian_m), lon + math.degrees(east_m / parallel_m)


def _shift_m(x: float, y: float) -> Pair:
    """Return how far north and east GCJ-02 lies of WGS-84, for degrees east of 105 E and north of 35 N."""
    both = _waves(x, (20, 6), (20, 2))
    root = math.sqrt(abs(x))
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
    north += both + _waves(y, (20, 1), (40, 1 / 3)) + _waves(y, (160, 1 / 12), (320, 1 / 30))
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root
    east += both + _waves(x, (20, 1), (40, 1 / 3)) + _waves(x, (150, 1 / 12), (300, 1 / 30))
    return north, east


def _waves(degrees: float, *waves: tuple[float, float]) -> float:
    return sum(height * math.sin(often * math.pi * degrees) for height, often in waves) * 2 / 3


def _gcj02_to_bd09(gcj: Pair) -> Pair:
    lat, lon = gcj
    radius = math.hypot(lon, lat) + 0.00002 * math.sin(lat * _BAIDU_PI)
    angle = math.atan2(lat, lon) + 0.000003 * math.cos(lon * _BAIDU_PI)
    return radius * math.sin(angle) + 0.006, radius * math.cos(angle) + 0.0065
