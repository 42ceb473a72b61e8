"""Settlement reports and the list of exceptions, as documents."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from service.money.booked import PAYERS, UnpaidMeal
from service.money.periods import say_claim
from service.money.report_lines import (
    SIGNED_BY,
    ExceptionKind,
    PlaceLine,
    Proof,
    Scope,
    SettlementReport,
    kind_of_exception,
)
from service.printing.money_document import Cell, Column, Document, Fact, Kind, Table, heading, say
from service.printing.money_words import Print, class_words, money_head, payer_words
from service.served import EATEN_IN, MEAL_ORDER, PICKED_UP
from service.subsidies import Payer
from service.texts import text

FEN, COUNT, DAY, NUMBER = Kind.FEN, Kind.COUNT, Kind.DAY, Kind.NUMBER
MOST_PRINTED, MOST_OF_DISTRICT = 400, 1_500
ELDER_SUM_MM = 22.0
"""Wide enough for a million yuan, as a district's month comes to."""


@dataclass(frozen=True, slots=True)
class Names:
    """What kitchens and meal points are called, by code."""

    kitchens: Mapping[str, str] = field(default_factory=dict)
    meal_points: Mapping[str, str] = field(default_factory=dict)


def report_document(report: SettlementReport, made: Print, names: Names, *, code: str) -> Document:
    """Return a settlement report."""
    language = made.language
    kind = f"{report.scope}_settlement"
    place = report.subject_name or say(language, f"scope.{report.scope}")
    tables = [
        _payers(report, language),
        _classes(report, language),
        _rules(report, language),
        _days(report, language),
        _proof(report.proof, language),
        *(_places(lines, what, names, language) for lines, what in _place_lines(report)),
        _corrections(report, language),
        _refused(report.refused, language),
        _unclaimed(report.unclaimed, language),
        _elders(report, language),
    ]
    return Document(
        head=money_head(report.head, made, kind=kind, subject=report.subject, place=place, code=code),
        facts=_facts(report, language),
        tables=tuple(tables),
        notes=_notes(report, language),
        signatures=tuple(say(language, one) for one in SIGNED_BY),
    )


def exception_document(report: SettlementReport, made: Print, names: Names, *, code: str) -> Document:
    """Return the list of all claims of a settlement that were not paid, by what is wrong with them."""
    language = made.language
    counts = Counter(kind_of_exception(one.reason) for one in report.refused)
    facts = [Fact(say(language, f"exception.{kind}"), counts[kind], COUNT) for kind in ExceptionKind]
    facts.append(Fact(say(language, "refused_count"), len(report.refused), COUNT))
    place = say(language, "scope.district")
    return Document(
        head=money_head(report.head, made, kind="exception_list", subject="", place=place, code=code),
        facts=tuple(facts),
        tables=(_refused(report.refused, language, names), _unclaimed(report.unclaimed, language)),
        notes=(say(language, "exceptions_note"),),
        signatures=tuple(say(language, one) for one in SIGNED_BY),
    )


def _facts(report: SettlementReport, language: str) -> tuple[Fact, ...]:
    sums = {
        "bill": sum(line.bill_fen for line in report.classes),
        "own_part": sum(line.own_fen for line in report.classes),
        "subsidy": sum(line.subsidy_fen for line in report.classes),
        "grants": sum(line.grants_fen for line in report.classes),
        "corrections": report.corrections_fen,
        "total": report.total_fen,
    }
    counts = {"meals": report.meals, "people": report.elders, "refused_count": len(report.refused)}
    if report.scope is Scope.PAYER:
        # Whose bill a refused claim would have been on, nobody has worked out.
        del counts["refused_count"]
    return (
        *(Fact(say(language, key), count, COUNT) for key, count in counts.items()),
        *(Fact(say(language, key), fen, FEN) for key, fen in sums.items() if key not in _not_paid(report)),
    )


def _not_paid(report: SettlementReport) -> tuple[str, ...]:
    """Return what the payer of a report never pays: a nought there would say that nobody else does either."""
    if report.scope is not Scope.PAYER:
        return ()
    is_elder = all(line.payer == Payer.ELDER for line in report.payers)
    return ("subsidy", "grants") if is_elder else ("own_part",)


def _notes(report: SettlementReport, language: str) -> tuple[str, ...]:
    head = report.head
    rounding = say(language, "rounding", how=say(language, f"rounding.{head.rounding}"), unit=head.rounding_unit_fen)
    notes = [say(language, "proved"), rounding]
    if report.scope is Scope.PAYER:
        notes.append(say(language, "payer_note"))
    if head.replays_id is not None:
        paid = report.paid_with
        notes.append(say(language, "paid_with_next") if paid is None else say(language, "paid_with", number=paid))
    return tuple(notes)


def _payers(report: SettlementReport, language: str) -> Table:
    columns = [Column(say(language, "payer"), width_mm=0)]
    columns += [Column(say(language, key), FEN) for key in ("meal_part", "fee_part", "grants", "corrections", "total")]
    rows: list[tuple[Cell, ...]] = [
        (
            payer_words(line.payer, line.payer_name, language),
            line.meal_fen,
            line.delivery_fen,
            line.grants_fen,
            line.corrections_fen,
            line.total_fen,
        )
        for line in report.payers
    ]
    return _summed("payers", language, columns, rows, from_column=1)


