"""`docs/import-formats.md`, made from the formats themselves."""

from __future__ import annotations

from service.importing.formats import KINDS, Column, FileRow, columns
from service.importing.sheets import MOST_BYTES, MOST_ROWS
from service.texts import text

HEAD = f"""\
# Import formats · 导入格式

Made from `service/importing/formats.py` by `service.importing.documenting.document()`; a test keeps it current.

A district comes in, and goes out again, as one table a kind. A folder may hold any of them; only what is there is
imported.

- **Files**: CSV (comma, semicolon or tab; UTF-8 with or without byte order mark, or GB18030 as Chinese spreadsheets
  save it) or XLSX. The name tells the kind: `elders.csv`, `elders.xlsx`, or the Chinese name, `长者.csv`. A workbook
  may hold several kinds, one a sheet. Formulas are not accepted.
- **Size**: at most {MOST_ROWS:,} lines and {MOST_BYTES // 1024 // 1024} MB a file.
- **Headings**: the column's name, or its Chinese or English heading. The order is free. A column that is marked as
  needed must be there and filled in; any other may be left out or empty. A column that is not known, or stands twice,
  is refused: a slip of the pen must not lose data in silence.
- **Rows** are told apart by their key. A row whose key is known changes that row, any other is added; a row that is
  not in the file stays as it is, and so does a column that is not in the file. Nobody and nothing is deleted by an
  import: set `active` to `no`, or `state` to `stopped`. Only a menu is told as a whole: the dishes of one kitchen, day
  and meal take the place of those that were there.
- **A menu cycle** comes in two ways. `menu_cycles` is counted from the week of 2024-01-01 and becomes dated menus for
  the days that you choose on import, once; where `menus` has the same kitchen, day and meal, that goes first. `cycles`
  with `cycle_entries` is kept, and written out two weeks ahead day by day; what a person (or a file) says about a dated
  menu is never overwritten by it, and a dish that was taken off (`state`) does not come back.
- **What is in a dish** is what its row `contains` and what the ingredients of its `recipes` contain. `price_fen` of a
  dish holds before its first version in `dish_prices`, `extra_fen` of a choice before its first in `course_prices`; a
  version that stands is not changed by a file.
- **Words** may be written as below or by their Chinese or English names (`lunch`, `午餐`).
- **People**: what is noted about an elder stands in tables of its own, each line with its days. A line ends on its last
  day and is not taken out; a line without a first day holds since 1900-01-01, that is, always. Of places and care
  levels the one that began last holds. Lists of the deceased and of those who moved away are `state_changes`: they are
  done on their day, at once if it has come, and one that a person has withdrawn stays withdrawn.
- **Doubles** are never merged by an import: records that look alike are listed, and a person says what they are. A
  record that was merged into another keeps its number; a `state` given for it is not taken.
- **Positions** may be given in any of three systems (column `crs`) and are kept in WGS-84. A position that somebody
  verified at the door is never overwritten, and an empty one never takes a known one away from an unchanged address.
- **All or nothing**: a preview shows what would be added and changed, and every error with its line and column. Then
  everything is applied in one step or, with an error, nothing (unless you choose to leave the bad lines out). An import
  can be undone as a whole until something depends on it.
- **Exports** are UTF-8 without byte order mark, comma, line feeds, rows ordered by key. A cell that a spreadsheet might
  compute gets an apostrophe in front, which the import takes away. For a spreadsheet choose XLSX.
"""


def document() -> str:
    """Return the whole document in Markdown."""
    return "\n".join([HEAD, *(_section(kind) for kind in KINDS)])


def _section(kind: type[FileRow]) -> str:
    name = f"import.kind.{kind.KIND}"
    made = columns(kind)
    lines = [
        f"## `{kind.KIND}` · {text('zh', name)}",
        "",
        f"Key: {', '.join(f'`{column}`' for column in kind.KEY)}",
        "",
        "| Column · 列 | 中文列名 | Needed · 必需 | Holds · 内容 | Means · 含义 | Example · 示例 |",
        "| --- | --- | --- | --- | --- | --- |",
        *(_line(column) for column in made.values()),
        "",
    ]
    return "\n".join(lines)


def _line(column: Column) -> str:
    needed = "yes · 是" if column.needed else _default(column)
    refers = f" (`{column.refers}`)" if column.refers else ""
    holds = f"{_holds('en', column)}{refers}<br>{_holds('zh', column)}"
    means = f"{text('en', f'import.column.{column.name}')}<br>{text('zh', f'import.column.{column.name}')}"
    heading = text("zh", f"import.heading.{column.name}")
    return f"| `{column.name}` | {heading} | {needed} | {holds} | {means} | `{column.example}` |"


def _default(column: Column) -> str:
    if column.default is None or column.default == "":
        return "–"
    return f"else · 否则 `{column.type.write(column.default)}`"


def _holds(language: str, column: Column) -> str:
    kind = column.type
    words = [f"`{word}`" for word in kind.words]
    return text(language, f"import.type.{kind.name}", least=kind.least, most=kind.most, words=words)
