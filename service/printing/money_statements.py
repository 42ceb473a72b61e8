"""Elder statements: the large-print page as data for its template, and the same lines as a document for a workbook."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from service.money.statements import Balance, CorrectionLine, ElderStatement, Paid, StatementLine, payers_of
from service.printing.money_document import (
    Cell,
    Column,
    Document,
    Fact,
    Kind,
    Table,
    head_sheet,
    heading,
    say,
    yuan_words,
)
from service.printing.money_words import Print, money_head
from service.printing.words import Sheet
from service.subsidies import Payer
from service.texts import text

MOST_COLUMNS_UPRIGHT = 5
ALWAYS = (Payer.CITY, Payer.DISTRICT, Payer.STREET, Payer.CHARITY)
"""Payers that stand in the sums even where they paid nothing."""


def statement_code(statement: ElderStatement) -> str:
    """Return the code of a statement: `S12-E-0123`."""
    return f"S{statement.head.number}-E-{statement.elder_number}"


def statement_sheet(statement: ElderStatement, made: Print) -> Sheet:
    """Return what the template of a statement is given: words only, money as yuan."""
    language = made.language
    payers = [payer for payer in payers_of([statement]) if payer != Payer.ELDER]
    has_fee = any(line.fee_fen for line in statement.lines)
    columns = ["price", *(["fee"] if has_fee else []), *payers, "you"]
    head = money_head(
        statement.head,
        made,
        kind="elder_statement",
        subject=statement.elder_number,
        place=statement.elder_name,
        code=statement_code(statement),
    )
    return {
        "head": head_sheet(head, language)
        | {
            "flipped": len(columns) > MOST_COLUMNS_UPRIGHT,
            "confidential": say(language, "statement.return"),
        },
        "body": {
            "columns": [_heading(name, language) for name in columns],
            "lines": [_line(line, payers, language, has_fee=has_fee) for line in statement.lines],
            "sums": _sums(statement, language, has_fee=has_fee),
            "to_pay_label": say(language, "statement.to_pay" if statement.you_pay_fen >= 0 else "statement.to_get"),
            "to_pay": _yuan(abs(statement.you_pay_fen), language),
            "corrections": [_correction(line, language) for line in statement.corrections],
            "balance": [] if statement.balance is None else _balance(statement.balance, language),
            "grants": say(language, "statement.grants", fen=yuan_words(statement.grants_fen))
            if statement.grants_fen
            else "",
            "no_meals": "" if statement.lines else say(language, "statement.no_meals"),
            "words": {
                key: say(language, f"statement.{key}")
                for key in ("day", "meal", "dish", "lines", "sums", "corrections", "account", "ask")
            },
        },
    }


def statement_document(statements: Sequence[ElderStatement], made: Print, *, code: str) -> Document:
    """Return statements as one document whose tables hold everybody's lines, for a workbook."""
    language = made.language
    payers = [payer for payer in payers_of(statements) if payer != Payer.ELDER]
    head = money_head(
        statements[0].head,
        made,
        kind="elder_statement",
        subject="" if len(statements) > 1 else statements[0].elder_number,
        place=say(language, "scope.district") if len(statements) > 1 else statements[0].elder_name,
        code=code,
        holds_names=True,
    )
    facts = (
        Fact(say(language, "people"), len(statements), Kind.COUNT),
        Fact(say(language, "meals"), sum(len(one.lines) for one in statements), Kind.COUNT),
        Fact(say(language, "statement.to_pay"), sum(one.you_pay_fen for one in statements), Kind.FEN),
        Fact(say(language, "total"), sum(one.ledger_fen for one in statements), Kind.FEN),
    )
    tables = (
        _elder_table(statements, payers, language),
        _line_table(statements, payers, language),
        _correction_table(statements, payers, language),
    )
    return Document(head, facts, tables, notes=(say(language, "proved"),))


def _heading(name: str, language: str) -> str:
    return say(language, f"statement.column.{name}")


def _yuan(fen: int, language: str) -> str:
    """Return an amount with its unit, a minus in front of both."""
    said = say(language, "yuan", amount=yuan_words(abs(fen)))
    return f"−{said}" if fen < 0 else said


def _line(line: StatementLine, payers: Iterable[str], language: str, *, has_fee: bool) -> Sheet:
    money = [line.price_fen, *([line.fee_fen] if has_fee else []), *(line.paid.get(payer, 0) for payer in payers)]
    return {
        "day": _day(line.service_day.month, line.service_day.day, language),
        "weekday": say(language, f"weekday_short.{line.service_day.isoweekday()}"),
        "meal": text(language, f"meal.{line.meal}"),
        "dish": (line.dish if language == "zh" else line.dish_en or line.dish) or "–",
        "money": [yuan_words(fen) for fen in (*money, line.paid.get(Payer.ELDER, 0))],
    }


def _day(month: int, day: int, language: str) -> str:
    return say(language, "statement.date", month=month, day=day)


