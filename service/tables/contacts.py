"""Further telephones of an elder, and further people to call; the first of each stands in the elder's own row."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel


class ContactRole(StrEnum):
    """What somebody may be called for; one person may have several roles."""

    FAMILY = "family"
    EMERGENCY = "emergency"
    KEY_HOLDER = "key_holder"


class ElderPhone(SQLModel, table=True):
    """A further telephone; it ends on `until_day` and is never deleted."""

    __tablename__ = "elder_phone"

    elder_number: str = Field(foreign_key="elder.number", primary_key=True)
    phone: str = Field(primary_key=True)
    note: str = ""
    until_day: date | None = None


class ElderContact(SQLModel, table=True):
    """Somebody to call after the first contact: in the order of `call_order`, from 2 on.

    `roles` holds words of `ContactRole` in their order, parted by single spaces.
    """

    __tablename__ = "elder_contact"
    __table_args__ = (CheckConstraint("call_order >= 2", name="call_order"),)

    elder_number: str = Field(foreign_key="elder.number", primary_key=True)
    name: str = Field(primary_key=True)
    phone: str
    roles: str = ContactRole.FAMILY
    call_order: int = 2
    note: str = ""
    until_day: date | None = None
