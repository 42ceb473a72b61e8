"""A district of one street in which money moves: a kitchen, a meal point, a courier, and whoever a test needs.

What happens goes through the stories of the service (order, cook, hand over, take); only the plan of a meal is written
down as rows, one batch and one run, so that no test waits for a planner.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlmodel import col, select

from kitchens.meals import Fulfilment, Meal
from service.access import EVERYTHING
from service.clock import StoppedClock, instant_of
from service.db import Database
from service.money.taking import take_meal
from service.orders import Placing, Wish, place_order
from service.progress import mark_cooked, record_outcome
from service.subsidies import Place
from service.tables import (
    Batch,
    Community,
    Courier,
    CourierRun,
    DeliveryFee,
    Dish,
    Elder,
    ElderCareLevel,
    ElderClass,
    ElderPlace,
    Kitchen,
    KitchenMeal,
    MealOrder,
    MealPoint,
    MenuEntry,
    OrderSource,
    OrderState,
    Outcome,
    Plan,
    PlannedOrder,
    Street,
    TakenMeal,
    TakenWay,
    Visit,
)

MONDAY = date(2026, 11, 23)
HAIZHU = Place("广州市", "海珠区", "素社街道")
NOON_S = 12 * 3600
PHONE = "199-0000-0001"
ADDRESS: dict[str, Any] = {"address": "样例路1号", "phone": "020-5550-0001", "lat": 23.09, "lon": 113.3}


@dataclass
class MoneyTown:
    """The district, its clock, and its present price list."""

    database: Database
    clock: StoppedClock

    def elder(
        self,
        number: str,
        *,
        age: int = 70,
        home: Place = HAIZHU,
        hukou: Place | None = None,
        classes: Iterable[str] = (),
        care_level: int | None = None,
        point: str = "P1",
        **other: Any,
    ) -> str:
        """Add somebody born on 1 January who is so many years old in 2026; return the number."""
        registered = hukou or home
        with self.database.write() as session:
            born = date(2026 - age, 1, 1)
            session.add(
                Elder(
                    number=number,
                    name=f"陈样{number}",
                    birth_year=born.year,
                    birth_date=born,
                    phone=PHONE,
                    meal_point_code=point,
                    address="样例路1号",
                    **other,
                )
            )
            session.flush()
            for kind, place in (("hukou", registered), ("residence", home)):
                names = {"city": place.city, "district": place.district, "street": place.street}
                session.add(ElderPlace(elder_number=number, kind=kind, **names))
            session.add_all(ElderClass(elder_number=number, status_class=one) for one in classes)
            if care_level is not None:
                session.add(ElderCareLevel(elder_number=number, level=care_level))
        return number

    def dish(self, code: str, price_fen: int) -> None:
        """Put a dish on the menus of the fortnight around the Monday, behind those there are."""
        with self.database.write() as session:
            session.add(Dish(code=code, name=f"样餐{code}", price_fen=price_fen))
            session.flush()
            rank = len(session.exec(select(Dish)).all())
            for day in fortnight():
                for meal in Meal:
                    for kitchen in session.exec(select(Kitchen.code)).all():
                        entry = {"kitchen_code": kitchen, "service_day": day, "meal": meal}
                        session.add(MenuEntry(**entry, rank=rank, dish_code=code))

    def fee(self, fen: int, from_day: date = date(2026, 1, 1), point: str | None = None) -> None:
        """Let bringing a meal cost the elder so much from a day on."""
        row = {"noted_by": "desk", "noted_at": self.clock.now()}
        with self.database.write() as session:
            session.add(DeliveryFee(meal_point_code=point, from_day=from_day, fen=fen, **row))

    def order(
        self,
        elder_number: str,
        dish_code: str | None = None,
        *,
        day: date = MONDAY,
        meal: Meal = Meal.LUNCH,
        way: Fulfilment = Fulfilment.DINE_IN,
    ) -> int:
        """Order a meal on the Friday before, and return the order's number."""
        self.clock.instant = instant_of(MONDAY - timedelta(days=3), 9 * 3600)
        wish = Wish(day, meal, way, dish_code)
        placing = Placing(elder_number, OrderSource.PHONE, "desk")
        return place_order(self.database, placing, wish, clock=self.clock).id or 0

    def publish(self, day: date = MONDAY, meal: Meal = Meal.LUNCH, *, cooks: int | None = None) -> None:
        """Plan a meal: all its orders from one pot of so many portions, the homes on one run; then cook it."""
        with self.database.write() as session:
            orders = _placed(session, day, meal)
            versions = select(Plan.version).where(Plan.service_day == day, Plan.meal == meal)
            version = max(session.exec(versions).all(), default=0) + 1
            plan = Plan(
                service_day=day,
                meal=meal,
                version=version,
                seed=1,
                made_by="desk",
                travel_source="estimate",
                marks=[],
                figures={},
                published_at=self.clock.now(),
            )
            session.add(plan)
            session.flush()
            batches = _batches(session, plan, orders, cooks)
            run = CourierRun(plan_id=plan.id or 0, code="R1", courier_code="C1", end_s=NOON_S, metres=1)
            session.add(run)
            session.flush()
            for position, order in enumerate(orders):
                visit_id = _visit(session, run, order, position) if order.fulfilment == Fulfilment.HOME else None
                batch = batches[order.kitchen_code or ""]
                session.add(_planned(plan, order, batch, visit_id))
            made = [batch.id or 0 for batch in batches.values()]
        self.clock.instant = instant_of(day, 10 * 3600)
        for batch_id in made:
            mark_cooked(self.database, batch_id, by="stove", reach=EVERYTHING, clock=self.clock)

    def bring(self, order_id: int, outcome: Outcome = Outcome.IN_PERSON, at_s: int = NOON_S) -> None:
        """Have the courier note an outcome at the door."""
        with self.database.read() as session:
            order = session.get_one(MealOrder, order_id)
            asked = select(PlannedOrder.visit_id).where(PlannedOrder.order_id == order_id)
            visit_id = session.exec(asked.order_by(col(PlannedOrder.plan_id).desc())).first() or 0
        self.clock.instant = instant_of(order.service_day, at_s)
        record_outcome(self.database, visit_id, outcome=outcome, by="courier", reach=EVERYTHING, clock=self.clock)

    def take(
        self, order_id: int, at_s: int = NOON_S, terminal: str = "T1", way: TakenWay = TakenWay.SWIPE
    ) -> TakenMeal:
        """Have the elder swipe at the meal point."""
        with self.database.read() as session:
            day = session.get_one(MealOrder, order_id).service_day
        self.clock.instant = instant_of(day, at_s)
        return take_meal(self.database, order_id, way=way, terminal=terminal, by="point", clock=self.clock)


