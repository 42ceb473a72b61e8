from __future__ import annotations

import random
from collections import Counter, defaultdict
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kitchens.account import forgotten_orders, left_out_orders
from kitchens.failing.choice import choose_plain
from kitchens.failing.drill import rescue
from kitchens.failing.failure import Failure, Rescue, must_be_asked
from kitchens.failing.program import choose_best, rescue_best
from kitchens.failing.road import Begun, widened
from kitchens.meals import HARDNESS, Capability, Diet, Ingredient, Outage, StationKind, Texture
from kitchens.plan import Supplied
from kitchens.problem import DayProblem, Station
from kitchens.settling import problem_as_planned, supply_as_planned
from routing.check import check_runs
from routing.plan import Reason
from tests.kitchens.towns import (
    CHICKEN,
    PORK,
    TOFU,
    Bees,
    Planned,
    at,
    day,
    home,
    kitchen,
    order,
    planned,
    point,
    random_day,
)

H = 3600
EARLY = Begun(7 * H)


def rescued(town: Planned, failure: Failure, begun: Begun = EARLY, *, best: bool = True) -> Rescue:
    problem = problem_as_planned(town.runs, town.plan.runs)
    plan = replace(town.plan, supply=supply_as_planned(town.plan.supply, town.runs, town.plan.runs))
    wide = widened(problem, town.day, town.runs.vans, town.runs.couriers, Bees())
    how = rescue_best if best else rescue
    return how(town.day, plan, wide, failure, begun, allowance_s=1800)


def two_kitchens(*orders: object, **more: object) -> DayProblem:
    """K1 and K2 stand half a kilometre apart and cook the same; P1 belongs to K1, P2 to K2."""
    kitchens = [kitchen("K1", at(0), **more), kitchen("K2", at(5))]
    return day(orders, kitchens, [point("P1", at(4)), point("P2", at(6), kitchen="K2")])  # type: ignore[arg-type]


def crowd(count: int, point_id: str = "P1", first: int = 1, **more: object) -> list[object]:
    return [order(first + n, point_id, **more) for n in range(count)]  # type: ignore[arg-type]


def test_as_many_as_are_short_come_from_the_other_kitchen_with_the_same_dish() -> None:
    town = planned(two_kitchens(*crowd(10), *crowd(3, "P2", 50)))
    answer = rescued(town, Failure("K1", Outage.KITCHEN, 7 * H, short=4))
    assert answer.threatened == 10
    assert [one.now.kitchen_id for one in answer.substitutions if one.now] == ["K2"] * 4
    assert not any(one.is_other_dish or one.must_ask for one in answer.substitutions)
    assert Counter(one.kitchen_id for one in answer.plan.supply.supplied) == {"K1": 6, "K2": 7}


def test_a_dish_that_is_out_is_replaced_where_it_stands_if_nobody_else_has_room() -> None:
    kitchens = [kitchen("K1", at(0)), kitchen("K2", at(5), capacity=3)]
    town = day(
        [*crowd(6), *crowd(3, "P2", 50)],  # type: ignore[list-item]
        kitchens,
        [point("P1", at(4)), point("P2", at(6), kitchen="K2")],
    )
    answer = rescued(planned(town), Failure("K1", Outage.DISH, 7 * H, PORK.dish_id))
    assert {one.now.kitchen_id for one in answer.substitutions if one.now} == {"K1"}
    assert {one.now.dish_id for one in answer.substitutions if one.now} == {CHICKEN.dish_id}
    assert {one.now.instead_of for one in answer.substitutions if one.now} == {PORK.dish_id}


def test_the_same_dish_from_elsewhere_is_better_than_another_dish_from_here() -> None:
    answer = rescued(
        planned(two_kitchens(*crowd(6), *crowd(3, "P2", 50))), Failure("K1", Outage.DISH, 7 * H, PORK.dish_id)
    )
    assert {(one.now.kitchen_id, one.now.dish_id) for one in answer.substitutions if one.now} == {("K2", PORK.dish_id)}


def test_what_is_cooked_stays() -> None:
    town = planned(two_kitchens(*crowd(5), *crowd(5, first=20, dish=TOFU.dish_id), *crowd(1, "P2", 50)))
    done = next(batch for batch in town.plan.batches.batches if batch.dish_id == TOFU.dish_id)
    answer = rescued(town, Failure("K1", Outage.KITCHEN, 7 * H), replace(EARLY, cooked=frozenset({done.batch_id})))
    assert {one.was.dish_id for one in answer.substitutions} == {PORK.dish_id}
    assert done in answer.plan.batches.batches


def test_what_would_be_finished_before_it_fails_is_not_short() -> None:
    town = planned(two_kitchens(*crowd(5)))
    finished = max(batch.finish_s for batch in town.plan.batches.batches)
    assert rescued(town, Failure("K1", Outage.KITCHEN, finished)).threatened == 0


