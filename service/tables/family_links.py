"""Links by which a family orders for an elder: each made by staff, resting on the elder's consent, until a day."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel

from service.tables.columns import UtcDateTime


class FamilyLink(SQLModel, table=True):
    """A personal link for one contact of one elder; whatever it does is noted under its `code`.

    `token_digest` is that of the secret in the address: the database alone opens no link. `consent_at` and
    `consent_version` say which answer of the elder it rests on.
    """

    __tablename__ = "family_link"
    __table_args__ = (
        CheckConstraint("(revoked_at IS NULL) = (revoked_by IS NULL)", name="revoked"),
        CheckConstraint("until > made_at", name="until"),
    )

    code: str = Field(primary_key=True)
    elder_number: str = Field(foreign_key="elder.number", index=True)
    holder: str
    token_digest: str = Field(unique=True)
    consent_at: datetime = Field(sa_type=UtcDateTime)
    consent_version: str
    made_at: datetime = Field(sa_type=UtcDateTime)
    made_by: str
    until: datetime = Field(sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    revoked_by: str | None = None
