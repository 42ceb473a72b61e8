"""A tiny invented month, settled: two kitchens, three points, four payers, refused claims, a correction, odd names."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from kitchens.meals import Fulfilment, Meal, ProvisionMode
from service.clock import StoppedClock, instant_of
from service.db import Database
from service.served import Bounds, ServedMeal, Span, Whereabouts
from service.settlement import Settled, replay, settle
from service.subsidies import Case, Place, Scheme, Standing
from service.tables import (
    Community,
    Dish,
    Elder,
    Kitchen,
    MealOrder,
    MealPoint,
    Payment,
    Street,
)
from tests.service.subsidies.meals import grant, rule, scheme, share

FIRST, LAST = date(2026, 10, 1), date(2026, 10, 31)
NEXT, END = date(2026, 11, 1), date(2026, 11, 30)
HOME = Place("样例市", "样例区", "样例街")
FAR = Place("别处市")
EVIL = '=cmd|"/c calc"!A1'
MARKUP = "#let x = 1 *粗* $a$ \\ <b>阿</b> @甲"
NAMES = {
    "E01": "陈样本一",
    "E02": EVIL,
    "E03": MARKUP,
    "E04": "欧阳样本名字很长很长很长很长的一位长者",
    "E05": "李样本",
    "E06": "周样本",
    "E07": "吴样本",
    "E08": "郑样本",
}
LONG_DISH = "香菇木耳蒸滑鸡配时令蔬菜及杂粮饭（少盐少油软烂版本，附例汤一份）套餐"
DISHES = {"D1": ("番茄炒蛋套餐", "tomato and egg set"), "D2": (LONG_DISH, "steamed chicken with mushrooms " * 3)}
WAYS = {"E03": Fulfilment.HOME, "E04": Fulfilment.HOME, "E05": Fulfilment.PICK_UP}
POINTS = {"E01": "P1", "E02": "P1", "E03": "P2", "E04": "P2", "E05": "P3", "E06": "P3", "E07": "P1", "E08": "P3"}
KITCHENS = {"P1": "K1", "P2": "K1", "P3": "K2"}
CLASSES = {"E01": {"dibao"}, "E03": {"tekun", "lives_alone"}, "E05": {"model_worker"}}
BORN = {"E01": 1931, "E02": 1940, "E03": 1950, "E04": 1966, "E05": 1925, "E06": 1936, "E07": 1945, "E08": 1938}
DAYS = [FIRST + timedelta(days=offset) for offset in range(31)]


def stacked(version: int = 1, city_cap_fen: int = 300) -> Scheme:
    """City, district, street and charity take off the bill; the street pays the fee's part and a grant on top."""
    made = scheme(
        share(25, rule_id="CITY", cap_fen=city_cap_fen, order=10),
        rule(
            "DIST",
            payer="district",
            payer_name="样例区",
            value_fen=200,
            order=20,
            person={"classes": ["tekun", "dibao"]},
        ),
        rule("STREET", payer="street", payer_name="样例街", value_fen=100, order=30, person={"age_from": 80}),
        rule(
            "GOOD",
            payer="charity",
            payer_name="样例基金 & Co <x>",
            value_fen=50,
            order=40,
            person={"classes": ["tekun"]},
        ),
        rule("FEE", payer="street", payer_name="别街", value_fen=100, order=50, covers="delivery"),
        grant("OPER", payer="city", payer_name="样例市"),
        version=1,
    )
    if version == 1:
        return made
    rules = [
        replace(one, version=2, amount=replace(one.amount, cap_fen=400)) if one.rule_id == "CITY" else one
        for one in made.rules
    ]
    return replace(made, version=2, rules=(*made.rules, *(one for one in rules if one.version == 2)))


def found_town(database: Database) -> None:
    """Everybody and everything that orders point to."""
    where: dict[str, Any] = {"address": "样例路1号", "phone": "020-5550-0001", "lat": 23.09, "lon": 113.3}
    with database.write() as session:
        session.add(Street(code="S1", name="样例街道", lat=23.0, lon=113.0))
        session.add(Street(code="S2", name="别街道", lat=23.0, lon=113.0))
        session.flush()
        session.add(Community(code="C1", name="样例社区", street_code="S1", lat=23.0, lon=113.0))
        session.add(Community(code="C2", name="别社区", street_code="S2", lat=23.0, lon=113.0))
        session.add_all(Dish(code=code, name=zh, name_en=en, price_fen=1300) for code, (zh, en) in DISHES.items())
        for code, name in (("K1", "样例中央厨房"), ("K2", "示例自建厨房")):
            session.add(Kitchen(code=code, name=name, mode="own_kitchen", licence="样例", **where))
        session.flush()
        for code, kitchen in KITCHENS.items():
            community = "C2" if code == "P3" else "C1"
            point = MealPoint(
                code=code,
                name=f"样例助餐点{code}",
                kitchen_code=kitchen,
                capacity_meals=90,
                community_code=community,
                **where,
            )
            session.add(point)
        session.flush()
        session.add_all(
            Elder(number=number, name=name, birth_year=BORN[number], phone="199-0000-0001", address="样例路")
            for number, name in NAMES.items()
        )