def test_a_station_takes_only_what_is_cooked_on_it() -> None:
    oven, wok = Station("A", StationKind.OVEN, 100, 30), Station("B", StationKind.WOK, 100, 30)
    menu = [replace(PORK, station=StationKind.OVEN), replace(TOFU, station=StationKind.WOK)]
    first = replace(kitchen("K1", at(0), menu=menu), stations=(oven, wok))
    town = day(
        [*crowd(4), *crowd(4, first=20, dish=TOFU.dish_id), order(50, "P2")],  # type: ignore[list-item]
        [first, kitchen("K2", at(5))],
        [point("P1", at(4)), point("P2", at(6), kitchen="K2")],
    )
    answer = rescued(planned(town), Failure("K1", Outage.STATION, 7 * H, "oven"))
    assert {one.was.dish_id for one in answer.substitutions} == {PORK.dish_id}
    assert answer.threatened == 4


def test_who_must_not_be_cooked_for_without_a_line_is_not_moved_to_a_kitchen_without_it() -> None:
    allergic = Diet(excludes=frozenset({Ingredient.PEANUT}))
    kitchens = [
        replace(kitchen("K1", at(0)), capabilities=frozenset(Capability)),
        replace(kitchen("K2", at(5)), capabilities=frozenset()),
    ]
    town = day(
        [order(1, diet=allergic), order(2), order(50, "P2")],
        kitchens,
        [point("P1", at(4)), point("P2", at(6), kitchen="K2")],
    )
    answer = rescued(planned(town), Failure("K1", Outage.KITCHEN, 7 * H))
    assert {one.order_id: one.now is None for one in answer.substitutions} == {1: True, 2: False}


def test_who_nobody_can_cook_for_is_left_out_with_the_reason_and_must_be_told() -> None:
    kitchens = [kitchen("K1", at(0)), kitchen("K2", at(5), menu=[PORK])]
    moslem = Diet(excludes=frozenset({Ingredient.PORK}))
    town = day(
        [order(1, diet=moslem), order(50, "P2")], kitchens, [point("P1", at(4)), point("P2", at(6), kitchen="K2")]
    )
    (lost,) = rescued(planned(town), Failure("K1", Outage.KITCHEN, 7 * H)).substitutions
    assert (lost.now, lost.reason, lost.must_ask) == (None, Reason.NO_DISH, True)


def test_who_wished_for_a_dish_or_has_a_diet_is_asked_before_another_one_is_packed() -> None:
    was = Supplied(1, "K1", "P1", PORK.dish_id, Texture.REGULAR)
    other = replace(was, dish_id=CHICKEN.dish_id)
    assert not must_be_asked(order(1), was, other)
    assert must_be_asked(order(1, dish=PORK.dish_id), was, other)
    assert must_be_asked(order(1, diet=Diet(texture=Texture.SOFT)), was, other)
    assert not must_be_asked(order(1, dish=PORK.dish_id), was, replace(was, kitchen_id="K2"))
    assert must_be_asked(order(1), was, None)


def test_who_is_served_at_home_keeps_courier_and_hour_where_the_boxes_come_in_time() -> None:
    orders = [home(n, "P1", at(4, n)) for n in range(1, 5)]
    town = planned(two_kitchens(*orders, order(50, "P2")))
    answer = rescued(town, Failure("K1", Outage.KITCHEN, 7 * H))
    assert {one.now.kitchen_id for one in answer.substitutions if one.now} == {"K2"}
    assert answer.plan.runs.courier_runs == town.plan.runs.courier_runs


def test_a_failure_that_names_nothing_of_the_day_is_refused() -> None:
    town = planned(two_kitchens(*crowd(2)))
    for wrong in (
        Failure("K9", Outage.KITCHEN, 7 * H),
        Failure("K1", Outage.DISH, 7 * H, "D-none"),
        Failure("K1", Outage.STATION, 7 * H, "oven"),
    ):
        with pytest.raises(ValueError, match="expected"):
            rescued(town, wrong)
    with pytest.raises(ValueError, match="at least 1 portion"):
        Failure("K1", Outage.KITCHEN, 7 * H, short=0)
    with pytest.raises(ValueError, match="name of what is out"):
        Failure("K1", Outage.DISH, 7 * H)


def test_what_failed_before_at_this_meal_cooks_for_nobody() -> None:
    town = planned(two_kitchens(*crowd(4), order(50, "P2")))
    wide = widened(problem_as_planned(town.runs, town.plan.runs), town.day, town.runs.vans, town.runs.couriers, Bees())
    earlier = (Failure("K2", Outage.KITCHEN, 7 * H, short=1),)
    failure = Failure("K1", Outage.KITCHEN, 7 * H)
    answer = rescue_best(town.day, town.plan, wide, failure, EARLY, allowance_s=1800, earlier=earlier)
    assert {one.reason for one in answer.substitutions} == {Reason.NO_DISH}
    assert all(one.now is None for one in answer.substitutions)


