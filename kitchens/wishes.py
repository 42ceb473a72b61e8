"""What people have decided and what elders are used to, before a meal is brought: locks, familiar faces, neighbours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from routing.problem import Prices


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Which further meal points may serve a home.

    Attributes
    ----------
    most
        How many further meal points a home is offered, the nearest first; 0 keeps every home at its assigned one.
    within_m
        How far from the door such a meal point may be, as the crow flies.
    other_street_m
        Price, in metres of travel, of serving a home from a meal point of another sub-district (街道), where both are
        known.
    """

    most: int = 0
    within_m: int = 1_500
    other_street_m: int = 400

    def __post_init__(self) -> None:
        for name, value in (("most", self.most), ("within_m", self.within_m), ("other_street_m", self.other_street_m)):
            if value < 0:
                raise ValueError(f"expected {name} >= 0, got {value}")


@dataclass(frozen=True, slots=True)
class Wishes:
    """Wishes of one meal, by elder id.

    Attributes
    ----------
    locked
        The one courier who must go to the elder.
    barred
        Couriers who must not.
    held
        The meal point that a person has chosen for the elder; the plan offers no other.
    familiar
        Couriers whom the elder knows.
    former
        Who went there in the plan that is replaced.
    prices
        What familiar faces, changes and climbed floors are worth.
    neighbours
        Which further meal points a home is offered.
    """

    locked: Mapping[str, str] = field(default_factory=dict)
    barred: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    held: Mapping[str, str] = field(default_factory=dict)
    familiar: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    former: Mapping[str, str] = field(default_factory=dict)
    prices: Prices = field(default_factory=Prices)
    neighbours: Neighbours = field(default_factory=Neighbours)


NO_WISHES = Wishes()
