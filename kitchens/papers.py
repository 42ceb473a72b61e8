"""What the papers say, as pure values; how they look is a template's business.

Times are seconds after the service day's local midnight. Words such as textures, limits, reasons and outcome codes are
machine words that the renderer puts into sentences. Every value proves its own sums when it is made.

Privacy: papers of the kitchen shorten names and hold no address, labels hold neither address nor diagnosis, route
sheets hold no diagnosis, only what must not be in the box.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from kitchens.meals import Fulfilment, Limit, Meal, Texture
from routing.places import Place, Window
from routing.plan import Reason

OUTCOME_CODES = (
    "in_person",
    "named_person",
    "left_by_rule",
    "no_answer",
    "refused",
    "away_known",
    "address_wrong",
    "other",
)
"""送达结果, codes 1 to 8 of the route sheet, in its order."""

YESTERDAYS_BOX = ("none", "half", "one", "not_due")
"""What may have become of yesterday's box: 0, half, 1, nothing owed."""


class Title(StrEnum):
    """What a paper is; the value is the key of its title."""

    KITCHEN_COUNT = "paper.kitchen_count"
    BATCH_SHEET = "paper.batch_sheet"
    BOX_LABELS = "paper.box_labels"
    LOADING_MANIFEST = "paper.loading_manifest"
    ROUTE_SHEET = "paper.route_sheet"
    MEAL_POINT_SHEET = "paper.meal_point_sheet"


def _equal(what: str, total: int, parts: Iterable[int]) -> None:
    added = sum(parts)
    if total != added:
        raise ValueError(f"expected {what} to add up to {total}, got {added}")


@dataclass(frozen=True, slots=True)
class PaperHead:
    """What stands on top of every paper.

    `subject` is the id of the kitchen, meal point or run it is for, `subject_name` its name. `is_confidential` asks
    for the line "return or destroy"; `is_estimated` says that travel times are estimates and not measured.
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


@dataclass(frozen=True, slots=True)
class DishLine:
    """Portions of a dish in a texture; `limits` are those that the dish keeps."""

    dish_id: str
    dish: str
    texture: Texture
    limits: tuple[Limit, ...]
    portions: int


@dataclass(frozen=True, slots=True)
class CountLine:
    """A line of the kitchen count; `change` is against the last printed count, None if there was none."""

    dish_id: str
    dish: str
    texture: Texture
    limits: tuple[Limit, ...]
    portions: int
    spare: int
    total: int
    change: int | None = None

    def __post_init__(self) -> None:
        _equal("portions and spare", self.total, (self.portions, self.spare))


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
        _equal("people of a group", self.count, (1 for _ in self.people))


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
        _equal("portions", self.portions, (line.portions for line in self.lines))
        _equal("spare", self.spare, (line.spare for line in self.lines))
        _equal("lines", self.total, (line.total for line in self.lines))
        _equal("groups", self.special_count, (group.count for group in self.specials))


@dataclass(frozen=True, slots=True)
class PointLine:
    """How many portions of a batch go to a meal point."""

    point_id: str
    point: str
    portions: int


@dataclass(frozen=True, slots=True)
class BatchSheet:
    """批次单: one batch at the stove. `contains` and `avoid` are machine words; a special batch is signed twice.

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

    def __post_init__(self) -> None:
        _equal("portions and spare", self.total, (self.portions, self.spare))
        _equal("meal points", self.portions, (line.portions for line in self.points))


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


@dataclass(frozen=True, slots=True)
class Carrier:
    """An insulated carrier: its number on this run, for which meal point, and the boxes in it."""

    number: int
    point_id: str
    boxes: int


@dataclass(frozen=True, slots=True)
class ManifestStop:
    """A meal point on a van run: what is unloaded, in which carriers, and the labels that need care."""

    position: int
    point_id: str
    point: str
    address: str
    phone: str
    arrive_s: int
    boxes: int
    lines: tuple[DishLine, ...]
    carriers: tuple[Carrier, ...]
    special_labels: tuple[str, ...]

    def __post_init__(self) -> None:
        _equal(f"lines for {self.point_id}", self.boxes, (line.portions for line in self.lines))
        _equal(f"carriers for {self.point_id}", self.boxes, (carrier.boxes for carrier in self.carriers))


