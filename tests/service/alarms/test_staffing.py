from __future__ import annotations

import math
from dataclasses import astuple
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.alarms.staffing import staffed, staffing
from service.errors import InvalidError


def waiting_exactly(operators: int, offered: Fraction) -> Fraction:
    """Erlang C as it is written in the books: powers and factorials, in exact fractions."""
    last = offered**operators / math.factorial(operators) * operators / (operators - offered)
    return last / (sum(offered**busy / math.factorial(busy) for busy in range(operators)) + last)


@pytest.mark.parametrize(
    ("calls", "aht_s", "share", "within_s", "operators"),
    [
        (8, 180, 0.95, 10, 3),
        (8, 180, 0.99, 15, 3),
        (8, 180, 0.999, 60, 4),
        (18.7, 180, 0.95, 10, 4),
        (18.7, 180, 0.99, 15, 5),
        (40, 180, 0.975, 60, 5),
        (40, 180, 0.99, 180, 5),
        (40, 180, 0.95, 10, 6),
        (40, 180, 0.99, 15, 7),
        (40, 240, 0.99, 15, 8),
        (40, 240, 0.999, 60, 9),
        (80, 240, 0.95, 10, 10),
        (80, 240, 0.99, 15, 12),
        (80, 240, 0.999, 60, 13),
    ],
)
def test_the_desk_of_the_district_is_staffed_as_the_known_table_says(
    calls: float, aht_s: float, share: float, within_s: float, operators: int
) -> None:
    assert staffing(calls, aht_s, within_s, share).operators == operators


@given(calls=st.integers(1, 400), aht_s=st.integers(10, 600), within_s=st.integers(0, 120), percent=st.integers(1, 99))
@settings(max_examples=60)
def test_every_figure_agrees_with_exact_fractions_to_a_millionth(
    calls: int, aht_s: int, within_s: int, percent: int
) -> None:
    offered = Fraction(calls * aht_s, 3600)
    found = staffing(calls, aht_s, within_s, percent / 100)
    waiting = waiting_exactly(found.operators, offered)
    free = found.operators - offered
    level = 1 - float(waiting) * math.exp(-float(free * within_s / aht_s))
    assert found.waiting_share == pytest.approx(float(waiting), abs=1e-9)
    assert found.service_level == pytest.approx(level, abs=1e-9)
    assert found.mean_wait_s == pytest.approx(float(waiting * aht_s / free), rel=1e-9, abs=1e-9)
    assert found.service_level >= percent / 100
    fewer = found.operators - 1
    if fewer > offered:
        before = float(waiting_exactly(fewer, offered)) * math.exp(-float((fewer - offered) * within_s / aht_s))
        assert 1 - before < percent / 100 + 1e-12


def test_one_operator_is_the_queue_with_one_server() -> None:
    found = staffed(1, 10, 180, 0)
    assert found.waiting_share == pytest.approx(0.5)
    assert found.mean_wait_s == pytest.approx(180.0)


def test_a_large_desk_has_finite_figures() -> None:
    assert all(math.isfinite(figure) for figure in astuple(staffing(30_000, 300, 20, 0.9)))


@pytest.mark.parametrize(
    "given",
    [
        (0, 180, 15, 0.99),
        (-1, 180, 15, 0.99),
        (math.nan, 180, 15, 0.99),
        (math.inf, 180, 15, 0.99),
        (40, 0, 15, 0.99),
        (40, 180, -1, 0.99),
        (40, 180, math.nan, 0.99),
        (40, 180, 15, 0),
        (40, 180, 15, 1),
        (40, 180, 15, 99),
        (1e9, 180, 15, 0.99),
        (1e300, 1e300, 15, 0.99),
    ],
)
def test_figures_that_cannot_be_are_refused_in_both_languages(given: tuple[float, float, float, float]) -> None:
    with pytest.raises(InvalidError) as refused:
        staffing(*given)
    assert refused.value.say("zh")
    assert refused.value.say("en")
