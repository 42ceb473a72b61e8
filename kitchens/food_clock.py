"""The food clock (食用时限): until when a cooked meal may be eaten, and by when it must be in somebody's hands.

The figures differ between places and years, so they are values with dates. What is behind the defaults:

- hot, core at 60 °C or above all the time: eaten within 4 h of cooking; chilled to 8 °C and kept there: within 24 h
  (rules for collective meal distribution, quoting the catering code of 2018; read as an excerpt);
- a core between 8 and 60 °C: about 2 h (catering code; a weak source, and the stricter reading is taken);
- cooked through at 70 °C in the core (the same code);
- retained sample of every finished food: 125 g or more, 48 h chilled (the same code; schools are asked for 200 g);
- 30 minutes to eat is this product's own allowance.

They are taken as in force from 2024-04-01, when 穗民规字〔2024〕3号 (article 17) bound elder canteens to the code.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from kitchens.meals import Dish, StationKind

HOUR_S = 3600

IN_FORCE_FROM = date(2024, 4, 1)
"""When 穗民规字〔2024〕3号 came into force."""


class Keeping(StrEnum):
    """How a meal is kept between the stove and the table."""

    HOT = "hot"
    CHILLED = "chilled"


@dataclass(frozen=True, slots=True)
class FoodRules:
    """The limits in force from `valid_from` to `valid_to`, both days included (None: until further notice).

    Attributes
    ----------
    hot_min_c, chilled_max_c
        Core temperatures in °C that keep the chain unbroken.
    cooked_min_c
        Core temperature in °C at the end of cooking.
    hot_within_s, chilled_within_s, broken_within_s
        Seconds from the end of cooking in which the meal must be eaten: hot, chilled, or with a broken chain.
    sample_min_g, sample_keep_s
        Grams of the retained sample of each batch, and the seconds it is kept.
    eating_allowance_s
        Seconds between the hand-over and the eat-by that are left for eating.

    Raises
    ------
    ValueError
        If a figure is not positive, the days are the wrong way round, or a broken chain would allow longer.
    """

    valid_from: date = IN_FORCE_FROM
    valid_to: date | None = None
    hot_min_c: float = 60.0
    chilled_max_c: float = 8.0
    cooked_min_c: float = 70.0
    hot_within_s: int = 4 * HOUR_S
    chilled_within_s: int = 24 * HOUR_S
    broken_within_s: int = 2 * HOUR_S
    sample_min_g: int = 125
    sample_keep_s: int = 48 * HOUR_S
    eating_allowance_s: int = HOUR_S // 2

    def __post_init__(self) -> None:
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise ValueError(f"expected valid_to >= {self.valid_from}, got {self.valid_to}")
        if not 0 < self.broken_within_s <= min(self.hot_within_s, self.chilled_within_s):
            raise ValueError(f"expected a broken chain to allow less time, got {self.broken_within_s} s")
        if self.chilled_max_c >= self.hot_min_c:
            raise ValueError(f"expected chilled below hot, got {self.chilled_max_c} and {self.hot_min_c} °C")
        if self.cooked_min_c < self.hot_min_c:
            raise ValueError(f"expected cooking to reach {self.hot_min_c} °C, got {self.cooked_min_c} °C")
        if min(self.sample_min_g, self.sample_keep_s) <= 0 or self.eating_allowance_s < 0:
            raise ValueError("expected a sample that is kept, and an allowance that is not negative")


USUAL_RULES = FoodRules()
"""The limits as researched; an installation may put others beside them, each with its dates."""

FOOD_RULES = (USUAL_RULES,)
"""The limits by date, as `rules_on` asks for them."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A core temperature in °C; `at_dispatch` marks the one taken when the boxes were loaded."""

    at: datetime
    core_c: float
    at_dispatch: bool = False

    def __post_init__(self) -> None:
        _aware(self.at)


