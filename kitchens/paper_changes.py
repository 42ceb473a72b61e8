"""How a sheet changed: what it shows as lines of text, the difference of two such, and one put together from both.

What a sheet shows is taken from the value itself and not from a list of fields: a new field is compared without anybody
having to think of it. What only comments on the version before, or follows from the order of the lines, is left out.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import datetime
from typing import Any

from kitchens.change_papers import Cell, Move, SlipLine
from kitchens.paper_head import PaperHead
from routing.places import Place, Window

NOT_SHOWN = frozenset({"head", "change", "is_changed", "position", "stack", "outcomes", "ordered_by", "ordered_at"})
"""Fields that say how it was before, follow from the order of the lines, or stand on no paper."""

NOT_SHOWN_AS_IS = {"RouteStop": frozenset({"window", "latest_s", "arrive_s"})}
"""Fields of which only what is made from them is shown."""

KEYS: dict[str, tuple[str, ...]] = {
    "CountLine": ("dish_id", "texture"),
    "DishLine": ("dish_id", "texture"),
    "PartLine": ("dish_id", "texture"),
    "SpecialGroup": ("avoid", "texture", "instead_of"),
    "Special": ("label",),
    "Unserved": ("order_id",),
    "LateOrder": ("order_id",),
    "PointLine": ("point_id",),
    "IngredientLine": ("ingredient_id",),
    "ManifestStop": ("point_id",),
    "Carrier": ("number",),
    "RouteTrip": ("number",),
    "RouteStop": ("home_id",),
    "RouteMeal": (),
    "Arrival": ("run", "kitchen_id"),
    "Guest": ("elder_id",),
    "HandOut": ("run", "trip"),
    "PickSpecial": ("label",),
    "PickLoad": ("run", "trip"),
    "PurchaseLine": ("ingredient",),
    "PurchaseNeed": ("batch_id", "dish"),
    "SubstitutionGroup": ("missing", "given", "why"),
    "SubstitutionLine": ("order_id",),
    "BoxLabel": ("label",),
}
"""What tells a line from its neighbours, by the name of its type."""

WITHIN = frozenset({"DishLine", "PartLine", "PurchaseNeed", "RouteMeal"})
"""Kinds of lines that are told apart only within the line they belong to."""

NAMED_BY = (
    "label",
    "name",
    "short_name",
    "door",
    "missing",
    "given",
    "dish",
    "texture",
    "avoid",
    "run",
    "stop",
    "trip",
    "number",
    "point",
    "batch_id",
)
"""Fields by which a person finds a line on the old sheet, in the order in which they are told."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a sheet: what kind of line and which, in which other line it stands, and its fields."""

    key: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """What a sheet shows: the figures of its head, and its lines from top to bottom."""

    facts: tuple[Cell, ...]
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """What turns one `Shown` into another: changed figures as they are and were, and lines that are not the same."""

    facts: tuple[Cell, ...]
    facts_was: tuple[Cell, ...]
    lines: tuple[SlipLine, ...]

    @property
    def is_empty(self) -> bool:
        """Return whether both show the same."""
        return not (self.facts or self.facts_was or self.lines)


def shown(*papers: Any) -> Shown:
    """Return what papers for one subject show; several, such as labels, are lines of their own."""
    if len(papers) == 1 and not _is_line(papers[0]):
        return Shown(_cells(papers[0]), tuple(_numbered(_lines(papers[0], ""))))
    return Shown((), tuple(_numbered(line for paper in papers for line in _line(paper, ""))))


def difference(old: Shown, new: Shown) -> Difference:
    """Return what turns `old` into `new`; as few lines as can be are called moved."""
    was, now = {one.field: one for one in old.facts}, {one.field: one for one in new.facts}
    facts = tuple(cell for name, cell in now.items() if was.get(name) != cell)
    facts_was = tuple(cell for name, cell in was.items() if now.get(name) != cell)
    return Difference(facts, facts_was, tuple(_slip_lines(old.lines, new.lines)))


def together(old: Shown, change: Difference) -> Shown:
    """Return what the sheet shows that `old` and the change are together."""
    facts = _joined(old.facts, change.facts, change.facts_was)
    by_key = {line.key: line for line in change.lines}
    gone = {key for key, line in by_key.items() if line.move in {Move.OUT, Move.MOVED}}
    before = {line.key: line for line in old.lines}
    lines = [_changed(line, by_key.get(line.key)) for line in old.lines if line.key not in gone]
    for one in sorted(change.lines, key=lambda line: line.at):
        if one.move in {Move.IN, Move.MOVED}:
            line = Line(one.key, one.cells) if one.move is Move.IN else _changed(before[one.key], one)
            lines.insert(one.at - 1, line)
    return Shown(facts, tuple(lines))


