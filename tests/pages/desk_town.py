"""What the telephone desk of the tiny town needs: menus of the coming days, habits, risks. Everybody is invented."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from sqlmodel import Session, select

from kitchens.meals import Fulfilment, Meal
from service.db import Database
from service.tables import (
    Dish,
    Elder,
    ElderCard,
    ElderClass,
    ElderContact,
    ElderPlace,
    ElderRisk,
    KitchenMeal,
    MealOrder,
    MenuEntry,
    OrderSource,
    PlaceKind,
    StandingOrder,
)
from tests.pages.town import DAY, DISHES, KITCHENS

DAYS_OF_MENU = 16
EXCHANGE_TOKEN = "an-exchange-of-the-tiny-town"
ALONE = "E0001"
REGULAR = "E0004"
FAMILY_PHONE = "13800000077"


def furnish(database: Database) -> None:
    """Add the coming menus, a standing order, habits of four weeks, a family's number on two elders."""
    with database.write() as session:
        _add_menus(session)
        for order in session.exec(select(MealOrder)):
            point = session.get_one(Elder, order.elder_number).meal_point_code
            order.meal_point_code, order.kitchen_code = point, "K02" if point == "P3" else "K01"
            session.add(order)
        for number in (ALONE, REGULAR, "E0007", "E0010"):
            _know(session, number)
        session.add(
            StandingOrder(
                elder_number="E0007",
                meal=Meal.LUNCH,
                weekdays="12345",
                fulfilment=Fulfilment.HOME,
                dish_code="D03",
                from_day=date(2026, 1, 1),
            )
        )
        session.add(ElderRisk(elder_number=ALONE, risk="falls"))
        session.add(ElderRisk(elder_number=ALONE, risk="hard_of_hearing"))
        session.add(ElderClass(elder_number=ALONE, status_class="lives_alone", proof="样例"))
        for number in ("E0010", "E0013"):
            session.add(
                ElderContact(elder_number=number, name="女儿样", phone=FAMILY_PHONE, roles="family", call_order=2)
            )
        session.add(ElderCard(elder_number=REGULAR, kind="social_security", card_number="440100990004"))
        for back in range(1, 29):
            day = DAY - timedelta(days=back)
            if day.isoweekday() <= 5:
                session.add(_past(REGULAR, day))
                session.add(_past(ALONE, day))


def _add_menus(session: Session) -> None:
    mild = session.get_one(Dish, "D01")
    mild.keeps = "low_salt low_sugar"
    session.add(mild)
    for code in KITCHENS:
        session.add(
            KitchenMeal(
                kitchen_code=code,
                meal=Meal.DINNER,
                capacity_meals=150,
                meals_per_hour=60,
                cooking_start_s=14 * 3600,
                cooking_end_s=17 * 3600,
            )
        )
        for ahead in range(1, DAYS_OF_MENU):
            for meal in (Meal.LUNCH, Meal.DINNER):
                dishes = list(DISHES)[ahead % 3 :] + list(DISHES)[: ahead % 3]
                for rank, dish in enumerate(dishes, start=1):
                    session.add(
                        MenuEntry(
                            kitchen_code=code,
                            service_day=DAY + timedelta(days=ahead),
                            meal=meal,
                            rank=rank,
                            dish_code=dish,
                        )
                    )


def _know(session: Session, number: str) -> None:
    elder = session.get_one(Elder, number)
    elder.birth_date = date(1939, 5, 4)
    session.add(elder)
    for kind in PlaceKind:
        session.add(ElderPlace(elder_number=number, kind=kind, city="广州市", district="海珠区", street="赤岗街道"))


def _past(number: str, day: date) -> MealOrder:
    return MealOrder(
        elder_number=number,
        service_day=day,
        meal=Meal.LUNCH,
        fulfilment=Fulfilment.HOME,
        source=OrderSource.PHONE,
        placed_by="jiexian",
        placed_at=datetime(2026, 10, 1, 2, 0, tzinfo=UTC),
        kitchen_code="K01",
    )
