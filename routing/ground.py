"""What a search works on: vehicles, stops and the ways between them, all in integers.

Vans and couriers are the same thing to a search: a vehicle that loads at a place, brings boxes to stops, may load
again, and ends at its last stop or goes back. A stop's boxes lie at its `depot` from `release_s` on. Both planners
work on these values; the checker does not.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from routing.places import Window
from routing.travel import UNREACHABLE_S, TravelMatrix

ALWAYS = Window(0, 2 * 24 * 3600)
NEVER_S = -1
AS_THE_MATRIX_SAYS = 100

Rows = Sequence["array[int]"]
"""A matrix as rows of plain integers."""


@dataclass(frozen=True, slots=True)
class Vehicle:
    """A van or a courier, free at place `start` from `free_s`, done (or back at `back`) by `end_by_s`.

    `start`, `back` are rows of the travel matrix; `back` None means that it ends at its last stop. Its rides take
    `pace_percent` of the seconds in the matrix; `never` are the numbers of the stops it must not go to.
    """

    start: int
    free_s: int
    end_by_s: int
    capacity: int
    loading_s: int
    max_trips: int
    fixed_cost_m: int
    back: int | None = None
    pace_percent: int = 100
    never: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Stop:
    """A place that takes `boxes` from `depot`, where they lie from `release_s` on.

    The hand-over starts within [open_s, close_s] and takes `service_s`.
    """

    place: int
    depot: int
    boxes: int
    service_s: int
    open_s: int
    close_s: int
    release_s: int


@dataclass(frozen=True, slots=True)
class Ground:
    """Everything a search needs, in integers: travel by rows, stops, vehicles, and when each depot can load.

    A load starts and ends within its depot's window; a depot without a window is always open. `stretched` holds the
    seconds of every pace that is not 100 %.
    """

    seconds: Rows
    metres: Rows
    stops: tuple[Stop, ...]
    vehicles: tuple[Vehicle, ...]
    depots: Mapping[int, Window]
    stretched: Mapping[int, Rows] = field(default_factory=dict)

    def seconds_at(self, pace_percent: int) -> Rows:
        """Return the seconds of every ride at a pace."""
        return self.seconds if pace_percent == AS_THE_MATRIX_SAYS else self.stretched[pace_percent]

    def only(self, stops: Sequence[int], vehicles: Sequence[int]) -> Ground:
        """Return the same ways with these stops and vehicles alone, numbered in this order."""
        at = {n: small for small, n in enumerate(stops)}
        return replace(
            self,
            stops=tuple(self.stops[n] for n in stops),
            vehicles=tuple(_renumbered(self.vehicles[v], at) for v in vehicles),
        )


def _renumbered(vehicle: Vehicle, at: Mapping[int, int]) -> Vehicle:
    if not vehicle.never:
        return vehicle
    return replace(vehicle, never=frozenset(at[n] for n in vehicle.never if n in at))


def matrix_rows(travel: TravelMatrix) -> tuple[Rows, Rows]:
    """Return seconds and metres as rows of plain integers, which Python reads three times faster than numpy cells."""
    return _plain(travel.seconds), _plain(travel.metres)


def stretched_rows(travel: TravelMatrix, paces: Iterable[int]) -> dict[int, Rows]:
    """Return the seconds at each pace that is not 100 %, rounded up; what no way leads to stays unreachable."""
    seconds = travel.seconds.astype("int64")
    rows: dict[int, Rows] = {}
    for pace in sorted(set(paces) - {AS_THE_MATRIX_SAYS}):
        slower = np.minimum(-(-seconds * pace // 100), UNREACHABLE_S)
        slower[seconds >= UNREACHABLE_S] = UNREACHABLE_S
        rows[pace] = _plain(slower)
    return rows


def _plain(matrix: NDArray[Any]) -> Rows:
    return tuple(array("i", row.astype("int32").tobytes()) for row in matrix)
