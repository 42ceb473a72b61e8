"""A period is settled to the fen, once; a corrected rule is replayed over what was known, and nothing is edited."""

from __future__ import annotations

import gc
import shutil
import tempfile
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text as sql
from sqlalchemy.exc import IntegrityError
from sqlmodel import func, select

from kitchens.meals import Fulfilment, Meal, ProvisionMode
from service import ledger
from service.clock import StoppedClock, instant_of
from service.db import Database, open_database
from service.errors import ConflictError, InvalidError, NotFoundError
from service.ledger import By
from service.served import Bounds, ServedMeal, Whereabouts
from service.settlement import Difference, Settled, difference_lines, replay, settle
from service.subsidies import Place, Rounding, Scheme, Settings, Standing, get_scheme, shipped_schemes
from service.tables import (
    AuditEntry,
    Dish,
    Elder,
    Kitchen,
    LedgerEntry,
    MealOrder,
    MealPoint,
    RefusedClaim,
    SettledMeal,
    Settlement,
    SubsidyRule,
)
from tests.service.subsidies.meals import FOSHAN, HAIZHU, MONDAY, elder, meal, rule, scheme, share

SUNDAY = MONDAY + timedelta(days=6)
PLENTY = {(MONDAY + timedelta(days=offset), which, "K1"): 10_000 for offset in range(-7, 15) for which in Meal}


def found_people(database: Database, orders: int = 60) -> None:
    """Ten elders, one kitchen, one point, and as many orders as a test may claim, one a day and meal."""
    with database.write() as session:
        address: dict[str, Any] = {"address": "样例路1号", "phone": "020-5550-0001", "lat": 23.09, "lon": 113.3}
        session.add(Kitchen(code="K1", name="样例厨房", mode="own_kitchen", licence="样例", **address))
        session.add(Dish(code="D1", name="样餐", price_fen=1300))
        session.flush()
        session.add(MealPoint(code="P1", name="样例饭堂", kitchen_code="K1", capacity_meals=90, **address))
        session.add_all(
            Elder(number=f"E{n:02d}", name=f"陈例{n}", birth_year=1950, phone="199-0000-0001", address="样例路")
            for n in range(10)
        )
        session.flush()
        session.add_all(_order(number) for number in range(1, orders + 1))


