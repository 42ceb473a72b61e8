from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from kitchens.meals import Fulfilment, Meal
from service.clock import StoppedClock, instant_of
from service.db import Database
from service.desk.acts import Choice, Seat, ask_late_meal, cancel_meal, order_meal
from service.desk.grid import Cell, CellState
from service.desk.standing_by import Stop, call_back, keep_number, serve_again, stop_meals, worry_about
from service.desk.typed import day_typed, time_typed
from service.desk.undoing import take_back
from service.desk.view import Band, DeskView, desk_view
from service.errors import ConflictError, InvalidError, NotFoundError
from service.idempotency import call_of
from service.late import decide_late
from service.people import find_callers, plan_change
from service.settings import Settings
from service.standing import generate_ahead
from service.tables import (
    AbsenceReason,
    AuditEntry,
    CallBack,
    DeskAct,
    ElderState,
    LateRequest,
    MealOrder,
    OrderSource,
    Worry,
)
from tests.pages.desk_town import ALONE, REGULAR, furnish
from tests.pages.town import DAY, build_town, lunch_at

WHO = "jiexian"
TUESDAY = DAY + timedelta(days=1)
LUNCH, DINNER = Meal.LUNCH, Meal.DINNER
STANDING = "E0007"


@pytest.fixture
def clock() -> StoppedClock:
    """Monday 2026-11-23, 11:00: Tuesday can be ordered until 15:00."""
    return StoppedClock(lunch_at(11, 0))


@pytest.fixture
def town(database: Database, clock: StoppedClock) -> Database:
    """The tiny town with what its desk needs, standing orders written out."""
    build_town(database)
    furnish(database)
    generate_ahead(database, clock)
    return database


def seat(elder: str = REGULAR, by: str = WHO, source: OrderSource = OrderSource.PHONE) -> Seat:
    return Seat(elder, by, source)


def view(town: Database, clock: StoppedClock, elder: str = REGULAR, first: date | None = None) -> DeskView:
    with town.read() as session:
        return desk_view(session, elder, settings=Settings(home=Path("none")), clock=clock, by=WHO, first_day=first)


def cell(town: Database, clock: StoppedClock, day: date = TUESDAY, meal: Meal = LUNCH, elder: str = REGULAR) -> Cell:
    rows = view(town, clock, elder, day).rows
    return next(one for one in rows[0] if one.meal == meal)


def choice(
    town: Database, clock: StoppedClock, day: date = TUESDAY, meal: Meal = LUNCH, elder: str = REGULAR
) -> Choice:
    return Choice(day, meal, cell(town, clock, day, meal, elder).stamp)


def orders(town: Database, elder: str = REGULAR) -> dict[tuple[date, str], tuple[str, str | None, str, str]]:
    with town.read() as session:
        rows = session.exec(select(MealOrder).where(MealOrder.elder_number == elder, MealOrder.service_day > DAY))
        return {(one.service_day, one.meal): (one.state, one.dish_code, one.fulfilment, one.source) for one in rows}


def test_one_key_orders_the_usual_and_the_screen_says_so(town: Database, clock: StoppedClock) -> None:
    assert cell(town, clock).state == CellState.OPEN
    order_meal(town, seat(), choice(town, clock), clock=clock)
    assert orders(town) == {(TUESDAY, "lunch"): ("placed", None, "home", "phone")}
    shown = cell(town, clock)
    assert (shown.state, shown.dish_name, shown.pays_fen, shown.price_fen) == ("ordered", "清蒸鱼片套餐", 1500, 1500)
    with town.read() as session:
        assert session.exec(select(AuditEntry.actor).where(AuditEntry.action == "place_order")).all() == [WHO]


def test_the_usual_is_never_a_dish_that_the_elder_must_not_eat(town: Database, clock: StoppedClock) -> None:
    shown = cell(town, clock, elder=ALONE)
    assert (shown.dish_name, shown.usual.dish_code) == ("番茄炒蛋套餐", "D01")
    order_meal(town, seat(ALONE), choice(town, clock, elder=ALONE), clock=clock)
    assert orders(town, ALONE)[TUESDAY, "lunch"][1] == "D01"
    with pytest.raises(InvalidError, match="番茄炒蛋套餐"):
        order_meal(town, seat(ALONE), replace(choice(town, clock, elder=ALONE), number=1), clock=clock)


