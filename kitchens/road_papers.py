"""What the papers of the road say: loading manifest, route sheet, meal-point sheet.

A route sheet tells a courier the door and how to get in, and what must not be in the box; no diagnosis.
"""

from __future__ import annotations

from dataclasses import dataclass

from kitchens.meals import Texture
from kitchens.paper_head import DishLine, PaperHead, equal
from routing.places import Place, Window

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
        equal(f"lines for {self.point_id}", self.boxes, (line.portions for line in self.lines))
        equal(f"carriers for {self.point_id}", self.boxes, (carrier.boxes for carrier in self.carriers))


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
        equal("stops", self.boxes, (stop.boxes for stop in self.stops))
        equal("lines", self.boxes, (line.portions for line in self.lines))
        equal("carriers", self.carriers, (len(stop.carriers) for stop in self.stops))


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
    cautions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        equal(f"meals for {self.home_id}", self.boxes, (1 for _ in self.meals))


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
        equal(f"stops of load {self.number}", self.boxes, (stop.boxes for stop in self.stops))


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
        equal("loads", self.boxes, (trip.boxes for trip in self.trips))
        equal("dishes", self.boxes, (line.portions for line in self.lines))
        equal("doors", self.doors, (1 for _ in stops))
        equal("floors", self.floors, (stop.climb for stop in stops))


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
    cautions: tuple[str, ...] = ()


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
        equal("arrivals", self.boxes, (arrival.boxes for arrival in self.arrivals))
        if self.idle < 0:
            raise ValueError(f"{self.head.subject}: expected as many boxes as leave, {-self.idle} are missing")
        guests = len(self.eat_in) + len(self.pick_up)
        equal("what leaves", self.boxes, (guests, self.idle, *(one.boxes for one in self.hand_outs)))
