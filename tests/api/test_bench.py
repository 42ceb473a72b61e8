"""`nuanfan bench`: published instances solved, checked and printed; what is no instance is said in both languages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from api.cli import app
from service.benching import solve_published
from service.errors import InvalidError, NuanfanError
from tests.routing.published.single.towns import FOUR_HOMES_TXT, FOUR_HOMES_VRP, TWO_TRIPS_VRP


@pytest.fixture
def town(tmp_path: Path) -> Path:
    """A tiny VRPLIB instance."""
    path = tmp_path / "four.vrp"
    path.write_text(FOUR_HOMES_VRP, encoding="utf-8")
    return path


def status(*arguments: str) -> int:
    """Run the command and return what it ends with."""
    with pytest.raises(SystemExit) as ended:
        app.run(["bench", *arguments])
    return int(ended.value.code or 0)


def test_each_file_gives_one_object_and_the_command_ends_with_1_if_one_failed(
    town: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    two = tmp_path / "four.txt"
    two.write_text(FOUR_HOMES_TXT, encoding="utf-8")
    missing = tmp_path / "nowhere.vrp"
    files = [str(town), str(missing), str(two)]
    assert status(*files, "--seconds", "0.2", "--json") == 1
    first, refused, last = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert (first["instance"], first["cost"], first["feasible"]) == ("FOUR", 32, True)
    assert 0 < first["lower_bound"] <= 32
    assert first["seconds"] > 0
    assert sorted(sorted(route) for route in first["routes"]) in ([[1, 2], [3, 4]], [[1, 3], [2, 4]])
    assert refused["instance"] == "nowhere"
    assert str(missing) in refused["error"]
    assert "没有这个文件" in refused["error"]
    assert "no such file" in refused["error"]
    assert last["cost"] == pytest.approx(32)


def test_without_json_a_table_is_printed(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert status(str(town), "--seconds", "0.2") == 0
    assert "FOUR" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "content", "key"),
    [
        ("town.csv", "a,b", "bench.unknown"),
        ("town.vrp", "TYPE: SOMETHING", "bench.malformed"),
        ("town.txt", "not an instance", "bench.malformed"),
        ("town.json", "{", "bench.malformed"),
        ("town.dat", "!\n", "bench.malformed"),
    ],
)
def test_a_file_that_is_no_instance_is_refused_by_name(tmp_path: Path, name: str, content: str, key: str) -> None:
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    (refusal,) = solve_published([path], seconds=0.2, cores=1, seed=1)
    assert isinstance(refusal, NuanfanError)
    assert refusal.key == key
    assert str(path) in refusal.say("zh")


def test_an_instance_that_nobody_can_serve_is_answered_and_not_a_traceback(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "late.vrp"
    path.write_text(TWO_TRIPS_VRP.replace("2 0 40", "2 0 1"), encoding="utf-8")
    assert status(str(path), "--seconds", "0.2", "--json") == 1
    said = capsys.readouterr()
    assert json.loads(said.out)["feasible"] is False
    assert "no feasible plan found" in said.err


def test_seconds_that_are_none_are_refused() -> None:
    with pytest.raises(InvalidError):
        list(solve_published([], seconds=0, cores=1, seed=1))
