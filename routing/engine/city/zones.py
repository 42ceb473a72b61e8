"""Kitchen zones: what no van and no locked courier ties together can be planned apart.

Kitchens that bring boxes to one meal point belong to one zone, with every meal point they bring to. Small zones join
their nearest neighbour, for a plan is the better the more it sees; a zone too large for a matrix is cut along its
length, and the vans of its kitchens are shared out by boxes.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from routing.city import City, Part
from routing.engine.fields import spots_of
from routing.problem import Van, lot_for, lot_of

HOMES_A_ZONE = 1_250
"""Zones are joined up to so many homes: the size of a district, at which a plan gains nothing from seeing more."""

MOST_HOMES = 4_000
"""A zone of more homes is cut: its matrices alone would take 16 bytes times the square of this."""


class TooLargeError(ValueError):
    """A part of a city that can neither be planned whole nor be cut."""


@dataclass(frozen=True, slots=True)
class _Group:
    """Meal points by number that belong together, how many homes they have and where they lie, shape (2,)."""

    points: tuple[int, ...]
    homes: int
    middle: NDArray[np.float64]


def kitchen_zones(city: City) -> list[Part]:
    """Return the zones of a city; every meal point is in exactly one, every van in at most one.

    Raises
    ------
    TooLargeError
        If more than `MOST_HOMES` homes hang together and their kitchens have too few vans to share out.
    """
    map_of = _Map(city)
    zones = map_of.joined(map_of.tied())
    parts: list[Part] = []
    for zone in zones:
        parts += map_of.cut(zone) if zone.homes > MOST_HOMES else [map_of.part(zone.points, map_of.vans_for(zone))]
    return parts


class _Map:
    """A city by numbers."""

    def __init__(self, city: City) -> None:
        self.city = city
        self.number = {point.point_id: n for n, point in enumerate(city.points)}
        self.homes = Counter(self.number[home.point_id] for home in city.homes)
        self.spots = spots_of([point.place for point in city.points])
        own = {lot_for(home) for home in city.homes}
        self.boxes: Counter[tuple[str, int]] = Counter()
        for one in city.consignments:
            if one.boxes or lot_of(one) in own:
                self.boxes[one.kitchen_id, self.number[one.point_id]] += one.boxes
        self.vans: dict[str, list[Van]] = defaultdict(list)
        for van in city.vans:
            self.vans[van.kitchen_id].append(van)

    def tied(self) -> list[_Group]:
        """Return the groups of meal points that share a kitchen, or a courier whom a home is locked to."""
        root = list(range(len(self.city.points)))

        def find(n: int) -> int:
            while root[n] != n:
                root[n] = root[root[n]]
                n = root[n]
            return n

        first: dict[str, int] = {}
        for kitchen_id, n in self.boxes:
            root[find(n)] = find(first.setdefault(kitchen_id, n))
        at = {courier.courier_id: self.number[courier.point_id] for courier in self.city.couriers}
        for home in self.city.homes:
            if home.courier_id is not None:
                root[find(self.number[home.point_id])] = find(at[home.courier_id])
        groups: dict[int, list[int]] = defaultdict(list)
        for n in range(len(root)):
            groups[find(n)].append(n)
        return [self._group(points) for points in groups.values()]

    def _group(self, points: Iterable[int]) -> _Group:
        kept = tuple(sorted(points))
        return _Group(kept, sum(self.homes[n] for n in kept), self.spots[list(kept)].mean(axis=0))

    def joined(self, groups: list[_Group]) -> list[_Group]:
        """Return larger groups: the smallest joins the nearest that has room, until none has."""
        growing, done = sorted(groups, key=lambda group: (group.homes, group.points)), []
        while growing:
            small = growing.pop(0)
            fits = [n for n, other in enumerate(growing) if small.homes + other.homes <= HOMES_A_ZONE]
            if not fits:
                done.append(small)
                continue
            far = [float(np.hypot(*(growing[n].middle - small.middle))) for n in fits]
            near = growing.pop(fits[int(np.argmin(far))])
            growing.append(self._group((*small.points, *near.points)))
            growing.sort(key=lambda group: (group.homes, group.points))
        return sorted(done, key=lambda group: group.points)

    def vans_for(self, zone: _Group) -> list[Van]:
        """Return every van of every kitchen that sends something to the zone."""
        return [van for kitchen_id in self._senders(zone) for van in self.vans[kitchen_id]]

    def _senders(self, zone: _Group) -> list[str]:
        """Return the kitchens that send something to the zone."""
        inside = set(zone.points)
        return sorted({kitchen_id for kitchen_id, n in self.boxes if n in inside})

    def part(self, points: Iterable[int], vans: Iterable[Van]) -> Part:
        """Return these points and vans by their ids."""
        ids = frozenset(self.city.points[n].point_id for n in points)
        return Part(ids, frozenset(van.van_id for van in vans))

    def cut(self, zone: _Group) -> list[Part]:
        """Return slices of a large zone across its length, each with its share of every kitchen's vans."""
        wanted = -(-zone.homes // HOMES_A_ZONE)
        slices = self._slices(zone, wanted)
        shares: list[list[Van]] = [[] for _ in slices]
        for kitchen_id in self._senders(zone):
            boxes = [sum(self.boxes[kitchen_id, n] for n in points) for points in slices]
            for owed, share, vans in zip(boxes, shares, _shared_out(self.vans[kitchen_id], boxes), strict=True):
                if owed and self.vans[kitchen_id] and not vans:
                    raise TooLargeError(
                        f"expected kitchen {kitchen_id} to have a van for each of {sum(map(bool, boxes))} slices of "
                        f"{zone.homes} homes that hang together, got {len(self.vans[kitchen_id])}"
                    )
                share += vans
        return [self.part(points, vans) for points, vans in zip(slices, shares, strict=True)]

    def _slices(self, zone: _Group, wanted: int) -> list[tuple[int, ...]]:
        spots = self.spots[list(zone.points)]
        _, _, axes = np.linalg.svd(spots - spots.mean(axis=0), full_matrices=False)
        order = [zone.points[int(n)] for n in np.argsort(spots @ axes[0], kind="stable")]
        before = np.cumsum([self.homes[n] for n in order]) - [self.homes[n] for n in order]
        slot = np.minimum(wanted - 1, before * wanted // max(1, zone.homes))
        return [tuple(n for n, at in zip(order, slot, strict=True) if at == s) for s in sorted(set(slot.tolist()))]


def _shared_out(vans: Sequence[Van], boxes: Sequence[int]) -> list[list[Van]]:
    """Return the vans of one kitchen for each slice: one after the other to whom most boxes a seat are left."""
    shares: list[list[Van]] = [[] for _ in boxes]
    seats = [0] * len(boxes)
    for van in sorted(vans, key=lambda van: (-van.capacity_boxes, van.van_id)):
        needy = max(range(len(boxes)), key=lambda n: (boxes[n] > 0 and not seats[n], boxes[n] - seats[n], -n))
        shares[needy].append(van)
        seats[needy] += van.capacity_boxes
    return shares
