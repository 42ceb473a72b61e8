"""Where a terminal is: one datum for all of them, and the rule that a bad fix never overwrites a good one."""

from __future__ import annotations

from routing.coordinates import to_wgs84
from routing.places import Place
from service.alarms.signal import Fix


def place_of(fix: Fix) -> Place:
    """Return the WGS-84 place of a fix; what is given in WGS-84 already stays to the last digit.

    Raises
    ------
    ValueError
        If it is no place on Earth.
    """
    return to_wgs84(fix.lat, fix.lon, fix.crs)


def last_good(known: Fix | None, told: Fix | None) -> Fix | None:
    """Return the fix to remember: what is told now if the terminal vouches for it, else what was known."""
    return told if told is not None and told.valid else known
