"""The road when meals have moved to other kitchens: the question as it is now, and the plan mended to answer it.

Everybody keeps courier, meal point and hour where that can be; what has left stays exactly as it is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from kitchens.batches import PACKING_S
from kitchens.failing.couriers import Couriers, ready_by_home
from kitchens.failing.vans import RunKey, Vans
from kitchens.plan import Batch, Supplied
from kitchens.problem import DayProblem
from routing.places import Place
from routing.plan import LeftOutConsignment, RunPlan
from routing.problem import Consignment, Courier, Home, Kitchen, Lot, MealPoint, RunProblem, Van, lot_for, lot_of
from routing.travel import Mode, TravelMatrix, TravelTimes


@dataclass(frozen=True, slots=True)
class Begun:
    """What stands at `now_s`: batches cooked, van runs gone, couriers gone with their first load."""

    now_s: int
    cooked: frozenset[str] = frozenset()
    vans: frozenset[RunKey] = frozenset()
    couriers: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Extra:
    """What is cooked besides: the batch that each moved order is now in, and who goes without."""

    batch_of: Mapping[int, Batch]
    left: frozenset[int]


def widened(
    problem: RunProblem, day: DayProblem, vans: Sequence[Van], couriers: Sequence[Courier], travel: TravelTimes
) -> RunProblem:
    """Return the same question with every kitchen, meal point, van and courier of the day in it."""
    kitchens = tuple(Kitchen(one.kitchen_id, one.place) for one in day.kitchens)
    kitchens += tuple(one for one in problem.kitchens if one not in kitchens)
    points = tuple(
        MealPoint(one.point_id, one.place, one.window, one.handling_s, capacity_boxes=one.capacity_meals)
        for one in day.points
    )
    asked = {one.point_id: one for one in problem.points}
    points = tuple(asked.pop(one.point_id, one) for one in points) + tuple(asked.values())
    stops: list[Place] = [*(one.place for one in kitchens), *(one.place for one in points)]
    doors: list[Place] = [*(one.place for one in points), *(one.place for one in problem.homes)]
    known_vans, known_couriers = {one.van_id for one in problem.vans}, {one.courier_id for one in problem.couriers}
    return replace(
        problem,
        kitchens=kitchens,
        points=points,
        vans=(*problem.vans, *(one for one in vans if one.van_id not in known_vans)),
        couriers=(*problem.couriers, *(one for one in couriers if one.courier_id not in known_couriers)),
        van_travel=travel.matrix(stops, Mode.CAR),
        courier_travel=travel.matrix(doors, Mode.BICYCLE),
    )


def changed_problem(
    problem: RunProblem, day: DayProblem, place_of: Mapping[int, Lot], extra: Extra, *, allowance_s: int
) -> tuple[RunProblem, Counter[Lot]]:
    """Return the question with the moved boxes as consignments of their own, and how many boxes each former one loses.

    `place_of` is the former consignment of each order that is moved or goes without.
    """
    homes = [_home(home, extra, allowance_s) for home in problem.homes]
    fewer = Counter(place_of[order_id] for order_id in (*extra.batch_of, *extra.left))
    more: dict[Lot, list[int]] = {}
    for order_id, batch in extra.batch_of.items():
        more.setdefault((batch.kitchen_id, place_of[order_id][1], batch.batch_id), []).append(order_id)
    kept = tuple(replace(one, boxes=max(0, one.boxes - fewer[lot_of(one)])) for one in problem.consignments)
    return replace(
        problem,
        homes=tuple(home for home in homes if home is not None),
        consignments=(*kept, *_consignments(day, more, extra, allowance_s)),
        courier_travel=_rows(
            problem.courier_travel,
            len(problem.points),
            [row for row, home in enumerate(homes) if home is not None],
        ),
    ), fewer


def former_lot(former: Collection[Lot], one: Supplied, batch_id: str) -> Lot:
    """Return the consignment that an order came with: its batch's own where there is one."""
    own = (one.kitchen_id, one.point_id, batch_id)
    return own if own in former else (one.kitchen_id, one.point_id, "")


