"""Checked rows against the database: what would be added or changed, and what cannot be.

The rules that keep what is better already stand here: a position that somebody stood at is never overwritten, and an
empty position never takes a known one away from an unchanged address.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlmodel import Session

from routing.coordinates import Crs, to_wgs84
from service.importing import formats
from service.importing.alike import list_alike_notes
from service.importing.cells import DEGREE_DIGITS
from service.importing.checking import CheckedRow, CheckedTable
from service.importing.closing import closed_meals
from service.importing.cycles import CycleEntry, laid_over
from service.importing.findings import Finding
from service.importing.formats import KIND_BY_NAME, KINDS, Column, FileRow, columns
from service.importing.row_changes import RowChange
from service.importing.rows import Key, Row, fresh_row, key_of, rows_by_key, rows_like, table_of
from service.importing.states import asked_anew
from service.tables import EntryState
from service.texts import Key as TextKey

POSITION = ("lat", "lon", "given_crs", "position_verified")
WHERE_ABOUTS = ("address", "block", "stairwell", "door", "community_code")
FILLED_IN = ("placed_by", "placed_at", "changed_at", "asked_by", "asked_at")
"""Columns that an empty cell leaves as they are; who applies the import fills them in for a new row."""


@dataclass(slots=True)
class Comparison:
    """What an import would do."""

    changes: list[RowChange] = field(default_factory=list)
    unchanged: dict[str, int] = field(default_factory=dict)
    refused: list[Finding] = field(default_factory=list)
    notes: list[Finding] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A row as the file wants it: its own columns only."""

    line: int
    row: Row


def compare(
    session: Session, tables: Iterable[CheckedTable], days: Sequence[date], *, lock: bool = False
) -> Comparison:
    """Return what the import of `tables` would do; menu cycles are laid over `days`.

    With `lock` the rows at hand are kept from other writers until the transaction ends.

    Kinds are gone through in the order in which they refer to each other, so that a row which refers to a refused
    row is refused as well.
    """
    by_kind = {table.kind: table for table in tables}
    found = Comparison()
    good: dict[str, set[Key]] = {}
    for kind in KINDS:
        table = by_kind.get(kind)
        if table is None:
            continue
        rows = _referring(session, table, good, found)
        good[kind.KIND] = {row.key() for row in rows}
        wanted = _dated(rows, by_kind, days) if kind is formats.MenuCycleRow else _own_columns(table, rows)
        _compare_table(session, table, wanted, found, lock)
    found.refused += _closed(session, found)
    found.refused += _standing_prices(found)
    found.notes += _not_served(session, found)
    found.notes += list_alike_notes(session, found.changes)
    return found


def _referring(
    session: Session, table: CheckedTable, good: Mapping[str, set[Key]], found: Comparison
) -> list[CheckedRow]:
    """Return the rows whose references all lead somewhere; the others are refused."""
    bad: set[int] = set()
    for column in columns(table.kind).values():
        if not column.refers:
            continue
        named = {value for row in table.rows if (value := getattr(row.row, column.name)) is not None}
        known = {key[0] for key in good.get(column.refers, ())}
        target = KIND_BY_NAME[column.refers]
        missing = [(value,) for value in named - known]
        stored = rows_by_key(session, table_of(target.TABLE), target.KEY, missing)
        unknown = {key[0] for key in missing if key not in stored}
        for row in table.rows:
            value = getattr(row.row, column.name)
            if value in unknown:
                bad.add(row.line)
                found.refused.append(_unknown(table, row.line, column, value))
    return [row for row in table.rows if row.line not in bad]


def _unknown(table: CheckedTable, line: int, column: Column, came: str) -> Finding:
    values = {"kind": TextKey(f"import.kind.{column.refers}"), "came": came}
    return Finding(table.file, line, column.name, "import.error.unknown_reference", values)