@pytest.mark.parametrize("first", ["dish", "way", "source"])
def test_fields_in_any_order_give_the_same_meal(town: Database, clock: StoppedClock, first: str) -> None:
    fields = {"dish": {"number": 2}, "way": {"fulfilment": Fulfilment.DINE_IN}}
    family = seat(source=OrderSource.FAMILY)
    for name in [first, *(one for one in ("way", "dish", "source") if one != first)]:
        if name != "source":
            order_meal(town, family, replace(choice(town, clock), **fields[name]), clock=clock)
    assert orders(town)[TUESDAY, "lunch"] == ("placed", "D03", "dine_in", "family")


def test_the_same_key_twice_is_one_act(town: Database, clock: StoppedClock) -> None:
    asked = choice(town, clock)
    call = call_of(WHO, "one-key-press", "desk", {"day": "tuesday"})
    once = order_meal(town, seat(), asked, clock=clock, call=call)
    assert order_meal(town, seat(), asked, clock=clock, call=call) == once
    with town.read() as session:
        assert len(session.exec(select(DeskAct)).all()) == 1


def test_a_meal_that_somebody_has_changed_meanwhile_is_not_touched(town: Database, clock: StoppedClock) -> None:
    asked = choice(town, clock)
    order_meal(town, seat(by="another"), asked, clock=clock)
    with pytest.raises(ConflictError, match="another"):
        order_meal(town, seat(), replace(asked, number=2), clock=clock)
    with pytest.raises(ConflictError, match="another"):
        cancel_meal(town, seat(), asked, "不在家", clock=clock)
    assert orders(town)[TUESDAY, "lunch"][1] is None


def test_two_clerks_at_once_give_one_order_and_one_message(town: Database, clock: StoppedClock) -> None:
    asked = choice(town, clock)

    def press(who: str) -> str:
        try:
            order_meal(town, seat(by=who), asked, clock=clock)
        except ConflictError as error:
            return error.key
        return "ordered"

    with ThreadPoolExecutor(2) as pool:
        said = sorted(pool.map(press, ("one", "two")))
    assert said[-1] == "ordered"
    assert said[0] in {"desk.changed_meanwhile", "error.already_ordered"}
    assert len(orders(town)) == 1


def test_every_act_can_be_taken_back_last_first(town: Database, clock: StoppedClock) -> None:
    states = [orders(town)]
    acts = [
        lambda: order_meal(town, seat(), choice(town, clock), clock=clock),
        lambda: order_meal(town, seat(), replace(choice(town, clock), number=2), clock=clock),
        lambda: cancel_meal(town, seat(), choice(town, clock), "身体不适", clock=clock),
        lambda: order_meal(town, seat(), choice(town, clock, meal=DINNER), clock=clock),
    ]
    for act in acts:
        act()
        states.append(orders(town))
    for before in reversed(states[1:-1]):
        take_back(town, REGULAR, by=WHO, clock=clock)
        left = {key: row for key, row in orders(town).items() if row[0] != "withdrawn"}
        assert left == before
    take_back(town, REGULAR, by=WHO, clock=clock)
    assert {row[0] for row in orders(town).values()} == {"withdrawn"}
    assert cell(town, clock).is_open
    with pytest.raises(ConflictError):
        take_back(town, REGULAR, by=WHO, clock=clock)


def test_nobody_takes_back_what_somebody_else_has_done_or_changed(town: Database, clock: StoppedClock) -> None:
    order_meal(town, seat(by="another"), choice(town, clock), clock=clock)
    with pytest.raises(ConflictError):
        take_back(town, REGULAR, by=WHO, clock=clock)
    order_meal(town, seat(), choice(town, clock, meal=DINNER), clock=clock)
    order_meal(town, seat(by="another"), replace(choice(town, clock, meal=DINNER), number=2), clock=clock)
    with pytest.raises(ConflictError, match="another"):
        take_back(town, REGULAR, by=WHO, clock=clock)


