"""A plan of a published two-echelon instance, and its shape as JSON."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TruckRoute:
    """One truck from the depot through its satellites and back; each drop is (satellite, quantity)."""

    truck: int
    drops: tuple[tuple[int, float], ...]


@dataclass(frozen=True, slots=True)
class FreighterRoute:
    """One city freighter from its satellite through its customers and back."""

    satellite: int
    customers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class TwoEchelonPlan:
    """Both echelons. Satellites and customers are numbered from 0 in the order of the file."""

    first: tuple[TruckRoute, ...]
    second: tuple[FreighterRoute, ...]


def as_json(plan: TwoEchelonPlan) -> dict[str, object]:
    """Return both echelons as lists.

    `first` = [[vehicle, [[satellite, quantity], ...]], ...] and `second` = [[satellite, [customer, ...]], ...].

    A whole quantity is written without a decimal point.
    """
    return {
        "first": [[route.truck, [[place, _number(amount)] for place, amount in route.drops]] for route in plan.first],
        "second": [[route.satellite, list(route.customers)] for route in plan.second],
    }


def _number(amount: float) -> float | int:
    return int(amount) if amount == int(amount) else amount
