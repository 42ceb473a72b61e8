import random
from collections import Counter
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kitchens.assign import assign_supply_plain
from kitchens.assign_flow import assign_supply, assignment_cost, kitchen_cost_m
from kitchens.assign_why import exceptions, told
from kitchens.meals import Capability, Diet, Fulfilment, Ingredient, StationKind, Texture
from kitchens.plan import SupplyPlan
from kitchens.problem import DayProblem, Station
from kitchens.reach import USUAL_SUPPLY, Reach
from routing.places import Window
from routing.plan import Reason
from tests.kitchens.supply_checks import best_hand_over, check_supply, most_served
from tests.kitchens.towns import CHICKEN, PORK, TOFU, at, day, home, kitchen, order, point, random_day

both = pytest.mark.parametrize("assign", [assign_supply_plain, assign_supply])
PICK_UP = Fulfilment.PICK_UP


def placed(plan: SupplyPlan) -> dict[int, tuple[str, str]]:
    return {one.order_id: (one.kitchen_id, one.point_id) for one in plan.supplied}


def reasons(plan: SupplyPlan) -> dict[int, Reason]:
    return {one.order_id: one.reason for one in plan.left_out}


def cost(problem: DayProblem, plan: SupplyPlan) -> tuple[int, ...]:
    kitchen_at = {k.kitchen_id: n for n, k in enumerate(problem.kitchens)}
    point_at = {p.point_id: n for n, p in enumerate(problem.points)}
    pairs = {n: (kitchen_at[k], point_at[p]) for n, (k, p) in placed(plan).items()}
    return assignment_cost(Reach(problem, USUAL_SUPPLY), [pairs.get(o.order_id) for o in problem.orders])


@both
def test_everyone_keeps_their_point_and_its_usual_kitchen(assign) -> None:
    town = day(
        [order(1, "P1"), order(2, "P2", PICK_UP), home(3, "P1"), home(4, "P2")],
        [kitchen("K1", at(0)), kitchen("K2", at(5))],
        [point("P1", at(4), kitchen="K1"), point("P2", at(1), kitchen="K2")],
    )
    assert placed(assign(town)) == {1: ("K1", "P1"), 2: ("K2", "P2"), 3: ("K1", "P1"), 4: ("K2", "P2")}


@both
def test_a_home_whose_point_has_no_courier_goes_to_the_nearest_point_that_has(assign) -> None:
    points = [point("P1", at(0), boxes=0), point("P2", at(9)), point("P3", at(3))]
    assert placed(assign(day([home(1, "P1", at(1))], [kitchen()], points))) == {1: ("K1", "P3")}


@both
def test_a_point_serves_its_own_homes_before_it_lends(assign) -> None:
    points = [point("P1", at(0), boxes=0), point("P2", at(2), boxes=2), point("P3", at(30))]
    orders = [home(1, "P1", at(1)), home(2, "P2", at(2)), home(3, "P2", at(29))]
    assert placed(assign(day(orders, [kitchen()], points))) == {1: ("K1", "P3"), 2: ("K1", "P2"), 3: ("K1", "P2")}


@both
def test_a_home_moves_so_that_a_table_can_stay(assign) -> None:
    points = [point("P1", at(0), capacity=1), point("P2", at(2))]
    assert placed(assign(day([home(1, "P1", at(0)), order(2, "P1")], [kitchen()], points))) == {
        1: ("K1", "P2"),
        2: ("K1", "P1"),
    }


@both
def test_a_home_without_a_point_of_its_own_is_served_from_the_nearest(assign) -> None:
    points = [point("P1", at(0)), point("P2", at(5))]
    orders = [home(1, None, at(4)), home(2, "gone", at(1))]
    assert placed(assign(day(orders, [kitchen()], points))) == {1: ("K1", "P2"), 2: ("K1", "P1")}


@both
def test_a_diet_that_the_usual_kitchen_cannot_cook_for_comes_from_the_nearest_that_can(assign) -> None:
    soft = Diet(texture=Texture.MINCED)
    kitchens = [kitchen("K1", menu=[PORK]), kitchen("K2", at(20), menu=[TOFU]), kitchen("K3", at(9), menu=[TOFU])]
    plan = assign(day([order(1), order(2, diet=soft)], kitchens, [point()]))
    assert placed(plan) == {1: ("K1", "P1"), 2: ("K3", "P1")}


