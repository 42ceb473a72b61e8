"""A kitchen of the sample district fails: `python -m benchmarks.failure [--short 120] [--at 08:45] [--kitchen HZ-K08]`.

Loads the Haizhu sample into a database of its own, takes and plans a lunch through the product's own functions, then
reports the failure and deals with it as the process that keeps time does, and writes every paper that changed. Prints
the seconds from the report to the published plan and to the papers on disk, and what became of the meals.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from sqlmodel import Session, col, select

from benchmarks.lunch import SAMPLE, take_orders
from kitchens.failing.failure import Failure
from kitchens.meals import Meal, Outage
from service.access import EVERYTHING
from service.checking.kitchens import check_published
from service.clock import StoppedClock, instant_of
from service.daily import Kitbag, run_meal
from service.db import open_database
from service.failing.drill import deal_with
from service.failing.reporting import report
from service.failing.view import outcome_of
from service.importing.sample import load_sample
from service.migrations.run import migrate
from service.papers import write_due_papers
from service.settings import Settings
from service.tables import KitchenFailure, Plan, PlannedOrder

DAY = date(2026, 11, 24)
LUNCH = Meal.LUNCH
BEFORE = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)


def _labels(session: Session, plan: Plan) -> dict[int, str | None]:
    return dict(
        session.exec(select(PlannedOrder.order_id, PlannedOrder.label).where(PlannedOrder.plan_id == plan.id)).all()
    )


def main() -> None:
    """Fail once and print the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--short", type=int, default=120)
    parser.add_argument("--at", default="08:45", help="when it is reported, and from when it is out")
    parser.add_argument("--kitchen", default="HZ-K08")
    parser.add_argument("--no-papers", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(f"sqlite:///{Path(folder) / 'failure.db'}")
        kit = Kitbag(database, StoppedClock(BEFORE), Settings(home=Path(folder)), "benchmark")
        _plan(kit, with_papers=not asked.no_papers)
        print(json.dumps(_fail(kit, asked), indent=2))
        database.engine.dispose()


def _plan(kit: Kitbag, *, with_papers: bool) -> None:
    """Publish the lunch of the sample district, with all its papers on disk."""
    migrate(kit.database)
    load_sample(kit.database, SAMPLE, clock=kit.clock)
    take_orders(kit)
    run_meal(DAY, LUNCH, kit, early=True)
    if with_papers:
        write_due_papers(kit.database, kit.settings, kit.clock, actor=kit.actor)


def _fail(kit: Kitbag, asked: argparse.Namespace) -> dict[str, object]:
    """Report and deal with the failure; return how long it took and what became of the meals."""
    hours, minutes = asked.at.split(":")
    at_s = int(hours) * 3600 + int(minutes) * 60
    kit = replace(kit, clock=StoppedClock(instant_of(DAY, at_s)))
    here = {"settings": kit.settings, "clock": kit.clock}
    failure = Failure(asked.kitchen, Outage.KITCHEN, at_s, short=asked.short)
    began = time.perf_counter()
    row = report(kit.database, DAY, LUNCH, failure, reach=EVERYTHING, by="benchmark", **here)
    deal_with(row.id or 0, kit)
    spent = {"report_to_plan_s": round(time.perf_counter() - began, 1)}
    if not asked.no_papers:
        write_due_papers(kit.database, kit.settings, kit.clock, actor=kit.actor)
        spent["report_to_papers_s"] = round(time.perf_counter() - began, 1)
    return spent | _outcome(kit, row.id or 0)


def _outcome(kit: Kitbag, failure_id: int) -> dict[str, object]:
    with kit.database.read() as session:
        outcome = outcome_of(session, session.get_one(KitchenFailure, failure_id), with_calls=True)
        plans = session.exec(select(Plan).order_by(col(Plan.version))).all()
        before, after = (_labels(session, one) for one in plans)
    violations = check_published(kit.database, DAY, LUNCH).violations
    return {
        "orders": plans[0].figures["orders"],
        "threatened": outcome.threatened,
        "moved": outcome.moved,
        "same_dish": outcome.same_dish,
        "must_ask": outcome.must_ask,
        "left_out": outcome.left,
        "left_out_in_all_before_and_after": [one.figures["left_out"] for one in plans],
        "calls": len(outcome.calls),
        "new_labels": sum(before.get(order_id) != label for order_id, label in after.items() if label),
        "labels": len(after),
        "marks": plans[-1].marks,
        "violations": sorted({str(one.fault) for one in violations}),
    }


if __name__ == "__main__":
    main()
