"""One week with one false claim of each kind: each is stopped with its own reason, and the honest meal is paid."""

from __future__ import annotations

from datetime import timedelta

from sqlmodel import select

from kitchens.meals import Fulfilment
from service.clock import StoppedClock, instant_of
from service.db import Database
from service.money.periods import settle_period
from service.people import plan_change
from service.subsidies import get_scheme
from service.tables import (
    Elder,
    ElderAbsence,
    ElderPlace,
    ElderState,
    LedgerEntry,
    PlannedOrder,
    RefusedClaim,
    Visit,
)
from tests.service.money_town import MONDAY, NOON_S, MoneyTown, found_money_town

DAYS = [MONDAY + timedelta(days=offset) for offset in range(7)]
HOME = Fulfilment.HOME


def test_each_impossible_claim_is_stopped_once_and_says_why(database: Database, clock: StoppedClock) -> None:
    town = found_money_town(database, clock)
    for number in range(1, 9):
        town.elder(f"E{number}")
    town.elder("D1", point="P2")
    expected = lunch_of_the_week(town)
    honest = expected.pop("honest")
    clock.instant = instant_of(DAYS[6] + timedelta(days=1), 9 * 3600)
    done = settle_period(
        database, since=DAYS[0], until=DAYS[6], scheme=get_scheme("guangzhou-2024"), by="district", clock=clock
    )
    with database.read() as session:
        refused = {one.order_id: one.reason for one in session.exec(select(RefusedClaim))}
        paid = set(session.exec(select(LedgerEntry.order_id)))
    reasons = {order: f"money.stop.{reason}" for reason, orders in expected.items() for order in orders}
    assert refused == reasons
    assert paid == set(honest)
    assert done.meals == len(honest)


def lunch_of_the_week(town: MoneyTown) -> dict[str, list[int]]:
    """Let the week happen; return the orders by the reason that stands against them, the honest ones apart."""
    stopped = away(town)
    stopped["two_places"], first = two_places(town)
    stopped["outside_hours"] = [town.order("E5", day=DAYS[2])]
    town.publish(DAYS[2])
    town.take(stopped["outside_hours"][0], at_s=16 * 3600)
    cooked, more = town.order("E6", day=DAYS[3]), town.order("E7", day=DAYS[3])
    town.publish(DAYS[3], cooks=1)
    town.take(cooked)
    town.take(more, at_s=NOON_S + 60)
    stopped["more_than_cooked"] = [more]
    stopped["no_proof_at_door"] = [unsigned(town)]
    stopped["burst"] = [town.order(f"E{number}", day=DAYS[5]) for number in range(4, 9)]
    town.publish(DAYS[5])
    for second, order in enumerate(stopped["burst"]):
        town.take(order, at_s=NOON_S + second)
    return {**stopped, "honest": [first, cooked]}


def away(town: MoneyTown) -> dict[str, list[int]]:
    """Three who cannot have eaten on Monday: dead since Sunday, in hospital, in a care home."""
    orders = [town.order(f"E{number}") for number in (1, 2, 3)]
    town.publish()
    for minute, order in enumerate(orders):
        town.take(order, at_s=NOON_S + 60 * minute)
    sunday = MONDAY - timedelta(days=1)
    plan_change(
        town.database, "E1", to_state=ElderState.DECEASED, from_day=sunday, reason="", by="desk", clock=town.clock
    )
    with town.database.write() as session:
        session.add(ElderAbsence(elder_number="E2", from_day=MONDAY, until_day=MONDAY, reason="hospital"))
        home = {"kind": "residence", "city": "广州市", "dwelling": "care_home"}
        session.add(ElderPlace(elder_number="E3", from_day=MONDAY, **home))
    return {"deceased": orders[:1], "in_hospital": orders[1:2], "in_care_home": orders[2:]}


def two_places(town: MoneyTown) -> tuple[list[int], int]:
    """One person in two records eats Tuesday's lunch at two meal points; the records are merged later."""
    first, second = town.order("E4", day=DAYS[1]), town.order("D1", day=DAYS[1])
    town.publish(DAYS[1])
    town.take(first)
    town.take(second, at_s=NOON_S + 1800, terminal="T2")
    with town.database.write() as session:
        # As an older version or an import may have left it: today two records with one meal are not merged.
        session.get_one(Elder, "D1").merged_into = "E4"
    return [second], first


def unsigned(town: MoneyTown) -> int:
    """A meal of Friday that is said to be delivered, by nobody."""
    order = town.order("E8", day=DAYS[4], way=HOME)
    town.publish(DAYS[4])
    town.bring(order)
    with town.database.write() as session:
        line = session.exec(select(PlannedOrder).where(PlannedOrder.order_id == order)).one()
        session.get_one(Visit, line.visit_id).outcome_by = None
    return order
