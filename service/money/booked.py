"""What a settlement booked, read back for its papers: meals, corrections of earlier periods, claims that were not paid.

A correction is paid with the next settlement of its scheme, so that the papers of a settlement never change once it is
made. Everything that is read is held against the ledger: a paper whose sums are not the ledger's cannot be made.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

import sqlalchemy
from sqlmodel import Session, col, func, select

from kitchens.paper_head import equal
from service.errors import NotFoundError
from service.served import MEAL_ORDER
from service.settlement import collector_resting
from service.subsidies import Covers, Payer
from service.subsidies.words import class_of
from service.tables import LedgerEntry, RefusedClaim, SettledMeal, Settlement, StatusClass, SubsidyRule, UnclaimedMeal

CLASS_ORDER = {word.value: rank for rank, word in enumerate(StatusClass)}
PAYERS = (Payer.CITY, Payer.DISTRICT, Payer.STREET, Payer.CHARITY, Payer.OPERATOR, Payer.ELDER)
"""In the order in which papers name them: the elder's own part comes last."""


class Part(NamedTuple):
    """One amount of one meal; negative where a correction takes it back."""

    payer: str
    payer_name: str
    covers: str
    rule_id: int
    fen: int


class RuleVersion(NamedTuple):
    """A rule as it was used."""

    scheme: str
    rule: str
    version: int


@dataclass(frozen=True, slots=True)
class Head:
    """A settlement, its days and the rules it rests on; `replays_id` is what it corrects."""

    number: int
    from_day: date
    until_day: date
    scheme: str
    scheme_version: int
    rounding: str
    rounding_unit_fen: int
    made_at: datetime
    made_by: str
    replays_id: int | None


@dataclass(frozen=True, slots=True)
class BookedMeal:
    """One meal with its amounts in one settlement; in a correction these are what was taken back and booked anew.

    `status_class` is the first of the elder's classes at this meal in the order of `StatusClass`, "" without any.
    `price_fen` and `fee_fen` come from the ledger; in a correction they are differences.
    """

    settlement_id: int
    order_id: int
    elder_number: str
    service_day: date
    meal: str
    outcome: str
    way: str
    kitchen_code: str
    meal_point_code: str
    status_class: str
    birth_date: date
    street: str
    parts: tuple[Part, ...]

    def covering(self, covers: Covers) -> int:
        """Return the fen that cover the meal, its delivery, or come on top as a grant."""
        return sum(part.fen for part in self.parts if part.covers == covers)

    @property
    def price_fen(self) -> int:
        """The price of the meal."""
        return self.covering(Covers.MEAL)

    @property
    def fee_fen(self) -> int:
        """The fee for bringing it."""
        return self.covering(Covers.DELIVERY)

    @property
    def fen(self) -> int:
        """All amounts together."""
        return sum(part.fen for part in self.parts)


@dataclass(frozen=True, slots=True)
class UnpaidMeal:
    """A claim that was refused, or an order for which nothing was claimed: `reason` is a key of the texts."""

    order_id: int
    elder_number: str
    service_day: date
    meal: str
    kitchen_code: str
    meal_point_code: str
    reason: str
    details: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Share:
    """Which part of a settlement is asked for; without anything the whole."""

    elder_number: str | None = None
    kitchen_code: str | None = None
    meal_point_code: str | None = None

    def of(self, table: type[SettledMeal | RefusedClaim | UnclaimedMeal]) -> list[Any]:
        """Return the conditions on a table."""
        asked = {
            "elder_number": self.elder_number,
            "kitchen_code": self.kitchen_code,
            "meal_point_code": self.meal_point_code,
        }
        return [getattr(table, name) == value for name, value in asked.items() if value is not None]


WHOLE = Share()


@dataclass(frozen=True, slots=True)
class Account:
    """What a settlement pays: its own meals, and the corrections that are paid with it.

    Attributes
    ----------
    paid_with
        Of a correction: the settlement that it is paid with, None until there is one.
    rules
        The rule versions by the number that `Part.rule_id` names.

    Raises
    ------
    ValueError
        If the amounts do not add up to the ledger's sum `total_fen`.
    """

    head: Head
    meals: tuple[BookedMeal, ...]
    corrections: tuple[BookedMeal, ...]
    correction_heads: tuple[Head, ...]
    refused: tuple[UnpaidMeal, ...]
    unclaimed: tuple[UnpaidMeal, ...]
    rules: Mapping[int, RuleVersion]
    total_fen: int
    paid_with: int | None = None
    share: Share = field(default=WHOLE)

    def __post_init__(self) -> None:
        """Hold every amount against the ledger."""
        equal(f"settlement {self.head.number}", self.total_fen, (meal.fen for meal in self.everything))

    @property
    def everything(self) -> Iterator[BookedMeal]:
        """Meals and corrections."""
        yield from self.meals
        yield from self.corrections

    @property
    def settlement_ids(self) -> tuple[int, ...]:
        """The settlements whose entries these are."""
        return tuple(dict.fromkeys((self.head.number, *(head.number for head in self.correction_heads))))