@dataclass(frozen=True, slots=True)
class LoadingManifest:
    """装车单: one van run."""

    head: PaperHead
    run: str
    plate: str
    driver: str
    driver_phone: str
    kitchen: str
    kitchen_address: str
    load_from_s: int
    depart_s: int
    back_s: int
    eat_by_s: int
    boxes: int
    carriers: int
    lines: tuple[DishLine, ...]
    stops: tuple[ManifestStop, ...]
    hot_min_c: float

    def __post_init__(self) -> None:
        _equal("stops", self.boxes, (stop.boxes for stop in self.stops))
        _equal("lines", self.boxes, (line.portions for line in self.lines))
        _equal("carriers", self.carriers, (len(stop.carriers) for stop in self.stops))


@dataclass(frozen=True, slots=True)
class RouteMeal:
    """One box at a door."""

    label: str
    dish: str
    texture: Texture
    avoid: tuple[str, ...]
    instead_of: str
    is_special: bool


@dataclass(frozen=True, slots=True)
class RouteStop:
    """One door. `planned` is what the elder may be told; `window` when they can take it; `latest_s` is the food clock.

    `climb` are the floors that are walked up.
    """

    position: int
    home_id: str
    place: Place
    planned: Window
    window: Window
    arrive_s: int
    latest_s: int
    name: str
    phone: str
    street: str
    block: str
    stairwell: str
    floor: int
    door: str
    has_lift: bool
    climb: int
    entry: str
    door_note: str
    handover: str
    carry: str
    owes_box: bool
    is_changed: bool
    boxes: int
    meals: tuple[RouteMeal, ...]

    def __post_init__(self) -> None:
        _equal(f"meals for {self.home_id}", self.boxes, (1 for _ in self.meals))


@dataclass(frozen=True, slots=True)
class RouteTrip:
    """One load: taken at a meal point, and the doors it is for."""

    number: int
    point_id: str
    point: str
    place: Place
    load_s: int
    depart_s: int
    boxes: int
    stops: tuple[RouteStop, ...]

    def __post_init__(self) -> None:
        _equal(f"stops of load {self.number}", self.boxes, (stop.boxes for stop in self.stops))


@dataclass(frozen=True, slots=True)
class RouteSheet:
    """送餐路线单: what one courier does, door by door."""

    head: PaperHead
    run: str
    courier: str
    courier_phone: str
    desk_phone: str
    leave_s: int
    end_s: int
    last_eat_by_s: int
    first_eat_by_s: int
    metres: int
    doors: int
    boxes: int
    floors: int
    lines: tuple[DishLine, ...]
    trips: tuple[RouteTrip, ...]
    outcomes: tuple[str, ...] = OUTCOME_CODES

    def __post_init__(self) -> None:
        stops = [stop for trip in self.trips for stop in trip.stops]
        _equal("loads", self.boxes, (trip.boxes for trip in self.trips))
        _equal("dishes", self.boxes, (line.portions for line in self.lines))
        _equal("doors", self.doors, (1 for _ in stops))
        _equal("floors", self.floors, (stop.climb for stop in stops))


@dataclass(frozen=True, slots=True)
class Arrival:
    """Boxes that reach a meal point: by van run `run`, or from the kitchen on site (`run` empty)."""

    run: str
    plate: str
    kitchen_id: str
    kitchen: str
    arrive_s: int
    ready_s: int
    boxes: int


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody who eats in or picks up, to be ticked; the name is shortened, the elder's number tells who it is."""

    label: str
    elder_id: str
    short_name: str
    dish: str
    texture: Texture
    avoid: tuple[str, ...]
    is_special: bool


@dataclass(frozen=True, slots=True)
class HandOut:
    """A courier's load that leaves from this meal point."""

    run: str
    trip: int
    courier: str
    load_s: int
    depart_s: int
    boxes: int


@dataclass(frozen=True, slots=True)
class MealPointSheet:
    """助餐点分发单: what arrives, who eats in, who picks up, and which courier takes what.

    `idle` are boxes that arrive for doors which nobody visits: somebody must decide about them.
    """

    head: PaperHead
    point: str
    address: str
    eat_by_s: int
    boxes: int
    idle: int
    arrivals: tuple[Arrival, ...]
    eat_in: tuple[Guest, ...]
    pick_up: tuple[Guest, ...]
    hand_outs: tuple[HandOut, ...]

    def __post_init__(self) -> None:
        _equal("arrivals", self.boxes, (arrival.boxes for arrival in self.arrivals))
        guests = len(self.eat_in) + len(self.pick_up)
        _equal("what leaves", self.boxes, (guests, self.idle, *(one.boxes for one in self.hand_outs)))
