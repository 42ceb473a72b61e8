"""What every paper has in common: the head, the lines of dishes, and sums that are proved where they are made.

Times are seconds after the service day's local midnight. Words such as textures, limits, reasons and outcome codes are
machine words that the renderer puts into sentences.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from kitchens.meals import Limit, Meal, Texture


class Title(StrEnum):
    """What a paper is; the value is the key of its title."""

    KITCHEN_COUNT = "paper.kitchen_count"
    BATCH_SHEET = "paper.batch_sheet"
    BOX_LABELS = "paper.box_labels"
    LOADING_MANIFEST = "paper.loading_manifest"
    ROUTE_SHEET = "paper.route_sheet"
    MEAL_POINT_SHEET = "paper.meal_point_sheet"
    SUBSTITUTION_SHEET = "paper.substitution_sheet"
    PICK_LIST = "paper.pick_list"
    CALL_LIST = "paper.call_list"
    PURCHASE_LIST = "paper.purchase_list"
    CHANGE_SLIP = "paper.change_slip"


def equal(what: str, total: int, parts: Iterable[int]) -> None:
    """Raise ValueError unless the parts add up to the total: a paper whose sums are wrong cannot be made."""
    added = sum(parts)
    if total != added:
        raise ValueError(f"expected {what} to add up to {total}, got {added}")


@dataclass(frozen=True, slots=True)
class PaperHead:
    """What stands on top of every paper.

    `subject` is the id of the kitchen, meal point or run it is for, `subject_name` its name. `is_confidential` asks
    for the line "return or destroy"; `is_estimated` says that travel times are estimates and not measured.

    A sheet of an earlier version that shows the same as ever holds in the later one: `holds_in` is the newest version
    in which it does. `copy` counts how often it was printed (0: nobody has counted), `reprint` is the word that says
    why again.
    """

    title: Title
    subject: str
    subject_name: str
    service_day: date
    meal: Meal
    plan_number: str
    version: int
    printed_at: datetime
    printed_by: str
    code: str
    is_estimated: bool
    is_confidential: bool
    holds_in: int = 0
    copy: int = 0
    reprint: str = ""


@dataclass(frozen=True, slots=True)
class DishLine:
    """Portions of a dish in a texture; `limits` are those that the dish keeps."""

    dish_id: str
    dish: str
    texture: Texture
    limits: tuple[Limit, ...]
    portions: int


@dataclass(frozen=True, slots=True)
class PartLine:
    """Portions of a dish that goes with a set meal, in a texture."""

    dish_id: str
    dish: str
    texture: Texture
    portions: int
