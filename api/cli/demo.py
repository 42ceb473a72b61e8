"""`nuanfan demo`: the main job on the sample district, from an empty folder to papers and pages."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from api.cli.console import Installation, open_installation, parse_day, problems, progress_bars
from api.cli.day import ACTOR, AllOption, DayOption, EngineOption, JsonOption, plan_and_show, with_choices
from api.cli.papers import show_pack
from api.cli.serve import serve
from kitchens.meals import Meal
from service.calendar import next_service_day
from service.claims import latest_cut_off
from service.clock import local_day
from service.errors import ConflictError, InvalidError
from service.importing.sample import load_sample
from service.menus.cycles import lay_ahead
from service.migrations.run import migrate
from service.orders import Placing, Wish, place_order
from service.papers import write_papers_of
from service.publishing import find_published
from service.tables import Elder
from service.texts import Key, text
from simulations.demand import facts_in, single_orders

SAMPLE = Path(__file__).resolve().parents[2] / "data" / "haizhu"


def demo_command(
    day: DayOption = "",
    no_serve: Annotated[bool, typer.Option("--no-serve", help="End after the summary.")] = False,
    all_delivered: AllOption = False,
    as_json: JsonOption = False,
    engine: EngineOption = None,
) -> None:
    """Do the main job on the Haizhu sample district: orders, plan, papers, summary, then the pages."""
    here = with_choices(open_installation(), engine=engine)
    language = here.settings.language
    migrate(here.database)
    with here.database.read() as session:
        is_empty = session.get(Elder, "HZ-E0001") is None
    if is_empty:
        load_sample(here.database, SAMPLE, clock=here.clock)
        problems.print(text(language, "cli.sample_loaded"), markup=False)
    lay_ahead(here.database, here.clock)
    service_day = parse_day(day) if day else _next_open_day(here)
    if find_published(here.database, service_day, Meal.LUNCH) is None:
        _take_orders(here, service_day)
    plan_and_show(here, service_day, Meal.LUNCH, early=True, all_delivered=all_delivered, as_json=as_json)
    _write_papers(here, service_day)
    if not no_serve:
        serve(here, host=here.settings.host, port=here.settings.port, user="admin")


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
    with here.database.read() as session:
        facts = facts_in(session, service_day)
    for wish in single_orders(facts, service_day, seed=here.settings.seed):
        try:
            place_order(
                here.database,
                Placing(wish.elder_number, wish.source, wish.placed_by),
                Wish(service_day, Meal.LUNCH, wish.fulfilment, wish.dish_code),
                clock=here.clock,
            )
            placed += 1
        except (ConflictError, InvalidError):
            refused += 1
    values = {"day": service_day, "meal": Key("meal.lunch"), "placed": placed, "refused": refused}
    problems.print(text(here.settings.language, "cli.orders_taken", **values), markup=False)


def _write_papers(here: Installation, service_day: date) -> None:
    with progress_bars(here.settings.language, ("papers",)) as report:
        pack = write_papers_of(
            here.database, service_day, Meal.LUNCH, here.settings, here.clock, actor=ACTOR, report=report
        )
    show_pack(here, pack)
