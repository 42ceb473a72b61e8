"""The console command as a stranger runs it: from another folder, in a process of its own."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from service.db import open_database
from tests.service.towns import MONDAY, found_town

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def home(tmp_path: Path, sqlite_template: Path) -> Path:
    """An installation with the thirty elders' town."""
    folder = tmp_path / "home"
    folder.mkdir()
    (folder / "nuanfan.db").write_bytes(sqlite_template.read_bytes())
    database = open_database(f"sqlite:///{folder / 'nuanfan.db'}")
    found_town(database)
    database.engine.dispose()
    return folder


def nuanfan(home: Path, *command: str, **settings: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "NUANFAN_HOME": str(home), "NUANFAN_EFFORT": "quick"} | settings
    script = Path(sys.executable).parent / "nuanfan"
    return subprocess.run(
        [script, *command], cwd=home.parent, env=environment, capture_output=True, text=True, timeout=300, check=False
    )


def test_a_day_is_planned_shown_again_and_printed(home: Path) -> None:
    day = ("day", "--day", str(MONDAY), "--early", "--json")
    first = nuanfan(home, *day)
    assert first.returncode == 0, first.stderr
    figures = json.loads(first.stdout)
    assert figures["figures"]["orders"] == 30
    assert {one["elder"]: one["reason"] for one in figures["left_out"]} == {"E10": "no_dish", "E30": "no_position"}

    again = json.loads(nuanfan(home, *day).stdout)
    assert {**again, "seconds": 0} == {**figures, "seconds": 0}

    papers = nuanfan(home, "papers", "--day", str(MONDAY), "--json")
    assert papers.returncode == 0, papers.stderr
    lines = [json.loads(line) for line in papers.stdout.splitlines()]
    assert {one["kind"] for one in lines} == {
        "kitchen_count",
        "batch_sheet",
        "box_labels",
        "loading_manifest",
        "route_sheet",
        "meal_point_sheet",
        "purchase_list",
        "pick_list",
        "call_list",
        "substitution_sheet",
    }
    assert all(Path(one["file"]).read_bytes().startswith(b"%PDF") and one["pages"] > 0 for one in lines)


def test_before_the_cut_off_nothing_is_closed_by_accident(home: Path) -> None:
    refused = nuanfan(home, "day", "--day", "2099-01-05")
    assert refused.returncode == 1
    assert "--early" in refused.stderr
    assert "Traceback" not in refused.stderr


@pytest.mark.parametrize(
    ("command", "settings", "says"),
    [
        (("day", "--day", "tomorrow"), {}, "2026-11-23"),
        (("papers", "--day", "2026-11-24"), {}, "2026-11-24"),
        (("import", "nowhere"), {}, "nowhere"),
        (("undo", "7"), {}, "7"),
        (("migrate",), {"NUANFAN_PORT": "eighty"}, "NUANFAN_PORT"),
        (("migrate",), {"NUANFAN_DATABASE_URL": "sqlite:////nowhere/at/all.db"}, "unable to open"),
        (("day", "--day", "2026-11-23", "--early"), {"NUANFAN_TRAVEL": "osrm"}, "NUANFAN_ROAD_SERVER_URL"),
        (("addresses",), {}, "NUANFAN_GEOCODER"),
    ],
    ids=lambda one: "-".join(one) if isinstance(one, tuple) else None,
)
def test_what_cannot_be_is_refused_in_both_languages(
    home: Path, command: tuple[str, ...], settings: dict[str, str], says: str
) -> None:
    refused = nuanfan(home, *command, **settings)
    assert refused.returncode == 1, refused.stderr
    assert says in refused.stderr
    assert "Traceback" not in refused.stderr
    assert any("\u4e00" <= letter <= "\u9fff" for letter in refused.stderr)


def test_a_district_goes_out_and_into_another_installation_the_same(home: Path, tmp_path: Path) -> None:
    out, back = tmp_path / "out", tmp_path / "back"
    assert nuanfan(home, "export", str(out)).returncode == 0
    other = tmp_path / "other"
    preview = nuanfan(other, "import", str(out))
    assert preview.returncode == 0, preview.stderr
    applied = nuanfan(other, "import", str(out), "--apply")
    assert applied.returncode == 0, applied.stderr
    assert nuanfan(other, "export", str(back)).returncode == 0
    assert {path.name: path.read_bytes() for path in out.iterdir()} == {
        path.name: path.read_bytes() for path in back.iterdir()
    }
    assert nuanfan(other, "undo", "1").returncode == 0


def test_the_doctor_finds_a_healthy_house_healthy_and_a_taken_port_taken(home: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        sick = nuanfan(home, "doctor", NUANFAN_PORT=str(taken.getsockname()[1]))
    assert sick.returncode == 1
    assert "NUANFAN_PORT" in sick.stdout
    free = socket.socket()
    free.bind(("127.0.0.1", 0))
    port = free.getsockname()[1]
    free.close()
    healthy = nuanfan(home, "doctor", NUANFAN_PORT=str(port))
    assert healthy.returncode == 0, healthy.stdout


def test_the_command_refuses_a_strangers_package_of_the_same_name(tmp_path: Path) -> None:
    stranger = tmp_path / "scheduler"
    stranger.mkdir()
    (stranger / "__init__.py").write_text("")
    code = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); from api.start import main; sys.exit(main())"
    refused = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert refused.returncode == 1
    assert str(tmp_path) in refused.stderr


def test_the_engine_is_chosen_by_name_and_another_name_is_refused(home: Path) -> None:
    refused = nuanfan(home, "day", "--engine", "oracle")
    assert refused.returncode == 2
    assert "ortools" in refused.stderr
    assert "Traceback" not in refused.stderr
    chosen = nuanfan(home, "day", "--day", str(MONDAY), "--early", "--json", "--engine", "ortools")
    assert json.loads(chosen.stdout)["made_by"] == "ortools"


def test_a_kiosk_is_added_listed_and_revoked(home: Path) -> None:
    added = nuanfan(home, "kiosk", "add", "P1")
    assert "P1-K1" in added.stdout, added.stderr
    assert "P1-K1" in nuanfan(home, "kiosk", "list").stdout
    assert nuanfan(home, "kiosk", "revoke", "P1-K1").returncode == 0
    assert "已停用" in nuanfan(home, "kiosk", "list").stdout
    refused = nuanfan(home, "kiosk", "add", "P9")
    assert refused.returncode == 1
    assert "P9" in refused.stderr
