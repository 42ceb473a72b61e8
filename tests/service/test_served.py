"""Claims that cannot be true are stopped, each with its reason; all others go through."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kitchens.meals import Fulfilment, Meal
from service.clock import instant_of
from service.served import Bounds, ServedMeal, Span, Whereabouts, in_order, sift
from service.texts import LANGUAGES, text
from tests.service.subsidies.meals import HAIZHU, MONDAY, elder, meal

NOON_S = 12 * 3600
PLENTY = Bounds(cooked={(MONDAY, Meal.LUNCH, "K1"): 1000, (MONDAY, Meal.LUNCH, "K2"): 1000})


def at(seconds_s: int) -> datetime:
    return instant_of(MONDAY, seconds_s)


def claim(number: int = 1, **other: Any) -> ServedMeal:
    """Elder number so-and-so ate a lunch in at P1, a minute after the one before."""
    usual: dict[str, Any] = {
        "elder_number": f"E{number:02d}",
        "case": meal("guangzhou-2024", 1300, elder(70, HAIZHU)),
        "outcome": "eaten_in",
        "kitchen_code": "K1",
        "meal_point_code": "P1",
        "taken_at": at(NOON_S + 60 * number),
        "proof": "swipe",
        "opens_s": 10 * 3600,
        "closes_s": 13 * 3600 + 1800,
        "terminal": "T1",
    }
    return ServedMeal(order_id=number, **{**usual, **other})


def brought(number: int = 1, **other: Any) -> ServedMeal:
    case = meal("guangzhou-2024", 1300, elder(70, HAIZHU), way=Fulfilment.HOME)
    return claim(number, **{"case": case, "outcome": "in_person", "terminal": "", **other})


def reasons(*claims: ServedMeal, bounds: Bounds = PLENTY) -> dict[int, str]:
    """Why each stopped claim was stopped, by order; checks that no claim is lost."""
    possible, stopped = sift(claims, bounds)
    assert Counter(one.order_id for one in [*possible, *(one.served for one in stopped)]) == Counter(
        one.order_id for one in claims
    )
    for one in stopped:
        for language in LANGUAGES:
            assert text(language, one.reason, **one.values)
    return {one.served.order_id: one.reason.removeprefix("money.stop.") for one in stopped}


def test_an_ordinary_claim_goes_through() -> None:
    assert reasons(claim(), brought(2, outcome="left_by_rule")) == {}


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (claim(whereabouts=Whereabouts(died_on=MONDAY - timedelta(days=1))), "deceased"),
        (claim(whereabouts=Whereabouts(in_hospital=(Span(MONDAY, MONDAY),))), "in_hospital"),
        (claim(whereabouts=Whereabouts(in_care_home=(Span(date(2026, 1, 1)),))), "in_care_home"),
        (brought(outcome="no_answer"), "not_handed_over"),
        (brought(outcome="refused"), "not_handed_over"),
        (brought(taken_at=None), "no_proof_at_door"),
        (brought(proof=""), "no_proof_at_door"),
        (claim(proof=""), "no_proof_at_point"),
        (claim(taken_at=at(10 * 3600 - 1)), "outside_hours"),
        (claim(taken_at=at(13 * 3600 + 1801)), "outside_hours"),
        (claim(taken_at=at(NOON_S - 86_400)), "outside_hours"),
        (claim(kitchen_code="K9"), "more_than_cooked"),
    ],
)
def test_a_claim_that_cannot_be_true_is_stopped(wrong: ServedMeal, reason: str) -> None:
    assert reasons(wrong) == {1: reason}


def test_the_day_of_death_and_the_days_beside_a_stay_are_not_stopped() -> None:
    before = Span(MONDAY - timedelta(days=9), MONDAY - timedelta(days=1))
    after = Span(MONDAY + timedelta(days=1))
    assert reasons(claim(whereabouts=Whereabouts(MONDAY, (before, after), (before, after)))) == {}


def test_who_claims_one_meal_at_two_places_is_paid_for_the_first() -> None:
    first, second = claim(1), claim(2, elder_number="E01", meal_point_code="P2", kitchen_code="K2")
    assert reasons(second, first) == {2: "two_places"}
    assert reasons(claim(1), claim(2, elder_number="E01")) == {2: "doubled"}


def test_a_stopped_claim_does_not_stand_in_the_way_of_a_true_one() -> None:
    assert reasons(claim(1, proof=""), claim(2, elder_number="E01", meal_point_code="P2")) == {1: "no_proof_at_point"}


def test_a_kitchen_is_paid_for_as_many_meals_as_it_cooked() -> None:
    bounds = Bounds(cooked={(MONDAY, Meal.LUNCH, "K1"): 2})
    assert reasons(claim(3), claim(1), claim(2), bounds=bounds) == {3: "more_than_cooked"}
    assert reasons(claim(1), claim(2, proof=""), claim(3), bounds=bounds) == {2: "no_proof_at_point"}


def test_a_burst_at_one_terminal_is_stopped_until_somebody_has_looked() -> None:
    quick = [claim(number, taken_at=at(NOON_S + 2 * number)) for number in range(1, 6)]
    later = claim(9)
    assert reasons(*quick, later) == dict.fromkeys(range(1, 6), "burst")
    assert reasons(*quick[:4], later) == {}
    elsewhere = [replace(one, terminal=f"T{one.order_id}") for one in quick]
    assert reasons(*elsewhere) == {}
    looked = replace(PLENTY, cleared={1: "district", 2: "district"})
    assert reasons(*quick, bounds=looked) == dict.fromkeys(range(3, 6), "burst")


def test_the_hour_is_not_held_against_what_somebody_has_looked_at() -> None:
    late = claim(taken_at=at(15 * 3600))
    assert reasons(late, bounds=replace(PLENTY, cleared={1: "district"})) == {}


def test_meals_come_in_the_order_in_which_they_were_had() -> None:
    dinner = claim(1, case=replace(claim().case, meal=Meal.DINNER), taken_at=at(18 * 3600))
    unknown, noon = claim(2, taken_at=None), claim(3)
    tomorrow = claim(4, case=replace(claim().case, day=MONDAY + timedelta(days=1)))
    assert [one.order_id for one in in_order([tomorrow, dinner, unknown, noon])] == [3, 2, 1, 4]


def test_hours_that_end_before_they_begin_are_refused() -> None:
    with pytest.raises(ValueError, match="opens_s <= closes_s"):
        claim(opens_s=10, closes_s=9)


@given(
    st.lists(
        st.tuples(
            st.integers(1, 6), st.sampled_from(("P1", "P2")), st.sampled_from(("K1", "K2")), st.integers(0, 14_400)
        ),
        max_size=30,
    ),
    st.integers(0, 4),
)
def test_nobody_is_paid_twice_for_a_meal_and_no_kitchen_beyond_its_pots(
    drawn: list[tuple[int, str, str, int]], cooked: int
) -> None:
    bounds = Bounds(cooked={(MONDAY, Meal.LUNCH, "K1"): cooked, (MONDAY, Meal.LUNCH, "K2"): 2})
    claims = [
        claim(
            number, elder_number=f"E{who}", meal_point_code=point, kitchen_code=kitchen, taken_at=at(36_000 + after_s)
        )
        for number, (who, point, kitchen, after_s) in enumerate(drawn, start=1)
    ]
    possible, stopped = sift(claims, bounds)
    assert len(possible) + len(stopped) == len(claims)
    assert len({one.slot for one in possible}) == len(possible)
    by_kitchen = Counter(one.kitchen_code for one in possible)
    assert by_kitchen["K1"] <= cooked
    assert by_kitchen["K2"] <= 2
