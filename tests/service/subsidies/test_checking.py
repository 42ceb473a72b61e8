"""A slip of the pen in a case is named: a rule that the scheme has not, a place that nobody knows."""

from __future__ import annotations

import json
from typing import Any

import pytest

from service.errors import InvalidError
from service.subsidies import Case, Place, Tally, Used, answer_json, get_scheme, parse_case, price
from service.subsidies.checking import refuse_unknown_rules, unknown_places
from tests.service.subsidies.meals import HAIZHU, LONGGANG, ZHENGGUO, elder, meal, rule, scheme

GZ = get_scheme("guangzhou-2024")


def eaten(**other: Any) -> Case:
    return meal("guangzhou-2024", 1300, elder(70, HAIZHU), **other)


def test_a_count_of_a_rule_that_the_scheme_has_not_is_refused_with_those_it_has() -> None:
    wrong = eaten(used=Used(by_rule={"GZ-MEEL": Tally(), "GZ-MEAL": Tally()}))
    with pytest.raises(InvalidError) as refusal:
        refuse_unknown_rules(wrong, GZ)
    for language in ("zh", "en"):
        said = refusal.value.say(language)
        assert "GZ-MEEL" in said
        assert "GZ-OPER-SELF" in said


def test_counts_of_known_rules_and_no_counts_at_all_are_taken() -> None:
    refuse_unknown_rules(eaten(used=Used(by_rule={"GZ-MEAL": Tally()})), GZ)
    refuse_unknown_rules(eaten(), GZ)


@pytest.mark.parametrize(
    ("place", "odd"),
    [
        (HAIZHU, ()),
        (Place("广州市", "海猪区"), ("海猪区",)),
        (Place("广洲市", "海猪区", "随便街道"), ("广洲市", "海猪区")),
        (Place(), ()),
    ],
    ids=["known", "district misspelt", "both misspelt", "nowhere"],
)
def test_a_city_or_district_that_nobody_knows_is_named(place: Place, odd: tuple[str, ...]) -> None:
    assert unknown_places(eaten(place=place), GZ) == odd


def test_a_street_is_asked_about_only_where_the_rules_name_streets_of_its_district() -> None:
    zhengguo = get_scheme("zengcheng-zhengguo-2020")
    wrong = meal(zhengguo.scheme_id, 1200, elder(70, ZHENGGUO), place=Place("广州市", "增城区", "证果镇"))
    assert unknown_places(wrong, zhengguo) == ("证果镇",)
    assert unknown_places(eaten(place=Place("广州市", "海珠区", "证果镇")), GZ) == ()


def test_a_place_that_stands_twice_is_named_once_and_one_that_nobody_said_not_at_all() -> None:
    nowhere = Place("无名市")
    who = elder(70, nowhere, residence=None)
    assert unknown_places(meal("guangzhou-2024", 1300, who, place=nowhere), GZ) == ("无名市",)


def test_a_place_that_a_rule_names_is_known_wherever_the_rule_asks_for_it() -> None:
    named = Place("样例市", "样例区")
    where = {"city": "样例市", "district": "样例区"}
    for table in (
        rule(person={"hukou_in": where}),
        rule(person={"residence_in": where}),
        rule(occasion={"place_in": where}),
    ):
        assert unknown_places(meal("sample", 1300, elder(70, named), place=named), scheme(table)) == ()
    assert unknown_places(meal("sample", 1300, elder(70, named), place=named), scheme(rule())) == ("样例市", "样例区")


def test_the_answer_warns_of_odd_places_in_both_languages() -> None:
    place = {"city": "深圳市", "district": "龙港区"}
    given = {
        "scheme": "shenzhen-longgang",
        "date": "2026-11-23",
        "meal": "lunch",
        "price_fen": 1800,
        "place": place,
        "elder": {"birth_date": "1950-01-01"},
    }
    one = parse_case(json.dumps(given), lambda _: True)
    found = get_scheme("shenzhen-longgang")
    said = answer_json(one, price(one.case, found), 1, unknown_places(one.case, found))
    assert ["龙港区" in warning[language] for warning in said["warnings"] for language in ("zh", "en")] == [True, True]
    assert LONGGANG.district not in said["warnings"][0]["zh"]
