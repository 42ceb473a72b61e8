"""A period is settled from its rows: whoever ordered is paid for, stopped or unclaimed, and nobody is forgotten."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import select

from kitchens.meals import Fulfilment, Meal
from service.clock import StoppedClock, instant_of
from service.db import Database
from service.errors import ConflictError, InvalidError, NotFoundError
from service.money.periods import Outlook, clear_claims, outlook, say_claim, settle_period
from service.money.whereabouts import whereabouts_of
from service.orders import cancel_order
from service.people import plan_change
from service.people.records import list_records
from service.served import Span
from service.settlement import Settled
from service.subsidies import get_scheme
from service.tables import (
    AuditEntry,
    ClearedClaim,
    Elder,
    ElderAbsence,
    ElderPlace,
    ElderState,
    LedgerEntry,
    MealOrder,
    Outcome,
    RefusedClaim,
    TakenWay,
    UnclaimedMeal,
    Visit,
)
from service.texts import catalogue
from tests.service.money_town import MONDAY, NOON_S, MoneyTown, found_money_town
from tests.service.subsidies.meals import rule, scheme

SUNDAY = MONDAY + timedelta(days=6)
GZ = get_scheme("guangzhou-2024")
HOME = Fulfilment.HOME


def close(town: MoneyTown, **other: Any) -> Settled:
    """Settle the week on the Monday after it."""
    town.clock.instant = instant_of(MONDAY + timedelta(days=7), 9 * 3600)
    usual: dict[str, Any] = {"since": MONDAY, "until": SUNDAY, "scheme": GZ, "by": "district", "clock": town.clock}
    return settle_period(town.database, **{**usual, **other})


def look(town: MoneyTown) -> Outlook:
    with town.database.read() as session:
        return outlook(session, MONDAY, SUNDAY, GZ)


def refused(town: MoneyTown) -> dict[int, str]:
    """What was stopped, by order, without the first words of the key."""
    with town.database.read() as session:
        return {one.order_id: one.reason.removeprefix("money.stop.") for one in session.exec(select(RefusedClaim))}


def unclaimed(town: MoneyTown) -> dict[int, str]:
    with town.database.read() as session:
        rows = session.exec(select(UnclaimedMeal)).all()
        return {one.order_id: one.reason.removeprefix("settling.unclaimed.") for one in rows}


def paid(town: MoneyTown) -> set[int]:
    with town.database.read() as session:
        return set(session.exec(select(LedgerEntry.order_id)))


@pytest.fixture
def town(database: Database, clock: StoppedClock) -> MoneyTown:
    """The district with five elders."""
    town = found_money_town(database, clock)
    for number in range(1, 6):
        town.elder(f"E{number}")
    return town


@pytest.fixture
def few(sqlite_database: Database, clock: StoppedClock) -> MoneyTown:
    """The same on one database."""
    town = found_money_town(sqlite_database, clock)
    for number in range(1, 6):
        town.elder(f"E{number}")
    return town


def test_every_order_of_the_period_is_paid_stopped_or_unclaimed(town: MoneyTown) -> None:
    brought, shut, eaten, left = (
        town.order("E1", way=HOME),
        town.order("E2", way=HOME),
        town.order("E3"),
        town.order("E4", way=Fulfilment.PICK_UP),
    )
    town.publish()
    unplanned = town.order("E5", day=MONDAY + timedelta(days=1), way=HOME)
    cancelled = town.order("E5")
    cancel_order(town.database, cancelled, by="desk", clock=town.clock)
    town.bring(brought)
    town.bring(shut, Outcome.NO_ANSWER)
    town.take(eaten)
    done = close(town)
    assert (done.meals, paid(town)) == (2, {brought, eaten})
    assert refused(town) == {shut: "not_handed_over"}
    assert unclaimed(town) == {left: "not_taken", unplanned: "not_planned"}
    assert {one.reason for one in done.unclaimed} == {"settling.unclaimed.not_taken", "settling.unclaimed.not_planned"}


def test_a_stop_without_an_outcome_keeps_the_period_open_until_somebody_answers_for_it(town: MoneyTown) -> None:
    brought, unknown = town.order("E1", way=HOME), town.order("E2", way=HOME)
    town.publish()
    town.bring(brought)
    assert [one.order_id for one in look(town).open_stops] == [unknown]
    with pytest.raises(ConflictError, match=r"1 stops.*E2 \(C1\)"):
        close(town)
    with pytest.raises(ConflictError, match="E2"):
        close(town, despite_open="  ")
    with pytest.raises(InvalidError, match="200"):
        close(town, despite_open="x" * 201)
    assert paid(town) == set()
    close(town, despite_open="路线单遗失")
    assert (paid(town), unclaimed(town)) == ({brought}, {unknown: "no_outcome"})
    with town.database.read() as session:
        row = session.exec(select(UnclaimedMeal)).one()
        assert say_claim(row.reason, row.details, "zh") == "没有登记送达结果；由 district 决定照常结算：路线单遗失"


def test_an_outcome_that_is_noted_later_is_settled_later_and_nothing_is_said_twice(few: MoneyTown) -> None:
    late, never = few.order("E1", way=HOME), few.order("E2")
    few.publish()
    close(few, despite_open="missing")
    assert unclaimed(few) == {late: "no_outcome", never: "not_taken"}
    few.bring(late)
    done = close(few)
    assert (done.meals, done.unclaimed, paid(few)) == (1, (), {late})
    with pytest.raises(ConflictError, match="nothing new"):
        close(few)


def test_only_days_gone_by_are_settled_and_a_year_at_most(few: MoneyTown) -> None:
    few.clock.instant = instant_of(SUNDAY, 23 * 3600)
    days = {"since": MONDAY, "until": SUNDAY}
    for wrong in (days, {"since": SUNDAY, "until": MONDAY}, {"since": date(2020, 1, 1), "until": SUNDAY}):
        with pytest.raises(InvalidError, match="2026"):
            settle_period(few.database, scheme=GZ, by="district", clock=few.clock, **wrong)


def test_the_dead_and_those_who_are_elsewhere_have_not_eaten_here(town: MoneyTown) -> None:
    orders = {number: town.order(f"E{number}", day=MONDAY + timedelta(days=1)) for number in (1, 2, 3, 4, 5)}
    town.publish(MONDAY + timedelta(days=1))
    for order in orders.values():
        town.take(order)
    plan_change(
        town.database, "E1", to_state=ElderState.DECEASED, from_day=MONDAY, reason="", by="desk", clock=town.clock
    )
    with town.database.write() as session:
        session.add(ElderAbsence(elder_number="E2", from_day=MONDAY, until_day=SUNDAY, reason="hospital"))
        session.add(ElderAbsence(elder_number="E3", from_day=MONDAY, reason="short_care"))
        home = {"city": "广州市", "kind": "residence"}
        session.add(ElderPlace(elder_number="E4", from_day=MONDAY, dwelling="care_home", **home))
        session.add(ElderPlace(elder_number="E4", from_day=SUNDAY, **home))
        session.get_one(Elder, "E5").state = "deceased"
    close(town)
    reasons = ["deceased", "in_hospital", "in_care_home", "in_care_home", "deceased_undated"]
    assert refused(town) == dict(zip(orders.values(), reasons, strict=True))


def test_a_death_that_was_noted_by_mistake_or_lies_ahead_stops_nothing(few: MoneyTown) -> None:
    first, second = few.order("E1"), few.order("E2")
    few.publish()
    few.take(first)
    few.take(second)
    for number, day in (("E1", MONDAY), ("E2", MONDAY)):
        plan_change(
            few.database, number, to_state=ElderState.DECEASED, from_day=day, reason="", by="desk", clock=few.clock
        )
    from service.people import withdraw_change

    withdraw_change(few.database, "E1", MONDAY, by="desk", clock=few.clock)
    close(few)
    assert paid(few) == {first, second}


def test_moving_home_again_before_the_meal_or_after_it_stops_nothing(few: MoneyTown) -> None:
    order = few.order("E1", day=MONDAY + timedelta(days=2))
    few.publish(MONDAY + timedelta(days=2))
    few.take(order)
    home = {"elder_number": "E1", "city": "广州市", "kind": "residence"}
    with few.database.write() as session:
        session.add(ElderPlace(from_day=MONDAY, until_day=MONDAY, dwelling="care_home", **home))
        session.add(ElderPlace(from_day=MONDAY + timedelta(days=1), **home))
        session.add(ElderPlace(from_day=SUNDAY, dwelling="care_home", **home))
        session.add(ElderAbsence(elder_number="E1", from_day=MONDAY, until_day=MONDAY, reason="hospital"))
    close(few)
    assert paid(few) == {order}


def test_a_care_home_that_a_later_line_of_the_same_day_takes_back_keeps_nobody_away(few: MoneyTown) -> None:
    home = {"elder_number": "E1", "city": "广州市", "kind": "residence", "from_day": MONDAY}
    lines = (ElderPlace(dwelling="care_home", **home), ElderPlace(**home))
    with few.database.read() as session:
        record = replace(list_records(session, ["E1"])["E1"], places=lines)
        assert whereabouts_of(record).in_care_home == ()
        assert whereabouts_of(replace(record, places=lines[::-1])).in_care_home == (Span(MONDAY, None),)


def test_one_person_in_two_records_eats_a_meal_once(few: MoneyTown) -> None:
    few.elder("D1", point="P2")
    first, second = few.order("E1"), few.order("D1")
    few.publish()
    few.take(first)
    few.take(second, at_s=NOON_S + 60, terminal="T2")
    with few.database.write() as session:
        session.get_one(Elder, "D1").merged_into = "E1"
    close(few)
    assert (paid(few), refused(few)) == ({first}, {second: "two_places"})


def test_a_slot_that_an_earlier_settlement_paid_is_not_paid_again(few: MoneyTown) -> None:
    few.elder("D1", point="P2")
    first, second = few.order("E1"), few.order("D1", way=HOME)
    few.publish()
    few.take(first)
    close(few, despite_open="late")
    few.bring(second)
    with few.database.write() as session:
        session.get_one(Elder, "D1").merged_into = "E1"
    close(few)
    assert (paid(few), refused(few)) == ({first}, {second: "two_places"})


def test_no_more_is_paid_than_was_cooked_in_one_settlement_or_in_two(few: MoneyTown) -> None:
    orders = [few.order(f"E{number}", way=HOME) for number in (1, 2, 3)]
    few.publish(cooks=2)
    few.bring(orders[0])
    close(few, despite_open="late")
    few.bring(orders[1], at_s=NOON_S + 1)
    few.bring(orders[2], at_s=NOON_S + 2)
    close(few)
    assert (paid(few), refused(few)) == (set(orders[:2]), {orders[2]: "more_than_cooked"})


def test_what_no_kitchen_has_marked_as_cooked_is_not_paid(few: MoneyTown) -> None:
    order = few.order("E1")
    few.take(order)
    close(few)
    assert refused(few) == {order: "more_than_cooked"}


@pytest.mark.parametrize(
    ("way", "at_s", "is_paid"),
    [
        (Fulfilment.DINE_IN, 9 * 3600 + 1799, False),
        (Fulfilment.DINE_IN, 9 * 3600 + 1800, True),
        (Fulfilment.DINE_IN, 13 * 3600 + 1800, True),
        (Fulfilment.DINE_IN, 13 * 3600 + 1801, False),
        (HOME, 15 * 3600, True),
        (HOME, 15 * 3600 + 1, False),
    ],
)
def test_a_lunch_lies_within_the_hours_of_its_meal_point(
    few: MoneyTown, way: Fulfilment, at_s: int, is_paid: bool
) -> None:
    order = few.order("E1", way=way)
    few.publish()
    if way == HOME:
        few.bring(order, at_s=at_s)
    else:
        few.take(order, at_s=at_s)
    close(few)
    assert (order in paid(few)) == is_paid
    assert refused(few) == ({} if is_paid else {order: "outside_hours"})


def test_a_dinner_lies_within_the_hours_after_it_was_cooked(few: MoneyTown) -> None:
    early, due = few.order("E1", meal=Meal.DINNER), few.order("E2", meal=Meal.DINNER)
    few.publish(meal=Meal.DINNER)
    few.take(early, at_s=9 * 3600)
    few.take(due, at_s=12 * 3600)
    close(few)
    assert (paid(few), refused(few)) == ({due}, {early: "outside_hours"})


def test_a_delivery_that_nobody_has_signed_for_is_not_paid(few: MoneyTown) -> None:
    order = few.order("E1", way=HOME)
    few.publish()
    few.bring(order)
    with few.database.write() as session:
        session.exec(select(Visit)).one().outcome_by = None
    close(few)
    assert refused(few) == {order: "no_proof_at_door"}


def swiped_at_once(town: MoneyTown, way: TakenWay = TakenWay.SWIPE) -> list[int]:
    orders = [town.order(f"E{number}") for number in range(1, 6)]
    town.publish()
    for second, order in enumerate(orders):
        town.take(order, at_s=NOON_S + second, way=way)
    return orders


def test_a_burst_of_swipes_is_paid_after_a_named_person_has_looked(town: MoneyTown) -> None:
    orders = swiped_at_once(town)
    assert {one.served.order_id for one in look(town).stopped} == set(orders)
    close(town)
    assert set(refused(town).values()) == {"burst"}
    cleared = {"reason": "看过录像", "by": "district", "clock": town.clock, "scheme": GZ}
    assert clear_claims(town.database, orders[:2], **cleared) == 2  # type: ignore[arg-type]
    with pytest.raises(ConflictError, match="district"):
        clear_claims(town.database, orders[:1], **cleared)  # type: ignore[arg-type]
    close(town)
    assert paid(town) == set(orders[:2])
    with town.database.read() as session:
        rows = session.exec(select(ClearedClaim)).all()
    assert [(one.order_id, one.reason, one.by) for one in rows] == [(o, "看过录像", "district") for o in orders[:2]]


def test_signatures_one_after_the_other_are_no_burst(few: MoneyTown) -> None:
    orders = swiped_at_once(few, TakenWay.SIGNATURE)
    close(few)
    assert paid(few) == set(orders)


def test_only_doubts_are_cleared_and_only_with_a_reason(few: MoneyTown) -> None:
    order = few.order("E1")
    few.publish()
    few.take(order)
    cleared: dict[str, Any] = {"by": "district", "clock": few.clock, "scheme": GZ}
    with pytest.raises(NotFoundError, match=f"order {order}"):
        clear_claims(few.database, [order], reason="looked", **cleared)
    with pytest.raises(NotFoundError, match="99"):
        clear_claims(few.database, [99], reason="looked", **cleared)
    for reason in ("", " ", "x" * 201):
        with pytest.raises(InvalidError, match="200"):
            clear_claims(few.database, [order], reason=reason, **cleared)
    with few.database.read() as session:
        assert session.exec(select(ClearedClaim)).all() == []


def test_a_meal_that_cannot_be_priced_is_told_and_not_dropped(few: MoneyTown) -> None:
    few.elder("E9", age=70)
    order = few.order("E9")
    few.publish()
    few.take(order)
    with few.database.write() as session:
        session.get_one(Elder, "E9").birth_date = date(1850, 1, 1)
    close(few)
    assert unclaimed(few) == {order: "unpriced"}


def test_what_the_plan_left_out_is_unclaimed_with_the_plans_reason(few: MoneyTown) -> None:
    from service.tables import PlannedOrder

    order = few.order("E1", way=HOME)
    few.publish()
    with few.database.write() as session:
        line = session.exec(select(PlannedOrder).where(PlannedOrder.order_id == order)).one()
        line.reason, line.batch_id, line.visit_id = "no_courier", None, None
    close(few)
    assert unclaimed(few) == {order: "left_out"}
    with few.database.read() as session:
        row = session.exec(select(UnclaimedMeal)).one()
        assert "reason." not in say_claim(row.reason, row.details, "en")


def test_a_dish_that_replaced_another_costs_what_was_ordered(few: MoneyTown) -> None:
    from service.tables import PlannedOrder

    few.dish("D2", 900)
    order = few.order("E1", "D2")
    few.publish()
    with few.database.write() as session:
        line = session.exec(select(PlannedOrder).where(PlannedOrder.order_id == order)).one()
        line.dish_code, line.instead_of = "D1", "D2"
    few.take(order)
    close(few)
    with few.database.read() as session:
        entries = session.exec(select(LedgerEntry).where(LedgerEntry.covers == "meal")).all()
        assert sum(one.fen for one in entries) == 900


def test_only_the_newest_plan_of_a_meal_counts(few: MoneyTown) -> None:
    order = few.order("E1", way=HOME)
    few.publish()
    few.publish()
    few.bring(order)
    close(few)
    assert paid(few) == {order}
    with few.database.read() as session:
        assert session.get_one(MealOrder, order).state == "placed"


def test_a_reason_of_several_words_is_kept_and_said_as_words(few: MoneyTown) -> None:
    """A refused class, several places: what stands in a sentence as a list is a list when it is read back."""
    order = few.order("E1")
    few.publish()
    few.take(order)
    only = scheme(rule(), eating=[{"id": "E", "version": 1, "person": {"classes": ["tekun", "dibao"]}}])
    close(few, scheme=only)
    with few.database.read() as session:
        row = session.exec(select(RefusedClaim)).one()
        assert row.order_id == order
        assert row.details["classes"] == ["money.class.dibao", "money.class.tekun"]
        for language, parted in (("zh", "、"), ("en", ", ")):
            words = catalogue(language)
            classes = parted.join(words[f"money.class.{one}"] for one in ("dibao", "tekun"))
            assert classes in say_claim(row.reason, row.details, language)


def test_what_somebody_writes_about_a_claim_is_kept_with_it_and_not_in_the_audit(few: MoneyTown) -> None:
    order = few.order("E1")
    few.publish()
    few.take(order, at_s=3 * 3600)
    clear_claims(few.database, [order], reason="陈样E1住院前领走", by="district", clock=few.clock, scheme=GZ)
    with few.database.read() as session:
        assert session.exec(select(ClearedClaim)).one().reason.startswith("陈样E1")
        entry = session.exec(select(AuditEntry).where(AuditEntry.action == "claim.clear")).one()
    assert (entry.subject, entry.details) == (str(order), {})
