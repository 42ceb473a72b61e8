"""What a price is asked for: one meal of one elder, with all that money depends on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from kitchens.meals import Fulfilment, Meal, ProvisionMode
from service.subsidies.places import Place
from service.subsidies.rules import HIGHEST_CARE_LEVEL, Dwelling

MOST_FEN = 1_000_000
OLDEST_YEARS = 130


@dataclass(frozen=True, slots=True)
class Standing:
    """What money depends on in an elder, as it is on the day of the meal: to be filled from the records of that day.

    Attributes
    ----------
    hukou, residence
        Where the household is registered and where the elder lives; None where nobody has said.
    classes
        Words of `words.toml`; others are kept and fit no rule.
    care_level
        0 to 5, None where nobody has assessed it.
    """

    birth_date: date
    hukou: Place | None = None
    residence: Place | None = None
    classes: frozenset[str] = frozenset()
    care_level: int | None = None
    dwelling: Dwelling = Dwelling.HOME

    def __post_init__(self) -> None:
        """Refuse a care level that does not exist."""
        if self.care_level is not None and not 0 <= self.care_level <= HIGHEST_CARE_LEVEL:
            raise ValueError(f"expected a care level within 0 to {HIGHEST_CARE_LEVEL}, got {self.care_level}")


@dataclass(frozen=True, slots=True)
class Tally:
    """How often and how much has been paid already: at this very meal, on this day, in this week from Monday on."""

    meal: int = 0
    day: int = 0
    week: int = 0
    day_fen: int = 0
    week_fen: int = 0

    def __post_init__(self) -> None:
        """Refuse a negative count."""
        if min(self.meal, self.day, self.week, self.day_fen, self.week_fen) < 0:
            raise ValueError(f"expected counts of 0 or more, got {self}")


NOTHING_USED = Tally()


@dataclass(frozen=True, slots=True)
class Used:
    """What the elder has had of the caps. With `by_rule` each rule has its own count, without it all share one."""

    every_rule: Tally = NOTHING_USED
    by_rule: Mapping[str, Tally] | None = None

    def of(self, rule_id: str) -> Tally:
        """Return the count that a rule's caps are held against."""
        return self.every_rule if self.by_rule is None else self.by_rule.get(rule_id, NOTHING_USED)


@dataclass(frozen=True, slots=True)
class Case:
    """One meal to be priced.

    Attributes
    ----------
    day, is_workday
        The service day, and whether it is a working day (make-up weekends included).
    place
        Where the canteen stands.
    mode
        How the canteen is provided (供餐方式); None where it is not known.

    Raises
    ------
    ValueError
        If money is negative or beyond belief, or the elder is not born yet.
    """

    scheme_id: str
    day: date
    is_workday: bool
    meal: Meal
    price_fen: int
    elder: Standing
    delivery_fee_fen: int = 0
    way: Fulfilment = Fulfilment.DINE_IN
    mode: ProvisionMode | None = None
    place: Place = field(default_factory=Place)
    used: Used = field(default_factory=Used)

    def __post_init__(self) -> None:
        """Refuse what cannot be a meal."""
        if not 0 <= self.price_fen <= MOST_FEN or not 0 <= self.delivery_fee_fen <= MOST_FEN:
            raise ValueError(f"expected 0 to {MOST_FEN} fen, got {self.price_fen} and {self.delivery_fee_fen}")
        if not 0 <= age_on(self.elder.birth_date, self.day) <= OLDEST_YEARS:
            raise ValueError(f"expected a birth date within {OLDEST_YEARS} years before {self.day}")


def age_on(birth_date: date, day: date) -> int:
    """Return the full years (周岁) of somebody on `day`; who was born on 29 February completes a year on the 28th.

    The completion on the last day of February where the day is missing follows the Civil Code (民法典) article 202.
    """
    years = day.year - birth_date.year
    month, of_month = birth_date.month, birth_date.day
    if (month, of_month) == (2, 29) and not _is_leap(day.year):
        of_month = 28
    return years - ((day.month, day.day) < (month, of_month))


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
