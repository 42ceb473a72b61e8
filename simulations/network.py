"""Meal points and kitchens of the sample town: where they stand and who supplies whom."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

import numpy as np
from scipy.optimize import linear_sum_assignment

from routing.places import Place
from service.tables import Community
from simulations.district import Places
from simulations.land import Land, Metres, scattered

POINTS = 51
OWN_KITCHENS = 6
POINTS_OF_OWN = 4
ENTERPRISE_KITCHENS = 3
POINTS_OF_ENTERPRISE = (POINTS - OWN_KITCHENS * POINTS_OF_OWN) // ENTERPRISE_KITCHENS
RIM_M = 80.0
POINT_SCATTER_M = 60.0
APART_M = 130.0


@dataclass(frozen=True, slots=True)
class PointSite:
    """A meal point's community and where it stands."""

    community: Community
    at: Metres


@dataclass(frozen=True, slots=True)
class KitchenSite:
    """A kitchen, the points it supplies (as indices), and the one it stands in (None: an enterprise's own ground)."""

    community: Community
    at: Metres
    points: tuple[int, ...]
    stands_in: int | None


def community_centres(places: Places, land: Land) -> dict[str, Metres]:
    """Return where each community is taken to lie.

    Communities that share an anchor are wound about it like the seeds of a sunflower, about `APART_M` apart (up to
    some 500 m out); one that would lie on the rim is moved towards the heart of the town.
    """
    seen: dict[Metres, int] = {}
    centres: dict[str, Metres] = {}
    for community in places.communities:
        anchor = land.flat.metres(Place(community.lat, community.lon))
        i = seen[anchor] = seen.get(anchor, -1) + 1
        far_m, angle = APART_M * math.sqrt(i), i * math.pi * (3 - math.sqrt(5))
        at = (anchor[0] + far_m * math.cos(angle), anchor[1] + far_m * math.sin(angle))
        while land.depth_m(at) < 2 * RIM_M:
            at = (at[0] * 0.98, at[1] * 0.98)
        centres[community.code] = at
    return centres


def point_sites(places: Places, land: Land, draw: Random) -> tuple[PointSite, ...]:
    """Return the meal points, spread over the streets by their communities and within a street amid them."""
    centres = community_centres(places, land)
    sites: list[PointSite] = []
    for street, count in zip(places.streets, _shares([_size(places, s.code) for s in places.streets]), strict=True):
        own = [c for c in places.communities if c.street_code == street.code]
        for community in _in_the_middle(own, count, centres):
            at = scattered(land, centres[community.code], 0, POINT_SCATTER_M, RIM_M, draw)
            sites.append(PointSite(community, at))
    return tuple(sites)


def kitchen_sites(points: Sequence[PointSite], places: Places, land: Land) -> tuple[KitchenSite, ...]:
    """Return the kitchens, own ones first.

    Points are shared out so that the ways are short and each kitchen has its number of points.
    """
    sizes = [POINTS_OF_OWN] * OWN_KITCHENS + [POINTS_OF_ENTERPRISE] * ENTERPRISE_KITCHENS
    groups = _shared_out(np.array([site.at for site in points]), sizes)
    kitchens: list[KitchenSite] = []
    for i, group in enumerate(groups):
        middle = _middle([points[j].at for j in group])
        if i < OWN_KITCHENS:
            nearest = min(group, key=lambda j: (math.dist(points[j].at, middle), j))
            kitchens.append(KitchenSite(points[nearest].community, points[nearest].at, group, nearest))
            continue
        anchors = [(land.flat.metres(Place(c.lat, c.lon)), c) for c in places.communities]
        at, community = min(anchors, key=lambda pair: (math.dist(pair[0], middle), pair[1].code))
        kitchens.append(KitchenSite(community, at, group, None))
    return tuple(kitchens)


def _size(places: Places, street_code: str) -> int:
    return sum(community.street_code == street_code for community in places.communities)


def _shares(sizes: list[int]) -> list[int]:
    """Return how many of all points each street gets: its share, rounded by the largest remainder, at least one."""
    exact = [POINTS * size / sum(sizes) for size in sizes]
    counts = [max(1, math.floor(share)) for share in exact]
    by_remainder = sorted(range(len(sizes)), key=lambda i: (counts[i] - exact[i], i))
    for i in by_remainder[: POINTS - sum(counts)]:
        counts[i] += 1
    return counts


def _in_the_middle(communities: list[Community], count: int, centres: dict[str, Metres]) -> list[Community]:
    """Return `count` communities such that the others of the street are near to one of them (k-medoids).

    They start far apart; then each group's middle one takes over until nothing changes.
    """
    at = {c.code: centres[c.code] for c in communities}
    codes = sorted(at)
    centre = _middle(list(at.values()))
    chosen = [min(codes, key=lambda code: (math.dist(at[code], centre), code))]
    while len(chosen) < count:
        rest = [code for code in codes if code not in chosen]
        chosen.append(max(rest, key=lambda code: (min(math.dist(at[code], at[o]) for o in chosen), code)))
    for _ in range(20):
        groups: dict[str, list[str]] = {code: [code] for code in chosen}
        for code in codes:
            if code not in groups:
                groups[min(chosen, key=lambda o: (math.dist(at[code], at[o]), o))].append(code)
        better = [_medoid(group, at) for group in groups.values()]
        if better == chosen:
            break
        chosen = better
    return [c for c in communities if c.code in chosen]


def _medoid(group: list[str], at: dict[str, Metres]) -> str:
    return min(group, key=lambda code: (round(sum(math.dist(at[code], at[o]) for o in group), 3), code))


def _shared_out(points: np.ndarray[tuple[int, int], np.dtype[np.float64]], sizes: list[int]) -> list[tuple[int, ...]]:
    """Return groups of points of the given sizes with short ways to their middles: assignment and moving in turn.

    The first middles are points far apart; the larger groups come last and get those nearest the heart of the town.
    """
    heart = points.mean(axis=0)
    first = [int(np.argmax(np.linalg.norm(points - heart, axis=1)))]
    while len(first) < len(sizes):
        nearest = np.min([np.linalg.norm(points - points[i], axis=1) for i in first], axis=0)
        first.append(int(np.argmax(nearest)))
    first.sort(key=lambda i: (-float(np.linalg.norm(points[i] - heart)), i))
    middles = points[first]
    seats = np.repeat(np.arange(len(sizes)), sizes)
    for _ in range(20):
        cost = np.round(np.linalg.norm(points[:, None, :] - middles[None, seats, :], axis=2) ** 2)
        _, seat_of = linear_sum_assignment(cost)
        owner = seats[seat_of]
        middles = np.array([points[owner == k].mean(axis=0) for k in range(len(sizes))])
    return [tuple(int(i) for i in np.flatnonzero(owner == k)) for k in range(len(sizes))]


def _middle(at: list[Metres]) -> Metres:
    return sum(east for east, _ in at) / len(at), sum(north for _, north in at) / len(at)
