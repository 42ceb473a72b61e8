"""The morning of the tiny town: what has happened by 11:30."""

from __future__ import annotations

from service.clock import instant_of
from service.db import Database
from service.tables import Batch, CourierRun, Outcome, VanRun, Visit
from tests.pages.town import DAY, Town, lunch_at


def settle_some(database: Database, town: Town) -> None:
    """Let the morning happen: one kitchen has cooked, its van is gone, a courier has been at four doors."""
    with database.write() as session:
        for code, batch_id in town.batch_ids.items():
            if code.startswith("K01"):
                batch = session.get_one(Batch, batch_id)
                batch.cooked_at = instant_of(DAY, batch.finish_s + 120)
        session.get_one(VanRun, town.van_run_id).left_at = lunch_at(10, 18)
        run = session.get_one(CourierRun, town.run_ids["R01"])
        run.left_at = lunch_at(10, 46)
        for number, outcome in enumerate((Outcome.IN_PERSON, Outcome.IN_PERSON, Outcome.NO_ANSWER, Outcome.IN_PERSON)):
            visit = session.get_one(Visit, town.visit_ids[number])
            visit.outcome, visit.outcome_by = outcome, "songcan"
            visit.outcome_at = instant_of(DAY, visit.start_s + 60)
