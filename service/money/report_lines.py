"""What settlement reports are made of: lines of classes, payers, rules, days, places and elders.

Elders stand in them by number. Every table adds up to the same total.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from kitchens.paper_head import equal
from service.money.booked import Head, RuleVersion, UnpaidMeal
from service.tables import Outcome

PaidBy = tuple[str, str]
"""A payer and its name: `("city", "广州市")`."""


SIGNED_BY = ("prepared", "checked", "approved")
"""Who signs a paper of money."""


class Scope(StrEnum):
    """Whose report it is."""

    DISTRICT = "district"
    KITCHEN = "kitchen"
    MEAL_POINT = "meal_point"
    PAYER = "payer"


class ExceptionKind(StrEnum):
    """What a claim that was not paid is filed under; what is not noted was charged at the full price."""

    DOUBLE = "double"
    DEAD = "dead"
    IN_HOSPITAL = "in_hospital"
    OUTSIDE_PLACE = "outside_place"
    OVER_LIMIT = "over_limit"
    WITHOUT_PROOF = "without_proof"
    OUTSIDE_HOURS = "outside_hours"
    NOT_ENTITLED = "not_entitled"
    NOT_NOTED = "not_noted"


KINDS = {
    "money.stop.doubled": ExceptionKind.DOUBLE,
    "money.stop.two_places": ExceptionKind.DOUBLE,
    "money.stop.deceased": ExceptionKind.DEAD,
    "money.stop.in_hospital": ExceptionKind.IN_HOSPITAL,
    "money.stop.in_care_home": ExceptionKind.IN_HOSPITAL,
    "money.stop.more_than_cooked": ExceptionKind.OVER_LIMIT,
    "money.stop.burst": ExceptionKind.OVER_LIMIT,
    "money.stop.not_handed_over": ExceptionKind.WITHOUT_PROOF,
    "money.stop.no_proof_at_door": ExceptionKind.WITHOUT_PROOF,
    "money.stop.no_proof_at_point": ExceptionKind.WITHOUT_PROOF,
    "money.stop.outside_hours": ExceptionKind.OUTSIDE_HOURS,
    "money.stop.residence_unknown": ExceptionKind.NOT_NOTED,
    "money.stop.hukou_unknown": ExceptionKind.NOT_NOTED,
}
PLACE_WORDS = ("residence", "hukou", "place")


def kind_of_exception(reason: str) -> ExceptionKind:
    """Return what the key of a reason is filed under; what the rules of eating say is about place or person."""
    if reason in KINDS:
        return KINDS[reason]
    about_place = any(word in reason.rsplit(".", 1)[-1] for word in PLACE_WORDS)
    return ExceptionKind.OUTSIDE_PLACE if about_place else ExceptionKind.NOT_ENTITLED


@dataclass(frozen=True, slots=True)
class ClassLine:
    """Meals of one class at one price and fee, and who pays them: off the bill, the elder, grants on top."""

    status_class: str
    price_fen: int
    fee_fen: int
    meals: int
    subsidy_fen: int
    own_fen: int
    grants_fen: int

    @property
    def bill_fen(self) -> int:
        """Prices and fees of all these meals."""
        return self.meals * (self.price_fen + self.fee_fen)

    @property
    def total_fen(self) -> int:
        """All that is paid."""
        return self.subsidy_fen + self.own_fen + self.grants_fen


@dataclass(frozen=True, slots=True)
class PayerLine:
    """What one payer pays: of prices, of delivery fees, as grants, and by corrections of earlier periods."""

    payer: str
    payer_name: str
    meal_fen: int
    delivery_fen: int
    grants_fen: int
    corrections_fen: int

    @property
    def total_fen(self) -> int:
        """All together."""
        return self.meal_fen + self.delivery_fen + self.grants_fen + self.corrections_fen


@dataclass(frozen=True, slots=True)
class RuleLine:
    """What one rule version pays through one payer, corrections included; `meals` are those it was paid for."""

    version: RuleVersion
    payer: str
    payer_name: str
    covers: str
    meals: int
    fen: int


@dataclass(frozen=True, slots=True)
class DayLine:
    """Meals of one day, by meal, and their money without corrections."""

    service_day: date
    meals: Mapping[str, int]
    fen: int


@dataclass(frozen=True, slots=True)
class Corrected:
    """How much more or less one payer pays for one meal of an earlier period."""

    settlement_id: int
    service_day: date
    meal: str
    order_id: int
    elder_number: str
    payer: str
    payer_name: str
    fen: int


@dataclass(frozen=True, slots=True)
class ElderLine:
    """One elder, by number: meals, prices, fees, what each payer paid, and corrections."""

    elder_number: str
    status_class: str
    meals: int
    price_fen: int
    fee_fen: int
    paid: Mapping[str, int]
    grants_fen: int
    corrections_fen: int

    @property
    def total_fen(self) -> int:
        """All that is paid for this elder."""
        return sum(self.paid.values()) + self.grants_fen + self.corrections_fen


@dataclass(frozen=True, slots=True)
class PlaceLine:
    """A kitchen or meal point in the report of the district."""

    code: str
    meals: int
    fen: int
    corrections_fen: int


@dataclass(frozen=True, slots=True)
class Proof:
    """How meals were handed over; the rate is the share of brought meals that were put into the elder's own hands."""

    by_outcome: Mapping[str, int]
    brought: int

    @property
    def in_person(self) -> int:
        """Brought meals handed to the elder."""
        return self.by_outcome.get(Outcome.IN_PERSON, 0)

    @property
    def rate(self) -> float | None:
        """The share, None where no meal was brought."""
        return self.in_person / self.brought if self.brought else None


@dataclass(frozen=True, slots=True)
class SettlementReport:
    """One report.

    Raises
    ------
    ValueError
        If its tables do not all add up to `total_fen`.
    """

    head: Head
    scope: Scope
    subject: str
    subject_name: str
    paid_with: int | None
    correction_heads: tuple[Head, ...]
    meals: int
    elders: int
    total_fen: int
    classes: tuple[ClassLine, ...]
    payers: tuple[PayerLine, ...]
    rules: tuple[RuleLine, ...]
    days: tuple[DayLine, ...]
    corrections: tuple[Corrected, ...]
    refused: tuple[UnpaidMeal, ...]
    unclaimed: tuple[UnpaidMeal, ...]
    proof: Proof
    elder_lines: tuple[ElderLine, ...]
    kitchens: tuple[PlaceLine, ...] = ()
    meal_points: tuple[PlaceLine, ...] = ()

    def __post_init__(self) -> None:
        """Prove every table."""
        corrected = self.corrections_fen
        equal("payers", self.total_fen, (line.total_fen for line in self.payers))
        equal("rules", self.total_fen, (line.fen for line in self.rules))
        equal("elders", self.total_fen, (line.total_fen for line in self.elder_lines))
        equal("classes and prices", self.total_fen - corrected, (line.total_fen for line in self.classes))
        equal("days", self.total_fen - corrected, (line.fen for line in self.days))
        equal("meals by class", self.meals, (line.meals for line in self.classes))
        equal("meals by elder", self.meals, (line.meals for line in self.elder_lines))
        for places in (self.kitchens, self.meal_points):
            if places:
                equal("places", self.total_fen, (line.fen + line.corrections_fen for line in places))

    @property
    def corrections_fen(self) -> int:
        """What corrections of earlier periods add or take."""
        return sum(one.fen for one in self.corrections)
