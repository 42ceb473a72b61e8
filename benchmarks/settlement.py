"""How long a month takes from rows to the booked ledger: claims read, priced, booked, added up, and replayed.

python -m benchmarks.settlement [--meals 100000] [--elders 4000] [--seed 1]

Writes orders, plans, visits with outcomes and swipes into an embedded database in a temporary folder, as safely as in
service, and closes the month as `nuanfan settle` does. Prints seconds and the most memory used, all on one core.
Target: 100,000 meals from rows to ledger in 30 s.
"""

from __future__ import annotations

import argparse
import random
import resource
import tempfile
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from benchmarks.month_of_rows import FIRST, LAST, write_month
from service import ledger
from service.clock import StoppedClock, instant_of
from service.db import Database, open_database
from service.ledger import By
from service.migrations.run import migrate
from service.money.claiming import claims_of_period
from service.money.periods import settle_period
from service.settlement import collector_resting, replay
from service.subsidies import Scheme, get_scheme


def main() -> None:
    parser = argparse.ArgumentParser(description="Settle a made-up month from its rows and say how long it took.")
    parser.add_argument("--meals", type=int, default=100_000)
    parser.add_argument("--elders", type=int, default=4_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    scheme, clock = get_scheme("guangzhou-2024"), StoppedClock(instant_of(LAST + timedelta(days=1), 8 * 3600))
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(f"sqlite:///{Path(folder) / 'nuanfan.db'}")
        migrate(database)
        began = _now()
        write_month(database, asked.meals, asked.elders, random.Random(asked.seed))
        _say(f"(made up {asked.meals} meals as rows)", began)
        _read(database, scheme)
        began = _now()
        done = settle_period(database, since=FIRST, until=LAST, scheme=scheme, by="bench", clock=clock)
        aside = f"{len(done.stopped)} stopped, {len(done.unclaimed)} unclaimed"
        _say(f"from rows to ledger: {done.meals} meals in {done.entries} entries, {aside}", began)
        assert done.meals + len(done.stopped) + len(done.unclaimed) == asked.meals
        began = _now()
        with database.read() as session:
            totals = {by.value: sum(ledger.sums(session, by, [done.settlement_id]).values()) for by in By}
        _say(f"sums {totals}", began)
        assert set(totals.values()) == {done.total_fen}
        began = _now()
        found = replay(database, done.settlement_id, _corrected(scheme), by="bench", clock=clock)
        _say(f"replay: {len(found.changes)} changes, {found.by_payer()}", began)
        database.engine.dispose()
    print(f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:6.0f} MiB at most")


def _read(database: Database, scheme: Scheme) -> None:
    """Say how long the reading alone takes; settling reads once more."""
    began = _now()
    with collector_resting(), database.read() as session:
        claims = claims_of_period(session, FIRST, LAST, scheme_id=scheme.scheme_id)
    _say(f"(of which reading {len(claims.served)} claims)", began)


def _corrected(scheme: Scheme) -> Scheme:
    """Return the scheme as if the cap had been 3.20 yuan all along."""
    old = scheme.rules[0]
    newer = replace(old, version=2, amount=replace(old.amount, cap_fen=320))
    return replace(scheme, version=2, rules=(*scheme.rules, newer))


def _now() -> tuple[float, float]:
    return time.perf_counter(), time.process_time()


def _say(what: str, began: tuple[float, float]) -> None:
    print(
        f"{time.perf_counter() - began[0]:6.1f} s ({time.process_time() - began[1]:.1f} s of processor)  {what}",
        flush=True,
    )


if __name__ == "__main__":
    main()
