"""The return to the bureau: meals, people, service days and their average, never mixed."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from kitchens.meals import Meal
from service.clock import StoppedClock, instant_of
from service.db import Database
from service.money.booked import read_account
from service.money.rendering import MoneyPaper, PaperForm
from service.money.returns import Count, NoAnswer, band_of, bureau_return
from service.tables import Batch, Courier, CourierRun, Plan, PlannedOrder, Visit
from tests.service.money.month import NEXT, build_months, order_id
from tests.service.money.reading import printed, sheets_of, words_of


@pytest.fixture
def november(database: Database, clock: StoppedClock) -> int:
    return build_months(database, clock)[2]


def add_visits(database: Database) -> None:
    """A plan of the ninth in two versions; nobody opened to E03, and E04 was away but had the meal at the point."""
    day = NEXT + timedelta(days=8)
    with database.write() as session:
        session.add(
            Courier(
                code="C1",
                name="样送餐员",
                phone="0",
                meal_point_code="P2",
                capacity_boxes=9,
                shift_start_s=0,
                shift_end_s=1,
            )
        )
        session.flush()
        for version in (1, 2):
            plan = Plan(
                service_day=day,
                meal=Meal.LUNCH,
                version=version,
                seed=1,
                made_by="x",
                travel_source="estimate",
                marks=[],
                figures={},
                published_at=instant_of(day, 0),
            )
            session.add(plan)
            session.flush()
            run = CourierRun(plan_id=plan.id, code="R1", courier_code="C1", end_s=1, metres=1)
            batch = Batch(
                plan_id=plan.id,
                code="B1",
                kitchen_code="K1",
                dish_code="D1",
                texture="regular",
                portions=1,
                spare=0,
                start_s=0,
                finish_s=1,
                eat_by_s=2,
            )
            session.add_all([run, batch])
            session.flush()
            for position, number in enumerate(("E03", "E04"), start=1):
                visit = Visit(
                    courier_run_id=run.id,
                    position=position,
                    trip=1,
                    meal_point_code="P2",
                    depart_s=0,
                    elder_number=number,
                    boxes=1,
                    arrive_s=1,
                    start_s=1,
                    leave_s=2,
                    latest_s=3,
                    outcome="no_answer",
                    outcome_at=instant_of(day, 43_000),
                    outcome_by="C1",
                )
                session.add(visit)
                session.flush()
                order = order_id(number, day, Meal.LUNCH)
                planned = {"plan_id": plan.id, "batch_id": batch.id, "visit_id": visit.id}
                session.add(PlannedOrder(order_id=order, dish_code="D2", **planned))


def test_the_four_figures_are_counted_each_in_its_own_way(database: Database, november: int) -> None:
    with database.read() as session:
        found = bureau_return(session, read_account(session, november))
    # Six elders on thirty days and the dinners of one, less ten after a death, two in hospital, one not handed over.
    assert found.district.figures == Count(197, 6)
    assert found.district.service_days == 30
    assert found.district.daily_average == Decimal("6.6")
    assert found.district.ways == {"dine_in": Count(110, 3), "pick_up": Count(28, 1), "home": Count(59, 2)}
    assert found.district.cells == {
        ("", 60): Count(30, 1),
        ("", 80): Count(30, 1),
        ("", 90): Count(20, 1),
        ("dibao", 90): Count(60, 1),
        ("model_worker", 100): Count(28, 1),
        ("tekun", 70): Count(29, 1),
    }
    assert [(one.name, one.figures) for one in found.streets] == [("别街道", Count(48, 2)), ("样例街道", Count(149, 4))]
    assert [(one.code, one.service_days) for one in found.points] == [("P1", 30), ("P2", 30), ("P3", 30)]


def test_what_came_of_a_door_that_nobody_opened_is_told_for_the_newest_plan_only(
    database: Database, november: int
) -> None:
    add_visits(database)
    with database.read() as session:
        found = bureau_return(session, read_account(session, november))
    assert found.district.visits == {"no_answer": 2}
    assert found.district.no_answers == {NoAnswer.NOT_PAID: 1, NoAnswer.HAD_AFTER_ALL: 1}
    assert [sum(one.no_answers.values()) for one in found.points] == [0, 2, 0]
    # The plan knows better than the order what was eaten.
    sheets = sheets_of(printed(database, november, MoneyPaper.ELDER_STATEMENT, PaperForm.XLSX, subject="E04"))
    lines = {row[2].day: row[4] for row in sheets["每一餐"][3:]}
    assert lines[9].startswith("香菇木耳")
    assert lines[2] is None


@pytest.mark.parametrize(("age", "band"), [(59, 0), (60, 60), (69, 60), (99, 90), (100, 100), (117, 100)])
def test_an_age_belongs_to_the_band_that_it_has_reached(age: int, band: int) -> None:
    assert band_of(age) == band


def test_every_figure_is_printed_with_its_definition(database: Database, november: int) -> None:
    whole = words_of(printed(database, november, MoneyPaper.BUREAU_RETURN, language="en"))
    for part in ("Oneperson,onemeal", "everybodycountsonce", "notcalendardays", "Meals÷servicedays"):
        assert part in whole
    assert whole.count("Preparedby/date") == 1 + 2 + 3
