"""Money rows: which rule versions were used, what was settled, every fen of it, and what was stopped.

Rows are only ever added; the database itself refuses to change or remove one (see the migration). A correction is an
entry that takes another one back, and a new one.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from kitchens.meals import Meal
from service.tables.columns import UtcDateTime, one_of


class SubsidyRule(SQLModel, table=True):
    """One version of one rule as it was used; `content` is the whole rule, `digest` its fingerprint.

    The elder's own part of the bill is a rule of its own name, whose version is that of its scheme.
    """

    __tablename__ = "subsidy_rule"
    __table_args__ = (UniqueConstraint("scheme", "rule", "version"),)

    id: int | None = Field(default=None, primary_key=True)
    scheme: str
    rule: str
    version: int
    digest: str
    content: dict[str, Any] = Field(sa_type=JSON)
    first_used_at: datetime = Field(sa_type=UtcDateTime)


class Settlement(SQLModel, table=True):
    """结算: one act of booking a period; with `replays_id` the correction of an earlier one under another rule."""

    __tablename__ = "settlement"
    __table_args__ = (CheckConstraint("from_day <= until_day", name="days"),)

    id: int | None = Field(default=None, primary_key=True)
    from_day: date
    until_day: date
    scheme: str
    scheme_version: int
    rounding: str
    rounding_unit_fen: int
    offsets_fee: bool
    made_at: datetime = Field(sa_type=UtcDateTime)
    made_by: str
    replays_id: int | None = Field(default=None, foreign_key="settlement.id", index=True)


class SettledMeal(SQLModel, table=True):
    """One meal that somebody had, with all that its price depended on: frozen, so that it can be priced again."""

    __tablename__ = "settled_meal"
    __table_args__ = (
        one_of("meal", Meal),
        UniqueConstraint("settlement_id", "order_id"),
        Index("ix_settled_meal_elder", "elder_number", "service_day"),
    )

    id: int | None = Field(default=None, primary_key=True)
    settlement_id: int = Field(foreign_key="settlement.id")
    order_id: int = Field(foreign_key="meal_order.id", index=True)
    outcome: str
    elder_number: str = Field(foreign_key="elder.number")
    service_day: date
    meal: str
    kitchen_code: str | None = Field(default=None, foreign_key="kitchen.code")
    meal_point_code: str | None = Field(default=None, foreign_key="meal_point.code")
    facts: dict[str, Any] = Field(sa_type=JSON)


class LedgerEntry(SQLModel, table=True):
    """台账: one amount from one payer to one payee, negative where it takes an earlier entry back."""

    __tablename__ = "ledger_entry"
    __table_args__ = (
        CheckConstraint("payer IN ('elder', 'city', 'district', 'street', 'charity', 'operator')", name="payer"),
        CheckConstraint("payee IN ('elder', 'operator')", name="payee"),
        CheckConstraint("covers IN ('meal', 'delivery', 'grant')", name="covers"),
        CheckConstraint("(reverses_id IS NULL AND fen > 0) OR (reverses_id IS NOT NULL AND fen < 0)", name="fen"),
    )

    id: int | None = Field(default=None, primary_key=True)
    settlement_id: int = Field(foreign_key="settlement.id", index=True)
    settled_meal_id: int = Field(foreign_key="settled_meal.id", index=True)
    order_id: int = Field(foreign_key="meal_order.id", index=True)
    outcome: str
    subsidy_rule_id: int = Field(foreign_key="subsidy_rule.id")
    payer: str
    payer_name: str
    payee: str
    covers: str
    fen: int
    reverses_id: int | None = Field(default=None, foreign_key="ledger_entry.id", unique=True)


class RefusedClaim(SQLModel, table=True):
    """A meal that was claimed and not paid: `reason` is a key of the texts, `details` the values in it."""

    __tablename__ = "refused_claim"
    __table_args__ = (one_of("meal", Meal),)

    id: int | None = Field(default=None, primary_key=True)
    settlement_id: int = Field(foreign_key="settlement.id", index=True)
    order_id: int = Field(foreign_key="meal_order.id")
    elder_number: str = Field(foreign_key="elder.number")
    service_day: date
    meal: str
    kitchen_code: str | None = Field(default=None, foreign_key="kitchen.code")
    meal_point_code: str | None = Field(default=None, foreign_key="meal_point.code")
    reason: str
    details: dict[str, Any] = Field(sa_type=JSON)
