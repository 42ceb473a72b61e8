"""A meal of somebody whose home nobody has noted: served, charged at the full price, and put on a list to find out."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from kitchens.meals import Fulfilment
from service.clock import StoppedClock, instant_of
from service.db import Database
from service.money.booked import read_account
from service.money.gaps import Gaps
from service.money.periods import say_claim, settle_period
from service.money.report_lines import ExceptionKind, Scope, kind_of_exception
from service.money.reports import settlement_report
from service.settlement import Settled, replay
from service.subsidies import get_scheme
from service.subsidies.freezing import thaw_case
from service.tables import ElderPlace, LedgerEntry, PlaceKind, RefusedClaim, SettledMeal
from tests.service.money_town import MONDAY, MoneyTown, found_money_town

GZ = get_scheme("guangzhou-2024")
PLACE: dict[str, Any] = {"city": "广州市", "district": "海珠区", "street": "素社街道"}


@pytest.fixture
def town(database: Database, clock: StoppedClock) -> MoneyTown:
    """E1 lives nobody knows where, E2 at home; bringing a meal costs 2 yuan."""
    town = found_money_town(database, clock)
    town.fee(200)
    town.elder("E1", care_level=3)
    town.elder("E2")
    with town.database.write() as session:
        of_e1 = select(ElderPlace).where(ElderPlace.elder_number == "E1", ElderPlace.kind == PlaceKind.RESIDENCE)
        session.delete(session.exec(of_e1).one())
    return town


def settle(town: MoneyTown) -> Settled:
    town.clock.instant = instant_of(MONDAY + timedelta(days=7), 9 * 3600)
    days: dict[str, Any] = {"since": MONDAY, "until": MONDAY + timedelta(days=6)}
    return settle_period(town.database, **days, scheme=GZ, by="district", clock=town.clock)


def note_home(town: MoneyTown, from_day: date) -> None:
    with town.database.write() as session:
        session.add(ElderPlace(elder_number="E1", kind=PlaceKind.RESIDENCE, from_day=from_day, **PLACE))


def booked(town: MoneyTown, order: int) -> list[tuple[str, str, int]]:
    with town.database.read() as session:
        entries = session.exec(select(LedgerEntry).where(LedgerEntry.order_id == order).order_by(col(LedgerEntry.id)))
        return [(one.payer, one.covers, one.fen) for one in entries]


def brought(town: MoneyTown) -> int:
    """A meal that was brought to E1, and one that E2 took."""
    order, other = town.order("E1", way=Fulfilment.HOME), town.order("E2")
    town.publish()
    town.bring(order)
    town.take(other)
    return order


def test_a_meal_whose_elder_has_no_home_on_record_is_the_elders_own_to_the_last_fen(town: MoneyTown) -> None:
    order = brought(town)
    done = settle(town)
    assert (done.meals, booked(town, order)) == (2, [("elder", "meal", 1300), ("elder", "delivery", 200)])
    assert [(one.served.order_id, one.reason) for one in done.stopped] == [(order, "money.stop.residence_unknown")]


def test_such_a_meal_stands_on_the_list_of_exceptions_until_somebody_finds_out(town: MoneyTown) -> None:
    order = brought(town)
    done = settle(town)
    with town.database.read() as session:
        report = settlement_report(read_account(session, done.settlement_id), Scope.DISTRICT)
        (named,) = report.refused
        kept = session.exec(select(RefusedClaim)).one()
    assert (named.order_id, kind_of_exception(named.reason)) == (order, ExceptionKind.NOT_NOTED)
    assert report.meals == 2
    assert "广州市" in say_claim(kept.reason, kept.details, "zh")
    assert "full price" in say_claim(kept.reason, kept.details, "en")


def test_a_home_that_is_noted_later_is_paid_by_a_replay_once(town: MoneyTown) -> None:
    order = brought(town)
    first = settle(town).settlement_id
    again: dict[str, Any] = {"scheme": GZ, "by": "district", "clock": town.clock}
    assert replay(town.database, first, **again).changes == ()
    note_home(town, MONDAY)
    made = replay(town.database, first, **again, books=True)
    assert made.by_payer() == {("city", "广州市"): 300 + 400 + 300, ("elder", ""): -300}
    assert {one.order_id for one in made.changes} == {order}
    assert replay(town.database, first, **again, books=True).changes == ()
    with town.database.read() as session:
        facts = session.exec(select(SettledMeal.facts).where(SettledMeal.order_id == order)).all()
    assert [one["elder"]["residence"] for one in facts] == [None, PLACE]


def test_a_home_that_begins_after_the_meal_pays_nothing_for_it(town: MoneyTown) -> None:
    brought(town)
    first = settle(town).settlement_id
    note_home(town, MONDAY + timedelta(days=1))
    assert replay(town.database, first, GZ, by="district", clock=town.clock).changes == ()


def test_of_whom_no_record_is_read_the_case_stays_as_it_was_settled(town: MoneyTown) -> None:
    brought(town)
    settle(town)
    with town.database.read() as session:
        [kept] = session.exec(select(SettledMeal).where(SettledMeal.elder_number == "E2")).all()
        case = thaw_case(kept.facts)
        assert Gaps.of(session, [kept]).filled(case, "E2") == case