@both
def test_a_full_kitchen_is_helped_by_the_nearest_and_few_points_change(assign) -> None:
    kitchens = [kitchen("K1", capacity=10), kitchen("K2", at(60)), kitchen("K3", at(50))]
    points = [point(f"P{n}", at(n)) for n in range(4)]
    orders = [order(10 * p + n, f"P{p}") for p in range(4) for n in range(5)]
    plan = assign(day(orders, kitchens, points))
    helped = Counter(pair for pair in placed(plan).values() if pair[0] != "K1")
    assert helped == {("K3", "P2"): 5, ("K3", "P3"): 5}


@both
def test_a_point_without_a_kitchen_prefers_the_one_that_stands_in_it(assign) -> None:
    kitchens = [kitchen("K1", at(5)), kitchen("K2", at(5), point="P1", delivers=False)]
    assert placed(assign(day([order(1)], kitchens, [point(kitchen=None)]))) == {1: ("K2", "P1")}


@both
def test_a_point_without_a_kitchen_is_served_by_the_nearest(assign) -> None:
    kitchens = [kitchen("K1", at(50)), kitchen("K2", at(9))]
    assert placed(assign(day([order(1)], kitchens, [point(kitchen=None)]))) == {1: ("K2", "P1")}


@both
def test_a_kitchen_without_a_van_serves_only_the_point_it_stands_in(assign) -> None:
    kitchens = [kitchen("K1", at(0), point="P1", delivers=False)]
    plan = assign(day([order(1, "P1"), order(2, "P2")], kitchens, [point("P1", at(0)), point("P2", at(1))]))
    assert placed(plan) == {1: ("K1", "P1")}
    assert reasons(plan) == {2: Reason.NO_KITCHEN}


@both
def test_a_lent_home_can_eat_from_the_van_less_kitchen_of_its_new_point(assign) -> None:
    kitchens = [kitchen("K1", at(0), point="P1", delivers=False)]
    plan = assign(day([home(1, "P2", at(1))], kitchens, [point("P1", at(0)), point("P2", at(1), boxes=0)]))
    assert placed(plan) == {1: ("K1", "P1")}


@both
def test_a_kitchen_takes_no_more_than_it_can_cook_in_its_hours(assign) -> None:
    slow = kitchen("K1", pace=6, cooking=Window(9 * 3600, 10 * 3600 + 600))
    plan = assign(day([order(n) for n in range(1, 9)], [slow], [point()]))
    assert len(plan.supplied) == 6
    assert set(reasons(plan).values()) == {Reason.KITCHEN_FULL}


@both
def test_a_home_without_a_position_is_left_out_and_said_so(assign) -> None:
    lost = replace(home(1), place=None)
    assert reasons(assign(day([lost], [kitchen()], [point()]))) == {1: Reason.NO_POSITION}


@both
def test_a_table_without_a_meal_point_is_left_out_and_said_so(assign) -> None:
    town = day([order(1, None), order(2, "gone", PICK_UP)], [kitchen()], [point()])
    assert reasons(assign(town)) == {1: Reason.NO_MEAL_POINT, 2: Reason.NO_MEAL_POINT}


@both
def test_a_home_in_a_town_without_any_meal_point_or_courier_is_left_out_and_said_so(assign) -> None:
    assert reasons(assign(day([home(1)], [kitchen()], []))) == {1: Reason.NO_MEAL_POINT}
    assert reasons(assign(day([home(1)], [kitchen()], [point(boxes=0)]))) == {1: Reason.NO_COURIER}


@both
def test_a_town_without_a_kitchen_is_told_so(assign) -> None:
    plan = assign(day([order(1), home(2)], [], [point(kitchen=None)]))
    assert reasons(plan) == {1: Reason.NO_KITCHEN, 2: Reason.NO_KITCHEN}


@both
def test_a_point_without_a_kitchen_whose_neighbours_are_full_has_no_kitchen(assign) -> None:
    plan = assign(
        day([order(1, "P1"), order(2, "P2")], [kitchen(capacity=1)], [point("P1"), point("P2", kitchen=None)])
    )
    assert placed(plan) == {1: ("K1", "P1")}
    assert reasons(plan) == {2: Reason.NO_KITCHEN}


