from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import select

from kitchens.meals import Fulfilment, Meal
from service.access import Reach
from service.clock import StoppedClock, instant_of
from service.db import Database
from service.desk.acts import Choice, Seat, order_meal
from service.desk.call_backs import list_owed, note_try, promise_call
from service.desk.call_lists import CallReason, ListRow, list_calls, masked
from service.desk.calls import (
    CallEvent,
    Told,
    begin_typed,
    finish_call,
    handled_s,
    know_elder,
    list_handling,
    list_waiting,
    note_event,
    outcome_of,
    refuse_strange_exchange,
    reopen_call,
    take_call,
)
from service.desk.standing_by import Stop, call_back, stop_meals, worry_about
from service.desk.tickets import TicketCell, TicketRefusedError, enter_ticket
from service.desk.undoing import take_back
from service.desk.worries import close_worry, list_open_worries, open_worry
from service.errors import ConflictError, InvalidError, NotAllowedError, NotFoundError
from service.late import ask_late, decide_late
from service.orders import Placing, Wish, place_order
from service.tables import AbsenceReason, CallOutcome, LateRequest, MealOrder, Notice, OrderSource, PhoneCall
from tests.pages.desk_town import ALONE, REGULAR, furnish
from tests.pages.town import DAY, build_town, lunch_at

WHO = "jiexian"
TUESDAY = DAY + timedelta(days=1)
LUNCH = Wish(TUESDAY, Meal.LUNCH, Fulfilment.HOME)


@pytest.fixture
def clock() -> StoppedClock:
    """Monday 2026-11-23, 11:00."""
    return StoppedClock(lunch_at(11, 0))


@pytest.fixture
def town(database: Database) -> Database:
    """The tiny town with what its desk needs."""
    build_town(database)
    furnish(database)
    return database


def told(clock: StoppedClock, event: CallEvent = CallEvent.RINGING, call_id: str = "x1") -> Told:
    return Told(call_id, "8001", "02000000003", event, clock.now())


def test_an_event_told_twice_or_late_changes_nothing(town: Database, clock: StoppedClock) -> None:
    first = note_event(town, told(clock), clock)
    clock.advance(4)
    answered = told(clock, CallEvent.ANSWERED)
    note_event(town, answered, clock)
    clock.advance(20)
    note_event(town, told(clock, CallEvent.ENDED), clock)
    note_event(town, replace(answered, at=clock.now()), clock)
    last = note_event(town, told(clock), clock)
    assert (last.id, last.began_at) == (first.id, first.began_at)
    assert last.answered_at == first.began_at + timedelta(seconds=4)
    assert last.ended_at == first.began_at + timedelta(seconds=24)
    with town.read() as session:
        assert len(session.exec(select(PhoneCall)).all()) == 1


def test_a_call_of_a_time_to_come_is_refused(town: Database, clock: StoppedClock) -> None:
    with pytest.raises(InvalidError):
        note_event(town, replace(told(clock), at=clock.now() + timedelta(hours=1)), clock)


def test_a_call_waits_until_somebody_takes_it_it_ends_or_is_forgotten(town: Database, clock: StoppedClock) -> None:
    for call_id in ("x1", "x2", "x3"):
        note_event(town, told(clock, call_id=call_id), clock)

    def waiting(line: str = "") -> list[str]:
        with town.read() as session:
            return [one.call_id for one in list_waiting(session, clock.now(), line)]

    assert (waiting(), waiting("8001"), waiting("8002")) == (["x1", "x2", "x3"], ["x1", "x2", "x3"], [])
    take_call(town, 1, by=WHO, clock=clock)
    note_event(town, told(clock, CallEvent.ENDED, "x2"), clock)
    assert waiting() == ["x3"]
    clock.advance(600)
    assert waiting() == []


def test_a_call_belongs_to_whoever_takes_it_first(town: Database, clock: StoppedClock) -> None:
    note_event(town, told(clock), clock)
    take_call(town, 1, by=WHO, clock=clock)
    assert take_call(town, 1, by=WHO, clock=clock).taken_by == WHO
    for late in (
        lambda: take_call(town, 1, by="another", clock=clock),
        lambda: know_elder(town, 1, REGULAR, by="another", clock=clock),
        lambda: finish_call(town, 1, by="another", clock=clock),
    ):
        with pytest.raises(ConflictError, match=WHO):
            late()
    with pytest.raises(NotFoundError):
        take_call(town, 99, by=WHO, clock=clock)


