"""A town small enough to know by heart: two kitchens, three meal points, two vans, three couriers, thirty elders.

Kitchen K1 stands in meal point P1 and cooks for P1 and P2; kitchen K2 is an enterprise and cooks for P3. Elders E01 to
E10 belong to P1, E11 to E20 to P2, E21 to E30 to P3. Of every ten the first five eat there, two have it picked up and
three get it at home. E30 has no position yet; E10 may eat nothing that anybody cooks.
"""

from __future__ import annotations

from datetime import date

from kitchens.meals import Fulfilment, Meal
from service.db import Database
from service.tables import Courier, Dish, Elder, Kitchen, KitchenMeal, MealPoint, MenuEntry, StandingOrder, Van

MONDAY = date(2026, 11, 23)
LAT, LON = 23.090, 113.300
PHONE = "199-0000-0001"
STEP = 0.004
HOUR_S = 3600


def found_town(database: Database) -> None:
    """Write the town; every elder has a standing lunch order on each weekday."""
    with database.write() as session:
        session.add_all(_kitchens())
        session.add_all(Dish(code=code, name=f"样餐{code}", price_fen=1300, contains=holds) for code, holds in DISHES)
        session.flush()
        session.add_all(_kitchen_meals())
        session.add_all(_menu())
        session.add_all(_points())
        session.flush()
        session.add_all(_fleet())
        elders = [_elder(number) for number in range(1, 31)]
        session.add_all(elders)
        session.flush()
        session.add_all(_standing(number) for number in range(1, 31))


DISHES = (("D1", "pork gluten"), ("D2", "soy gluten"))


def _kitchens() -> list[Kitchen]:
    modes = {"K1": "own_kitchen", "K2": "enterprise"}
    return [
        Kitchen(
            code=code,
            name=f"样例厨房{code}",
            mode=mode,
            address="样例路1号",
            licence="样例许可",
            phone="020-5550-0001",
            lat=LAT,
            lon=LON + STEP * offset,
        )
        for offset, (code, mode) in enumerate(modes.items())
    ]


def _kitchen_meals() -> list[KitchenMeal]:
    return [
        KitchenMeal(
            kitchen_code=code,
            meal=Meal.LUNCH,
            capacity_meals=60,
            meals_per_hour=120,
            cooking_start_s=8 * HOUR_S,
            cooking_end_s=10 * HOUR_S,
        )
        for code in ("K1", "K2")
    ]


def _menu() -> list[MenuEntry]:
    return [
        MenuEntry(kitchen_code=kitchen, service_day=MONDAY, meal=Meal.LUNCH, rank=rank, dish_code=dish)
        for kitchen in ("K1", "K2")
        for rank, (dish, _) in enumerate(DISHES, start=1)
    ]


def _points() -> list[MealPoint]:
    return [
        MealPoint(
            code=code,
            name=f"样例饭堂{code}",
            address="样例路2号",
            phone="020-5550-1001",
            lat=LAT + STEP * offset,
            lon=LON,
            kitchen_code=kitchen,
            kitchen_on_site=code == "P1",
            capacity_meals=40,
        )
        for offset, (code, kitchen) in enumerate((("P1", "K1"), ("P2", "K1"), ("P3", "K2")))
    ]


def _fleet() -> list[Van | Courier]:
    shift = {"shift_start_s": 9 * HOUR_S + 1800, "shift_end_s": 13 * HOUR_S}
    vans: list[Van | Courier] = [
        Van(
            code=f"W{n}",
            kitchen_code=f"K{n}",
            plate=f"粤A·样{n}",
            driver="样例",
            phone=PHONE,
            capacity_boxes=40,
            **shift,
        )
        for n in (1, 2)
    ]
    couriers = [
        Courier(code=f"C{n}", name=f"送样{n}", phone=PHONE, meal_point_code=f"P{n}", capacity_boxes=15, **shift)
        for n in (1, 2, 3)
    ]
    return [*vans, *couriers]


def _elder(number: int) -> Elder:
    point = (number - 1) // 10
    found = number != 30
    return Elder(
        number=f"E{number:02d}",
        name=f"陈例{number}",
        birth_year=1940,
        phone="199-0001-0000",
        meal_point_code=f"P{point + 1}",
        address=f"样例路{number}号",
        floor=number % 5 + 1,
        lat=LAT + STEP * point + 0.0003 * (number % 7) if found else None,
        lon=LON + 0.0004 * (number % 5) if found else None,
        excludes="gluten" if number == 10 else "pork" if number % 9 == 0 else "",
    )


def _standing(number: int) -> StandingOrder:
    place = (number - 1) % 10
    fulfilment = Fulfilment.DINE_IN if place < 5 else Fulfilment.PICK_UP if place < 7 else Fulfilment.HOME
    return StandingOrder(
        elder_number=f"E{number:02d}",
        meal=Meal.LUNCH,
        weekdays="12345",
        fulfilment=fulfilment,
        from_day=date(2026, 11, 1),
    )
