"""`nuanfan day` and `nuanfan demo`: the main job, for one's own district and for the sample district."""

from __future__ import annotations

import json
import time
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from sqlmodel import col, select

from api.cli.console import Installation, open_installation, output, parse_day, problems, progress_bars
from api.cli.papers import show_pack
from api.cli.serve import serve
from api.cli.summary import print_summary
from kitchens.meals import Meal
from service.calendar import next_service_day
from service.claims import LEASE_S, latest_cut_off
from service.clock import local_day
from service.daily import Kitbag, Report, call_for_delivery, run_meal
from service.errors import ConflictError, InvalidError
from service.importing.sample import load_sample
from service.migrations.run import migrate
from service.orders import place_order
from service.papers import write_papers_of
from service.publishing import Published, find_published
from service.tables import Elder, MealPoint, MenuEntry, StandingOrder
from service.texts import Key, text
from simulations.demand import DemandFacts, single_orders

SAMPLE = Path(__file__).resolve().parents[2] / "data" / "haizhu"
ACTOR = "console"

DayOption = Annotated[str, typer.Option(help="Service day as YYYY-MM-DD; the next one if not given.")]
MealOption = Annotated[Meal, typer.Option(help="Which meal.")]
AllOption = Annotated[
    bool, typer.Option("--all-delivered", help="Everybody gets the meal at the door; calls the reserve.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of the table.")]


def day_command(
    day: DayOption = "",
    meal: MealOption = Meal.LUNCH,
    early: Annotated[bool, typer.Option("--early", help="Close now, before the cut-off.")] = False,
    all_delivered: AllOption = False,
    as_json: JsonOption = False,
    seed: Annotated[int | None, typer.Option(help="Seed of the plan.")] = None,
) -> None:
    """Close, plan and publish one meal, or show the plan that is published."""
    here = open_installation()
    migrate(here.database)
    if seed is not None:
        here = Installation(here.settings.model_copy(update={"seed": seed}), here.database, here.clock)
    service_day = parse_day(day) if day else next_service_day(local_day(here.clock.now()))
    plan_and_show(here, service_day, meal, early=early, all_delivered=all_delivered, as_json=as_json)


def demo_command(
    day: DayOption = "",
    no_serve: Annotated[bool, typer.Option("--no-serve", help="End after the summary.")] = False,
    all_delivered: AllOption = False,
    as_json: JsonOption = False,
) -> None:
    """Do the main job on the Haizhu sample district: orders, plan, papers, summary, then the pages."""
    here = open_installation()
    language = here.settings.language
    migrate(here.database)
    with here.database.read() as session:
        is_empty = session.get(Elder, "HZ-E0001") is None
    if is_empty:
        load_sample(here.database, SAMPLE, clock=here.clock)
        problems.print(text(language, "cli.sample_loaded"), markup=False)
    service_day = parse_day(day) if day else _next_open_day(here)
    if find_published(here.database, service_day, Meal.LUNCH) is None:
        _take_orders(here, service_day)
    plan_and_show(here, service_day, Meal.LUNCH, early=True, all_delivered=all_delivered, as_json=as_json)
    _write_papers(here, service_day)
    if not no_serve:
        serve(here, host=here.settings.host, port=here.settings.port, user="admin")


def plan_and_show(
    here: Installation, service_day: date, meal: Meal, *, early: bool, all_delivered: bool, as_json: bool
) -> None:
    """Publish the meal unless it is published, and print what the plan does."""
    began = time.perf_counter()
    published = find_published(here.database, service_day, meal)
    if published is None:
        with progress_bars(here.settings.language, quiet=as_json) as report:
            if all_delivered:
                call_for_delivery(service_day, meal, here.kit(ACTOR, report))
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


def _run_when_free(here: Installation, service_day: date, meal: Meal, report: Report, *, early: bool) -> Published:
    kit: Kitbag = here.kit(ACTOR, report)
    try:
        return run_meal(service_day, meal, kit, early=early)
    except ConflictError as refusal:
        if refusal.key != "error.being_planned":
            raise
    # Whoever holds it may have been killed a moment ago: its lease tells within seconds.
    problems.print(text(here.settings.language, "summary.waited"), markup=False)
    time.sleep(LEASE_S + 1)
    return find_published(here.database, service_day, meal) or run_meal(service_day, meal, kit, early=early)


def _next_open_day(here: Installation) -> date:
    day = next_service_day(local_day(here.clock.now()))
    while _is_past_cut_off(here, day) or find_published(here.database, day, Meal.LUNCH) is not None:
        day = next_service_day(day)
    return day


def _is_past_cut_off(here: Installation, day: date) -> bool:
    with here.database.read() as session:
        return bool(here.clock.now() >= latest_cut_off(session, day, Meal.LUNCH))


def _take_orders(here: Installation, service_day: date) -> None:
    """Place the day's single orders one by one through the door that kiosk and phone use."""
    placed = refused = 0
    for wish in single_orders(_demand(here, service_day), service_day, seed=here.settings.seed):
        try:
            place_order(
                here.database,
                elder_number=wish.elder_number,
                service_day=service_day,
                meal=Meal.LUNCH,
                fulfilment=wish.fulfilment,
                dish_code=wish.dish_code,
                source=wish.source,
                placed_by=wish.placed_by,
                clock=here.clock,
            )
            placed += 1
        except (ConflictError, InvalidError):
            refused += 1
    values = {"day": service_day, "meal": Key("meal.lunch"), "placed": placed, "refused": refused}
    problems.print(text(here.settings.language, "cli.orders_taken", **values), markup=False)


def _write_papers(here: Installation, service_day: date) -> None:
    with progress_bars(here.settings.language, stages=("papers",)) as report:
        pack = write_papers_of(
            here.database, service_day, Meal.LUNCH, here.settings, here.clock, actor=ACTOR, report=report
        )
    show_pack(here, pack)


def _demand(here: Installation, service_day: date) -> DemandFacts:
    with here.database.read() as session:
        return DemandFacts(
            session.exec(select(Elder).order_by(col(Elder.number))).all(),
            session.exec(select(StandingOrder).order_by(col(StandingOrder.elder_number))).all(),
            session.exec(select(MealPoint).order_by(col(MealPoint.code))).all(),
            session.exec(select(MenuEntry).where(MenuEntry.service_day == service_day)).all(),
        )
