"""Each shipped set of rules from order to statement: ordered, cooked, handed over or swiped, settled, to the cent.

The amounts are those of the sources' worked examples, as `tests/service/subsidies/test_sources.py` proves them rule by
rule; here they come out of rows.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest

from kitchens.meals import Fulfilment, Meal
from service import ledger
from service.clock import StoppedClock, instant_of
from service.db import Database
from service.ledger import By
from service.money.periods import settle_period
from service.money.statements import elder_statement
from service.subsidies import Place, get_scheme
from tests.service.money_town import HAIZHU, MONDAY, MoneyTown, found_money_town

SUNDAY = MONDAY + timedelta(days=6)
EAT_IN, FETCH, HOME = Fulfilment.DINE_IN, Fulfilment.PICK_UP, Fulfilment.HOME
FOSHAN = Place("佛山市", "禅城区", "样例街道")
ZHENGGUO = Place("广州市", "增城区", "正果镇")
LICHENG = Place("广州市", "增城区", "荔城街道")
LONGGANG = Place("深圳市", "龙岗区", "南湾街道")
PUTUO = Place("上海市", "普陀区", "甘泉路街道")
XICHENG = Place("北京市", "西城区", "样例街道")
HIGH_TECH = Place("珠海市", "高新区", "样例镇")
XIANGZHOU = Place("珠海市", "香洲区", "样例街道")


@dataclass(frozen=True)
class Guest:
    """One elder, the meals of the week (offset of the day, meal, way, dish), and what the source says they cost."""

    who: dict[str, Any]
    pays_fen: int
    meals: tuple[tuple[int, Meal, Fulfilment, str], ...] = ((0, Meal.LUNCH, EAT_IN, "D1"),)


@dataclass(frozen=True)
class Source:
    """A scheme in a district where it is at home, its guests, and what each payer pays for them all."""

    scheme: str
    street_code: str
    street: str
    price_fen: int
    guests: tuple[Guest, ...]
    payers: dict[str, int]
    fee_fen: int = 0
    cheap_fen: int = 1000
    mode: str = "own_kitchen"


BROUGHT = ((0, Meal.LUNCH, HOME, "D1"),)
CHEAP = ((0, Meal.LUNCH, EAT_IN, "D2"),)
WORKDAYS = tuple((offset, Meal.LUNCH, EAT_IN, "D1") for offset in range(6))
BOTH = ((0, Meal.LUNCH, EAT_IN, "D1"), (0, Meal.DINNER, EAT_IN, "D1"))

SOURCES = (
    Source(
        # 穗民规字〔2024〕3号: a quarter, at most 3 yuan; 2 or 4 yuan for bringing; 3 yuan to an own kitchen.
        "guangzhou-2024",
        "440105001",
        "素社街道",
        1300,
        (
            Guest({"home": HAIZHU}, 1000),
            Guest({"home": HAIZHU}, 750, CHEAP),
            Guest({"home": HAIZHU, "care_level": 4}, 1200, BROUGHT),
            Guest({"home": HAIZHU, "care_level": 1}, 1200, BROUGHT),
            Guest({"home": HAIZHU, "classes": ["severe_disability"]}, 1200, BROUGHT),
            Guest({"home": HAIZHU, "hukou": FOSHAN}, 1300),
            Guest({"home": HAIZHU}, 2000, BOTH),
        ),
        # Seven meals with 300 or 250 off, 400 + 200 + 400 for bringing, 300 to the kitchen for each of the seven.
        {"city": 6 * 300 + 250 + 1000 + 7 * 300},
        fee_fen=200,
    ),
    Source(
        # 正果镇 2020: 12 yuan, of which 11, 9 or 7 are paid; the town pays for its own people only.
        "zengcheng-zhengguo-2020",
        "440118001",
        "正果镇",
        1200,
        (
            Guest({"home": ZHENGGUO, "age": 65, "classes": ["dibao"]}, 100),
            Guest({"home": ZHENGGUO, "age": 85}, 300),
            Guest({"home": ZHENGGUO, "age": 70}, 500),
            Guest({"home": LICHENG, "age": 85}, 600),
            Guest({"home": HAIZHU, "age": 85}, 900),
            Guest({"home": FOSHAN, "age": 85}, 1200),
        ),
        {"city": 5 * 300, "district": 4 * 300, "street": 500 + 300 + 100},
    ),
    Source(
        # 南湾: up to 15 or 5 yuan for one lunch a working day; Saturday is none.
        "shenzhen-longgang",
        "440307001",
        "南湾街道",
        1800,
        (
            Guest({"home": LONGGANG, "age": 65, "classes": ["tekun"]}, 300),
            Guest({"home": LONGGANG, "age": 100}, 300),
            Guest({"home": LONGGANG, "age": 75}, 5 * 1300 + 1800, WORKDAYS),
            Guest({"home": LONGGANG, "age": 69}, 1800),
            Guest({"home": LONGGANG, "age": 75}, 1300 + 1800, BOTH),
        ),
        {"city": 2 * 1500 + 5 * 500 + 500},
    ),
    Source(
        # 普陀: the discount first (10 or 15 %), then one allowance a day for eating in.
        "shanghai-putuo",
        "310107001",
        "甘泉路街道",
        2000,
        (
            Guest({"home": PUTUO, "age": 65}, 1600),
            Guest({"home": PUTUO, "age": 85}, 1400),
            Guest({"home": PUTUO, "age": 65, "classes": ["dibao"]}, 1300),
            Guest({"home": PUTUO, "age": 65}, 1800, ((0, Meal.LUNCH, FETCH, "D1"),)),
            Guest({"home": PUTUO, "age": 65, "hukou": FOSHAN}, 1800),
            Guest({"home": PUTUO, "age": 65}, 1600 + 1800, BOTH),
        ),
        {"district": 6 * 200 + 300 + 200 + 300 + 500 + 200},
    ),
    Source(
        # 北京 2022: 5 yuan a day where the bill is more than that, 3 yuan to the operator, for those of basic care.
        "beijing-2022",
        "110102001",
        "样例街道",
        1500,
        (
            Guest({"home": XICHENG, "age": 82, "classes": ["basic_care"]}, 1000),
            Guest({"home": XICHENG, "age": 82, "classes": ["basic_care"]}, 2500, BOTH),
            Guest({"home": XICHENG, "age": 82, "classes": ["basic_care"]}, 500, CHEAP),
            Guest({"home": XICHENG, "age": 82}, 1500),
        ),
        {"city": 2 * 500 + 3 * 300},
        cheap_fen=500,
    ),
    Source(
        # 珠海高新 2024: city and zone 3 yuan each from 10 yuan on, the delivery fee not counted.
        "zhuhai-2024",
        "440402001",
        "样例镇",
        1000,
        (
            Guest({"home": HIGH_TECH, "age": 60}, 400),
            Guest({"home": HIGH_TECH, "age": 60}, 999, CHEAP),
            Guest({"home": HIGH_TECH, "age": 60, "hukou": XIANGZHOU}, 700),
            Guest({"home": HIGH_TECH, "age": 60, "hukou": FOSHAN}, 1000),
            Guest({"home": HIGH_TECH, "age": 60}, 1199, ((0, Meal.LUNCH, HOME, "D2"),)),
        ),
        {"city": 2 * 300, "district": 300},
        fee_fen=200,
        cheap_fen=999,
    ),
)


def serve(town: MoneyTown, source: Source) -> Counter[str]:
    """Have everybody order, then cook, bring and hand over; return how many meals each elder had."""
    orders: list[tuple[int, Fulfilment, date, Meal]] = []
    had: Counter[str] = Counter()
    for number, guest in enumerate(source.guests):
        name = town.elder(f"E{number}", **guest.who)
        for offset, meal, way, dish in guest.meals:
            day = MONDAY + timedelta(days=offset)
            orders.append((town.order(name, dish, day=day, meal=meal, way=way), way, day, meal))
            had[name] += 1
    for day, meal in sorted({(day, meal) for _, _, day, meal in orders}):
        town.publish(day, meal)
    for second, (order, way, _, _meal) in enumerate(orders):
        # Twenty seconds apart, so that nobody takes it for a burst.
        if way == HOME:
            town.bring(order, at_s=12 * 3600 + 20 * second)
        else:
            town.take(order, at_s=12 * 3600 + 20 * second)
    return had


@pytest.mark.parametrize("source", SOURCES, ids=lambda one: one.scheme)
def test_what_a_source_says_comes_out_of_rows_to_the_cent(
    database: Database, clock: StoppedClock, source: Source
) -> None:
    where = {"street_code": source.street_code, "street": source.street, "mode": source.mode}
    town = found_money_town(database, clock, price_fen=source.price_fen, **where)
    town.dish("D2", source.cheap_fen)
    if source.fee_fen:
        town.fee(source.fee_fen)
    had = serve(town, source)
    clock.instant = instant_of(SUNDAY + timedelta(days=1), 9 * 3600)
    scheme = get_scheme(source.scheme)
    done = settle_period(database, since=MONDAY, until=SUNDAY, scheme=scheme, by="district", clock=clock)
    assert (done.meals, done.stopped, done.unclaimed) == (sum(had.values()), (), ())
    with database.read() as session:
        pays = {}
        for number, guest in enumerate(source.guests):
            statement = elder_statement(session, done.settlement_id, f"E{number}")
            pays[f"E{number}"] = statement.you_pay_fen
            assert len(statement.lines) == had[f"E{number}"]
            assert statement.you_pay_fen == guest.pays_fen, guest
        by_payer: Counter[str] = Counter()
        for (payer, _), fen in ledger.sums(session, By.PAYER, [done.settlement_id]).items():
            by_payer[payer] += fen
    assert by_payer == Counter({**source.payers, "elder": sum(pays.values())})
    assert done.total_fen == sum(by_payer.values())
