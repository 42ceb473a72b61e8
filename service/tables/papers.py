"""Papers of a plan: due when the plan is published, written when their PDF lies in the folder."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from service.tables.columns import UtcDateTime, one_of


class PaperKind(StrEnum):
    """What is printed."""

    KITCHEN_COUNT = "kitchen_count"
    BATCH_SHEET = "batch_sheet"
    BOX_LABELS = "box_labels"
    LOADING_MANIFEST = "loading_manifest"
    ROUTE_SHEET = "route_sheet"
    MEAL_POINT_SHEET = "meal_point_sheet"


class Paper(SQLModel, table=True):
    """One file; `subject` is the kitchen, van run, courier run or meal point it is for.

    `content` is what it says, as JSON, frozen when the plan was published; `replaced_at` is when a newer plan made it
    void.
    """

    __tablename__ = "paper"
    __table_args__ = (one_of("kind", PaperKind), UniqueConstraint("plan_id", "kind", "subject", "language"))

    id: int | None = Field(default=None, primary_key=True)
    plan_id: int = Field(foreign_key="plan.id", index=True)
    kind: str
    subject: str
    language: str = "zh"
    content: str = Field(sa_type=Text)
    file: str | None = None
    pages: int | None = None
    sha256: str | None = None
    written_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    error: str = ""
    replaced_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
