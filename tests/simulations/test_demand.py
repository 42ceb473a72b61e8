"""A day's single orders: with the standing ones they make an ordinary day, and the same one each time."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest

from kitchens.meals import Fulfilment
from simulations.demand import DINERS, DemandFacts, SingleOrder, facts_of, single_orders
from tests.simulations.sample import sample_town

MONDAY = date(2026, 11, 23)
WEEKDAYS = [MONDAY + timedelta(days=i) for i in (0, 1, 2, 3, 4, 7, 8, 9, 10, 11)]


def asked(day: date, seed: int = 1) -> tuple[SingleOrder, ...]:
    return single_orders(facts_of(sample_town(), day), day, seed=seed)


def standing(day: date) -> list[str]:
    """Return how each elder who eats by standing order on `day` takes the meal."""
    active = {elder.number for elder in sample_town().elders if elder.state == "active"}
    return [
        order.fulfilment
        for order in sample_town().standing_orders
        if str(day.isoweekday()) in order.weekdays and order.elder_number in active
    ]


@pytest.mark.parametrize("day", WEEKDAYS, ids=str)
def test_an_ordinary_day_has_1250_diners_and_one_in_five_at_home(day: date) -> None:
    single = asked(day)
    diners = len(standing(day)) + len(single)
    at_home = standing(day).count("home") + sum(order.fulfilment is Fulfilment.HOME for order in single)
    assert abs(diners - DINERS) <= 0.03 * DINERS
    assert 210 <= at_home <= 260
    assert 0.165 <= at_home / diners <= 0.205


def test_about_150_ask_on_a_day() -> None:
    counts = [len(asked(day)) for day in WEEKDAYS]
    assert 130 <= sum(counts) / len(counts) <= 170


def test_the_same_day_and_seed_give_the_same_orders() -> None:
    assert asked(MONDAY) == asked(MONDAY)
    assert asked(MONDAY) != asked(MONDAY, seed=2)
    assert {o.elder_number for o in asked(MONDAY)} != {o.elder_number for o in asked(MONDAY + timedelta(days=7))}


def test_nobody_asks_twice_or_besides_a_standing_order_or_without_being_served() -> None:
    town = sample_town()
    numbers = [order.elder_number for order in asked(MONDAY)]
    assert len(set(numbers)) == len(numbers)
    eating = {order.elder_number for order in town.standing_orders if "1" in order.weekdays}
    served = {elder.number for elder in town.elders if elder.state == "active"}
    assert not eating & set(numbers)
    assert set(numbers) <= served


def test_nobody_whose_door_is_unknown_asks_for_a_meal_at_home() -> None:
    """With every position taken away nobody can ask for home delivery, whatever the share."""
    town = sample_town()
    facts = facts_of(town, MONDAY)
    homeless = DemandFacts(
        [elder.model_copy(update={"lat": None, "lon": None}) for elder in town.elders], *_rest(facts)
    )
    assert any(order.fulfilment is Fulfilment.HOME for order in asked(MONDAY))
    assert all(order.fulfilment is not Fulfilment.HOME for order in single_orders(homeless, MONDAY, seed=1))


def test_orders_come_from_all_four_sides_and_say_who_placed_them() -> None:
    orders = asked(WEEKDAYS[3])
    sources = Counter(order.source.value for order in orders)
    assert set(sources) == {"kiosk", "phone", "worker", "family"}
    assert sources.most_common(1)[0][0] == "kiosk"
    for order in orders:
        prefix = order.placed_by.split(":")[0]
        assert prefix == ("operator" if order.source.value == "phone" else order.source.value)


def test_wished_dishes_stand_on_the_menu_of_the_elders_kitchen() -> None:
    town = sample_town()
    facts = facts_of(town, MONDAY)
    point_of = {elder.number: elder.meal_point_code for elder in town.elders}
    kitchen_of = {point.code: point.kitchen_code for point in town.meal_points}
    offered = {(entry.kitchen_code, entry.dish_code) for entry in facts.menus if entry.meal == "lunch"}
    wished = [order for order in asked(MONDAY) if order.dish_code]
    assert len(wished) >= 10
    for order in wished:
        assert (kitchen_of[point_of[order.elder_number] or ""], order.dish_code) in offered


def test_a_day_without_standing_orders_stays_small() -> None:
    assert len(asked(date(2026, 11, 28))) <= 220


def _rest(facts: DemandFacts) -> tuple[object, ...]:
    return facts.standing_orders, facts.meal_points, facts.menus
