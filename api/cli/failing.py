"""`nuanfan kitchens fail`: what would become of a failure, and with `--confirm` the plan that deals with it."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date

from api.cli.console import Installation, output
from kitchens.failing.failure import Failure
from kitchens.meals import Meal, Outage
from service.access import EVERYTHING
from service.clock import hh_mm, seconds_into
from service.daily import Kitbag
from service.errors import InvalidError
from service.failing.drill import deal_with
from service.failing.reporting import preview, report
from service.failing.view import Outcome, outcome_of, previewed
from service.tables import KitchenFailure
from service.texts import text

ACTOR = "console"


def fail(
    here: Installation,
    service_day: date,
    meal: Meal,
    *,
    kitchen: str,
    station: str,
    dish: str,
    short: int | None,
    since: str,
    confirm: bool,
    as_json: bool,
) -> None:
    """Show what would become of a failure, or deal with it at once if it is confirmed."""
    failure = _failure(here, service_day, kitchen, station, dish, short, since)
    if confirm:
        row = report(
            here.database,
            service_day,
            meal,
            failure,
            reach=EVERYTHING,
            by=ACTOR,
            settings=here.settings,
            clock=here.clock,
        )
        deal_with(row.id or 0, Kitbag(here.database, here.clock, here.settings, ACTOR))
        with here.database.read() as session:
            outcome = outcome_of(session, session.get_one(KitchenFailure, row.id), with_calls=True)
    else:
        _, answer = preview(
            here.database, service_day, meal, failure, reach=EVERYTHING, settings=here.settings, clock=here.clock
        )
        with here.database.read() as session:
            outcome = previewed(session, answer)
    if as_json:
        output.print_json(json.dumps(asdict(outcome) | {"confirmed": confirm}, default=str))
        return
    show(outcome, here.settings.language)
    if not confirm:
        output.print(text(here.settings.language, "cli.fail_not_yet"), markup=False)


def _failure(
    here: Installation, service_day: date, kitchen: str, station: str, dish: str, short: int | None, since: str
) -> Failure:
    """Return what the options say; without a time it is out from now on.

    Raises
    ------
    InvalidError
        If no kitchen is named, both a station and a dish are, or the time is none.
    """
    if not kitchen or (station and dish):
        raise InvalidError("cli.fail_what")
    now_s = seconds_into(service_day, here.clock.now())
    given = since or hh_mm(min(max(now_s, 0), 86_399))
    hours, _, minutes = given.partition(":")
    if not (hours.isdecimal() and minutes.isdecimal() and int(hours) < 24 and int(minutes) < 60):
        raise InvalidError("failure.odd_time")
    outage = Outage.STATION if station else Outage.DISH if dish else Outage.KITCHEN
    return Failure(kitchen, outage, int(hours) * 3600 + int(minutes) * 60, station or dish, short)


def show(outcome: Outcome, language: str) -> None:
    """Print where the meals go, whom to ask, and what nobody can cook."""
    counts = {"moved": outcome.moved, "same": outcome.same_dish, "asked": outcome.must_ask, "left": outcome.left}
    output.print(text(language, "cli.fail_counts", **counts), markup=False)
    for way in outcome.ways:
        said = text(language, "failure.way", kitchen=way.kitchen.name, dish=way.dish.name)
        instead = f" {text(language, 'failure.instead', dish=way.former.name)}" if way.former else ""
        output.print(f"  {way.meals:>4}  {said}{instead}", markup=False)
    for reason, meals in outcome.reasons:
        output.print(f"  {meals:>4}  {text(language, f'reason.{reason}')}", markup=False)
