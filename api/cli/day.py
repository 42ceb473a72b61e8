"""`nuanfan day` and `nuanfan demo`: the main job, for one's own district and for the sample district."""

from __future__ import annotations

import json
import time
from dataclasses import asdict
from datetime import date
from typing import Annotated

import typer

from api.cli.console import Installation, open_installation, output, parse_day, problems, progress_bars
from api.cli.summary import print_summary
from kitchens.meals import Meal
from service.calendar import next_service_day
from service.claims import LEASE_S
from service.clock import local_day
from service.daily import STAGES, Kitbag, Report, call_for_delivery, run_meal
from service.errors import ConflictError
from service.migrations.run import migrate
from service.publishing import Published, find_published
from service.settings import EngineChoice
from service.texts import text

ACTOR = "console"

DayOption = Annotated[str, typer.Option(help="Service day as YYYY-MM-DD; the next one if not given.")]
MealOption = Annotated[Meal, typer.Option(help="Which meal.")]
AllOption = Annotated[
    bool, typer.Option("--all-delivered", help="Everybody gets the meal at the door; calls the reserve.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of the table.")]
EngineOption = Annotated[
    EngineChoice | None,
    typer.Option(help="Who plans the roads: our own engine, or OR-Tools alone. NUANFAN_ENGINE if not given."),
]


def day_command(
    day: DayOption = "",
    meal: MealOption = Meal.LUNCH,
    early: Annotated[bool, typer.Option("--early", help="Close now, before the cut-off.")] = False,
    all_delivered: AllOption = False,
    as_json: JsonOption = False,
    seed: Annotated[int | None, typer.Option(help="Seed of the plan.", min=0, max=2**31 - 1)] = None,
    engine: EngineOption = None,
) -> None:
    """Close, plan and publish one meal, or show the plan that is published."""
    here = with_choices(open_installation(), seed=seed, engine=engine)
    migrate(here.database)
    service_day = parse_day(day) if day else next_service_day(local_day(here.clock.now()))
    plan_and_show(here, service_day, meal, early=early, all_delivered=all_delivered, as_json=as_json)


def with_choices(here: Installation, **chosen: object) -> Installation:
    """Return the installation with the settings that the command line names; None names nothing."""
    named = {name: value for name, value in chosen.items() if value is not None}
    return Installation(here.settings.model_copy(update=named), here.database, here.clock)


def plan_and_show(
    here: Installation, service_day: date, meal: Meal, *, early: bool, all_delivered: bool, as_json: bool
) -> None:
    """Publish the meal unless it is published, and print what the plan does."""
    began = time.perf_counter()
    published = find_published(here.database, service_day, meal)
    if published is None:
        with progress_bars(here.settings.language, STAGES[here.settings.engine], quiet=as_json) as report:
            if all_delivered:
                call_for_delivery(service_day, meal, _kit(here, report), closing_early=early)
            published = _run_when_free(here, service_day, meal, report, early=early)
    seconds = time.perf_counter() - began
    if as_json:
        output.print_json(json.dumps(as_plain(published) | {"seconds": round(seconds, 2)}, default=str))
    else:
        print_summary(published, seconds, here.settings.language)


def as_plain(published: Published) -> dict[str, object]:
    """Return a plan's figures as `nuanfan day --json` prints them."""
    plain = asdict(published)
    plain["left_out"] = [dict(zip(("elder", "reason", "detail"), one, strict=True)) for one in published.left_out]
    return plain


def _kit(here: Installation, report: Report) -> Kitbag:
    return Kitbag(here.database, here.clock, here.settings, ACTOR, report)


def _run_when_free(here: Installation, service_day: date, meal: Meal, report: Report, *, early: bool) -> Published:
    kit: Kitbag = _kit(here, report)
    try:
        return run_meal(service_day, meal, kit, early=early)
    except ConflictError as refusal:
        if refusal.key != "error.being_planned":
            raise
    # Whoever holds it may have been killed a moment ago: its lease tells within seconds.
    problems.print(text(here.settings.language, "summary.waited"), markup=False)
    time.sleep(LEASE_S + 1)
    return find_published(here.database, service_day, meal) or run_meal(service_day, meal, kit, early=early)