def found_money_town(
    database: Database,
    clock: StoppedClock,
    *,
    street_code: str = "440105001",
    street: str = "素社街道",
    mode: str = "own_kitchen",
    price_fen: int = 1300,
) -> MoneyTown:
    """Write the district: kitchen K1 cooks dish D1 for the meal points P1 and P2 of one community, every day."""
    with database.write() as session:
        session.add(Street(code=street_code, name=street, lat=23.09, lon=113.3))
        session.add(Kitchen(code="K1", name="样例厨房", mode=mode, licence="样例", **ADDRESS))
        session.flush()
        session.add(Community(code="Q1", name="样例社区", street_code=street_code, lat=23.09, lon=113.3))
        hours = {"meals_per_hour": 900, "cooking_start_s": 6 * 3600, "cooking_end_s": 10 * 3600}
        session.add_all(KitchenMeal(kitchen_code="K1", meal=meal, capacity_meals=900, **hours) for meal in Meal)
        session.flush()
        session.add_all(_point(code) for code in ("P1", "P2"))
        session.flush()
        shift = {"shift_start_s": 10 * 3600, "shift_end_s": 20 * 3600}
        session.add(Courier(code="C1", name="送样", phone=PHONE, meal_point_code="P1", capacity_boxes=90, **shift))
    town = MoneyTown(database, clock)
    town.dish("D1", price_fen)
    return town


def fortnight() -> list[date]:
    return [MONDAY + timedelta(days=offset) for offset in range(14)]


def _point(code: str) -> MealPoint:
    own = {"code": code, "name": f"样例饭堂{code}", "community_code": "Q1", "kitchen_code": "K1"}
    return MealPoint(**own, kitchen_on_site=True, capacity_meals=900, works_weekends=True, **ADDRESS)


def _placed(session: Any, day: date, meal: Meal) -> list[MealOrder]:
    of_meal = select(MealOrder).where(MealOrder.service_day == day, MealOrder.meal == meal)
    return list(session.exec(of_meal.where(MealOrder.state == OrderState.PLACED).order_by(col(MealOrder.id))))


def _batches(session: Any, plan: Plan, orders: list[MealOrder], cooks: int | None) -> dict[str, Batch]:
    found: dict[str, Batch] = {}
    for kitchen in sorted({order.kitchen_code or "" for order in orders}):
        of_kitchen = sum(order.kitchen_code == kitchen for order in orders)
        found[kitchen] = Batch(
            plan_id=plan.id or 0,
            code=f"B{kitchen}",
            kitchen_code=kitchen,
            dish_code="D1",
            texture="regular",
            portions=of_kitchen if cooks is None else cooks,
            spare=0,
            start_s=8 * 3600,
            finish_s=9 * 3600,
            eat_by_s=14 * 3600,
        )
    session.add_all(found.values())
    session.flush()
    return found


def _visit(session: Any, run: CourierRun, order: MealOrder, position: int) -> int:
    times = dict.fromkeys(("depart_s", "arrive_s", "start_s", "leave_s", "latest_s"), NOON_S)
    visit = Visit(
        courier_run_id=run.id or 0,
        position=position,
        trip=1,
        meal_point_code=order.meal_point_code or "P1",
        elder_number=order.elder_number,
        boxes=1,
        **times,
    )
    session.add(visit)
    session.flush()
    return visit.id or 0


def _planned(plan: Plan, order: MealOrder, batch: Batch, visit_id: int | None) -> PlannedOrder:
    return PlannedOrder(
        plan_id=plan.id or 0,
        order_id=order.id or 0,
        label=f"L{order.id}",
        kitchen_code=order.kitchen_code,
        meal_point_code=order.meal_point_code,
        dish_code=order.dish_code or "D1",
        texture="regular",
        batch_id=batch.id,
        visit_id=visit_id,
    )