def rules_on(day: date, history: Sequence[FoodRules]) -> FoodRules:
    """Return the limits in force on a day.

    Raises
    ------
    LookupError
        If none are in force, or more than one set.
    """
    found = [one for one in history if one.valid_from <= day and (one.valid_to is None or day <= one.valid_to)]
    if len(found) != 1:
        raise LookupError(f"expected one set of food rules on {day}, got {len(found)}")
    return found[0]


def rules_of_day(day: date) -> FoodRules:
    """Return the limits in force on a day; before the first that are known, those."""
    first = min(FOOD_RULES, key=lambda rules: rules.valid_from)
    return first if day < first.valid_from else rules_on(day, FOOD_RULES)


def keeping_of(dish: Dish) -> Keeping:
    """Return how a dish is kept: chilled where all of it comes from the cold table, hot otherwise."""
    options = [option for course in dish.courses for option in course.options]
    cold = all(one.station is StationKind.COLD for one in (dish, *options))
    return Keeping.CHILLED if cold else Keeping.HOT


def is_cooked(core_c: float, rules: FoodRules, keeping: Keeping = Keeping.HOT) -> bool:
    """Return whether a core temperature at the end of cooking is high enough; the cold table has nothing to prove."""
    return keeping is Keeping.CHILLED or core_c >= rules.cooked_min_c


def allowed_s(readings: Sequence[Reading], rules: FoodRules, keeping: Keeping = Keeping.HOT) -> int:
    """Return the seconds from the end of cooking until the meal must be eaten, from every reading so far.

    No reading at all counts as an unbroken chain: this is what a plan is made with. A bad reading is never healed by a
    later good one.
    """
    if keeping is Keeping.HOT:
        unbroken = all(reading.core_c >= rules.hot_min_c for reading in readings)
        return rules.hot_within_s if unbroken else rules.broken_within_s
    unbroken = all(reading.core_c <= rules.chilled_max_c for reading in readings)
    return rules.chilled_within_s if unbroken else rules.broken_within_s


def eat_by(
    finished: datetime, readings: Sequence[Reading], rules: FoodRules, keeping: Keeping = Keeping.HOT
) -> datetime:
    """Return until when a meal cooked at `finished` may be eaten, in the time zone of `finished`.

    Raises
    ------
    ValueError
        If `finished` is not an aware instant.
    """
    _aware(finished)
    until = finished.astimezone(UTC) + timedelta(seconds=allowed_s(readings, rules, keeping))
    return until.astimezone(finished.tzinfo)


def latest_handover(
    finished: datetime, readings: Sequence[Reading], rules: FoodRules, keeping: Keeping = Keeping.HOT
) -> datetime:
    """Return by when the meal must be in somebody's hands: eat-by less the eating allowance."""
    until = eat_by(finished, readings, rules, keeping).astimezone(UTC) - timedelta(seconds=rules.eating_allowance_s)
    return until.astimezone(finished.tzinfo)


def is_confirmed(
    finished: datetime, readings: Sequence[Reading], rules: FoodRules, keeping: Keeping = Keeping.HOT
) -> bool:
    """Return whether the long limit rests on a reading: one at dispatch, or one as late as a broken chain allows."""
    late = finished.astimezone(UTC) + timedelta(seconds=rules.broken_within_s)
    long = allowed_s(readings, rules, keeping) > rules.broken_within_s
    return long and any(reading.at_dispatch or reading.at >= late for reading in readings)


def planned_eat_by_s(finish_s: int, rules: FoodRules, keeping: Keeping = Keeping.HOT) -> int:
    """Return the eat-by of a planned batch, in seconds after the service day's local midnight."""
    return finish_s + allowed_s((), rules, keeping)


def sample_until(kept_from: datetime, rules: FoodRules) -> datetime:
    """Return until when the retained sample (留样) of a batch must be kept."""
    _aware(kept_from)
    return (kept_from.astimezone(UTC) + timedelta(seconds=rules.sample_keep_s)).astimezone(kept_from.tzinfo)


def _aware(instant: datetime) -> None:
    if instant.tzinfo is None or instant.utcoffset() is None:
        raise ValueError(f"expected an aware instant, got {instant.isoformat()}")
