"""How hard the engine tries: bounds in solutions and rounds, so that the same effort means the same plan everywhere."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from routing.engine.ortools.model import Bounds


@dataclass(frozen=True, slots=True)
class Limits:
    """Where each search of a run stops.

    Attributes
    ----------
    vans, couriers
        Bounds of one routing model: of a kitchen's vans, of a meal point's couriers.
    van_rounds
        Rounds of improvement over the vans of one kitchen.
    rounds, rounds_a_home
        Rounds of improvement over all couriers: a fixed part and one that grows with the homes.
    again
        How often the vans may be planned again, because boxes came too late for somebody.
    """

    vans: Bounds
    couriers: Bounds
    van_rounds: int
    rounds: int
    rounds_a_home: int
    again: int


class Effort(Enum):
    """The efforts a caller may choose from."""

    QUICK = Limits(Bounds(20), Bounds(20), van_rounds=200, rounds=300, rounds_a_home=2, again=1)
    NORMAL = Limits(Bounds(50), Bounds(40), van_rounds=1_500, rounds=4_000, rounds_a_home=18, again=2)
    THOROUGH = Limits(Bounds(200), Bounds(200), van_rounds=8_000, rounds=16_000, rounds_a_home=72, again=3)
