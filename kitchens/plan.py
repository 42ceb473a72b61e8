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
    """Every order once: supplied, or left out with a reason.

    `cost_m` is the price of all meals that do not come from the usual kitchen, and `bound_m` what no choice of kitchens
    for the same people at the same meal points costs less than; both None where nobody has worked them out.
    """

    supplied: tuple[Supplied, ...]
    left_out: tuple[LeftOut, ...]
    cost_m: int | None = None
    bound_m: int | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """One dish in one texture and variant cooked at once on one station of a kitchen.

    Times in seconds after the service day's local midnight. `portions` counts `orders`, `spare` comes on top.
    `eat_by_s` is what the food clock allows from `finish_s` on while the chain stays unbroken. `station_id` is empty
    in a kitchen that is one line of work. `variant` are the machine words that spoke against another dish for all in
    it, empty for a plain batch: specials with the same clash share a pot, and nobody else does.
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
    station_id: str = ""
    variant: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BatchPlan:
    """Every supplied order in exactly one batch, or left out because no station or no time at the stove remained.

    `objective` is the age of all portions when they are eaten, in tenths of a portion-second (`kitchens.batches`), and
    no schedule of the same batches comes below `bound`; both None where nobody has worked them out.
    """

    batches: tuple[Batch, ...]
    left_out: tuple[LeftOut, ...]
    objective: int | None = None
    bound: int | None = None


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
