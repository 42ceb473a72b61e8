"""The second echelon as a search: the couriers of all meal points over all homes that have boxes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from routing.engine.fields import Chart, Wishes, chart_of
from routing.ground import Ground
from routing.insertion import waiting_homes
from routing.problem import Home, RunProblem
from routing.rides import Ride
from routing.supply import Arrivals

Trips = list[list[tuple[int, list[int]]]]
"""For each courier its trips: (meal point, homes), both by number."""


def courier_chart(asked: RunProblem, problem: RunProblem, ground: Ground, arrivals: Arrivals) -> Chart:
    """Return the field of all homes whose boxes are brought, with the other meal points that have such boxes too.

    `problem` is `asked` settled; prices are those of `asked`.
    """
    places = [*(point.place for point in problem.points), *(home.place for home in problem.homes)]
    wishes = Wishes(
        elsewhere=_elsewhere(asked, problem, arrivals),
        due=_due(problem),
        pairs=_pairs(problem),
        floors={n: home.floors for n, home in enumerate(problem.homes) if home.floors}
        if problem.prices.floor_m
        else {},
        floor_m=problem.prices.floor_m,
    )
    return chart_of(ground, problem.courier_travel, places, wishes, waiting_homes(ground))


def _elsewhere(asked: RunProblem, problem: RunProblem, arrivals: Arrivals) -> dict[int, dict[int, tuple[int, int]]]:
    """Return from when (the last lot) and at what price a home's boxes could be had at each of its points."""
    number = {point.point_id: n for n, point in enumerate(problem.points)}
    out: dict[int, dict[int, tuple[int, int]]] = {}
    for n, home in enumerate(asked.homes):
        if home.alternatives:
            for point in home.points:
                lots = arrivals.get((home.kitchen_id, point.point_id, home.batch))
                if lots:
                    out.setdefault(n, {})[number[point.point_id]] = (lots[-1][0], point.cost_m)
    return out


def _due(problem: RunProblem) -> dict[int, tuple[int, int]]:
    price = problem.prices.late_m_per_s
    if not price:
        return {}
    return {n: (home.due_s, price) for n, home in enumerate(problem.homes) if home.due_s is not None}


def _pairs(problem: RunProblem) -> dict[tuple[int, int], int]:
    """Return what familiarity takes off and a change of courier adds."""
    number = {courier.courier_id: v for v, courier in enumerate(problem.couriers)}
    pairs: dict[tuple[int, int], int] = {}
    for n, home in enumerate(problem.homes):
        if problem.prices.familiar_m:
            for known in home.familiar:
                if known in number:
                    pairs[n, number[known]] = -problem.prices.familiar_m
        if problem.prices.churn_m and home.former_courier_id is not None:
            for courier_id, v in number.items():
                if courier_id != home.former_courier_id:
                    pairs[n, v] = pairs.get((n, v), 0) + problem.prices.churn_m
    return pairs


def rides_of(ground: Ground, trips: Sequence[Sequence[tuple[int, Sequence[int]]]]) -> list[Ride]:
    """Return the rides of all couriers; every home's own point must be the one its trip loads at."""
    return [
        Ride(ground, vehicle, [stops for _, stops in row if stops])
        for vehicle, row in zip(ground.vehicles, trips, strict=True)
    ]


def needed_s(problem: RunProblem, rides: Sequence[Ride]) -> Mapping[tuple[str, str, str], int]:
    """Return by when each consignment must lie ready so that every ride stays possible."""
    latest: dict[tuple[str, str, str], int] = {}
    for ride in rides:
        for load in ride.loads:
            for n in load.stops:
                home: Home = problem.homes[n]
                lot = (home.kitchen_id, home.point_id, home.batch)
                latest[lot] = min(latest.get(lot, load.latest_load_s), load.latest_load_s)
    return latest
