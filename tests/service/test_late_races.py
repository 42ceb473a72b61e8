"""Two people who decide about one late meal at once: one of them does, the other hears so, and nothing is half done."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlmodel import Session, col, select

from kitchens.meals import Fulfilment, Meal
from service.clock import StoppedClock
from service.db import Database
from service.errors import NuanfanError
from service.late import ask_late, ask_late_cancel, decide_late
from service.orders import Placing, Wish, cancel_order
from service.tables import AuditEntry, LateRequest, MealOrder, OrderSource, OrderState
from tests.service.test_late import IN_TIME, LUNCH, TOO_LATE, in_time
from tests.service.towns import found_town

ELDERS = [f"E{number:02d}" for number in range(11, 17)]

Act = Callable[[], object]


@pytest.fixture
def town(database: Database, clock: StoppedClock) -> Database:
    """The thirty elders' town a minute after the cut-off of Monday's lunch."""
    found_town(database)
    clock.instant = TOO_LATE
    return database


def at_once(*acts: Act) -> list[str]:
    """Do all at the same moment and return what each was told, "done" for who did it."""
    ready = threading.Barrier(len(acts))

    def do(act: Act) -> str:
        ready.wait()
        try:
            act()
        except NuanfanError as refusal:
            return refusal.key
        return "done"

    with ThreadPoolExecutor(len(acts)) as pool:
        return sorted(pool.map(do, acts))


def placing(elder: str) -> Placing:
    return Placing(elder, OrderSource.PHONE, "desk")


def wished(town: Database, clock: StoppedClock, elder: str) -> tuple[int, int]:
    """Ask for a late lunch and return the ids of the order and the wish."""
    order = ask_late(town, placing(elder), LUNCH, reason="出院回家", clock=clock)
    return order.id or 0, the_wish(town, order.id or 0)


def the_wish(town: Database, order_id: int) -> int:
    def ask(session: Session) -> int:
        open_one = select(LateRequest.id).where(LateRequest.order_id == order_id, col(LateRequest.decided_at).is_(None))
        return session.exec(open_one).one() or 0

    with town.read() as session:
        return ask(session)


def stands(town: Database, order_id: int) -> tuple[str, list[bool | None], int]:
    """Return an order's state, the answers to its wishes, and how many decisions were noted."""
    with town.read() as session:
        answers = select(LateRequest.accepted).where(LateRequest.order_id == order_id)
        noted = select(AuditEntry).where(AuditEntry.subject == str(order_id))
        decisions = noted.where(col(AuditEntry.action).in_(("decide_late", "cancel_order")))
        state = session.get_one(MealOrder, order_id).state
        return state, list(session.exec(answers)), len(session.exec(decisions).all())


@pytest.mark.parametrize("elder", ELDERS)
def test_of_two_kitchen_hands_who_answer_at_once_one_decides(town: Database, clock: StoppedClock, elder: str) -> None:
    order, wish = wished(town, clock, elder)
    said = at_once(
        lambda: decide_late(town, wish, accepts=True, by="chufang", clock=clock),
        lambda: decide_late(town, wish, accepts=False, by="duty", clock=clock, why="米饭不够"),
    )
    assert said == ["done", "error.already_decided"]
    assert stands(town, order) in [(OrderState.PLACED, [True], 1), (OrderState.REFUSED, [False], 1)]


@pytest.mark.parametrize("elder", ELDERS)
def test_a_wish_accepted_while_it_is_taken_back_ends_as_one_of_the_two(
    town: Database, clock: StoppedClock, elder: str
) -> None:
    order, wish = wished(town, clock, elder)
    said = at_once(
        lambda: decide_late(town, wish, accepts=True, by="chufang", clock=clock),
        lambda: cancel_order(town, order, by="desk", clock=clock),
    )
    state, answers, decisions = stands(town, order)
    assert decisions == 1
    if state == OrderState.PLACED:
        assert (said, answers) == (["done", "error.orders_closed"], [True])
    else:
        assert (state, said, answers) == (OrderState.CANCELLED, ["done", "error.already_decided"], [False])


@pytest.mark.parametrize("elder", ELDERS)
def test_two_who_ask_for_one_late_meal_at_once_ask_once(town: Database, clock: StoppedClock, elder: str) -> None:
    other = Wish(LUNCH.service_day, Meal.LUNCH, Fulfilment.DINE_IN)
    said = at_once(
        lambda: ask_late(town, placing(elder), LUNCH, reason="忘了", clock=clock),
        lambda: ask_late(town, placing(elder), other, reason="忘了", clock=clock),
    )
    assert said == ["done", "error.already_ordered"]


@pytest.mark.parametrize("elder", ELDERS)
def test_two_who_ask_anew_for_a_cancelled_meal_at_once_ask_once(
    town: Database, clock: StoppedClock, elder: str
) -> None:
    order = in_time(town, clock, placing(elder))
    clock.instant = IN_TIME
    cancel_order(town, order.id or 0, by="desk", clock=clock)
    clock.instant = TOO_LATE
    said = at_once(*[lambda: ask_late(town, placing(elder), LUNCH, reason="忘了", clock=clock)] * 2)
    assert said == ["done", "error.already_ordered"]
    assert the_wish(town, order.id or 0)


@pytest.mark.parametrize("elder", ELDERS)
def test_two_who_ask_to_cancel_one_meal_at_once_ask_once(town: Database, clock: StoppedClock, elder: str) -> None:
    order = in_time(town, clock, placing(elder))
    said = at_once(
        *[lambda: ask_late_cancel(town, order.id or 0, reason="住院", by="desk", clock=clock)] * 2,
    )
    assert said == ["done", "error.already_asked"]
    assert the_wish(town, order.id or 0)


@pytest.mark.parametrize("elder", ELDERS)
def test_two_who_cancel_one_meal_at_once_cancel_it_once(town: Database, clock: StoppedClock, elder: str) -> None:
    order = in_time(town, clock, placing(elder))
    clock.instant = IN_TIME
    said = at_once(*[lambda: cancel_order(town, order.id or 0, by="desk", clock=clock)] * 2)
    assert said == ["done", "error.already_cancelled"]
    assert stands(town, order.id or 0) == (OrderState.CANCELLED, [], 1)
