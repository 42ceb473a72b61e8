"""Days on which an elder is known to be away, and what whoever goes to the door must know."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel

from service.tables.columns import one_of
from service.tables.standing import SINCE_EVER


class AbsenceReason(StrEnum):
    """Why an elder is away."""

    HOSPITAL = "hospital"
    WITH_FAMILY = "with_family"
    TRAVEL = "travel"
    SHORT_CARE = "short_care"
    OTHER_REASON = "other_reason"


class Risk(StrEnum):
    """What has to be seen on every screen and sheet."""

    FALLS = "falls"
    DEMENTIA = "dementia"
    HARD_OF_HEARING = "hard_of_hearing"
    POOR_SIGHT = "poor_sight"
    CHOKING = "choking"
    BEDRIDDEN = "bedridden"
    HEART = "heart"
    DIABETES = "diabetes"
    DOG = "dog"
    AGGRESSION = "aggression"


class ElderAbsence(SQLModel, table=True):
    """A planned absence, both days included; without `until_day` nobody knows yet when it ends."""

    __tablename__ = "elder_absence"
    __table_args__ = (
        one_of("reason", AbsenceReason),
        CheckConstraint("until_day IS NULL OR until_day >= from_day", name="days"),
    )

    elder_number: str = Field(foreign_key="elder.number", primary_key=True)
    from_day: date = Field(primary_key=True)
    until_day: date | None = None
    reason: str = AbsenceReason.OTHER_REASON
    note: str = ""


class ElderRisk(SQLModel, table=True):
    """One thing to be careful about, with its days."""

    __tablename__ = "elder_risk"
    __table_args__ = (
        one_of("risk", Risk),
        CheckConstraint("until_day IS NULL OR until_day >= from_day", name="days"),
    )

    elder_number: str = Field(foreign_key="elder.number", primary_key=True)
    risk: str = Field(primary_key=True)
    from_day: date = Field(default=SINCE_EVER, primary_key=True)
    until_day: date | None = None
    note: str = ""
