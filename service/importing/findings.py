"""What is wrong with a file, or worth knowing: where, what was expected, what came, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from service.texts import text


@dataclass(frozen=True, slots=True)
class Phrase:
    """A piece of a sentence with values of its own, said in the language of the sentence."""

    key: str
    values: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding.

    Attributes
    ----------
    file
        Name of the file.
    line
        Line of the file as an editor counts it (row of the sheet), None where it concerns the whole file.
    column
        Name of the column, None where it concerns the whole line.
    key, values
        The sentence; a value may be a `Key` or a `Phrase`.
    whole_file
        Whether nothing of the file can be used; otherwise only the line is refused.
    """

    file: str
    line: int | None
    column: str | None
    key: str
    values: Mapping[str, object] = field(default_factory=dict)
    whole_file: bool = False

    def say(self, language: str) -> str:
        """Return what is wrong, without the place."""
        return text(language, self.key, **{name: _said(language, value) for name, value in self.values.items()})

    def place(self, language: str) -> str:
        """Return where it is: file, line and column as far as they are known."""
        if self.line is None and self.column is None:
            return self.file
        if self.line is None:
            return text(language, "import.place.column", file=self.file, column=self.column)
        if self.column is None:
            return text(language, "import.place.line", file=self.file, line=self.line)
        return text(language, "import.place.cell", file=self.file, line=self.line, column=self.column)


def _said(language: str, value: object) -> object:
    return text(language, value.key, **value.values) if isinstance(value, Phrase) else value
