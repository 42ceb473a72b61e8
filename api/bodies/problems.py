"""The one body of every refusal."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class FieldProblem(BaseModel):
    """One field that does not fit."""

    model_config = ConfigDict(extra="forbid")

    where: str = Field(description="Where it stands, such as `body.outcome`", examples=["body.outcome"])
    expected: str = Field(description="What was expected; empty if it cannot be said in short")
    came: str = Field(description="What came, shortened; never a password")


class Problem(BaseModel):
    """A refusal: nothing was changed. `key` is stable; the sentences say the same in Chinese and English."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "key": "error.unknown_elder",
                    "zh": "没有编号为 E9 的长者。请核对卡号或编号。",
                    "en": "There is no elder with number E9. Check the card or the number.",
                    "values": {"elder": "E9"},
                    "fields": [],
                }
            ]
        },
    )

    key: str
    zh: str
    en: str
    values: dict[str, Any] = Field(default_factory=dict, description="The values in the sentences")
    fields: list[FieldProblem] = Field(default_factory=list, description="What did not fit, field by field")
