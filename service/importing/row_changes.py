"""One row as an import would leave it."""

from __future__ import annotations

from dataclasses import dataclass

from service.importing.columns import FileRow
from service.importing.rows import Key, Row


@dataclass(frozen=True, slots=True)
class RowChange:
    """One row that would be added (`before` is None), changed, or removed (`after` is None); as table columns."""

    kind: type[FileRow]
    file: str
    line: int
    key: Key
    before: Row | None
    after: Row | None
