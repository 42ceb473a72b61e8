"""The question and the answer of a plan's roads, frozen with the plan: values into JSON and back."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import TypeAdapter

from routing.plan import RunPlan
from routing.problem import Consignment, Courier, Home, Kitchen, MealPoint, Prices, RunProblem, Van
from routing.travel import Mode, TravelTimes


@dataclass(frozen=True, slots=True)
class Frozen:
    """A routing question without its travel times, and the plan that answers it."""

    kitchens: tuple[Kitchen, ...]
    points: tuple[MealPoint, ...]
    vans: tuple[Van, ...]
    couriers: tuple[Courier, ...]
    consignments: tuple[Consignment, ...]
    homes: tuple[Home, ...]
    prices: Prices
    boxes_per_carrier: int
    runs: RunPlan


SHAPE = TypeAdapter(Frozen)


def freeze(problem: RunProblem, runs: RunPlan) -> str:
    """Return a question and its plan as JSON."""
    frozen = Frozen(
        kitchens=problem.kitchens,
        points=problem.points,
        vans=problem.vans,
        couriers=problem.couriers,
        consignments=problem.consignments,
        homes=problem.homes,
        prices=problem.prices,
        boxes_per_carrier=problem.boxes_per_carrier,
        runs=runs,
    )
    return SHAPE.dump_json(frozen).decode()


def thaw(content: str, travel: TravelTimes) -> tuple[RunProblem, RunPlan]:
    """Return a frozen question with its travel times asked for again, and its plan."""
    frozen = SHAPE.validate_json(content)
    stops = [*(one.place for one in frozen.kitchens), *(one.place for one in frozen.points)]
    doors = [*(one.place for one in frozen.points), *(one.place for one in frozen.homes)]
    problem = RunProblem(
        kitchens=frozen.kitchens,
        points=frozen.points,
        vans=frozen.vans,
        couriers=frozen.couriers,
        consignments=frozen.consignments,
        homes=frozen.homes,
        van_travel=travel.matrix(stops, Mode.CAR),
        courier_travel=travel.matrix(doors, Mode.BICYCLE),
        prices=frozen.prices,
        boxes_per_carrier=frozen.boxes_per_carrier,
    )
    return problem, frozen.runs
