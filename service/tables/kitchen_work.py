"""What happens in the kitchen, at the ramp and at the meal point: readings, ticks, carriers, signatures, missing boxes.

Readings only grow: what was wrong stays, and the row that corrects it names it and says why.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from kitchens.meals import Meal
from service.tables.columns import UtcDateTime, one_of


class RecordKind(StrEnum):
    """What a line of a batch sheet says."""

    STARTED = "started"
    FINISHED = "finished"
    CORE = "core"
    HOLDING = "holding"
    DISPATCH = "dispatch"
    SAMPLE = "sample"
    COOK = "cook"
    LOT = "lot"
    OUT = "out"
    WASTE = "waste"
    SECOND = "second"


class BatchRecord(SQLModel, table=True):
    """One line of a batch sheet as it was keyed in; `replaces` is the row that it corrects, once, and `why`.

    A row that does not hold only says that the one it replaces never was.

    `tenths_c` is a core temperature in tenths of a degree; `amount` grams of the sample or portions; `words` the
    sample's place, a lot, or the name of whoever cooked or signed.
    """

    __tablename__ = "batch_record"
    __table_args__ = (
        one_of("kind", RecordKind),
        CheckConstraint("tenths_c IS NULL OR (tenths_c >= 0 AND tenths_c <= 1100)", name="core"),
        CheckConstraint("amount IS NULL OR amount >= 0", name="amount"),
        CheckConstraint("(replaces IS NULL) = (why = '')", name="why"),
    )

    id: int | None = Field(default=None, primary_key=True)
    batch_id: int = Field(foreign_key="batch.id", index=True)
    kind: str
    at: datetime = Field(sa_type=UtcDateTime)
    tenths_c: int | None = None
    amount: int | None = None
    words: str = ""
    replaces: int | None = Field(default=None, foreign_key="batch_record.id", unique=True)
    why: str = ""
    holds: bool = True
    noted_at: datetime = Field(sa_type=UtcDateTime)
    noted_by: str


class BoxTick(SQLModel, table=True):
    """A box that was packed and held against its elder; `checked_by` is the second person of a special one.

    `says` is what its label said: in a later version a tick counts only while the label says the same.
    """

    __tablename__ = "box_tick"
    __table_args__ = (
        UniqueConstraint("plan_id", "order_id"),
        CheckConstraint("(checked_at IS NULL) = (checked_by IS NULL)", name="checked"),
        CheckConstraint("checked_by IS NULL OR checked_by <> ticked_by", name="two_people"),
    )

    id: int | None = Field(default=None, primary_key=True)
    plan_id: int = Field(foreign_key="plan.id", index=True)
    order_id: int = Field(foreign_key="meal_order.id", index=True)
    label: str
    mark: str
    says: str
    ticked_at: datetime = Field(sa_type=UtcDateTime)
    ticked_by: str
    checked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    checked_by: str | None = None


class Keeping(StrEnum):
    """How a carrier keeps what is in it."""

    HOT = "hot"
    COLD = "cold"


class CarrierLoad(SQLModel, table=True):
    """An insulated carrier of a van run, for one of its stops; a number stands once a run.

    `boxes` are the boxes in it, `returned_at` is when the empty one was back.
    """

    __tablename__ = "carrier_load"
    __table_args__ = (
        one_of("keeping", Keeping),
        UniqueConstraint("van_run_id", "number"),
        CheckConstraint("boxes > 0", name="boxes"),
        CheckConstraint("(returned_at IS NULL) = (returned_by IS NULL)", name="returned"),
    )

    id: int | None = Field(default=None, primary_key=True)
    van_run_id: int = Field(foreign_key="van_run.id", index=True)
    position: int
    number: str
    keeping: str
    seal: str
    boxes: int
    packed_at: datetime = Field(sa_type=UtcDateTime)
    packed_by: str
    returned_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    returned_by: str | None = None


class ManifestOut(SQLModel, table=True):
    """The kitchen's signature under a van run's manifest: boxes counted, temperatures out in tenths of a degree."""

    __tablename__ = "manifest_out"
    __table_args__ = (CheckConstraint("boxes >= 0", name="boxes"),)

    van_run_id: int = Field(foreign_key="van_run.id", primary_key=True)
    boxes: int
    hot_tenths_c: int | None = None
    cold_tenths_c: int | None = None
    signed_at: datetime = Field(sa_type=UtcDateTime)
    signed_by: str


class ManifestIn(SQLModel, table=True):
    """The meal point's signature at one stop: boxes counted in, temperatures in, and why it differs if it does."""

    __tablename__ = "manifest_in"
    __table_args__ = (CheckConstraint("boxes >= 0", name="boxes"),)

    van_run_id: int = Field(foreign_key="van_run.id", primary_key=True)
    position: int = Field(primary_key=True)
    boxes: int
    hot_tenths_c: int | None = None
    cold_tenths_c: int | None = None
    seals_whole: bool
    why: str = ""
    signed_at: datetime = Field(sa_type=UtcDateTime)
    signed_by: str


class MissingWay(StrEnum):
    """What became of an order whose box was missing."""

    FOUND = "found"
    SUBSTITUTE = "substitute"
    CALLED_OFF = "called_off"


class MissingBox(SQLModel, table=True):
    """A box that was on a manifest and did not arrive: open until a person has settled it, by name."""

    __tablename__ = "missing_box"
    __table_args__ = (
        one_of("way", MissingWay),
        UniqueConstraint("plan_id", "order_id"),
        CheckConstraint("(settled_at IS NULL) = (settled_by IS NULL)", name="settled"),
        CheckConstraint("(settled_at IS NULL) = (way IS NULL)", name="way_settled"),
    )

    id: int | None = Field(default=None, primary_key=True)
    plan_id: int = Field(foreign_key="plan.id", index=True)
    order_id: int = Field(foreign_key="meal_order.id", index=True)
    van_run_id: int = Field(foreign_key="van_run.id")
    position: int
    label: str
    why: str
    noted_at: datetime = Field(sa_type=UtcDateTime)
    noted_by: str
    way: str | None = None
    dish_code: str | None = Field(default=None, foreign_key="dish.code")
    note: str = ""
    settled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    settled_by: str | None = None


class Step(StrEnum):
    """The steps in which a meal is closed, in their order."""

    REVIEW = "review"
    MENU = "menu"
    COUNT = "count"
    RUNS = "runs"
    PRINT = "print"
    WRAP_UP = "wrap_up"


class CloseStep(SQLModel, table=True):
    """A step that somebody confirmed, and the digest of what it looked like then; rows only grow."""

    __tablename__ = "close_step"
    __table_args__ = (one_of("meal", Meal), one_of("step", Step))

    id: int | None = Field(default=None, primary_key=True)
    service_day: date = Field(index=True)
    meal: str
    step: str
    digest: str
    confirmed_at: datetime = Field(sa_type=UtcDateTime)
    confirmed_by: str


class LeftOutNote(SQLModel, table=True):
    """That a person has read why an order is left out, by name; for one order and one reason once."""

    __tablename__ = "left_out_note"

    order_id: int = Field(foreign_key="meal_order.id", primary_key=True)
    reason: str = Field(primary_key=True)
    noted_at: datetime = Field(sa_type=UtcDateTime)
    noted_by: str
