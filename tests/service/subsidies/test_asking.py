"""Cases from outside: what is understood, and what is refused by name."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from kitchens.meals import Fulfilment
from service.errors import InvalidError
from service.subsidies import Tally, answer_json, case_from, get_scheme, parse_case, price, refusal_json
from tests.service.subsidies.meals import HAIZHU, HOMES, elder, meal, priced, rule, scheme

HOME = {"city": "广州市", "district": "海珠区", "street": "素社街道"}
WHOLE: dict[str, Any] = {
    "scheme": "guangzhou-2024",
    "date": "2026-11-23",
    "meal": "lunch",
    "price_fen": 1300,
    "delivery_fee_fen": 200,
    "delivered": True,
    "mode": "own_kitchen",
    "place": HOME,
    "elder": {"birth_date": "1950-01-01", "hukou": HOME, "residence": HOME, "classes": ["低保"], "care_level": 3},
    "used": {"today": 0, "this_week": 2},
}


def always(day: date) -> bool:
    return True


def asked(**other: Any) -> dict[str, Any]:
    """The whole case with some fields otherwise."""
    return {**WHOLE, **other}


def refusal(given: Any) -> InvalidError:
    with pytest.raises(InvalidError) as refused:
        parse_case(given if isinstance(given, str | bytes) else json.dumps(given), always)
    return refused.value


def test_the_case_of_the_issue_is_answered_line_by_line() -> None:
    one = parse_case(json.dumps(asked(id="A-7")), always)
    said = answer_json(one, price(one.case, get_scheme("guangzhou-2024")), 7)
    assert (said["line"], said["id"], said["elder_pays_fen"], said["refusal"]) == (7, "A-7", 1200, None)
    assert [(one["payer"], one["payee"], one["fen"], one["rule"], one["rule_version"]) for one in said["lines"]] == [
        ("city", "elder", 300, "GZ-MEAL", 1),
        ("city", "operator", 400, "GZ-DELIV-35", 1),
        ("city", "operator", 300, "GZ-OPER-SELF", 1),
        ("elder", "operator", 1000, "own_part", 1),
        ("elder", "operator", 200, "own_part", 1),
    ]
    assert said["lines"][0]["basis"] == {"kind": "percent", "base_fen": 1300, "percent": 25.0, "cap_fen": 300}
    assert said["paid_by"] == {"city": 1000, "elder": 1200}
    assert (said["bill_fen"], said["grants_fen"]) == (1500, 700)
    assert json.loads(json.dumps(said, ensure_ascii=False)) == said


def test_the_two_decisions_are_explained_with_rule_and_date_in_both_languages() -> None:
    one = case_from(asked(elder={**WHOLE["elder"], "hukou": {"city": "佛山市"}}), always)
    said = answer_json(one, price(one.case, get_scheme("guangzhou-2024")), 1)
    assert said["may_eat"] == {
        "yes": True,
        "reason": "fits",
        "rule": "GZ-EAT",
        "rule_version": 1,
        "since": "2024-04-01",
        "zh": "可以就餐：76 周岁，属于服务对象（规则 GZ-EAT 第 1 版，"
        "穗民规字〔2024〕3号 广州市老年人助餐配餐服务管理办法 第3条，2024-04-01 起）",
        "en": "May eat: 76 years old, one of those whom the service is for (rule GZ-EAT version 1, "
        "Guangzhou measures for elder meal service, Sui Min Gui Zi [2024] No. 3, article 3, since 2024-04-01)",
    }
    assert not said["is_subsidised"]["yes"]
    assert said["is_subsidised"]["zh"].startswith("不享受补贴：户籍在佛山市，不在广州市（规则 GZ-MEAL 第 1 版")
    assert "the hukou is in 佛山市, not in 广州市" in said["is_subsidised"]["en"]


def test_a_refusal_says_why_and_has_no_lines() -> None:
    one = case_from(asked(elder={**WHOLE["elder"], "birth_date": "1980-01-01"}), always)
    said = answer_json(one, price(one.case, get_scheme("guangzhou-2024")), 1)
    assert said["lines"] == []
    assert said["elder_pays_fen"] is None
    assert said["refusal"] == {"reason": "too_young", "zh": "46 周岁，未满 60 周岁", "en": "46 years old, below 60"}


def test_a_scheme_without_a_rule_of_eating_says_so() -> None:
    one = case_from(asked(scheme="sample"), always)
    said = answer_json(one, price(one.case, scheme(rule(value_fen=2000))), 1)
    assert said["may_eat"]["rule"] is None
    assert said["may_eat"]["en"] == "May eat: the scheme does not restrict who may eat on this day"
    assert said["lines"][0]["basis"] == {"kind": "fixed", "base_fen": 1300, "value_fen": 2000, "cut_fen": 700}


def test_a_class_that_nobody_knows_is_said_and_not_silently_lost() -> None:
    one = case_from(asked(elder={**WHOLE["elder"], "classes": ["低保户", "低宝"]}), always)
    assert one.case.elder.classes == {"dibao", "低宝"}
    said = answer_json(one, price(one.case, get_scheme("guangzhou-2024")), 1)
    assert "低宝" in said["warnings"][0]["zh"]
    assert "warnings" not in answer_json(case_from(WHOLE, always), priced("guangzhou-2024", 1300, elder(70, HAIZHU)), 1)


def test_the_least_that_must_be_said() -> None:
    least = {
        "scheme": "x",
        "date": "2026-11-23",
        "meal": "lunch",
        "price_fen": 0,
        "elder": {"birth_date": "1950-01-01"},
    }
    case = case_from(least, always).case
    assert (case.elder.hukou, case.mode, case.place.city, case.way) == (None, None, "", Fulfilment.DINE_IN)
    nothing = {**least, "mode": None, "place": None, "used": None, "delivered": None, "delivery_fee_fen": None}
    assert case_from(nothing, always).case == case


def test_how_the_meal_is_taken() -> None:
    assert case_from(asked(delivered=True), always).case.way == Fulfilment.HOME
    assert case_from(asked(delivered=False, fulfilment="pick_up"), always).case.way == Fulfilment.PICK_UP
    assert case_from({**WHOLE, "delivered": None, "fulfilment": "home"}, always).case.way == Fulfilment.HOME
    assert refusal(asked(delivered=True, fulfilment="dine_in")).key == "money.case.broken"


def test_counts_are_read_for_all_rules_or_rule_by_rule() -> None:
    used = case_from(asked(used={"this_meal": 1, "today_fen": 300}), always).case.used
    assert used.every_rule == Tally(1, 1, 1, 300, 300)
    assert used.of("GZ-MEAL") == used.every_rule
    by_rule = case_from(asked(used={"rules": {"GZ-MEAL": {"today": 2}}}), always).case.used
    assert by_rule.of("GZ-MEAL") == Tally(0, 2, 2)
    assert by_rule.of("GZ-OPER-SELF") == Tally()


@pytest.mark.parametrize(
    ("given", "key"),
    [
        ("{", "money.case.no_json"),
        ("[1]", "money.case.no_object"),
        ("3", "money.case.no_object"),
        ('{"price_fen": NaN}', "money.case.no_json"),
        ('{"a": 1, "a": 2}', "money.case.no_json"),
        ("[" * 200_000, "money.case.no_json"),
        ('{"price_fen": ' + "9" * 5000 + "}", "money.case.no_json"),
        (b"\xff{}", "money.case.no_json"),
        (asked(price_fen=-1), "money.case.field"),
        (asked(price_fen=13.0), "money.case.field"),
        (asked(price_fen="1300"), "money.case.field"),
        (asked(price_fen=True), "money.case.field"),
        (asked(price_fen=None), "money.case.field"),
        (asked(price_fen=10**9), "money.case.broken"),
        (asked(date="2026-11-31"), "money.case.field"),
        (asked(date="20261123"), "money.case.field"),
        (asked(date="2026-W48-1"), "money.case.field"),
        (asked(date="1926-11-23"), "money.case.field"),
        (asked(date=20261123), "money.case.field"),
        (asked(meal="supper"), "money.case.field"),
        (asked(mode="self"), "money.case.field"),
        (asked(delivered="yes"), "money.case.field"),
        (asked(place={"city": "广州市", "town": "x"}), "money.case.field"),
        (asked(place={"city": 3}), "money.case.field"),
        (asked(place={"district": "海珠区"}), "money.case.broken"),
        (asked(place="广州"), "money.case.field"),
        (asked(elder=None), "money.case.field"),
        (asked(elder={}), "money.case.field"),
        (asked(elder={"birth_date": "2026-11-24"}), "money.case.broken"),
        (asked(elder={"birth_date": "1850-01-01"}), "money.case.broken"),
        (asked(elder={"birth_date": "1950-01-01", "care_level": 6}), "money.case.broken"),
        (asked(elder={"birth_date": "1950-01-01", "classes": "低保"}), "money.case.field"),
        (asked(elder={"birth_date": "1950-01-01", "classes": [" "]}), "money.case.field"),
        (asked(elder={"birth_date": "1950-01-01", "name": "x"}), "money.case.field"),
        (asked(used={"today": -1}), "money.case.field"),
        (asked(used={"yesterday": 1}), "money.case.field"),
        (asked(used={"rules": {"GZ-MEAL": 1}}), "money.case.field"),
        (asked(used={"rules": {"GZ-MEAL": {"rules": {}}}}), "money.case.field"),
        (asked(id=1.5), "money.case.field"),
        (asked(colour="red"), "money.case.field"),
        (asked(scheme=""), "money.case.field"),
    ],
)
def test_what_is_no_case_is_refused_in_both_languages(given: Any, key: str) -> None:
    found = refusal(given)
    assert found.key == key
    said = refusal_json(found, 3)
    assert said["line"] == 3
    assert said["error"]["zh"] != said["error"]["en"]


def test_every_home_of_the_tests_is_one_of_a_shipped_scheme() -> None:
    for scheme_id, home in HOMES.items():
        assert price(meal(scheme_id, 1300, elder(85, home)), get_scheme(scheme_id)).refusal is None