@settings(deadline=None, max_examples=60)
@given(
    st.builds(
        random_day,
        st.randoms(use_true_random=False),
        orders=st.integers(3, 40),
        kitchens=st.integers(2, 4),
        points=st.integers(1, 6),
        slack=st.floats(0.8, 4),
        homes=st.floats(0, 1),
    ),
    st.randoms(use_true_random=False),
)
def test_nobody_is_forgotten_nothing_clashes_and_every_rule_of_the_road_is_kept(
    town: DayProblem, chance: random.Random
) -> None:
    made = planned(town)
    batches = made.plan.batches.batches
    if not batches or check_runs(made.runs, made.plan.runs):
        return
    now_s = chance.choice([7 * H, 9 * H, 9 * H + 1800, 10 * H])
    begun = Begun(now_s, frozenset(one.batch_id for one in batches if one.finish_s <= now_s))
    failing = chance.choice(sorted({one.kitchen_id for one in batches}))
    dish = chance.choice(sorted({one.dish_id for one in batches if one.kitchen_id == failing}))
    failure = chance.choice(
        [
            Failure(failing, Outage.KITCHEN, now_s),
            Failure(failing, Outage.KITCHEN, now_s, short=chance.randint(1, 10)),
            Failure(failing, Outage.DISH, now_s, dish),
        ]
    )
    answer = rescued(made, failure, begun, best=chance.random() < 0.7)
    assert forgotten_orders(town, answer.plan) == ()
    assert check_runs(answer.problem, answer.plan.runs) == ()
    check_kitchens(town, answer)
    check_who_changed(town, made, answer)


def check_kitchens(town: DayProblem, answer: Rescue) -> None:
    """Assert that nobody gets what clashes, no kitchen cooks more than it may, and no station two batches at once."""
    orders = {one.order_id: one for one in town.orders}
    kitchens = {one.kitchen_id: one for one in town.kitchens}
    for one in answer.plan.supply.supplied:
        diet = orders[one.order_id].diet
        dish = next(dish for dish in kitchens[one.kitchen_id].menu if dish.dish_id == one.dish_id)
        assert not diet.excludes & dish.contains
        assert diet.limits <= dish.keeps
        assert one.texture in dish.textures
        assert HARDNESS[one.texture] <= HARDNESS[diet.texture]
    spans = defaultdict(list)
    for batch in answer.plan.batches.batches:
        spans[batch.kitchen_id].append((batch.start_s, batch.finish_s, batch.portions + batch.spare))
    for kitchen_id, some in spans.items():
        assert sum(portions for _, _, portions in some) <= kitchens[kitchen_id].capacity_meals
        some.sort()
        assert all(one[1] <= other[0] for one, other in pairwise(some))
    cooked = Counter(order_id for batch in answer.plan.batches.batches for order_id in batch.orders)
    assert set(cooked.values()) <= {1}


def check_who_changed(town: DayProblem, made: Planned, answer: Rescue) -> None:
    """Assert that exactly those change who are told of, and that whoever is left out besides was so before."""
    changed = {one.order_id for one in answer.substitutions}
    before = {one.order_id: (one.kitchen_id, one.dish_id) for one in made.plan.supply.supplied}
    after = {one.order_id: (one.kitchen_id, one.dish_id) for one in answer.plan.supply.supplied}
    assert {o for o in before if after.get(o) != before[o]} <= changed
    gone = {one.order_id for one in answer.substitutions if one.now is None}
    lost_before = {one.order_id for one in left_out_orders(town, made.plan)}
    assert {one.order_id for one in left_out_orders(town, answer.plan)} <= lost_before | gone


def test_the_program_weighs_no_more_than_the_plain_choice_and_not_less_than_its_bound() -> None:
    seen = []

    def both(asking, rooms):  # type: ignore[no-untyped-def]
        best, plain = choose_best(asking, rooms), choose_plain(asking, rooms)
        seen.append((best, plain))
        return best

    for seed in range(8):
        made = planned(random_day(random.Random(seed), 40, 4, 4, slack=1.5, homes=0.3))
        failing = made.plan.batches.batches[0].kitchen_id
        problem = problem_as_planned(made.runs, made.plan.runs)
        wide = widened(problem, made.day, made.runs.vans, made.runs.couriers, Bees())
        rescue(made.day, made.plan, wide, Failure(failing, Outage.KITCHEN, 7 * H), EARLY, allowance_s=1800, choose=both)
    assert seen
    for best, plain in seen:
        assert best.cost_m <= plain.cost_m
        assert best.bound_m is None or best.bound_m <= best.cost_m
