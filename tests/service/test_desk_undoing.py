"""Taking back at the desk what has not stood still since: somebody else's change, another meal point."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from service.clock import StoppedClock
from service.db import Database
from service.desk.acts import cancel_meal, order_meal
from service.desk.standing_by import Stop, stop_meals
from service.desk.undoing import take_back
from service.errors import ConflictError
from service.people import get_record
from service.tables import AbsenceReason, Elder, ElderAbsence, MealOrder
from tests.pages.desk_town import REGULAR
from tests.service.test_desk import (
    DINNER,
    STANDING,
    TUESDAY,
    WHO,
    cell,
    choice,
    clock,
    orders,
    seat,
    town,
)

__all__ = ["clock", "town"]

WEDNESDAY = date(2026, 11, 25)


def test_a_stop_under_which_somebody_has_ordered_since_is_not_taken_back(town: Database, clock: StoppedClock) -> None:
    for day in (TUESDAY, WEDNESDAY):
        order_meal(town, seat(STANDING), choice(town, clock, day, DINNER, STANDING), clock=clock)
    stop_meals(town, seat(STANDING), Stop(TUESDAY, WEDNESDAY, AbsenceReason.TRAVEL), clock=clock)
    theirs = replace(choice(town, clock, WEDNESDAY, DINNER, STANDING), number=2)
    order_meal(town, seat(STANDING, by="another"), theirs, clock=clock)
    before = orders(town, STANDING)
    with pytest.raises(ConflictError, match="another"):
        take_back(town, STANDING, by=WHO, clock=clock)
    assert orders(town, STANDING) == before
    assert before[WEDNESDAY, "dinner"][:2] == ("placed", "D01")


def test_a_meal_ordered_and_given_up_by_somebody_else_since_does_not_come_back_with_the_stop(
    town: Database, clock: StoppedClock
) -> None:
    order_meal(town, seat(STANDING), choice(town, clock, TUESDAY, DINNER, STANDING), clock=clock)
    stop_meals(town, seat(STANDING), Stop(TUESDAY, TUESDAY, AbsenceReason.TRAVEL), clock=clock)
    other = seat(STANDING, by="another")
    clock.advance(60)
    order_meal(town, other, choice(town, clock, TUESDAY, DINNER, STANDING), clock=clock)
    cancel_meal(town, other, choice(town, clock, TUESDAY, DINNER, STANDING), "不在家", clock=clock)
    with pytest.raises(ConflictError, match="another"):
        take_back(town, STANDING, by=WHO, clock=clock)
    assert orders(town, STANDING)[TUESDAY, "dinner"][0] == "cancelled"


def test_a_stop_whose_last_day_somebody_has_changed_is_not_taken_back(town: Database, clock: StoppedClock) -> None:
    stop_meals(town, seat(STANDING), Stop(TUESDAY, TUESDAY, AbsenceReason.TRAVEL), clock=clock)
    with town.write() as session:
        session.get_one(ElderAbsence, (STANDING, TUESDAY)).until_day = date(2026, 12, 31)
    with pytest.raises(ConflictError) as refusal:
        take_back(town, STANDING, by=WHO, clock=clock)
    assert refusal.value.key == "desk.stop_changed"
    with town.read() as session:
        assert get_record(session, STANDING).absence_on(date(2026, 12, 24)) is not None


@pytest.mark.parametrize("by_stop", [False, True])
def test_a_meal_that_comes_back_after_a_move_comes_back_at_the_new_meal_point(
    town: Database, clock: StoppedClock, *, by_stop: bool
) -> None:
    order_meal(town, seat(), choice(town, clock), clock=clock)
    if by_stop:
        stop_meals(town, seat(), Stop(TUESDAY, TUESDAY, AbsenceReason.TRAVEL), clock=clock)
    else:
        cancel_meal(town, seat(), choice(town, clock), "搬家", clock=clock)
    order_id = cell(town, clock).order_id
    with town.write() as session:
        assert session.get_one(MealOrder, order_id).kitchen_code == "K01"
        session.get_one(Elder, REGULAR).meal_point_code = "P3"
    take_back(town, REGULAR, by=WHO, clock=clock)
    with town.read() as session:
        order = session.get_one(MealOrder, order_id)
        assert (order.state, order.meal_point_code, order.kitchen_code) == ("placed", "P3", "K02")
