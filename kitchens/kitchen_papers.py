"""What the papers of a kitchen say: count, batch sheets, box labels, pick and purchase lists.

Names are shortened; no address, no diagnosis.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from kitchens.food_clock import Keeping
from kitchens.meals import Fulfilment, Limit, Texture
from kitchens.paper_head import DishLine, PaperHead, PartLine, equal
from routing.plan import Reason


@dataclass(frozen=True, slots=True)
class CountLine:
    """A line of the kitchen count; `change` is against the last printed count, None if there was none.

    `parts` is what goes with a set meal, `picks` how many dishes each portion of it has chosen.
    """

    dish_id: str
    dish: str
    texture: Texture
    limits: tuple[Limit, ...]
    portions: int
    spare: int
    total: int
    change: int | None = None
    parts: tuple[PartLine, ...] = ()
    picks: int = 0

    def __post_init__(self) -> None:
        equal("portions and spare", self.total, (self.portions, self.spare))
        equal("dishes of courses", self.portions * self.picks, (part.portions for part in self.parts))


@dataclass(frozen=True, slots=True)
class Special:
    """One person in a group of specials; `label` and `run` are empty where nobody brings the box."""

    label: str
    short_name: str
    dish: str
    texture: Texture
    run: str


@dataclass(frozen=True, slots=True)
class SpecialGroup:
    """People with the same clash: `avoid` are the machine words, `instead_of` the dish that they cannot have."""

    avoid: tuple[str, ...]
    texture: Texture
    instead_of: str
    count: int
    people: tuple[Special, ...]

    def __post_init__(self) -> None:
        equal("people of a group", self.count, (1 for _ in self.people))


@dataclass(frozen=True, slots=True)
class Unserved:
    """Somebody whom nobody brings anything, at the foot of the count."""

    order_id: int
    short_name: str
    reason: Reason


@dataclass(frozen=True, slots=True)
class LateOrder:
    """An order that somebody let in after the cut-off."""

    order_id: int
    short_name: str
    decided_by: str


@dataclass(frozen=True, slots=True)
class KitchenCount:
    """厨房计数单: how many of what a kitchen cooks, and every box that is not plain.

    The orders were closed at `closed_at`; `late` came in afterwards and are counted.
    """

    head: PaperHead
    lines: tuple[CountLine, ...]
    portions: int
    spare: int
    total: int
    specials: tuple[SpecialGroup, ...]
    special_count: int
    unserved: tuple[Unserved, ...]
    closed_at: datetime | None = None
    closed_by: str = ""
    late: tuple[LateOrder, ...] = ()

    def __post_init__(self) -> None:
        equal("portions", self.portions, (line.portions for line in self.lines))
        equal("spare", self.spare, (line.spare for line in self.lines))
        equal("lines", self.total, (line.total for line in self.lines))
        equal("groups", self.special_count, (group.count for group in self.specials))


@dataclass(frozen=True, slots=True)
class PointLine:
    """How many portions of a batch go to a meal point."""

    point_id: str
    point: str
    portions: int


@dataclass(frozen=True, slots=True)
class IngredientLine:
    """What goes into a pot or is bought: grams, rounded up, and the machine words of what it `contains`.

    `lot` is the lot it is taken from, empty where it is to be written by hand.
    """

    ingredient_id: str
    name: str
    grams: int
    contains: tuple[str, ...] = ()
    lot: str = ""

    def __post_init__(self) -> None:
        if self.grams < 0:
            raise ValueError(f"{self.ingredient_id}: expected grams of at least 0, got {self.grams}")


@dataclass(frozen=True, slots=True)
class BatchSheet:
    """批次单: one batch at the stove. `contains` and `avoid` are machine words; a special batch is signed twice.

    `contains` is what is in it today, `parts` what goes with it.

    `holding_s` are the times at which its temperature is to be taken while it stands warm. `ingredients` are scaled to
    all portions; `station` is the machine word of where it is cooked, empty where the kitchen does not tell them apart.
    """

    head: PaperHead
    batch_id: str
    dish: str
    recipe: str
    texture: Texture
    limits: tuple[Limit, ...]
    contains: tuple[str, ...]
    avoid: tuple[str, ...]
    portions: int
    spare: int
    total: int
    weight_g: int
    start_s: int
    finish_s: int
    eat_by_s: int
    holding_s: tuple[int, ...]
    hot_min_c: float
    sample_min_g: int
    sample_keep_s: int
    is_special: bool
    points: tuple[PointLine, ...]
    parts: tuple[PartLine, ...] = ()
    ingredients: tuple[IngredientLine, ...] = ()
    station: str = ""

    def __post_init__(self) -> None:
        equal("portions and spare", self.total, (self.portions, self.spare))
        equal("meal points", self.portions, (line.portions for line in self.points))


class Stack(StrEnum):
    """Where a label lies in the stack, from the top."""

    CLASH = "clash"
    TEXTURE = "texture"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class BoxLabel:
    """餐盒标签: one box. `run` and `stop` are empty and 0 for a box that stays at the meal point `point`.

    `number` of `of` counts the boxes for one door. `avoid` are the machine words of what clashed, `instead_of` the
    dish they stood in; `label` is unique in the plan and all that the QR code holds. `mark` is what the lid must say.
    """

    head: PaperHead
    label: str
    stack: Stack
    run: str
    stop: int
    number: int
    of: int
    point: str
    fulfilment: Fulfilment
    short_name: str
    dish: str
    texture: Texture
    avoid: tuple[str, ...]
    instead_of: str
    cooked_s: int
    eat_by_s: int
    kitchen: str
    licence: str
    phone: str
    mark: str = ""
    keeping: Keeping = Keeping.HOT


@dataclass(frozen=True, slots=True)
class PickSpecial:
    """A box that is picked by its label and ticked, not counted."""

    label: str
    short_name: str
    dish: str
    texture: Texture
    avoid: tuple[str, ...]
    run: str = ""
    stop: int = 0


@dataclass(frozen=True, slots=True)
class PickLoad:
    """One courier's load within a pick list: how many boxes it takes and when it leaves."""

    run: str
    trip: int
    courier: str
    depart_s: int
    boxes: int


