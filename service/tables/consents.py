"""What an elder has agreed to, in which version of which text, and when; a withdrawal is a row of its own."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlmodel import Field, SQLModel

from service.tables.columns import UtcDateTime, one_of


class Purpose(StrEnum):
    """What consent is asked for."""

    FACE = "face"
    POSITION = "position"
    FAMILY_SHARING = "family_sharing"
    PHOTOS = "photos"
    ALARM_DATA = "alarm_data"


class ElderConsent(SQLModel, table=True):
    """One answer of an elder; the latest of each purpose holds, and no answer means no."""

    __tablename__ = "elder_consent"
    __table_args__ = (one_of("purpose", Purpose),)

    elder_number: str = Field(foreign_key="elder.number", primary_key=True)
    purpose: str = Field(primary_key=True)
    given_at: datetime = Field(sa_type=UtcDateTime, primary_key=True)
    agreed: bool
    text_version: str
    noted_by: str = ""
