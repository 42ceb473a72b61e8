"""One invented elder and one meal, to be changed where a test needs it."""

from __future__ import annotations

from datetime import date
from typing import Any

from kitchens.meals import Fulfilment, Meal, ProvisionMode
from service.subsidies import Case, Place, Priced, Scheme, Standing, get_scheme, price, scheme_from

MONDAY = date(2026, 11, 23)
SATURDAY = date(2026, 11, 28)
HAIZHU = Place("广州市", "海珠区", "素社街道")
ZHENGGUO = Place("广州市", "增城区", "正果镇")
LONGGANG = Place("深圳市", "龙岗区", "南湾街道")
PUTUO = Place("上海市", "普陀区", "甘泉路街道")
XICHENG = Place("北京市", "西城区", "样例街道")
HIGH_TECH = Place("珠海市", "高新区", "样例镇")
FOSHAN = Place("佛山市", "禅城区", "样例街道")
HOMES = {
    "guangzhou-2024": HAIZHU,
    "zengcheng-zhengguo-2020": ZHENGGUO,
    "shenzhen-longgang": LONGGANG,
    "shanghai-putuo": PUTUO,
    "beijing-2022": XICHENG,
    "zhuhai-2024": HIGH_TECH,
}


def elder(age: int, home: Place, **other: Any) -> Standing:
    """Somebody born on 1 January who is so many years old in 2026, registered and living at `home`."""
    return Standing(date(2026 - age, 1, 1), **{"hukou": home, "residence": home, **other})


def meal(scheme_id: str, price_fen: int, who: Standing, **other: Any) -> Case:
    """A lunch on a working Monday, eaten in at a canteen where the scheme is at home."""
    usual: dict[str, Any] = {
        "day": MONDAY,
        "is_workday": True,
        "meal": Meal.LUNCH,
        "way": Fulfilment.DINE_IN,
        "mode": ProvisionMode.OWN_KITCHEN,
        "place": HOMES.get(scheme_id, HAIZHU),
    }
    return Case(scheme_id=scheme_id, price_fen=price_fen, elder=who, **{**usual, **other})


def priced(scheme_id: str, price_fen: int, who: Standing, **other: Any) -> Priced:
    """Price such a meal under a shipped scheme."""
    return price(meal(scheme_id, price_fen, who, **other), get_scheme(scheme_id))


def paid(answer: Priced) -> dict[str, int]:
    """What each rule pays."""
    sums: dict[str, int] = {}
    for line in answer.lines:
        sums[line.rule_id] = sums.get(line.rule_id, 0) + line.fen
    return sums


def reason(answer: Priced, rule_id: str) -> str:
    """Why a rule was passed over, by the last word of its key."""
    return next(one.obstacle.key.split(".")[-1] for one in answer.passed_over if one.rule.rule_id == rule_id)


SOURCE = {
    "document": "样例文件",
    "clause": "第1条",
    "document_en": "Sample text",
    "clause_en": "article 1",
    "confidence": "D",
}


def rule(rule_id: str = "R1", **other: Any) -> dict[str, Any]:
    """A rule as in a file: three yuan from the city on every meal of everybody."""
    usual = {"kind": "fixed", "value_fen": 300, "payer": "city", "payer_name": "样例市", "payee": "elder", "order": 20}
    return {"id": rule_id, "version": 1, **usual, **other}


def scheme_table(*rules: dict[str, Any], **other: Any) -> dict[str, Any]:
    """A scheme as in a file."""
    head = {"id": "sample", "version": 1, "name": "样例", "name_en": "Sample", "valid_from": date(2020, 1, 1)}
    return {**head, "source": SOURCE, "rules": list(rules), **other}


def scheme(*rules: dict[str, Any], **other: Any) -> Scheme:
    """A scheme of such rules."""
    return scheme_from(scheme_table(*rules, **other), "sample.toml")


def share(part: float, **other: Any) -> dict[str, Any]:
    """A rule that pays a share."""
    found = rule(kind="percent", percent=part)
    del found["value_fen"]
    rule_id = other.pop("rule_id", "R1")
    return {**found, "id": rule_id, **other}


def grant(rule_id: str, **other: Any) -> dict[str, Any]:
    """A rule that pays the operator three yuan on top of the bill."""
    return rule(rule_id, **{"payee": "operator", "covers": "grant", "order": 80, **other})
