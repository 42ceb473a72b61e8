"""Share out the goods: which truck brings how much to each satellite, so that every trip's goods are there in time."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from routing.engine.synchronised.layout import SLACK

Given = list[dict[int, float]]
"""For each want, how much of it each truck brings."""


class Want(NamedTuple):
    """A trip's load at a satellite, and when it must leave at the latest."""

    satellite: int
    load: float
    latest: float


def share_out(
    trucks: Sequence[Mapping[int, float]], wants: Sequence[Want], capacity: float
) -> list[dict[int, float]] | None:
    """Return how much each truck leaves at each satellite it serves, or None if the trucks cannot bring all in time.

    `trucks` holds for each truck when goods are ready at the satellites it serves. A maximum flow from trucks to trips
    by shortest augmenting paths (Edmonds and Karp 1972).
    """
    given: Given = [{} for _ in wants]
    room = [capacity] * len(trucks)
    for nth, want in enumerate(wants):
        missing = want.load
        while missing > SLACK:
            path = _find_path(trucks, wants, given, room, nth)
            if not path:
                return None
            missing -= _push(given, room, path, missing)
    loads = [dict.fromkeys(truck, 0.0) for truck in trucks]
    for want, shares in zip(wants, given, strict=True):
        for truck, share in shares.items():
            loads[truck][want.satellite] += share
    return loads


def _find_path(
    trucks: Sequence[Mapping[int, float]], wants: Sequence[Want], given: Given, room: list[float], start: int
) -> list[tuple[int, int]]:
    """Return a shortest path of (want, truck that shall bring more of it), from one whose truck has room to the start.

    Each want of the path but the start gives up as much of what the next one's truck brings it. Empty if there is none.
    """
    reached: dict[int, int] = {}
    taken_from: dict[int, int] = {start: -1}
    queue = deque([start])
    while queue:
        nth = queue.popleft()
        want = wants[nth]
        for truck, ready in enumerate(trucks):
            if truck in reached or ready.get(want.satellite, want.latest + 1.0) > want.latest + SLACK:
                continue
            reached[truck] = nth
            if room[truck] > SLACK:
                return _traced(reached, taken_from, truck)
            for other, shares in enumerate(given):
                if other not in taken_from and shares.get(truck, 0.0) > SLACK:
                    taken_from[other] = truck
                    queue.append(other)
    return []


def _traced(reached: dict[int, int], taken_from: dict[int, int], truck: int) -> list[tuple[int, int]]:
    path: list[tuple[int, int]] = []
    while truck >= 0:
        want = reached[truck]
        path.append((want, truck))
        truck = taken_from[want]
    return path


def _push(given: Given, room: list[float], path: list[tuple[int, int]], missing: float) -> float:
    """Move as much along the path as may be, at most what is missing, and return it."""
    first = path[0][1]
    given_up = [(want, truck) for (want, _), (_, truck) in pairwise(path)]
    amount = min([missing, room[first], *(given[want][truck] for want, truck in given_up)])
    for want, truck in path:
        given[want][truck] = given[want].get(truck, 0.0) + amount
    for want, truck in given_up:
        given[want][truck] -= amount
    room[first] -= amount
    return amount
