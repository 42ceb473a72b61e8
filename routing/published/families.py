"""Any published instance by its file name: its family, and how that family reads, solves, checks and shows it.

Each family is loaded only when one of its files is asked for: none pays for the compiled loops of another.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Any

from routing.engine.budget import Budget


class Family(StrEnum):
    """The families of published instances."""

    TWO_ECHELON = "two_echelon"
    TIMED = "timed"
    SINGLE = "single"


FAMILIES: Mapping[str, Family] = {
    ".dat": Family.TWO_ECHELON,
    ".json": Family.TIMED,
    ".txt": Family.SINGLE,
    ".vrp": Family.SINGLE,
}
"""The family of each file ending."""

COMPILED = frozenset((Family.TWO_ECHELON, Family.TIMED))
"""Families whose loops are compiled at their first call or loaded from a cache: one round is made before the clock."""

CHECKED_WITHIN, BOUNDED_WITHIN = 0.02, 0.05
"""Which share of the seconds is kept for checking the plan and writing it down, and for the lower bound."""


class UnknownFamilyError(ValueError):
    """The file's ending is none that a family uses."""


class UnreadableInstanceError(ValueError):
    """The file is no instance of its family; the message says the line and what was expected."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The plan for one published instance.

    Attributes
    ----------
    instance, family
        The instance's name and family.
    cost
        In the instance's own convention, by the independent checker; it means nothing for an infeasible plan.
    seconds
        From the first byte read to the plan checked.
    feasible, violations
        What the independent checker says.
    lower_bound
        A value that no plan can beat, in the same convention, or None where none is known.
    routes
        The family's own keys, ready to be written as JSON.
    """

    instance: str
    family: Family
    cost: float
    seconds: float
    feasible: bool
    violations: tuple[str, ...]
    lower_bound: float | None
    routes: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Case:
    """One instance with what its family does: every function takes or gives the family's own plan.

    `bound` takes the cost of a plan and a budget.
    """

    name: str
    solve: Callable[..., Any]
    judge: Callable[[Any], tuple[float, tuple[str, ...]]]
    show: Callable[[Any], Mapping[str, Any]]
    bound: Callable[[float, Budget], float | None]


def family_of(path: Path) -> Family:
    """Return the family of a file.

    Raises
    ------
    UnknownFamilyError
        If its ending is none of `FAMILIES`.
    """
    family = FAMILIES.get(path.suffix.lower())
    if family is None:
        raise UnknownFamilyError(f"expected a file ending in {', '.join(FAMILIES)}, got {path.name}")
    return family


def open_case(path: Path) -> Case:
    """Return the instance in `path` with its family's functions.

    Raises
    ------
    UnknownFamilyError, UnreadableInstanceError
        If it is no published instance.
    OSError
        If it cannot be read.
    """
    family = family_of(path)
    # Importing a family may take seconds: it stands outside the guard, or a defect there would pass for a bad file.
    opened = _OPEN[family]()
    try:
        return opened(path)
    except ValueError as error:
        raise UnreadableInstanceError(str(error)) from error


def solve_file(path: Path, *, seconds: float, cores: int, seed: int) -> Answer:
    """Return the best plan for the instance in `path` that `seconds` allow, judged by the independent checker.

    The seconds hold the search only: reading the file, and compiling at the first run on a machine, come before them.

    Raises
    ------
    UnknownFamilyError, UnreadableInstanceError
        If it is no published instance.
    OSError
        If it cannot be read.
    ValueError
        If the family's solver finds no plan at all.
    """
    began = time.perf_counter()
    case = open_case(path)
    if family_of(path) in COMPILED:
        case.solve(budget=Budget(rounds=1), seed=seed, cores=1)
    case.bound(0.0, Budget(rounds=1))
    plan = case.solve(budget=Budget(seconds=seconds * (1 - CHECKED_WITHIN - BOUNDED_WITHIN)), seed=seed, cores=cores)
    cost, violations = case.judge(plan)
    return Answer(
        instance=case.name,
        family=family_of(path),
        cost=cost,
        seconds=time.perf_counter() - began,
        feasible=not violations,
        violations=violations,
        lower_bound=case.bound(cost, Budget(seconds=seconds * BOUNDED_WITHIN)),
        routes=case.show(plan),
    )


def _no_bound(_known: float, _budget: Budget) -> float | None:
    return None


def _single() -> Callable[[Path], Case]:
    from routing.published.single.bound import bound
    from routing.published.single.check import check
    from routing.published.single.instance import SinglePlan, as_json
    from routing.published.single.read import read
    from routing.published.single.solve import solve

    def open_file(path: Path) -> Case:
        instance = read(path)

        def judge(plan: SinglePlan) -> tuple[float, tuple[str, ...]]:
            checked = check(instance, plan)
            return checked.cost, checked.violations

        return Case(
            instance.name, partial(solve, instance), judge, partial(as_json, instance), partial(bound, instance)
        )

    return open_file


def _timed() -> Callable[[Path], Case]:
    from routing.published.timed.check import check
    from routing.published.timed.read import TimedPlan, read_instance
    from routing.published.timed.solve import as_json, solve

    def open_file(path: Path) -> Case:
        instance = read_instance(path)

        def judge(plan: TimedPlan) -> tuple[float, tuple[str, ...]]:
            verdict = check(instance, plan)
            return verdict.cost, verdict.violations

        return Case(instance.name, partial(solve, instance), judge, as_json, _no_bound)

    return open_file


def _two_echelon() -> Callable[[Path], Case]:
    from routing.published.two_echelon.bound import bound
    from routing.published.two_echelon.check import check_two_echelon
    from routing.published.two_echelon.plan import TwoEchelonPlan, as_json
    from routing.published.two_echelon.read import read_two_echelon
    from routing.published.two_echelon.solve import solve

    def open_file(path: Path) -> Case:
        instance = read_two_echelon(path)

        def judge(plan: TwoEchelonPlan) -> tuple[float, tuple[str, ...]]:
            account = check_two_echelon(instance, plan)
            return account.cost, account.violations

        return Case(instance.name, partial(solve, instance), judge, as_json, partial(bound, instance))

    return open_file


_OPEN: Mapping[Family, Callable[[], Callable[[Path], Case]]] = {
    Family.TWO_ECHELON: _two_echelon,
    Family.TIMED: _timed,
    Family.SINGLE: _single,
}