@both
def test_who_can_eat_nothing_on_any_menu_is_left_out_with_what_clashed(assign) -> None:
    diet = Diet(excludes=frozenset({Ingredient.PORK, Ingredient.SOY}))
    plan = assign(day([order(1, diet=diet)], [kitchen(menu=[PORK, TOFU])], [point()]))
    (lost,) = plan.left_out
    assert (lost.reason, lost.detail) == (Reason.NO_DISH, "D-pork:pork D-tofu:soy")


@both
def test_a_full_point_and_a_full_kitchen_are_told_apart(assign) -> None:
    full_point = day([order(1), order(2)], [kitchen()], [point(capacity=1)])
    full_kitchen = day([order(1), order(2)], [kitchen(capacity=1)], [point()])
    assert set(reasons(assign(full_point)).values()) == {Reason.NO_CAPACITY}
    assert set(reasons(assign(full_kitchen)).values()) == {Reason.KITCHEN_FULL}


@both
def test_a_replaced_dish_is_named(assign) -> None:
    diet = Diet(excludes=frozenset({Ingredient.PORK}))
    (one,) = assign(day([order(1, diet=diet)], [kitchen()], [point()])).supplied
    assert (one.dish_id, one.instead_of) == (CHICKEN.dish_id, PORK.dish_id)


@both
def test_a_day_without_orders_has_an_empty_plan(assign) -> None:
    plan = assign(day([], [kitchen()], [point()]))
    assert (plan.supplied, plan.left_out) == ((), ())


@both
def test_a_meal_that_must_come_from_elsewhere_comes_from_where_it_came_yesterday(assign) -> None:
    """K1 is full; K2 is nearer, but two of the four had theirs from K3."""
    kitchens = [kitchen("K1", at(0), capacity=2), kitchen("K2", at(9)), kitchen("K3", at(10))]
    orders = [replace(order(n), former=("K3", "P1") if n in {2, 4} else ("K1", "P1")) for n in range(1, 5)]
    assert {n for n, pair in placed(assign(day(orders, kitchens, [point()]))).items() if pair[0] == "K3"} == {2, 4}


@both
def test_yesterday_takes_nobody_away_from_the_usual_kitchen_or_their_own_point(assign) -> None:
    kitchens = [kitchen("K1", at(0)), kitchen("K2", at(9))]
    points = [point("P1", at(5)), point("P2", at(6), kitchen="K2")]
    orders = [replace(order(1), former=("K2", "P1")), replace(home(2), former=("K2", "P2"))]
    assert placed(assign(day(orders, kitchens, points))) == {1: ("K1", "P1"), 2: ("K1", "P1")}


@both
def test_a_lent_home_stays_where_it_was_handed_over_yesterday_and_in_its_sub_district(assign) -> None:
    points = [point("P1", at(0), boxes=0), point("P2", at(5)), point("P3", at(8))]
    as_before = replace(home(1, "P1", at(1)), former=("K1", "P3"))
    assert placed(assign(day([as_before], [kitchen()], points))) == {1: ("K1", "P3")}
    streets = [
        replace(points[0], street_id="S1"),
        replace(points[1], street_id="S2"),
        replace(points[2], street_id="S1"),
    ]
    own_street = replace(home(1, "P1", at(1)), street_id="S1")
    assert placed(assign(day([own_street], [kitchen()], streets))) == {1: ("K1", "P3")}


@both
def test_a_diet_that_needs_a_line_is_cooked_for_only_where_there_is_one(assign) -> None:
    allergic = Diet(excludes=frozenset({Ingredient.PEANUT}))
    lines = [frozenset({Capability.PUREE}), frozenset(), frozenset({Capability.ALLERGEN_FREE})]
    kitchens = [replace(kitchen(f"K{n}", at(n)), capabilities=some) for n, some in enumerate(lines, start=1)]
    orders = [order(1, diet=allergic), order(2), order(3, diet=Diet(texture=Texture.MINCED))]
    assert placed(assign(day(orders, kitchens, [point()]))) == {1: ("K3", "P1"), 2: ("K1", "P1"), 3: ("K1", "P1")}
    moslem = order(4, diet=Diet(excludes=frozenset({Ingredient.PORK})))
    plan = assign(day([moslem], kitchens, [point()]))
    assert reasons(plan) == {4: Reason.NO_LINE}


