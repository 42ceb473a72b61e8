"""Stations in time: what may be cooked where, how long it takes, and the latest moment at which it still fits.

Two rules hold at every moment: a station cooks one batch at a time, and all stations of a kitchen together cook no
faster than the kitchen's pace (its hands, its packing table).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kitchens.meals import Dish, StationKind
from kitchens.problem import Kitchen

HOUR_S = 3600


@dataclass(frozen=True, slots=True)
class Work:
    """A station as it is scheduled; `kind` is None for a kitchen that is one line of work and cooks everything."""

    station_id: str
    kind: StationKind | None
    pace: int
    pan: int


def works_of(kitchen: Kitchen, longest_batch_s: int) -> tuple[Work, ...]:
    """Return the stations of a kitchen, none faster than the whole kitchen."""
    if not kitchen.stations:
        most = max(1, kitchen.meals_per_hour * longest_batch_s // HOUR_S)
        return (Work("", None, kitchen.meals_per_hour, most),)
    return tuple(
        Work(one.station_id, one.kind, min(one.meals_per_hour, kitchen.meals_per_hour), one.pan_portions)
        for one in sorted(kitchen.stations, key=lambda one: one.station_id)
    )


def fitting(works: Sequence[Work], dish: Dish | None) -> tuple[Work, ...]:
    """Return the stations that may cook a dish; one of which nobody has said goes on anything hot."""
    wanted = None if dish is None else dish.station
    if wanted is None:
        return tuple(work for work in works if work.kind is not StationKind.COLD)
    return tuple(work for work in works if work.kind in (None, wanted))


def cooking_s(portions: int, pace: int) -> int:
    """Return the seconds for so many portions, rounded up."""
    return -(-portions * HOUR_S // pace)


@dataclass(frozen=True, slots=True)
class Slot:
    """A stretch of work on a station at its pace."""

    station_id: str
    start_s: int
    finish_s: int
    pace: int


class Booked:
    """What stands on the stations of a kitchen already."""

    def __init__(self, kitchen_pace: int, slots: Iterable[Slot] = ()) -> None:
        self.kitchen_pace = kitchen_pace
        self.slots = list(slots)

    def add(self, slot: Slot) -> None:
        """Book a stretch."""
        self.slots.append(slot)

    def is_free(self, slot: Slot) -> bool:
        """Return whether a stretch overlaps nothing on its station, and leaves the kitchen's pace room for it."""
        within = [one for one in self.slots if one.start_s < slot.finish_s and slot.start_s < one.finish_s]
        if any(one.station_id == slot.station_id for one in within):
            return False
        moments = {slot.start_s, *(one.start_s for one in within if one.start_s > slot.start_s)}
        return all(
            slot.pace + sum(one.pace for one in within if one.start_s <= at < one.finish_s) <= self.kitchen_pace
            for at in moments
        )

    def latest(self, work: Work, needed_s: int, *, not_before_s: int, finish_by_s: int) -> Slot | None:
        """Return the latest stretch of so many seconds on a station, None if there is none."""
        # What stands in the way of moving a stretch later is always the start of another.
        ends = {finish_by_s, *(one.start_s for one in self.slots if one.start_s < finish_by_s)}
        for finish_s in sorted(ends, reverse=True):
            slot = Slot(work.station_id, finish_s - needed_s, finish_s, work.pace)
            if slot.start_s < not_before_s:
                return None
            if self.is_free(slot):
                return slot
        return None
