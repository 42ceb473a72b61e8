from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kitchens.assign import assign_supply_plain
from kitchens.batches import plan_batches
from kitchens.food_clock import FoodRules
from kitchens.meals import Diet, Ingredient, Texture
from kitchens.plan import Batch, BatchPlan, Supplied, SupplyPlan
from kitchens.problem import DayProblem
from routing.places import Window
from routing.plan import Reason
from tests.kitchens.towns import H, at, day, home, kitchen, order, point, random_day


def cooked(town: DayProblem, **rules: int) -> tuple[Batch, ...]:
    return plan_batches(town, assign_supply_plain(town), **rules).batches  # type: ignore[arg-type]


def test_one_dish_is_one_batch_that_ends_when_packing_begins() -> None:
    (batch,) = cooked(day([order(n) for n in range(1, 21)], [kitchen(pace=60)], [point()]), spare_percent=0)
    assert (batch.batch_id, batch.dish_id, batch.portions) == ("K1-01", "D-pork", 20)
    assert (batch.start_s, batch.finish_s) == (10 * H, 10 * H + 1200)
    assert batch.eat_by_s == batch.finish_s + 4 * H


def test_a_long_batch_is_cut_evenly_and_one_follows_the_other() -> None:
    batches = cooked(day([order(n) for n in range(1, 101)], [kitchen(pace=60)], [point()]), spare_percent=0)
    assert [batch.portions for batch in batches] == [33, 33, 34]
    assert [batch.batch_id for batch in batches] == ["K1-01", "K1-02", "K1-03"]
    assert all(one.finish_s == two.start_s for one, two in pairwise(batches))


def test_specials_are_cooked_first_and_apart() -> None:
    soft, no_pork = Diet(texture=Texture.SOFT), Diet(excludes=frozenset({Ingredient.PORK}))
    orders = [order(1), order(2, diet=soft), order(3, diet=no_pork), order(4)]
    batches = cooked(day(orders, [kitchen()], [point()]))
    assert [(b.dish_id, b.texture, b.orders) for b in batches] == [
        ("D-chicken", Texture.REGULAR, (3,)),
        ("D-chicken", Texture.SOFT, (2,)),
        ("D-pork", Texture.REGULAR, (1, 4)),
    ]


def test_meals_for_far_points_are_cooked_before_those_for_near_ones() -> None:
    points = [point("P1", at(1)), point("P2", at(30)), point("P3", at(10))]
    orders = [order(10 * p + n, f"P{p}") for p in (1, 2, 3) for n in range(3)]
    batches = cooked(day(orders, [kitchen(pace=60)], points), longest_batch_s=180)
    assert [batch.orders for batch in batches] == [(20, 21, 22), (30, 31, 32), (10, 11, 12)]


