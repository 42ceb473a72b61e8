"""The answer of one meal: who is served by which kitchen over which meal point, the batches, the runs, the left-out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from kitchens.meals import Meal, Texture
from routing.plan import Reason, RunPlan


@dataclass(frozen=True, slots=True)
class Part:
    """One dish of a course of a set meal as it is made for an order."""

    course_id: str
    dish_id: str
    texture: Texture


@dataclass(frozen=True, slots=True)
class Supplied:
    """An order with its kitchen, the meal point that hands it over, and the dish as it is made.

    `instead_of` names the dish that was wished or usual where a clash made another one necessary, `parts` what goes
    with it in the courses of a set meal.
    """

    order_id: int
    kitchen_id: str
    point_id: str
    dish_id: str
    texture: Texture
    instead_of: str | None = None
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An order that nobody will serve, and why; `detail` carries the ids or figures of the sentence."""

    order_id: int
    reason: Reason
    detail: str = ""


@dataclass(frozen=True, slots=True)
class SupplyPlan:
    """Every order once: supplied, or left out with a reason."""

    supplied: tuple[Supplied, ...]
    left_out: tuple[LeftOut, ...]


@dataclass(frozen=True, slots=True)
class Batch:
    """One dish in one texture cooked at once in one kitchen.

    Times in seconds after the service day's local midnight. `portions` counts `orders`, `spare` comes on top.
    `eat_by_s` is what the food clock allows from `finish_s` on while the chain stays hot.
    """

    batch_id: str
    kitchen_id: str
    dish_id: str
    texture: Texture
    orders: tuple[int, ...]
    portions: int
    spare: int
    start_s: int
    finish_s: int
    eat_by_s: int


@dataclass(frozen=True, slots=True)
class BatchPlan:
    """Every supplied order in exactly one batch, or left out because no time at the stove remained."""

    batches: tuple[Batch, ...]
    left_out: tuple[LeftOut, ...]


@dataclass(frozen=True, slots=True)
class DayPlan:
    """One meal from orders to doors. `marks` are machine words for what went plain or was estimated.

    `bound_m` is what no plan of the same homes and boxes costs less than, in metres; None where it could not be had.
    """

    service_day: date
    meal: Meal
    supply: SupplyPlan
    batches: BatchPlan
    runs: RunPlan
    marks: tuple[str, ...] = ()
    bound_m: int | None = None
