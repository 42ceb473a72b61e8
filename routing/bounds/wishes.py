"""What wishes cost at least: who may go to whom, and the floors, as figures a home or a courier."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from routing.problem import Courier, Home, RunProblem


def wishes_m(problem: RunProblem, homes: frozenset[str]) -> int:
    """Return what familiarity and churn add at least: each home by the courier who suits it best of all who may go."""
    on_duty = [courier for courier in problem.couriers if courier.capacity_boxes > 0]
    return sum(_best_m(problem, home, on_duty) for home in problem.homes if home.home_id in homes)


def _best_m(problem: RunProblem, home: Home, couriers: Iterable[Courier]) -> int:
    prices = problem.prices
    if not home.familiar and home.former_courier_id is None:
        return 0
    found = [
        prices.churn_m * (home.former_courier_id not in {None, one.courier_id})
        - prices.familiar_m * (one.courier_id in home.familiar)
        for one in couriers
        if home.courier_id in {None, one.courier_id} and one.courier_id not in home.not_couriers
    ]
    return min(found, default=-prices.familiar_m)


class Climbing(NamedTuple):
    """A straight line below the price of floors: `floor_m` a floor, less `courier_m` a courier."""

    floor_m: int
    courier_m: int


def climbing(problem: RunProblem, homes: frozenset[str], couriers: int) -> Climbing:
    """Return the line that touches the square where so many couriers share all floors evenly.

    The square is rounded down to a metre a courier, hence one more.
    """
    price_m = problem.prices.floor_m
    floors = sum(home.floors for home in problem.homes if home.home_id in homes)
    slope_m = round(2 * price_m * floors / max(1, couriers) / 100) if price_m else 0
    if not slope_m:
        return Climbing(0, 0)
    return Climbing(slope_m, -(-100 * slope_m * slope_m // (4 * price_m)) + 1)