def _sums(statement: ElderStatement, language: str, *, has_fee: bool) -> list[Sheet]:
    paid = statement.paid
    named = [*ALWAYS, *((Payer.OPERATOR,) if paid.get(Payer.OPERATOR) else ())]
    lines = [("price", statement.price_fen), *([("fee", statement.fee_fen)] if has_fee else [])]
    lines += [(str(payer), paid.get(payer, 0)) for payer in named]
    lines.append(("you", paid.get(Payer.ELDER, 0)))
    if statement.corrections:
        lines.append(("corrections", statement.corrected.get(Payer.ELDER, 0)))
    return [
        {"label": say(language, f"statement.sum.{name}"), "value": _yuan(fen, language), "strong": name == "you"}
        for name, fen in lines
    ]


def _correction(line: CorrectionLine, language: str) -> Sheet:
    changes = [(payer, line.paid[payer]) for payer in (*ALWAYS, Payer.OPERATOR, Payer.ELDER) if line.paid.get(payer)]
    said = [
        say(
            language,
            "statement.more" if fen > 0 else "statement.less",
            payer=say(language, f"statement.who.{'you' if payer == Payer.ELDER else payer}"),
            amount=yuan_words(abs(fen)),
        )
        for payer, fen in changes
    ]
    return {
        "day": f"{line.service_day}",
        "meal": text(language, f"meal.{line.meal}"),
        "changes": said or [say(language, "statement.no_change")],
    }


def _balance(balance: Balance, language: str) -> list[Sheet]:
    left = "left" if balance.left_fen >= 0 else "owing"
    return [
        {"label": say(language, "statement.paid_in", day=balance.day), "value": _yuan(balance.paid_in_fen, language)},
        {"label": say(language, "statement.used"), "value": _yuan(balance.owed_fen, language)},
        {"label": say(language, f"statement.{left}"), "value": _yuan(abs(balance.left_fen), language)},
    ]


def _payer_columns(payers: Iterable[str], language: str) -> list[Column]:
    return [*(Column(heading(text(language, f"money.payer.{payer}")), Kind.FEN) for payer in payers)]


def _who(statement: ElderStatement) -> tuple[Cell, ...]:
    return statement.elder_number, statement.elder_name


def _paid_cells(paid: Paid, payers: Iterable[str]) -> tuple[Cell, ...]:
    return (*(paid.get(payer, 0) for payer in payers), paid.get(Payer.ELDER, 0))


def _elder_table(statements: Iterable[ElderStatement], payers: Sequence[Payer], language: str) -> Table:
    columns = (
        *_who_columns(language),
        Column(say(language, "meals"), Kind.COUNT),
        Column(say(language, "price_sum"), Kind.FEN),
        Column(say(language, "fee_sum"), Kind.FEN),
        *_payer_columns(payers, language),
        Column(say(language, "own_part"), Kind.FEN),
        Column(say(language, "corrections"), Kind.FEN),
        Column(say(language, "statement.to_pay"), Kind.FEN),
        Column(say(language, "grants"), Kind.FEN),
        Column(say(language, "statement.left"), Kind.FEN),
    )
    rows = tuple(
        (
            *_who(one),
            len(one.lines),
            one.price_fen,
            one.fee_fen,
            *_paid_cells(one.paid, payers),
            one.corrected.get(Payer.ELDER, 0),
            one.you_pay_fen,
            one.grants_fen,
            None if one.balance is None else one.balance.left_fen,
        )
        for one in statements
    )
    title = say(language, "table.elders")
    return Table(title, title, columns, rows)


def _who_columns(language: str) -> tuple[Column, ...]:
    return Column(say(language, "elder")), Column(say(language, "elder_name"))


def _line_table(statements: Iterable[ElderStatement], payers: Sequence[Payer], language: str) -> Table:
    columns = (
        *_who_columns(language),
        Column(say(language, "day"), Kind.DAY),
        Column(say(language, "meal")),
        Column(say(language, "statement.dish"), width_mm=0),
        Column(say(language, "price"), Kind.FEN),
        Column(say(language, "fee"), Kind.FEN),
        *_payer_columns(payers, language),
        Column(say(language, "own_part"), Kind.FEN),
    )
    rows = tuple(
        (
            *_who(one),
            line.service_day,
            text(language, f"meal.{line.meal}"),
            line.dish if language == "zh" else line.dish_en or line.dish,
            line.price_fen,
            line.fee_fen,
            *_paid_cells(line.paid, payers),
        )
        for one in statements
        for line in one.lines
    )
    title = say(language, "statement.lines")
    return Table(title, title, columns, rows)


def _correction_table(statements: Iterable[ElderStatement], payers: Sequence[Payer], language: str) -> Table:
    columns = (
        *_who_columns(language),
        Column(say(language, "settlement"), Kind.NUMBER),
        Column(say(language, "day"), Kind.DAY),
        Column(say(language, "meal")),
        *_payer_columns(payers, language),
        Column(say(language, "own_part"), Kind.FEN),
    )
    rows = tuple(
        (
            *_who(one),
            line.settlement_id,
            line.service_day,
            text(language, f"meal.{line.meal}"),
            *_paid_cells(line.paid, payers),
        )
        for one in statements
        for line in one.corrections
    )
    title = say(language, "table.correction_lines")
    return Table(title, title, columns, rows)
