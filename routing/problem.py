"""The question: meals in kitchens, meal points, homes, vans and couriers of one meal.

Every time is in seconds after the service day's local midnight, every load in boxes (one box is one meal).
All values check themselves; a problem that cannot be stated cannot be made. What a plan costs is counted in metres of
travel; every other wish has a price in metres (`Prices`).
"""

from __future__ import annotations

from collections.abc import Sequence
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
    and a courier may leave with them. `docks` is how many vans may unload at once, `capacity_boxes` how many boxes may
    pass through in one meal; None is no limit.
    """

    point_id: str
    place: Place
    window: Window
    handling_s: int = 240
    docks: int | None = None
    capacity_boxes: int | None = None

    def __post_init__(self) -> None:
        _at_least(0, handling_s=self.handling_s)
        if self.docks is not None:
            _at_least(1, docks=self.docks)
        if self.capacity_boxes is not None:
            _at_least(0, capacity_boxes=self.capacity_boxes)


@dataclass(frozen=True, slots=True)
class Van:
    """A van of one kitchen. It may make several trips within its shift; `loading_s` passes before each.

    Boxes travel in carriers: what a van brings to one stop takes whole carriers (`RunProblem.boxes_per_carrier`).
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

    `fixed_cost_m` prices the use of one more courier in metres of riding. `pace_percent` stretches the seconds of every
    ride (100: as the matrix says; 150: half as long again, on foot with a trolley), rounded up. A `certified` courier
    may go to the doors that ask for one.
    """

    courier_id: str
    point_id: str
    capacity_boxes: int
    shift: Window
    loading_s: int = 180
    max_trips: int = 2
    fixed_cost_m: int = 3_000
    pace_percent: int = 100
    certified: bool = False

    def __post_init__(self) -> None:
        _at_least(0, capacity_boxes=self.capacity_boxes, loading_s=self.loading_s, fixed_cost_m=self.fixed_cost_m)
        _at_least(1, max_trips=self.max_trips, pace_percent=self.pace_percent)


@dataclass(frozen=True, slots=True)
class Consignment:
    """All boxes of one batch that a kitchen owes one meal point: for the tables there, for pick-up and for the homes.

    `ready_s` is when the batch is packed; `due_s` the latest useful arrival. A consignment of a kitchen that stands at
    the meal point itself (`on_site`) needs no van: it is there at `ready_s`. `boxes` counts every home at its own
    `point_id`; a plan that takes a home from another of its points moves its boxes from one consignment to the other,
    so a point that is only somebody's alternative has a consignment of 0 boxes.
    """

    kitchen_id: str
    point_id: str
    boxes: int
    ready_s: int
    due_s: int
    on_site: bool = False
    batch: str = ""

    def __post_init__(self) -> None:
        _at_least(0, boxes=self.boxes, ready_s=self.ready_s, due_s=self.due_s)


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another meal point that may serve a home, and what leaving its own point's jurisdiction is priced at."""

    point_id: str
    cost_m: int = 0

    def __post_init__(self) -> None:
        _at_least(0, cost_m=self.cost_m)


