"""The papers of a settlement say what the ledger says, to the fen, whichever way one adds."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service import ledger
from service.clock import StoppedClock
from service.db import Database
from service.ledger import By
from service.money.booked import Account, BookedMeal, Head, Part, RuleVersion, Share, read_account
from service.money.rendering import MoneyPaper, PaperForm, payer_subjects
from service.money.report_lines import Scope, SettlementReport
from service.money.reports import settlement_report
from service.money.statements import elder_statement, elder_statements
from service.subsidies import Covers, Payer
from tests.service.money.month import FIRST, build_months
from tests.service.money.reading import PRINTED_AT, column, fen, printed, sheets_of


@pytest.fixture
def months(database: Database, clock: StoppedClock) -> tuple[int, int, int]:
    return build_months(database, clock)


@pytest.fixture
def few(sqlite_database: Database, clock: StoppedClock) -> tuple[int, int, int]:
    return build_months(sqlite_database, clock)


def reports(account: Account) -> dict[Scope, list[SettlementReport]]:
    kitchens = sorted({meal.kitchen_code for meal in account.everything})
    points = sorted({meal.meal_point_code for meal in account.everything})
    payers = payer_subjects(account)
    return {
        Scope.DISTRICT: [settlement_report(account, Scope.DISTRICT)],
        Scope.KITCHEN: [settlement_report(account, Scope.KITCHEN, code) for code in kitchens],
        Scope.MEAL_POINT: [settlement_report(account, Scope.MEAL_POINT, code) for code in points],
        Scope.PAYER: [settlement_report(account, Scope.PAYER, name, "", payers[name]) for name in payers],
    }


@pytest.mark.parametrize("which", [0, 1, 2])
def test_every_way_of_adding_the_papers_gives_the_sum_of_the_ledger(
    database: Database, months: tuple[int, int, int], which: int
) -> None:
    with database.read() as session:
        account = read_account(session, months[which])
        kept = {by: ledger.sums(session, by, account.settlement_ids) for by in By}
        whole = {by: sum(one.values()) for by, one in kept.items()}
        statements = list(elder_statements(session, account))
    assert len(set(whole.values())) == 1
    for some in reports(account).values():
        assert sum(one.total_fen for one in some) == account.total_fen == whole[By.PAYER]
    assert {(one.elder_number,): one.ledger_fen for one in statements} == kept[By.ELDER]
    by_payer = {(line.payer, line.payer_name): line.total_fen for line in reports(account)[Scope.DISTRICT][0].payers}
    assert by_payer == kept[By.PAYER]
    places = reports(account)[Scope.DISTRICT][0]
    assert {(line.code,): line.fen + line.corrections_fen for line in places.kitchens} == kept[By.KITCHEN]
    assert {(line.code,): line.fen + line.corrections_fen for line in places.meal_points} == kept[By.MEAL_POINT]
    by_rule: Counter[tuple[str, ...]] = Counter()
    for line in places.rules:
        by_rule[line.version.scheme, line.version.rule, str(line.version.version)] += line.fen
    assert dict(by_rule) == kept[By.RULE]


def test_a_correction_is_paid_once_with_the_next_settlement_and_old_papers_stay(
    few: tuple[int, int, int], sqlite_database: Database
) -> None:
    october, correction, november = few
    with sqlite_database.read() as session:
        old, middle, new = (read_account(session, number) for number in few)
    assert old.settlement_ids == (october,)
    assert (middle.settlement_ids, middle.paid_with, middle.meals) == ((correction,), november, ())
    assert new.settlement_ids == (november, correction)
    assert middle.corrections == new.corrections != ()
    assert sum(meal.fen for meal in new.corrections) == 0
    report = settlement_report(new, Scope.DISTRICT)
    more: Counter[str] = Counter()
    for one in report.corrections:
        more[one.payer] += one.fen
    assert more[Payer.CITY] == -more[Payer.ELDER] > 0


def test_one_elders_share_is_what_the_whole_says_of_the_elder(
    few: tuple[int, int, int], sqlite_database: Database
) -> None:
    with sqlite_database.read() as session:
        whole = {one.elder_number: one for one in elder_statements(session, read_account(session, few[2]))}
        for number, statement in whole.items():
            assert elder_statement(session, few[2], number) == statement
        alone = read_account(session, few[2], Share(kitchen_code="K2"))
        inside = settlement_report(read_account(session, few[2]), Scope.KITCHEN, "K2")
        assert settlement_report(alone, Scope.KITCHEN, "K2") == inside


def test_a_statement_shows_price_payers_corrections_and_the_account(
    few: tuple[int, int, int], sqlite_database: Database
) -> None:
    with sqlite_database.read() as session:
        one = elder_statement(session, few[2], "E01")
        other = elder_statement(session, few[2], "E03")
        nobody = elder_statement(session, few[2], "E04")
    first = one.lines[0]
    assert (first.service_day, first.meal, first.price_fen, first.fee_fen) == (date(2026, 11, 1), "lunch", 1550, 0)
    # A quarter of 15.50 is 3.87 under the raised cap; the district gives 2, the street 1.
    assert first.paid == {"city": 387, "district": 200, "street": 100, "elder": 863}
    assert sum(line.price_fen for line in one.corrections) == 0
    assert one.you_pay_fen == one.paid["elder"] + one.corrected["elder"]
    assert one.balance is not None
    # 600 yuan paid in; October as settled and corrected, and November, are owed.
    assert (one.balance.paid_in_fen, one.balance.left_fen) == (60_000, 60_000 - one.balance.owed_fen)
    assert other.lines[0].fee_fen == 200
    assert other.lines[0].paid["street"] == 100
    assert nobody.balance is None
    with sqlite_database.read() as session:
        until = ledger.sums(session, By.PAYER, few)
        owed = [elder_statement(session, few[2], number).balance for number in ("E01", "E02")]
    assert until[("elder", "")] > sum(one.owed_fen for one in owed if one)
    # What was paid in after the period is not in its balance.
    assert owed[1] is not None
    assert owed[1].paid_in_fen == 10_000


@pytest.mark.parametrize(
    ("kind", "subject"),
    [
        (MoneyPaper.DISTRICT_SETTLEMENT, ""),
        (MoneyPaper.KITCHEN_SETTLEMENT, "K1"),
        (MoneyPaper.MEAL_POINT_SETTLEMENT, "P3"),
        (MoneyPaper.PAYER_SETTLEMENT, "city"),
        (MoneyPaper.PAYER_SETTLEMENT, "elder"),
    ],
)
def test_every_table_of_a_workbook_read_back_adds_up_to_the_ledger(
    few: tuple[int, int, int], sqlite_database: Database, kind: MoneyPaper, subject: str
) -> None:
    with sqlite_database.read() as session:
        account = read_account(session, few[2])
        by = {
            MoneyPaper.KITCHEN_SETTLEMENT: By.KITCHEN,
            MoneyPaper.MEAL_POINT_SETTLEMENT: By.MEAL_POINT,
            MoneyPaper.PAYER_SETTLEMENT: By.PAYER,
        }.get(kind)
        kept = ledger.sums(session, by or By.PAYER, account.settlement_ids)
    total = sum(fen_ for key, fen_ in kept.items() if by is None or key[0] == subject)
    sheets = sheets_of(printed(sqlite_database, few[2], kind, PaperForm.XLSX, subject=subject))
    assert fen(column(sheets["按出资方"], "总额（元）")) == total
    assert fen(column(sheets["按规则版本（含以往更正）"], "金额（元）")) == total
    assert fen(column(sheets["附表：按长者编号"], "总额（元）")) == total
    corrections = fen(column(sheets["以往期间更正"], "增减（元）"))
    assert fen(column(sheets["按日期"], "金额（元）")) == total - corrections
    classes = sheets["按人员类别与餐价"]
    paying = [name for name in ("补贴抵扣", "长者自付", "另拨运营方") if name in classes[2]]
    assert sum(fen(column(classes, name)) for name in paying) == total - corrections
    if kind is MoneyPaper.PAYER_SETTLEMENT:
        # What others pay is no nought on this one's paper: it is not there at all.
        assert paying == (["长者自付"] if subject == "elder" else ["补贴抵扣", "另拨运营方"])
    for rows in sheets.values():
        assert all(
            not isinstance(cell, float) or round(cell, 2) == cell or 0 < cell < 1 for row in rows for cell in row
        )


def test_the_statements_read_back_add_up_to_what_elders_owe(
    few: tuple[int, int, int], sqlite_database: Database
) -> None:
    sheets = sheets_of(printed(sqlite_database, few[2], MoneyPaper.ELDER_STATEMENT, PaperForm.XLSX))
    with sqlite_database.read() as session:
        kept = ledger.sums(session, By.PAYER, [few[2], few[1]])
    sums = sheets["附表：按长者编号"]
    assert fen(column(sums, "您应付", has_total=False)) == kept[("elder", "")]
    lines = sheets["每一餐"]
    assert fen(column(lines, "长者自付", has_total=False)) == fen(column(sums, "长者自付", has_total=False))
    assert fen(column(lines, "餐价", has_total=False)) == fen(column(sums, "餐费合计", has_total=False))


def test_an_account_that_is_not_the_ledgers_cannot_be_made() -> None:
    meal = booked(1, "E1", 0, (Part("elder", "", "meal", 1, 1300),))
    with pytest.raises(ValueError, match="settlement 7 to add up to 1299"):
        account([meal], 1299)


HEAD = Head(7, FIRST, FIRST + timedelta(days=30), "sample", 1, "down", 1, PRINTED_AT, "kuaiji", None)
PAYERS = [
    ("city", "甲市"),
    ("district", "乙区"),
    ("street", "丙街"),
    ("street", "丁街"),
    ("charity", ""),
    ("elder", ""),
]


def booked(order: int, elder: str, day: int, parts: tuple[Part, ...], **other: Any) -> BookedMeal:
    usual: dict[str, Any] = {
        "settlement_id": 7,
        "meal": "lunch",
        "outcome": "eaten_in",
        "way": "dine_in",
        "kitchen_code": "K1",
        "meal_point_code": "P1",
        "status_class": "",
        "birth_date": date(1940, 1, 1),
        "street": "",
    }
    return BookedMeal(
        order_id=order, elder_number=elder, service_day=FIRST + timedelta(days=day), parts=parts, **{**usual, **other}
    )


def account(meals: list[BookedMeal], total: int, corrections: tuple[BookedMeal, ...] = ()) -> Account:
    rules = {number: RuleVersion("sample", f"R{number}", 1) for number in range(1, 5)}
    return Account(HEAD, tuple(meals), corrections, (), (), (), rules, total)


parts = st.builds(
    lambda payer, covers, rule, fen: Part(*payer, covers, rule, fen),
    st.sampled_from(PAYERS),
    st.sampled_from([one.value for one in Covers]),
    st.integers(1, 4),
    st.integers(1, 100_000),
)
places = st.fixed_dictionaries(
    {
        "kitchen_code": st.sampled_from(["", "K1", "K2"]),
        "meal_point_code": st.sampled_from(["", "P1", "P2", "P3"]),
        "status_class": st.sampled_from(["", "dibao", "tekun"]),
        "meal": st.sampled_from(["breakfast", "lunch", "dinner"]),
    }
)
slots = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 30), st.lists(parts, max_size=6), places), max_size=12)


@given(slots, slots)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
def test_payers_elders_meals_kitchens_and_points_always_come_to_the_same(
    sqlite_database: Database, meals: list[Any], corrections: list[Any]
) -> None:
    own = [booked(n, f"E{who}", day, tuple(some), **where) for n, (who, day, some, where) in enumerate(meals)]
    again = tuple(
        booked(n, f"E{who}", day, tuple(part._replace(fen=-part.fen) for part in some[:2]) + tuple(some[2:]), **where)
        for n, (who, day, some, where) in enumerate(corrections, start=100)
    )
    total = sum(meal.fen for meal in (*own, *again))
    whole = account(own, total, again)
    for some in reports(whole).values():
        assert sum(one.total_fen for one in some) == total
    with sqlite_database.read() as session:
        assert sum(one.ledger_fen for one in elder_statements(session, whole)) == total
    district = reports(whole)[Scope.DISTRICT][0]
    assert sum(day.fen for day in district.days) + district.corrections_fen == total
