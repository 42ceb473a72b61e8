"""`nuanfan price` and `nuanfan schemes`: one answer a line, and one wrong line harms no other."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from api.cli import app
from service.subsidies.reading import FOLDER

HOME = {"city": "广州市", "district": "海珠区", "street": "素社街道"}
CASE: dict[str, Any] = {
    "scheme": "guangzhou-2024",
    "date": "2026-11-23",
    "meal": "lunch",
    "price_fen": 1300,
    "delivery_fee_fen": 200,
    "delivered": True,
    "mode": "own_kitchen",
    "place": HOME,
    "elder": {"birth_date": "1950-01-01", "hukou": HOME, "residence": HOME, "classes": [], "care_level": None},
    "used": {"today": 0, "this_week": 0},
}


def run(command: str, *arguments: str, given: bytes, monkeypatch: pytest.MonkeyPatch) -> int:
    """Run a command on standard input and return what it ends with."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given)))
    with pytest.raises(SystemExit) as ended:
        app.run([command, *arguments])
    return int(ended.value.code or 0)


def said(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """Read what was printed."""
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def line(**other: Any) -> bytes:
    """Write the case with some fields otherwise."""
    return json.dumps({**CASE, **other}, ensure_ascii=False).encode() + b"\n"


def test_each_case_has_one_answer(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    given = b"\xef\xbb\xbf" + line() + b"\n" + line(price_fen=1000)
    assert run("price", "--json", given=given, monkeypatch=monkeypatch) == 0
    first, second = said(capsys)
    assert (first["line"], first["elder_pays_fen"]) == (1, 1200)
    assert (second["line"], second["elder_pays_fen"]) == (3, 950)


def test_a_wrong_line_is_answered_with_its_number_and_the_next_goes_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    given = line(price_fen=-1) + b"\xff\n" + line(scheme="nowhere-1900") + b"{\n" + line()
    assert run("price", "--json", given=given, monkeypatch=monkeypatch) == 1
    *wrong, last = said(capsys)
    assert [(one["line"], one["error"]["key"]) for one in wrong] == [
        (1, "money.case.field"),
        (2, "money.case.no_text"),
        (3, "money.scheme.unknown"),
        (4, "money.case.no_json"),
    ]
    assert "price_fen" in wrong[0]["error"]["zh"]
    assert "zhuhai-2024" in wrong[2]["error"]["en"]
    assert (last["line"], last["elder_pays_fen"]) == (5, 1200)


def test_workdays_come_from_the_chinese_calendar(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    home = {"city": "深圳市", "district": "龙岗区"}
    elder = {"birth_date": "1950-01-01", "hukou": home, "residence": home}
    given = b"".join(
        line(scheme="shenzhen-longgang", date=day, place=home, elder=elder, delivery_fee_fen=0)
        for day in ("2025-09-28", "2025-10-01", "2025-10-10")
    )
    assert run("price", "--json", given=given, monkeypatch=monkeypatch) == 0
    # A make-up Sunday, the national day, an ordinary Friday.
    assert [one["elder_pays_fen"] for one in said(capsys)] == [800, 1300, 800]


def test_rounding_and_further_schemes_are_options(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    shipped = (FOLDER / "guangzhou-2024.toml").read_text(encoding="utf-8")
    own = tmp_path / "own.toml"
    own.write_text(shipped.replace('id = "guangzhou-2024"', 'id = "own"'), encoding="utf-8")
    options = ("--json", "--rounding", "up", "--scheme-file", str(own))
    assert run("price", *options, given=line(scheme="own", price_fen=1001), monkeypatch=monkeypatch) == 0
    assert said(capsys)[0]["elder_pays_fen"] == 1001 - 251 + 200


def test_nothing_in_is_nothing_out(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("price", "--json", given=b"", monkeypatch=monkeypatch) == 0
    assert capsys.readouterr().out == ""


def test_without_json_the_command_says_what_it_needs(capsys: pytest.CaptureFixture[str]) -> None:
    assert app.run(["price"]) == 1
    assert "--json" in capsys.readouterr().err


def test_the_schemes_are_listed_with_source_and_days(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    assert run("schemes", given=b"", monkeypatch=monkeypatch) == 0
    shown = capsys.readouterr().out
    assert "zengcheng-zhengguo-2020" in shown
    assert run("schemes", "--json", given=b"", monkeypatch=monkeypatch) == 0
    by_id = {one["scheme"]: one for one in said(capsys)}
    assert len(by_id) == 6
    assert by_id["guangzhou-2024"]["valid_to"] == "2029-03-31"
    assert "穗民规字〔2024〕3号" in by_id["guangzhou-2024"]["source"]["document"]
    assert by_id["shanghai-putuo"]["valid_from_known_to"] == "month"


def test_a_reader_who_has_enough_ends_the_command_quietly(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    class Closed(io.TextIOWrapper):
        """A stream whose reader has gone."""

        def write(self, text: str) -> int:
            raise BrokenPipeError

    with (tmp_path / "out").open("wb") as file:
        monkeypatch.setattr(sys, "stdout", Closed(file))
        assert run("price", "--json", given=line(), monkeypatch=monkeypatch) == 1


def test_half_a_surrogate_pair_spoils_neither_its_own_answer_nor_the_next(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    odd = json.dumps({**CASE, "scheme": "\ud800"}).encode() + b"\n"
    assert run("price", "--json", given=odd + line(), monkeypatch=monkeypatch) == 1
    wrong, right = said(capsys)
    assert "\ud800" in wrong["error"]["zh"]
    assert right["elder_pays_fen"] == 1200


def test_places_that_nobody_knows_are_warned_of_and_those_that_rules_name_are_not(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    odd = {"city": "Guangzhuo", "district": "Haizhu"}
    elder = {**CASE["elder"], "hukou": odd, "residence": {"city": "广州"}}
    zhengguo = {"city": "广州市", "district": "增城区", "street": "正果乡镇"}
    town = {**CASE["elder"], "hukou": zhengguo, "residence": HOME}
    given = line() + line(elder=elder) + line(elder=town, scheme="zengcheng-zhengguo-2020")
    assert run("price", "--json", given=given, monkeypatch=monkeypatch) == 0
    plain, misspelt, street = said(capsys)
    assert "warnings" not in plain
    assert [("Guangzhuo" in one["en"], "Haizhu" in one["en"]) for one in misspelt["warnings"]] == [(True, False)]
    assert "正果乡镇" in street["warnings"][0]["zh"]


def test_a_place_that_only_an_own_scheme_names_is_known(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    own = tmp_path / "own.toml"
    shipped = (FOLDER / "beijing-2022.toml").read_text(encoding="utf-8")
    own.write_text(shipped.replace("beijing-2022", "own").replace("北京市", "样例市"), encoding="utf-8")
    given = line(scheme="own", place={"city": "样例"}, elder={**CASE["elder"], "hukou": {"city": "样例市"}})
    assert run("price", "--json", "--scheme-file", str(own), given=given, monkeypatch=monkeypatch) == 0
    assert "warnings" not in said(capsys)[0]


def test_a_count_of_a_rule_that_the_scheme_does_not_have_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    used = {"rules": {"GZ-MEALS": {"today": 2}}}
    given = line(used=used) + line(used={"rules": {"GZ-MEAL": {"today": 2}}})
    assert run("price", "--json", given=given, monkeypatch=monkeypatch) == 1
    wrong, right = said(capsys)
    assert wrong["error"]["key"] == "money.case.unknown_rules"
    assert "GZ-MEALS" in wrong["error"]["zh"]
    assert right["elder_pays_fen"] == 1300 + 200