@dataclass(frozen=True, slots=True)
class Home:
    """One door, with everything that goes there in one visit.

    `latest_s` is the hard latest hand-over that the food clock allows (eat-by less the eating allowance);
    `window` is when the elder can take the meal. `orders` are the ids of the orders in the boxes.

    Attributes
    ----------
    batch
        Which of the kitchen's batches the boxes come from.
    alternatives
        Other meal points that may serve it; its own `point_id` costs nothing.
    due_s
        The promised time; a later hand-over is priced by `Prices.late_m_per_s`. None: nothing is promised.
    floors
        Floors to climb on foot.
    certified_only
        Only a certified courier may go there.
    familiar
        Couriers the elder knows; each is worth `Prices.familiar_m`.
    courier_id
        The one courier who must go there, if a person has locked it.
    not_couriers
        Couriers who must not go there.
    former_courier_id
        Who went there in the plan before; anybody else costs `Prices.churn_m`.
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
    batch: str = ""
    alternatives: tuple[Alternative, ...] = ()
    due_s: int | None = None
    floors: int = 0
    certified_only: bool = False
    familiar: tuple[str, ...] = ()
    courier_id: str | None = None
    not_couriers: tuple[str, ...] = ()
    former_courier_id: str | None = None

    def __post_init__(self) -> None:
        _at_least(1, boxes=self.boxes)
        _at_least(0, service_s=self.service_s, latest_s=self.latest_s, floors=self.floors)
        if not self.orders:
            raise ValueError(f"expected at least one order for home {self.home_id}")
        _unique("alternative of a home", [self.point_id, *(one.point_id for one in self.alternatives)])
        if self.courier_id is not None and self.courier_id in self.not_couriers:
            raise ValueError(f"home {self.home_id}: courier {self.courier_id} is both required and forbidden")

    @property
    def points(self) -> tuple[Alternative, ...]:
        """Every meal point that may serve it, its own first."""
        return (Alternative(self.point_id), *self.alternatives)


Lot = tuple[str, str, str]
"""(kitchen, meal point, batch): what names a consignment."""


def lot_of(one: Consignment) -> Lot:
    """Return what names a consignment."""
    return one.kitchen_id, one.point_id, one.batch


def lot_for(home: Home) -> Lot:
    """Return the consignment that a home's boxes come with to its own meal point."""
    return home.kitchen_id, home.point_id, home.batch


@dataclass(frozen=True, slots=True)
class Prices:
    """What wishes are worth, in metres of travel; they are never hard.

    A courier who climbs F floors costs `floor_m` * F * F / 100: the square makes one heavy round dearer than two fair
    ones.
    """

    familiar_m: int = 0
    churn_m: int = 0
    late_m_per_s: int = 0
    floor_m: int = 0

    def __post_init__(self) -> None:
        _at_least(
            0,
            familiar_m=self.familiar_m,
            churn_m=self.churn_m,
            late_m_per_s=self.late_m_per_s,
            floor_m=self.floor_m,
        )


@dataclass(frozen=True, slots=True)
class RunProblem:
    """Both echelons of one meal.

    Attributes
    ----------
    van_travel
        Matrix over `kitchens` then `points`, in their order.
    courier_travel
        Matrix over `points` then `homes`, in their order.
    boxes_per_carrier
        What a van brings to one stop is counted in whole carriers of so many boxes.

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
    prices: Prices = Prices()
    boxes_per_carrier: int = 1

    def __post_init__(self) -> None:
        _at_least(1, boxes_per_carrier=self.boxes_per_carrier)
        kitchens = _unique("kitchen", [k.kitchen_id for k in self.kitchens])
        points = _unique("meal point", [p.point_id for p in self.points])
        _unique("van", [v.van_id for v in self.vans])
        couriers = _unique("courier", [c.courier_id for c in self.couriers])
        _unique("home", [h.home_id for h in self.homes])
        _unique("consignment", [(c.kitchen_id, c.point_id, c.batch) for c in self.consignments])
        _known("kitchen", kitchens, [v.kitchen_id for v in self.vans])
        _known("meal point", points, [c.point_id for c in self.couriers])
        _known("kitchen", kitchens, [c.kitchen_id for c in self.consignments])
        _known("meal point", points, [c.point_id for c in self.consignments])
        supplied = {(c.kitchen_id, c.point_id, c.batch) for c in self.consignments}
        for home in self.homes:
            for point in home.points:
                if (home.kitchen_id, point.point_id, home.batch) not in supplied:
                    raise ValueError(f"home {home.home_id}: no consignment {home.kitchen_id} -> {point.point_id}")
            if home.courier_id is not None:
                _known("courier", couriers, [home.courier_id])
        _shape("van", self.van_travel, len(self.kitchens) + len(self.points))
        _shape("courier", self.courier_travel, len(self.points) + len(self.homes))


def _unique(what: str, ids: Sequence[object]) -> set[object]:
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
