"""What is published for kitchens with stations is right; whatever somebody changes behind its back is found."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

import pytest
from sqlalchemy import delete, update
from sqlmodel import Session, col, func, select

from kitchens.check import Fault, check_kitchens
from kitchens.meals import Meal
from service.checking.kitchens import check_published, read_published
from service.clock import StoppedClock
from service.daily import Kitbag, run_meal
from service.db import Database
from service.errors import InvalidError, NotFoundError
from service.purchasing import list_purchases
from service.replanning import ask_again, replan_meal
from service.settings import Settings
from service.stations import dishes_without_station
from service.tables import (
    Batch,
    BatchRecord,
    Dish,
    Elder,
    Ingredient,
    KitchenMeal,
    KitchenStation,
    MealOrder,
    MenuEntry,
    MenuSwap,
    Plan,
    PlannedOrder,
    RecipeLine,
    RecordKind,
    VanRun,
    Visit,
)
from tests.service.towns import MONDAY, found_town

LUNCH = Meal.LUNCH
STATIONS = {"W1": ("wok", 60, 8), "S1": ("steamer", 90, 12), "C1": ("cold", 30, 5)}
DISHES = {"D1": "wok", "D2": "steamer"}


@pytest.fixture
def kit(database: Database, clock: StoppedClock) -> Kitbag:
    """The thirty elders' town with stations in its kitchens, planned plainly: a solver would find the same faults."""
    found_town(database)
    with database.write() as session:
        for kitchen in ("K1", "K2"):
            for code, (kind, pace, pan) in STATIONS.items():
                made = {"kind": kind, "meals_per_hour": pace, "pan_portions": pan}
                session.add(KitchenStation(kitchen_code=kitchen, code=code, **made))
        for code, station in DISHES.items():
            session.execute(update(Dish).where(col(Dish.code) == code).values(station=station))
    settings = Settings(_env_file=None).model_copy(update={"solve_limit_s": 0.01})  # type: ignore[call-arg]
    return Kitbag(database, clock, settings, "test")


@pytest.fixture
def lunch(kit: Kitbag) -> Kitbag:
    run_meal(MONDAY, LUNCH, kit, early=True)
    return kit


def test_what_is_published_on_stations_is_right(lunch: Kitbag) -> None:
    checked = check_published(lunch.database, MONDAY, LUNCH)
    assert checked.violations == ()
    assert (checked.version, checked.orders) == (1, 30)
    with lunch.database.read() as session:
        on = session.exec(select(Batch.dish_code, Batch.station_code, Batch.portions + Batch.spare)).all()
    assert {(dish, station) for dish, station, _ in on} <= {("D1", "W1"), ("D2", "S1")}
    assert max(filled for _, station, filled in on if station == "W1") <= 8


def test_what_is_not_published_cannot_be_checked(kit: Kitbag) -> None:
    with pytest.raises(NotFoundError) as refusal:
        check_published(kit.database, MONDAY, LUNCH)
    assert refusal.value.key == "error.no_published_meal"


def _first_batch(session: Session) -> Batch:
    return session.exec(select(Batch).order_by(col(Batch.code))).first() or Batch()


def _portions(session: Session) -> None:
    _first_batch(session).portions += 1


def _other_pot(session: Session) -> None:
    other = session.exec(select(Batch).where(Batch.dish_code == "D2")).first() or Batch()
    one = session.exec(select(PlannedOrder).where(PlannedOrder.dish_code == "D1")).first() or PlannedOrder()
    one.batch_id = other.id


def _allergy(session: Session) -> None:
    eater = select(MealOrder.elder_number).join(PlannedOrder, col(PlannedOrder.order_id) == col(MealOrder.id))
    number = session.exec(eater.where(PlannedOrder.dish_code == "D1")).first()
    session.get_one(Elder, number).excludes = "pork"