def get_head(session: Session, settlement_id: int) -> Head:
    """Return a settlement.

    Raises
    ------
    NotFoundError
        If there is none of this number.
    """
    found = session.get(Settlement, settlement_id)
    if found is None:
        raise NotFoundError("money.settle.unknown", settlement=settlement_id)
    return _head(found)


def read_account(session: Session, settlement_id: int, share: Share = WHOLE) -> Account:
    """Return what a settlement pays, or the share of it that belongs to one elder, kitchen or meal point.

    Raises
    ------
    NotFoundError
        If there is no such settlement.
    """
    with collector_resting():
        return _read(session, get_head(session, settlement_id), share)


def _read(session: Session, head: Head, share: Share) -> Account:
    corrections = [head] if head.replays_id is not None else _corrections_paid_with(session, head)
    ids = list(dict.fromkeys((head.number, *(one.number for one in corrections))))
    parts = _parts(session, ids, share)
    meals = () if head.replays_id is not None else tuple(_meals(session, head.number, parts, share))
    return Account(
        head=head,
        meals=meals,
        corrections=tuple(_corrected(session, corrections, parts, share)),
        correction_heads=tuple(corrections),
        refused=_unpaid(session, RefusedClaim, head.number, share),
        unclaimed=_unpaid(session, UnclaimedMeal, head.number, share),
        rules=_rules(session),
        total_fen=_ledger_sum(session, ids, share),
        paid_with=_paid_with(session, head),
        share=share,
    )


def first_class(classes: Iterable[str]) -> str:
    """Return the class that an elder is counted under: the first in the order of `StatusClass`, "" without any."""
    known = [word for word in map(class_of, classes) if word in CLASS_ORDER]
    return min(known, key=CLASS_ORDER.__getitem__, default="")


def _head(row: Settlement) -> Head:
    return Head(
        row.id or 0,
        row.from_day,
        row.until_day,
        row.scheme,
        row.scheme_version,
        row.rounding,
        row.rounding_unit_fen,
        row.made_at,
        row.made_by,
        row.replays_id,
    )


def _corrections_paid_with(session: Session, head: Head) -> list[Head]:
    """Return the corrections since the settlement of this scheme before."""
    of_scheme = select(Settlement).where(Settlement.scheme == head.scheme, col(Settlement.id) < head.number)
    before = session.exec(
        select(func.max(Settlement.id)).where(
            Settlement.scheme == head.scheme, col(Settlement.id) < head.number, col(Settlement.replays_id).is_(None)
        )
    ).one()
    asked = of_scheme.where(col(Settlement.replays_id).is_not(None), col(Settlement.id) > (before or 0))
    return [_head(row) for row in session.exec(asked.order_by(col(Settlement.id)))]


def _paid_with(session: Session, head: Head) -> int | None:
    if head.replays_id is None:
        return None
    return session.exec(
        select(func.min(Settlement.id)).where(
            Settlement.scheme == head.scheme, col(Settlement.id) > head.number, col(Settlement.replays_id).is_(None)
        )
    ).one()


_Parts = dict[tuple[int, int], list[tuple[int, Part]]]


def _parts(session: Session, ids: Sequence[int], share: Share) -> _Parts:
    """Return the amounts by settlement and order, each with the row of the meal that it was booked on."""
    asked = sqlalchemy.select(
        *(col(LedgerEntry.settlement_id), col(LedgerEntry.order_id), col(LedgerEntry.settled_meal_id)),
        *(col(LedgerEntry.payer), col(LedgerEntry.payer_name), col(LedgerEntry.covers)),
        *(col(LedgerEntry.subsidy_rule_id), col(LedgerEntry.fen)),
    ).where(col(LedgerEntry.settlement_id).in_(ids))
    if share != WHOLE:
        asked = asked.join(SettledMeal, col(SettledMeal.id) == LedgerEntry.settled_meal_id).where(
            *share.of(SettledMeal)
        )
    found: _Parts = defaultdict(list)
    # A month knows a few hundred different amounts: one value each, however many meals share it.
    same: dict[Part, Part] = {}
    for settlement_id, order_id, meal_id, *rest in session.execute(asked.order_by(col(LedgerEntry.id))):
        part = Part(*rest)
        found[settlement_id, order_id].append((meal_id, same.setdefault(part, part)))
    return found


