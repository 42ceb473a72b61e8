"""At the turn of a year money counts on: a week has its seven days, a rule its dates, and a birthday its day."""

from __future__ import annotations

from datetime import date

import pytest

from kitchens.meals import Fulfilment, Meal
from service.clock import StoppedClock
from service.db import Database
from service.money.quoting import quote
from service.orders import Wish
from service.served import Bounds
from service.settings import Settings
from service.settlement import Settled, replay
from service.subsidies import Case, Place, Scheme, Standing, get_scheme, price
from service.tables import Elder
from tests.service.money_town import found_money_town
from tests.service.subsidies.meals import HAIZHU, elder, meal, paid, rule, scheme
from tests.service.test_settlement import claim, entries, found_people, settle_all

WEDNESDAY, THURSDAY = date(2026, 12, 30), date(2026, 12, 31)
FRIDAY, SUNDAY, MONDAY = date(2027, 1, 1), date(2027, 1, 3), date(2027, 1, 4)
IN_DECEMBER = {1: WEDNESDAY, 11: THURSDAY}
IN_JANUARY = {21: FRIDAY, 31: SUNDAY, 41: MONDAY}
BOUNDS = Bounds(
    cooked={(day, which, "K1"): 10 for day in (*IN_DECEMBER.values(), *IN_JANUARY.values()) for which in Meal}
)
"""Every order here is a lunch or a dinner of elder E01."""


@pytest.fixture
def people(sqlite_database: Database) -> Database:
    found_people(sqlite_database)
    return sqlite_database


def settle_december(database: Database, clock: StoppedClock, rules: Scheme) -> Settled:
    return settled(database, clock, rules, IN_DECEMBER, date(2026, 12, 1), date(2026, 12, 31))


def settle_january(database: Database, clock: StoppedClock, rules: Scheme) -> Settled:
    return settled(database, clock, rules, IN_JANUARY, date(2027, 1, 1), date(2027, 1, 31))


def settled(
    database: Database, clock: StoppedClock, rules: Scheme, had: dict[int, date], since: date, until: date
) -> Settled:
    claims = [claim(number, "sample", facts={"day": day, "meal": Meal.LUNCH}) for number, day in had.items()]
    return settle_all(database, clock, *claims, scheme=rules, since=since, until=until, bounds=BOUNDS)


def city(database: Database) -> dict[int, int]:
    """What the city pays by order."""
    return {one.order_id: one.fen for one in entries(database) if one.payer == "city"}


def test_a_cap_of_the_week_counts_the_last_days_of_december_in_january(people: Database, clock: StoppedClock) -> None:
    rules = scheme(rule(caps={"per_week": 2}))
    settle_december(people, clock, rules)
    settle_january(people, clock, rules)
    assert city(people) == {1: 300, 11: 300, 41: 300}


def test_a_cap_on_the_money_of_a_week_is_cut_across_the_year(people: Database, clock: StoppedClock) -> None:
    rules = scheme(rule(caps={"fen_per_week": 700}))
    settle_december(people, clock, rules)
    settle_january(people, clock, rules)
    assert city(people) == {1: 300, 11: 300, 21: 100, 41: 300}


def test_a_week_is_paid_no_more_where_january_is_settled_before_december(people: Database, clock: StoppedClock) -> None:
    rules = scheme(rule(caps={"per_week": 3}))
    settle_january(people, clock, rules)
    settle_december(people, clock, rules)
    assert city(people) == {21: 300, 31: 300, 41: 300, 1: 300}


def test_december_priced_again_under_the_same_rules_stays_as_it_is_though_its_week_ends_in_january(
    people: Database, clock: StoppedClock
) -> None:
    rules = scheme(rule(caps={"per_week": 2}))
    december = settle_december(people, clock, rules)
    settle_january(people, clock, rules)
    found = replay(people, december.settlement_id, rules, by="district", clock=clock)
    assert (found.changes, found.refused) == ((), ())


def test_a_rule_that_ends_with_the_year_and_its_next_version_share_the_cap_of_the_week(
    people: Database, clock: StoppedClock
) -> None:
    old = rule(valid_to=date(2026, 12, 31), caps={"per_week": 3})
    new = rule(version=2, value_fen=500, valid_from=date(2027, 1, 1), caps={"per_week": 3})
    rules = scheme(old, new)
    settle_december(people, clock, rules)
    settle_january(people, clock, rules)
    assert city(people) == {1: 300, 11: 300, 21: 500, 41: 500}


@pytest.mark.parametrize(
    ("day", "pays"),
    [
        (date(2025, 12, 31), 1300),
        (date(2026, 1, 2), 1800),
        (date(2026, 1, 4), 1300),
        (date(2026, 2, 14), 1300),
        (date(2026, 2, 16), 1800),
        (date(2026, 10, 10), 1300),
        (date(2026, 10, 11), 1800),
        (date(2026, 12, 31), 1300),
        (date(2027, 1, 1), 1800),
    ],
    ids=[
        "a Wednesday",
        "the Friday of New Year's holiday",
        "the Sunday worked for it",
        "a Saturday worked for Spring Festival",
        "the Monday of Spring Festival",
        "a Saturday worked for National Day",
        "a Sunday like any other",
        "the last Thursday of the year",
        "New Year's Day",
    ],
)
def test_what_is_paid_on_working_days_is_paid_on_weekends_that_are_worked_and_on_no_holiday(
    sqlite_database: Database, clock: StoppedClock, day: date, pays: int
) -> None:
    town = found_money_town(sqlite_database, clock, street_code="440307001", street="南湾街道", price_fen=1800)
    town.elder("E1", age=75, home=Place("深圳市", "龙岗区", "南湾街道"))
    with sqlite_database.read() as session:
        wish = Wish(day, Meal.LUNCH, Fulfilment.DINE_IN, "D1")
        settings = Settings(subsidy_scheme="shenzhen-longgang")
        assert quote(session, session.get_one(Elder, "E1"), wish, settings=settings, clock=clock).pays_fen == pays


def born_on_leap_day(day: date) -> Case:
    return meal("sample", 1300, Standing(date(1960, 2, 29), HAIZHU, HAIZHU), day=day)


@pytest.mark.parametrize(
    ("day", "fen"),
    [(date(2025, 2, 27), 0), (date(2025, 2, 28), 300), (date(2025, 3, 1), 300), (date(2024, 12, 31), 0)],
)
def test_who_was_born_on_leap_day_gets_what_begins_at_an_age_on_the_last_of_february(day: date, fen: int) -> None:
    rules = scheme(rule(person={"age_from": 65}))
    assert paid(price(born_on_leap_day(day), rules)).get("R1", 0) == fen


def test_an_age_band_ends_on_the_eve_of_a_birthday_on_new_years_day() -> None:
    rules = scheme(rule(person={"age_from": 60, "age_to": 79}))
    who = elder(80, HAIZHU)
    assert [
        paid(price(meal("sample", 1300, who, day=day), rules)).get("R1", 0)
        for day in (date(2025, 12, 31), date(2026, 1, 1))
    ] == [300, 0]


def test_guangzhou_pays_on_new_years_eve_as_on_new_years_day() -> None:
    who = elder(70, HAIZHU)
    rules = get_scheme("guangzhou-2024")
    for day in (date(2026, 12, 31), date(2027, 1, 1)):
        assert paid(price(meal("guangzhou-2024", 1300, who, day=day), rules))["GZ-MEAL"] == 300