def _swap(session: Session) -> None:
    session.add(Ingredient(code="tofu", name="豆腐"))
    session.add(Ingredient(code="nut", name="花生", contains="peanut"))
    session.flush()
    session.add(RecipeLine(dish_code="D1", ingredient_code="tofu", grams=100))
    session.flush()
    meal = {"kitchen_code": "K1", "service_day": MONDAY, "meal": LUNCH, "dish_code": "D1"}
    made = {"made_at": _placed_at(session), "made_by": "test"}
    session.add(MenuSwap(**meal, out_code="tofu", in_code="nut", **made))
    eater = select(MealOrder.elder_number).join(PlannedOrder, col(PlannedOrder.order_id) == col(MealOrder.id))
    here = eater.where(PlannedOrder.dish_code == "D1", PlannedOrder.kitchen_code == "K1")
    session.get_one(Elder, session.exec(here).first()).excludes = "peanut"


def _placed_at(session: Session) -> datetime:
    at = session.exec(select(MealOrder.placed_at)).first()
    assert at is not None
    return at


def _forgotten(session: Session) -> None:
    one = session.exec(select(PlannedOrder).where(col(PlannedOrder.visit_id).is_(None))).first() or PlannedOrder()
    session.delete(one)


def _pan(session: Session) -> None:
    session.execute(update(KitchenStation).values(pan_portions=2))


def _hands(session: Session) -> None:
    session.execute(update(KitchenMeal).values(meals_per_hour=20))


def _room(session: Session) -> None:
    session.execute(update(KitchenMeal).values(capacity_meals=5))


def _overlap(session: Session) -> None:
    ids = session.exec(select(Batch.id).where(Batch.kitchen_code == "K1", Batch.station_code == "W1")).all()
    last = session.exec(select(func.max(Batch.start_s)).where(col(Batch.id).in_(ids))).one()
    for one in session.exec(select(Batch).where(col(Batch.id).in_(ids))):
        lasts_s = one.finish_s - one.start_s
        one.start_s, one.finish_s = last, last + lasts_s


def _eat_by(session: Session) -> None:
    _first_batch(session).eat_by_s += 1


def _late(session: Session) -> None:
    session.execute(update(Visit).values(latest_s=Visit.latest_s + 4 * 3600))


def _early(session: Session) -> None:
    session.execute(update(VanRun).values(depart_s=VanRun.depart_s - 3600))


def _menu(session: Session) -> None:
    session.execute(update(MenuEntry).where(col(MenuEntry.dish_code) == "D1").values(state="taken_off"))


def _cold_chain(session: Session) -> None:
    for batch in session.exec(select(Batch)).all():
        at = _placed_at(session)
        kind = {"kind": RecordKind.HOLDING, "tenths_c": 450, "noted_at": at, "noted_by": "test"}
        session.add(BatchRecord(batch_id=batch.id or 0, at=at, **kind))


FAULTS: tuple[tuple[Fault, Callable[[Session], None]], ...] = (
    (Fault.COUNT, _portions),
    (Fault.COOKED_ELSEWHERE, _other_pot),
    (Fault.CLASH, _allergy),
    (Fault.NOT_PLANNED, _forgotten),
    (Fault.PAN, _pan),
    (Fault.PACE, _hands),
    (Fault.KITCHEN_FULL, _room),
    (Fault.OVERLAP, _overlap),
    (Fault.EAT_BY, _eat_by),
    (Fault.TOO_LATE, _late),
    (Fault.LEAVES_EARLY, _early),
    (Fault.NOT_ON_MENU, _menu),
    (Fault.CLASH, _swap),
    (Fault.TOO_LATE, _cold_chain),
)


class _UndoneError(Exception):
    """Ends a write without keeping anything of it."""


def found_after(kit: Kitbag, plant: Callable[[Session], None]) -> set[Fault]:
    """Return what the check finds once somebody has changed a row; nothing of that is kept."""
    found: set[Fault] = set()
    with suppress(_UndoneError), kit.database.write() as session:
        plant(session)
        session.flush()
        session.expire_all()
        plan = session.exec(select(Plan)).one()
        found |= {one.fault for one in check_kitchens(read_published(session, plan))}
        raise _UndoneError
    return found


def test_whatever_is_changed_behind_the_plan_s_back_is_found(lunch: Kitbag) -> None:
    for fault, plant in FAULTS:
        assert fault in found_after(lunch, plant), plant.__name__
    assert check_published(lunch.database, MONDAY, LUNCH).violations == ()


