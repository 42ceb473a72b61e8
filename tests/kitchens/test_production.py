"""Whatever is cooked: count, clashes, pans, stations, pace and food clocks hold, and nobody is dropped."""

from __future__ import annotations

import random
from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kitchens.account import forgotten_orders
from kitchens.assign import assign_supply_plain
from kitchens.batches import plan_batches
from kitchens.batches_solver import plan_batches as plan_by_solver
from kitchens.check import check_kitchens
from kitchens.meals import Diet, Dish, Ingredient, StationKind, Texture
from kitchens.plan import BatchPlan, Supplied, SupplyPlan
from kitchens.problem import DayProblem, Kitchen, Station
from routing.check import check_runs
from routing.places import Window
from routing.plan import Reason
from tests.kitchens.production_days import on_the_road, published, station_day
from tests.kitchens.towns import CHICKEN, EVERY_TEXTURE, PORK, H, at, day, home, kitchen, order, point

DAYS = st.builds(
    station_day,
    st.randoms(use_true_random=False),
    orders=st.integers(0, 60),
    kitchens=st.integers(1, 3),
    points=st.integers(1, 4),
    slack=st.floats(0.5, 3),
)
WOK = Station("W1", StationKind.WOK, 60, 10)
OVEN = Station("O1", StationKind.OVEN, 60, 20)
STEAK = Dish("D-wok", "炒牛肉", frozenset({Ingredient.BEEF}), EVERY_TEXTURE, station=StationKind.WOK)
ROAST = Dish("D-oven", "烤鸡", frozenset({Ingredient.POULTRY}), EVERY_TEXTURE, station=StationKind.OVEN)
SALAD = Dish("D-cold", "凉拌", frozenset({Ingredient.SESAME}), EVERY_TEXTURE, station=StationKind.COLD)


def equipped(
    *stations: Station, menu: tuple[Dish, ...] = (STEAK, ROAST), pace: int = 200, minutes: int = 210
) -> Kitchen:
    start = Window(10 * H + 1800 - minutes * 60, 10 * H + 1800)
    made = kitchen(menu=menu, pace=pace, cooking=start)
    return Kitchen(**{name: getattr(made, name) for name in made.__slots__} | {"stations": stations})


def both(town: DayProblem) -> list[BatchPlan]:
    supply = assign_supply_plain(town)
    return [plan_batches(town, supply), plan_by_solver(town, supply, seed=1, steps=0.2)]


@settings(deadline=None, max_examples=60)
@given(DAYS)
def test_a_day_on_stations_is_right_from_orders_to_doors_and_nobody_is_dropped(town: DayProblem) -> None:
    done = on_the_road(town)
    assert check_kitchens(published(done)) == ()
    assert forgotten_orders(town, done.plan) == ()
    assert check_runs(done.runs, done.plan.runs) == ()


@settings(deadline=None, max_examples=15)
@given(DAYS)
def test_the_solver_s_schedule_is_as_right_and_never_costs_more_nor_less_than_its_bound(town: DayProblem) -> None:
    supply = assign_supply_plain(town)
    plain = plan_batches(town, supply)
    solved = plan_by_solver(town, supply, seed=1, steps=0.2)
    done = on_the_road(town, lambda asked, given: plan_by_solver(asked, given, seed=1, steps=0.2))
    assert check_kitchens(published(done)) == ()
    assert forgotten_orders(town, done.plan) == ()
    assert len(solved.left_out) <= len(plain.left_out)
    if solved.batches:
        assert solved.objective is not None
        assert solved.bound is not None
        assert solved.bound <= solved.objective
        if len(solved.left_out) == len(plain.left_out):
            assert plain.objective is not None
            assert solved.objective <= plain.objective


