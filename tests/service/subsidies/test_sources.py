"""Each shipped scheme, proved to the fen by what its source says."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from kitchens.meals import Fulfilment, Meal, ProvisionMode
from service.subsidies import Covers, Dwelling, Payee, Payer, Place, Settings, Tally, Used, get_scheme, price
from tests.service.subsidies.meals import (
    FOSHAN,
    HAIZHU,
    HIGH_TECH,
    LONGGANG,
    MONDAY,
    PUTUO,
    SATURDAY,
    XICHENG,
    ZHENGGUO,
    elder,
    meal,
    paid,
    priced,
    reason,
    rule,
    scheme,
    share,
)

GZ, ZC, SZ, SH, BJ, ZH = (
    "guangzhou-2024",
    "zengcheng-zhengguo-2020",
    "shenzhen-longgang",
    "shanghai-putuo",
    "beijing-2022",
    "zhuhai-2024",
)
HOME = {"way": Fulfilment.HOME, "delivery_fee_fen": 200}


@pytest.mark.parametrize(
    ("price_fen", "off"), [(0, 0), (1, 0), (1000, 250), (1001, 250), (1199, 299), (1200, 300), (1300, 300), (9000, 300)]
)
def test_guangzhou_pays_a_quarter_of_the_meal_and_three_yuan_at_most(price_fen: int, off: int) -> None:
    answer = priced(GZ, price_fen, elder(70, HAIZHU))
    assert paid(answer).get("GZ-MEAL", 0) == off
    assert answer.elder_pays_fen == price_fen - off


@pytest.mark.parametrize(("level", "fen"), [(None, 0), (0, 0), (1, 200), (2, 200), (3, 400), (4, 400), (5, 400)])
def test_guangzhou_pays_for_bringing_by_care_level(level: int | None, fen: int) -> None:
    answer = priced(GZ, 1300, elder(70, HAIZHU, care_level=level), **HOME)
    sums = paid(answer)
    assert sums.get("GZ-DELIV-12", 0) + sums.get("GZ-DELIV-35", 0) == fen
    assert answer.elder_pays_fen == 1300 - 300 + 200


@pytest.mark.parametrize("level", [None, 0, 1, 5])
def test_guangzhou_counts_a_severe_disability_as_care_level_3_to_5_and_pays_once(level: int | None) -> None:
    who = elder(70, HAIZHU, care_level=level, classes=frozenset({"severe_disability"}))
    answer = priced(GZ, 1300, who, **HOME)
    assert paid(answer)["GZ-DELIV-35"] == 400
    assert "GZ-DELIV-12" not in paid(answer)


def test_guangzhou_pays_for_bringing_only_what_is_brought() -> None:
    answer = priced(GZ, 1300, elder(70, HAIZHU, care_level=4), way=Fulfilment.PICK_UP)
    assert reason(answer, "GZ-DELIV-35") == "way"


@pytest.mark.parametrize(
    ("mode", "fen"),
    [
        (ProvisionMode.OWN_KITCHEN, 300),
        (ProvisionMode.UNIT_CANTEEN, 150),
        (ProvisionMode.ENTERPRISE, 150),
        (ProvisionMode.RESTAURANT, 150),
        (ProvisionMode.CARE_HOME, 150),
        (ProvisionMode.MUTUAL_AID, 0),
        (None, 0),
    ],
)
def test_guangzhou_pays_the_operator_by_the_mode_of_provision(mode: ProvisionMode | None, fen: int) -> None:
    answer = priced(GZ, 1300, elder(70, HAIZHU), mode=mode)
    assert answer.grants_fen == fen
    assert answer.elder_pays_fen == 1000
    assert all(
        (line.payer, line.payee) == (Payer.CITY, Payee.OPERATOR) for line in answer.lines if line.covers == Covers.GRANT
    )


def test_guangzhou_pays_the_operator_only_for_meals_that_are_subsidised() -> None:
    breakfast = priced(GZ, 600, elder(70, HAIZHU, care_level=3), meal=Meal.BREAKFAST, **HOME)
    assert paid(breakfast) == {"own_part": 800}
    assert reason(breakfast, "GZ-OPER-SELF") == "only_with"


@pytest.mark.parametrize("price_fen", [0, 3])
def test_guangzhou_pays_the_operator_for_an_entitled_meal_whose_subsidy_comes_to_nothing(price_fen: int) -> None:
    """Articles 25 and 28 count 实际就餐人次 of those who are entitled, whatever a quarter of their meal comes to."""
    answer = priced(GZ, price_fen, elder(70, HAIZHU))
    assert paid(answer).get("GZ-MEAL", 0) == 0
    assert answer.grants_fen == 300


@pytest.mark.parametrize(
    ("who", "refusal"),
    [
        (elder(59, HAIZHU), "too_young"),
        (elder(70, FOSHAN), "residence"),
        (elder(70, HAIZHU, dwelling=Dwelling.CARE_HOME), "dwelling"),
    ],
)
def test_guangzhou_serves_those_of_60_who_live_at_home_in_the_city(who: Any, refusal: str) -> None:
    answer = priced(GZ, 1300, who)
    assert answer.refusal == f"money.why.{refusal}"
    assert (answer.lines, answer.elder_pays_fen, answer.bill_fen) == ((), 0, 0)
    assert not answer.is_subsidised.is_yes


def test_guangzhou_feeds_who_has_no_residence_noted_at_the_full_price_until_somebody_notes_it() -> None:
    """Article 3 serves who lives in the city, article 26 pays for who is registered: nobody goes hungry for a gap."""
    answer = priced(GZ, 1300, elder(70, HAIZHU, residence=None), **HOME)
    assert (answer.refusal, answer.may_eat.is_yes, answer.is_subsidised.is_yes) == (None, True, False)
    assert (answer.may_eat.key, answer.is_subsidised.key) == (
        "money.may_eat.residence_unknown",
        "money.why.residence_unknown",
    )
    assert (paid(answer), answer.elder_pays_fen, answer.grants_fen) == ({"own_part": 1500}, 1500, 0)
    assert {one.obstacle.key for one in answer.passed_over} == {"money.why.residence_unknown"}
    assert priced(GZ, 1300, elder(59, HAIZHU, residence=None)).refusal == "money.why.too_young"


def test_guangzhou_feeds_who_is_registered_elsewhere_at_the_full_price() -> None:
    answer = priced(GZ, 1300, elder(70, HAIZHU, hukou=FOSHAN))
    assert answer.may_eat.is_yes
    assert not answer.is_subsidised.is_yes
    assert answer.is_subsidised.key == "money.why.hukou"
    assert paid(answer) == {"own_part": 1300}


@pytest.mark.parametrize(
    ("day", "off"),
    [(date(2024, 3, 31), 0), (date(2024, 4, 1), 300), (date(2029, 3, 31), 300), (date(2029, 4, 1), 0)],
)
def test_guangzhou_holds_for_five_years_from_april_2024(day: date, off: int) -> None:
    answer = priced(GZ, 1300, elder(70, HAIZHU), day=day)
    assert answer.elder_pays_fen == 1300 - off
    assert answer.refusal is None
    assert (answer.is_subsidised.key == "money.why.not_in_force") == (off == 0)


def test_guangzhou_counts_60_from_the_birthday_on() -> None:
    who = replace(elder(70, HAIZHU), birth_date=date(1966, 11, 23))
    assert priced(GZ, 1300, who).elder_pays_fen == 1000
    assert priced(GZ, 1300, who, day=date(2026, 11, 22)).refusal == "money.why.too_young"


@pytest.mark.parametrize(
    ("used", "off"),
    [
        (Tally(), 300),
        (Tally(day=1, week=1), 300),
        (Tally(meal=1, day=1, week=1), 0),
        (Tally(day=2, week=2), 0),
        (Tally(week=14), 300),
    ],
)
def test_guangzhou_counts_lunch_and_dinner_once_each(used: Tally, off: int) -> None:
    answer = priced(GZ, 1300, elder(70, HAIZHU), used=Used(used))
    assert answer.elder_pays_fen == 1300 - off
    assert answer.grants_fen == (300 if off else 0)


def test_guangzhou_may_be_set_to_let_the_grant_pay_the_delivery_fee_first() -> None:
    case = meal(GZ, 1300, elder(70, HAIZHU, care_level=4), **HOME)
    answer = price(case, get_scheme(GZ), Settings(delivery_grant_offsets_fee=True))
    lines = [(line.covers, line.payee, line.fen) for line in answer.lines if line.rule_id == "GZ-DELIV-35"]
    assert lines == [(Covers.DELIVERY, Payee.ELDER, 200), (Covers.GRANT, Payee.OPERATOR, 200)]
    assert answer.elder_pays_fen == 1000
    assert answer.bill_fen == 1500


NEEDY = {"classes": frozenset({"dibao"})}
LICHENG = Place("广州市", "增城区", "荔城街道")


@pytest.mark.parametrize(
    ("who", "pays"),
    [
        (elder(65, ZHENGGUO, **NEEDY), 100),
        (elder(85, ZHENGGUO, **NEEDY), 100),
        (elder(85, ZHENGGUO), 300),
        (elder(80, ZHENGGUO), 300),
        (elder(79, ZHENGGUO), 500),
        (elder(60, ZHENGGUO), 500),
        (elder(59, ZHENGGUO), 1200),
    ],
)
def test_zhengguo_pays_by_its_table_on_a_meal_of_twelve_yuan(who: Any, pays: int) -> None:
    assert priced(ZC, 1200, who).elder_pays_fen == pays


@pytest.mark.parametrize(
    ("place", "pays"), [(ZHENGGUO, 300), (LICHENG, 600), (HAIZHU, 900), (FOSHAN, 1200), (Place("广州"), 900)]
)
def test_zhengguo_parts_stop_at_the_border_of_their_town_and_district(place: Place, pays: int) -> None:
    assert priced(ZC, 1200, elder(85, ZHENGGUO), place=place).elder_pays_fen == pays


def test_zhengguo_stacks_city_district_and_town_and_names_each_payer() -> None:
    lines = priced(ZC, 1200, elder(65, ZHENGGUO, **NEEDY)).lines
    assert [(line.payer, line.payer_name, line.fen) for line in lines] == [
        (Payer.CITY, "广州市", 300),
        (Payer.DISTRICT, "增城区", 300),
        (Payer.STREET, "正果镇", 500),
        (Payer.ELDER, "", 100),
    ]


def test_zhengguo_never_pays_more_than_the_meal_costs() -> None:
    answer = priced(ZC, 800, elder(65, ZHENGGUO, **NEEDY))
    assert paid(answer) == {"ZC-ZG-CITY": 300, "ZC-ZG-DIST": 300, "ZC-ZG-TOWN-NEEDY": 200}
    assert answer.lines[-1].basis.cut_fen == 300
    assert answer.elder_pays_fen == 0
    assert reason(priced(ZC, 600, elder(65, ZHENGGUO, **NEEDY)), "ZC-ZG-TOWN-NEEDY") == "nothing_left"


@pytest.mark.parametrize(
    ("age", "classes", "pays"),
    [
        (65, {"tekun"}, 300),
        (65, {"dibao_edge"}, 300),
        (75, {"lost_only_child"}, 300),
        (100, set(), 300),
        (99, set(), 1300),
        (70, set(), 1300),
        (69, set(), 1800),
        (59, {"tekun"}, None),
    ],
)
def test_longgang_pays_up_to_15_or_5_yuan_by_group(age: int, classes: set[str], pays: int | None) -> None:
    answer = priced(SZ, 1800, elder(age, LONGGANG, classes=frozenset(classes)))
    assert (None if answer.refusal else answer.elder_pays_fen) == pays


def test_longgang_pays_the_whole_of_a_cheap_meal_for_the_key_group() -> None:
    answer = priced(SZ, 1400, elder(65, LONGGANG, classes=frozenset({"tekun"})))
    assert answer.elder_pays_fen == 0
    assert answer.lines[0].fen == 1400


@pytest.mark.parametrize(
    ("other", "why"),
    [
        ({"meal": Meal.DINNER}, "meal"),
        ({"day": SATURDAY, "is_workday": False}, "not_workday"),
        ({"place": Place("深圳市", "福田区")}, "hukou_not_at_place"),
        ({"place": Place()}, "hukou_or_place_unknown"),
        ({"used": Used(Tally(day=1, week=1))}, "cap_day"),
        ({"used": Used(Tally(week=5))}, "cap_week"),
        ({"used": Used(Tally(meal=1, day=1, week=1))}, "cap_meal"),
    ],
)
def test_longgang_pays_for_one_lunch_a_working_day_in_the_district_of_the_hukou(
    other: dict[str, Any], why: str
) -> None:
    answer = priced(SZ, 1800, elder(75, LONGGANG), **other)
    assert answer.elder_pays_fen == 1800
    assert answer.is_subsidised.key == f"money.why.{why}"
    assert answer.is_subsidised.rule is not None
    assert answer.is_subsidised.rule.rule_id == "SZ-70"


@pytest.mark.parametrize(
    ("who", "price_fen", "pays"),
    [
        (elder(65, PUTUO), 2000, 1600),
        (elder(85, PUTUO), 2000, 1400),
        (elder(65, PUTUO, **NEEDY), 2000, 1300),
        (elder(85, PUTUO, **NEEDY), 2000, 1200),
        (elder(65, PUTUO), 1499, 1350),
        (elder(65, PUTUO), 1500, 1150),
        (elder(65, PUTUO, **NEEDY), 799, 720),
        (elder(65, PUTUO, **NEEDY), 800, 220),
        (elder(65, PUTUO, hukou=FOSHAN), 2000, 1800),
        (elder(65, PUTUO, residence=FOSHAN), 2000, 2000),
        (elder(59, PUTUO), 2000, 2000),
    ],
)
def test_putuo_takes_the_discount_first_and_then_one_allowance(who: Any, price_fen: int, pays: int) -> None:
    assert priced(SH, price_fen, who).elder_pays_fen == pays


def test_putuo_pays_the_allowance_for_eating_in_once_a_day_and_the_discount_always() -> None:
    assert priced(SH, 2000, elder(65, PUTUO), way=Fulfilment.PICK_UP).elder_pays_fen == 1800
    assert priced(SH, 2000, elder(65, PUTUO), used=Used(Tally(day=1, week=1))).elder_pays_fen == 1800


BASIC = {"classes": frozenset({"basic_care"})}


@pytest.mark.parametrize(("price_fen", "pays"), [(500, 500), (501, 1), (1500, 1000)])
def test_beijing_pays_five_yuan_a_day_where_the_bill_is_more_than_that(price_fen: int, pays: int) -> None:
    answer = priced(BJ, price_fen, elder(82, XICHENG, **BASIC))
    assert answer.elder_pays_fen == pays
    assert answer.grants_fen == 300


def test_beijing_pays_once_a_day_for_lunch_or_dinner_and_for_nobody_else() -> None:
    again = priced(BJ, 1500, elder(82, XICHENG, **BASIC), meal=Meal.DINNER, used=Used(Tally(day=1, week=1)))
    assert paid(again) == {"own_part": 1500}
    assert priced(BJ, 1500, elder(82, XICHENG)).is_subsidised.key == "money.why.class"


@pytest.mark.parametrize(
    ("who", "price_fen", "pays"),
    [
        (elder(60, HIGH_TECH), 1000, 400),
        (elder(60, HIGH_TECH), 999, 999),
        (elder(60, HIGH_TECH, hukou=Place("珠海市", "香洲区")), 1000, 700),
        (elder(60, HIGH_TECH, hukou=FOSHAN), 1000, 1000),
    ],
)
def test_zhuhai_stacks_city_and_zone_from_ten_yuan_on(who: Any, price_fen: int, pays: int) -> None:
    assert priced(ZH, price_fen, who).elder_pays_fen == pays


def test_zhuhai_does_not_count_the_delivery_fee_towards_the_ten_yuan() -> None:
    assert priced(ZH, 900, elder(60, HIGH_TECH), **HOME).elder_pays_fen == 1100
    with_fee = scheme(rule(occasion={"min_spend_fen": 1000, "min_spend_of": "meal_and_fee"}))
    assert price(meal("sample", 900, elder(60, HIGH_TECH), **HOME), with_fee).elder_pays_fen == 800


def test_a_canteens_own_discount_after_the_allowances_gives_the_published_price() -> None:
    """Zhuhai press, 2024-09: 20 yuan, registered in Xiangzhou, 10 % off on top of both allowances: 12.60 to pay."""
    stacked = scheme(
        rule("CITY"),
        rule("DISTRICT", payer="district", order=30),
        share(10, rule_id="OWN", kind="discount", base="remaining", payer="operator", order=50),
    )
    answer = price(meal("sample", 2000, elder(70, HIGH_TECH)), stacked)
    assert answer.elder_pays_fen == 1260
    assert answer.paid_by() == {Payer.CITY: 300, Payer.DISTRICT: 300, Payer.OPERATOR: 140, Payer.ELDER: 1260}


def test_every_shipped_rule_names_its_source() -> None:
    for scheme_id in (GZ, ZC, SZ, SH, BJ, ZH):
        found = get_scheme(scheme_id)
        assert found.in_force(MONDAY).rules
        for one in found.rules:
            assert one.source.document
            assert one.source.clause_en
            assert one.source.confidence in "ABCD"
            assert one.source.url.startswith("http")
