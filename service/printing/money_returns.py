"""The return to the civil-affairs bureau as documents: one for the district, each street, each meal point."""

from __future__ import annotations

from collections.abc import Iterator

from service.money.booked import CLASS_ORDER, Head
from service.money.report_lines import SIGNED_BY
from service.money.returns import BANDS, AreaReturn, BureauReturn, Count, Level, NoAnswer
from service.printing.money_document import Cell, Column, Document, Fact, Kind, Table, say
from service.printing.money_words import Print, class_words, money_head
from service.tables import Outcome
from service.texts import text

COUNT, TENTHS = Kind.COUNT, Kind.TENTHS
DEFINED = ("meals", "people", "service_days", "daily_average")
NOBODY = Count(0, 0)


def return_documents(found: BureauReturn, made: Print, *, code: str) -> Iterator[Document]:
    """Yield the paper of the district, then those of streets and meal points."""
    yield _document(found.head, found.district, made, code, extra=_areas(found, made.language))
    for number, street in enumerate(found.streets, start=1):
        yield _document(found.head, street, made, f"{code}-S{number}")
    for point in found.points:
        yield _document(found.head, point, made, f"{code}-{point.code or 'NONE'}")


def _document(head: Head, area: AreaReturn, made: Print, code: str, extra: tuple[Table, ...] = ()) -> Document:
    language = made.language
    subject = area.code if area.level is Level.MEAL_POINT else ""
    place = _name(area, language)
    tables = (
        _figures(area, language),
        _ways(area, language),
        *(_cells(area, what, language) for what in ("meals", "people")),
        _visits(area, language),
        _no_answers(area, language),
        *extra,
    )
    return Document(
        head=money_head(head, made, kind="bureau_return", subject=subject, place=place, code=code),
        facts=(
            Fact(say(language, "meals"), area.figures.meals, COUNT),
            Fact(say(language, "people"), area.figures.people, COUNT),
            Fact(say(language, "service_days"), area.service_days, COUNT),
            Fact(say(language, "daily_average"), area.daily_average, TENTHS),
        ),
        tables=tables,
        notes=(say(language, "return_note"),),
        signatures=tuple(say(language, one) for one in SIGNED_BY),
    )


def _name(area: AreaReturn, language: str) -> str:
    if area.level is Level.DISTRICT:
        return say(language, "scope.district")
    return area.name or say(language, f"without.{area.level}s")


def _figures(area: AreaReturn, language: str) -> Table:
    """Return the four figures, each with what it counts."""
    values: dict[str, Cell] = {
        "meals": area.figures.meals,
        "people": area.figures.people,
        "service_days": area.service_days,
        "daily_average": area.daily_average,
    }
    columns = (
        Column(say(language, "figure"), width_mm=42),
        Column(say(language, "value"), TENTHS, 26),
        Column(say(language, "definition"), width_mm=0),
    )
    rows = tuple((say(language, key), values[key], say(language, f"definition.{key}")) for key in DEFINED)
    return _table("figures", language, columns, rows)


def _ways(area: AreaReturn, language: str) -> Table:
    columns = (
        Column(say(language, "way"), width_mm=0),
        Column(say(language, "meals"), COUNT, 30),
        Column(say(language, "people"), COUNT, 30),
    )
    rows = tuple((say(language, f"way.{way}"), count.meals, count.people) for way, count in area.ways.items())
    return _table("ways", language, columns, rows, total=(say(language, "sum"), area.figures.meals, None))


def _cells(area: AreaReturn, what: str, language: str) -> Table:
    """Return a matrix of classes and age bands."""
    bands = [(first, say(language, f"band.{first}")) for first in BANDS]
    columns = (
        Column(say(language, "class"), width_mm=0),
        *(Column(said, COUNT, 17) for _, said in bands),
        Column(say(language, "sum"), COUNT, 19),
    )
    classes = sorted({status for status, _ in area.cells}, key=lambda one: CLASS_ORDER.get(one, len(CLASS_ORDER)))

    def counted(status_class: str) -> list[int]:
        return [getattr(area.cells.get((status_class, first), NOBODY), what) for first in BANDS]

    lines = {status_class: counted(status_class) for status_class in classes}
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (class_words(one, language), *line, sum(line)) for one, line in lines.items()
    )
    sums = [sum(line[index] for line in lines.values()) for index in range(len(BANDS))]
    total: tuple[Cell, ...] = (say(language, "sum"), *sums, sum(sums))
    return _table(f"{what}_by_class", language, columns, rows, total=total)


def _visits(area: AreaReturn, language: str) -> Table:
    columns = (Column(say(language, "outcome"), width_mm=0), Column(say(language, "visits"), COUNT, 30))
    happened = [outcome for outcome in Outcome if area.visits.get(outcome) or outcome is Outcome.NO_ANSWER]
    rows = tuple((text(language, f"outcome.{outcome}"), area.visits.get(outcome, 0)) for outcome in happened)
    return _table("visits", language, columns, rows, total=(say(language, "sum"), sum(area.visits.values())))


def _no_answers(area: AreaReturn, language: str) -> Table:
    columns = (Column(say(language, "result"), width_mm=0), Column(say(language, "visits"), COUNT, 30))
    rows = tuple((say(language, f"no_answer.{result}"), area.no_answers.get(result, 0)) for result in NoAnswer)
    return _table("no_answers", language, columns, rows, total=(say(language, "sum"), sum(area.no_answers.values())))


def _areas(found: BureauReturn, language: str) -> tuple[Table, ...]:
    """Return streets and meal points side by side; people and days do not add up, as some are in several."""
    columns = (
        Column(say(language, "code"), width_mm=24),
        Column(say(language, "name"), width_mm=0),
        Column(say(language, "meals"), COUNT, 20),
        Column(say(language, "people"), COUNT, 18),
        Column(say(language, "service_days"), COUNT, 20),
        Column(say(language, "daily_average"), TENTHS, 20),
        *(Column(say(language, f"way_short.{way}"), COUNT, 17) for way in found.district.ways),
    )

    def row(area: AreaReturn) -> tuple[Cell, ...]:
        ways = (count.meals for count in area.ways.values())
        shown = area.code if area.level is Level.MEAL_POINT else ""
        return (shown, _name(area, language), *area.figures, area.service_days, area.daily_average, *ways)

    district = row(found.district)
    total = ("", say(language, "scope.district"), *district[2:])
    return tuple(
        _table(what, language, columns, tuple(row(area) for area in areas), total=total)
        for what, areas in (("by_street", found.streets), ("by_meal_point", found.points))
    )


def _table(
    name: str,
    language: str,
    columns: tuple[Column, ...],
    rows: tuple[tuple[Cell, ...], ...],
    total: tuple[Cell, ...] | None = None,
) -> Table:
    title = say(language, f"table.{name}")
    return Table(title, title, columns, rows, total)
