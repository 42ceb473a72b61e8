"""How a run is doing, and how a name is shortened: rules on values."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.board.names import shortened
from service.board.pace import Door, Pace, pace_of_run, pace_of_step

TEN = 36_000
LATEST = TEN + 3600


def doors(settled: int) -> list[Door]:
    """Three doors ten minutes apart, the first at 10:10; each may begin until 11:00."""
    return [Door(TEN + 600 * (n + 1), LATEST, is_settled=n < settled) for n in range(3)]


@pytest.mark.parametrize(
    ("has_left", "settled", "now_s", "pace", "behind_s"),
    [
        (False, 0, TEN - 3600, Pace.WAITING, 0),
        (False, 0, TEN + 300, Pace.WAITING, 300),
        (False, 0, TEN + 301, Pace.BEHIND, 301),
        (True, 0, TEN + 301, Pace.ON_TIME, 0),
        (False, 1, TEN + 700, Pace.ON_TIME, 0),
        (True, 1, TEN + 1200 + 301, Pace.BEHIND, 301),
        (True, 1, TEN + 1200 + 1800, Pace.BEHIND, 1800),
        (True, 1, TEN + 1200 + 1801, Pace.AT_RISK, 1801),
        (True, 1, LATEST, Pace.AT_RISK, 2400),
        (True, 1, LATEST + 1, Pace.LATE, 2401),
        (True, 3, LATEST + 9999, Pace.DONE, 0),
    ],
)
def test_a_run_is_late_when_a_door_is_lost_and_at_risk_when_it_will_be(
    has_left: bool, settled: int, now_s: int, pace: Pace, behind_s: int
) -> None:
    assert pace_of_run(TEN, doors(settled), has_left=has_left, now_s=now_s) == (pace, behind_s)


@pytest.mark.parametrize(
    ("is_done", "now_s", "pace"),
    [(False, TEN + 300, Pace.WAITING), (False, TEN + 301, Pace.LATE), (True, TEN + 9999, Pace.DONE)],
)
def test_a_step_is_late_five_minutes_after_it_was_due(is_done: bool, now_s: int, pace: Pace) -> None:
    assert pace_of_step(TEN, is_done=is_done, now_s=now_s) == pace


@given(st.lists(st.tuples(st.integers(0, 86_400), st.integers(0, 7200), st.booleans())), st.integers(0, 90_000))
def test_a_run_never_gets_better_by_waiting(shape: list[tuple[int, int, bool]], now_s: int) -> None:
    run = [Door(start_s, start_s + slack_s, is_settled=done) for start_s, slack_s, done in sorted(shape)]
    order = [Pace.DONE, Pace.WAITING, Pace.ON_TIME, Pace.BEHIND, Pace.AT_RISK, Pace.LATE]
    first, _ = pace_of_run(TEN, run, has_left=True, now_s=now_s)
    later, _ = pace_of_run(TEN, run, has_left=True, now_s=now_s + 60)
    assert order.index(first) <= order.index(later)


@pytest.mark.parametrize(
    ("name", "short"),
    [("陈样梅", "陈*"), ("欧阳样梅", "欧阳*"), ("Chan Tai Man", "Chan *"), ("陈", "陈*"), ("  ", "*"), ("", "*")],
)
def test_a_name_is_shortened_to_its_surname(name: str, short: str) -> None:
    assert shortened(name) == short


@given(st.text(min_size=3, max_size=4, alphabet=st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5)))
def test_a_given_name_is_never_shown(name: str) -> None:
    assert name[2] not in shortened(name)[2:]
    assert len(shortened(name)) <= 3
