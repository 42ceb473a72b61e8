"""From a problem to the streets: nodes, ways, kinds and groups of couriers, each at its most generous."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from routing.bounds.brought import Lot
from routing.bounds.streets import NEVER, Doors, Ints, Kinds, Streets
from routing.bounds.ways import ways_between, ways_out
from routing.bounds.wishes import Climbing
from routing.problem import Courier, Home, RunProblem
from routing.travel import UNREACHABLE_S

MOST_KINDS = 6

Kind = tuple[int, int, int, int, int]
"""(capacity, -loading_s, max_trips, shift end, -fixed_cost_m): more is better in each."""

Lots = Mapping[Lot, int]
"""From when the boxes of each consignment may be there; one that is not in it never comes."""


@dataclass(frozen=True, slots=True)
class Extra:
    """What doors cost beside the way: `box_m` a box of a home with a choice, as vans ask for it, and the floors."""

    box_m: Mapping[Lot, float]
    climbing: Climbing


@dataclass(frozen=True, slots=True)
class Group:
    """Couriers of one kind who start at one meal point (by number), and how many they are."""

    start: int
    kind: int
    couriers: int


@dataclass(frozen=True, slots=True)
class Second:
    """The second echelon, ready for pricing.

    `fixed_m[kind]` is the price of a courier; `first_m[group, point]` and `first_s[group, point]` say how far and when
    the first load is. `keys[n]` is the consignment (kitchen, point) that node n takes its boxes from.
    """

    streets: Streets
    groups: tuple[Group, ...]
    fixed_m: Ints
    first_m: Ints
    first_s: Ints
    homes: tuple[str, ...]


def second_echelon(problem: RunProblem, served: Iterable[str], release_s: Lots, extra: Extra) -> Second:
    """Return the second echelon for the homes `served`.

    Who may go to whom only makes plans dearer and is left aside. What familiar couriers are worth is not in it.
    """
    kinds, kind_of = _kinds(problem.couriers)
    homes = tuple(sorted(served))
    doors, rows = _doors(problem, homes, release_s, kinds, extra)
    seconds = _fastest_s(problem)
    streets = _streets(problem, doors, rows, kinds, _earliest(problem, release_s), seconds)
    groups, first_m, first_s = _groups(problem, kind_of, seconds)
    fixed_m = np.array([-key[4] - extra.climbing.courier_m for key in _distinct(kind_of)], dtype=np.int64)
    return Second(streets, groups, fixed_m, first_m, first_s, homes)


def _distinct(kind_of: Sequence[Kind]) -> list[Kind]:
    return sorted(set(kind_of))


def _kinds(couriers: Sequence[Courier]) -> tuple[Kinds, list[Kind]]:
    """Return the kinds and each courier's; too many are merged into few, each as good as its best member."""
    own = [(c.capacity_boxes, -c.loading_s, c.max_trips, c.shift.end_s, -c.fixed_cost_m) for c in couriers]
    keys = _distinct(own)
    size = -(-len(keys) // MOST_KINDS)
    merged: dict[Kind, Kind] = {}
    for at in range(0, len(keys), max(1, size)):
        several = keys[at : at + size]
        best = np.max(np.array(several), axis=0)
        for key in several:
            merged[key] = (int(best[0]), int(best[1]), int(best[2]), int(best[3]), int(best[4]))
    kind_of = [merged[key] for key in own]
    table = np.array(_distinct(kind_of), dtype=np.int64).reshape(-1, 5)
    return Kinds(table[:, 0].copy(), -table[:, 1], table[:, 2].copy(), table[:, 3].copy()), kind_of


def _doors(
    problem: RunProblem, homes: Sequence[str], release_s: Lots, kinds: Kinds, extra: Extra
) -> tuple[Doors, Ints]:
    """Return the nodes in the order of their meal points, and the row of each in the courier matrix."""
    at = {home.home_id: n for n, home in enumerate(problem.homes)}
    point_at = {point.point_id: n for n, point in enumerate(problem.points)}
    loading_s, end_s = int(kinds.loading_s.min(initial=NEVER)), int(kinds.end_s.max(initial=0))
    lines: list[tuple[int, ...]] = []
    for row, home_id in enumerate(homes):
        home = problem.homes[at[home_id]]
        for point in home.points:
            lot = (home.kitchen_id, point.point_id, home.batch)
            open_s = max(home.window.start_s, release_s.get(lot, NEVER) + loading_s)
            close_s = min(home.window.end_s, home.latest_s)
            if open_s <= min(close_s, end_s - home.service_s):
                more_m = point.cost_m + _extra_m(problem, home, lot, open_s, extra)
                place = len(problem.points) + at[home_id]
                about = (home.boxes, home.service_s, open_s, close_s, more_m, place)
                lines.append((row, point_at[point.point_id], *about))
    lines.sort(key=lambda line: (line[1], line[0]))
    table = np.array(lines, dtype=np.int64).reshape(-1, 8)
    columns = [np.ascontiguousarray(table[:, n]) for n in range(8)]
    return Doors(*columns[:7]), columns[7]


def _extra_m(problem: RunProblem, home: Home, lot: Lot, open_s: int, extra: Extra) -> int:
    """Return what a visit costs at least beside the way and the jurisdiction."""
    late_s = 0 if home.due_s is None else max(0, open_s - home.due_s)
    box_m = extra.box_m.get(lot, 0.0) if home.alternatives else 0.0
    climbed_m = home.floors * extra.climbing.floor_m
    return late_s * problem.prices.late_m_per_s + int(home.boxes * box_m) + climbed_m


def _fastest_s(problem: RunProblem) -> Ints:
    """Return the seconds of every ride at the pace of the fastest courier."""
    seconds = problem.courier_travel.seconds.astype(np.int64)
    pace = min((c.pace_percent for c in problem.couriers if c.capacity_boxes > 0), default=100)
    return np.where(seconds >= UNREACHABLE_S, seconds, -(-seconds * pace // 100))


def _earliest(problem: RunProblem, release_s: Lots) -> Ints:
    """Return when each meal point may first be loaded at; never where no box comes."""
    first = np.full(len(problem.points), NEVER, dtype=np.int64)
    for n, point in enumerate(problem.points):
        lots = [when for (_, point_id, _), when in release_s.items() if point_id == point.point_id]
        if lots:
            first[n] = max(point.window.start_s, min(lots))
    return first


def _streets(problem: RunProblem, doors: Doors, rows: Ints, kinds: Kinds, earliest_s: Ints, seconds: Ints) -> Streets:
    metres = problem.courier_travel.metres.astype(np.int64)
    points = len(problem.points)
    loading_s = int(kinds.loading_s.min()) if len(kinds.loading_s) else 0
    shut_s = np.array([point.window.end_s for point in problem.points], dtype=np.int64)
    back_m = np.ascontiguousarray(metres[rows][:, :points])
    back_s = seconds[rows][:, :points]
    never = (back_s >= UNREACHABLE_S) | (earliest_s >= NEVER)[None, :] | (shut_s < earliest_s)[None, :]
    return Streets(
        doors=doors,
        between=ways_between(doors, rows, metres, seconds),
        out=ways_out(doors, rows, metres, seconds, earliest_s + loading_s),
        kinds=kinds,
        back_m=back_m,
        back_s=np.ascontiguousarray(np.where(never, NEVER, back_s)),
        point_open_s=earliest_s,
        point_shut_s=shut_s,
    )


def _groups(problem: RunProblem, kind_of: Sequence[Kind], seconds: Ints) -> tuple[tuple[Group, ...], Ints, Ints]:
    """Return the groups, and metres and earliest time of the first load of each group at each meal point."""
    distinct = _distinct(kind_of)
    point_at = {point.point_id: n for n, point in enumerate(problem.points)}
    metres = problem.courier_travel.metres
    members = Counter[tuple[int, int]]()
    begin_s: dict[tuple[int, int], int] = {}
    for courier, kind in zip(problem.couriers, kind_of, strict=True):
        if courier.capacity_boxes > 0:
            key = (point_at[courier.point_id], distinct.index(kind))
            members[key] += 1
            begin_s[key] = min(begin_s.get(key, NEVER), courier.shift.start_s)
    order = sorted(members)
    points = len(problem.points)
    first_m, first_s = np.full((len(order), points), NEVER), np.full((len(order), points), NEVER)
    for n, key in enumerate(order):
        there = seconds[key[0], :points] < UNREACHABLE_S
        first_m[n, there] = metres[key[0], :points][there]
        first_s[n, there] = begin_s[key] + seconds[key[0], :points][there]
    return tuple(Group(start, kind, members[start, kind]) for start, kind in order), first_m, first_s
