"""Meals that were had, as claims for money, and the claims that cannot be true.

A claim is stopped with a reason before any rule is asked: nobody who has died, lies in hospital or has moved to a care
home eats here; nobody eats one meal twice; no meal is paid without proof, outside its hours, or beyond what the kitchen
cooked; a burst of swipes at one terminal is looked at by a person first.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from kitchens.meals import Fulfilment, Meal
from service.clock import hh_mm, seconds_into
from service.subsidies import Case
from service.texts import Key

UNKNOWN_DAY = date.min
"""The day of a death that is noted without a day."""

MEAL_ORDER = {Meal.BREAKFAST: 0, Meal.LUNCH: 1, Meal.DINNER: 2}
EATEN_IN, PICKED_UP = "eaten_in", "picked_up"
PAID_OUTCOMES = frozenset({EATEN_IN, PICKED_UP, "in_person", "named_person", "left_by_rule"})
"""Outcomes after which a meal counts as had; the last three are those of a visit."""


Slot = tuple[str, date, Meal]
"""What a person can have once: one meal of one day."""


@dataclass(frozen=True, slots=True)
class Span:
    """Days from the first to the last, both included; open-ended without a last."""

    since: date
    until: date | None = None

    def covers(self, day: date) -> bool:
        """Return whether `day` is one of them."""
        return self.since <= day and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where an elder cannot have eaten here: dead, in hospital, in a care home."""

    died_on: date | None = None
    in_hospital: tuple[Span, ...] = ()
    in_care_home: tuple[Span, ...] = ()


NOWHERE_ELSE = Whereabouts()


@dataclass(frozen=True, slots=True)
class ServedMeal:
    """One meal that somebody claims to have served.

    Attributes
    ----------
    case
        What the price depends on, without what was used before: that is counted here.
    outcome
        `eaten_in`, `picked_up`, or the outcome of the visit.
    taken_at, proof
        When it was handed over and by what that is known: a swipe, a signature, the courier's mark; None and "" where
        nobody knows.
    terminal
        Where the card was swiped, "" without a swipe.
    opens_s, closes_s
        The hours of the meal, seconds after midnight.

    Raises
    ------
    ValueError
        If the hours end before they begin.
    """

    order_id: int
    elder_number: str
    case: Case
    outcome: str
    kitchen_code: str
    meal_point_code: str
    taken_at: datetime | None
    proof: str
    opens_s: int
    closes_s: int
    terminal: str = ""
    whereabouts: Whereabouts = NOWHERE_ELSE

    def __post_init__(self) -> None:
        """Refuse hours that are none."""
        if self.opens_s > self.closes_s:
            raise ValueError(f"expected opens_s <= closes_s, got {self.opens_s} and {self.closes_s}")

    @property
    def slot(self) -> Slot:
        """What a person can have once: one meal of one day."""
        return self.elder_number, self.case.day, self.case.meal


class Where(NamedTuple):
    """Where a meal that was paid came from."""

    meal_point_code: str
    kitchen_code: str


@dataclass(frozen=True, slots=True)
class Bounds:
    """What claims are held against.

    Attributes
    ----------
    cooked
        Portions that each kitchen finished, by day, meal and kitchen; a kitchen that is not named has cooked none.
    burst_swipes, burst_s
        So many swipes at one terminal within so many seconds are a burst.
    cleared
        Orders that somebody has looked at: who, by order. They are paid despite a burst or the hour.
    paid
        Slots that earlier settlements have paid, each with where it was.
    """

    cooked: Mapping[tuple[date, Meal, str], int] = field(default_factory=dict)
    burst_swipes: int = 5
    burst_s: int = 10
    cleared: Mapping[int, str] = field(default_factory=dict)
    paid: Mapping[Slot, Where] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Stopped:
    """A claim that is not paid: the key of the reason, and the values in its sentence."""

    served: ServedMeal
    reason: str
    values: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Unclaimed:
    """An order for which nothing is claimed: the key of the reason and the values in its sentence."""

    order_id: int
    elder_number: str
    service_day: date
    meal: Meal
    kitchen_code: str
    meal_point_code: str
    reason: str
    values: Mapping[str, object] = field(default_factory=dict)


