"""By when a meal point wants its boxes: late enough to be possible, early enough for its couriers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from routing.places import DAY_S
from routing.plan import VanRun
from routing.problem import Lot, RunProblem, lot_for
from routing.supply import deadline_s

MARGIN_S = 300
"""A ride planned to the second is late; the wish leaves couriers five minutes."""


WISH_M_PER_S, NEED_M_PER_S = 20, 200
"""Price of a second after a wished arrival, in metres: a van rather drives 1.2 km more than come a minute late. What
somebody was left out for is ten times as dear."""


class Wish(NamedTuple):
    """Unloading is wanted to begin by `by_s`; a second later is priced at `late_m_per_s` metres."""

    by_s: int
    late_m_per_s: int


NO_HURRY = Wish(2 * DAY_S, WISH_M_PER_S)

Wanted = Mapping[Lot, Wish]
"""Consignment -> by when its boxes are wanted at its meal point."""


def wanted_arrivals(problem: RunProblem, couriers_a_point: float | None = None) -> dict[Lot, Wish]:
    """Return for each consignment with homes the latest unloading that lets the couriers of its point be in time.

    By the earliest-deadline rule: homes in order of their deadlines share the couriers of the point, each taking its
    hand-over and the shortest way to it. A point without couriers of its own counts on its share, by work, of all.
    With `couriers_a_point` every point counts on so many, whoever is on duty. A wish, not a rule: it makes a good order
    of arrival, the couriers' plan decides.
    """
    work = _work_s(problem)
    groups: dict[str, list[int]] = defaultdict(list)
    for n, home in enumerate(problem.homes):
        groups[home.point_id].append(n)
    points = {point.point_id: point for point in problem.points}
    able = [courier for courier in problem.couriers if courier.capacity_boxes > 0]
    loading_s = max((courier.loading_s for courier in able), default=0)
    total_s = max(int(work.sum()), 1)
    wanted: dict[Lot, Wish] = {}
    for point_id, group in groups.items():
        own = sum(courier.point_id == point_id for courier in able)
        share = couriers_a_point or own or max(len(able) * float(work[group].sum()) / total_s, 0.25)
        done_s = 0.0
        for n in sorted(group, key=lambda n: (deadline_s(problem.homes[n]), n)):
            home = problem.homes[n]
            done_s += float(work[n])
            start_s = deadline_s(home) + home.service_s - done_s / share - loading_s - MARGIN_S
            key = lot_for(home)
            latest = max(0, int(start_s) - points[point_id].handling_s)
            wanted[key] = min(wanted.get(key, NO_HURRY), Wish(latest, WISH_M_PER_S))
    return wanted


def earlier_arrivals(
    problem: RunProblem, van_runs: Sequence[VanRun], missed_by_s: Mapping[int, int], wanted: Wanted
) -> dict[Lot, Wish]:
    """Return the wishes after a plan: boxes that came too late for somebody are needed so much earlier.

    `missed_by_s` says by how many seconds the nearest courier misses each home (by number) that is left out.
    """
    handling_s = {point.point_id: point.handling_s for point in problem.points}
    arrived: dict[Lot, int] = {}
    for run in van_runs:
        for stop in run.stops:
            key = (run.kitchen_id, stop.point_id, stop.batch)
            arrived[key] = max(stop.ready_s - handling_s[stop.point_id], arrived.get(key, 0))
    earlier = dict(wanted)
    for n, late_s in missed_by_s.items():
        key = lot_for(problem.homes[n])
        if key in arrived:
            need, wish = Wish(max(0, arrived[key] - late_s), NEED_M_PER_S), earlier[key]
            earlier[key] = min(need, wish) if wish.late_m_per_s == NEED_M_PER_S else need
    return earlier


def _work_s(problem: RunProblem) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Return what each home costs a courier at least: its hand-over and the shortest way in from its neighbours."""
    n_points = len(problem.points)
    seconds = problem.courier_travel.seconds
    at = {point.point_id: n for n, point in enumerate(problem.points)}
    work = np.zeros(len(problem.homes), dtype=np.int64)
    groups: dict[str, list[int]] = defaultdict(list)
    for n, home in enumerate(problem.homes):
        groups[home.point_id].append(n)
    for point_id, group in groups.items():
        rows = np.array([at[point_id], *(n_points + n for n in group)])
        ways = seconds[np.ix_(rows, rows)].astype(np.int64)
        np.fill_diagonal(ways, np.iinfo(np.int64).max)
        nearest = np.minimum(ways.min(axis=0)[1:], 3600)
        work[group] = nearest + [problem.homes[n].service_s for n in group]
    return work
