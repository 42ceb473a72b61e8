"""The question of one meal: whose order is cooked where, and at which meal point it is handed over."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from kitchens.meals import Capability, Diet, Dish, Fulfilment, Meal, ProvisionMode, StationKind
from routing.places import Place, Window


@dataclass(frozen=True, slots=True)
class Order:
    """One meal for one elder.

    `point_id` is the elder's own meal point (None if none is known), `dish_id` the wish (None: the kitchen's usual
    dish), `place` the door in WGS-84 (None if nobody has found it yet), `window` when the elder can take it there,
    `service_s` the time at the door with its stairs, `floors` those that are walked up.
    `street_id` is the sub-district (街道) of the elder's community, empty where nobody has told.
    `choices` are the dishes wished for in the courses of a set meal; what they leave open is filled with what fits.
    `former` is the kitchen and meal point that the elder was last served from at this meal, None where nobody knows.
    `is_served` is false when the elder has left the service since the order was placed: a person must look at it.
    """

    order_id: int
    elder_id: str
    point_id: str | None
    fulfilment: Fulfilment
    diet: Diet = field(default_factory=Diet)
    dish_id: str | None = None
    place: Place | None = None
    window: Window | None = None
    service_s: int = 150
    is_served: bool = True
    floors: int = 0
    street_id: str = ""
    choices: tuple[str, ...] = ()
    former: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Station:
    """One wok, steamer, oven or cold table: it cooks one batch at a time, at its pace and of at most one panful.

    Raises
    ------
    ValueError
        If it cooks nothing in an hour, or its pan holds nothing.
    """

    station_id: str
    kind: StationKind
    meals_per_hour: int
    pan_portions: int

    def __post_init__(self) -> None:
        if self.meals_per_hour < 1 or self.pan_portions < 1:
            raise ValueError(f"station {self.station_id}: expected at least 1 meal an hour and 1 portion in the pan")


@dataclass(frozen=True, slots=True)
class Kitchen:
    """A kitchen with today's menu: the first dish is the usual one.

    `capacity_meals` bounds the whole meal, `meals_per_hour` its pace; cooking may start at `cooking.start_s` and the
    last batch must be packed at `cooking.end_s`. `point_id` names the meal point it stands in, if any; a kitchen that
    does not deliver (`delivers`) has no van and can serve only that point. Its `stations` cook at the same time, all
    together no faster than `meals_per_hour`; without any it is one line of work at that pace.
    """

    kitchen_id: str
    place: Place
    mode: ProvisionMode
    menu: tuple[Dish, ...]
    capacity_meals: int
    meals_per_hour: int
    cooking: Window
    point_id: str | None = None
    delivers: bool = True
    stations: tuple[Station, ...] = ()
    capabilities: frozenset[Capability] = frozenset()

    def __post_init__(self) -> None:
        if self.capacity_meals < 0 or self.meals_per_hour < 1:
            raise ValueError(f"kitchen {self.kitchen_id}: expected capacity >= 0 and at least 1 meal an hour")
        if len({station.station_id for station in self.stations}) != len(self.stations):
            raise ValueError(f"kitchen {self.kitchen_id}: expected each station once")


@dataclass(frozen=True, slots=True)
class MealPoint:
    """A meal point with its usual kitchen (None: nobody cooks for it) and the couriers' boxes it can send out.

    `street_id` is the sub-district (街道) it stands in, empty where nobody has told.
    """

    point_id: str
    place: Place
    kitchen_id: str | None
    window: Window
    capacity_meals: int
    courier_boxes: int
    handling_s: int = 240
    street_id: str = ""


@dataclass(frozen=True, slots=True)
class DayProblem:
    """All closed orders of one meal, and what there is to serve them with.

    Raises
    ------
    ValueError
        If an id stands twice.
    """

    service_day: date
    meal: Meal
    orders: tuple[Order, ...]
    kitchens: tuple[Kitchen, ...]
    points: tuple[MealPoint, ...]

    def __post_init__(self) -> None:
        for what, ids in (
            ("order", [o.order_id for o in self.orders]),
            ("kitchen", [k.kitchen_id for k in self.kitchens]),
            ("meal point", [p.point_id for p in self.points]),
        ):
            if len(set(ids)) != len(ids):
                raise ValueError(f"expected each {what} once")
