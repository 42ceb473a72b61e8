"""Cards (社保卡, 优待卡): tokens by which an elder is known. What a card can no longer do, the elder may still do."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from sqlmodel import Field, SQLModel

from service.tables.columns import one_of


class CardKind(StrEnum):
    """The two cards of 穗民规字〔2024〕3号, article 24."""

    SOCIAL_SECURITY = "social_security"
    BENEFIT = "benefit"


class CardState(StrEnum):
    """What has become of a card; whether it has lapsed is told by its days."""

    IN_USE = "in_use"
    LOST = "lost"
    RETURNED = "returned"


class ElderCard(SQLModel, table=True):
    """A card of an elder; the same number on two elders is a sign that they are one."""

    __tablename__ = "elder_card"
    __table_args__ = (one_of("kind", CardKind), one_of("state", CardState))

    elder_number: str = Field(foreign_key="elder.number", primary_key=True)
    kind: str = Field(primary_key=True)
    card_number: str = Field(primary_key=True, index=True)
    state: str = CardState.IN_USE
    issued_on: date | None = None
    valid_until: date | None = None
