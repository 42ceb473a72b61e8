"""The ledger (台账): entries are added and never changed; what was wrong is taken back by an entry of its own.

Every entry points to an order, its outcome and the version of the rule that it rests on. Helpers take a session and
never commit.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from enum import StrEnum
from itertools import islice
from typing import Any, NamedTuple, TypeVar

import sqlalchemy
from sqlalchemy import insert, text
from sqlmodel import Session, SQLModel, col, func, select

from kitchens.meals import Meal
from service.errors import ConflictError
from service.served import ServedMeal, Stopped, Unclaimed
from service.subsidies import OWN_PART, Line, Priced, Scheme
from service.subsidies.freezing import freeze_case
from service.subsidies.using import Use
from service.tables import LedgerEntry, RefusedClaim, SettledMeal, Settlement, SubsidyRule, UnclaimedMeal

ROWS_AT_ONCE = 1_000
MOST_IN_ONE_QUESTION = 500
Thing = TypeVar("Thing")


class By(StrEnum):
    """By what sums are asked for."""

    PAYER = "payer"
    ELDER = "elder"
    MEAL = "meal"
    RULE = "rule"
    KITCHEN = "kitchen"
    MEAL_POINT = "meal_point"


@dataclass(frozen=True, slots=True)
class Booked:
    """One meal as it is to be booked: whose, how it ended, where it came from, and its price."""

    order_id: int
    elder_number: str
    outcome: str
    kitchen_code: str | None
    meal_point_code: str | None
    priced: Priced


class Entry(NamedTuple):
    """An entry that stands, as it is read back."""

    id: int
    settled_meal_id: int
    order_id: int
    outcome: str
    subsidy_rule_id: int
    payer: str
    payer_name: str
    payee: str
    covers: str
    fen: int


COPIED = tuple(name for name in Entry._fields if name not in ("id", "fen"))


def hold(session: Session) -> None:
    """Keep everybody else from booking until this transaction ends; SQLite lets one writer in at a time anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("LOCK TABLE settlement IN SHARE ROW EXCLUSIVE MODE"))


def rule_rows(session: Session, scheme: Scheme, at: datetime) -> dict[tuple[str, int], int]:
    """Return the row of each rule version of a scheme, made where it is used for the first time.

    Raises
    ------
    ConflictError
        If a version was used before with another content: a changed rule is a new version.
    """
    kept = {
        (row.rule, row.version): row
        for row in session.exec(select(SubsidyRule).where(SubsidyRule.scheme == scheme.scheme_id)).all()
    }
    for (rule, version), content in _contents(scheme).items():
        digest = hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
        row = kept.get((rule, version))
        if row is None:
            row = kept[rule, version] = SubsidyRule(
                scheme=scheme.scheme_id, rule=rule, version=version, digest=digest, content=content, first_used_at=at
            )
            session.add(row)
        elif row.digest != digest:
            raise ConflictError("money.ledger.rule_changed", scheme=scheme.scheme_id, rule=rule, version=version)
    session.flush()
    return {key: row.id for key, row in kept.items() if row.id is not None}


def book(session: Session, settlement: Settlement, meals: Iterable[Booked], rows: dict[tuple[str, int], int]) -> int:
    """Add the meals of a settlement with every line of their price; return how many entries that made."""
    count = 0
    next_id = _next_id(session, SettledMeal)
    for some in _in_parts(meals, ROWS_AT_ONCE):
        numbered = list(enumerate(some, start=next_id))
        next_id += len(numbered)
        _add(session, SettledMeal, [_meal_row(one, number, settlement) for number, one in numbered])
        entries = [
            _entry_row(one, line, number, settlement, rows) for number, one in numbered for line in one.priced.lines
        ]
        _add(session, LedgerEntry, entries)
        count += len(entries)
    return count


def reverse(session: Session, settlement: Settlement, entries: Iterable[Entry]) -> int:
    """Take entries back: each gets one of the opposite amount, in the given settlement; return how many.

    Raises
    ------
    ConflictError
        If one of them does not stand: it has been taken back already, or takes back another itself.
    """
    given = list(entries)
    standing = {entry.id for entry in standing_entries(session, [entry.order_id for entry in given])}
    for entry in given:
        if entry.id not in standing:
            raise ConflictError("money.ledger.taken_back", entry=entry.id)
    rows = [
        {
            **{name: getattr(entry, name) for name in COPIED},
            "settlement_id": settlement.id,
            "fen": -entry.fen,
            "reverses_id": entry.id,
        }
        for entry in given
    ]
    _add(session, LedgerEntry, rows)
    return len(rows)


