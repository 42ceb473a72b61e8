"""Travel times on a real street network: fastest paths between the points where places meet the road.

Fastest path first, shortest among equally fast ones: hundredths of a second and tenths of a metre are packed into
one whole number (below 2**53, so exact in a float), and Dijkstra's algorithm adds and compares those. So one run gives
the seconds and the metres of the same path.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, dijkstra

from routing.estimate import great_circle_m
from routing.places import DAY_S, Place
from routing.road_table import Floats, Ints, RoadTable, read_roads
from routing.snapping import RoadIndex, Snapped
from routing.travel import UNREACHABLE_S, Mode, TravelMatrix, TravelSource

ACCESS_KMH: Mapping[Mode, float] = MappingProxyType({Mode.CAR: 10.0, Mode.BICYCLE: 8.0})
"""Speed between the door and the road: yards and lanes that no map shows, so that of the slowest kinds that maps do
show (living street for a car, footway for a bicycle)."""

_PACK = 2.0**26
_LONGEST = DAY_S * 100 * _PACK
_BLOCK_ROWS = 256


def _packed(seconds: Floats, metres: Floats) -> Floats:
    """Return one sortable whole number for each pair: hundredths of seconds, then tenths of metres."""
    packed: Floats = np.rint(seconds * 100) * _PACK + np.rint(metres * 10)
    return packed


@dataclass(frozen=True, slots=True, eq=False)
class _Layer:
    """The network as one mode sees it: the packed costs between junctions, the stretch behind each, the usable ones."""

    graph: csr_array
    arcs: Mapping[tuple[int, int], tuple[int, bool]]
    index: RoadIndex


@dataclass(frozen=True, slots=True, eq=False)
class _Ends:
    """What it costs n places to leave (or to reach) their stretch by its start and by its end; shapes (n, 2)."""

    junctions: Ints
    costs: Floats


class RoadGraph:
    """Travel times between places on a street network.

    Parameters
    ----------
    roads
        The network.
    snap_limit_m
        A place farther than this from every usable road is not snapped: it comes back as unreachable and is listed.
    island_share
        Places are not snapped to an island, a strongly connected part (for that mode) with less than this share of the
        junctions: a car park drawn without its exit would else cut a home off. The largest part always counts.

    Raises
    ------
    ValueError
        If the limit is negative or the share outside [0, 1].
    """

    def __init__(self, roads: RoadTable, *, snap_limit_m: float = 400.0, island_share: float = 0.02) -> None:
        if not snap_limit_m >= 0:
            raise ValueError(f"expected a snapping limit >= 0 m, got {snap_limit_m}")
        if not 0 <= island_share <= 1:
            raise ValueError(f"expected a share from 0 to 1, got {island_share}")
        self._roads = roads
        self._snap_limit_m = snap_limit_m
        self._layers = {mode: _layer(roads, mode, island_share) for mode in roads.seconds}

    @classmethod
    def from_csv(cls, nodes_path: Path, edges_path: Path, *, snap_limit_m: float = 400.0) -> RoadGraph:
        """Return the graph of two tables; see `routing.road_table.read_roads` for their columns and refusals."""
        return cls(read_roads(nodes_path, edges_path), snap_limit_m=snap_limit_m)

    def snapped(self, places: Sequence[Place], mode: Mode) -> Snapped:
        """Return where `places` meet the road, with distances, and which of them are too far from any."""
        return self._layers[mode].index.snap(places, self._snap_limit_m)

    def matrix(self, places: Sequence[Place], mode: Mode) -> TravelMatrix:
        """Return seconds and metres of the fastest path, way to the road and from the road included.

        Pairs without a way, or more than a day apart, hold `UNREACHABLE_S`; places off the road are in `off_road`.
        """
        snapped = self.snapped(places, mode)
        total: Floats = reduce(np.minimum, self._offers(places, mode, snapped))
        np.fill_diagonal(total, 0.0)
        has_way = np.isfinite(total)
        hundredths, tenths = np.divmod(np.where(has_way, total, 0.0), _PACK)
        seconds = np.where(has_way, np.rint(hundredths / 100), UNREACHABLE_S).astype(np.int32)
        metres = np.where(has_way, np.rint(tenths / 10), UNREACHABLE_S).astype(np.int32)
        return TravelMatrix(seconds, metres, TravelSource.ROAD_GRAPH, off_road=snapped.off_road)

    def path(self, origin: Place, destination: Place, mode: Mode) -> list[Place]:
        """Return the points of the fastest path from door to door, for drawing; empty if there is no way.

        It is the path whose seconds and metres stand in `matrix([origin, destination], mode)`.
        """
        places = (origin, destination)
        snapped = self.snapped(places, mode)
        across, along, through = (float(offer[0, 1]) for offer in self._offers(places, mode, snapped))
        best = min(across, along, through)
        if not np.isfinite(best):
            return []
        points: list[Place] = []
        if best == along:
            points = self._part(int(snapped.stretch[0]), *snapped.fraction)
        elif best == through:
            points = self._through(mode, snapped)
        doors = [origin, *points, destination]
        return [doors[0], *(later for earlier, later in pairwise(doors) if later != earlier)]

    def _offers(self, places: Sequence[Place], mode: Mode, snapped: Snapped) -> tuple[Floats, Floats, Floats]:
        """Return the packed cost of the three ways there are between two doors: each (n, n), infinite for none.

        Across the yard (both doors at one stretch, and nearer to each other than over the road), along the one stretch
        both are at, and through junctions.
        """
        n = len(places)
        across, along = np.full((n, n), np.inf), np.full((n, n), np.inf)
        if len(snapped.off_road) == n:
            return across, along, np.full((n, n), np.inf)
        access_ms = ACCESS_KMH[mode] / 3.6
        access = _packed(snapped.distance_m / access_ms, snapped.distance_m)
        same = (snapped.stretch[:, None] == snapped.stretch[None, :]) & (snapped.stretch >= 0)[:, None]
        one, other = np.nonzero(same)
        along[one, other] = _along_stretch(self._roads, mode, snapped, one, other) + access[one] + access[other]
        straight_m = great_circle_m(places)[one, other]
        is_near = straight_m <= snapped.distance_m[one] + snapped.distance_m[other]
        across[one, other] = np.where(is_near, _packed(straight_m / access_ms, straight_m), np.inf)
        through = self._between(mode, *_ends(self._roads, mode, snapped))
        through += access[:, None] + access[None, :]
        return across, along, through

    def _between(self, mode: Mode, leaving: _Ends, reaching: _Ends) -> Floats:
        """Return the packed cost through junctions between the feet of all places, (n, n)."""
        exits = np.unique(leaving.junctions)
        entries = np.unique(reaching.junctions)
        costs = self._junction_costs(mode, exits, entries)
        best = np.full((len(leaving.costs),) * 2, np.inf)
        for way_out in range(2):
            rows = np.searchsorted(exits, leaving.junctions[:, way_out])
            for way_in in range(2):
                columns = np.searchsorted(entries, reaching.junctions[:, way_in])
                through = costs[np.ix_(rows, columns)]
                through += leaving.costs[:, way_out, None]
                through += reaching.costs[None, :, way_in]
                np.minimum(best, through, out=best)
        return best

    def _junction_costs(self, mode: Mode, exits: Ints, entries: Ints) -> Floats:
        """Return packed costs from `exits` to `entries`, a block of rows at a time to keep memory bounded."""
        graph = self._layers[mode].graph
        blocks = [exits[at : at + _BLOCK_ROWS] for at in range(0, len(exits), _BLOCK_ROWS)]
        return np.vstack([dijkstra(graph, indices=block, limit=_LONGEST)[:, entries] for block in blocks])

    def _through(self, mode: Mode, snapped: Snapped) -> list[Place]:
        """Return the points of the fastest path through junctions from the first foot to the second."""
        leaving, reaching = _ends(self._roads, mode, snapped)
        costs, before = dijkstra(
            self._layers[mode].graph, indices=leaving.junctions[0], limit=_LONGEST, return_predecessors=True
        )
        offers = leaving.costs[0][:, None] + costs[:, reaching.junctions[1]] + reaching.costs[1][None, :]
        way_out, way_in = divmod(int(np.argmin(offers)), 2)
        junctions = [int(reaching.junctions[1, way_in])]
        while junctions[-1] != leaving.junctions[0, way_out]:
            junctions.append(int(before[way_out, junctions[-1]]))
        points = self._part(int(snapped.stretch[0]), snapped.fraction[0], float(way_out))
        for start, end in pairwise(reversed(junctions)):
            stretch, is_forward = self._layers[mode].arcs[start, end]
            points += self._part(stretch, *((0.0, 1.0) if is_forward else (1.0, 0.0)))
        return points + self._part(int(snapped.stretch[1]), float(way_in), snapped.fraction[1])

    def _part(self, stretch: int, start: float, end: float) -> list[Place]:
        """Return the points of a stretch from one fraction of it to another, both included, in that direction."""
        points = np.array(self._roads.shapes[stretch])
        narrowing = np.array([1.0, np.cos(np.radians(points[0, 0]))])
        parts = np.hypot(*(np.diff(points, axis=0) * narrowing).T)
        at = np.append(0.0, np.cumsum(parts)) / (parts.sum() or 1.0)
        inside = (at > min(start, end)) & (at < max(start, end))
        wanted = np.sort(np.concatenate(([start, end], at[inside])))
        lats, lons = (np.interp(wanted, at, points[:, axis]) for axis in range(2))
        part = [Place(float(lat), float(lon)) for lat, lon in zip(lats, lons, strict=True)]
        return part if start <= end else part[::-1]


def _layer(roads: RoadTable, mode: Mode, island_share: float) -> _Layer:
    starts, ends = np.concatenate((roads.ends, roads.ends[:, ::-1])).T
    stretches = np.tile(np.arange(len(roads.ends)), 2)
    seconds = np.concatenate(roads.seconds[mode].T)
    # Dijkstra takes a cost of nothing for no arc in some forms of a matrix, so the least is a hundredth of a second.
    costs = np.maximum(_packed(seconds, roads.length_m[stretches]), _PACK)
    order = np.lexsort((costs, ends, starts))
    order = order[np.isfinite(costs[order]) & (starts[order] != ends[order])]
    # Of several stretches between two junctions the cheapest stays; a sparse matrix would add them up.
    _, first = np.unique(starts[order] * len(roads.junctions) + ends[order], return_index=True)
    best = order[first]
    graph = csr_array((costs[best], (starts[best], ends[best])), shape=(len(roads.junctions),) * 2)
    arcs = {
        (int(starts[at]), int(ends[at])): (int(stretches[at]), bool(at < len(roads.ends)))  # forward ones come first
        for at in best
    }
    usable = np.isfinite(roads.seconds[mode]).any(axis=1)
    usable &= np.all(_is_mainland(graph, island_share)[roads.ends], axis=1)
    return _Layer(graph, arcs, RoadIndex(roads, usable))


def _is_mainland(graph: csr_array, island_share: float) -> NDArray[np.bool_]:
    """Return for each junction whether its strongly connected part is large enough to be at home in."""
    if not graph.nnz:
        return np.zeros(graph.shape[0], dtype=np.bool_)
    _, part = connected_components(graph, connection="strong")
    sizes = np.bincount(part)
    in_use = np.unique(np.concatenate(graph.nonzero())).size
    is_large: NDArray[np.bool_] = (sizes >= island_share * in_use) | (sizes == sizes.max())
    return is_large[part]


def _share(part: Floats, seconds: Floats) -> Floats:
    """Return a part of the seconds, nothing for no part even where the whole is not allowed (infinite)."""
    return np.multiply(part, seconds, out=np.zeros_like(seconds), where=part > 0)


def _ends(roads: RoadTable, mode: Mode, snapped: Snapped) -> tuple[_Ends, _Ends]:
    """Return what it costs to leave each place's stretch and to reach the place from its ends."""
    stretch, is_off = np.maximum(snapped.stretch, 0), snapped.stretch < 0
    parts = np.column_stack((snapped.fraction, 1 - snapped.fraction))
    metres = parts * roads.length_m[stretch][:, None]
    seconds = roads.seconds[mode][stretch]
    leaving = _packed(_share(parts, seconds[:, ::-1]), metres)  # backwards to the start, forwards to the end
    reaching = _packed(_share(parts, seconds), metres)
    leaving[is_off] = np.inf
    reaching[is_off] = np.inf
    return _Ends(roads.ends[stretch], leaving), _Ends(roads.ends[stretch], reaching)


def _along_stretch(roads: RoadTable, mode: Mode, snapped: Snapped, one: Ints, other: Ints) -> Floats:
    """Return the packed cost from the foot of `one` to that of `other`, which are at one stretch."""
    stretch = snapped.stretch[one]
    part = snapped.fraction[other] - snapped.fraction[one]
    forward, back = roads.seconds[mode][stretch].T
    seconds = _share(np.abs(part), np.where(part >= 0, forward, back))
    return _packed(seconds, np.abs(part) * roads.length_m[stretch])