def test_a_stop_withdraws_standing_meals_cancels_the_others_and_can_be_taken_back(
    town: Database, clock: StoppedClock
) -> None:
    order_meal(town, seat(STANDING), choice(town, clock, meal=DINNER, elder=STANDING), clock=clock)
    before = orders(town, STANDING)
    stop_meals(town, seat(STANDING), Stop(TUESDAY, TUESDAY, AbsenceReason.HOSPITAL), clock=clock)
    after = orders(town, STANDING)
    assert (after[TUESDAY, "lunch"][0], after[TUESDAY, "dinner"][0]) == ("withdrawn", "cancelled")
    assert after[date(2026, 11, 25), "lunch"][0] == "placed"
    assert cell(town, clock, elder=STANDING).state == CellState.STOPPED
    with pytest.raises(ConflictError):
        stop_meals(town, seat(STANDING), Stop(TUESDAY, None, AbsenceReason.TRAVEL), clock=clock)
    take_back(town, STANDING, by=WHO, clock=clock)
    assert orders(town, STANDING) == before
    assert view(town, clock, STANDING).absences == ()


def test_a_stop_the_wrong_way_round_or_in_the_past_changes_nothing(town: Database, clock: StoppedClock) -> None:
    for stop in (Stop(TUESDAY, DAY, AbsenceReason.TRAVEL), Stop(DAY - timedelta(days=1), None, AbsenceReason.TRAVEL)):
        with pytest.raises(InvalidError):
            stop_meals(town, seat(STANDING), stop, clock=clock)
    assert view(town, clock, STANDING).absences == ()


def test_a_paused_elder_who_rings_is_served_again_and_ordered_for(town: Database, clock: StoppedClock) -> None:
    plan_change(town, REGULAR, to_state=ElderState.PAUSED, from_day=DAY, reason="", by="district", clock=clock)
    with pytest.raises(InvalidError):
        order_meal(town, seat(), choice(town, clock), clock=clock)
    serve_again(town, seat(), clock=clock)
    order_meal(town, seat(), choice(town, clock), clock=clock)
    assert view(town, clock).state == ElderState.ACTIVE
    take_back(town, REGULAR, by=WHO, clock=clock)
    take_back(town, REGULAR, by=WHO, clock=clock)
    assert view(town, clock).state == ElderState.PAUSED
    with pytest.raises(ConflictError):
        serve_again(town, seat(STANDING), clock=clock)


def test_serving_again_ends_a_stop_and_its_standing_meals_come_back(town: Database, clock: StoppedClock) -> None:
    before = orders(town, STANDING)
    stop_meals(town, seat(STANDING), Stop(DAY, None, AbsenceReason.WITH_FAMILY), clock=clock)
    stopped = orders(town, STANDING)
    assert {state for state, *_ in stopped.values()} == {"withdrawn"}
    serve_again(town, seat(STANDING), clock=clock)
    assert orders(town, STANDING) == before
    take_back(town, STANDING, by=WHO, clock=clock)
    assert orders(town, STANDING) == stopped


def test_after_the_cut_off_the_kitchen_is_asked_and_until_it_answers_it_can_be_taken_back(
    town: Database, clock: StoppedClock
) -> None:
    clock.instant = instant_of(DAY, 16 * 3600)
    with pytest.raises(ConflictError):
        order_meal(town, seat(), choice(town, clock), clock=clock)
    with pytest.raises(InvalidError):
        ask_late_meal(town, seat(), choice(town, clock), " ", clock=clock)
    ask_late_meal(town, seat(), choice(town, clock), "忘了订", clock=clock)
    assert cell(town, clock).state == CellState.REQUESTED
    take_back(town, REGULAR, by=WHO, clock=clock)
    assert cell(town, clock).state == CellState.OPEN
    asked = choice(town, clock, elder=STANDING)
    cancel_meal(town, seat(STANDING), asked, "住院", clock=clock)
    assert cell(town, clock, elder=STANDING).asks_cancel
    with town.write() as session:
        request = session.exec(select(LateRequest).where(LateRequest.cancels)).one()
    decide_late(town, request.id or 0, accepts=True, by="chufang", clock=clock)
    with pytest.raises(ConflictError):
        take_back(town, STANDING, by=WHO, clock=clock)