@settings(deadline=None, max_examples=40)
@given(DAYS)
def test_settling_makes_no_batch_earlier_and_no_eat_by_worse(town: DayProblem) -> None:
    supply = assign_supply_plain(town)
    before = {batch.batch_id: batch for batch in plan_batches(town, supply).batches}
    after = {batch.batch_id: batch for batch in on_the_road(town).plan.batches.batches}
    assert before.keys() == after.keys()
    for code, batch in after.items():
        was = before[code]
        assert (batch.orders, batch.station_id, batch.finish_s - batch.start_s) == (
            was.orders,
            was.station_id,
            was.finish_s - was.start_s,
        )
        assert batch.finish_s >= was.finish_s
        assert batch.eat_by_s - was.eat_by_s == batch.finish_s - was.finish_s


def test_the_same_question_and_seed_give_the_same_schedule() -> None:
    town = station_day(random.Random(4), orders=50, kitchens=2, points=4, slack=2.0)
    supply = assign_supply_plain(town)
    assert plan_by_solver(town, supply, seed=7) == plan_by_solver(town, supply, seed=7)


def test_a_batch_is_no_larger_than_the_pan_and_two_stations_cook_at_once() -> None:
    town = day([order(n) for n in range(1, 31)], [equipped(WOK, Station("W2", StationKind.WOK, 60, 10))], [point()])
    for plan in both(town):
        assert len(plan.batches) == 4
        assert sum(batch.portions + batch.spare for batch in plan.batches) == 31
        assert max(batch.portions + batch.spare for batch in plan.batches) <= 10
        assert {batch.station_id for batch in plan.batches} == {"W1", "W2"}
        assert min(batch.start_s for batch in plan.batches) >= 10 * H + 1200 - 18 * 60


def test_a_dish_that_no_station_can_cook_is_left_out_with_that_reason() -> None:
    """The assignment knows better; whoever makes a supply otherwise is told."""
    town = day([order(1, dish="D-wok"), order(2, dish="D-oven")], [equipped(WOK)], [point()])
    made = (Supplied(1, "K1", "P1", "D-wok", Texture.REGULAR), Supplied(2, "K1", "P1", "D-oven", Texture.REGULAR))
    supply = SupplyPlan(made, ())
    for plan in (plan_batches(town, supply), plan_by_solver(town, supply, seed=1)):
        assert [(one.order_id, one.reason, one.detail) for one in plan.left_out] == [
            (2, Reason.NO_STATION, "K1 D-oven")
        ]
        assert [batch.orders for batch in plan.batches] == [(1,)]


def test_who_finds_no_time_on_the_right_station_is_left_out_and_the_spare_gives_way_first() -> None:
    town = day([order(n, dish="D-wok") for n in range(1, 31)], [equipped(WOK, OVEN, minutes=30)], [point()])
    for plan in both(town):
        assert len(plan.left_out) == 10, "a wok cooks 20 in the twenty minutes before packing"
        assert {one.reason for one in plan.left_out} == {Reason.STATION_FULL}
        assert sum(batch.portions for batch in plan.batches) == 20
        assert sum(batch.spare for batch in plan.batches) == 0


def test_all_stations_together_cook_no_faster_than_the_kitchen() -> None:
    orders = [order(n, dish="D-wok" if n % 2 else "D-oven") for n in range(1, 41)]
    for plan in both(day(orders, [equipped(WOK, OVEN, pace=60)], [point()])):
        assert not plan.left_out
        slots = sorted((batch.start_s, batch.finish_s) for batch in plan.batches)
        assert all(one[1] <= two[0] for one, two in pairwise(slots))


def test_specials_with_the_same_clash_share_a_pot_and_nobody_else_is_in_it() -> None:
    no_pork, no_beef = (Diet(excludes=frozenset({one})) for one in (Ingredient.PORK, Ingredient.BEEF))
    both_out = Diet(excludes=frozenset({Ingredient.PORK, Ingredient.BEEF}))
    menu = (PORK, CHICKEN)
    orders = [
        order(1, diet=no_pork),
        order(2, dish="D-chicken"),
        order(3, diet=no_pork),
        order(4, diet=both_out),
        order(5, diet=no_beef),
    ]
    for plan in both(day(orders, [equipped(WOK, menu=menu)], [point()])):
        pots = {batch.orders: (batch.dish_id, batch.variant) for batch in plan.batches}
        assert pots == {
            (1, 3, 4): ("D-chicken", ("pork",)),
            (2,): ("D-chicken", ()),
            (5,): ("D-pork", ()),
        }


