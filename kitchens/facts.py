"""What papers say about people, places and dishes: plain facts, handed in from the rows, keyed by id."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from kitchens.codes import NO_FORMER, FormerCodes
from kitchens.food_clock import USUAL_RULES, FoodRules
from kitchens.plan import DayPlan
from kitchens.problem import DayProblem
from routing.problem import RunProblem


@dataclass(frozen=True, slots=True)
class ElderFacts:
    """An elder as a courier needs to know them: no birth date, no diagnosis.

    `entry` says how to get in, `door_note` what to do at the door, `handover` who else may take the meal, `carry` what
    else to bring; `owes_box` that yesterday's box is still there. `cautions` are words of what to be careful about.
    """

    elder_id: str
    name: str
    phone: str = ""
    street: str = ""
    block: str = ""
    stairwell: str = ""
    floor: int = 1
    door: str = ""
    has_lift: bool = False
    entry: str = ""
    door_note: str = ""
    handover: str = ""
    carry: str = ""
    owes_box: bool = False
    cautions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PlaceFacts:
    """A meal point."""

    point_id: str
    name: str
    address: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class KitchenFacts:
    """A kitchen with what the law wants on a label."""

    kitchen_id: str
    name: str
    address: str = ""
    licence: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class CourierFacts:
    """A courier."""

    courier_id: str
    name: str
    phone: str = ""


@dataclass(frozen=True, slots=True)
class VanFacts:
    """A van and who drives it."""

    van_id: str
    plate: str
    driver: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class DishFacts:
    """A dish as the stove knows it; 0 g where no weight was given."""

    dish_id: str
    name: str
    recipe: str = ""
    portion_g: int = 0


@dataclass(frozen=True, slots=True)
class RecipeFacts:
    """One ingredient of a dish: grams for a regular portion, and the machine words of what it `contains`."""

    ingredient_id: str
    name: str
    grams: int
    contains: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """All facts of a day by id. Where one is missing the id stands for the name: a gap never stops a paper.

    `recipes` say what a kitchen makes a dish of that day, by (kitchen, dish). The orders were closed at `closed_at`;
    `late` tells who let an order in after that, by order.
    """

    elders: Mapping[str, ElderFacts] = field(default_factory=dict)
    places: Mapping[str, PlaceFacts] = field(default_factory=dict)
    kitchens: Mapping[str, KitchenFacts] = field(default_factory=dict)
    couriers: Mapping[str, CourierFacts] = field(default_factory=dict)
    vans: Mapping[str, VanFacts] = field(default_factory=dict)
    dishes: Mapping[str, DishFacts] = field(default_factory=dict)
    recipes: Mapping[tuple[str, str], tuple[RecipeFacts, ...]] = field(default_factory=dict)
    closed_at: datetime | None = None
    closed_by: str = ""
    late: Mapping[int, str] = field(default_factory=dict)

    def elder(self, elder_id: str) -> ElderFacts:
        """Return the facts of an elder."""
        return self.elders.get(elder_id) or ElderFacts(elder_id, elder_id)

    def place(self, point_id: str) -> PlaceFacts:
        """Return the facts of a meal point."""
        return self.places.get(point_id) or PlaceFacts(point_id, point_id)

    def kitchen(self, kitchen_id: str) -> KitchenFacts:
        """Return the facts of a kitchen."""
        return self.kitchens.get(kitchen_id) or KitchenFacts(kitchen_id, kitchen_id)

    def courier(self, courier_id: str) -> CourierFacts:
        """Return the facts of a courier."""
        return self.couriers.get(courier_id) or CourierFacts(courier_id, courier_id)

    def van(self, van_id: str) -> VanFacts:
        """Return the facts of a van."""
        return self.vans.get(van_id) or VanFacts(van_id, van_id)

    def dish(self, dish_id: str) -> DishFacts:
        """Return the facts of a dish."""
        return self.dishes.get(dish_id) or DishFacts(dish_id, dish_id)


@dataclass(frozen=True, slots=True)
class Printing:
    """Which plan is printed, when, by whom, and the figures that every paper shares.

    `carrier_boxes` is how many boxes an insulated carrier holds. `changed` names the doors that a later version of the
    plan changed, `before` the portions (dish, texture) that each kitchen's last printed count showed. `former` is what
    the versions before called runs and boxes, `told` the time each elder was promised then, `dishes` what each order
    was to get, `first` its label and dish in the first version of all. `ordered_by` decided that there is another
    version, `why` are machine words.
    """

    plan_number: str
    version: int
    printed_at: datetime
    printed_by: str
    desk_phone: str = ""
    carrier_boxes: int = 20
    food: FoodRules = USUAL_RULES
    changed: frozenset[str] = frozenset()
    before: Mapping[str, Mapping[tuple[str, str], int]] = field(default_factory=dict)
    former: FormerCodes = NO_FORMER
    told: Mapping[str, int] = field(default_factory=dict)
    dishes: Mapping[int, str] = field(default_factory=dict)
    first: Mapping[int, tuple[str, str]] = field(default_factory=dict)
    ordered_by: str = ""
    why: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.carrier_boxes < 1:
            raise ValueError(f"expected a carrier that holds at least one box, got {self.carrier_boxes}")
        if self.printed_at.utcoffset() is None:
            raise ValueError(f"expected an aware instant, got {self.printed_at.isoformat()}")


@dataclass(frozen=True, slots=True)
class DayFile:
    """All that the papers of one meal are written from."""

    day: DayProblem
    plan: DayPlan
    runs: RunProblem
    facts: Facts
    printing: Printing


def short_name(name: str) -> str:
    """Return a name as it may hang in a kitchen: first and last character with a star between; two keep the first.

    A name that is not written in single characters keeps its initials: "Chan Mui" reads "C* M*".
    """
    name = name.strip()
    if not name or name.isascii():
        return " ".join(f"{part[0]}*" for part in name.split())
    return f"{name[0]}*{name[-1] if len(name) > 2 else ''}"
