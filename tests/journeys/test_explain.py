"""`nuanfan explain` as a stranger runs it."""

from __future__ import annotations

import json
from pathlib import Path

from tests.journeys.test_command_line import home, nuanfan
from tests.service.towns import MONDAY

__all__ = ["home"]


def test_a_planned_day_says_why(home: Path) -> None:
    day = ("--day", str(MONDAY))
    early = nuanfan(home, "explain", *day)
    assert early.returncode == 1
    assert "Traceback" not in early.stderr
    planned = nuanfan(home, "day", *day, "--early", "--json")
    assert planned.returncode == 0, planned.stderr

    whole = nuanfan(home, "explain", *day)
    assert "送餐上门排上了 7 户" in whole.stdout, whole.stderr
    assert "7 homes" in nuanfan(home, "explain", *day, NUANFAN_LANGUAGE="en").stdout

    door = json.loads(nuanfan(home, "explain", *day, "--home", "E08", "--json").stdout)
    assert "E08" in door["about"]
    assert [fact["cause"] for fact in door["facts"]].count("hand_over") == 1
    assert len(door["facts"]) == len(door["sentences"])

    nobody = nuanfan(home, "explain", *day, "--courier", "nobody")
    assert (nobody.returncode, "nobody" in nobody.stderr) == (1, True)
    both = nuanfan(home, "explain", *day, "--courier", "C1", "--van", "V1")
    assert (both.returncode, "--courier" in both.stderr) == (1, True)
