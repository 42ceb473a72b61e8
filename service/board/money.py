"""What the money pages and the API show of settlements: heads, totals, and every order that was not paid, with why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy
from sqlmodel import Session, SQLModel, col, func, select

from service import ledger
from service.errors import NotFoundError
from service.ledger import By
from service.tables import ClearedClaim, LedgerEntry, RefusedClaim, SettledMeal, Settlement, UnclaimedMeal

MOST_SHOWN = 500


@dataclass(frozen=True, slots=True)
class SettlementHead:
    """One act of booking; a correction names the settlement that it replays and its total is the difference."""

    id: int
    from_day: date
    until_day: date
    scheme: str
    scheme_version: int
    made_at: datetime
    made_by: str
    replays_id: int | None
    meals: int
    refused: int
    unclaimed: int
    total_fen: int


@dataclass(frozen=True, slots=True)
class Sum:
    """One line of totals: of whom or what, by its parts, and how much."""

    key: tuple[str, ...]
    fen: int


@dataclass(frozen=True, slots=True)
class NotPaid:
    """One order that was not paid: `reason` is the key of the sentence, `cleared_by` who has looked at it since."""

    order_id: int
    elder_number: str
    service_day: date
    meal: str
    kitchen_code: str | None
    meal_point_code: str | None
    reason: str
    details: dict[str, Any]
    cleared_by: str | None


@dataclass(frozen=True, slots=True)
class SettlementView:
    """One settlement whole; the lists show the first `MOST_SHOWN` of each kind, the head counts all."""

    head: SettlementHead
    by_payer: tuple[Sum, ...]
    by_kitchen: tuple[Sum, ...]
    by_meal_point: tuple[Sum, ...]
    by_rule: tuple[Sum, ...]
    refused: tuple[NotPaid, ...]
    unclaimed: tuple[NotPaid, ...]
    corrections: tuple[SettlementHead, ...]


def list_settlements(session: Session) -> list[SettlementHead]:
    """Return all settlements, the newest first."""
    rows = session.exec(select(Settlement).order_by(col(Settlement.id).desc())).all()
    return _heads(session, rows)


def get_settlement(session: Session, settlement_id: int) -> SettlementView:
    """Return one settlement with its totals and everybody it did not pay.

    Raises
    ------
    NotFoundError
        If there is no such settlement.
    """
    row = session.get(Settlement, settlement_id)
    if row is None:
        raise NotFoundError("money.settle.unknown", settlement=settlement_id)
    corrections = session.exec(select(Settlement).where(Settlement.replays_id == settlement_id)).all()
    return SettlementView(
        head=_heads(session, [row])[0],
        by_payer=_sums(session, By.PAYER, settlement_id),
        by_kitchen=_sums(session, By.KITCHEN, settlement_id),
        by_meal_point=_sums(session, By.MEAL_POINT, settlement_id),
        by_rule=_sums(session, By.RULE, settlement_id),
        refused=tuple(_not_paid(session, RefusedClaim, settlement_id)),
        unclaimed=tuple(_not_paid(session, UnclaimedMeal, settlement_id)),
        corrections=tuple(_heads(session, corrections)),
    )


def _heads(session: Session, rows: Sequence[Settlement]) -> list[SettlementHead]:
    ids = [row.id for row in rows]
    tables: tuple[type[SQLModel], ...] = (SettledMeal, RefusedClaim, UnclaimedMeal)
    counts: dict[type[SQLModel], dict[int | None, int]] = {
        table: dict(session.execute(_counted(table, ids)).all()) for table in tables
    }
    sums: list[Any] = [LedgerEntry.settlement_id, func.sum(LedgerEntry.fen)]
    within = col(LedgerEntry.settlement_id).in_(ids)
    totals = dict(session.execute(sqlalchemy.select(*sums).where(within).group_by(sums[0])).all())
    return [
        SettlementHead(
            row.id or 0,
            row.from_day,
            row.until_day,
            row.scheme,
            row.scheme_version,
            row.made_at,
            row.made_by,
            row.replays_id,
            meals=counts[SettledMeal].get(row.id, 0),
            refused=counts[RefusedClaim].get(row.id, 0),
            unclaimed=counts[UnclaimedMeal].get(row.id, 0),
            total_fen=int(totals.get(row.id, 0)),
        )
        for row in rows
    ]


def _counted(table: type[SQLModel], ids: Sequence[int | None]) -> Any:
    of = table.__table__.c.settlement_id  # type: ignore[attr-defined]
    return sqlalchemy.select(of, func.count()).where(of.in_(ids)).group_by(of)


def _sums(session: Session, by: By, settlement_id: int) -> tuple[Sum, ...]:
    found = ledger.sums(session, by, [settlement_id])
    return tuple(Sum(key, fen) for key, fen in sorted(found.items()))


def _not_paid(session: Session, table: type[RefusedClaim | UnclaimedMeal], settlement_id: int) -> Iterable[NotPaid]:
    asked: Any = (
        select(table, ClearedClaim.by)
        .join(ClearedClaim, col(ClearedClaim.order_id) == col(table.order_id), isouter=True)
        .where(table.settlement_id == settlement_id)
        .order_by(col(table.reason), col(table.service_day), col(table.id))
        .limit(MOST_SHOWN)
    )
    for row, cleared_by in session.exec(asked):
        yield NotPaid(
            row.order_id,
            row.elder_number,
            row.service_day,
            row.meal,
            row.kitchen_code,
            row.meal_point_code,
            row.reason,
            row.details,
            cleared_by,
        )
