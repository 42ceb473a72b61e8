"""The vocabulary of rules, one word at a time."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from kitchens.meals import Fulfilment, ProvisionMode
from service.subsidies import Place, Rounding, Settings, Tally, Used, age_on, price, yuan
from service.subsidies.cases import Case, Standing
from service.subsidies.places import key_of
from service.subsidies.pricing import share_fen
from service.subsidies.rules import Occasion
from tests.service.subsidies.meals import (
    FOSHAN,
    HAIZHU,
    MONDAY,
    ZHENGGUO,
    elder,
    grant,
    meal,
    paid,
    reason,
    rule,
    scheme,
    share,
)

WHO = elder(70, HAIZHU)


def fen(table: dict[str, Any], price_fen: int = 1000, **other: Any) -> int:
    """What one rule pays."""
    return paid(price(meal("sample", price_fen, other.pop("who", WHO), **other), scheme(table))).get("R1", 0)


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        (share(25), 250),
        (share(25, cap_fen=200), 200),
        (share(12.5), 125),
        (share(10, kind="discount"), 100),
        (share(100, kind="discount"), 1000),
        (rule(), 300),
        (rule(value_fen=1200), 1000),
        (rule(kind="up_to", value_fen=1500), 1000),
        (rule(kind="up_to", value_fen=500), 500),
        (rule(kind="fixed_self_pay", value_fen=400), 600),
        (rule(kind="fixed_self_pay", value_fen=0), 1000),
        (rule(kind="fixed_self_pay", value_fen=1500), 0),
        (rule(value_fen=900, floor_fen=200), 800),
        (rule(value_fen=900, floor_fen=2000), 0),
        (rule(value_fen=0), 0),
    ],
)
def test_each_kind_of_amount(table: dict[str, Any], expected: int) -> None:
    assert fen(table) == expected


@pytest.mark.parametrize(
    ("rounding", "unit", "expected"),
    [
        (Rounding.DOWN, 1, (252, 253, 251)),
        (Rounding.HALF_UP, 1, (253, 253, 252)),
        (Rounding.HALF_EVEN, 1, (252, 253, 252)),
        (Rounding.UP, 1, (253, 253, 252)),
        (Rounding.DOWN, 10, (250, 250, 250)),
        (Rounding.UP, 10, (260, 260, 260)),
    ],
)
def test_rounding_is_a_setting(rounding: Rounding, unit: int, expected: tuple[int, int, int]) -> None:
    found = tuple(share_fen(base, 2500, Settings(rounding, unit)) for base in (1010, 1012, 1007))
    assert found == expected


def test_half_even_rounds_an_odd_half_up() -> None:
    assert share_fen(1014, 2500, Settings(Rounding.HALF_EVEN)) == 254
    assert share_fen(1006, 2500, Settings(Rounding.HALF_EVEN)) == 252


@pytest.mark.parametrize(
    ("occasion", "other", "expected"),
    [
        ({"min_spend_fen": 1000}, {}, 300),
        ({"min_spend_fen": 1000, "spend_must_exceed": True}, {}, 0),
        ({"min_spend_fen": 1100}, {"delivery_fee_fen": 100}, 0),
        ({"min_spend_fen": 1100, "min_spend_of": "meal_and_fee"}, {"delivery_fee_fen": 100}, 300),
        ({"ways": ["home"]}, {}, 0),
        ({"ways": ["home", "dine_in"]}, {}, 300),
        ({"modes": ["enterprise"]}, {}, 0),
        ({"modes": ["enterprise"]}, {"mode": ProvisionMode.ENTERPRISE}, 300),
        ({"workdays_only": True}, {"is_workday": False}, 0),
        ({"residence_at_place": "district"}, {}, 300),
        ({"residence_at_place": "district"}, {"place": ZHENGGUO}, 0),
        ({"residence_at_place": "city"}, {"place": ZHENGGUO}, 300),
        ({"residence_at_place": "street"}, {"place": Place("广州市", "海珠区")}, 0),
        ({"hukou_at_place": "city"}, {"who": elder(70, HAIZHU, hukou=None)}, 0),
        ({"place_in": {"city": "广州"}}, {"place": Place()}, 0),
        ({"place_in": {"city": "广州"}}, {"place": Place("Guangzhou City")}, 300),
    ],
)
def test_on_which_meals_a_rule_is_paid(occasion: dict[str, Any], other: dict[str, Any], expected: int) -> None:
    assert fen(rule(occasion=occasion), **other) == expected


def test_the_minimum_may_be_asked_of_what_a_discount_has_left() -> None:
    discount = share(10, rule_id="D", kind="discount", order=10)
    after = scheme(discount, rule(occasion={"min_spend_fen": 1000, "min_spend_of": "remaining"}))
    assert paid(price(meal("sample", 1112, WHO), after)).get("R1") == 300
    assert "R1" not in paid(price(meal("sample", 1110, WHO), after))


@pytest.mark.parametrize(
    ("caps", "used", "expected"),
    [
        ({"fen_per_day": 400}, Tally(day_fen=0), 300),
        ({"fen_per_day": 400}, Tally(day_fen=250, week_fen=250), 150),
        ({"fen_per_day": 400}, Tally(day_fen=400, week_fen=400), 0),
        ({"fen_per_week": 1000}, Tally(week_fen=900), 100),
        ({"fen_per_week": 1000}, Tally(week_fen=1200), 0),
        ({"fen_per_day": 200, "fen_per_week": 1000}, Tally(week_fen=950), 50),
    ],
)
def test_caps_on_money_cut_the_last_payment(caps: dict[str, int], used: Tally, expected: int) -> None:
    assert fen(rule(caps=caps), used=Used(used)) == expected


def test_a_cap_counts_its_own_rule_where_the_counts_are_known_by_rule() -> None:
    capped = rule(caps={"per_day": 1})
    assert fen(capped, used=Used(Tally(day=1, week=1), {"OTHER": Tally(day=1, week=1)})) == 300
    assert fen(capped, used=Used(by_rule={"R1": Tally(day=1, week=1)})) == 0


def test_a_rule_may_pay_the_delivery_fee_and_never_more_than_it() -> None:
    answer = price(
        meal("sample", 1000, WHO, delivery_fee_fen=200, way=Fulfilment.HOME), scheme(rule(covers="delivery"))
    )
    assert [(line.rule_id, line.covers.value, line.fen) for line in answer.lines] == [
        ("R1", "delivery", 200),
        ("own_part", "meal", 1000),
    ]
    half = share(50, covers="delivery")
    assert paid(price(meal("sample", 1000, WHO, delivery_fee_fen=200), scheme(half)))["R1"] == 100


def test_rules_are_applied_by_order_and_then_by_name() -> None:
    first = scheme(share(50, rule_id="B", base="remaining", order=10), rule("A", order=20))
    assert paid(price(meal("sample", 1000, WHO), first)) == {"B": 500, "A": 300, "own_part": 200}
    last = scheme(share(50, rule_id="B", base="remaining", order=30), rule("A", order=20))
    assert paid(price(meal("sample", 1000, WHO), last)) == {"A": 300, "B": 350, "own_part": 350}
    same = scheme(rule("B"), rule("A"))
    assert [line.rule_id for line in price(meal("sample", 1000, WHO), same).lines] == ["A", "B", "own_part"]


def test_a_person_belongs_to_the_first_rule_of_a_group_even_when_it_is_not_paid() -> None:
    grouped = scheme(
        rule("OLD", group="g", order=1, person={"age_from": 70}, occasion={"min_spend_fen": 5000}),
        rule("ALL", group="g", order=2),
    )
    answer = price(meal("sample", 1000, WHO), grouped)
    assert paid(answer) == {"own_part": 1000}
    assert reason(answer, "ALL") == "group"
    assert answer.is_subsidised.rule is not None
    assert answer.is_subsidised.rule.rule_id == "OLD"
    assert paid(price(meal("sample", 1000, elder(69, HAIZHU)), grouped))["ALL"] == 300


def test_a_grant_is_paid_in_full_whatever_is_left_and_only_beside_its_rule() -> None:
    together = scheme(rule("MEAL", value_fen=1000), grant("OPER", only_with="MEAL"))
    answer = price(meal("sample", 1000, WHO), together)
    assert (answer.elder_pays_fen, answer.grants_fen, answer.bill_fen) == (0, 300, 1000)
    free = price(meal("sample", 0, WHO), together)
    assert paid(free) == {"OPER": 300}
    assert not free.is_subsidised.is_yes


def test_a_grant_that_the_fee_swallows_whole_leaves_no_line_of_nothing() -> None:
    case = meal("sample", 1000, WHO, delivery_fee_fen=500, way=Fulfilment.HOME)
    answer = price(case, scheme(grant("BRING", may_offset_fee=True)), Settings(delivery_grant_offsets_fee=True))
    assert [(line.rule_id, line.covers.value, line.fen) for line in answer.lines] == [
        ("BRING", "delivery", 300),
        ("own_part", "meal", 1000),
        ("own_part", "delivery", 200),
    ]
    assert answer.is_subsidised.is_yes


def test_a_scheme_of_grants_alone_subsidises_no_meal() -> None:
    answer = price(meal("sample", 1000, WHO), scheme(grant("OPER")))
    assert answer.is_subsidised.key == "money.why.not_in_force"
    assert answer.may_eat.key == "money.may_eat.no_rule"


@pytest.mark.parametrize(
    ("person", "who", "why"),
    [
        ({"age_from": 71}, WHO, "too_young"),
        ({"age_to": 69}, WHO, "too_old"),
        ({"care_from": 1}, WHO, "care_unknown"),
        ({"care_from": 1, "care_to": 2}, elder(70, HAIZHU, care_level=3), "care"),
        ({"hukou_in": {"city": "广州", "district": "增城"}}, WHO, "hukou"),
        ({"hukou_in": {"city": "广州", "district": "增城"}}, elder(70, Place("广州")), "hukou_unknown"),
        ({"residence_in": {"city": "佛山"}}, WHO, "residence"),
        ({"classes": ["dibao"]}, WHO, "class"),
    ],
)
def test_the_reason_says_what_does_not_fit(person: dict[str, Any], who: Standing, why: str) -> None:
    answer = price(meal("sample", 1000, who), scheme(rule(person=person)))
    assert reason(answer, "R1") == why


def test_the_newest_version_of_a_rule_holds_on_a_day() -> None:
    versions = scheme(
        rule(version=2, value_fen=400, valid_from=date(2026, 1, 1)),
        rule(version=1),
        rule(version=3, value_fen=500, valid_from=date(2027, 1, 1)),
    )
    for day, expected in ((date(2025, 12, 31), 300), (MONDAY, 400), (date(2027, 1, 1), 500)):
        assert paid(price(meal("sample", 1000, WHO, day=day), versions))["R1"] == expected


@pytest.mark.parametrize(
    ("day", "age"),
    [
        (date(2026, 2, 27), 69),
        (date(2026, 2, 28), 70),
        (date(2028, 2, 28), 71),
        (date(2028, 2, 29), 72),
    ],
)
def test_who_was_born_on_29_february_is_a_year_older_on_its_last_day(day: date, age: int) -> None:
    assert age_on(date(1956, 2, 29), day) == age
    assert age_on(date(1956, 11, 23), date(2100, 2, 28)) == 143


def test_a_century_year_is_no_leap_year() -> None:
    assert age_on(date(2040, 2, 29), date(2100, 2, 28)) == 60
    assert age_on(date(1940, 2, 29), date(2000, 2, 28)) == 59


@pytest.mark.parametrize(
    ("written", "same"),
    [
        ("广州市", "广州"),
        ("Guangzhou", "广州"),
        ("guangzhou city", "广州"),
        ("440105", "海珠"),
        ("Haizhu District", "海珠"),
        ("素社街道办事处", "素社"),
        ("正果镇", "正果"),
        ("高新技术产业开发区", "高新区"),
        ("东区街道", "东区"),
    ],
)
def test_a_place_is_the_same_however_it_is_written(written: str, same: str) -> None:
    assert key_of(written) == key_of(same)


def test_two_places_without_names_are_not_the_same() -> None:
    assert not FOSHAN.is_same(HAIZHU, FOSHAN.level)
    assert not Place().lies_in(Place("广州"))
    assert Place().level == "city"
    assert Place("广州", "海珠").level == "district"


@pytest.mark.parametrize("names", [("", "海珠区"), ("广州市", "", "素社街道")])
def test_a_place_with_a_hole_is_refused(names: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="from the city down"):
        Place(*names)


@pytest.mark.parametrize(
    "other", [{"price_fen": -1}, {"delivery_fee_fen": -1}, {"price_fen": 1_000_001}, {"day": date(1900, 1, 1)}]
)
def test_a_meal_that_cannot_be_is_refused(other: dict[str, Any]) -> None:
    usual: dict[str, Any] = {"price_fen": 1000, "day": MONDAY}
    with pytest.raises(ValueError, match="expected"):
        Case(scheme_id="sample", is_workday=True, meal=meal("sample", 1, WHO).meal, elder=WHO, **{**usual, **other})


def test_counts_and_levels_that_cannot_be_are_refused() -> None:
    with pytest.raises(ValueError, match="counts of 0 or more"):
        Tally(day=-1)
    with pytest.raises(ValueError, match="care level"):
        Standing(date(1950, 1, 1), care_level=6)


def test_values_that_no_rule_can_have_are_refused() -> None:
    found = scheme(rule()).rules[0]
    with pytest.raises(ValueError, match="version of 1 or more"):
        replace(found, version=0)
    with pytest.raises(ValueError, match="floor_fen of 0 or more"):
        replace(found, floor_fen=-1)
    with pytest.raises(ValueError, match="min_spend_fen"):
        Occasion(min_spend_fen=-1)


@pytest.mark.parametrize(("fen_given", "said"), [(0, "0.00"), (5, "0.05"), (1250, "12.50"), (-1250, "-12.50")])
def test_money_is_said_in_yuan(fen_given: int, said: str) -> None:
    assert yuan(fen_given) == said
