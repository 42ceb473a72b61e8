"""Plain re-insertion after a diversion, in plain Python: what a repair is held against. It shares no code with it.

Who goes on keeps its order; the homes of the courier who is gone are inserted one after the other, the most urgent
first, each where it adds least, with a stop where the bike stands before the first of them.
"""

from __future__ import annotations

from dataclasses import dataclass

from routing.plan import Visit
from routing.problem import Courier, Home, RunProblem
from routing.situation import CourierNow, RunningPlan, Situation, Worth

FETCH = "fetch"
NOT_AT_ALL = (1 << 30, 0, 0)

Row = list[str]


@dataclass(frozen=True, slots=True)
class _Ground:
    problem: RunProblem
    situation: Situation
    homes: dict[str, Home]
    place: dict[str, int]
    fetched: frozenset[str]
    bike: CourierNow


def plain_repair(problem: RunProblem, plan: RunningPlan, situation: Situation) -> Worth:
    """Return what plain re-insertion is worth where one courier is gone and all boxes are on board."""
    bike = next(one for one in situation.couriers if one.gone)
    first = len(problem.points)
    place = {home.home_id: first + n for n, home in enumerate(problem.homes)} | {FETCH: bike.at}
    homes = {home.home_id: home for home in problem.homes}
    ground = _Ground(problem, situation, homes, place, frozenset(bike.on_board), bike)
    courier_of = {one.courier_id: one for one in problem.couriers}
    goes_on = [(courier_of[one.courier_id], one) for one in situation.couriers if not one.gone]
    ahead = {course.courier_id: course.steps for course in plan.courses}
    rows: list[Row] = [
        [s.home_id for s in ahead[now.courier_id] if isinstance(s, Visit) and s.home_id in now.on_board]
        for _, now in goes_on
    ]
    left = 0
    for home_id in sorted(bike.on_board, key=lambda home_id: (homes[home_id].window.end_s, home_id)):
        choices = [
            (tuple(map(lambda a, b: a - b, after, before)), v, row)
            for v, (courier, now) in enumerate(goes_on)
            for before in [_price(ground, courier, now, rows[v])]
            for row in _ways_in(rows[v], home_id)
            for after in [_price(ground, courier, now, row)]
            if after != NOT_AT_ALL
        ]
        if not choices:
            left += 1
            continue
        _, v, row = min(choices)
        rows[v] = row
    prices = [_price(ground, courier, now, row) for (courier, now), row in zip(goes_on, rows, strict=True)]
    late, late_s, metres = (sum(price[n] for price in prices) for n in range(3))
    return Worth(left, late, late_s, metres)


def _ways_in(row: Row, home_id: str) -> list[Row]:
    """Return the row with the home at every place, fetched before where nobody is fetched yet."""
    if FETCH in row:
        return [[*row[:p], home_id, *row[p:]] for p in range(row.index(FETCH) + 1, len(row) + 1)]
    return [
        [*row[:h], FETCH, *row[h:p], home_id, *row[p:]] for h in range(len(row) + 1) for p in range(h, len(row) + 1)
    ]


def _price(ground: _Ground, courier: Courier, now: CourierNow, row: Row) -> tuple[int, int, int]:
    """Return (late, seconds late, metres) of a row, `NOT_AT_ALL` if it breaks eat-by, shift or capacity."""
    travel, here, free_s = ground.situation.ways(ground.problem), now.at, now.free_s
    late = late_s = metres = 0
    if len(now.on_board) + sum(h in ground.fetched for h in row) > courier.capacity_boxes:
        return NOT_AT_ALL
    for name in row:
        there = ground.place[name]
        metres += travel.metres.item(here, there)
        free_s += travel.seconds.item(here, there)
        here = there
        if name == FETCH:
            free_s = max(free_s, ground.bike.free_s) + ground.situation.hand_over_s
            continue
        home = ground.homes[name]
        start_s = max(free_s, home.window.start_s)
        if start_s > home.latest_s:
            return NOT_AT_ALL
        late += start_s > home.window.end_s
        late_s += max(0, start_s - home.window.end_s)
        free_s = start_s + home.service_s
    return (late, late_s, metres) if free_s <= courier.shift.end_s else NOT_AT_ALL