def _dated(
    rows: Iterable[CheckedRow], by_kind: Mapping[type[FileRow], CheckedTable], days: Sequence[date]
) -> list[_Wanted]:
    """Return a cycle's rows on `days`; a meal of a day whose menu stands in the same import is left to that."""
    lines = {CycleEntry(**row.row.model_dump()): row.line for row in rows}
    menus = by_kind.get(formats.MenuRow)
    dated = {row.key()[:3] for row in menus.rows} if menus else set()
    return [
        _Wanted(lines[entry], entry.on(day))
        for day, entry in laid_over(lines, days)
        if (entry.kitchen_code, day, entry.meal) not in dated
    ]


def _own_columns(table: CheckedTable, rows: Iterable[CheckedRow]) -> list[_Wanted]:
    """Return the rows by table column, positions in WGS-84, with only the columns that the file has."""
    made = columns(table.kind)
    wanted: list[_Wanted] = []
    for row in rows:
        # What makes a row the only one of its kind belongs to it even where the file leaves it to the format.
        given = table.given.union(table.kind.KEY)
        values = {column.table_column: getattr(row.row, name) for name, column in made.items() if name in given}
        if values.get("lat") is not None and values.get("lon") is not None:
            values["lat"], values["lon"] = _wgs84(values["lat"], values["lon"], getattr(row.row, "crs", "wgs84"))
        if made.get("crs") is not None and made["crs"].table_column == "crs":
            values.pop("crs", None)
        if values.get("birth_date") is not None:
            values["birth_year"] = values["birth_date"].year
        wanted.append(_Wanted(row.line, values))
    return wanted


def _wgs84(lat: float, lon: float, crs: str) -> tuple[float, float]:
    place = to_wgs84(lat, lon, Crs[crs.upper()])
    return round(place.lat, DEGREE_DIGITS), round(place.lon, DEGREE_DIGITS)


def _compare_table(
    session: Session, table: CheckedTable, wanted: Sequence[_Wanted], found: Comparison, lock: bool
) -> None:
    kind = formats.MenuRow if table.kind is formats.MenuCycleRow else table.kind
    stored_table = table_of(kind.TABLE)
    keys = [key_of(want.row, kind.KEY) for want in wanted]
    stored = rows_by_key(session, stored_table, kind.KEY, keys, lock=lock)
    fresh = _fresh(kind)
    unchanged = 0
    for want in wanted:
        key = key_of(want.row, kind.KEY)
        before = stored.get(key)
        after = {**(fresh if before is None else before), **_keeping(table, want, before, found)}
        after.pop("id", None)
        if before is not None and all(after[name] == before[name] for name in after):
            unchanged += 1
        else:
            found.changes.append(RowChange(table.kind, table.file, want.line, key, before, after))
    if kind is formats.MenuRow:
        found.changes += _dropped(session, table, wanted)
    found.unchanged[table.kind.KIND] = found.unchanged.get(table.kind.KIND, 0) + unchanged


def _dropped(session: Session, table: CheckedTable, wanted: Sequence[_Wanted]) -> list[RowChange]:
    """Return the stored dishes of the menus at hand that the file no longer has: it tells a whole menu.

    What a kept cycle wrote is taken off, so that the cycle does not bring it back; two cycles leave each other alone.
    """
    lines = {key_of(want.row, formats.MenuRow.KEY): want.line for want in wanted}
    menus: dict[Key, int] = {}
    for key, line in lines.items():
        menus.setdefault(key[:3], line)
    stored = rows_like(session, table_of(formats.MenuRow.TABLE), formats.MenuRow.KEY[:3], menus)
    laid = table.kind is formats.MenuCycleRow
    return [
        RowChange(table.kind, table.file, menus[key[:3]], key, row, _taken_off(row) if row["from_cycle"] else None)
        for row in stored
        if (key := key_of(row, formats.MenuRow.KEY)) not in lines and not (laid and row["from_cycle"])
    ]


def _taken_off(row: Row) -> Row:
    return {**row, "state": EntryState.TAKEN_OFF.value, "from_cycle": False}


def _fresh(kind: type[FileRow]) -> Row:
    """Return the columns of a new row before the file fills them: defaults of the format, else of the row."""
    row = fresh_row(table_of(kind.TABLE))
    for column in columns(kind).values():
        if column.table_column in row:
            row[column.table_column] = column.default
    return row


