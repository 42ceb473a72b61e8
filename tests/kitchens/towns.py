"""Tiny towns for the tests of kitchens: places on a grid of a hundred metres near 23.1 N, 113.3 E."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from kitchens.assign import assign_supply_plain
from kitchens.batches import plan_batches
from kitchens.dispatch import runs_problem
from kitchens.meals import Diet, Dish, Fulfilment, Ingredient, Limit, Meal, ProvisionMode, Texture
from kitchens.plan import DayPlan
from kitchens.problem import DayProblem, Kitchen, MealPoint, Order
from kitchens.reach import radians, ways_m
from routing.insertion import plan_runs_plain
from routing.places import Place, Window
from routing.problem import Courier, RunProblem, Van
from routing.travel import Mode, TravelMatrix, TravelSource


class Bees:
    """Travel as the crow flies at five metres a second."""

    def matrix(self, places: Sequence[Place], mode: Mode) -> TravelMatrix:
        metres = ways_m(radians(places), radians(places)).astype(np.int32)
        return TravelMatrix(metres // 5, metres, TravelSource.ROAD_GRAPH)


DAY = date(2026, 11, 23)
EVERY_TEXTURE = frozenset(Texture)
H = 3600
MORNING = Window(7 * H, 10 * H + 1800)


def at(x: float, y: float = 0.0) -> Place:
    """The place x and y hundred metres east and north of the corner of the grid."""
    return Place(23.1 + y * 0.0009, 113.3 + x * 0.00098)


CHICKEN = Dish("D-chicken", "白切鸡饭", frozenset({Ingredient.POULTRY}), frozenset({Texture.REGULAR, Texture.SOFT}))
PORK = Dish("D-pork", "梅菜扣肉饭", frozenset({Ingredient.PORK}), frozenset({Texture.REGULAR}))
TOFU = Dish(
    "D-tofu", "豆腐饭", frozenset({Ingredient.SOY}), EVERY_TEXTURE, frozenset({Limit.LOW_SALT, Limit.LOW_SUGAR})
)
CONGEE = Dish(
    "D-congee", "鱼片粥", frozenset({Ingredient.FISH}), frozenset({Texture.PUREED}), frozenset({Limit.LOW_SALT})
)


def kitchen(
    kitchen_id: str = "K1",
    place: Place | None = None,
    *,
    menu: Sequence[Dish] = (PORK, CHICKEN, TOFU),
    capacity: int = 100,
    pace: int = 200,
    cooking: Window = MORNING,
    point: str | None = None,
    delivers: bool = True,
) -> Kitchen:
    return Kitchen(
        kitchen_id=kitchen_id,
        place=place or at(0),
        mode=ProvisionMode.OWN_KITCHEN if point else ProvisionMode.ENTERPRISE,
        menu=tuple(menu),
        capacity_meals=capacity,
        meals_per_hour=pace,
        cooking=cooking,
        point_id=point,
        delivers=delivers,
    )


def point(
    point_id: str = "P1",
    place: Place | None = None,
    *,
    kitchen: str | None = "K1",
    capacity: int = 100,
    boxes: int = 50,
) -> MealPoint:
    return MealPoint(point_id, place or at(5), kitchen, Window(10 * H, 13 * H + 1800), capacity, boxes)


def order(
    order_id: int,
    point_id: str | None = "P1",
    fulfilment: Fulfilment = Fulfilment.DINE_IN,
    *,
    elder: str | None = None,
    diet: Diet | None = None,
    dish: str | None = None,
    place: Place | None = None,
    window: Window | None = None,
) -> Order:
    return Order(order_id, elder or f"{order_id:05d}", point_id, fulfilment, diet or Diet(), dish, place, window)


def home(order_id: int, point_id: str | None = "P1", place: Place | None = None, **more: object) -> Order:
    return order(order_id, point_id, Fulfilment.HOME, place=place or at(5, order_id % 7), **more)  # type: ignore[arg-type]


def day(orders: Sequence[Order], kitchens: Sequence[Kitchen], points: Sequence[MealPoint]) -> DayProblem:
    return DayProblem(DAY, Meal.LUNCH, tuple(orders), tuple(kitchens), tuple(points))


def random_diet(chance: random.Random) -> Diet:
    if chance.random() < 0.8:
        return Diet()
    return Diet(
        texture=chance.choice(list(Texture)),
        limits=frozenset(chance.sample(list(Limit), chance.choice([0, 0, 1]))),
        excludes=frozenset(chance.sample(list(Ingredient), chance.choice([0, 1, 2]))),
        dislikes=frozenset(chance.sample(list(Ingredient), chance.choice([0, 1]))),
    )


def random_day(
    chance: random.Random,
    orders: int,
    kitchens: int,
    points: int,
    *,
    slack: float = 1.2,
    homes: float = 0.5,
    area: float = 60,
    vans: float = 1.0,
) -> DayProblem:
    """A town with too much or too little of everything; `slack` is capacity over demand,
    `vans` the chance that a kitchen has a van."""
    per_kitchen = max(1, int(orders * slack / kitchens))
    per_point = max(1, int(orders * slack / points))
    menus = [(PORK, CHICKEN, TOFU), (CHICKEN, TOFU, CONGEE), (PORK, TOFU), (PORK,)]
    stands_in = {n: f"P{n:03d}" for n in range(min(kitchens, points)) if chance.random() >= vans}
    ks = [
        kitchen(
            f"K{n:02d}",
            at(chance.uniform(0, area), chance.uniform(0, area)),
            menu=chance.choice(menus),
            capacity=chance.randint(0, 2 * per_kitchen),
            pace=max(1, per_kitchen),
            point=stands_in.get(n),
            delivers=n not in stands_in,
        )
        for n in range(kitchens)
    ]
    ps = [
        point(
            f"P{n:03d}",
            at(chance.uniform(0, area), chance.uniform(0, area)),
            kitchen=chance.choice([*(k.kitchen_id for k in ks), None]),
            capacity=chance.randint(0, 2 * per_point),
            boxes=chance.choice([0, per_point // 2, per_point]),
        )
        for n in range(points)
    ]
    return day([_random_order(chance, n, ps, homes, area) for n in range(orders)], ks, ps)


def _random_order(chance: random.Random, n: int, points: Sequence[MealPoint], homes: float, area: float) -> Order:
    own = chance.choice(points)
    is_home = chance.random() < homes
    x, y = chance.uniform(0, area), chance.uniform(0, area)
    return order(
        n + 1,
        None if chance.random() < 0.02 else own.point_id,
        Fulfilment.HOME if is_home else chance.choice([Fulfilment.DINE_IN, Fulfilment.PICK_UP]),
        diet=random_diet(chance),
        dish=chance.choice([None, None, None, TOFU.dish_id, CONGEE.dish_id]),
        place=at(x, y) if is_home and chance.random() > 0.02 else None,
    )


@dataclass(frozen=True)
class Planned:
    """A day planned from orders to doors without a solver."""

    day: DayProblem
    runs: RunProblem
    plan: DayPlan


def planned(town: DayProblem, *, vans: int = 2, couriers: int = 1, van_boxes: int = 60, boxes: int = 20) -> Planned:
    """Plan a day plainly, with so many vans for each kitchen and couriers for each point that has boxes."""
    supply = assign_supply_plain(town)
    batches = plan_batches(town, supply)
    fleet = [
        Van(f"V-{k.kitchen_id}-{n}", k.kitchen_id, van_boxes, Window(6 * H, 15 * H))
        for k in town.kitchens
        for n in range(vans)
    ]
    riders = [
        Courier(f"C-{p.point_id}-{n}", p.point_id, boxes, Window(9 * H, 14 * H))
        for p in town.points
        if p.courier_boxes
        for n in range(couriers)
    ]
    problem = runs_problem(town, supply, batches, fleet, riders, Bees(), allowance_s=1800)
    return Planned(town, problem, DayPlan(DAY, Meal.LUNCH, supply, batches, plan_runs_plain(problem)))
