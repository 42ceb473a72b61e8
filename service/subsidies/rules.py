"""A subsidy rule and a rule of eating as values: who, when, where, how much, from whom to whom, by what text.

Money is in fen. Shares are in basis points (25 % = 2500), so that nothing is ever a float.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from kitchens.meals import Fulfilment, Meal, ProvisionMode
from service.subsidies.places import Level, Place

WHOLE_BP = 10_000
HIGHEST_CARE_LEVEL = 5


class Kind(StrEnum):
    """How an amount is found.

    `PERCENT`: a share of the base, at most `cap_fen`. `FIXED`: a set amount, cut only where less is left to pay.
    `UP_TO`: what the meal costs, at most the set amount. `DISCOUNT`: a share of the base off, without a cap.
    `FIXED_SELF_PAY`: all but what the elder pays.
    """

    PERCENT = "percent"
    FIXED = "fixed"
    UP_TO = "up_to"
    DISCOUNT = "discount"
    FIXED_SELF_PAY = "fixed_self_pay"


SHARES = (Kind.PERCENT, Kind.DISCOUNT)


class Base(StrEnum):
    """What a share is taken of: the meal's price, or what earlier rules have left of it to pay."""

    PRICE = "price"
    REMAINING = "remaining"


class Spend(StrEnum):
    """What a minimum spend is compared with.

    `MEAL`: the price, before the delivery fee. `MEAL_AND_FEE`: with the fee. `REMAINING`: what earlier rules (a
    discount) have left of the price.
    """

    MEAL = "meal"
    MEAL_AND_FEE = "meal_and_fee"
    REMAINING = "remaining"


class Covers(StrEnum):
    """What a line pays for: the meal, the delivery fee, or (`GRANT`) nothing of the bill: it comes on top of it."""

    MEAL = "meal"
    DELIVERY = "delivery"
    GRANT = "grant"


class Payer(StrEnum):
    """Whose money it is."""

    ELDER = "elder"
    CITY = "city"
    DISTRICT = "district"
    STREET = "street"
    CHARITY = "charity"
    OPERATOR = "operator"


class Payee(StrEnum):
    """Who is meant to have it: the elder, from whose bill it is taken off, or the operator of the meal point."""

    ELDER = "elder"
    OPERATOR = "operator"


class Dwelling(StrEnum):
    """Whether somebody lives at home (居家) or in a care home."""

    HOME = "home"
    CARE_HOME = "care_home"


@dataclass(frozen=True, slots=True)
class Source:
    """The text that a rule comes from; `confidence` A full text read … D weak, as in the table of rules."""

    document: str
    clause: str
    document_en: str
    clause_en: str
    confidence: str
    url: str = ""

    def said_in(self, language: str) -> str:
        """Return document and clause in one breath."""
        parts = (self.document, self.clause) if language == "zh" else (self.document_en, self.clause_en)
        return (" " if language == "zh" else ", ").join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class Validity:
    """The days on which something holds, both included; `since_known_to` tells how exactly the source says the first.

    Raises
    ------
    ValueError
        If it ends before it begins, or `since_known_to` is no "day", "month" or "year".
    """

    since: date
    until: date | None = None
    since_known_to: str = "day"

    def __post_init__(self) -> None:
        """Refuse days that cannot be."""
        if self.until is not None and self.until < self.since:
            raise ValueError(f"expected valid_to on or after {self.since}, got {self.until}")
        if self.since_known_to not in ("day", "month", "year"):
            raise ValueError(f"expected since_known_to day, month or year, got {self.since_known_to!r}")

    def covers(self, day: date) -> bool:
        """Return whether `day` is one of them."""
        return self.since <= day and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True)
class Person:
    """Whom a rule is for; whatever is not set is not asked.

    Attributes
    ----------
    age_from, age_to
        Full years on the day of the meal, both included.
    classes
        One of these is enough.
    care_from, care_to, classes_as_care
        Assessed care level; a class in `classes_as_care` counts as such a level without an assessment, and the other
        rules of the same group then do not fit that person.
    hukou_in, residence_in
        Where the household is registered, and where the elder lives.
    dwelling
        Where the elder must live, for rules on those who live at home.
    """

    age_from: int = 0
    age_to: int | None = None
    classes: frozenset[str] = frozenset()
    care_from: int | None = None
    care_to: int = HIGHEST_CARE_LEVEL
    classes_as_care: frozenset[str] = frozenset()
    hukou_in: Place | None = None
    residence_in: Place | None = None
    dwelling: Dwelling | None = None

    def __post_init__(self) -> None:
        """Refuse bands that nobody is in."""
        if self.age_from < 0 or (self.age_to is not None and self.age_to < self.age_from):
            raise ValueError(f"expected age_from <= age_to, got {self.age_from} and {self.age_to}")
        if self.care_from is not None and not 0 <= self.care_from <= self.care_to <= HIGHEST_CARE_LEVEL:
            raise ValueError(f"expected care levels within 0 to 5, got {self.care_from} to {self.care_to}")
        if self.classes_as_care and self.care_from is None:
            raise ValueError("expected care_from beside classes_as_care")


