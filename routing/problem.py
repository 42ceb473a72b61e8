"""The question: meals in kitchens, meal points, homes, vans and couriers of one meal.

Every time is in seconds after the service day's local midnight, every load in boxes (one box is one meal).
All values check themselves; a problem that cannot be stated cannot be made.
"""

from __future__ import annotations

from dataclasses import dataclass

from routing.places import Place, Window
from routing.travel import TravelMatrix


def _at_least(least: int, **values: int) -> None:
    for name, value in values.items():
        if value < least:
            raise ValueError(f"expected {name} >= {least}, got {value}")


@dataclass(frozen=True, slots=True)
class Kitchen:
    """Where vans load and, at `place`, where their shift starts and ends."""

    kitchen_id: str
    place: Place


@dataclass(frozen=True, slots=True)
class MealPoint:
    """Where vans unload and couriers load.

    `window` is when somebody is there; `handling_s` is the time from a van's arrival until its boxes are sorted
    and a courier may leave with them.
    """

    point_id: str
    place: Place
    window: Window
    handling_s: int = 240

    def __post_init__(self) -> None:
        _at_least(0, handling_s=self.handling_s)


@dataclass(frozen=True, slots=True)
class Van:
    """A van of one kitchen. It may make several trips within its shift; `reload_s` passes between two.

    A capacity of 0 is a van that is out of service: it is never used, and never an error.
    """

    van_id: str
    kitchen_id: str
    capacity_boxes: int
    shift: Window
    loading_s: int = 300
    fixed_cost_m: int = 5_000

    def __post_init__(self) -> None:
        _at_least(0, capacity_boxes=self.capacity_boxes, loading_s=self.loading_s, fixed_cost_m=self.fixed_cost_m)


@dataclass(frozen=True, slots=True)
class Courier:
    """A courier who starts at a meal point, may reload up to `max_trips - 1` times, and ends at the last door.

    `fixed_cost_m` prices the use of one more courier in metres of riding.
    """

    courier_id: str
    point_id: str
    capacity_boxes: int
    shift: Window
    loading_s: int = 180
    max_trips: int = 2
    fixed_cost_m: int = 3_000

    def __post_init__(self) -> None:
        _at_least(0, capacity_boxes=self.capacity_boxes, loading_s=self.loading_s, fixed_cost_m=self.fixed_cost_m)
        _at_least(1, max_trips=self.max_trips)


@dataclass(frozen=True, slots=True)
class Consignment:
    """All boxes that one kitchen owes one meal point: for the tables there, for pick-up and for the homes.

    `ready_s` is when the last batch in it is packed; `due_s` the latest useful arrival. A consignment of a kitchen
    that stands at the meal point itself (`on_site`) needs no van: it is there at `ready_s`.
    """

    kitchen_id: str
    point_id: str
    boxes: int
    ready_s: int
    due_s: int
    on_site: bool = False

    def __post_init__(self) -> None:
        _at_least(1, boxes=self.boxes)
        _at_least(0, ready_s=self.ready_s, due_s=self.due_s)


@dataclass(frozen=True, slots=True)
class Home:
    """One door, with everything that goes there in one visit.

    `latest_s` is the hard latest hand-over that the food clock allows (eat-by less the eating allowance);
    `window` is when the elder can take the meal. `orders` are the ids of the orders in the boxes.
    """

    home_id: str
    place: Place
    point_id: str
    kitchen_id: str
    orders: tuple[int, ...]
    boxes: int
    window: Window
    service_s: int
    latest_s: int

    def __post_init__(self) -> None:
        _at_least(1, boxes=self.boxes)
        _at_least(0, service_s=self.service_s, latest_s=self.latest_s)
        if not self.orders:
            raise ValueError(f"expected at least one order for home {self.home_id}")


@dataclass(frozen=True, slots=True)
class RunProblem:
    """Both echelons of one meal.

    Attributes
    ----------
    van_travel
        Matrix over `kitchens` then `points`, in their order.
    courier_travel
        Matrix over `points` then `homes`, in their order.

    Raises
    ------
    ValueError
        If an id stands twice, a reference points nowhere, or a matrix has the wrong shape.
    """

    kitchens: tuple[Kitchen, ...]
    points: tuple[MealPoint, ...]
    vans: tuple[Van, ...]
    couriers: tuple[Courier, ...]
    consignments: tuple[Consignment, ...]
    homes: tuple[Home, ...]
    van_travel: TravelMatrix
    courier_travel: TravelMatrix

    def __post_init__(self) -> None:
        kitchens = _unique("kitchen", [k.kitchen_id for k in self.kitchens])
        points = _unique("meal point", [p.point_id for p in self.points])
        _unique("van", [v.van_id for v in self.vans])
        _unique("courier", [c.courier_id for c in self.couriers])
        _unique("home", [h.home_id for h in self.homes])
        _unique("consignment", [(c.kitchen_id, c.point_id) for c in self.consignments])
        _known("kitchen", kitchens, [v.kitchen_id for v in self.vans])
        _known("meal point", points, [c.point_id for c in self.couriers])
        _known("kitchen", kitchens, [c.kitchen_id for c in self.consignments])
        _known("meal point", points, [c.point_id for c in self.consignments])
        supplied = {(c.kitchen_id, c.point_id) for c in self.consignments}
        for home in self.homes:
            if (home.kitchen_id, home.point_id) not in supplied:
                raise ValueError(f"home {home.home_id}: no consignment {home.kitchen_id} -> {home.point_id}")
        _shape("van", self.van_travel, len(self.kitchens) + len(self.points))
        _shape("courier", self.courier_travel, len(self.points) + len(self.homes))


def _unique(what: str, ids: list[object] | list[str] | list[tuple[str, str]]) -> set[object]:
    seen: set[object] = set()
    for one in ids:
        if one in seen:
            raise ValueError(f"expected each {what} once, got {one} twice")
        seen.add(one)
    return seen


def _known(what: str, known: set[object], ids: list[str]) -> None:
    for one in ids:
        if one not in known:
            raise ValueError(f"unknown {what} {one}")


def _shape(what: str, matrix: TravelMatrix, n: int) -> None:
    if matrix.seconds.shape != (n, n):
        raise ValueError(f"expected a {what} matrix of shape ({n}, {n}), got {matrix.seconds.shape}")
