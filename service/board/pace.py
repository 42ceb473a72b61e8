"""How a run is doing against its plan: a rule on values, so that it can be tested without a database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

GRACE_S = 300


class Pace(StrEnum):
    """Where a piece of work stands."""

    WAITING = "waiting"
    ON_TIME = "on_time"
    BEHIND = "behind"
    AT_RISK = "at_risk"
    LATE = "late"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Door:
    """A visit as far as its pace matters: planned start, the latest start, and whether it has an outcome."""

    start_s: int
    latest_s: int
    is_settled: bool


def pace_of_run(depart_s: int, doors: Sequence[Door], *, has_left: bool, now_s: int) -> tuple[Pace, int]:
    """Return a courier run's pace and how many seconds it is behind (0: not behind).

    Behind is how long ago the next open step, the departure or the next door, should have begun. A run is late when
    some open door can no longer be reached in time, at risk when it will not be if nothing is made up, and merely
    behind when more than `GRACE_S` have passed that the plan can still bear.
    """
    still_open = [door for door in doors if not door.is_settled]
    if not still_open:
        return Pace.DONE, 0
    is_under_way = has_left or len(still_open) < len(doors)
    behind_s = max(0, now_s - (still_open[0].start_s if is_under_way else depart_s))
    if any(now_s > door.latest_s for door in still_open):
        return Pace.LATE, behind_s
    if any(door.start_s + behind_s > door.latest_s for door in still_open):
        return Pace.AT_RISK, behind_s
    if behind_s > GRACE_S:
        return Pace.BEHIND, behind_s
    return (Pace.ON_TIME if is_under_way else Pace.WAITING), behind_s


def pace_of_step(due_s: int, *, is_done: bool, now_s: int) -> Pace:
    """Return the pace of one step that is due at a time: a batch at the stove, a van at the gate."""
    if is_done:
        return Pace.DONE
    return Pace.LATE if now_s > due_s + GRACE_S else Pace.WAITING