@both
def test_a_dish_is_cooked_only_where_there_is_a_station_for_it(assign) -> None:
    baked = replace(PORK, station=StationKind.OVEN)
    wok = Station("A", StationKind.WOK, 200, 50)
    kitchens = [
        replace(kitchen("K1", menu=[baked, TOFU]), stations=(wok,)),
        replace(kitchen("K2", at(9), menu=[baked]), stations=(replace(wok, kind=StationKind.OVEN),)),
    ]
    plan = assign(day([order(1)], kitchens, [point()]))
    assert [(one.kitchen_id, one.dish_id) for one in plan.supplied] == [("K1", TOFU.dish_id)]


def test_the_price_of_the_kitchens_is_told_with_its_bound() -> None:
    town = random_day(random.Random(3), 150, 4, 12, slack=1.1, homes=0.4)
    plan = assign_supply(town)
    assert plan.bound_m is not None
    assert plan.cost_m is not None
    assert 0 <= plan.bound_m <= plan.cost_m
    usual = assign_supply(day([order(1)], [kitchen()], [point()]))
    assert (usual.cost_m, usual.bound_m) == (0, 0)


def test_the_flow_serves_somebody_whom_the_plain_plan_forgets_about() -> None:
    """K1 alone can make it soft, but goes to the first who asks; K2 could have cooked for those."""
    kitchens = [kitchen("K1", menu=[TOFU], capacity=1), kitchen("K2", at(9), menu=[PORK], capacity=1)]
    plain_first = [order(1), order(2, diet=Diet(texture=Texture.SOFT))]
    plan = assign_supply(day(plain_first, kitchens, [point()]))
    assert placed(plan) == {1: ("K2", "P1"), 2: ("K1", "P1")}


towns = st.builds(
    random_day,
    st.randoms(use_true_random=False),
    orders=st.integers(0, 40),
    kitchens=st.integers(1, 4),
    points=st.integers(1, 6),
    slack=st.floats(0.3, 3),
    homes=st.floats(0, 1),
    vans=st.sampled_from([1.0, 1.0, 0.5]),
)


def with_lines(town: DayProblem, chance: random.Random) -> DayProblem:
    """The same town with lines, sub-districts and a yesterday."""
    kitchens = tuple(
        replace(one, capabilities=frozenset(chance.sample(list(Capability), chance.randint(0, 3))))
        for one in town.kitchens
    )
    points = tuple(replace(one, street_id=chance.choice(["", "S1", "S2"])) for one in town.points)
    orders = tuple(
        replace(
            one,
            street_id=chance.choice(["", "S1", "S2"]),
            former=chance.choice([None, (chance.choice(kitchens).kitchen_id, chance.choice(points).point_id)]),
        )
        for one in town.orders
    )
    return replace(town, orders=orders, kitchens=kitchens, points=points)


@settings(deadline=None, max_examples=80)
@given(towns, st.randoms(use_true_random=False))
def test_lines_and_yesterday_break_no_rule_and_the_bound_holds(town: DayProblem, chance: random.Random) -> None:
    lined = with_lines(town, chance)
    plain, flow = assign_supply_plain(lined), assign_supply(lined)
    check_supply(lined, plain)
    check_supply(lined, flow)
    assert cost(lined, flow) <= cost(lined, plain)
    assert flow.bound_m is not None
    assert flow.cost_m is not None
    assert flow.bound_m <= flow.cost_m
    assert flow.cost_m == cost(lined, flow)[3]
    why = exceptions(lined, flow)
    usual = {one.point_id: one.kitchen_id for one in lined.points}
    own = {one.order_id: one.point_id for one in lined.orders}
    away = {
        one.order_id
        for one in flow.supplied
        if usual[one.point_id] != one.kitchen_id or own[one.order_id] != one.point_id
    }
    assert set(why) == away
    assert all(told(words) for words in why.values())