def test_what_a_kitchen_has_begun_to_cook_stays_when_the_road_is_planned_again(lunch: Kitbag) -> None:
    def times(session: Session) -> dict[str, tuple[int, int]]:
        plan = session.exec(select(Plan).order_by(col(Plan.version).desc())).first()
        rows = session.exec(select(Batch).where(Batch.plan_id == (plan.id if plan else 0), Batch.kitchen_code == "K1"))
        return {one.code: (one.start_s, one.finish_s) for one in rows}

    with lunch.database.write() as session:
        session.execute(update(Batch).where(col(Batch.kitchen_code) == "K1").values(start_s=Batch.start_s - 600))
        session.execute(update(Batch).where(col(Batch.kitchen_code) == "K1").values(finish_s=Batch.finish_s - 600))
        session.execute(update(Batch).where(col(Batch.kitchen_code) == "K1").values(eat_by_s=Batch.eat_by_s - 600))
        first = session.exec(select(Batch).where(Batch.kitchen_code == "K1")).first()
        assert first is not None
        first.cooked_at = lunch.clock.now()
        was = times(session)
    ask_again(lunch.database, MONDAY, LUNCH, by="test", clock=lunch.clock)
    assert replan_meal(MONDAY, LUNCH, lunch).version == 2
    with lunch.database.read() as session:
        assert times(session) == was
    assert check_published(lunch.database, MONDAY, LUNCH).violations == ()


def test_purchases_are_the_recipes_times_the_portions_with_swaps_and_a_sample_of_every_pot(lunch: Kitbag) -> None:
    with lunch.database.write() as session:
        session.add_all([Ingredient(code="tofu", name="豆腐"), Ingredient(code="rice", name="大米")])
        session.flush()
        session.add(RecipeLine(dish_code="D1", ingredient_code="rice", grams=150))
        session.add(RecipeLine(dish_code="D1", ingredient_code="tofu", grams=100))
        pots = session.exec(select(Batch).where(Batch.kitchen_code == "K1", Batch.dish_code == "D1")).all()
        portions = sum(one.portions + one.spare for one in pots)
    bought = list_purchases(lunch.database, MONDAY, MONDAY, kitchen_code="K1")
    assert bought.unplanned == ()
    assert {one.ingredient_id: one.grams for one in bought.purchases.lines} == {
        "rice": 150 * portions + 75 * len(pots),
        "tofu": 100 * portions + 50 * len(pots),
    }
    assert bought.purchases.unknown == (("K1", "D2"),)


def test_before_a_meal_is_planned_its_orders_are_counted(kit: Kitbag) -> None:
    with kit.database.write() as session:
        session.add(Ingredient(code="rice", name="大米"))
        session.flush()
        session.add(RecipeLine(dish_code="D1", ingredient_code="rice", grams=125))
        session.add(
            MealOrder(
                elder_number="E01",
                service_day=MONDAY,
                meal=LUNCH,
                fulfilment="dine_in",
                kitchen_code="K1",
                source="bulk",
                placed_by="test",
                placed_at=kit.clock.now(),
            )
        )
    bought = list_purchases(kit.database, MONDAY, MONDAY)
    assert bought.unplanned == ((MONDAY, LUNCH),)
    assert [(one.kitchen_id, one.grams) for one in bought.purchases.lines] == [("K1", 125 + 125)]


def test_a_purchase_of_days_the_wrong_way_round_is_refused(kit: Kitbag) -> None:
    with pytest.raises(InvalidError) as refusal:
        list_purchases(kit.database, MONDAY, MONDAY - timedelta(days=1))
    assert refusal.value.key == "error.purchase_days"


def test_a_dish_that_no_station_of_its_kitchen_can_cook_is_told_before_anybody_orders_it(kit: Kitbag) -> None:
    with kit.database.write() as session:
        assert dishes_without_station(session, MONDAY) == []
        session.execute(update(Dish).where(col(Dish.code) == "D2").values(station="oven"))
        assert dishes_without_station(session, MONDAY) == [("K1", "D2", "oven"), ("K2", "D2", "oven")]
        assert dishes_without_station(session, MONDAY + timedelta(days=1)) == [], "not on a menu any more"
        session.execute(delete(KitchenStation).where(col(KitchenStation.kitchen_code) == "K2"))
        assert dishes_without_station(session, MONDAY) == [("K1", "D2", "oven")], "one line of work cooks everything"
