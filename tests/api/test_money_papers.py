"""The papers of money at the door and at the console: whose they are, what they are, and that each is in the audit."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlmodel import select

from api.cli import app as command
from kitchens.meals import Meal
from service.clock import StoppedClock, instant_of
from service.db import Database, open_database
from service.migrations.run import migrate
from service.served import Bounds, ServedMeal
from service.settlement import settle
from service.subsidies import get_scheme
from service.tables import AuditEntry, MealOrder
from tests.api.conftest import Enter
from tests.pages.town import DAY, Town
from tests.service.money.month import build_months
from tests.service.subsidies.meals import HAIZHU, elder, meal

SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.fixture
def database(sqlite_database: Database) -> Database:
    """What is asked here lies before the database: one kind is enough."""
    return sqlite_database


@pytest.fixture
def settled(town: Town, database: Database, clock: StoppedClock) -> int:
    """The lunch of the tiny town, settled: everybody ate it at the own point."""
    del town
    with database.read() as session:
        orders = session.exec(select(MealOrder).where(MealOrder.state == "placed")).all()
    claims = [
        ServedMeal(
            order.id or 0,
            order.elder_number,
            meal("guangzhou-2024", 1500, elder(80, HAIZHU), day=DAY, meal=Meal.LUNCH),
            "eaten_in",
            "K01" if order.id and order.id % 2 else "K02",
            "P1" if order.id and order.id % 3 else "P3",
            instant_of(DAY, 43_000 + (order.id or 0) * 60),
            "swipe",
            28_800,
            72_000,
        )
        for order in orders
    ]
    cooked = {(DAY, Meal.LUNCH, kitchen): 500 for kitchen in ("K01", "K02")}
    return settle(
        database,
        claims,
        since=DAY,
        until=DAY,
        scheme=get_scheme("guangzhou-2024"),
        bounds=Bounds(cooked=cooked),
        by="guanli",
        clock=clock,
    ).settlement_id


def test_the_desk_prints_every_kind_and_each_print_stands_in_the_audit(
    enter: Enter, settled: int, database: Database
) -> None:
    desk = enter("fuwutai")
    assert f'href="/money/{settled}/papers"' in desk.get(f"/money/{settled}").text
    page = desk.get(f"/money/{settled}/papers")
    assert page.status_code == 200
    assert f"/money/{settled}/papers/bureau_return.pdf" in page.text
    for kind in ("district_settlement", "payer_settlement", "exception_list", "bureau_return", "elder_statement"):
        pdf = desk.post(f"/money/{settled}/papers/{kind}.pdf")
        assert (pdf.status_code, pdf.headers["content-type"]) == (200, "application/pdf"), pdf.text
        assert pdf.content.startswith(b"%PDF-")
        assert pdf.headers["content-disposition"].startswith("inline")
        assert pdf.headers["cache-control"] == "no-store"
    book = desk.post(f"/money/{settled}/papers/kitchen_settlement.xlsx", data={"subject": "K02"})
    assert (book.status_code, book.headers["content-type"]) == (200, SHEET)
    assert f"settlement_{settled}_kitchen_settlement_K02_zh.xlsx" in book.headers["content-disposition"]
    with database.read() as session:
        entries = session.exec(select(AuditEntry).where(AuditEntry.action == "print_money_paper")).all()
    assert [(one.actor, one.details["paper"], one.details["whose"], one.details["form"]) for one in entries][-2:] == [
        ("fuwutai", "elder_statement", "", "pdf"),
        ("fuwutai", "kitchen_settlement", "K02", "xlsx"),
    ]
    assert len(entries) == 6


@pytest.mark.parametrize(
    ("name", "kind", "subject", "status"),
    [
        ("chufang", "kitchen_settlement", "", 200),
        ("chufang", "kitchen_settlement", "K01", 200),
        ("chufang", "kitchen_settlement", "K02", 403),
        ("chufang", "district_settlement", "", 403),
        ("peican", "meal_point_settlement", "", 200),
        ("peican", "meal_point_settlement", "P3", 403),
        ("peican", "elder_statement", "E0001", 403),
        ("peican", "kitchen_settlement", "P1", 403),
        ("songcan", "meal_point_settlement", "P1", 403),
        ("jiexian", "bureau_return", "", 403),
        ("guanli", "meal_point_settlement", "P9", 404),
        ("guanli", "elder_statement", "=cmd", 404),
        ("guanli", "secrets", "", 422),
    ],
)
def test_a_kitchen_and_a_point_have_their_own_and_nobody_else_has_any(
    enter: Enter, settled: int, name: str, kind: str, subject: str, status: int
) -> None:
    client = enter(name)
    assert client.post(f"/money/{settled}/papers/{kind}.pdf", data={"subject": subject}).status_code == status
    listed = client.get(f"/money/{settled}/papers")
    assert listed.status_code == (403 if name in {"songcan", "jiexian"} else 200)
    assert ("K02" in listed.text) == (name == "guanli")


def test_an_unknown_settlement_a_look_and_a_stranger_get_no_paper(enter: Enter, settled: int) -> None:
    desk = enter("guanli")
    assert desk.post("/money/999/papers/bureau_return.pdf").status_code == 404
    assert desk.get("/money/999/papers").status_code == 404
    assert desk.get(f"/money/{settled}/papers/bureau_return.pdf").status_code == 405
    stranger = desk.post(f"/money/{settled}/papers/bureau_return.pdf", headers={"Origin": "https://evil.example"})
    assert stranger.status_code == 403


def run(arguments: list[str]) -> int:
    """Run a command and return what it ends with; a refusal returns, everything else exits."""
    try:
        return command.run(arguments)
    except SystemExit as ended:
        return int(ended.code or 0)


def test_the_console_writes_the_papers_and_says_so_as_json(
    tmp_path: Path, clock: StoppedClock, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("NUANFAN_HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    database = open_database(f"sqlite:///{tmp_path / 'home' / 'nuanfan.db'}")
    migrate(database)
    number = build_months(database, clock)[2]
    out = tmp_path / "out"
    asked = ["money-papers", "--settlement", str(number), "--out", str(out), "--kind", "kitchen_settlement", "--json"]
    assert run(asked) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(one["kind"], one["subject"], one["form"], one["error"]) for one in lines] == [
        ("kitchen_settlement", subject, form, "") for subject in ("K1", "K2") for form in ("pdf", "xlsx")
    ]
    assert all(Path(one["file"]).is_file() for one in lines)
    assert run(["money-papers", "--settlement", str(number), "--out", str(out), "--elder", "E01"]) == 0
    assert (out / f"settlement_{number}_elder_statement_E01_zh.pdf").is_file()
    assert run(["money-papers", "--settlement", "77", "--out", str(out)]) == 1
    assert "77" in capsys.readouterr().err
    database.engine.dispose()
