from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kitchens.food_clock import (
    USUAL_RULES,
    FoodRules,
    Keeping,
    Reading,
    allowed_s,
    eat_by,
    is_confirmed,
    is_cooked,
    keeping_of,
    latest_handover,
    planned_eat_by_s,
    rules_of_day,
    rules_on,
    sample_until,
)
from kitchens.meals import Course, Dish, StationKind

HERE = ZoneInfo("Asia/Shanghai")
COOKED = datetime(2026, 11, 23, 9, 30, tzinfo=HERE)


def at(hour: int, minute: int) -> datetime:
    return datetime(2026, 11, 23, hour, minute, tzinfo=HERE)


def test_a_hot_chain_allows_four_hours_and_the_door_half_an_hour_earlier() -> None:
    readings = [Reading(at(10, 0), 71.0), Reading(at(11, 30), 60.0)]
    assert eat_by(COOKED, readings, USUAL_RULES) == at(13, 30)
    assert latest_handover(COOKED, readings, USUAL_RULES) == at(13, 0)


def test_one_reading_below_sixty_leaves_two_hours_and_no_later_reading_heals_it() -> None:
    readings = [Reading(at(10, 0), 59.9), Reading(at(10, 30), 75.0)]
    assert eat_by(COOKED, readings, USUAL_RULES) == at(11, 30)
    assert latest_handover(COOKED, readings, USUAL_RULES) == at(11, 0)


def test_a_plan_is_made_for_an_unbroken_hot_chain() -> None:
    assert planned_eat_by_s(9 * 3600 + 1800, USUAL_RULES) == 13 * 3600 + 1800


def test_chilled_food_keeps_a_day_unless_it_warmed_up() -> None:
    assert eat_by(COOKED, [Reading(at(11, 0), 8.0)], USUAL_RULES, Keeping.CHILLED) == COOKED + timedelta(hours=24)
    assert eat_by(COOKED, [Reading(at(11, 0), 8.1)], USUAL_RULES, Keeping.CHILLED) == at(11, 30)


def test_the_long_limit_is_confirmed_at_dispatch_or_after_two_hours() -> None:
    early = Reading(at(10, 0), 70.0)
    assert not is_confirmed(COOKED, [early], USUAL_RULES)
    assert is_confirmed(COOKED, [replace(early, at_dispatch=True)], USUAL_RULES)
    assert is_confirmed(COOKED, [early, Reading(at(11, 30), 61.0)], USUAL_RULES)
    assert not is_confirmed(COOKED, [Reading(at(11, 30), 50.0)], USUAL_RULES)


def test_hours_are_counted_on_the_clock_and_not_on_the_wall() -> None:
    """In the night in which a summer time ends, four hours later the wall shows three."""
    paris = ZoneInfo("Europe/Paris")
    cooked = datetime(2026, 10, 25, 0, 30, tzinfo=paris)
    until = eat_by(cooked, [], USUAL_RULES)
    assert until.astimezone(UTC) - cooked.astimezone(UTC) == timedelta(hours=4)
    assert (until.hour, until.tzinfo) == (3, paris)


def test_the_rules_of_the_day_apply() -> None:
    old = FoodRules(date(2020, 1, 1), date(2024, 3, 31), sample_min_g=200)
    assert rules_on(date(2024, 3, 31), [old, USUAL_RULES]) is old
    assert rules_on(date(2024, 4, 1), [old, USUAL_RULES]) is USUAL_RULES


def test_days_before_the_first_rules_go_by_the_first() -> None:
    assert rules_of_day(date(2020, 1, 1)) is USUAL_RULES
    assert rules_of_day(date(2026, 11, 23)) is USUAL_RULES


def test_only_what_comes_from_the_cold_table_with_all_that_goes_with_it_is_kept_chilled() -> None:
    salad = Dish("salad", "凉拌豆腐", station=StationKind.COLD)
    rice = Dish("rice", "白米饭", station=StationKind.STEAMER)
    assert keeping_of(salad) is Keeping.CHILLED
    assert keeping_of(rice) is Keeping.HOT
    assert keeping_of(Dish("any", "随便")) is Keeping.HOT
    assert keeping_of(replace(salad, courses=(Course("side", 1, (salad,)),))) is Keeping.CHILLED
    assert keeping_of(replace(salad, courses=(Course("side", 1, (salad, rice)),))) is Keeping.HOT


def test_hot_food_is_cooked_through_at_seventy_degrees() -> None:
    assert is_cooked(70.0, USUAL_RULES)
    assert not is_cooked(69.9, USUAL_RULES)
    assert is_cooked(4.0, USUAL_RULES, Keeping.CHILLED)


def test_a_day_without_rules_or_with_two_sets_is_refused() -> None:
    with pytest.raises(LookupError, match="got 0"):
        rules_on(date(2019, 1, 1), [USUAL_RULES])
    with pytest.raises(LookupError, match="got 2"):
        rules_on(date(2026, 1, 1), [USUAL_RULES, USUAL_RULES])


@pytest.mark.parametrize(
    "wrong",
    [
        {"valid_to": date(2020, 1, 1)},
        {"broken_within_s": 5 * 3600},
        {"broken_within_s": 0},
        {"cooked_min_c": 59.0},
        {"chilled_max_c": 60.0},
        {"sample_min_g": 0},
        {"eating_allowance_s": -1},
    ],
)
def test_rules_that_make_no_sense_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="expected"):
        FoodRules(**wrong)  # type: ignore[arg-type]


def test_an_instant_without_a_time_zone_is_refused() -> None:
    naive = datetime(2026, 11, 23, 9, 30)  # noqa: DTZ001
    with pytest.raises(ValueError, match="aware"):
        eat_by(naive, [], USUAL_RULES)
    with pytest.raises(ValueError, match="aware"):
        Reading(naive, 70.0)


def test_a_sample_is_kept_for_two_days() -> None:
    assert sample_until(COOKED, USUAL_RULES) == COOKED + timedelta(hours=48)


temperatures = st.lists(st.floats(-10, 100), max_size=8)


@given(temperatures, st.floats(-10, 100), st.sampled_from(Keeping), st.integers(0, 47), st.integers(1, 3 * 3600))
def test_eat_by_is_never_later_than_the_rule_and_one_more_reading_never_makes_it_later(
    cores: list[float], one_more: float, keeping: Keeping, after: int, broken_within_s: int
) -> None:
    rules = replace(USUAL_RULES, broken_within_s=broken_within_s)
    finished = COOKED + timedelta(hours=after)
    readings = [Reading(finished + timedelta(minutes=10 * n), core) for n, core in enumerate(cores)]
    until = eat_by(finished, readings, rules, keeping)
    longest_s = rules.hot_within_s if keeping is Keeping.HOT else rules.chilled_within_s
    assert finished + timedelta(seconds=rules.broken_within_s) <= until <= finished + timedelta(seconds=longest_s)
    more = [*readings, Reading(finished + timedelta(hours=2), one_more)]
    assert eat_by(finished, more, rules, keeping) <= until
    assert allowed_s(more, rules, keeping) <= allowed_s(more[::-1], rules, keeping), "their order does not matter"
    assert latest_handover(finished, readings, rules, keeping) + timedelta(seconds=rules.eating_allowance_s) == until
