from __future__ import annotations

import pytest

from routing.engine.budget import Budget


class Hand:
    """A clock whose hand the test moves."""

    def __init__(self) -> None:
        self.at_s = 100.0

    def __call__(self) -> float:
        return self.at_s


def test_a_budget_of_rounds_knows_how_many_are_left() -> None:
    budget = Budget(rounds=10)
    assert budget.used(4) == pytest.approx(0.4)
    assert budget.rounds_left(4) == 6
    assert budget.rounds_left(12) == 0


def test_a_budget_of_seconds_goes_by_its_clock() -> None:
    hand = Hand()
    budget = Budget(seconds=4.0, clock=hand)
    hand.at_s += 1.0
    assert budget.used(10_000) == pytest.approx(0.25)


def test_of_rounds_and_seconds_the_sooner_ends_it() -> None:
    hand = Hand()
    budget = Budget(rounds=10, seconds=4.0, clock=hand)
    hand.at_s += 4.0
    assert budget.used(1) == pytest.approx(1.0)


def test_nothing_is_used_up_at_once_where_nothing_is_given() -> None:
    assert Budget(rounds=0).used(0) == 1.0
    assert Budget(seconds=0.0).used(0) == 1.0


@pytest.mark.parametrize("limits", [{}, {"rounds": -1}, {"seconds": -0.5}])
def test_a_budget_without_a_limit_or_below_nothing_is_refused(limits: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="expected"):
        Budget(**limits)  # type: ignore[arg-type]
