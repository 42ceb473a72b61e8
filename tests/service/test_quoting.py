"""What an elder hears before ordering is what the rules say: to the fen, with the meals of the week counted."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from kitchens.meals import Fulfilment, Meal
from service.clock import StoppedClock, instant_of
from service.db import Database
from service.errors import InvalidError
from service.money.quoting import Quote, quote
from service.orders import Wish
from service.settings import Settings
from service.subsidies import Place
from service.tables import Elder, ElderCareLevel, ElderPlace, Kitchen, MenuEntry, Outcome
from tests.service.money_town import HAIZHU, MONDAY, MoneyTown, found_money_town

FOSHAN = Place("佛山市", "禅城区", "样例街道")


def quoted(
    town: MoneyTown,
    number: str = "E1",
    *,
    day: date = MONDAY,
    meal: Meal = Meal.LUNCH,
    way: Fulfilment = Fulfilment.DINE_IN,
    dish: str | None = None,
    scheme: str = "guangzhou-2024",
) -> Quote:
    with town.database.read() as session:
        elder = session.get_one(Elder, number)
        settings = Settings(subsidy_scheme=scheme)
        return quote(session, elder, Wish(day, meal, way, dish), settings=settings, clock=town.clock)


@pytest.fixture
def town(database: Database, clock: StoppedClock) -> MoneyTown:
    """The district with one elder of 70."""
    town = found_money_town(database, clock)
    town.elder("E1")
    return town


@pytest.fixture
def few(sqlite_database: Database, clock: StoppedClock) -> MoneyTown:
    """The same on one database."""
    town = found_money_town(sqlite_database, clock)
    town.elder("E1")
    return town


def test_an_elder_hears_price_subsidy_and_own_part(town: MoneyTown) -> None:
    found = quoted(town)
    assert (found.price_fen, found.delivery_fee_fen, found.pays_fen, found.refusal) == (1300, 0, 1000, None)
    assert [(line.payer, line.fen, line.rule_id) for line in found.lines] == [
        ("city", 300, "GZ-MEAL"),
        ("city", 300, "GZ-OPER-SELF"),
        ("elder", 1000, "own_part"),
    ]


def test_the_delivery_fee_of_the_day_and_the_point_is_added_to_a_meal_brought_home(few: MoneyTown) -> None:
    few.fee(200)
    few.fee(300, from_day=MONDAY)
    few.fee(100, from_day=MONDAY, point="P1")
    few.fee(150, from_day=MONDAY + timedelta(days=1), point="P1")
    few.elder("E2", point="P2")
    friday = MONDAY - timedelta(days=3)
    assert quoted(few).delivery_fee_fen == 0
    assert quoted(few, way=Fulfilment.HOME).pays_fen == 1100
    assert quoted(few, way=Fulfilment.HOME, day=MONDAY + timedelta(days=1)).delivery_fee_fen == 150
    assert quoted(few, "E2", way=Fulfilment.HOME).delivery_fee_fen == 300
    few.dish("D2", 1200)
    assert quoted(few, way=Fulfilment.HOME, day=friday, dish="D2").delivery_fee_fen == 200


def test_classes_care_levels_and_places_count_as_they_stand_on_the_day_of_the_meal(few: MoneyTown) -> None:
    tuesday = MONDAY + timedelta(days=1)
    with few.database.write() as session:
        session.add(ElderCareLevel(elder_number="E1", from_day=tuesday, level=4))
        moved = {"city": "佛山市", "district": "禅城区"}
        session.add(ElderPlace(elder_number="E1", kind="hukou", from_day=tuesday + timedelta(days=1), **moved))
    rules = {
        day: [line.rule_id for line in quoted(few, way=Fulfilment.HOME, day=day).lines]
        for day in (MONDAY, tuesday, tuesday + timedelta(days=1))
    }
    assert rules == {
        MONDAY: ["GZ-MEAL", "GZ-OPER-SELF", "own_part"],
        tuesday: ["GZ-MEAL", "GZ-DELIV-35", "GZ-OPER-SELF", "own_part"],
        tuesday + timedelta(days=1): ["own_part"],
    }


def test_the_kitchens_way_of_providing_decides_the_operators_grant(few: MoneyTown) -> None:
    with few.database.write() as session:
        session.get_one(Kitchen, "K1").mode = "enterprise"
    assert "GZ-OPER-OTHER" in [line.rule_id for line in quoted(few).lines]


def test_meals_ordered_before_count_towards_the_week_and_later_ones_do_not(
    sqlite_database: Database, clock: StoppedClock
) -> None:
    longgang = Place("深圳市", "龙岗区", "南湾街道")
    town = found_money_town(sqlite_database, clock, street_code="440307001", street="南湾街道", price_fen=1800)
    town.elder("E1", age=75, home=longgang)
    saturday = MONDAY + timedelta(days=5)
    for offset in (0, 1, 2, 3):
        town.order("E1", day=MONDAY + timedelta(days=offset))
    town.order("E1", day=saturday)
    friday = quoted(town, day=MONDAY + timedelta(days=4), scheme="shenzhen-longgang")
    assert friday.pays_fen == 1300
    town.order("E1", day=MONDAY + timedelta(days=4), meal=Meal.DINNER)
    assert quoted(town, day=MONDAY, scheme="shenzhen-longgang").pays_fen == 1300
    assert quoted(town, day=saturday + timedelta(days=2), scheme="shenzhen-longgang").pays_fen == 1300


def test_a_second_meal_of_the_day_gets_no_daily_subsidy_unless_the_first_was_never_had(
    sqlite_database: Database, clock: StoppedClock
) -> None:
    beijing = Place("北京市", "西城区", "样例街道")
    town = found_money_town(sqlite_database, clock, street_code="110102001", street="样例街道", price_fen=1500)
    town.elder("E1", age=82, home=beijing, classes=["basic_care"])
    asked = {"scheme": "beijing-2022", "meal": Meal.DINNER}
    assert quoted(town, **asked).pays_fen == 1000  # type: ignore[arg-type]
    lunch = town.order("E1", way=Fulfilment.HOME)
    assert quoted(town, **asked).pays_fen == 1500  # type: ignore[arg-type]
    town.publish()
    town.bring(lunch, Outcome.NO_ANSWER)
    # The day after, the lunch that nobody got has used nothing up.
    town.clock.instant = instant_of(MONDAY + timedelta(days=1), 9 * 3600)
    assert quoted(town, **asked).pays_fen == 1000  # type: ignore[arg-type]


def test_meals_of_days_gone_by_count_if_they_were_had(sqlite_database: Database, clock: StoppedClock) -> None:
    longgang = Place("深圳市", "龙岗区", "南湾街道")
    town = found_money_town(sqlite_database, clock, street_code="440307001", street="南湾街道", price_fen=1800)
    town.elder("E1", age=75, home=longgang)
    days = [MONDAY + timedelta(days=offset) for offset in range(5)]
    at_home = town.order("E1", day=days[0], way=Fulfilment.HOME)
    eaten_in = [town.order("E1", day=day) for day in days[1:]]
    town.publish(days[0])
    town.bring(at_home)
    for order in eaten_in[:3]:
        town.take(order)
    sixth = MONDAY + timedelta(days=5)
    # Saturday is no working day, so the sixth lunch is priced as if Friday's had come after it.
    town.clock.instant = instant_of(days[4], 8 * 3600)
    assert quoted(town, day=days[4], scheme="shenzhen-longgang").pays_fen == 1300
    town.clock.instant = instant_of(sixth, 8 * 3600)
    assert quoted(town, day=days[4], meal=Meal.LUNCH, scheme="shenzhen-longgang").pays_fen == 1300


def test_who_may_not_eat_here_hears_why(few: MoneyTown) -> None:
    few.elder("E2", age=50)
    found = quoted(few, "E2")
    assert (found.lines, found.pays_fen) == ((), 0)
    assert found.refusal is not None
    assert "60" in found.refusal.say("en")
    assert "60" in found.refusal.say("zh")


def test_a_meal_without_a_dish_has_no_price(few: MoneyTown) -> None:
    with pytest.raises(InvalidError, match="no dish"):
        quoted(few, day=MONDAY + timedelta(days=40))


def test_an_impossible_birth_date_is_refused_and_not_priced(few: MoneyTown) -> None:
    few.elder("E2", age=140)
    with pytest.raises(InvalidError, match="birth date"):
        quoted(few, "E2")


def test_the_usual_dish_is_the_first_that_the_menu_has(few: MoneyTown) -> None:
    few.dish("D2", 1000)
    assert quoted(few, dish="D2").price_fen == 1000
    with few.database.write() as session:
        session.delete(session.get_one(MenuEntry, ("K1", MONDAY, "lunch", 1)))
    assert quoted(few).price_fen == 1000


def test_an_elder_of_no_meal_point_is_asked_from_nowhere(few: MoneyTown) -> None:
    few.elder("E2", point="P1")
    with few.database.write() as session:
        session.get_one(Elder, "E2").meal_point_code = None
    found = quoted(few, "E2", dish="D1")
    assert [(line.rule_id, line.fen) for line in found.lines] == [("own_part", 1300)]


def test_what_is_noted_under_a_merged_double_is_the_same_persons(few: MoneyTown) -> None:
    few.elder("E2", hukou=FOSHAN, home=HAIZHU)
    few.elder("E3", hukou=FOSHAN, home=HAIZHU, classes=["severe_disability"])
    with few.database.write() as session:
        session.get_one(Elder, "E3").merged_into = "E1"
    assert "GZ-DELIV-35" in [line.rule_id for line in quoted(few, "E3", way=Fulfilment.HOME).lines]
    assert "GZ-DELIV-35" in [line.rule_id for line in quoted(few, "E1", way=Fulfilment.HOME).lines]
