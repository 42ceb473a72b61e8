"""The second look at the stove: once the vans are planned, everything is cooked as late as its van lets it.

Before the road is planned nobody knows when which box leaves. Afterwards each batch has a last minute: its boxes packed
when the first van or courier that takes some of them leaves, tables in the same house when they open. Batches are moved
later one after another, the last first, each on its station; none is moved to an earlier time, so no food gets older
and no eat-by comes earlier. Ids stay.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from kitchens.batches_lots import PACKING_S
from kitchens.batches_stove import Booked, Slot, Work, works_of
from kitchens.meals import Fulfilment
from kitchens.plan import Batch, BatchPlan, SupplyPlan
from kitchens.problem import DayProblem, Kitchen
from kitchens.settling import supply_as_planned
from routing.plan import RunPlan
from routing.problem import Consignment, Home, RunProblem


@dataclass(frozen=True, slots=True)
class Settled:
    """The batches as they are cooked at last, and the question of the road with what that changes."""

    batches: BatchPlan
    problem: RunProblem


def settle_batches(
    day: DayProblem,
    supply: SupplyPlan,
    batches: BatchPlan,
    problem: RunProblem,
    runs: RunPlan,
    *,
    allowance_s: int,
    packing_s: int = PACKING_S,
    begun: Collection[str] = (),
) -> Settled:
    """Return the batches as late as the runs allow, and the question with its boxes ready and due accordingly.

    The runs answer both questions: whatever leaves still leaves with everything packed, and what keeps longer is due no
    earlier than before. `supply` is the one that the question was made from. Kitchens that have `begun` keep their
    times.
    """
    settled = supply_as_planned(supply, problem, runs)
    leaves = _leaves_s(day, settled, problem, runs)
    moved: list[Batch] = []
    by_kitchen: dict[str, list[Batch]] = defaultdict(list)
    for batch in batches.batches:
        by_kitchen[batch.kitchen_id].append(batch)
    for kitchen in day.kitchens:
        own = by_kitchen.get(kitchen.kitchen_id, [])
        moved += own if kitchen.kitchen_id in begun else _delayed(kitchen, own, leaves, packing_s)
    plan = replace(batches, batches=tuple(sorted(moved, key=lambda one: (one.kitchen_id, one.start_s, one.batch_id))))
    return Settled(plan, _told(problem, batches, plan, settled, allowance_s, packing_s))


def _leaves_s(day: DayProblem, supply: SupplyPlan, problem: RunProblem, runs: RunPlan) -> dict[int, int]:
    """Return when the box of each order must be packed; nothing for one that nobody takes anywhere."""
    orders = {order.order_id: order for order in day.orders}
    opens = {point.point_id: point.window.start_s for point in day.points}
    on_site = {(one.kitchen_id, one.point_id) for one in problem.consignments if one.on_site}
    rides = {visit.home_id: trip.depart_s for run in runs.courier_runs for trip in run.trips for visit in trip.visits}
    home_of = {order_id: home.home_id for home in problem.homes for order_id in home.orders}
    # The boxes of a pair of kitchen and meal point are one consignment: whatever takes the first of them sets the time.
    first: dict[tuple[str, str], int] = {}
    for run in runs.van_runs:
        for stop in run.stops:
            _earlier(first, (run.kitchen_id, stop.point_id), run.depart_s)
    for one in supply.supplied:
        pair = (one.kitchen_id, one.point_id)
        if pair in on_site:
            is_home = orders[one.order_id].fulfilment is Fulfilment.HOME
            at_s = rides.get(home_of.get(one.order_id, "")) if is_home else opens[one.point_id]
            if at_s is not None:
                _earlier(first, pair, at_s)
    return {
        one.order_id: first[one.kitchen_id, one.point_id]
        for one in supply.supplied
        if (one.kitchen_id, one.point_id) in first
    }


def _earlier(first: dict[tuple[str, str], int], pair: tuple[str, str], at_s: int) -> None:
    first[pair] = min(first.get(pair, at_s), at_s)


def _delayed(kitchen: Kitchen, batches: list[Batch], leaves_s: Mapping[int, int], packing_s: int) -> list[Batch]:
    """Return the batches of a kitchen, each as late as what it waits for and what stands after it allow."""
    paces = {work.station_id: work for work in works_of(kitchen, 1)}
    booked = Booked(kitchen.meals_per_hour)
    latest_s = kitchen.cooking.end_s - packing_s
    moved: list[Batch] = []
    for batch in sorted(batches, key=lambda one: (-one.finish_s, -one.start_s, one.batch_id)):
        work = paces[batch.station_id]
        ends_s = min([latest_s, *(leaves_s.get(one, batch.finish_s + packing_s) - packing_s for one in batch.orders)])
        slot = _slot(booked, work, batch, max(ends_s, batch.finish_s))
        booked.add(slot)
        later_s = slot.finish_s - batch.finish_s
        moved.append(replace(batch, start_s=slot.start_s, finish_s=slot.finish_s, eat_by_s=batch.eat_by_s + later_s))
    return moved


def _slot(booked: Booked, work: Work, batch: Batch, finish_by_s: int) -> Slot:
    lasts_s = batch.finish_s - batch.start_s
    slot = booked.latest(work, lasts_s, not_before_s=batch.start_s, finish_by_s=finish_by_s)
    # Where it stands now it never overlaps what was moved away from it.
    return slot or Slot(work.station_id, batch.start_s, batch.finish_s, work.pace)


def _told(
    problem: RunProblem,
    before: BatchPlan,
    after: BatchPlan,
    supply: SupplyPlan,
    allowance_s: int,
    packing_s: int,
) -> RunProblem:
    """Return the question with when boxes are ready, and what may be due later because it was cooked later."""
    was = {order_id: batch for batch in before.batches for order_id in batch.orders}
    now = {order_id: batch for batch in after.batches for order_id in batch.orders}
    cooked: dict[tuple[str, str], list[int]] = defaultdict(list)
    for one in supply.supplied:
        if one.order_id in now:
            cooked[one.kitchen_id, one.point_id].append(one.order_id)

    def consignment(one: Consignment) -> Consignment:
        orders = cooked.get((one.kitchen_id, one.point_id), [])
        if one.batch or not orders:
            return one
        ready_s = max(one.ready_s, max(now[order].finish_s for order in orders) + packing_s)
        # What only the food clock made urgent has as much longer as its oldest food was cooked later.
        keeps_s = min(was[order].eat_by_s for order in orders) - allowance_s
        due_s = one.due_s if one.due_s != keeps_s else min(now[order].eat_by_s for order in orders) - allowance_s
        return replace(one, ready_s=ready_s, due_s=max(one.due_s, due_s))

    def home(one: Home) -> Home:
        latest_s = min(now[order].eat_by_s for order in one.orders) - allowance_s
        return replace(one, latest_s=max(one.latest_s, latest_s))

    return replace(
        problem,
        consignments=tuple(consignment(one) for one in problem.consignments),
        homes=tuple(home(one) for one in problem.homes),
    )
