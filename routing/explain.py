"""Why a plan is as it is: why at this hour, why left out, why this meal point, why this courier.

The answers are facts with figures (`Because`); the sentences stand in the text catalogues. Every figure is recomputed
from the problem and the plan, by no code of any planner, and what is said to have served a home left out has been
accepted by the independent checker. Any plan can be asked, a hand-made one too.
"""

from __future__ import annotations

from routing.explaining.because import Because, Cause
from routing.explaining.chain import hand_over
from routing.explaining.choices import why_courier, why_point
from routing.explaining.left_out import why_left_out
from routing.explaining.overview import why_at_point, why_plan
from routing.explaining.runs import why_run
from routing.explaining.town import Town
from routing.explaining.vans import why_van
from routing.plan import RunPlan
from routing.problem import RunProblem

__all__ = [
    "Because",
    "Cause",
    "explain_home",
    "explain_plan",
    "explain_point",
    "explain_run",
    "explain_van",
]


def explain_home(problem: RunProblem, plan: RunPlan, home_id: str) -> tuple[Because, ...]:
    """Return why a home gets its meal at this hour, from this meal point, by this courier; or why it gets none.

    For a home left out every single change that would have served it, of each kind the smallest.

    Raises
    ------
    ValueError
        If the problem does not know the home, the plan neither visits it nor leaves it out, or the plan names anything
        that the problem does not know.
    """
    town = Town(problem, plan)
    if home_id not in town.known.homes:
        raise ValueError(f"unknown home {home_id}")
    door = town.doors.get(home_id)
    if door is not None:
        return (*hand_over(town, door), *why_point(town, door), *why_courier(town, door))
    left = town.left.get(home_id)
    if left is None:
        raise ValueError(f"expected the plan to visit home {home_id} or to leave it out")
    return tuple(why_left_out(town, left))


def explain_run(problem: RunProblem, plan: RunPlan, courier_id: str) -> tuple[Because, ...]:
    """Return what a courier does and what bounds the run: room, windows, the food clock, the shift.

    Raises
    ------
    ValueError
        If the problem does not know the courier, or the plan names anything that the problem does not know.
    """
    town = Town(problem, plan)
    if courier_id not in town.known.couriers:
        raise ValueError(f"unknown courier {courier_id}")
    return tuple(why_run(town, town.known.couriers[courier_id]))


def explain_van(problem: RunProblem, plan: RunPlan, van_id: str) -> tuple[Because, ...]:
    """Return what a van does run by run, what bounds each, and who waits for it.

    Raises
    ------
    ValueError
        If the problem does not know the van, or the plan names anything that the problem does not know.
    """
    town = Town(problem, plan)
    if van_id not in town.known.vans:
        raise ValueError(f"unknown van {van_id}")
    return tuple(why_van(town, town.known.vans[van_id]))


def explain_point(problem: RunProblem, plan: RunPlan, point_id: str) -> tuple[Because, ...]:
    """Return what comes to a meal point and when, its room, its couriers, and how many homes it cannot serve.

    Raises
    ------
    ValueError
        If the problem does not know the meal point, or the plan names anything that the problem does not know.
    """
    town = Town(problem, plan)
    if point_id not in town.known.points:
        raise ValueError(f"unknown meal point {point_id}")
    return tuple(why_at_point(town, town.known.points[point_id]))


def explain_plan(problem: RunProblem, plan: RunPlan) -> tuple[Because, ...]:
    """Return the few facts a manager needs: who is served, who is not and why, who is tightest, what it costs.

    Raises
    ------
    ValueError
        If the plan names anything that the problem does not know.
    """
    return tuple(why_plan(Town(problem, plan)))
