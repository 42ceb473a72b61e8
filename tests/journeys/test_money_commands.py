"""`nuanfan settle` and `nuanfan replay-money` over one database: refused with a list, settled, shown, booked once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from api.cli import app
from kitchens.meals import Fulfilment
from service.clock import StoppedClock
from service.db import Database
from tests.pages.test_money import corrected
from tests.service.money_town import MONDAY, found_money_town

DAYS = ("--from", str(MONDAY), "--until", str(MONDAY))


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        raise SystemExit(app.run(arguments))
    return int(ended.value.code or 0)


@pytest.fixture
def town(
    sqlite_database: Database, clock: StoppedClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[int, int]:
    """One meal eaten in and one brought home whose outcome nobody has noted; far enough back for the real clock."""
    monkeypatch.setenv("NUANFAN_HOME", str(tmp_path))
    monkeypatch.setenv("NUANFAN_DATABASE_URL", f"sqlite:///{tmp_path / 'nuanfan.db'}")
    monkeypatch.setenv("NUANFAN_LANGUAGE", "en")
    monkeypatch.setattr("api.cli.settling.output.width", 200)
    town = found_money_town(sqlite_database, clock)
    town.elder("E1")
    town.elder("E2")
    eaten, brought = town.order("E1"), town.order("E2", way=Fulfilment.HOME)
    town.publish()
    town.take(eaten)
    monkeypatch.setattr("api.cli.settling.open_installation", _at_the_end_of(clock))
    clock.advance(24 * 3600)
    return eaten, brought


def _at_the_end_of(clock: StoppedClock) -> Any:
    """Return the console's own way to open an installation, with a clock that stands after the period."""
    from api.cli.console import Installation, open_installation

    def opened() -> Installation:
        here = open_installation()
        return Installation(here.settings, here.database, clock)

    return opened


def test_a_month_is_refused_settled_shown_and_corrected_at_the_console(
    town: tuple[int, int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("settle", *DAYS) == 1
    assert "E2 (C1)" in capsys.readouterr().err
    assert run("settle", *DAYS, "--despite-open", "sheet lost", "--by", "Sample", "--json") == 0
    made = json.loads(capsys.readouterr().out)
    assert (made["head"]["meals"], made["head"]["unclaimed"], made["head"]["made_by"]) == (1, 1, "Sample")
    assert {one["key"][0]: one["fen"] for one in made["by_payer"]} == {"city": 600, "elder": 1000}
    assert run("settle", *DAYS, "--despite-open", "sheet lost") == 1
    assert "nothing new" in capsys.readouterr().err
    rules = tmp_path / "rules.toml"
    rules.write_text(corrected(), encoding="utf-8")
    assert run("replay-money", "1", "--scheme", str(rules)) == 0
    assert "+0.20" in capsys.readouterr().out
    assert run("replay-money", "1", "--scheme", str(rules), "--book", "--json") == 0
    assert json.loads(capsys.readouterr().out)["settlement_id"] == 2
    assert run("replay-money", "1", "--scheme", str(rules), "--book") == 0
    assert "no difference" in capsys.readouterr().out
    assert run("replay-money", "9", "--scheme", str(rules)) == 1
    assert run("replay-money", "1", "--scheme", str(tmp_path / "none.toml")) == 1


def test_what_was_settled_is_said_in_words(town: tuple[int, int], capsys: pytest.CaptureFixture[str]) -> None:
    assert run("settle", *DAYS, "--despite-open", "sheet lost") == 0
    said = capsys.readouterr().out
    assert "16.00 yuan in all; 0 refused, 1 not had" in said
    assert "1 × no outcome was noted; console had the period settled all the same: sheet lost" in said
    assert run("settle", "--from", "gestern", "--until", "2026-11-23") == 1