def _home(home: Home, extra: Extra, allowance_s: int) -> Home | None:
    if not extra.left.isdisjoint(home.orders):
        return None
    batch = extra.batch_of.get(home.orders[0])
    if batch is None:
        return home
    latest_s = max(0, batch.eat_by_s - allowance_s)
    return replace(home, kitchen_id=batch.kitchen_id, batch=batch.batch_id, latest_s=latest_s, alternatives=())


def _consignments(
    day: DayProblem, more: Mapping[Lot, Sequence[int]], extra: Extra, allowance_s: int
) -> tuple[Consignment, ...]:
    stands_in = {one.kitchen_id: one.point_id for one in day.kitchens}
    fresh = []
    for lot, orders in sorted(more.items()):
        batch = extra.batch_of[orders[0]]
        on_site = stands_in.get(lot[0]) == lot[1]
        due_s = max(0, batch.eat_by_s - allowance_s)
        ready_s = batch.finish_s + PACKING_S
        fresh.append(Consignment(lot[0], lot[1], len(orders), ready_s, due_s, on_site, lot[2]))
    return tuple(fresh)


def _rows(matrix: TravelMatrix, points: int, kept: Sequence[int]) -> TravelMatrix:
    rows = np.array([*range(points), *(points + row for row in kept)], dtype=np.int64)
    off_road = tuple(at for at, row in enumerate(rows.tolist()) if row in set(matrix.off_road))
    square = np.ix_(rows, rows)
    return TravelMatrix(matrix.seconds[square], matrix.metres[square], matrix.source, matrix.fell_back, off_road)


@dataclass(frozen=True, slots=True)
class Mended:
    """The plan of the road as it is now, and the homes and new consignments that it does not serve."""

    runs: RunPlan
    unserved_homes: frozenset[str]
    unbrought: Mapping[Lot, int]


def mend(
    problem: RunProblem, before: RunPlan, former: frozenset[Lot], fewer: Mapping[Lot, int], begun: Begun
) -> Mended:
    """Return the running plan mended for a question that `changed_problem` has changed.

    `former` are the consignments that `before` knew, `fewer` how many boxes each of them has lost.
    """
    vans = Vans(problem, before.van_runs, begun.vans, begun.now_s)
    standing, off = _less_standing(before.left_out_consignments, fewer)
    vans.take_off(off)
    fresh = {lot_of(one): one for one in problem.consignments if lot_of(one) not in former}
    brought = sorted((one for one in fresh.values() if not one.on_site), key=lambda one: (one.ready_s, lot_of(one)))
    unbrought = {lot_of(one): rest for one in brought if (rest := vans.bring(one))}
    couriers = Couriers(problem, before.courier_runs, begun.couriers, begun.now_s)
    loads = {visit.home_id: trip.load_s for run in before.courier_runs for trip in run.trips for visit in trip.visits}
    moved = [home.home_id for home in problem.homes if home.home_id in loads and lot_for(home) in fresh]
    ready, boxless = ready_by_home(problem, vans.arrivals(), moved, loads)
    unserved = {*couriers.wait(ready), *boxless}
    couriers.drop(unserved)
    known = {home.home_id for home in problem.homes}
    left_homes = tuple(one for one in before.left_out_homes if one.home_id in known)
    runs = RunPlan(tuple(vans.runs), couriers.runs(), left_homes, standing, before.made_by)
    return Mended(runs, frozenset(unserved), unbrought)


def _less_standing(
    standing: Sequence[LeftOutConsignment], fewer: Mapping[Lot, int]
) -> tuple[tuple[LeftOutConsignment, ...], Counter[Lot]]:
    """Take boxes that nobody would have brought off first; return what still stands, and what vans have to leave."""
    off, still = Counter(fewer), []
    for one in standing:
        lot = (one.kitchen_id, one.point_id, one.batch)
        some = min(one.boxes, off[lot])
        off[lot] -= some
        if one.boxes > some:
            still.append(replace(one, boxes=one.boxes - some))
    return tuple(still), off


__all__ = ["Begun", "Extra", "Mended", "changed_problem", "former_lot", "mend", "widened"]
