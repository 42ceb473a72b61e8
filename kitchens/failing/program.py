"""Who cooks for whom when a stove has failed, as an integer program: the best choice, or one with its gap.

The branch and cut of HiGHS (Huangfu and Hall 2018, Mathematical Programming Computation 10) proves most answers at the
first node; effort is counted in nodes, so that the same question has the same answer on every machine.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array

from kitchens.failing.choice import LEFT_M, Asking, Chosen, Offer, Rooms, choose_plain, weighed
from kitchens.failing.drill import rescue
from kitchens.failing.failure import Failure, Rescue
from kitchens.failing.road import Begun
from kitchens.plan import DayPlan
from kitchens.problem import DayProblem
from routing.problem import RunProblem

NODES = 200
GAP = 1e-6


def rescue_best(
    day: DayProblem,
    plan: DayPlan,
    problem: RunProblem,
    failure: Failure,
    begun: Begun,
    *,
    allowance_s: int,
    earlier: tuple[Failure, ...] = (),
) -> Rescue:
    """As `kitchens.failing.drill.rescue`, with the best choice of who cooks for whom."""
    asked = (day, plan, problem, failure, begun)
    return rescue(*asked, allowance_s=allowance_s, earlier=earlier, choose=choose_best)


def choose_best(asking: Sequence[Asking], rooms: Rooms) -> Chosen:
    """Return the best choice; the plain one where the solver finds none that is better."""
    plain = choose_plain(asking, rooms)
    found = _Program(asking, rooms).solve() if asking else None
    if found is None or found.cost_m > plain.cost_m:
        return plain
    return found


@dataclass(frozen=True, slots=True)
class _Way:
    """A variable: so many meals of a group by an offer, cooked on one kind of station."""

    group: int
    offer: Offer
    kind: str


class _Program:
    """Orders alike are one group. Variables: meals of each way, who stays, who goes without, drives that are made."""

    def __init__(self, asking: Sequence[Asking], rooms: Rooms) -> None:
        self.asking, self.rooms = asking, rooms
        groups: dict[tuple[str, tuple[Offer, ...]], list[int]] = defaultdict(list)
        for one in asking:
            groups[one.point_id, one.offers].append(one.order_id)
        self.points = [point for point, _ in groups]
        self.orders = list(groups.values())
        self.ways = [
            _Way(g, offer, kind)
            for g, (_, offers) in enumerate(groups)
            for offer in offers
            for kind in sorted(offer.kinds)
            if rooms.by_kind.get((offer.kitchen_id, kind), 0) > 0 and rooms.meals.get(offer.kitchen_id, 0) > 0
        ]
        pairs = {(way.offer.kitchen_id, self.points[way.group]) for way in self.ways}
        self.pairs = sorted(pair for pair in pairs if rooms.drive_m(pair))
        self._entries: list[tuple[int, int, int]] = []
        self._least: list[float] = []
        self._most: list[float] = []

    def solve(self) -> Chosen | None:
        """Return the answer with its bound, None if none was found."""
        n, g, d = len(self.ways), len(self.orders), len(self.pairs)
        self._add_rows()
        rows, columns, values = (np.array(part) for part in zip(*self._entries, strict=True))
        cost = np.array(
            [way.offer.cost_m for way in self.ways]
            + [0] * g
            + [LEFT_M] * g
            + list(map(self.rooms.drive_m, self.pairs)),
            dtype=np.int64,
        )
        sizes = [len(orders) for orders in self.orders]
        found = milp(
            cost,
            integrality=np.ones(len(cost), dtype=np.int64),
            bounds=Bounds(0, [sizes[way.group] for way in self.ways] + sizes + sizes + [1] * d),
            constraints=LinearConstraint(
                coo_array((values, (rows, columns)), shape=(len(self._most), len(cost))).tocsc(),
                self._least,
                self._most,
            ),
            options={"node_limit": NODES, "mip_rel_gap": GAP},
        )
        if found.x is None:
            return None
        meals = np.rint(found.x).astype(np.int64)
        bound_m = None if found.mip_dual_bound is None else int(np.ceil(found.mip_dual_bound - 1e-6))
        return self._handed_out(meals[:n].tolist(), meals[n : n + g].tolist(), bound_m)

    def _handed_out(self, meals: list[int], stay: list[int], bound_m: int | None) -> Chosen:
        waiting = [sorted(orders, reverse=True) for orders in self.orders]
        chosen: dict[int, Offer | None] = {}
        for way, some in zip(self.ways, meals, strict=True):
            for _ in range(some):
                chosen[waiting[way.group].pop()] = way.offer
        for orders, some in zip(waiting, stay, strict=True):
            for _ in range(some):
                chosen[orders.pop()] = None
        left = tuple(sorted(order_id for orders in waiting for order_id in orders))
        return weighed(self.asking, self.rooms, chosen, left, bound_m)

    def _add_rows(self) -> None:
        """Everybody is accounted for, no more stay and no kitchen takes more than it can, what is carried is driven."""
        n, g = len(self.ways), len(self.orders)
        by_group: dict[int, list[int]] = defaultdict(list)
        by_kitchen: dict[str, list[int]] = defaultdict(list)
        by_kind: dict[tuple[str, str], list[int]] = defaultdict(list)
        for at, way in enumerate(self.ways):
            by_group[way.group].append(at)
            by_kitchen[way.offer.kitchen_id].append(at)
            by_kind[way.offer.kitchen_id, way.kind].append(at)
        for group, orders in enumerate(self.orders):
            self._row([*by_group[group], n + group, n + g + group], len(orders), len(orders))
        self._row([n + group for group in range(g)], 0, self.rooms.stay)
        for kitchen_id, some in by_kitchen.items():
            self._row(some, 0, self.rooms.meals[kitchen_id])
        for room, some in by_kind.items():
            self._row(some, 0, self.rooms.by_kind[room])
        column = {pair: n + 2 * g + at for at, pair in enumerate(self.pairs)}
        for at, way in enumerate(self.ways):
            drive = column.get((way.offer.kitchen_id, self.points[way.group]))
            if drive is not None:
                most = min(len(self.orders[way.group]), self.rooms.meals[way.offer.kitchen_id])
                self._row([at], -most, 0, drive=(drive, -most))

    def _row(self, columns: Sequence[int], least: int, most: int, *, drive: tuple[int, int] | None = None) -> None:
        self._entries += ((len(self._most), column, 1) for column in columns)
        if drive is not None:
            self._entries.append((len(self._most), *drive))
        self._least.append(least)
        self._most.append(most)
