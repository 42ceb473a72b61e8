"""`nuanfan price` and `nuanfan schemes`: what a meal costs whom, and by which rules, for checking from outside."""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from api.cli.console import output, read_settings
from service.calendar import is_working_day
from service.errors import InvalidError, NotFoundError, NuanfanError
from service.subsidies import (
    Rounding,
    Scheme,
    Settings,
    answer_json,
    parse_case,
    price,
    read_scheme,
    refusal_json,
    refuse_unknown_rules,
    scheme_json,
    shipped_schemes,
    unknown_places,
)
from service.texts import text

UTF8_MARK = b"\xef\xbb\xbf"
Files = Annotated[
    list[Path] | None,
    typer.Option(
        "--scheme-file", metavar="FILE", help="A further scheme (.toml); one of the same id stands in for it."
    ),
]


def price_command(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line in and out.")] = False,
    rounding: Annotated[Rounding | None, typer.Option(help="Round shares so, whatever the scheme says.")] = None,
    scheme_file: Files = None,
) -> None:
    r"""Price cases from standard input, one JSON object a line; ends with 1 if any line was no case.

    A case: {"scheme": "guangzhou-2024", "date": "2026-11-23", "meal": "lunch", "price_fen": 1300, "delivery_fee_fen":
    200, "delivered": true, "mode": "own_kitchen", "place": {"city", "district", "street"}, "elder": {"birth_date",
    "hukou": {…}, "residence": {…}, "classes": \[…], "care_level"}, "used": {"today", "this_week"}}. An "id" is given
    back.

    The answer holds every line of money (payer, payee, fen, covers, rule, rule_version, basis), elder_pays_fen, or the
    refusal; may_eat and is_subsidised with their sentences. Lines that cover meal and delivery sum to price and fee,
    grants to the operator come on top. A line that is no case gives {"line", "error": {"key", "zh", "en"}}.
    """
    if not as_json:
        raise InvalidError("money.list.only_json")
    schemes = _schemes(scheme_file)
    try:
        failed = _answer_all(schemes, rounding)
    except BrokenPipeError:
        # Whoever read the answers has enough of them; what is left in the buffer goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        failed = True
    if failed:
        raise typer.Exit(1)


def schemes_command(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a scheme, with all its rules.")] = False,
    scheme_file: Files = None,
) -> None:
    """List the subsidy schemes with their source and the days on which they hold."""
    schemes = _schemes(scheme_file)
    if as_json:
        for scheme in schemes.values():
            _write(scheme_json(scheme))
        return
    output.print(_table(schemes, read_settings().language))


def _answer_all(schemes: Mapping[str, Scheme], rounding: Rounding | None) -> bool:
    """Answer every line of standard input; return whether any was no case."""
    failed = False
    if isinstance(sys.stdout, io.TextIOWrapper):
        # UTF-8 whatever the terminal says, as the lines that come in are.
        sys.stdout.reconfigure(encoding="utf-8")
    is_workday = cache(is_working_day)
    settings = {one.scheme_id: _settings(one, rounding) for one in schemes.values()}
    for number, line in _lines():
        try:
            asked = parse_case(_decoded(line), is_workday)
            scheme = schemes.get(asked.case.scheme_id)
            if scheme is None:
                raise NotFoundError("money.scheme.unknown", given=asked.case.scheme_id, known=sorted(schemes))
            refuse_unknown_rules(asked.case, scheme)
            priced = price(asked.case, scheme, settings[scheme.scheme_id])
            _write(answer_json(asked, priced, number, unknown_places(asked.case, scheme)))
        except NuanfanError as refusal:
            failed = True
            _write(refusal_json(refusal, number))
    return failed


def _lines() -> Iterator[tuple[int, bytes]]:
    """Yield the lines of standard input with their numbers from 1; an empty line is nothing."""
    given = sys.stdin.buffer
    first = given.readline().removeprefix(UTF8_MARK)
    for number, line in enumerate(chain([first], given), start=1):
        if line.strip():
            yield number, line


def _decoded(line: bytes) -> str:
    try:
        return line.decode()
    except UnicodeDecodeError as error:
        raise InvalidError("money.case.no_text") from error


def _schemes(files: list[Path] | None) -> dict[str, Scheme]:
    further = [read_scheme(file) for file in files or ()]
    return {**shipped_schemes(), **{scheme.scheme_id: scheme for scheme in further}}


def _settings(scheme: Scheme, rounding: Rounding | None) -> Settings:
    own = scheme.settings
    return Settings(rounding or own.rounding, own.rounding_unit_fen, own.delivery_grant_offsets_fee)


def _write(said: Mapping[str, Any]) -> None:
    # Straight to the stream: a hundred thousand answers need no colours. Flushed: a partner may wait line by line.
    # Half a surrogate pair, which no encoding has, goes out as JSON's own escape.
    sys.stdout.write(json.dumps(said, ensure_ascii=False).encode("utf-8", "backslashreplace").decode() + "\n")
    sys.stdout.flush()


def _table(schemes: Mapping[str, Scheme], language: str) -> Table:
    table = Table(title=text(language, "money.list.title"), title_style="bold")
    for key in ("scheme", "name", "source", "confidence", "validity", "rules"):
        table.add_column(text(language, f"money.list.{key}"), overflow="fold", no_wrap=key == "scheme")
    for scheme in schemes.values():
        table.add_row(
            f"{scheme.scheme_id} v{scheme.version}",
            scheme.name if language == "zh" else scheme.name_en,
            scheme.source.said_in(language),
            scheme.source.confidence,
            _days(scheme, language),
            str(len(scheme.rules)),
        )
    return table


def _days(scheme: Scheme, language: str) -> str:
    shown = {"day": 10, "month": 7, "year": 4}[scheme.validity.since_known_to]
    since = scheme.validity.since.isoformat()[:shown]
    if scheme.validity.until is None:
        return text(language, "money.list.since", since=since)
    return text(language, "money.list.between", since=since, until=scheme.validity.until.isoformat())
