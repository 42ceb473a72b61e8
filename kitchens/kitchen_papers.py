"""What the papers of a kitchen say: count, batch sheets, box labels. Names are shortened, no address, no diagnosis."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from kitchens.meals import Fulfilment, Limit, Texture
from kitchens.paper_head import PaperHead, PartLine, equal
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
class KitchenCount:
    """厨房计数单: how many of what a kitchen cooks, and every box that is not plain."""

    head: PaperHead
    lines: tuple[CountLine, ...]
    portions: int
    spare: int
    total: int
    specials: tuple[SpecialGroup, ...]
    special_count: int
    unserved: tuple[Unserved, ...]

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
class BatchSheet:
    """批次单: one batch at the stove. `contains` and `avoid` are machine words; a special batch is signed twice.

    `contains` is what is in it today, `parts` what goes with it.

    `holding_s` are the times at which its temperature is to be taken while it stands warm.
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
    dish they stood in; `label` is unique in the plan and all that the QR code holds.
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