def test_a_worry_a_call_back_and_a_number_are_kept_and_can_be_taken_back(town: Database, clock: StoppedClock) -> None:
    worry_about(town, seat(), "说话糊涂", clock=clock)
    call_back(town, seat(), clock.now() + timedelta(minutes=20), "再问", clock=clock)
    keep_number(town, seat(), "199-0007-7777", clock=clock)
    shown = view(town, clock)
    assert ([one.what for one in shown.worries], len(shown.call_backs)) == (["说话糊涂"], 1)
    assert shown.caller_of("19900077777") == ""
    with pytest.raises(ConflictError):
        keep_number(town, seat(), "19900077777", clock=clock)
    for _ in range(3):
        take_back(town, REGULAR, by=WHO, clock=clock)
    shown = view(town, clock)
    assert (shown.worries, shown.call_backs, shown.caller_of("19900077777")) == ((), (), None)
    with town.read() as session:
        assert session.exec(select(Worry.state)).all() == ["withdrawn"]
        assert session.exec(select(CallBack.state)).all() == ["withdrawn"]
        assert find_callers(session, "19900077777", on=DAY) == []


@pytest.mark.parametrize("phone", ["", "123", "no number", "9" * 30])
def test_what_is_no_number_is_not_kept(town: Database, clock: StoppedClock, phone: str) -> None:
    with pytest.raises(InvalidError):
        keep_number(town, seat(), phone, clock=clock)


def test_odd_acts_are_refused_and_change_nothing(town: Database, clock: StoppedClock) -> None:
    with pytest.raises(InvalidError, match="3"):
        order_meal(town, seat(), replace(choice(town, clock), number=9), clock=clock)
    with pytest.raises(ConflictError):
        cancel_meal(town, seat(), choice(town, clock), "不在家", clock=clock)
    with pytest.raises(InvalidError):
        cancel_meal(town, seat(), choice(town, clock), "", clock=clock)
    with pytest.raises(InvalidError):
        worry_about(town, seat(), "  ", clock=clock)
    with pytest.raises(InvalidError):
        call_back(town, seat(), clock.now() - timedelta(hours=1), "", clock=clock)
    with pytest.raises(NotFoundError):
        worry_about(town, seat("E9999"), "没有这个人", clock=clock)
    assert orders(town) == {}


def test_the_desk_shows_what_must_be_known_first(town: Database, clock: StoppedClock) -> None:
    shown = view(town, clock, ALONE)
    assert (shown.band, shown.lives_alone, shown.courier_name) == (Band.HIGH, True, "送餐员甲")
    assert len(shown.last_orders) == 7
    assert shown.next_open is not None
    assert shown.next_open.service_day == TUESDAY
    assert (shown.caller_of("02000000000"), shown.caller_of("19999999999")) == ("", None)
    assert view(town, clock, "E0010").caller_of("138-0000-0077") == "女儿样"
    assert view(town, clock, REGULAR).band == Band.USUAL


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("2026-11-30", date(2026, 11, 30)),
        ("11-30", date(2026, 11, 30)),
        ("1130", date(2026, 11, 30)),
        ("11月30日", date(2026, 11, 30)),
        ("30", date(2026, 11, 30)),
        ("5", date(2026, 12, 5)),
        ("+7", date(2026, 11, 30)),
        ("1-2", date(2027, 1, 2)),
    ],
)
def test_a_day_is_understood_as_it_is_typed(typed: str, day: date) -> None:
    assert day_typed(typed, DAY) == day


@pytest.mark.parametrize("typed", ["", "x", "32", "0", "13-40", "2026-02-30", "+", "-3"])
def test_what_is_no_day_is_refused(typed: str) -> None:
    with pytest.raises(InvalidError):
        day_typed(typed, DAY)


def test_a_time_is_understood_as_it_is_typed() -> None:
    now = lunch_at(11, 0)
    for typed, later in (
        ("15", 240),
        ("15:30", 270),
        ("1530", 270),
        ("+20", 20),
        ("10", 23 * 60),
        ("9：05", 22 * 60 + 5),
    ):
        assert time_typed(typed, now) == now + timedelta(minutes=later), typed
    for typed in ("", "25", "12:61", "soon"):
        with pytest.raises(InvalidError):
            time_typed(typed, now)
