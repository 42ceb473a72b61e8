"""What a day comes to in numbers, for the summary, the reports and the comparison of plans."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from kitchens.meals import Fulfilment
from kitchens.plan import DayPlan, LeftOut
from kitchens.problem import DayProblem
from routing.plan import CourierRun, Visit
from routing.problem import Home, RunProblem


@dataclass(frozen=True, slots=True)
class DayFigures:
    """One meal in numbers.

    Attributes
    ----------
    orders, by_fulfilment, served, left_out, left_out_by_reason
        Orders in all, by how they are taken, served and left out; keys are machine words.
    kitchens, points, pairs
        Kitchens that cook, meal points that hand over, and pairs of both.
    replaced, soft
        Orders whose dish was replaced because of a clash, and orders in a softer texture than regular.
    batches, portions, spare
        Batches, ordered portions in them, and portions on top.
    vans, van_runs, van_m
        Vans on the road, their trips, and metres.
    couriers, courier_trips, visits, courier_m, riding_s
        Couriers on the road, their loads, doors, metres, and seconds between doors.
    boxes_per_trip
        Mean boxes of a courier's load.
    first_handover_s, last_handover_s
        Seconds after midnight; None without a visit.
    margin_min_s, margin_median_s
        From the hand-over at the door to the eat-by, in seconds; None without a visit.
    age_median_s
        From the end of cooking to the hand-over at the door, in seconds; None without a visit.
    cooking_cost, cooking_bound
        What the schedule of the batches costs, and what no schedule of them costs less than, in tenths of a
        portion-second before the vans were known (`kitchens.batches_age`); None where nobody has worked it out.
    late
        Hand-overs that start after the elder's window or after the latest time the food clock allows.
    """

    orders: int
    by_fulfilment: dict[str, int]
    served: int
    left_out: int
    left_out_by_reason: dict[str, int]
    kitchens: int
    points: int
    pairs: int
    replaced: int
    soft: int
    batches: int
    portions: int
    spare: int
    vans: int
    van_runs: int
    van_m: int
    couriers: int
    courier_trips: int
    visits: int
    courier_m: int
    riding_s: int
    boxes_per_trip: float
    first_handover_s: int | None
    last_handover_s: int | None
    margin_min_s: int | None
    margin_median_s: int | None
    age_median_s: int | None
    cooking_cost: int | None
    cooking_bound: int | None
    late: int


def figures_of(
    day: DayProblem, plan: DayPlan, problem: RunProblem, served: Collection[int], left_out: Sequence[LeftOut]
) -> DayFigures:
    """Return the figures of a plan of which `served` and `left_out` have been told apart."""
    supplied = [one for one in plan.supply.supplied if one.order_id in served]
    runs, batches = plan.runs, plan.batches.batches
    visits = list(_visits(plan, problem))
    trips = [trip for run in runs.courier_runs for trip in run.trips]
    starts = [visit.start_s for visit, _ in visits]
    margins = sorted(_margins_s(plan, visits))
    fulfilment = Counter(order.fulfilment for order in day.orders)
    reasons = Counter(one.reason for one in left_out)
    return DayFigures(
        orders=len(day.orders),
        by_fulfilment={str(kind): fulfilment[kind] for kind in Fulfilment},
        served=len(served),
        left_out=len(left_out),
        left_out_by_reason={str(reason): reasons[reason] for reason in sorted(reasons)},
        kitchens=len({one.kitchen_id for one in supplied}),
        points=len({one.point_id for one in supplied}),
        pairs=len({(one.kitchen_id, one.point_id) for one in supplied}),
        replaced=sum(one.instead_of is not None for one in supplied),
        soft=sum(one.texture != "regular" for one in supplied),
        batches=len(batches),
        portions=sum(batch.portions for batch in batches),
        spare=sum(batch.spare for batch in batches),
        vans=len({run.van_id for run in runs.van_runs}),
        van_runs=len(runs.van_runs),
        van_m=sum(run.metres for run in runs.van_runs),
        couriers=len({run.courier_id for run in runs.courier_runs}),
        courier_trips=len(trips),
        visits=len(visits),
        courier_m=sum(run.metres for run in runs.courier_runs),
        riding_s=sum(_riding_s(run, problem) for run in runs.courier_runs),
        boxes_per_trip=round(sum(trip.boxes for trip in trips) / len(trips), 2) if trips else 0.0,
        first_handover_s=min(starts, default=None),
        last_handover_s=max(starts, default=None),
        margin_min_s=margins[0] if margins else None,
        margin_median_s=int(median(margins)) if margins else None,
        age_median_s=int(median(_ages_s(plan, visits))) if visits else None,
        cooking_cost=plan.batches.objective,
        cooking_bound=plan.batches.bound,
        late=sum(visit.start_s > min(home.window.end_s, home.latest_s) for visit, home in visits),
    )


def _visits(plan: DayPlan, problem: RunProblem) -> Iterator[tuple[Visit, Home]]:
    homes = {home.home_id: home for home in problem.homes}
    for run in plan.runs.courier_runs:
        for trip in run.trips:
            for visit in trip.visits:
                yield visit, homes[visit.home_id]


def _margins_s(plan: DayPlan, visits: Sequence[tuple[Visit, Home]]) -> Iterator[int]:
    """Yield the seconds from each hand-over to the eat-by of what is handed over."""
    eat_by = {order_id: batch.eat_by_s for batch in plan.batches.batches for order_id in batch.orders}
    for visit, home in visits:
        yield min(eat_by[order_id] for order_id in home.orders) - visit.start_s


def _ages_s(plan: DayPlan, visits: Sequence[tuple[Visit, Home]]) -> Iterator[int]:
    """Yield the seconds from the end of cooking to each hand-over, of the oldest that is handed over."""
    finished = {order_id: batch.finish_s for batch in plan.batches.batches for order_id in batch.orders}
    for visit, home in visits:
        yield visit.start_s - min(finished[order_id] for order_id in home.orders)


def _riding_s(run: CourierRun, problem: RunProblem) -> int:
    """Return the seconds between doors and back for the next load, from the matrix: waiting is not riding."""
    point_at = {point.point_id: n for n, point in enumerate(problem.points)}
    home_at = {home.home_id: len(point_at) + n for n, home in enumerate(problem.homes)}
    stops = [point_at[courier.point_id] for courier in problem.couriers if courier.courier_id == run.courier_id]
    for trip in run.trips:
        stops.append(point_at[trip.point_id])
        stops += (home_at[visit.home_id] for visit in trip.visits)
    seconds = problem.courier_travel.seconds
    return sum(int(seconds[here, there]) for here, there in pairwise(stops))