_FIELDS = "id order_id elder_number service_day meal outcome kitchen_code meal_point_code facts"
_COLUMNS = tuple(getattr(SettledMeal, name) for name in _FIELDS.split())


def _meals(session: Session, settlement_id: int, parts: _Parts, share: Share) -> list[BookedMeal]:
    asked = sqlalchemy.select(*map(col, _COLUMNS)).where(
        col(SettledMeal.settlement_id) == settlement_id, *share.of(SettledMeal)
    )
    found: list[BookedMeal] = []
    for _, *row in session.execute(asked):
        meal = _booked(settlement_id, row, (part for _, part in parts.get((settlement_id, row[0]), ())))
        facts = row[-1]
        equal(f"the price of order {meal.order_id}", meal.price_fen, (facts["price_fen"],))
        equal(f"the delivery fee of order {meal.order_id}", meal.fee_fen, (facts["delivery_fee_fen"],))
        found.append(meal)
    found.sort(key=_in_order)
    return found


def _corrected(session: Session, corrections: Sequence[Head], parts: _Parts, share: Share) -> list[BookedMeal]:
    ids = [one.number for one in corrections]
    if not ids:
        return []
    touched = select(LedgerEntry.settled_meal_id).where(col(LedgerEntry.settlement_id).in_(ids))
    asked = sqlalchemy.select(*map(col, _COLUMNS)).where(col(SettledMeal.id).in_(touched), *share.of(SettledMeal))
    rows = {row[0]: row[1:] for row in session.execute(asked)}
    found: list[BookedMeal] = []
    for (settlement_id, _), some in parts.items():
        if settlement_id in ids:
            # The newest row of the meal: the one that was booked anew.
            row = rows[max(meal_id for meal_id, _ in some)]
            found.append(_booked(settlement_id, row, (part for _, part in some)))
    found.sort(key=lambda meal: (meal.settlement_id, *_in_order(meal)))
    return found


def _booked(settlement_id: int, row: Sequence[Any], parts: Iterable[Part]) -> BookedMeal:
    order_id, elder, day, meal, outcome, kitchen, point, facts = row
    return BookedMeal(
        settlement_id=settlement_id,
        order_id=order_id,
        elder_number=elder,
        service_day=day,
        meal=meal,
        outcome=outcome,
        way=facts["fulfilment"],
        kitchen_code=kitchen or "",
        meal_point_code=point or "",
        status_class=first_class(facts["elder"]["classes"]),
        birth_date=date.fromisoformat(facts["elder"]["birth_date"]),
        street=facts["place"]["street"],
        parts=tuple(parts),
    )


def _in_order(meal: BookedMeal | UnpaidMeal) -> tuple[Any, ...]:
    return meal.service_day, MEAL_ORDER[meal.meal], meal.elder_number, meal.order_id  # type: ignore[index]  # a Meal is its word


def _unpaid(
    session: Session, table: type[RefusedClaim | UnclaimedMeal], settlement_id: int, share: Share
) -> tuple[UnpaidMeal, ...]:
    rows: Sequence[Any] = session.exec(
        select(table).where(table.settlement_id == settlement_id, *share.of(table))
    ).all()
    found = [
        UnpaidMeal(
            row.order_id,
            row.elder_number,
            row.service_day,
            row.meal,
            row.kitchen_code or "",
            row.meal_point_code or "",
            row.reason,
            row.details,
        )
        for row in rows
    ]
    return tuple(sorted(found, key=_in_order))


def _rules(session: Session) -> dict[int, RuleVersion]:
    rows = session.execute(
        sqlalchemy.select(col(SubsidyRule.id), col(SubsidyRule.scheme), col(SubsidyRule.rule), col(SubsidyRule.version))
    )
    return {row_id: RuleVersion(scheme, rule, version) for row_id, scheme, rule, version in rows}


def _ledger_sum(session: Session, ids: Sequence[int], share: Share) -> int:
    """Return the ledger's own sum, added by the database."""
    asked = select(func.sum(LedgerEntry.fen)).where(col(LedgerEntry.settlement_id).in_(ids))
    if share != WHOLE:
        asked = asked.join(SettledMeal, col(SettledMeal.id) == LedgerEntry.settled_meal_id).where(
            *share.of(SettledMeal)
        )
    return int(session.exec(asked).one() or 0)