@dataclass(frozen=True, slots=True)
class PickList:
    """拣货单: what is put together for one meal point (in a kitchen) or for one run (at a meal point).

    `lines` count the boxes that are alike, `specials` name the others one by one; `hot` and `cold` are carriers.
    `van_runs` say by which van a kitchen's boxes leave (empty: it stands where they are eaten), `run` and `courier` are
    empty on the list of a meal point. `loads` are the couriers' loads a meal point's boxes become.
    """

    head: PaperHead
    kitchen: str
    point: str
    run: str
    courier: str
    van_runs: tuple[str, ...]
    leave_s: int
    arrive_s: int
    eat_by_s: int
    boxes: int
    hot: int
    cold: int
    lines: tuple[DishLine, ...]
    specials: tuple[PickSpecial, ...]
    loads: tuple[PickLoad, ...] = ()

    def __post_init__(self) -> None:
        counted = sum(line.portions for line in self.lines)
        equal("boxes that are alike, and specials", self.boxes, (counted, len(self.specials)))


@dataclass(frozen=True, slots=True)
class PurchaseNeed:
    """For which batches how much of an ingredient is needed."""

    batch_id: str
    dish: str
    grams: int


@dataclass(frozen=True, slots=True)
class PurchaseLine:
    """One ingredient: grams in all, for what, and until when it must be there."""

    ingredient: IngredientLine
    needed_s: int
    needs: tuple[PurchaseNeed, ...]

    def __post_init__(self) -> None:
        equal(f"grams of {self.ingredient.ingredient_id}", self.ingredient.grams, (one.grams for one in self.needs))


@dataclass(frozen=True, slots=True)
class PurchaseList:
    """采购单: what a kitchen needs for this meal, with blanks for what was delivered, its lot and its warmth.

    `unknown` are dishes whose recipe nobody has written down: nothing of them stands in the lines.
    """

    head: PaperHead
    portions: int
    grams: int
    lines: tuple[PurchaseLine, ...]
    unknown: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        equal("grams", self.grams, (line.ingredient.grams for line in self.lines))
