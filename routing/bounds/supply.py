"""The first echelon as the pricing of van trips sees it, and the earliest time any box can be anywhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from routing.bounds.brought import Brought, Key, Lot
from routing.bounds.streets import NEVER, Bits, Ints
from routing.bounds.vans import Round
from routing.problem import Consignment, RunProblem, Van
from routing.travel import UNREACHABLE_S, IntMatrix

BITS = 64
REMEMBERED = 12


@dataclass(frozen=True, slots=True)
class Fleet:
    """The vans of one kitchen and what they have to bring; `keys[n]` is stop n + 1 of `round`.

    `fixed[n]` boxes come there whatever happens, `usual[n]` as the plan has it, `most[n]` at most; `boxes` counts all
    that come to one or the other. `end_s` is when the last shift ends.
    """

    kitchen_id: str
    round: Round
    keys: tuple[Key, ...]
    usual: Ints
    fixed: Ints
    most: Ints
    boxes: int
    vans: int
    fixed_m: int
    loading_s: int
    begin_s: int
    end_s: int

    @property
    def least_trips(self) -> int:
        """How many trips the boxes alone take."""
        return -(-self.boxes // self.round.capacity)

    @property
    def most_trips(self) -> int:
        """How many trips there can be at all: each brings a box and takes its time."""
        one = self.round
        there = one.open_s[1:] <= one.close_s[1:]
        boxes = int(self.most.sum())
        if not there.any():
            return boxes
        round_s = one.seconds[0, 1:] + one.handling_s[1:] + one.seconds[1:, 0]
        shortest_s = self.loading_s + int(round_s[there].min())
        long_s = int(one.close_s[1:][there].max()) - self.begin_s
        return boxes if shortest_s <= 0 else min(boxes, self.vans * (1 + long_s // shortest_s))

    @property
    def span_s(self) -> int:
        """How long a van can be under way in all, from its first loading to its last return."""
        one = self.round
        there = one.open_s[1:] <= one.close_s[1:]
        back_s = (one.close_s + one.handling_s + one.seconds[:, 0])[1:][there]
        return max(1, min(self.end_s, int(back_s.max(initial=0))) - self.begin_s)


def fleets(problem: RunProblem, boxes: Brought, release_s: Mapping[Lot, int]) -> list[Fleet]:
    """Return one fleet per kitchen that brings boxes by van; what cannot be brought in time is left aside."""
    metres, seconds = _shortest(problem.van_travel.metres), _shortest(problem.van_travel.seconds)
    found = []
    for at, kitchen in enumerate(problem.kitchens):
        lots = [c for c in problem.consignments if c.kitchen_id == kitchen.kitchen_id and not c.on_site]
        lots = [c for c in lots if (c.kitchen_id, c.point_id, c.batch) in release_s]
        lots = [c for c in lots if boxes.most.get((c.kitchen_id, c.point_id), 0) > 0]
        vans = [v for v in problem.vans if v.kitchen_id == kitchen.kitchen_id]
        vans = [v for v in vans if v.capacity_boxes >= problem.boxes_per_carrier]
        if lots and vans:
            found.append(_fleet(problem, at, lots, vans, boxes, metres, seconds))
    return found


def _fleet(
    problem: RunProblem, at: int, lots: list[Consignment], vans: list[Van], boxes: Brought, metres: Ints, seconds: Ints
) -> Fleet:
    """Return the fleet of kitchen number `at`; batches for one meal point are one stop, ready with the first."""
    kitchen_id, loading_s = problem.kitchens[at].kitchen_id, min(v.loading_s for v in vans)
    keys = tuple(sorted({(c.kitchen_id, c.point_id) for c in lots}))
    begin_s = max(min(c.ready_s for c in lots), min(v.shift.start_s for v in vans))
    row = {p.point_id: len(problem.kitchens) + n for n, p in enumerate(problem.points)}
    rows = [at, *(row[point_id] for _, point_id in keys)]
    near_m, near_s = metres[np.ix_(rows, rows)], seconds[np.ix_(rows, rows)]
    usual, fixed, most = (_counts(keys, one) for one in (boxes.usual, boxes.fixed, boxes.most))
    capacity = max(v.capacity_boxes for v in vans) // problem.boxes_per_carrier * problem.boxes_per_carrier
    bit, near = _memory(near_m)
    handling_s, open_s, close_s = _hours(problem, keys, lots, near_s[0, 1:], begin_s, loading_s)
    trip = Round(
        metres=np.ascontiguousarray(near_m),
        seconds=np.ascontiguousarray(near_s),
        boxes=np.concatenate(([0], np.minimum(most, capacity))).astype(np.int64),
        handling_s=handling_s,
        open_s=open_s,
        close_s=close_s,
        capacity=capacity,
        near=near,
        bit=bit,
    )
    fixed_m, end_s = min(v.fixed_cost_m for v in vans), max(v.shift.end_s for v in vans)
    total = boxes.total.get(kitchen_id, 0)
    return Fleet(
        kitchen_id, trip, keys, usual, fixed, most, total, len(vans), fixed_m, loading_s, begin_s, end_s
    )  # fmt: skip


def _counts(keys: Sequence[Key], boxes: Mapping[Key, int]) -> Ints:
    return np.array([boxes.get(key, 0) for key in keys], dtype=np.int64)


def _hours(
    problem: RunProblem, keys: Sequence[Key], lots: list[Consignment], way_s: Ints, begin_s: int, loading_s: int
) -> tuple[Ints, Ints, Ints]:
    """Return how long a hand-over takes at each stop, and from when to when it may begin."""
    points = {point.point_id: point for point in problem.points}
    handling_s, open_s, close_s = [0], [0], [NEVER]
    for (_, point_id), there_s in zip(keys, way_s.tolist(), strict=True):
        point = points[point_id]
        mine = [one for one in lots if one.point_id == point_id]
        gone_s = loading_s + max(begin_s, min(one.ready_s for one in mine))
        handling_s.append(point.handling_s)
        open_s.append(max(point.window.start_s, gone_s + there_s))
        close_s.append(min(max(one.due_s for one in mine), point.window.end_s - point.handling_s))
    return np.array(handling_s), np.array(open_s), np.array(close_s)


def _memory(metres: Ints) -> tuple[Bits, Bits]:
    """Return the bit of each stop (0 where bits run out) and the bits that each stop remembers."""
    stops = len(metres)
    bit = np.zeros(stops, dtype=np.uint64)
    bit[1 : BITS + 1] = np.left_shift(np.uint64(1), np.arange(min(BITS, stops - 1), dtype=np.uint64))
    order = np.argsort(metres + metres.T, axis=1, kind="stable")[:, : REMEMBERED + 1]
    return bit, np.array([np.bitwise_or.reduce(bit[row]) for row in order], dtype=np.uint64)


def _shortest(matrix: IntMatrix) -> Ints:
    """Return the shortest ways over any other places (Floyd and Warshall)."""
    ways = np.minimum(matrix.astype(np.int64), UNREACHABLE_S)
    for over in range(len(ways)):
        ways = np.minimum(ways, ways[:, over, None] + ways[None, over, :])
    return np.where(ways >= UNREACHABLE_S, NEVER, ways)


def earliest_boxes(problem: RunProblem) -> dict[Lot, int]:
    """Return from when boxes of each consignment may lie at its meal point; one that cannot come is not in it."""
    seconds = _shortest(problem.van_travel.seconds)
    kitchen_at = {kitchen.kitchen_id: n for n, kitchen in enumerate(problem.kitchens)}
    point_at = {point.point_id: n for n, point in enumerate(problem.points)}
    found: dict[Lot, int] = {}
    for one in problem.consignments:
        lot, point = (one.kitchen_id, one.point_id, one.batch), problem.points[point_at[one.point_id]]
        vans = [v for v in problem.vans if v.kitchen_id == one.kitchen_id]
        vans = [v for v in vans if v.capacity_boxes >= problem.boxes_per_carrier]
        if one.on_site:
            found[lot] = one.ready_s
        elif vans:
            gone_s = min(max(v.shift.start_s, one.ready_s) + v.loading_s for v in vans)
            way_s = int(seconds[kitchen_at[one.kitchen_id], len(kitchen_at) + point_at[one.point_id]])
            begin_s = max(gone_s + way_s, point.window.start_s)
            if begin_s <= min(one.due_s, point.window.end_s - point.handling_s):
                found[lot] = begin_s + point.handling_s
    return found
