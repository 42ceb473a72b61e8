"""Papers of a plan: due when the plan is published, written when their PDF lies in the folder, and who printed them.

A sheet has a code of its own by which it is found; a later plan makes void only the sheets that show something else.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from service.tables.columns import UtcDateTime, one_of


class PaperKind(StrEnum):
    """What is printed, as it is needed in the course of the day."""

    PURCHASE_LIST = "purchase_list"
    KITCHEN_COUNT = "kitchen_count"
    SUBSTITUTION_SHEET = "substitution_sheet"
    BATCH_SHEET = "batch_sheet"
    PICK_LIST = "pick_list"
    BOX_LABELS = "box_labels"
    LOADING_MANIFEST = "loading_manifest"
    MEAL_POINT_SHEET = "meal_point_sheet"
    ROUTE_SHEET = "route_sheet"
    CALL_LIST = "call_list"
    CHANGE_SLIP = "change_slip"


class ReprintReason(StrEnum):
    """Why a paper is printed again that was printed already."""

    LOST = "lost"
    DAMAGED = "damaged"
    PRINTER = "printer"
    SECOND_PLACE = "second_place"
    OTHER = "other"


class Extent(StrEnum):
    """How much of a paper is printed: all of it, or only what the newest version made new."""

    ALL = "all"
    NEW = "new"


class CopyFate(StrEnum):
    """What became of a printed copy that must not lie about."""

    RETURNED = "returned"
    DESTROYED = "destroyed"
    LOST = "lost"


class Paper(SQLModel, table=True):
    """All sheets of one kind for one subject: the kitchen, van run, courier run or meal point.

    `content` is what they say, as JSON, frozen when the plan was published; `replaced_at` is when a newer plan made any
    of it void. Its files lie in the plan's folder once `written_at` is set.
    """

    __tablename__ = "paper"
    __table_args__ = (one_of("kind", PaperKind), UniqueConstraint("plan_id", "kind", "subject", "language"))

    id: int | None = Field(default=None, primary_key=True)
    plan_id: int = Field(foreign_key="plan.id", index=True)
    kind: str
    subject: str
    language: str = "zh"
    content: str = Field(sa_type=Text)
    written_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    error: str = ""
    replaced_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class PaperFile(SQLModel, table=True):
    """One file of a paper: many labels come as several parts, counted from 1."""

    __tablename__ = "paper_file"
    __table_args__ = (CheckConstraint("part >= 1", name="part"),)

    paper_id: int = Field(foreign_key="paper.id", primary_key=True)
    part: int = Field(primary_key=True)
    file: str
    pages: int
    sha256: str


class PaperSheet(SQLModel, table=True):
    """One sheet by the code that stands on it; `short` is the same code as it is typed and told on the telephone.

    It holds until `void_at`; `replaced_by` is the code of the sheet that holds instead, "" where nothing is left of it.
    `plan_id` is the version that made it, `paper_id` that version's paper.
    """

    __tablename__ = "paper_sheet"

    code: str = Field(primary_key=True)
    short: str = Field(index=True)
    plan_id: int = Field(foreign_key="plan.id", index=True)
    paper_id: int = Field(foreign_key="paper.id", index=True)
    is_confidential: bool
    void_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    replaced_by: str = ""


class PaperPrint(SQLModel, table=True):
    """打印: one paper printed once, by whom and why again; rows are only ever added, but for what became of the copy.

    `copy_number` counts the prints of the same sheets from 1; `sheets` and `pages` are how much came out, `extent`
    whether it was everything.
    """

    __tablename__ = "paper_print"
    __table_args__ = (
        one_of("extent", Extent),
        CheckConstraint("reason IN ('', 'lost', 'damaged', 'printer', 'second_place', 'other')", name="reason"),
        CheckConstraint("fate IN ('', 'returned', 'destroyed', 'lost')", name="fate"),
        CheckConstraint("(fate = '') = (fate_at IS NULL)", name="fate_at"),
        CheckConstraint("copy_number >= 1", name="copy_number"),
    )

    id: int | None = Field(default=None, primary_key=True)
    paper_id: int = Field(foreign_key="paper.id", index=True)
    code: str
    extent: str
    language: str
    stock: str = ""
    copy_number: int
    sheets: int
    pages: int
    reason: str = ""
    note: str = ""
    printed_at: datetime = Field(sa_type=UtcDateTime, index=True)
    printed_by: str
    fate: str = ""
    fate_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    fate_by: str = ""