def book_refusals(session: Session, settlement: Settlement, stopped: Iterable[Stopped]) -> int:
    """Keep the claims that were not paid, with their reasons; return how many."""
    rows = [_refusal_row(one, settlement) for one in stopped]
    for some in _in_parts(rows, ROWS_AT_ONCE):
        _add(session, RefusedClaim, list(some))
    return len(rows)


def book_unclaimed(session: Session, settlement: Settlement, unclaimed: Iterable[Unclaimed]) -> int:
    """Keep the orders for which nothing was claimed, with their reasons; return how many."""
    rows = [_aside_row(one, one.service_day, one.meal, one, settlement) for one in unclaimed]
    for some in _in_parts(rows, ROWS_AT_ONCE):
        _add(session, UnclaimedMeal, list(some))
    return len(rows)


def said_before(session: Session, since: date, until: date) -> dict[int, str]:
    """Return what earlier settlements said last of orders of a period that they did not pay: the reason, by order."""
    said: list[tuple[int, int, str]] = []
    for table in (RefusedClaim, UnclaimedMeal):
        columns: list[Any] = [table.settlement_id, table.order_id, table.reason]
        within = (col(table.service_day) >= since, col(table.service_day) <= until)
        said += [
            (made, order, reason) for made, order, reason in session.execute(sqlalchemy.select(*columns).where(*within))
        ]
    return {order: reason for _, order, reason in sorted(said)}


def standing_entries(session: Session, order_ids: Iterable[int]) -> list[Entry]:
    """Return the entries of some orders that stand: neither taken back nor taking back, oldest first."""
    found: list[Entry] = []
    for some in _in_parts(sorted(set(order_ids)), MOST_IN_ONE_QUESTION):
        rows = session.execute(_standing().where(col(LedgerEntry.order_id).in_(some)))
        found.extend(Entry(*row) for row in rows)
    return found


def standing_of(session: Session, settlement_id: int) -> dict[int, list[Entry]]:
    """Return the standing entries of all orders of a settlement, those of later corrections among them, by order."""
    orders = select(SettledMeal.order_id).where(SettledMeal.settlement_id == settlement_id)
    found: defaultdict[int, list[Entry]] = defaultdict(list)
    for row in session.execute(_standing().where(col(LedgerEntry.order_id).in_(orders))):
        entry = Entry(*row)
        found[entry.order_id].append(entry)
    return found


def settled_orders(session: Session, since: date, until: date) -> set[int]:
    """Return the orders of a period that have been settled."""
    asked = select(SettledMeal.order_id).where(SettledMeal.service_day >= since, SettledMeal.service_day <= until)
    return set(session.exec(asked).all())


def uses_between(
    session: Session, scheme_id: str, since: date, until: date, except_orders: frozenset[int] = frozenset()
) -> dict[str, list[Use]]:
    """Return what standing entries have used of the rules of a scheme, by elder: for the caps of later meals."""
    key = [
        col(SettledMeal.order_id),
        col(SettledMeal.elder_number),
        col(SettledMeal.service_day),
        col(SettledMeal.meal),
        col(SubsidyRule.rule),
    ]
    asked = (
        sqlalchemy.select(*key, func.sum(LedgerEntry.fen))
        .select_from(LedgerEntry)
        .join(SettledMeal, col(SettledMeal.id) == LedgerEntry.settled_meal_id)
        .join(SubsidyRule, col(SubsidyRule.id) == LedgerEntry.subsidy_rule_id)
        .where(col(SettledMeal.service_day) >= since, col(SettledMeal.service_day) <= until)
        .where(col(SubsidyRule.scheme) == scheme_id, col(SubsidyRule.rule) != OWN_PART)
        .group_by(*key)
    )
    uses: defaultdict[str, list[Use]] = defaultdict(list)
    for order_id, elder, day, meal, rule, fen in session.execute(asked).all():
        if fen and order_id not in except_orders:
            uses[elder].append(Use(rule, day, Meal(meal), fen))
    return uses


def sums(session: Session, by: By, settlement_ids: Sequence[int]) -> dict[tuple[str, ...], int]:
    """Return the fen of some settlements by payer (with name), elder, meal (day and meal), rule, kitchen or point.

    Corrections count with their sign, so that every way of asking gives the same total.
    """
    columns: dict[By, tuple[Any, ...]] = {
        By.PAYER: (LedgerEntry.payer, LedgerEntry.payer_name),
        By.ELDER: (SettledMeal.elder_number,),
        By.MEAL: (SettledMeal.service_day, SettledMeal.meal),
        By.RULE: (SubsidyRule.scheme, SubsidyRule.rule, SubsidyRule.version),
        By.KITCHEN: (SettledMeal.kitchen_code,),
        By.MEAL_POINT: (SettledMeal.meal_point_code,),
    }
    asked = (
        sqlalchemy.select(*columns[by], func.sum(LedgerEntry.fen))
        .select_from(LedgerEntry)
        .join(SettledMeal, col(SettledMeal.id) == LedgerEntry.settled_meal_id)
        .join(SubsidyRule, col(SubsidyRule.id) == LedgerEntry.subsidy_rule_id)
        .where(col(LedgerEntry.settlement_id).in_(settlement_ids))
        .group_by(*columns[by])
    )
    return {tuple(str(part) for part in key): int(fen) for *key, fen in session.execute(asked).all()}


