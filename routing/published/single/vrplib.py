"""The VRPLIB text format: headings with a value, and sections with one numbered line a node or vehicle."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from routing.published.single.instance import Floats

HEADINGS = frozenset(
    (
        "NAME",
        "COMMENT",
        "TYPE",
        "DIMENSION",
        "EDGE_WEIGHT_TYPE",
        "EDGE_WEIGHT_FORMAT",
        "NODE_COORD_TYPE",
        "DISPLAY_DATA_TYPE",
        "CAPACITY",
        "DISTANCE",
        "SERVICE_TIME",
        "VEHICLES",
        "VEHICLES_MAX_DURATION",
        "VEHICLES_MAX_DISTANCE",
        "VEHICLES_MAX_RELOADS",
    )
)
SECTIONS = frozenset(
    (
        "NODE_COORD_SECTION",
        "EDGE_WEIGHT_SECTION",
        "DEMAND_SECTION",
        "SERVICE_TIME_SECTION",
        "TIME_WINDOW_SECTION",
        "RELEASE_TIME_SECTION",
        "DEPOT_SECTION",
        "CAPACITY_SECTION",
        "VEHICLES_DEPOT_SECTION",
        "VEHICLES_RELOAD_DEPOT_SECTION",
        "VEHICLES_MAX_DURATION_SECTION",
        "VEHICLES_MAX_DISTANCE_SECTION",
        "VEHICLES_MAX_RELOADS_SECTION",
        "DISPLAY_DATA_SECTION",
    )
)
"""What the families here need. Anything else would be a rule that the plan does not keep, so it is refused by name."""

TRIANGLES = {
    "LOWER_ROW": (False, -1),
    "LOWER_DIAG_ROW": (False, 0),
    "UPPER_ROW": (True, 1),
    "UPPER_DIAG_ROW": (True, 0),
    "LOWER_COL": (True, 1),
    "LOWER_DIAG_COL": (True, 0),
    "UPPER_COL": (False, -1),
    "UPPER_DIAG_COL": (False, 0),
}
"""Which half of a symmetric matrix the file lists row by row (upper or not), and from which diagonal on."""


@dataclass(frozen=True, slots=True)
class Sections:
    """A file split into headings (line, value) and sections (lines of numbers, each with its line number)."""

    headings: dict[str, tuple[int, str]]
    sections: dict[str, list[tuple[int, list[float]]]]
    last_line: int

    @property
    def dimension(self) -> int:
        """How many nodes the file states.

        Raises
        ------
        ValueError
            If it states none.
        """
        n = self.number("DIMENSION", 0)
        if n < 2 or n != int(n):
            raise ValueError(f"line {self.line_of('DIMENSION')}: expected DIMENSION >= 2, got {n:g}")
        return int(n)

    def has(self, heading: str) -> bool:
        """Return whether the heading is there."""
        return heading in self.headings

    def line_of(self, heading: str) -> int:
        """Return the line of a heading, or the last one where it is missing."""
        return self.headings[heading][0] if heading in self.headings else self.last_line

    def word(self, heading: str, otherwise: str) -> str:
        """Return the value of a heading."""
        return self.headings[heading][1] if heading in self.headings else otherwise

    def number(self, heading: str, otherwise: float) -> float:
        """Return the value of a heading as a number.

        Raises
        ------
        ValueError
            If it is none.
        """
        if heading not in self.headings:
            return otherwise
        line, word = self.headings[heading]
        try:
            return float(word)
        except ValueError as error:
            raise ValueError(f"line {line}: expected {heading} to be a number, got {word!r}") from error

    def table(self, section: str, count: int, columns: int) -> Floats | None:
        """Return a section of `count` numbered lines with so many columns, or None where it is missing.

        Raises
        ------
        ValueError
            If lines are missing, misnumbered or of another length.
        """
        if section not in self.sections:
            return None
        rows = self.sections[section]
        for place, (line, row) in enumerate(rows):
            if len(row) != columns + 1 or row[0] != place + 1 or not np.isfinite(row).all():
                raise ValueError(f"line {line}: expected {section} line {place + 1} with {columns} numbers")
        if len(rows) != count:
            raise ValueError(f"line {self._end_of(section)}: expected {count} lines of {section}, got {len(rows)}")
        return np.array([row[1:] for _, row in rows], dtype=np.float64)

    def column(self, section: str, count: int) -> Floats | None:
        """Return a section of one column."""
        table = self.table(section, count, 1)
        return None if table is None else table[:, 0]

    def rows(self, section: str, count: int) -> list[list[int]] | None:
        """Return a section whose numbered lines list any number of nodes each, or None where it is missing.

        Raises
        ------
        ValueError
            If lines are missing or misnumbered.
        """
        if section not in self.sections:
            return None
        rows = self.sections[section]
        for place, (line, row) in enumerate(rows):
            if len(row) < 2 or row[0] != place + 1:
                raise ValueError(f"line {line}: expected {section} line {place + 1} with at least one node")
        if len(rows) != count:
            raise ValueError(f"line {self._end_of(section)}: expected {count} lines of {section}, got {len(rows)}")
        return [[int(node) for node in row[1:]] for _, row in rows]

    def per_vehicle(self, name: str, count: int, otherwise: float) -> list[float]:
        """Return one figure a vehicle, from the section of that name or from the heading."""
        column = self.column(f"{name}_SECTION", count)
        return [self.number(name, otherwise)] * count if column is None else [float(value) for value in column]

    def depots(self) -> int:
        """Return how many depots there are.

        Raises
        ------
        ValueError
            If they are not the first nodes.
        """
        listed = [int(row[0]) for _, row in self.sections.get("DEPOT_SECTION", [(0, [1.0])]) if row and row[0] != -1]
        if listed != list(range(1, len(listed) + 1)) or not listed:
            raise ValueError(f"line {self._end_of('DEPOT_SECTION')}: expected the depots to be nodes 1, 2 …")
        return len(listed)

    def places_or_distances(self) -> tuple[Floats, Floats]:
        """Return coordinates and no distances, or no coordinates and the distances that the file lists.

        Raises
        ------
        ValueError
            If there are neither, or the distances are stated in a way that is not known.
        """
        kind = self.word("EDGE_WEIGHT_TYPE", "EUC_2D")
        if kind == "EUC_2D":
            places = self.table("NODE_COORD_SECTION", self.dimension, 2)
            if places is None:
                raise ValueError(f"line {self.last_line}: expected NODE_COORD_SECTION")
            return places, np.zeros((0, 0))
        if kind != "EXPLICIT":
            raise ValueError(f"line {self.line_of('EDGE_WEIGHT_TYPE')}: expected EUC_2D or EXPLICIT, got {kind}")
        return np.zeros((0, 2)), self._listed()

    def _listed(self) -> Floats:
        n, form = self.dimension, self.word("EDGE_WEIGHT_FORMAT", "FULL_MATRIX")
        values = np.array([value for _, row in self.sections.get("EDGE_WEIGHT_SECTION", []) for value in row])
        if form != "FULL_MATRIX" and form not in TRIANGLES:
            known = ", ".join(["FULL_MATRIX", *TRIANGLES])
            raise ValueError(f"line {self.line_of('EDGE_WEIGHT_FORMAT')}: expected {known}, got {form}")
        upper, diagonal = TRIANGLES.get(form, (False, 0))
        cells = n * n if form == "FULL_MATRIX" else n * (n + 1 - 2 * abs(diagonal)) // 2
        if len(values) != cells or not (np.isfinite(values).all() and (values >= 0).all()):
            raise ValueError(f"line {self._end_of('EDGE_WEIGHT_SECTION')}: expected {cells} distances >= 0")
        if form == "FULL_MATRIX":
            return values.reshape(n, n)
        half = np.zeros((n, n))
        half[np.triu_indices(n, diagonal) if upper else np.tril_indices(n, diagonal)] = values
        return half + half.T - np.diag(np.diagonal(half))

    def _end_of(self, section: str) -> int:
        rows = self.sections.get(section)
        return rows[-1][0] if rows else self.last_line


def sections_of(lines: list[str]) -> Sections:
    """Return the file split up.

    Raises
    ------
    ValueError
        If a heading or section is not known, stands twice, or a line of a section holds no numbers.
    """
    headings: dict[str, tuple[int, str]] = {}
    sections: dict[str, list[tuple[int, list[float]]]] = {}
    current: list[tuple[int, list[float]]] | None = None
    for number, line in enumerate(lines, 1):
        name, _, value = (part.strip() for part in line.partition(":"))
        if not name or name == "EOF":
            continue
        if not name[0].isalpha():
            _add_row(current, number, line)
        elif name in SECTIONS and name not in sections:
            current = sections.setdefault(name, [])
        elif name in HEADINGS and name not in headings:
            headings[name] = (number, value.strip('" '))
        else:
            raise ValueError(f"line {number}: expected a known heading or section once, got {name!r}")
    return Sections(headings, sections, len(lines))


def _add_row(section: list[tuple[int, list[float]]] | None, number: int, line: str) -> None:
    if section is None:
        raise ValueError(f"line {number}: expected a heading such as NAME or DIMENSION, got {line.strip()!r}")
    try:
        section.append((number, [float(word) for word in line.split()]))
    except ValueError as error:
        raise ValueError(f"line {number}: expected numbers, got {line.strip()!r}") from error