def test_what_came_of_a_call_is_what_was_done_and_not_taken_back(town: Database, clock: StoppedClock) -> None:
    number = begin_typed(town, "020-0000-0003", "key-1", by=WHO, clock=clock).id or 0
    assert begin_typed(town, "020-0000-0003", "key-1", by=WHO, clock=clock).id == number
    know_elder(town, number, REGULAR, by=WHO, clock=clock)
    seat = Seat(REGULAR, WHO, phone_call_id=number)
    with town.read() as session:
        assert outcome_of(session, number) == CallOutcome.NOTHING
    order_meal(town, seat, Choice(TUESDAY, Meal.LUNCH, ""), clock=clock)
    call_back(town, seat, clock.now() + timedelta(minutes=5), "", clock=clock)
    worry_about(town, seat, "可能摔倒", clock=clock)
    take_back(town, REGULAR, by=WHO, clock=clock)
    clock.advance(17)
    done = finish_call(town, number, by=WHO, clock=clock)
    assert (done.outcome, done.elder_number, handled_s(done)) == ("ordered", REGULAR, 17)
    clock.advance(60)
    assert finish_call(town, number, by=WHO, clock=clock).done_at == done.done_at
    assert reopen_call(town, number, by=WHO, clock=clock).outcome is None


def test_the_median_and_the_slowest_are_told_by_operator_and_day(town: Database, clock: StoppedClock) -> None:
    for number, seconds in enumerate((10, 20, 30, 40, 400)):
        call = begin_typed(town, "", f"key-{number}", by=WHO, clock=clock)
        clock.advance(seconds)
        finish_call(town, call.id or 0, by=WHO, clock=clock)
    other = begin_typed(town, "", "key-9", by="another", clock=clock)
    finish_call(town, other.id or 0, by="another", clock=clock)
    with town.read() as session:
        found = [(one.operator, one.calls, one.median_s, one.p95_s) for one in list_handling(session, DAY)]
        own = list_handling(session, DAY, "another")
        assert list_handling(session, TUESDAY) == []
    assert found == [(WHO, 5, 30, 400), ("another", 1, 0, 0)]
    assert [one.operator for one in own] == ["another"]


@pytest.mark.parametrize(("given", "token"), [("", ""), ("x", ""), ("", "right"), ("wrong", "right"), ("对", "right")])
def test_a_strange_exchange_is_refused(given: str, token: str) -> None:
    with pytest.raises(NotAllowedError):
        refuse_strange_exchange(given, token)


def test_the_right_exchange_may_tell() -> None:
    refuse_strange_exchange("right", "right")


def test_a_worry_is_told_to_the_district_and_closed_once_with_what_was_found(
    town: Database, clock: StoppedClock
) -> None:
    worry = open_worry(town, REGULAR, "敲门没人应", by=WHO, clock=clock)
    with town.read() as session:
        notices = session.exec(select(Notice).where(Notice.key == "notice.worry")).all()
        assert [(one.to, one.values) for one in notices] == [("district", {"elder": REGULAR})]
        assert [one.id for one in list_open_worries(session)] == [worry.id]
        assert list_open_worries(session, Reach(meal_point="P2")) == []
    with pytest.raises(InvalidError):
        close_worry(town, worry.id or 0, " ", by=WHO, clock=clock)
    close_worry(town, worry.id or 0, "在邻居家", by=WHO, clock=clock)
    with pytest.raises(ConflictError, match=WHO):
        close_worry(town, worry.id or 0, "在邻居家", by="another", clock=clock)
    with pytest.raises(NotFoundError):
        close_worry(town, 99, "没有", by=WHO, clock=clock)


def lists(town: Database, clock: StoppedClock, reach: Reach | None = None) -> dict[str, list[ListRow]]:
    with town.read() as session:
        return {str(reason): rows for reason, rows in list_calls(session, clock, *([reach] if reach else [])).items()}


def who(rows: list[ListRow]) -> list[str]:
    return [row.elder_number for row in rows]


def test_who_always_orders_and_has_not_is_missed_unless_away(town: Database, clock: StoppedClock) -> None:
    assert who(lists(town, clock)[CallReason.ALWAYS_ORDERS]) == [ALONE, REGULAR]
    assert who(lists(town, clock, Reach(meal_point="P2"))[CallReason.ALWAYS_ORDERS]) == []
    row = lists(town, clock)[CallReason.ALWAYS_ORDERS][0]
    assert (row.short_name, row.phone) == ("赵*", "…0000")
    place_order(town, Placing(REGULAR, OrderSource.PHONE, WHO), LUNCH, clock=clock)
    stop_meals(town, Seat(ALONE, WHO), Stop(TUESDAY, TUESDAY, AbsenceReason.TRAVEL), clock=clock)
    assert who(lists(town, clock)[CallReason.ALWAYS_ORDERS]) == []


def test_who_cancelled_has_decided_and_is_not_missed(town: Database, clock: StoppedClock) -> None:
    with town.write() as session:
        for order in session.exec(select(MealOrder).where(MealOrder.elder_number == ALONE)).all()[:20]:
            if order.service_day < DAY and order.service_day.isoweekday() == 2 and order.service_day.day > 9:
                order.state = "cancelled"
                session.add(order)
    assert who(lists(town, clock)[CallReason.ALWAYS_ORDERS]) == [REGULAR]


