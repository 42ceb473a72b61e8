"""What money and care depend on in an elder, each with its days: where registered and living, classes, care level."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel

from service.tables.columns import one_of

SINCE_EVER = date(1900, 1, 1)
"""The first day of something that nobody has dated: it has always been so."""


class PlaceKind(StrEnum):
    """户籍 where the household is registered, 居住地 where the elder lives."""

    HUKOU = "hukou"
    RESIDENCE = "residence"


class Dwelling(StrEnum):
    """How an elder lives at the residence: at home or in a care home (养老机构)."""

    AT_HOME = "at_home"
    CARE_HOME = "care_home"


class StatusClass(StrEnum):
    """人员类别: the classes that money and service rules name.

    The first nine are those of the subsidy rules. 100 years and more, and 80 and more, are no classes: age tells them.
    """

    TEKUN = "tekun"
    DIBAO = "dibao"
    DIBAO_EDGE = "dibao_edge"
    YOUFU = "youfu"
    SANSHU_WULAO = "sanshu_wulao"
    LOST_ONLY_CHILD = "lost_only_child"
    ONLY_CHILD_DISABLED = "only_child_disabled"
    SEVERE_DISABILITY = "severe_disability"
    BASIC_CARE = "basic_care"
    HARDSHIP = "hardship"
    DISABLED = "disabled"
    FAMILY_PLANNING = "family_planning"
    LIVES_ALONE = "lives_alone"
    EMPTY_NEST = "empty_nest"
    ALL_ELDERLY = "all_elderly"
    MODEL_WORKER = "model_worker"


class ElderPlace(SQLModel, table=True):
    """Where an elder is registered or lives from a day on; a later row of the same kind takes its place.

    Names or codes of GB/T 2260 and of the district's streets; "" where one is not known.
    """

    __tablename__ = "elder_place"
    __table_args__ = (
        one_of("kind", PlaceKind),
        one_of("dwelling", Dwelling),
        CheckConstraint("(street = '' OR district <> '') AND (district = '' OR city <> '')", name="no_hole"),
        CheckConstraint("until_day IS NULL OR until_day >= from_day", name="days"),
    )

    elder_number: str = Field(foreign_key="elder.number", primary_key=True)
    kind: str = Field(primary_key=True)
    from_day: date = Field(default=SINCE_EVER, primary_key=True)
    city: str
    district: str = ""
    street: str = ""
    dwelling: str = Dwelling.AT_HOME
    proof: str = ""
    until_day: date | None = None


class ElderClass(SQLModel, table=True):
    """One class that an elder belongs to, with its proof; it ends on `until_day` and is never deleted."""

    __tablename__ = "elder_class"
    __table_args__ = (
        one_of("status_class", StatusClass),
        CheckConstraint("until_day IS NULL OR until_day >= from_day", name="days"),
    )

    elder_number: str = Field(foreign_key="elder.number", primary_key=True)
    status_class: str = Field(primary_key=True)
    from_day: date = Field(default=SINCE_EVER, primary_key=True)
    until_day: date | None = None
    proof: str = ""


class ElderCareLevel(SQLModel, table=True):
    """An assessed care level (照护等级) 0 to 5; a later assessment takes its place."""

    __tablename__ = "elder_care_level"
    __table_args__ = (
        CheckConstraint("level BETWEEN 0 AND 5", name="level"),
        CheckConstraint("until_day IS NULL OR until_day >= from_day", name="days"),
    )

    elder_number: str = Field(foreign_key="elder.number", primary_key=True)
    from_day: date = Field(default=SINCE_EVER, primary_key=True)
    level: int
    until_day: date | None = None
    proof: str = ""