def _slip_lines(old: Sequence[Line], new: Sequence[Line]) -> list[SlipLine]:
    """Return the lines that are not the same, as they stand on the sheet from top to bottom."""
    was = {line.key: (at, line) for at, line in enumerate(old, start=1)}
    now = {line.key for line in new}
    known = {line.key: line for line in (*new, *old)}
    kept = _in_order([was[line.key][0] for line in new if line.key in was])
    lines = []
    for at, line in enumerate(old, start=1):
        if line.key not in now:
            lines.append(SlipLine(Move.OUT, line.key, _named(line, known), at, 0, (), line.cells))
    for at, line in enumerate(new, start=1):
        if line.key not in was:
            lines.append(SlipLine(Move.IN, line.key, _named(line, known), 0, at, line.cells, ()))
            continue
        was_at, before = was[line.key]
        cells = tuple(cell for cell in line.cells if cell not in before.cells)
        cells_was = tuple(cell for cell in before.cells if cell not in line.cells)
        move = Move.CHANGED if was_at in kept else Move.MOVED
        if move is Move.MOVED or cells or cells_was:
            lines.append(SlipLine(move, line.key, _named(before, known), was_at, at, cells, cells_was))
    return sorted(lines, key=lambda line: (line.at or line.was_at, line.at))


def _named(line: Line, known: Mapping[str, Line]) -> tuple[Cell, ...]:
    """Return what tells which line it is, with that of the line it stands in before it."""
    cells = {cell.field: cell for cell in line.cells if cell.text}
    own = tuple(cells[name] for name in NAMED_BY if name in cells)
    parent = known.get(cells["parent"].text) if "parent" in cells else None
    return own if parent is None or parent.key.startswith("RouteTrip") else (*_named(parent, known), *own)


def _in_order(places: Sequence[int]) -> frozenset[int]:
    """Return a longest part of `places` that rises: whoever is in it has stayed in line (patience sorting)."""
    tops: list[int] = []
    piles: list[int] = []
    below: dict[int, int] = {}
    for place in places:
        pile = bisect_left(tops, place)
        if pile:
            below[place] = piles[pile - 1]
        tops[pile : pile + 1] = [place]
        piles[pile : pile + 1] = [place]
    found: list[int] = []
    place = piles[-1] if piles else 0
    while place:
        found.append(place)
        place = below.get(place, 0)
    return frozenset(found)


def _changed(line: Line, change: SlipLine | None) -> Line:
    return line if change is None else Line(line.key, _joined(line.cells, change.cells, change.was))


def _joined(cells: Sequence[Cell], now: Sequence[Cell], was: Sequence[Cell]) -> tuple[Cell, ...]:
    """Return cells with what they were replaced by what they are."""
    lost = {cell.field for cell in was}
    return _sorted([*(cell for cell in cells if cell.field not in lost), *now])


def _is_line(paper: Any) -> bool:
    return type(paper).__name__ in KEYS


def _numbered(lines: Iterable[Line]) -> Iterator[Line]:
    """Yield lines so that no key stands twice: the second of two that cannot be told apart becomes "#2"."""
    seen: Counter[str] = Counter()
    for line in lines:
        seen[line.key] += 1
        yield line if seen[line.key] == 1 else replace(line, key=f"{line.key}#{seen[line.key]}")


def _line(value: Any, parent: str) -> Iterator[Line]:
    kind = type(value).__name__
    key = f"{kind}:" + "/".join(_text(_plain(getattr(value, name))) for name in KEYS[kind])
    if kind in WITHIN and parent:
        key = f"{parent}>{key}"
    cells = _cells(value)
    yield Line(key, _sorted([Cell("parent", parent), *cells]) if parent else cells)
    yield from _lines(value, key)


def _lines(value: Any, parent: str) -> Iterator[Line]:
    for name in _names(value):
        inner = getattr(value, name)
        for one in inner if isinstance(inner, tuple) else (inner,):
            if _is_line(one):
                yield from _line(one, parent)


def _cells(value: Any) -> tuple[Cell, ...]:
    cells = []
    for name in _names(value):
        inner = getattr(value, name)
        is_lines = isinstance(inner, tuple) and (not inner or _is_line(inner[0]))
        if not is_lines and not _is_line(inner):
            cells.append(Cell(name, _written(name, inner)))
    if type(value).__name__ == "RouteStop":
        cells.append(Cell("latest_s", _clock(min(value.window.end_s, value.latest_s))))
    return _sorted(cells)


def _sorted(cells: Iterable[Cell]) -> tuple[Cell, ...]:
    return tuple(sorted(cells, key=lambda cell: cell.field))


def _names(value: Any) -> Iterator[str]:
    hidden = NOT_SHOWN | NOT_SHOWN_AS_IS.get(type(value).__name__, frozenset())
    return (one.name for one in fields(value) if one.name not in hidden)


def _written(name: str, value: Any) -> str:
    """Return a field as exactly as a paper shows it: times to the minute, ways to a hundred metres."""
    if name == "metres":
        return f"{value / 1000:.1f}"
    if name == "sample_keep_s":
        return str(value)
    if name == "holding_s":
        return " ".join(_clock(one) for one in value)
    if name.endswith("_s") and isinstance(value, int):
        return _clock(value)
    return _text(value)


def _plain(value: Any) -> Any:
    return value.ingredient_id if is_dataclass(value) and hasattr(value, "ingredient_id") else value


def _text(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "1" if value else "0"
        case Window():
            return f"{_clock(value.start_s)}–{_clock(value.end_s)}"
        case Place():
            return f"{value.lat:.5f} {value.lon:.5f}"
        case datetime():
            return value.isoformat(timespec="minutes")
        case tuple():
            return " ".join(_text(one) for one in value)
        case PaperHead():
            raise TypeError("expected a field of a paper, got its head")
    return str(value)


def _clock(seconds_s: int) -> str:
    return f"{seconds_s // 3600:02d}:{seconds_s % 3600 // 60:02d}"