def test_after_the_cut_off_nobody_is_called_in_vain(town: Database, clock: StoppedClock) -> None:
    clock.instant = instant_of(DAY, 15 * 3600 + 1)
    assert lists(town, clock)[CallReason.ALWAYS_ORDERS] == []


def test_a_promised_call_is_owed_until_somebody_answers(town: Database, clock: StoppedClock) -> None:
    owed = promise_call(town, REGULAR, clock.now() + timedelta(hours=1), "问晚餐", by=WHO, clock=clock)
    promise_call(town, ALONE, clock.now() + timedelta(days=2), by=WHO, clock=clock)
    assert who(lists(town, clock)[CallReason.CALL_BACK]) == [REGULAR]
    note_try(town, owed.id or 0, is_reached=False, by=WHO, clock=clock)
    found = lists(town, clock)
    assert (who(found[CallReason.CALL_BACK]), who(found[CallReason.NO_REPLY])) == ([], [REGULAR])
    note_try(town, owed.id or 0, is_reached=True, by=WHO, clock=clock)
    assert who(lists(town, clock)[CallReason.NO_REPLY]) == []
    with pytest.raises(ConflictError):
        note_try(town, owed.id or 0, is_reached=True, by=WHO, clock=clock)
    with pytest.raises(NotFoundError):
        note_try(town, 99, is_reached=True, by=WHO, clock=clock)
    with town.read() as session:
        assert len(list_owed(session, clock.now() + timedelta(days=3))) == 1


def test_who_comes_back_and_whose_late_wish_was_refused_are_to_be_asked(town: Database, clock: StoppedClock) -> None:
    stop_meals(town, Seat(ALONE, WHO), Stop(DAY, TUESDAY, AbsenceReason.TRAVEL), clock=clock)
    clock.instant = instant_of(DAY, 16 * 3600)
    ask_late(town, Placing(REGULAR, OrderSource.PHONE, WHO), LUNCH, reason="忘了", clock=clock)
    with town.read() as session:
        request = session.exec(select(LateRequest)).one()
    decide_late(town, request.id or 0, accepts=False, by="chufang", clock=clock, why="已出锅")
    rows = lists(town, clock)[CallReason.CONFIRM]
    assert [(row.elder_number, row.why) for row in rows] == [
        (ALONE, "desk.why.returns"),
        (REGULAR, "desk.why.late_refused"),
    ]


def test_a_masked_telephone_shows_four_digits() -> None:
    assert (masked("199-0001-0003"), masked("12"), masked("")) == ("…0003", "…", "…")


def cells(*numbers: int, meal: Meal = Meal.LUNCH) -> list[TicketCell]:
    return [TicketCell(TUESDAY + timedelta(days=ahead), meal, number) for ahead, number in enumerate(numbers)]


def ticket(town: Database, clock: StoppedClock, some: list[TicketCell], elder: str = REGULAR) -> list[MealOrder]:
    return enter_ticket(town, Placing(elder, OrderSource.BULK, WHO), some, Fulfilment.HOME, clock=clock)


def test_a_ticket_is_ordered_as_a_whole(town: Database, clock: StoppedClock) -> None:
    made = ticket(town, clock, [*cells(0, 1, 2, 3), *cells(0, 2, meal=Meal.DINNER)])
    assert [(one.source, one.dish_code) for one in made if one.meal == "lunch"] == [
        ("bulk", None),
        ("bulk", "D03"),
        ("bulk", "D02"),
        ("bulk", "D01"),
    ]
    assert len(made) == 6


def test_one_cell_that_cannot_be_stops_the_ticket_and_each_says_why(town: Database, clock: StoppedClock) -> None:
    saturday = TicketCell(TUESDAY + timedelta(days=4), Meal.LUNCH, 0)
    today = TicketCell(DAY, Meal.DINNER, 0)
    with pytest.raises(TicketRefusedError) as refused:
        ticket(town, clock, [*cells(0, 9), saturday, today])
    assert set(refused.value.cells) == {
        (TUESDAY + timedelta(days=1), Meal.LUNCH),
        (saturday.service_day, Meal.LUNCH),
        (DAY, Meal.DINNER),
    }
    with town.read() as session:
        assert session.exec(select(MealOrder).where(MealOrder.source == "bulk")).all() == []
    assert all(refused.value.said("en").values())


def test_a_ticket_has_one_to_forty_two_meals_each_once(town: Database, clock: StoppedClock) -> None:
    for some in ([], cells(*[0] * 43), [*cells(0), *cells(0)]):
        with pytest.raises(InvalidError):
            ticket(town, clock, some)
    with pytest.raises(NotFoundError):
        ticket(town, clock, cells(0), elder="E9999")