@dataclass(frozen=True, slots=True)
class Occasion:
    """On which meals a rule is paid; an empty tuple asks nothing.

    `hukou_at_place` and `residence_at_place` ask that the elder is registered, or lives, in the same city, district or
    street as the canteen stands in (跨镇街就餐不能享受镇级补贴).
    """

    meals: tuple[Meal, ...] = ()
    workdays_only: bool = False
    ways: tuple[Fulfilment, ...] = ()
    modes: tuple[ProvisionMode, ...] = ()
    place_in: Place | None = None
    hukou_at_place: Level | None = None
    residence_at_place: Level | None = None
    min_spend_fen: int = 0
    spend_must_exceed: bool = False
    min_spend_of: Spend = Spend.MEAL

    def __post_init__(self) -> None:
        """Refuse a negative minimum."""
        if self.min_spend_fen < 0:
            raise ValueError(f"expected min_spend_fen of 0 or more, got {self.min_spend_fen}")


@dataclass(frozen=True, slots=True)
class Caps:
    """How often, and how much, a rule is paid to one elder: per meal, day, and week from Monday to Sunday."""

    per_meal: int | None = None
    per_day: int | None = None
    per_week: int | None = None
    fen_per_day: int | None = None
    fen_per_week: int | None = None

    def __post_init__(self) -> None:
        """Refuse a cap under which nothing is ever paid."""
        for cap in (self.per_meal, self.per_day, self.per_week, self.fen_per_day, self.fen_per_week):
            if cap is not None and cap < 1:
                raise ValueError(f"expected caps of 1 or more, got {self}")


@dataclass(frozen=True, slots=True)
class Amount:
    """How much a rule pays: `value_fen` or `share_bp` as its kind asks, `cap_fen` with a percent only."""

    kind: Kind
    value_fen: int | None = None
    share_bp: int | None = None
    cap_fen: int | None = None
    base: Base = Base.PRICE

    def __post_init__(self) -> None:
        """Refuse an amount whose parts do not belong to its kind."""
        if self.kind in SHARES:
            if self.share_bp is None or not 0 < self.share_bp <= WHOLE_BP or self.value_fen is not None:
                raise ValueError(
                    f"expected a percent above 0 and up to 100 and no value_fen for {self.kind}, got {self}"
                )
        elif self.value_fen is None or self.value_fen < 0 or self.share_bp is not None:
            raise ValueError(f"expected value_fen of 0 or more and no percent for {self.kind}, got {self}")
        if self.cap_fen is not None and (self.kind != Kind.PERCENT or self.cap_fen < 0):
            raise ValueError(f"expected cap_fen of 0 or more with a percent only, got {self}")


@dataclass(frozen=True, slots=True)
class Rule:
    """One subsidy rule in one version.

    Attributes
    ----------
    rule_id, version
        Never reused: a corrected rule is a new version. Where two versions of one rule hold on a day, the higher does.
    order
        Rules are applied from the lowest; the same number goes by `rule_id`.
    group
        Rules of one group are for different people: a person belongs to the first that fits them, whether or not it is
        then paid for this meal.
    only_with
        Paid only where this other rule, earlier in order, applies to the same meal ("" asks nothing); also where its
        amount comes to nothing, because persons and meals are counted and not money (ADR 0013).
    floor_fen
        What the elder pays of the meal in any case.
    may_offset_fee
        A grant for bringing the meal that pays the delivery fee first where the scheme is so set.
    payer_name
        Which city, district, street or body pays: `增城区`.
    note
        What the source leaves open, and what was taken instead.

    Raises
    ------
    ValueError
        If a rule says what no rule can: the elder as payer, a grant to the elder, a grant that depends on the bill.
    """

    rule_id: str
    version: int
    amount: Amount
    payer: Payer
    payer_name: str
    payee: Payee
    covers: Covers
    order: int
    validity: Validity
    source: Source
    person: Person = field(default_factory=Person)
    occasion: Occasion = field(default_factory=Occasion)
    caps: Caps = field(default_factory=Caps)
    group: str = ""
    only_with: str = ""
    floor_fen: int = 0
    may_offset_fee: bool = False
    note: str = ""

    def __post_init__(self) -> None:
        """Refuse a rule that contradicts itself."""
        if self.version < 1:
            raise ValueError(f"expected a version of 1 or more, got {self.version}")
        if self.payer == Payer.ELDER:
            raise ValueError("expected a payer other than the elder, who pays what is left")
        if self.floor_fen < 0:
            raise ValueError(f"expected floor_fen of 0 or more, got {self.floor_fen}")
        if self.covers == Covers.GRANT and (self.payee != Payee.OPERATOR or self.amount.kind != Kind.FIXED):
            raise ValueError("expected a grant to be a fixed amount to the operator")
        if self.covers != Covers.GRANT and (self.may_offset_fee or self.payee != Payee.ELDER):
            raise ValueError("expected what is taken off the bill to go to the elder, without may_offset_fee")
        if self.only_with == self.rule_id:
            raise ValueError("expected only_with to name another rule")


@dataclass(frozen=True, slots=True)
class EatingRule:
    """Who may eat at all, subsidised or not."""

    rule_id: str
    version: int
    person: Person
    validity: Validity
    source: Source
    note: str = ""
