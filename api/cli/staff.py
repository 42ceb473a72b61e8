"""`nuanfan staff`: how many operators the alarm desk needs."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated

import typer

from api.cli.console import output, read_settings
from api.cli.day import JsonOption
from service.alarms.staffing import Staffing, staffing
from service.texts import text


def staff_command(
    calls_per_hour: Annotated[float, typer.Option(help="Calls in the busy hour.")],
    aht: Annotated[float, typer.Option(help="Mean time that a call keeps an operator, in seconds.")],
    within: Annotated[float, typer.Option(help="How soon a call should be answered, in seconds.")] = 15.0,
    share: Annotated[float, typer.Option(help="Share of calls to be answered that soon, such as 0.99.")] = 0.99,
    as_json: JsonOption = False,
) -> None:
    """Tell the fewest operators that answer the given share of calls in time (Erlang C), and how long calls wait."""
    found = staffing(calls_per_hour, aht, within, share)
    if as_json:
        output.print_json(json.dumps(asdict(found)))
        return
    output.print(said(found, within, read_settings().language), markup=False)


def said(found: Staffing, within_s: float, language: str) -> str:
    """Return the figures as a sentence."""
    return text(
        language,
        "alarms.staff_answer",
        operators=found.operators,
        level=f"{found.service_level:.2%}",
        within=f"{within_s:g}",
        wait=f"{found.mean_wait_s:.1f}",
        busy=f"{found.occupancy:.0%}",
    )
