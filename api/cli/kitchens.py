"""`nuanfan kitchens`: is what stands published for the kitchens right, and what do they have to buy."""

from __future__ import annotations

import json
from dataclasses import asdict
from enum import StrEnum
from typing import Annotated

import typer

from api.cli.console import open_installation, output, parse_day
from api.cli.day import JsonOption, MealOption
from api.cli.failing import fail
from api.cli.purchasing import purchase
from kitchens.check import Violation
from kitchens.meals import Meal
from service.calendar import next_service_day
from service.checking.kitchens import Checked, check_published
from service.clock import local_day
from service.texts import Key, text

MOST_SHOWN = 50


class KitchensAction(StrEnum):
    """What can be asked about the kitchens of a meal."""

    CHECK = "check"
    FAIL = "fail"
    PURCHASE = "purchase"


def kitchens_command(
    action: Annotated[
        KitchensAction,
        typer.Argument(
            help="check: count the published meal anew with code that planning does not use; "
            "fail: what would become of a failure, and with --confirm the plan that deals with it; "
            "purchase: what has to be bought for some days."
        ),
    ],
    day: Annotated[str, typer.Option(help="Service day as YYYY-MM-DD; the next one if not given.")] = "",
    meal: MealOption = Meal.LUNCH,
    as_json: JsonOption = False,
    kitchen: Annotated[str, typer.Option(help="fail: the kitchen that reports; purchase: the one that buys.")] = "",
    station: Annotated[str, typer.Option(help="fail: the kind of station that is out: wok steamer oven cold.")] = "",
    dish: Annotated[str, typer.Option(help="fail: the one dish that is out.")] = "",
    short: Annotated[int | None, typer.Option(min=1, help="fail: how many are short; all if not given.")] = None,
    since: Annotated[str, typer.Option(help="fail: from when, HH:MM; now if not given.")] = "",
    until: Annotated[str, typer.Option(help="purchase: the last day, YYYY-MM-DD; that day alone if not given.")] = "",
    confirm: Annotated[bool, typer.Option("--confirm", help="fail: change the plan.")] = False,
) -> None:
    """Count the published meal anew and end with 1 if anything is wrong, or deal with a kitchen that cannot cook."""
    here = open_installation()
    service_day = parse_day(day) if day else next_service_day(local_day(here.clock.now()))
    if action is KitchensAction.PURCHASE:
        last = parse_day(until) if until else service_day
        purchase(here, service_day, last, kitchen=kitchen, as_json=as_json)
        return
    if action is KitchensAction.FAIL:
        fail(
            here,
            service_day,
            meal,
            kitchen=kitchen,
            station=station,
            dish=dish,
            short=short,
            since=since,
            confirm=confirm,
            as_json=as_json,
        )
        return
    allowance_s = here.settings.eating_allowance_s
    checked = check_published(here.database, service_day, meal, allowance_s=allowance_s)
    if as_json:
        output.print_json(json.dumps(asdict(checked), default=str))
    else:
        show_checked(checked, here.settings.language)
    if checked.violations:
        raise typer.Exit(1)


def show_checked(checked: Checked, language: str) -> None:
    """Print what was looked at, and each thing that is wrong."""
    counted = {"orders": checked.orders, "batches": checked.batches, "version": checked.version}
    head = {"day": checked.service_day, "meal": Key(f"meal.{checked.meal}"), **counted}
    key = "cli.kitchens_wrong" if checked.violations else "cli.kitchens_right"
    style = "bold red" if checked.violations else "green"
    output.print(text(language, key, found=len(checked.violations), **head), style=style, markup=False)
    for one in checked.violations[:MOST_SHOWN]:
        output.print(said(one, language), markup=False)


def said(one: Violation, language: str) -> str:
    """Return a violation as a sentence."""
    values = {"subject": one.subject, "expected": one.expected or "—", "found": one.found or "—"}
    return text(language, f"fault.{one.fault}", **values)