def test_what_comes_from_the_cold_table_keeps_a_day_and_nothing_else_is_made_there() -> None:
    cold = Station("C1", StationKind.COLD, 60, 20)
    orders = [order(1, dish="D-cold"), order(2, dish="D-pork")]
    for plan in both(day(orders, [equipped(WOK, cold, menu=(PORK, SALAD))], [point()])):
        made = {batch.dish_id: batch for batch in plan.batches}
        assert (made["D-cold"].station_id, made["D-pork"].station_id) == ("C1", "W1")
        assert made["D-cold"].eat_by_s == made["D-cold"].finish_s + 24 * H
        assert made["D-pork"].eat_by_s == made["D-pork"].finish_s + 4 * H


def test_a_dish_has_its_own_share_of_spare_portions() -> None:
    generous = Dish("D-wok", "炒牛肉", station=StationKind.WOK, spare_percent=20)
    orders = [order(n, dish="D-wok" if n <= 10 else "D-oven") for n in range(1, 21)]
    for plan in both(day(orders, [equipped(WOK, OVEN, menu=(generous, ROAST))], [point()])):
        spare = Counter[str]()
        for batch in plan.batches:
            spare[batch.dish_id] += batch.spare
        assert +spare == {"D-wok": 2}, "three percent of ten is none"


def test_the_solver_cooks_what_goes_to_one_meal_point_together() -> None:
    """Two dishes for two points through one wok: whoever waits for the other point's food eats old food."""
    points = [point("P1", at(4)), point("P2", at(40))]
    other = Dish("D-wok2", "炒猪肉", station=StationKind.WOK)
    orders = [order(10 * p + n, f"P{p}", dish=d) for p, d in ((1, "D-wok"), (2, "D-wok2")) for n in range(8)]
    orders += [order(100 + n, "P1", dish="D-wok2") for n in range(2)]
    plain, solved = both(day(orders, [equipped(WOK, menu=(STEAK, other))], points))
    assert plain.objective is not None
    assert solved.objective is not None
    assert solved.objective <= plain.objective


def test_vans_that_leave_late_let_the_kitchen_cook_late() -> None:
    town = day([home(n) for n in range(1, 9)], [equipped(WOK, OVEN, minutes=300)], [point()])
    early = plan_batches(town, assign_supply_plain(town))
    done = on_the_road(town)
    leaves = min(run.depart_s for run in done.plan.runs.van_runs)
    assert all(batch.finish_s + 600 <= leaves for batch in done.plan.batches.batches)
    assert max(b.finish_s for b in done.plan.batches.batches) >= max(b.finish_s for b in early.batches)


def test_a_day_without_orders_has_no_schedule() -> None:
    assert plan_by_solver(day([], [equipped(WOK)], [point()]), SupplyPlan((), ())) == BatchPlan((), ())


@pytest.mark.parametrize("wrong", [{"meals_per_hour": 0}, {"pan_portions": 0}])
def test_a_station_that_cooks_nothing_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="expected at least 1"):
        Station(**{"station_id": "W1", "kind": StationKind.WOK, "meals_per_hour": 1, "pan_portions": 1} | wrong)  # type: ignore[arg-type]


def test_a_kitchen_with_a_station_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="each station once"):
        equipped(WOK, WOK)


def test_a_texture_is_no_variant() -> None:
    soft = Diet(texture=Texture.SOFT)
    for plan in both(day([order(1, diet=soft, dish="D-wok")], [equipped(WOK)], [point()])):
        assert [(b.texture, b.variant) for b in plan.batches] == [(Texture.SOFT, ())]