def in_order(served: Iterable[ServedMeal]) -> list[ServedMeal]:
    """Return meals as they were had: by day, meal and hour; those of an unknown hour last."""
    return sorted(
        served,
        key=lambda one: (
            one.case.day,
            MEAL_ORDER[one.case.meal],
            one.taken_at is None,
            one.taken_at.timestamp() if one.taken_at else 0.0,
            one.order_id,
        ),
    )


def sift(served: Iterable[ServedMeal], bounds: Bounds) -> tuple[list[ServedMeal], list[Stopped]]:
    """Part the claims that can be true from those that cannot; every claim is in one of both lists."""
    whole = in_order(served)
    in_burst = _burst_orders(whole, bounds)
    possible: list[ServedMeal] = []
    stopped: list[Stopped] = []
    first_at = {slot: where.meal_point_code for slot, where in bounds.paid.items()}
    counted = Counter((day, meal, where.kitchen_code) for (_, day, meal), where in bounds.paid.items())
    for one in whole:
        found = _alone(one, bounds) or _second(one, first_at.get(one.slot))
        if found is None and one.order_id in in_burst:
            found = "money.stop.burst", {"terminal": one.terminal, "count": in_burst[one.order_id]}
        kitchen = (one.case.day, one.case.meal, one.kitchen_code)
        if found is None and counted[kitchen] >= bounds.cooked.get(kitchen, 0):
            cooked = bounds.cooked.get(kitchen, 0)
            found = "money.stop.more_than_cooked", {"kitchen": one.kitchen_code, "cooked": cooked}
        if found is not None:
            stopped.append(Stopped(one, *found))
            continue
        first_at[one.slot] = one.meal_point_code
        counted[kitchen] += 1
        possible.append(one)
    return possible, stopped


_Reason = tuple[str, dict[str, object]]


def _alone(one: ServedMeal, bounds: Bounds) -> _Reason | None:
    """Return what stands against a claim by itself."""
    day, where = one.case.day, one.whereabouts
    if where.died_on == UNKNOWN_DAY:
        return "money.stop.deceased_undated", {}
    if where.died_on is not None and day > where.died_on:
        return "money.stop.deceased", {"day": where.died_on.isoformat()}
    if any(span.covers(day) for span in where.in_hospital):
        return "money.stop.in_hospital", {"day": day.isoformat()}
    if any(span.covers(day) for span in where.in_care_home):
        return "money.stop.in_care_home", {"day": day.isoformat()}
    if one.outcome not in PAID_OUTCOMES:
        return "money.stop.not_handed_over", {"outcome": one.outcome}
    if one.taken_at is None or not one.proof:
        brought = one.case.way == Fulfilment.HOME
        return "money.stop.no_proof_at_door" if brought else "money.stop.no_proof_at_point", {}
    at_s = seconds_into(day, one.taken_at)
    if not one.opens_s <= at_s <= one.closes_s and one.order_id not in bounds.cleared:
        hours = {"opens": hh_mm(one.opens_s), "closes": hh_mm(one.closes_s)}
        on_day = 0 <= at_s < 24 * 3600
        return "money.stop.outside_hours", {"at": hh_mm(at_s) if on_day else one.taken_at.isoformat(), **hours}
    return None


def _second(one: ServedMeal, first: str | None) -> _Reason | None:
    """Return why a claim is not paid beside the one that was paid for the same slot, at the meal point `first`."""
    if first is None:
        return None
    if first != one.meal_point_code:
        return "money.stop.two_places", {"first": first, "second": one.meal_point_code}
    return "money.stop.doubled", {"meal": Key(f"meal.{one.case.meal}"), "day": one.case.day.isoformat()}


def _burst_orders(whole: Sequence[ServedMeal], bounds: Bounds) -> dict[int, int]:
    """Return the orders swiped in a burst and not cleared, with how many swipes the longest such burst had."""
    by_terminal: defaultdict[str, list[tuple[float, int]]] = defaultdict(list)
    for one in whole:
        if one.terminal and one.taken_at is not None:
            by_terminal[one.terminal].append((one.taken_at.timestamp(), one.order_id))
    found: dict[int, int] = {}
    for swipes in by_terminal.values():
        swipes.sort()
        first = 0
        for last, (at, _) in enumerate(swipes):
            while at - swipes[first][0] > bounds.burst_s:
                first += 1
            count = last - first + 1
            if count >= bounds.burst_swipes:
                found.update({order: max(count, found.get(order, 0)) for _, order in swipes[first : last + 1]})
    return {order: count for order, count in found.items() if order not in bounds.cleared}
