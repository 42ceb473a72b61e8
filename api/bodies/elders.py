"""Elders as they go out to programs, and the cells in which they come in."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from api.deps import ServiceDay
from service.board.elder import ElderView
from service.entitlement import Answer
from service.people import Likeness
from service.people.likeness import Sign
from service.tables import ElderState

Number = Annotated[str, Field(min_length=1, max_length=40)]
Cell = Annotated[str, Field(max_length=500)]


class CellsIn(BaseModel):
    """One row by column, each cell a text as in the import formats; what is left out is as the format says."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"cells": {"kind": "benefit", "card_number": "SAMPLE-B-000017"}}]},
    )

    cells: dict[str, Cell] = Field(min_length=1, max_length=40)


class StateIn(BaseModel):
    """A change of state from a day on."""

    model_config = ConfigDict(extra="forbid")

    to_state: ElderState
    from_day: ServiceDay
    reason: Cell = ""


class PairIn(BaseModel):
    """Two records of which one is kept."""

    model_config = ConfigDict(extra="forbid")

    keep: Number
    double: Number


class NumbersIn(BaseModel):
    """Two records."""

    model_config = ConfigDict(extra="forbid")

    one: Number
    other: Number


class AnswerOut(BaseModel):
    """A decision with its sentence in both languages and the rule that it rests on."""

    model_config = ConfigDict(extra="forbid")

    yes: bool
    reason: str = Field(description="Stable name of the reason")
    zh: str
    en: str
    rule: str | None
    rule_version: int | None
    since: date | None


class EntitlementOut(BaseModel):
    """The two decisions about a person on a day, and each rule of the scheme."""

    model_config = ConfigDict(extra="forbid")

    elder_number: str
    day: date
    may_eat: AnswerOut
    is_subsidised: AnswerOut
    rules: list[AnswerOut]
    is_birth_date_known: bool


class StateOut(BaseModel):
    """A change of state as it stands."""

    model_config = ConfigDict(extra="forbid")

    from_day: date
    to_state: ElderState
    reason: str
    asked_by: str
    asked_at: datetime
    applied_at: datetime | None
    withdrawn_at: datetime | None


class ElderOut(BaseModel):
    """A record as far as the reader may see it; `parts` holds rows of cells as in the import formats."""

    model_config = ConfigDict(extra="forbid")

    elder_number: str
    merged_numbers: list[str]
    name: str
    birth_year: int
    birth_date: date | None
    state: ElderState
    phones: list[str]
    address: str
    block: str
    stairwell: str
    floor: int
    door: str
    has_lift: bool
    door_note: str
    lat: float | None
    lon: float | None
    position_verified: bool
    meal_point_code: str | None
    contacts: list[dict[str, str | int | list[str]]]
    risks: list[str]
    parts: dict[str, list[dict[str, str]]]
    states: list[StateOut]


class LikenessOut(BaseModel):
    """Two records that may be one person."""

    model_config = ConfigDict(extra="forbid")

    one: str
    other: str
    signs: list[Sign]


def answer_out(answer: Answer) -> AnswerOut:
    """Return what the outside sees of a decision."""
    basis = answer.basis
    return AnswerOut(
        yes=answer.is_yes,
        reason=answer.key.rsplit(".", 1)[-1],
        zh=answer.say("zh"),
        en=answer.say("en"),
        rule=None if basis is None else basis.rule_id,
        rule_version=None if basis is None else basis.version,
        since=None if basis is None else basis.since,
    )


def elder_out(view: ElderView) -> ElderOut:
    """Return what the outside sees of a record."""
    record, elder = view.record, view.record.elder
    shown = ("name", "birth_year", "birth_date", "address", "block", "stairwell", "floor", "door", "has_lift")
    also = ("door_note", "lat", "lon", "position_verified", "meal_point_code")
    return ElderOut(
        elder_number=elder.number,
        merged_numbers=list(record.numbers[1:]),
        state=view.state,
        phones=list(record.phones_on(view.day)),
        contacts=[
            {"name": one.name, "phone": one.phone, "roles": list(one.roles), "call_order": place}
            for place, one in enumerate(record.contacts_on(view.day), start=1)
        ],
        risks=list(view.risks),
        parts={part.name: [row.cells for row in part.rows] for part in view.parts},
        states=[StateOut(**{name: getattr(one, name) for name in StateOut.model_fields}) for one in record.changes],
        **{name: getattr(elder, name) for name in (*shown, *also)},
    )


def likeness_out(pair: Likeness) -> LikenessOut:
    """Return what the outside sees of two records that look alike."""
    return LikenessOut(one=pair.one.number, other=pair.other.number, signs=list(pair.signs))
