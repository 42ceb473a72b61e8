"""A made-up month as rows: elders with places and care levels, orders, plans, visits with outcomes, swipes."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any

from sqlalchemy import insert
from sqlmodel import Session, SQLModel

from kitchens.meals import Fulfilment, Meal
from service.clock import instant_of
from service.db import Database
from service.tables import (
    Batch,
    Community,
    Courier,
    CourierRun,
    DeliveryFee,
    Dish,
    Elder,
    ElderCareLevel,
    ElderPlace,
    Kitchen,
    KitchenMeal,
    MealOrder,
    MealPoint,
    Plan,
    PlannedOrder,
    Street,
    TakenMeal,
    Visit,
)

FIRST, LAST = date(2026, 11, 1), date(2026, 11, 30)
MEALS = (Meal.LUNCH, Meal.DINNER)
PRICES_FEN = {"D1": 1000, "D2": 1200, "D3": 1300, "D4": 1500}
ADDRESS: dict[str, Any] = {"address": "样例路1号", "phone": "020-5550-0001", "lat": 23.09, "lon": 113.3}
WAYS = (Fulfilment.DINE_IN, Fulfilment.PICK_UP, Fulfilment.HOME)


def write_month(database: Database, meals: int, elders: int, chance: random.Random) -> None:
    """Write so many meals of so many elders, every one of them handed over."""
    slots = [(FIRST + timedelta(days=offset), meal) for offset in range((LAST - FIRST).days + 1) for meal in MEALS]
    if meals > len(slots) * elders:
        raise SystemExit(f"at most {len(slots) * elders} meals fit into the month of {elders} elders")
    with database.write() as session:
        _found(session, elders, chance)
        for place, (day, meal) in enumerate(slots):
            count = min(elders, meals - place * elders)
            if count > 0:
                _write_meal(session, place + 1, day, meal, count, place * elders, chance)


def _found(session: Session, elders: int, chance: random.Random) -> None:
    session.add(Street(code="440105001", name="素社街道", lat=23.09, lon=113.3))
    session.add(Kitchen(code="K1", name="样例厨房", mode="own_kitchen", licence="样例", **ADDRESS))
    session.add_all(Dish(code=code, name=f"样餐{code}", price_fen=fen) for code, fen in PRICES_FEN.items())
    session.flush()
    hours = {"capacity_meals": 1, "meals_per_hour": 1, "cooking_start_s": 0, "cooking_end_s": 16 * 3600}
    session.add_all(KitchenMeal(kitchen_code="K1", meal=meal, **hours) for meal in MEALS)
    session.add(Community(code="Q1", name="样例社区", street_code="440105001", lat=23.09, lon=113.3))
    session.flush()
    at = {"name": "样例饭堂", "community_code": "Q1", "kitchen_code": "K1", "capacity_meals": 1}
    session.add(MealPoint(code="P1", **at, **ADDRESS))
    session.flush()
    shift = {"shift_start_s": 0, "shift_end_s": 86_000}
    session.add(Courier(code="C1", name="送样", phone="0", meal_point_code="P1", capacity_boxes=1, **shift))
    session.add(DeliveryFee(from_day=FIRST, fen=200, noted_by="bench", noted_at=instant_of(FIRST, 0)))
    numbers = [f"E{number:05d}" for number in range(elders)]
    add_rows(session, Elder, (_elder(number, chance) for number in numbers))
    add_rows(session, ElderPlace, (row for number in numbers for row in _places(number, chance)))
    levels = ((number, chance.choice((None, None, 0, 1, 2, 3, 4))) for number in numbers)
    add_rows(session, ElderCareLevel, ({"elder_number": one, "level": level} for one, level in levels if level))


def _write_meal(
    session: Session, plan_id: int, day: date, meal: Meal, count: int, before: int, chance: random.Random
) -> None:
    """Write one meal of one day: its plan, one pot, one run, and an order with its end for each of `count` elders."""
    session.add(
        Plan(
            id=plan_id,
            service_day=day,
            meal=meal,
            version=1,
            seed=1,
            made_by="bench",
            travel_source="estimate",
            marks=[],
            figures={},
            published_at=instant_of(day, 0),
        )
    )
    session.flush()
    pot = {"start_s": 0, "finish_s": 1, "eat_by_s": 2, "portions": count, "spare": 0, "texture": "regular"}
    where = {"plan_id": plan_id, "kitchen_code": "K1", "dish_code": "D1", "cooked_at": instant_of(day, 36_000)}
    session.add(Batch(id=plan_id, code="B", **pot, **where))
    session.add(CourierRun(id=plan_id, plan_id=plan_id, code="R", courier_code="C1", end_s=1, metres=1))
    session.flush()
    begins_s = (11 if meal == Meal.LUNCH else 16) * 3600
    drawn = [(before + who + 1, who, chance.choice(WAYS), chance.choice(sorted(PRICES_FEN))) for who in range(count)]
    at = {order: instant_of(day, begins_s + chance.randrange(7200)) for order, _, _, _ in drawn}
    add_rows(session, MealOrder, (_order(*one, day, meal) for one in drawn))
    homes = [one for one in drawn if one[2] == Fulfilment.HOME]
    add_rows(session, Visit, (_visit(order, who, plan_id, at[order]) for order, who, _, _ in homes))
    add_rows(session, PlannedOrder, (_planned(order, plan_id, way, dish) for order, _, way, dish in drawn))
    others = [order for order, _, way, _ in drawn if way != Fulfilment.HOME]
    taken = {"way": "swipe", "by": "bench"}
    add_rows(session, TakenMeal, ({"order_id": one, "at": at[one], "terminal": f"T{one}", **taken} for one in others))


def _elder(number: str, chance: random.Random) -> dict[str, Any]:
    born = date(chance.randrange(1930, 1966), chance.randrange(1, 13), 15)
    row = Elder(number=number, name="陈例", birth_year=born.year, birth_date=born, phone="0", address="样例路")
    row.meal_point_code = "P1"
    return row.model_dump()


def _places(number: str, chance: random.Random) -> Iterator[dict[str, Any]]:
    hukou = "广州市" if chance.random() < 0.9 else "佛山市"
    yield ElderPlace(elder_number=number, kind="hukou", city=hukou).model_dump()
    home = {"city": "广州市", "district": "海珠区", "street": "素社街道"}
    yield ElderPlace(elder_number=number, kind="residence", **home).model_dump()


def _order(order: int, who: int, way: Fulfilment, dish: str, day: date, meal: Meal) -> dict[str, Any]:
    return {
        "id": order,
        "elder_number": f"E{who:05d}",
        "service_day": day,
        "meal": meal.value,
        "fulfilment": way.value,
        "dish_code": dish,
        "meal_point_code": "P1",
        "kitchen_code": "K1",
        "source": "standing",
        "placed_by": "bench",
        "placed_at": instant_of(FIRST, 0),
    }


def _visit(order: int, who: int, plan_id: int, at: Any) -> dict[str, Any]:
    times = dict.fromkeys(("depart_s", "arrive_s", "start_s", "leave_s", "latest_s"), 43_200)
    done = {"outcome": "in_person", "outcome_at": at, "outcome_by": "bench", "note": ""}
    place = {"courier_run_id": plan_id, "position": order, "trip": 1, "meal_point_code": "P1", "boxes": 1}
    return {"id": order, "elder_number": f"E{who:05d}", **place, **times, **done}


def _planned(order: int, plan_id: int, way: Fulfilment, dish: str) -> dict[str, Any]:
    over = {"kitchen_code": "K1", "meal_point_code": "P1", "dish_code": dish, "texture": "regular"}
    visit = order if way == Fulfilment.HOME else None
    return {"plan_id": plan_id, "order_id": order, "label": "", "batch_id": plan_id, "visit_id": visit, **over}


def add_rows(session: Session, table: type[SQLModel], rows: Iterable[dict[str, Any]]) -> None:
    """Insert plain rows at once."""
    given = list(rows)
    if given:
        session.connection().execute(insert(SQLModel.metadata.tables[str(table.__tablename__)]), given)
