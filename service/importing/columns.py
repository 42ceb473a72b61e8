"""What a format is made of: columns with their cell types, and a row that is checked against them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import ClassVar, Self

from pydantic import BaseModel, ConfigDict, model_validator
from pydantic.fields import FieldInfo
from pydantic_core import PydanticCustomError, PydanticUndefined

from service.importing.cells import CellType


@dataclass(frozen=True, slots=True)
class Fills:
    """What a column is for: an example, the table column it fills ("" means its own name), the kind it refers to."""

    example: str
    column: str = ""
    refers: str = ""


class FileRow(BaseModel):
    """One row of a file. Fields keep the order of the columns; a field without default may not be empty."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    KIND: ClassVar[str]
    TABLE: ClassVar[str]
    KEY: ClassVar[tuple[str, ...]]
    ORDERED: ClassVar[tuple[tuple[str, str], ...]] = ()
    """Pairs of columns of which the first may not be greater than the second."""
    MARKS: ClassVar[tuple[str, ...]] = ()
    """Columns of the table that time sets after an import: an undo does not take them for somebody's change."""

    @model_validator(mode="after")
    def check_order(self) -> Self:
        """Refuse a stretch of time that ends before it begins."""
        for first, last in self.ORDERED:
            start, end = getattr(self, first), getattr(self, last)
            if start is not None and end is not None and start > end:
                came = columns(type(self))[last].type.write(end)
                least = columns(type(self))[first].type.write(start)
                raise PydanticCustomError(
                    "import.expected_after", "{other}", {"column": last, "other": first, "least": least, "came": came}
                )
        return self


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a kind of file, as the checker and the exporter use it."""

    name: str
    type: CellType
    needed: bool
    default: object
    table_column: str
    example: str
    refers: str


@cache
def columns(kind: type[FileRow]) -> dict[str, Column]:
    """Return the columns of a kind of file by name, in their order."""
    return {name: _column(name, info) for name, info in kind.model_fields.items()}


def _column(name: str, info: FieldInfo) -> Column:
    cell_type = next(one for one in info.metadata if isinstance(one, CellType))
    fills = next(one for one in info.metadata if isinstance(one, Fills))
    needed = info.default is PydanticUndefined
    default = None if needed else info.default
    return Column(name, cell_type, needed, default, fills.column or name, fills.example, fills.refers)
