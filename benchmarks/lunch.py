"""The main job of the sample district, timed stage by stage: `python -m benchmarks.lunch [--all-delivered]`.

Loads the Haizhu sample into a database of its own, takes the day's orders through the real order function, closes the
lunch and plans it twice with the same seed: the seconds of each stage, the figures, what the independent checker says,
and whether both plans are the same.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path

from kitchens.account import figures
from kitchens.meals import Meal
from service.claims import Claim
from service.clock import StoppedClock
from service.daily import Kitbag, call_for_delivery, faults, plan_day
from service.db import open_database
from service.importing.sample import load_sample
from service.migrations.run import migrate
from service.orders import Placing, Wish, place_order
from service.planning import read_question
from service.settings import Settings
from simulations.demand import facts_in, single_orders

SAMPLE = Path(__file__).resolve().parents[1] / "data" / "haizhu"
DAY = date(2026, 11, 24)
LUNCH = Meal.LUNCH


def main() -> None:
    """Run the lunch and print its figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--all-delivered", action="store_true")
    all_delivered = parser.parse_args().all_delivered
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(f"sqlite:///{Path(folder) / 'lunch.db'}")
        migrate(database)
        kit = Kitbag(database, StoppedClock(datetime(2026, 11, 20, 2, 0, tzinfo=UTC)), Settings(), "benchmark")
        load_sample(database, SAMPLE, clock=kit.clock)
        orders_s = _timed(lambda: take_orders(kit))
        if all_delivered:
            call_for_delivery(DAY, LUNCH, kit)
        close_s = _timed(lambda: Claim(database, kit.clock, DAY, LUNCH).take(actor="benchmark", early=True))
        with database.read() as session:
            question = read_question(session, DAY, LUNCH)
        began = time.perf_counter()
        plan, problem = plan_day(question, kit, meanwhile=lambda: None)
        plan_s = time.perf_counter() - began
        again, _ = plan_day(question, kit, meanwhile=lambda: None)
        said = {
            "all_delivered": all_delivered,
            "orders_s": orders_s,
            "close_s": close_s,
            "plan_s": round(plan_s, 2),
            "violations": list(faults(question, problem, plan)),
            "same_seed_same_plan": again == plan,
            "marks": plan.marks,
            "figures": asdict(figures(question.day, plan, problem)),
        }
        database.engine.dispose()
    print(json.dumps(said, indent=2, default=str))


def _timed(story: Callable[[], object]) -> float:
    began = time.perf_counter()
    story()
    return round(time.perf_counter() - began, 2)


def take_orders(kit: Kitbag) -> None:
    """Take the day's orders of the sample through the real order function."""
    with kit.database.read() as session:
        facts = facts_in(session, DAY)
    for wish in single_orders(facts, DAY, seed=kit.settings.seed):
        place_order(
            kit.database,
            Placing(wish.elder_number, wish.source, wish.placed_by),
            Wish(DAY, wish.meal, wish.fulfilment, wish.dish_code),
            clock=kit.clock,
        )


if __name__ == "__main__":
    main()