def _classes(report: SettlementReport, language: str) -> Table:
    parts = [key for key in ("subsidy", "own_part", "grants") if key not in _not_paid(report)]
    columns = [
        Column(say(language, "class"), width_mm=0),
        Column(say(language, "price"), FEN, 16),
        Column(say(language, "fee"), FEN, 14),
        Column(say(language, "meals"), COUNT),
        *(Column(say(language, key), FEN, 23) for key in ("bill", *parts)),
    ]
    rows: list[tuple[Cell, ...]] = []
    for line in report.classes:
        paid = {"subsidy": line.subsidy_fen, "own_part": line.own_fen, "grants": line.grants_fen}
        whose = class_words(line.status_class, language)
        sums = (line.bill_fen, *(paid[key] for key in parts))
        rows.append((whose, line.price_fen, line.fee_fen, line.meals, *sums))
    return _summed("classes", language, columns, rows, from_column=3)


def _rules(report: SettlementReport, language: str) -> Table:
    columns = [
        Column(say(language, "rule"), width_mm=42),
        Column(say(language, "version"), NUMBER),
        Column(say(language, "payer"), width_mm=0),
        Column(say(language, "covers"), width_mm=28),
        Column(say(language, "meals"), COUNT),
        Column(say(language, "amount"), FEN, 22),
    ]
    rows: list[tuple[Cell, ...]] = [
        (
            say(language, "own_part") if line.version.rule == "own_part" else line.version.rule,
            line.version.version,
            payer_words(line.payer, line.payer_name, language),
            say(language, f"covers.{line.covers}"),
            line.meals,
            line.fen,
        )
        for line in report.rules
    ]
    return _summed("rules", language, columns, rows, from_column=5)


def _days(report: SettlementReport, language: str) -> Table:
    meals = [meal.value for meal in MEAL_ORDER]
    columns = [
        Column(say(language, "day"), DAY),
        Column(say(language, "weekday"), width_mm=0),
        *(Column(heading(text(language, f"meal.{meal}")), COUNT, 24) for meal in meals),
        Column(say(language, "meals"), COUNT, 24),
        Column(say(language, "amount"), FEN, 28),
    ]
    rows: list[tuple[Cell, ...]] = [
        (
            line.service_day,
            text(language, f"weekday.{line.service_day.isoweekday()}"),
            *(line.meals.get(meal, 0) for meal in meals),
            sum(line.meals.values()),
            line.fen,
        )
        for line in report.days
    ]
    return _summed("days", language, columns, rows, from_column=2)


def _proof(proof: Proof, language: str) -> Table:
    columns = [
        Column(say(language, "outcome"), width_mm=0),
        Column(say(language, "meals"), COUNT, 24),
        Column(say(language, "share"), Kind.SHARE, 24),
    ]
    whole = sum(proof.by_outcome.values())
    rows: list[tuple[Cell, ...]] = []
    for outcome in sorted(proof.by_outcome, key=lambda one: (one not in (EATEN_IN, PICKED_UP), one)):
        known = outcome in (EATEN_IN, PICKED_UP)
        said = say(language, f"outcome.{outcome}") if known else text(language, f"outcome.{outcome}")
        rows.append((said, proof.by_outcome[outcome], proof.by_outcome[outcome] / whole))
    if proof.rate is None:
        note = say(language, "no_proof_rate")
    else:
        rate = f"{100 * proof.rate:.1f}"
        note = say(language, "proof_rate", rate=rate, in_person=proof.in_person, brought=proof.brought)
    return _table("proof", language, columns, rows, note=note)


def _place_lines(report: SettlementReport) -> list[tuple[tuple[PlaceLine, ...], str]]:
    if report.scope is not Scope.DISTRICT:
        return []
    return [(report.kitchens, "kitchens"), (report.meal_points, "meal_points")]


def _places(lines: Iterable[PlaceLine], what: str, names: Names, language: str) -> Table:
    known = names.kitchens if what == "kitchens" else names.meal_points
    columns = [
        Column(say(language, "code"), width_mm=24),
        Column(say(language, "name"), width_mm=0),
        Column(say(language, "meals"), COUNT, 18),
        *(Column(say(language, key), FEN, 26) for key in ("amount", "corrections", "total")),
    ]
    rows: list[tuple[Cell, ...]] = [
        (
            line.code or "–",
            known.get(line.code, "") if line.code else say(language, f"without.{what}"),
            line.meals,
            line.fen,
            line.corrections_fen,
            line.fen + line.corrections_fen,
        )
        for line in lines
    ]
    return _summed(what, language, columns, rows, from_column=2)