def _standing() -> sqlalchemy.Select[Any]:
    taken_back = select(LedgerEntry.reverses_id).where(col(LedgerEntry.reverses_id).is_not(None))
    stands = (col(LedgerEntry.reverses_id).is_(None), col(LedgerEntry.id).not_in(taken_back))
    columns = [getattr(LedgerEntry, name) for name in Entry._fields]
    return sqlalchemy.select(*columns).where(*stands).order_by(col(LedgerEntry.id))


def _contents(scheme: Scheme) -> dict[tuple[str, int], dict[str, Any]]:
    """Return each rule version as plain JSON; the elder's own part rests on the scheme as a whole."""
    contents: dict[tuple[str, int], dict[str, Any]] = {
        (rule.rule_id, rule.version): json.loads(
            json.dumps(asdict(rule, dict_factory=_said), default=_plain, sort_keys=True)
        )
        for rule in scheme.rules
    }
    contents[OWN_PART, scheme.version] = {"scheme": scheme.scheme_id, "version": scheme.version, "name": scheme.name}
    return contents


def _said(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    # What places are compared by is not part of what the rule says.
    return {name: value for name, value in pairs if name != "keys"}


def _plain(value: object) -> object:
    return (
        value.isoformat() if isinstance(value, date) else sorted(value) if isinstance(value, frozenset) else str(value)
    )


def _meal_row(booked: Booked, number: int, settlement: Settlement) -> dict[str, Any]:
    case = booked.priced.case
    return {
        "id": number,
        "settlement_id": settlement.id,
        "order_id": booked.order_id,
        "outcome": booked.outcome,
        "elder_number": booked.elder_number,
        "service_day": case.day,
        "meal": case.meal.value,
        "kitchen_code": booked.kitchen_code,
        "meal_point_code": booked.meal_point_code,
        "facts": freeze_case(case),
    }


def _refusal_row(stopped: Stopped, settlement: Settlement) -> dict[str, Any]:
    case = stopped.served.case
    return _aside_row(stopped.served, case.day, case.meal, stopped, settlement)


def _aside_row(
    whose: ServedMeal | Unclaimed, day: date, meal: Meal, why: Stopped | Unclaimed, settlement: Settlement
) -> dict[str, Any]:
    """Return the row of an order that is not paid."""
    return {
        "settlement_id": settlement.id,
        "order_id": whose.order_id,
        "elder_number": whose.elder_number,
        "service_day": day,
        "meal": meal.value,
        "kitchen_code": whose.kitchen_code or None,
        "meal_point_code": whose.meal_point_code or None,
        "reason": why.reason,
        "details": {name: _kept(value) for name, value in why.values.items()},
    }


def _kept(value: object) -> object:
    """Return a value of a sentence as JSON keeps it: a number, a word, or several."""
    if isinstance(value, (list, tuple)):
        return [_kept(one) for one in value]
    return value if isinstance(value, int) else str(value)


def _entry_row(
    booked: Booked, line: Line, number: int, settlement: Settlement, rows: dict[tuple[str, int], int]
) -> dict[str, Any]:
    return {
        "settlement_id": settlement.id,
        "settled_meal_id": number,
        "order_id": booked.order_id,
        "outcome": booked.outcome,
        "subsidy_rule_id": rows[line.rule_id, line.rule_version],
        "payer": line.payer.value,
        "payer_name": line.payer_name,
        "payee": line.payee.value,
        "covers": line.covers.value,
        "fen": line.fen,
    }


def _add(session: Session, table: type[SQLModel], rows: list[dict[str, Any]]) -> None:
    """Add plain rows at once, without making an object of each: a month is half a million of them."""
    if rows:
        session.connection().execute(insert(SQLModel.metadata.tables[str(table.__tablename__)]), rows)


def _next_id(session: Session, table: type[SettledMeal]) -> int:
    return (session.exec(select(func.max(table.id))).one() or 0) + 1


def _in_parts(things: Iterable[Thing], size: int) -> Iterator[tuple[Thing, ...]]:
    left = iter(things)
    while some := tuple(islice(left, size)):
        yield some