@settings(deadline=None, max_examples=150)
@given(towns)
def test_both_assignments_keep_every_rule_and_the_plain_one_never_serves_more(town: DayProblem) -> None:
    plain, flow = assign_supply_plain(town), assign_supply(town)
    check_supply(town, plain)
    check_supply(town, flow)
    assert len(plain.supplied) <= len(flow.supplied)
    assert cost(town, flow) <= cost(town, plain)
    if all(k.delivers for k in town.kitchens):
        assert len(flow.supplied) == most_served(town)


@settings(deadline=None, max_examples=60)
@given(
    st.builds(
        random_day,
        st.randoms(use_true_random=False),
        orders=st.integers(1, 12),
        kitchens=st.integers(1, 3),
        points=st.integers(1, 5),
        slack=st.floats(0.5, 2),
        homes=st.floats(0.4, 1),
    )
)
def test_as_many_as_can_be_are_served_with_as_few_and_as_near_lent_homes_as_can_be(town: DayProblem) -> None:
    assert cost(town, assign_supply(town))[:3] == best_hand_over(town)


@settings(deadline=None, max_examples=60)
@given(st.randoms(use_true_random=False))
def test_kitchens_are_chosen_as_cheaply_as_can_be_where_everybody_eats_at_their_point(chance: random.Random) -> None:
    """Few away from the usual kitchen, and few and short drives, against every way there is to do it."""
    places = [at(chance.uniform(0, 60), chance.uniform(0, 60)) for _ in range(6)]
    kitchens = [kitchen(f"K{n}", places[n], capacity=chance.randint(1, 4), menu=[TOFU]) for n in range(3)]
    points = [point(f"P{n}", places[3 + n], kitchen=chance.choice(["K0", "K1", None])) for n in range(3)]
    most = sum(one.capacity_meals for one in kitchens)
    orders = [order(n, f"P{chance.randrange(3)}") for n in range(chance.randint(1, min(6, most)))]
    town = day(orders, kitchens, points)
    reach = Reach(town, USUAL_SUPPLY)
    least = min(
        kitchen_cost_m(reach, list(zip(choice, reach.own, strict=True)))
        for choice in product(range(3), repeat=len(orders))
        if all(choice.count(k) <= kitchens[k].capacity_meals for k in range(3))
    )
    assert cost(town, assign_supply(town)) == (0, 0, 0, least)


@settings(deadline=None, max_examples=15)
@given(st.integers(0, 1000))
def test_a_town_with_many_lenders_is_served_as_well_as_can_be(seed: int) -> None:
    """More lenders than a crowded home is offered by itself."""
    town = random_day(random.Random(seed), 150, 3, 40, slack=1.1, homes=0.9)
    flow = assign_supply(town)
    check_supply(town, flow)
    assert len(flow.supplied) == most_served(town)


@settings(deadline=None, max_examples=20)
@given(towns, st.integers(0, 3))
def test_the_same_question_and_seed_give_the_same_plan(town: DayProblem, seed: int) -> None:
    assert assign_supply(town, seed=seed) == assign_supply(town, seed=seed)
    assert assign_supply_plain(town) == assign_supply_plain(town)


def test_why_somebody_is_served_from_elsewhere_is_told_in_a_word_with_its_figures() -> None:
    kitchens = [kitchen("K1", at(0), capacity=1, menu=[PORK, CHICKEN]), kitchen("K2", at(9), menu=[TOFU])]
    points = [point("P1", at(0), boxes=0), point("P2", at(3), kitchen=None)]
    orders = [
        order(1),
        replace(order(2), former=("K2", "P1")),
        home(3, "P1", at(1)),
        order(4, diet=Diet(texture=Texture.MINCED)),
    ]
    town = day(orders, kitchens, points)
    why = {n: told(words) for n, words in exceptions(town, assign_supply(town)).items()}
    assert [cause for cause, _ in why[2]] == ["kitchen.full", "as_before"]
    assert [cause for cause, _ in why[3]] == ["point.no_courier", "kitchen.none"]
    assert why[4] == (("kitchen.dish", {"usual_kitchen": "K1", "kitchen": "K2", "way_m": why[4][0][1]["way_m"]}),)
    assert 890 <= int(why[4][0][1]["way_m"]) <= 910
    assert 1 not in why