def _corrections(report: SettlementReport, language: str) -> Table:
    columns = [
        Column(say(language, "settlement"), NUMBER, 18),
        Column(say(language, "day"), DAY),
        Column(say(language, "meal"), width_mm=20),
        Column(say(language, "elder"), width_mm=28),
        Column(say(language, "order"), NUMBER, 22),
        Column(say(language, "payer"), width_mm=0),
        Column(say(language, "difference"), FEN),
    ]
    rows: list[tuple[Cell, ...]] = [
        (
            one.settlement_id,
            one.service_day,
            text(language, f"meal.{one.meal}"),
            one.elder_number,
            one.order_id,
            payer_words(one.payer, one.payer_name, language),
            one.fen,
        )
        for one in report.corrections
    ]
    heads = [
        say(
            language,
            "correction_of",
            number=head.number,
            old=head.replays_id,
            period=f"{head.from_day} – {head.until_day}",
            version=head.scheme_version,
        )
        for head in report.correction_heads
    ]
    table = _summed("correction_lines", language, columns, rows, from_column=6, note=" ".join(heads))
    return replace(table, most_printed=MOST_PRINTED)


def _refused(refused: Iterable[UnpaidMeal], language: str, names: Names | None = None) -> Table:
    columns = [
        Column(say(language, "exception"), width_mm=30),
        Column(say(language, "day"), DAY),
        Column(say(language, "meal"), width_mm=17),
        Column(say(language, "elder"), width_mm=24),
        Column(say(language, "order"), NUMBER, 18),
        Column(say(language, "reason"), width_mm=0),
    ]
    if names is not None:
        columns.insert(5, Column(say(language, "meal_point"), width_mm=22))
    rank = {kind: number for number, kind in enumerate(ExceptionKind)}
    rows: list[tuple[Cell, ...]] = []
    for one in sorted(refused, key=lambda one: rank[kind_of_exception(one.reason)]):
        row: list[Cell] = [
            say(language, f"exception.{kind_of_exception(one.reason)}"),
            one.service_day,
            text(language, f"meal.{one.meal}"),
            one.elder_number,
            one.order_id,
            say_claim(one.reason, one.details, language),
        ]
        if names is not None:
            row.insert(5, one.meal_point_code or "–")
        rows.append(tuple(row))
    return _table("refused", language, columns, rows)


def _unclaimed(unclaimed: Iterable[UnpaidMeal], language: str) -> Table:
    columns = [Column(say(language, "reason"), width_mm=0), Column(say(language, "orders"), COUNT, 24)]
    counts = Counter(say_claim(one.reason, one.details, language) for one in unclaimed)
    rows: list[tuple[Cell, ...]] = [(reason, counts[reason]) for reason in sorted(counts)]
    return _summed("unclaimed", language, columns, rows, from_column=1)


def _elders(report: SettlementReport, language: str) -> Table:
    payers = [payer for payer in PAYERS if payer != Payer.ELDER]
    columns = [
        Column(say(language, "elder"), width_mm=24),
        Column(say(language, "class"), width_mm=0),
        Column(say(language, "meals"), COUNT, 15),
        *(Column(say(language, key), FEN, ELDER_SUM_MM) for key in ("price_sum", "fee_sum")),
        *(Column(heading(text(language, f"money.payer.{payer}")), FEN, ELDER_SUM_MM) for payer in payers),
        *(Column(say(language, key), FEN, ELDER_SUM_MM) for key in ("own_part", "grants", "corrections", "total")),
    ]
    rows: list[tuple[Cell, ...]] = [
        (
            line.elder_number,
            class_words(line.status_class, language),
            line.meals,
            line.price_fen,
            line.fee_fen,
            *(line.paid.get(payer, 0) for payer in payers),
            line.paid.get(Payer.ELDER, 0),
            line.grants_fen,
            line.corrections_fen,
            line.total_fen,
        )
        for line in report.elder_lines
    ]
    table = _summed("elders", language, columns, rows, from_column=2, is_attached=True)
    # Every kitchen's and point's paper has its own list; nobody turns over a hundred pages of the district's.
    most_printed = MOST_OF_DISTRICT if report.scope is Scope.DISTRICT else None
    return replace(table, most_printed=most_printed, drops_empty=True)


def _table(name: str, language: str, columns: list[Column], rows: list[tuple[Cell, ...]], *, note: str = "") -> Table:
    title = say(language, f"table.{name}")
    return Table(title, title, tuple(columns), tuple(rows), note=note)


def _summed(
    name: str,
    language: str,
    columns: list[Column],
    rows: list[tuple[Cell, ...]],
    *,
    from_column: int,
    note: str = "",
    is_attached: bool = False,
) -> Table:
    """Return a table whose last line adds up every column of numbers from one on."""
    total: list[Cell] = []
    for index, column in enumerate(columns):
        is_summed = index >= from_column and column.kind in (FEN, COUNT)
        total.append(sum(int(str(row[index])) for row in rows) if is_summed else None)
    total[next(index for index, column in enumerate(columns) if column.kind in (Kind.TEXT, DAY))] = say(language, "sum")
    title = say(language, f"table.{name}")
    return Table(title, title, tuple(columns), tuple(rows), tuple(total), note, is_attached)