def order_id(number: str, day: date, meal: Meal) -> int:
    """Every elder, day and meal has an order of its own number."""
    offset = (day - FIRST).days * 2 + (meal == Meal.DINNER)
    return offset * 10 + int(number[1:])


def claim(number: str, day: date, meal: Meal = Meal.LUNCH, **other: Any) -> ServedMeal:
    """A meal that somebody had as always: price by day, fee where it is brought."""
    way = WAYS.get(number, Fulfilment.DINE_IN)
    brought = way == Fulfilment.HOME
    case = Case(
        "sample",
        day,
        day.weekday() < 5,
        meal,
        other.pop("price_fen", (1300, 1550)[day.day % 2]),
        Standing(date(BORN[number], 11, 15), HOME, HOME, frozenset(CLASSES.get(number, ()))),
        200 if brought else 0,
        way,
        ProvisionMode.OWN_KITCHEN,
        HOME,
    )
    outcome = {Fulfilment.HOME: "in_person", Fulfilment.PICK_UP: "picked_up"}.get(way, "eaten_in")
    usual: dict[str, Any] = {
        "outcome": outcome,
        "kitchen_code": KITCHENS[POINTS[number]],
        "meal_point_code": POINTS[number],
        "taken_at": instant_of(day, 12 * 3600 + 60 * int(number[1:])),
        "proof": "swipe",
        "opens_s": 6 * 3600,
        "closes_s": 20 * 3600,
    }
    return ServedMeal(order_id(number, day, meal), number, case, **{**usual, **other})


def month(first: date, last: date) -> list[ServedMeal]:
    """Lunch for everybody on every day, dinner for the first; some claims that cannot be true."""
    days = [first + timedelta(days=offset) for offset in range((last - first).days + 1)]
    claims: list[ServedMeal] = []
    for day in days:
        for number in ("E01", "E02", "E03", "E04", "E05", "E06"):
            changed: dict[str, Any] = {}
            if number == "E04" and day.day % 5 == 0:
                changed = {"outcome": "left_by_rule"}
            if number == "E02" and day.day == 7:
                changed = {"price_fen": 0}
            if number == "E06" and day.day > 20:
                changed = {"whereabouts": Whereabouts(died_on=first + timedelta(days=19))}
            if number == "E05" and day.day in (3, 4):
                changed = {"whereabouts": Whereabouts(in_hospital=(Span(day, day),))}
            if number == "E03" and day.day == 9:
                changed = {"outcome": "no_answer"}
            claims.append(claim(number, day, **changed))
        claims.append(claim("E01", day, Meal.DINNER))
    return claims


def add_orders(database: Database, claims: list[ServedMeal]) -> None:
    """Insert the orders of claims."""
    with database.write() as session:
        for one in claims:
            session.add(
                MealOrder(
                    id=one.order_id,
                    elder_number=one.elder_number,
                    service_day=one.case.day,
                    meal=one.case.meal,
                    fulfilment=one.case.way,
                    dish_code=None if one.case.day.day == 2 else f"D{1 + one.case.day.day % 2}",
                    source="standing",
                    placed_by="somebody",
                    placed_at=instant_of(one.case.day, 0),
                )
            )


def settle_month(database: Database, clock: StoppedClock, first: date, last: date, rules: Scheme) -> Settled:
    """Order and settle a month."""
    claims = month(first, last)
    add_orders(database, claims)
    cooked = {
        (one.case.day, one.case.meal, kitchen): 3 if kitchen == "K2" else 99
        for one in claims
        for kitchen in ("K1", "K2")
    }
    return settle(
        database, claims, since=first, until=last, scheme=rules, bounds=Bounds(cooked=cooked), by="kuaiji", clock=clock
    )


def build_months(database: Database, clock: StoppedClock) -> tuple[int, int, int]:
    """Settle October, correct it under a higher cap, settle November: (October, correction, November)."""
    found_town(database)
    october = settle_month(database, clock, FIRST, LAST, stacked()).settlement_id
    corrected = replay(database, october, stacked(2), by="kuaiji", clock=clock, books=True).settlement_id
    november = settle_month(database, clock, NEXT, END, stacked(2)).settlement_id
    with database.write() as session:
        session.add(Payment(elder_number="E01", fen=60_000, how="cash", by="kuaiji", at=instant_of(FIRST, 36_000)))
        session.add(Payment(elder_number="E02", fen=10_000, how="top_up", by="kuaiji", at=instant_of(END, 86_000)))
        session.add(Payment(elder_number="E02", fen=99_900, how="cash", by="kuaiji", at=instant_of(END, 90_000)))
    assert corrected is not None
    return october, corrected, november