def test_on_a_long_line_tables_are_cooked_for_first_and_specials_last() -> None:
    """Ten hours of cooking: what is made at two in the morning cannot go to a door at half past twelve."""
    late = Window(11 * H, 12 * H + 1800)
    soft = Diet(texture=Texture.SOFT)
    orders = [home(n, window=late, diet=soft if n == 1 else None) for n in range(1, 51)]
    orders += [order(n) for n in range(51, 101)]
    slow = kitchen(pace=10, capacity=200, cooking=Window(0, 10 * H + 1800))
    batches = cooked(day(orders, [slow], [point()]), spare_percent=0)
    last = batches[-1]
    assert (last.texture, last.orders) == (Texture.SOFT, (1,))
    first_half = {n for batch in batches[: len(batches) // 2 - 1] for n in batch.orders}
    assert first_half
    assert min(first_half) > 50, "only tables"


def test_the_spare_is_the_percentage_of_the_dish_and_not_of_each_batch() -> None:
    batches = cooked(
        day([order(n) for n in range(1, 101)], [kitchen(pace=60, capacity=200)], [point()]), spare_percent=4
    )
    assert sum(batch.spare for batch in batches) == 4


def test_the_spare_gives_way_before_a_meal_does() -> None:
    orders = [order(n) for n in range(1, 11)]
    exactly = kitchen(pace=10, capacity=100, cooking=Window(9 * H, 10 * H + 600))
    batches = cooked(day(orders, [exactly], [point()]), spare_percent=50)
    assert sum(batch.portions for batch in batches) == 10
    assert sum(batch.spare for batch in batches) == 0
    one_more = kitchen(pace=11, capacity=100, cooking=Window(9 * H, 10 * H + 600))
    assert sum(batch.spare for batch in cooked(day(orders, [one_more], [point()]), spare_percent=50)) == 1


def test_who_cannot_be_cooked_for_in_time_is_left_out() -> None:
    town = day([order(n) for n in range(1, 5)], [kitchen(pace=2, cooking=Window(9 * H, 10 * H + 600))], [point()])
    supply = SupplyPlan(tuple(Supplied(n, "K1", "P1", "D-pork", Texture.REGULAR) for n in range(1, 5)), ())
    plan = plan_batches(town, supply)
    assert [(one.order_id, one.reason) for one in plan.left_out] == [
        (3, Reason.KITCHEN_FULL),
        (4, Reason.KITCHEN_FULL),
    ]
    assert [batch.orders for batch in plan.batches] == [(1,), (2,)]


def test_the_food_clock_of_the_day_gives_the_eat_by() -> None:
    town = day([order(1)], [kitchen()], [point()])
    plan = plan_batches(town, assign_supply_plain(town), rules=FoodRules(hot_within_s=3 * H))
    assert plan.batches[0].eat_by_s == plan.batches[0].finish_s + 3 * H


def test_a_day_without_orders_has_no_batches() -> None:
    assert plan_batches(day([], [kitchen()], [point()]), SupplyPlan((), ())) == BatchPlan((), ())


@pytest.mark.parametrize("wrong", [{"spare_percent": -1}, {"packing_s": -1}, {"longest_batch_s": 0}])
def test_figures_that_make_no_sense_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="expected"):
        cooked(day([], [], []), **wrong)


@settings(deadline=None, max_examples=60)
@given(
    st.builds(
        random_day,
        st.randoms(use_true_random=False),
        orders=st.integers(0, 120),
        kitchens=st.integers(1, 3),
        points=st.integers(1, 5),
        slack=st.floats(0.5, 3),
    ),
    st.integers(0, 40),
    st.integers(60, 5400),
)
def test_everybody_stands_in_one_batch_of_their_dish_and_no_kitchen_cooks_faster_than_it_can(
    town: DayProblem, spare_percent: int, longest_batch_s: int
) -> None:
    supply = assign_supply_plain(town)
    plan = plan_batches(town, supply, spare_percent=spare_percent, longest_batch_s=longest_batch_s)
    made = {one.order_id: (one.kitchen_id, one.dish_id, one.texture) for one in supply.supplied}
    named = [n for batch in plan.batches for n in batch.orders] + [one.order_id for one in plan.left_out]
    assert sorted(named) == sorted(made)
    assert not plan.left_out, "the assignment knows what a kitchen can cook"
    assert len({batch.batch_id for batch in plan.batches}) == len(plan.batches)
    total = Counter[str]()
    for batch in plan.batches:
        assert {made[n] for n in batch.orders} == {(batch.kitchen_id, batch.dish_id, batch.texture)}
        assert batch.portions == len(batch.orders)
        total[batch.kitchen_id] += batch.portions + batch.spare
    for one in town.kitchens:
        mine = [batch for batch in plan.batches if batch.kitchen_id == one.kitchen_id]
        assert total[one.kitchen_id] <= one.capacity_meals
        for earlier, later in pairwise(mine):
            assert earlier.finish_s == later.start_s
        if mine:
            assert mine[0].start_s >= one.cooking.start_s
            assert mine[-1].finish_s == one.cooking.end_s - 600
            taken_s = mine[-1].finish_s - mine[0].start_s
            assert (
                total[one.kitchen_id] * 3600 <= taken_s * one.meals_per_hour < total[one.kitchen_id] * 3600 + 3600 * 60
            )
            most = max(1, one.meals_per_hour * longest_batch_s // 3600)
            assert all(batch.portions <= most for batch in mine)
