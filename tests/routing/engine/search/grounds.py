"""Random second echelons for the search: a busy town whose boxes the plain plan's vans have brought."""

from __future__ import annotations

from routing.engine.couriers import courier_chart
from routing.engine.fields import Chart
from routing.ground import Ground
from routing.insertion import plan_runs_plain, supplied_ground, waiting_homes
from routing.problem import RunProblem
from routing.supply import list_arrivals


def brought(problem: RunProblem) -> tuple[Ground, Chart] | None:
    """Return the ground and its field, or None where there is nobody to search for."""
    runs = plan_runs_plain(problem).van_runs
    ground, _ = supplied_ground(problem, runs)
    if not waiting_homes(ground) or not problem.couriers:
        return None
    return ground, courier_chart(problem, problem, ground, list_arrivals(problem, runs))
