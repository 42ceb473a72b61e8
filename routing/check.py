"""The independent checker: recomputes a plan from the problem's matrices and says where it breaks a rule.

It shares nothing with the planners but the values. Waiting is always allowed; being anywhere earlier than the
matrices let one be is not. What happens at a meal point (unloading until sorted, loading until gone) lies within the
meal point's window; a hand-over starts within the home's window and not after the food clock's latest moment. The rules
themselves stand in `routing.checks`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from routing.checks.boxes import Boxes
from routing.checks.couriers import courier_violations
from routing.checks.known import Known, known_of
from routing.checks.vans import dock_violations, van_violations
from routing.checks.violations import Violation, ViolationCode
from routing.city import City, Surroundings
from routing.plan import RunPlan
from routing.problem import RunProblem

__all__ = ["Violation", "ViolationCode", "check_city", "check_runs"]


def check_runs(problem: RunProblem, plan: RunPlan) -> tuple[Violation, ...]:
    """Return every rule that `plan` breaks, in the order van runs, boxes, courier runs, synchronisation, homes."""
    known = known_of(problem)
    boxes = Boxes(known, plan)
    return (
        *van_violations(known, plan.van_runs),
        *dock_violations(known, plan.van_runs),
        *boxes.accounted_for(),
        *boxes.pass_through(),
        *courier_violations(known, plan.courier_runs),
        *boxes.synchronised(),
        *_everybody(known, plan),
    )


def check_city(city: City, plan: RunPlan) -> tuple[Violation, ...]:
    """Return every rule that a city's plan breaks, as `check_runs`; travel is asked for run by run.

    A matrix over all doors cannot be had, so that each courier's run is checked with the ways between its own places.
    """
    doorless = replace(city, couriers=(), homes=()).problem()
    known = Known(city, doorless.van_travel, doorless.courier_travel)
    boxes, surroundings = Boxes(known, plan), Surroundings(city)
    twice = Counter(run.courier_id for run in plan.courier_runs)
    return (
        *van_violations(known, plan.van_runs),
        *dock_violations(known, plan.van_runs),
        *boxes.accounted_for(),
        *boxes.pass_through(),
        *(Violation(ViolationCode.COURIER_TWICE, who) for who, runs in twice.items() if runs > 1),
        *(
            violation
            for run in plan.courier_runs
            for violation in courier_violations(known_of(surroundings.of_run(run)), [run])
        ),
        *boxes.synchronised(),
        *_everybody(known, plan),
    )


def _everybody(known: Known, plan: RunPlan) -> Iterator[Violation]:
    """Each home is visited once or left out once."""
    found = Counter(left.home_id for left in plan.left_out_homes)
    for left in plan.left_out_homes:
        if left.home_id not in known.homes:
            yield Violation(ViolationCode.UNKNOWN_HOME, left.home_id)
    found.update(visit.home_id for run in plan.courier_runs for trip in run.trips for visit in trip.visits)
    for home_id in known.homes:
        if found[home_id] == 0:
            yield Violation(ViolationCode.HOME_FORGOTTEN, home_id)
        elif found[home_id] > 1:
            yield Violation(ViolationCode.HOME_TWICE, home_id, found[home_id] - 1)