def _keeping(table: CheckedTable, want: _Wanted, before: Row | None, found: Comparison) -> Row:
    """Return the columns that the file may set on a stored row."""
    values = dict(want.row)
    for name in FILLED_IN:
        if values.get(name) in (None, "") and before is not None:
            values.pop(name, None)
    if table.kind in (formats.MenuRow, formats.MenuCycleRow):
        # Somebody says so: from now on no cycle changes it.
        values["from_cycle"] = False
    if before is not None and table.kind is formats.StateChangeRow:
        return asked_anew(values, before)
    if before is None or table.kind is not formats.ElderRow:
        return values
    if before["merged_into"] is not None and values.pop("state", before["state"]) != before["state"]:
        merged = {"elder": before["number"], "kept": before["merged_into"]}
        found.notes.append(Finding(table.file, want.line, "state", "import.note.merged", merged))
    if values.get("birth_year", 0) is None:
        # A file with birth dates, empty in this line: what is known stays.
        del values["birth_year"]
    moved = any(name in values and values[name] != before[name] for name in WHERE_ABOUTS)
    same = (values.get("lat"), values.get("lon")) == (before["lat"], before["lon"])
    if same:
        values.pop("given_crs", None)
    if before["position_verified"]:
        if moved or (not same and values.get("lat") is not None):
            key = "import.note.verified_moved" if moved else "import.note.verified_kept"
            found.notes.append(Finding(table.file, want.line, "lat", key, {"elder": before["number"]}))
        return {name: value for name, value in values.items() if name not in POSITION}
    if "lat" in values and values["lat"] is None and before["lat"] is not None and not moved:
        return {name: value for name, value in values.items() if name not in POSITION}
    return values


def _closed(session: Session, found: Comparison) -> list[Finding]:
    """Take orders of meals that are closed out of the changes and return them as refused."""
    orders = [
        (change, change.after["service_day"], change.after["meal"])
        for change in found.changes
        if change.kind is formats.OrderRow and change.after is not None
    ]
    closed = closed_meals(session, {(day, meal) for _, day, meal in orders})
    late = [(change, day, meal) for change, day, meal in orders if (day, meal) in closed]
    gone = {id(change) for change, _, _ in late}
    found.changes[:] = [change for change in found.changes if id(change) not in gone]
    return [
        Finding(
            change.file,
            change.line,
            "service_day",
            "import.error.meal_closed",
            {"day": day, "meal": TextKey(f"import.word.{meal}")},
        )
        for change, day, meal in late
    ]


def _standing_prices(found: Comparison) -> list[Finding]:
    """Take changes of price versions that stand out of the changes and return them as refused."""
    priced = {formats.PriceRow: "price_fen", formats.CoursePriceRow: "extra_fen"}
    stand = [change for change in found.changes if change.kind in priced and change.before is not None]
    gone = {id(change) for change in stand}
    found.changes[:] = [change for change in found.changes if id(change) not in gone]
    return [
        Finding(change.file, change.line, priced[change.kind], "import.error.price_stands", {"day": change.key[-1]})
        for change in stand
    ]


def _not_served(session: Session, found: Comparison) -> list[Finding]:
    """Return which orders are of elders who are not in service; history may hold such, a new order hardly."""
    states = {c.key: c.after["state"] for c in found.changes if c.kind is formats.ElderRow and c.after is not None}
    orders = [c for c in found.changes if c.kind is formats.OrderRow and c.after and c.after["state"] == "placed"]
    stored = rows_by_key(session, table_of("elder"), ("number",), {(order.key[0],) for order in orders})
    states = {key: row["state"] for key, row in stored.items()} | states
    return [
        Finding(
            order.file,
            order.line,
            "elder_number",
            "import.note.elder_not_served",
            {"elder": order.key[0], "state": TextKey(f"import.word.{states[(order.key[0],)]}")},
        )
        for order in orders
        if states[(order.key[0],)] != "active"
    ]


def menu_days(from_day: date | None, count: int) -> list[date]:
    """Return `count` days from `from_day` on."""
    return [from_day + timedelta(days=i) for i in range(count)] if from_day is not None else []
