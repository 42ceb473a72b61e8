"""`nuanfan settle` and `nuanfan replay-money`: closing a period, and pricing a settlement anew."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from api.bodies.money import difference_out, settlement_out
from api.cli.console import open_installation, output, parse_day
from service.board.money import SettlementView, get_settlement
from service.migrations.run import migrate
from service.money.periods import say_claim, settle_period
from service.settlement import difference_lines, replay
from service.subsidies import get_scheme, read_scheme, yuan
from service.texts import text

ACTOR = "console"
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


def settle_command(
    since: Annotated[str, typer.Option("--from", help="First day, YYYY-MM-DD.")],
    until: Annotated[str, typer.Option("--until", help="Last day, YYYY-MM-DD; it must be over.")],
    by: Annotated[str, typer.Option(help="Who settles, by name.")] = ACTOR,
    despite_open: Annotated[
        str, typer.Option("--despite-open", help="Settle although visits have no outcome: why.")
    ] = "",
    as_json: JsonOption = False,
) -> None:
    """Settle all orders of a period: each is paid, refused with a reason, or not had.

    Ends with 1 and a list while visits have no outcome.
    """
    here = open_installation()
    migrate(here.database)
    done = settle_period(
        here.database,
        since=parse_day(since),
        until=parse_day(until),
        scheme=get_scheme(here.settings.subsidy_scheme),
        by=by,
        clock=here.clock,
        despite_open=despite_open,
    )
    with here.database.read() as session:
        view = get_settlement(session, done.settlement_id)
    if as_json:
        output.print_json(settlement_out(view).model_dump_json())
        return
    for line in _lines(view, here.settings.language):
        output.print(line, markup=False)


def replay_command(
    settlement: Annotated[int, typer.Argument(help="Number of the settlement.", min=1, max=2**31 - 1)],
    scheme: Annotated[Path, typer.Option(help="The corrected scheme (.toml).")],
    book: Annotated[bool, typer.Option("--book", help="Book the difference as a correction.")] = False,
    by: Annotated[str, typer.Option(help="Who books it, by name.")] = ACTOR,
    as_json: JsonOption = False,
) -> None:
    """Price a settlement anew under a corrected scheme and print the difference; nothing is booked without --book."""
    here = open_installation()
    migrate(here.database)
    found = replay(here.database, settlement, read_scheme(scheme), by=by, clock=here.clock, books=book)
    if as_json:
        output.print_json(difference_out(found).model_dump_json())
        return
    for line in difference_lines(found, here.settings.language):
        output.print(line, markup=False)
    if found.settlement_id is not None:
        said = text(here.settings.language, "settling.booked", settlement=found.settlement_id)
        output.print(said, markup=False)


def _lines(view: SettlementView, language: str) -> list[str]:
    """Return a settlement as people read it."""
    head = view.head
    counts = {"meals": head.meals, "refused": head.refused, "unclaimed": head.unclaimed}
    days = {"since": head.from_day, "until": head.until_day}
    said = [text(language, "settling.made", settlement=head.id, total=yuan(head.total_fen), **days, **counts)]
    for one in view.by_payer:
        named = " ".join(part for part in (text(language, f"money.payer.{one.key[0]}"), one.key[1]) if part)
        said.append(f"  {named} {yuan(one.fen)}")
    why = Counter(say_claim(one.reason, one.details, language) for one in (*view.refused, *view.unclaimed))
    said += [f"  {count} × {reason}" for reason, count in why.most_common()]
    return said