def _order(number: int) -> MealOrder:
    return MealOrder(
        id=number,
        elder_number=f"E{number % 10:02d}",
        service_day=MONDAY + timedelta(days=number // 20),
        meal=(Meal.LUNCH, Meal.DINNER)[number // 10 % 2],
        fulfilment="dine_in",
        source="kiosk",
        placed_by="kiosk",
        placed_at=instant_of(MONDAY, 0),
    )


def claim(number: int, scheme_id: str = "guangzhou-2024", **other: Any) -> ServedMeal:
    """The meal of an order: order 10 n + e is eaten by elder e."""
    order = _order(number)
    case: dict[str, Any] = {"day": order.service_day, "meal": Meal(order.meal), "place": HAIZHU}
    facts = other.pop("facts", {})
    who = other.pop("who", elder(70, HAIZHU))
    made = meal(scheme_id, facts.pop("price_fen", 1300), who, **{**case, **facts})
    noon = instant_of(made.day, 12 * 3600 + number)
    return ServedMeal(
        order_id=number,
        elder_number=order.elder_number,
        case=made,
        **{
            "outcome": "eaten_in",
            "kitchen_code": "K1",
            "meal_point_code": "P1",
            "taken_at": noon,
            "proof": "swipe",
            "opens_s": 6 * 3600,
            "closes_s": 20 * 3600,
            **other,
        },
    )


def settle_all(database: Database, clock: StoppedClock, *claims: ServedMeal, **other: Any) -> Settled:
    usual: dict[str, Any] = {"scheme": get_scheme("guangzhou-2024"), "bounds": Bounds(cooked=PLENTY)}
    return settle(
        database, claims, **{"since": MONDAY, "until": SUNDAY, "by": "district", "clock": clock, **usual, **other}
    )


def corrected(**change: Any) -> Scheme:
    """The Guangzhou scheme, its meal rule corrected in a second version."""
    found = get_scheme("guangzhou-2024")
    old = found.rules[0]
    new = replace(old, version=2, amount=replace(old.amount, **change))
    return replace(found, version=2, rules=(*found.rules, new))


def entries(database: Database) -> list[LedgerEntry]:
    with database.read() as session:
        return list(session.exec(select(LedgerEntry).order_by(LedgerEntry.id)).all())  # type: ignore[arg-type]


def all_sums(database: Database, *settlement_ids: int) -> dict[By, int]:
    with database.read() as session:
        return {by: sum(ledger.sums(session, by, settlement_ids).values()) for by in By}


@pytest.fixture
def people(database: Database) -> Database:
    found_people(database)
    return database


@pytest.fixture
def few(sqlite_database: Database) -> Database:
    found_people(sqlite_database)
    return sqlite_database


def test_every_fen_points_to_an_order_an_outcome_and_a_rule_version(people: Database, clock: StoppedClock) -> None:
    done = settle_all(people, clock, claim(1), claim(2, who=elder(70, HAIZHU, hukou=FOSHAN)))
    assert (done.meals, done.entries, done.total_fen) == (2, 4, 1300 + 300 + 1300)
    with people.read() as session:
        rules = {row.id: (row.scheme, row.rule, row.version) for row in session.exec(select(SubsidyRule)).all()}
    booked = [
        (one.order_id, one.outcome, rules[one.subsidy_rule_id][1:], one.payer, one.fen) for one in entries(people)
    ]
    assert booked == [
        (1, "eaten_in", ("GZ-MEAL", 1), "city", 300),
        (1, "eaten_in", ("GZ-OPER-SELF", 1), "city", 300),
        (1, "eaten_in", ("own_part", 1), "elder", 1000),
        (2, "eaten_in", ("own_part", 1), "elder", 1300),
    ]
    with people.read() as session:
        assert ledger.sums(session, By.PAYER, [done.settlement_id]) == {("city", "广州市"): 600, ("elder", ""): 2300}
        assert ledger.sums(session, By.ELDER, [done.settlement_id]) == {("E01",): 1600, ("E02",): 1300}
        assert ledger.sums(session, By.MEAL, [done.settlement_id]) == {("2026-11-23", "lunch"): 2900}
        assert session.exec(select(AuditEntry.action)).all() == ["settlement.made"]


@pytest.mark.parametrize("table", [SubsidyRule, Settlement, SettledMeal, LedgerEntry, RefusedClaim])
def test_the_database_refuses_to_change_or_remove_a_row_of_money(
    people: Database, clock: StoppedClock, table: Any
) -> None:
    settle_all(people, clock, claim(1), claim(2, proof=""))
    name = table.__tablename__
    for statement in (f"UPDATE {name} SET id = id + 100", f"DELETE FROM {name}"):
        with pytest.raises(IntegrityError, match="only ever added"), people.write() as session:
            session.execute(sql(statement))
    with people.read() as session:
        assert session.exec(select(func.count()).select_from(table)).one() > 0


def test_a_stopped_claim_is_kept_with_its_reason_and_costs_nothing(people: Database, clock: StoppedClock) -> None:
    gone = Whereabouts(died_on=MONDAY - timedelta(days=1))
    young = elder(50, HAIZHU)
    done = settle_all(people, clock, claim(1, whereabouts=gone), claim(2, who=young), claim(3))
    assert done.meals == 1
    with people.read() as session:
        kept = session.exec(select(RefusedClaim).order_by(RefusedClaim.order_id)).all()  # type: ignore[arg-type]
        assert [(one.order_id, one.reason) for one in kept] == [
            (1, "money.stop.deceased"),
            (2, "money.why.too_young"),
        ]
        assert kept[0].details == {"day": "2026-11-22"}
    assert {one.order_id for one in entries(people)} == {3}


def test_a_meal_is_settled_once(people: Database, clock: StoppedClock) -> None:
    settle_all(people, clock, claim(1))
    with pytest.raises(ConflictError, match=r"1.*already"):
        settle_all(people, clock, claim(1), claim(2))
    assert {one.order_id for one in entries(people)} == {1}
    settle_all(people, clock, claim(2))
    assert {one.order_id for one in entries(people)} == {1, 2}


@pytest.mark.parametrize("wrong", [{"until": MONDAY - timedelta(days=1), "since": MONDAY - timedelta(days=9)}, {}])
def test_a_meal_of_another_period_or_scheme_is_refused(few: Database, clock: StoppedClock, wrong: Any) -> None:
    with pytest.raises(InvalidError, match="Order 1"):
        settle_all(few, clock, claim(1, **({} if wrong else {"scheme_id": "beijing-2022"})), **wrong)
    assert entries(few) == []


def test_caps_hold_within_a_settlement_and_across_two(few: Database, clock: StoppedClock) -> None:
    once = scheme(rule(caps={"per_week": 2}))
    claims = [claim(number, "sample") for number in (1, 11, 21, 31)]
    settle_all(few, clock, *claims[:1], scheme=once)
    settle_all(few, clock, *claims[1:], scheme=once)
    paid = [one.order_id for one in entries(few) if one.payer == "city"]
    assert paid == [1, 11]


def test_caps_of_a_week_begin_anew_on_monday(sqlite_database: Database, clock: StoppedClock) -> None:
    found_people(sqlite_database, orders=150)
    once = scheme(rule(caps={"per_week": 1}))
    claims = [claim(number, "sample") for number in (1, 21, 141)]
    settle_all(sqlite_database, clock, *claims, scheme=once, until=MONDAY + timedelta(days=13))
    assert [one.order_id for one in entries(sqlite_database) if one.payer == "city"] == [1, 141]


def test_a_collector_that_was_off_stays_off(few: Database, clock: StoppedClock) -> None:
    gc.disable()
    try:
        settle_all(few, clock, claim(1))
        assert not gc.isenabled()
    finally:
        gc.enable()
    settle_all(few, clock, claim(2))
    assert gc.isenabled()


def test_a_correction_counts_towards_the_caps_as_it_stands(few: Database, clock: StoppedClock) -> None:
    first = rule(caps={"per_week": 1})
    done = settle_all(few, clock, claim(1, "sample"), scheme=scheme(first))
    second = rule(version=2, caps={"per_week": 1}, occasion={"min_spend_fen": 90_000})
    never = scheme(first, second, version=2)
    replay(few, done.settlement_id, never, by="district", clock=clock, books=True)
    again = scheme(first, second, rule(version=3, caps={"per_week": 1}), version=3)
    settle_all(few, clock, claim(11, "sample"), scheme=again)
    assert [(one.order_id, one.fen) for one in entries(few) if one.payer == "city"] == [(1, 300), (1, -300), (11, 300)]


def test_a_changed_rule_needs_a_new_version(few: Database, clock: StoppedClock) -> None:
    settle_all(few, clock, claim(1, "sample"), scheme=scheme(rule()))
    with pytest.raises(ConflictError, match="R1"):
        settle_all(few, clock, claim(2, "sample"), scheme=scheme(rule(value_fen=400)))
    assert {one.order_id for one in entries(few)} == {1}


def test_replaying_under_the_same_rules_changes_nothing(people: Database, clock: StoppedClock) -> None:
    done = settle_all(people, clock, *(claim(number) for number in range(1, 30)))
    found = replay(people, done.settlement_id, get_scheme("guangzhou-2024"), by="district", clock=clock, books=True)
    assert (found.meals, found.changes, found.settlement_id) == (29, (), None)
    assert difference_lines(found, "en") == ["29 meals priced anew, no difference"]


def test_a_corrected_rule_is_shown_first_and_booked_by_taking_back(people: Database, clock: StoppedClock) -> None:
    foreign = claim(2, who=elder(70, HAIZHU, hukou=FOSHAN))
    done = settle_all(people, clock, claim(1), foreign)
    before = [one.model_dump() for one in entries(people)]
    shown = replay(people, done.settlement_id, corrected(cap_fen=320), by="district", clock=clock)
    assert [(one.order_id, one.payer, one.was_fen, one.now_fen) for one in shown.changes] == [
        (1, "city", 300, 320),
        (1, "elder", 1000, 980),
    ]
    assert shown.by_payer() == {("city", "广州市"): 20, ("elder", ""): -20}
    assert [one.model_dump() for one in entries(people)] == before

    booked = replay(people, done.settlement_id, corrected(cap_fen=320), by="district", clock=clock, books=True)
    assert booked.changes == shown.changes
    assert booked.settlement_id is not None
    after = entries(people)
    assert [one.model_dump() for one in after[: len(before)]] == before
    added = [(one.order_id, one.payer, one.fen, one.reverses_id) for one in after[len(before) :]]
    assert added[:3] == [(1, "city", -300, 1), (1, "city", -300, 2), (1, "elder", -1000, 3)]
    assert added[3:] == [(1, "city", 320, None), (1, "city", 300, None), (1, "elder", 980, None)]
    assert set(all_sums(people, done.settlement_id, booked.settlement_id).values()) == {1600 + 1300}

    again = replay(people, done.settlement_id, corrected(cap_fen=320), by="district", clock=clock, books=True)
    assert again.changes == ()


def test_the_difference_is_said_in_both_languages(few: Database, clock: StoppedClock) -> None:
    done = settle_all(few, clock, claim(1))
    shown = replay(few, done.settlement_id, corrected(cap_fen=320), by="district", clock=clock)
    assert difference_lines(shown, "en") == [
        "2026-11-23 lunch, elder E01: city (广州市) pays 3.20 instead of 3.00 yuan (+0.20)",
        "2026-11-23 lunch, elder E01: elder pays 9.80 instead of 10.00 yuan (-0.20)",
        "Total city (广州市): +0.20 yuan",
        "Total elder: -0.20 yuan",
    ]
    assert difference_lines(shown, "zh")[2] == "合计 市级（广州市）：+0.20 元"


def test_a_replay_prices_what_was_known_then_and_not_what_is_known_now(few: Database, clock: StoppedClock) -> None:
    done = settle_all(few, clock, claim(1))
    with few.write() as session:
        session.get_one(Elder, "E01").birth_year = 1999
    assert replay(few, done.settlement_id, get_scheme("guangzhou-2024"), by="d", clock=clock).changes == ()


def test_a_replay_may_round_otherwise(few: Database, clock: StoppedClock) -> None:
    quarter = scheme(share(25))
    done = settle_all(few, clock, claim(1, "sample", facts={"price_fen": 1001}), scheme=quarter)
    found = replay(few, done.settlement_id, quarter, by="d", clock=clock, settings=Settings(Rounding.UP))
    assert found.by_payer() == {("city", "样例市"): 1, ("elder", ""): -1}


def test_a_meal_that_should_not_have_been_served_is_left_to_a_person(few: Database, clock: StoppedClock) -> None:
    done = settle_all(few, clock, claim(1), claim(2, who=elder(65, HAIZHU)))
    found = get_scheme("guangzhou-2024")
    stricter = replace(found.eating_rules[0], version=2, person=replace(found.eating_rules[0].person, age_from=68))
    shown = replay(few, done.settlement_id, replace(found, version=2, eating_rules=(stricter,)), by="d", clock=clock)
    assert (shown.refused, shown.changes) == ((2,), ())
    assert "2" in difference_lines(shown, "en")[0]


def test_only_a_first_settlement_of_the_same_scheme_is_replayed(few: Database, clock: StoppedClock) -> None:
    done = settle_all(few, clock, claim(1))
    booked = replay(few, done.settlement_id, corrected(cap_fen=320), by="d", clock=clock, books=True)
    with pytest.raises(NotFoundError, match="99"):
        replay(few, 99, get_scheme("guangzhou-2024"), by="d", clock=clock)
    with pytest.raises(InvalidError, match="beijing-2022"):
        replay(few, done.settlement_id, get_scheme("beijing-2022"), by="d", clock=clock)
    with pytest.raises(ConflictError, match="correction"):
        replay(few, booked.settlement_id or 0, corrected(cap_fen=320), by="d", clock=clock)


def test_an_entry_is_taken_back_once(few: Database, clock: StoppedClock) -> None:
    done = settle_all(few, clock, claim(1))
    with few.write() as session:
        settlement = session.get_one(Settlement, done.settlement_id)
        first, *others = ledger.standing_entries(session, [1])
        assert ledger.reverse(session, settlement, [first]) == 1
        assert ledger.reverse(session, settlement, []) == 0
        assert ledger.standing_entries(session, [1]) == others
    taking = first._replace(id=entries(few)[-1].id or 0)
    for taken in (first, taking):
        with pytest.raises(ConflictError, match="taken back"), few.write() as session:
            ledger.reverse(session, session.get_one(Settlement, done.settlement_id), [taken])


def test_who_cleared_a_claim_is_written_down(few: Database, clock: StoppedClock) -> None:
    late = claim(1, closes_s=7 * 3600)
    done = settle_all(few, clock, late, bounds=Bounds(cooked=PLENTY, cleared={1: "worker"}))
    assert done.stopped == ()
    with few.read() as session:
        noted = session.exec(select(AuditEntry).where(AuditEntry.action == "claim.cleared")).one()
    assert (noted.actor, noted.subject) == ("worker", "1")


def test_nothing_served_is_settled_to_nothing(few: Database, clock: StoppedClock) -> None:
    done = settle_all(few, clock)
    assert (done.meals, done.entries, done.total_fen, done.stopped) == (0, 0, 0, ())


CLAIMS = st.lists(
    st.tuples(
        st.integers(1, 59),
        st.integers(0, 3000),
        st.sampled_from((HAIZHU, FOSHAN, Place("广州市", "增城区", "正果镇"))),
        st.sampled_from((50, 65, 75, 85)),
        st.sampled_from(Fulfilment),
        st.integers(0, 400),
        st.none() | st.integers(0, 5),
        st.sampled_from(("swipe", "")),
    ),
    max_size=25,
    unique_by=lambda one: one[0],
)


@given(CLAIMS, st.sampled_from(("guangzhou-2024", "zengcheng-zhengguo-2020")), st.integers(100, 700))
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_by_payer_by_elder_and_by_meal_the_sum_is_the_same(
    sqlite_template: Path, clock: StoppedClock, drawn: list[tuple[Any, ...]], scheme_id: str, new_fen: int
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "nuanfan.db"
        shutil.copy(sqlite_template, path)
        database = open_database(f"sqlite:///{path}")
        found_people(database)
        claims = [
            claim(
                number,
                scheme_id,
                who=Standing(date(2026 - age, 1, 1), home, HAIZHU, frozenset(), level),
                facts={"price_fen": price, "way": way, "delivery_fee_fen": fee, "mode": ProvisionMode.ENTERPRISE},
                proof=proof,
            )
            for number, price, home, age, way, fee, level, proof in drawn
        ]
        found = shipped_schemes()[scheme_id]
        done = settle_all(database, clock, *claims, scheme=found)
        assert done.meals + len(done.stopped) == len(claims)
        assert set(all_sums(database, done.settlement_id).values()) == {done.total_fen}
        old = found.rules[0]
        amount: dict[str, Any] = {"cap_fen": new_fen} if old.amount.cap_fen is not None else {"value_fen": new_fen}
        newer = replace(old, version=2, amount=replace(old.amount, **amount))
        better = replace(found, version=2, rules=(*found.rules, newer))
        shown: Difference = replay(database, done.settlement_id, better, by="d", clock=clock, books=True)
        both = [done.settlement_id, *([shown.settlement_id] if shown.settlement_id else [])]
        totals = all_sums(database, *both)
        assert set(totals.values()) == {done.total_fen + sum(shown.by_payer().values())}
        assert replay(database, done.settlement_id, better, by="d", clock=clock).changes == ()
        database.engine.dispose()
