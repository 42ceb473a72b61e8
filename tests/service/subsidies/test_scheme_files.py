"""What is wrong in a scheme file is refused with file, rule and field, in both languages."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from service.errors import InvalidError, NotFoundError
from service.subsidies import get_scheme, read_scheme, scheme_from, scheme_json, shipped_schemes
from service.subsidies.reading import FOLDER
from tests.service.subsidies.meals import SOURCE, grant, rule, scheme, scheme_table, share


def refusal(table: dict[str, Any]) -> InvalidError:
    """Why a scheme is refused."""
    with pytest.raises(InvalidError) as refused:
        scheme_from(table, "broken.toml")
    return refused.value


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.toml")), ids=lambda path: path.stem)
def test_a_shipped_scheme_is_named_like_its_file(path: Path) -> None:
    assert read_scheme(path).scheme_id == path.stem


def test_the_schemes_of_the_issue_are_shipped() -> None:
    assert set(shipped_schemes()) == {
        "beijing-2022",
        "guangzhou-2024",
        "shanghai-putuo",
        "shenzhen-longgang",
        "zengcheng-zhengguo-2020",
        "zhuhai-2024",
    }


@pytest.mark.parametrize(
    ("broken", "field"),
    [
        (rule(version=0), "version"),
        (rule(version="1"), "version"),
        (rule(kind="gift"), "kind"),
        (rule(kind=7), "kind"),
        (rule(value_fen=2.5), "value_fen"),
        (rule(value_fen=True), "value_fen"),
        (rule(value_fen=-1), "value_fen"),
        (rule(payer_name=" "), "payer_name"),
        (rule(valeu_fen=3), "valeu_fen"),
        (share(50, percent="a quarter"), "percent"),
        (share(50, percent=True), "percent"),
        (share(12.345), "percent"),
        (share(float("nan")), "percent"),
        (rule(person={"classes": ["dibaoo"]}), "person.classes"),
        (rule(person={"classes": [3]}), "person.classes"),
        (rule(person={"hukou_in": {"district": "海珠区"}}), "person.hukou_in.city"),
        (rule(person={"hukou_in": {"town": "x", "city": "广州"}}), "person.hukou_in.town"),
        (rule(person="everybody"), "person"),
        (rule(occasion={"meals": "lunch"}), "occasion.meals"),
        (rule(occasion={"meals": ["brunch"]}), "occasion.meals"),
        (rule(occasion={"workdays_only": 1}), "occasion.workdays_only"),
        (rule(valid_from="2026-01-01"), "valid_from"),
        (rule(valid_from=datetime(2026, 1, 1, 12)), "valid_from"),  # noqa: DTZ001
        (rule(order=None), "order"),
        (rule(payer=None), "payer"),
    ],
)
def test_a_wrong_field_is_named_with_file_and_rule(broken: dict[str, Any], field: str) -> None:
    found = refusal(scheme_table(broken))
    assert found.key == "money.scheme.field"
    assert found.values["file"] == "broken.toml"
    assert found.values["rule"] == "R1"
    assert found.values["field"] == field
    assert "broken.toml" in found.say("zh")
    assert "R1" in found.say("en")


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (rule(payer="elder"), "other than the elder"),
        (rule(payee="operator"), "to the elder"),
        (rule(may_offset_fee=True), "may_offset_fee"),
        (grant("R1", payee="elder"), "grant"),
        (share(20, covers="grant", payee="operator"), "grant"),
        (rule(only_with="R1"), "another rule"),
        (rule(percent=20), "no percent"),
        (rule(cap_fen=20), "with a percent only"),
        (share(0), "above 0"),
        (share(101), "up to 100"),
        (share(20, value_fen=300), "no value_fen"),
        (share(20, kind="discount", cap_fen=100), "with a percent only"),
        (rule(person={"age_from": 80, "age_to": 70}), "age_from"),
        (rule(person={"care_from": 4, "care_to": 2}), "care levels"),
        (rule(person={"classes_as_care": ["severe_disability"]}), "care_from"),
        (rule(person={"hukou_in": {"city": "广州", "street": "正果"}}), "city down"),
        (rule(caps={"per_day": 0}), "caps of 1"),
        (rule(valid_to=date(2019, 1, 1)), "valid_to"),
        (rule(valid_from_known_to="decade"), "since_known_to"),
    ],
)
def test_a_rule_that_contradicts_itself_is_named(broken: dict[str, Any], said: str) -> None:
    found = refusal(scheme_table(broken))
    assert found.key == "money.scheme.broken"
    assert found.values["rule"] == "R1"
    assert said in found.say("en")


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (scheme_table(), "at least one rule"),
        (scheme_table(rule(), rule()), "twice"),
        (scheme_table(rule(), eating=[{"id": "R1", "version": 1, "person": {}}]), "twice"),
        (scheme_table(rule(), grant("G", only_with="R9")), "R9"),
        (scheme_table(rule(order=90), grant("G", only_with="R1")), "earlier order"),
        (scheme_table(rule(), settings={"rounding_unit_fen": 0}), "rounding_unit_fen"),
        (scheme_table(rule(), colour="red"), "colour"),
        (scheme_table("not a table"), "rules"),  # type: ignore[arg-type]
        (scheme_table(rule(), source=[]), "source"),
        (scheme_table(rule(), source={**SOURCE, "clause": ""}), "clause"),
        (scheme_table({**rule(), "id": None}), "rules 1"),
        (scheme_table(rule(), eating=[{"id": "E", "version": 1}]), "person"),
        ({**scheme_table(rule()), "valid_from": None}, "valid_from"),
        ({**scheme_table(rule()), "name": 3}, "name"),
    ],
)
def test_a_scheme_that_does_not_hold_together_is_refused(table: dict[str, Any], said: str) -> None:
    assert said in refusal(table).say("en")


def test_a_long_value_is_quoted_shortly() -> None:
    found = refusal(scheme_table(rule(kind="x" * 500)))
    assert len(str(found.values["given"])) < 100


def test_a_rule_takes_days_and_source_of_its_scheme_where_it_has_none() -> None:
    found = scheme(
        rule("A"),
        rule("B", valid_from=date(2026, 5, 1), source={"clause": "第9条"}),
        rule("C", valid_to=date(2026, 6, 1)),
        valid_to=date(2028, 12, 31),
        valid_from_known_to="year",
        eating=[{"id": "E", "version": 1, "person": {"age_from": 60}}],
    )
    plain, own, ending = found.rules
    assert (plain.validity.since, plain.validity.until, plain.validity.since_known_to) == (
        date(2020, 1, 1),
        date(2028, 12, 31),
        "year",
    )
    assert (own.validity.since, own.validity.since_known_to) == (date(2026, 5, 1), "day")
    assert (own.source.clause, own.source.document) == ("第9条", "样例文件")
    assert ending.validity.until == date(2026, 6, 1)
    assert found.eating_rules[0].validity == plain.validity


@pytest.mark.parametrize("content", [b"id = ", b"\xff\xfe"])
def test_a_file_that_is_no_toml_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "broken.toml"
    path.write_bytes(content)
    with pytest.raises(InvalidError, match=r"broken\.toml"):
        read_scheme(path)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidError, match=r"nowhere\.toml"):
        read_scheme(tmp_path / "nowhere.toml")


def test_an_unknown_scheme_is_refused_with_the_known_ones() -> None:
    with pytest.raises(NotFoundError, match="guangzhou-2024"):
        get_scheme("guangzhou-1924")


def test_a_scheme_says_its_source_and_days_as_json() -> None:
    said = scheme_json(get_scheme("guangzhou-2024"))
    assert (said["valid_from"], said["valid_to"]) == ("2024-04-01", "2029-03-31")
    assert "穗民规字〔2024〕3号" in said["source"]["document"]
    assert said["rules"][0]["rule"] == "GZ-MEAL"
    assert said["eating"][0]["rule"] == "GZ-EAT"
    assert scheme_json(get_scheme("beijing-2022"))["valid_to"] is None
