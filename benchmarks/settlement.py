"""How long a month takes to settle: many served meals priced, booked in a database, and replayed under another rule.

python -m benchmarks.settlement [--meals 100000] [--elders 4000] [--seed 1]

Uses an embedded database in a temporary folder, written as safely as in service. Prints the seconds of settling, of
asking for the sums, and of a replay that is shown and not booked, all on one core. Target: 100,000 meals in 30 s.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import insert

from kitchens.meals import Fulfilment, Meal, ProvisionMode
from service import ledger
from service.calendar import is_working_day
from service.clock import SystemClock, instant_of
from service.db import Database, open_database
from service.ledger import By
from service.migrations.run import migrate
from service.served import Bounds, ServedMeal
from service.settlement import replay, settle
from service.subsidies import Case, Place, Scheme, Standing, get_scheme
from service.tables import Elder, Kitchen, MealOrder, MealPoint

FIRST, LAST = date(2026, 11, 1), date(2026, 11, 30)
HOME = Place("广州市", "海珠区", "素社街道")
ELSEWHERE = Place("佛山市")


def main() -> None:
    parser = argparse.ArgumentParser(description="Settle a made-up month and say how long it took.")
    parser.add_argument("--meals", type=int, default=100_000)
    parser.add_argument("--elders", type=int, default=4_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    served = list(_served(asked.meals, asked.elders, random.Random(asked.seed)))
    scheme, clock = get_scheme("guangzhou-2024"), SystemClock()
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(f"sqlite:///{Path(folder) / 'nuanfan.db'}")
        migrate(database)
        _found(database, served, asked.elders)
        cooked = {(one.case.day, one.case.meal, "K1"): asked.meals for one in served}
        began = _now()
        done = settle(
            database,
            served,
            since=FIRST,
            until=LAST,
            scheme=scheme,
            bounds=Bounds(cooked=cooked),
            by="bench",
            clock=clock,
        )
        stopped = len(done.stopped)
        _say(f"settled {done.meals} meals in {done.entries} entries, {stopped} stopped", began)
        began = _now()
        with database.read() as session:
            totals = {by.value: sum(ledger.sums(session, by, [done.settlement_id]).values()) for by in By}
        _say(f"sums {totals}", began)
        assert set(totals.values()) == {done.total_fen}
        began = _now()
        found = replay(database, done.settlement_id, _corrected(scheme), by="bench", clock=clock)
        _say(f"replay: {len(found.changes)} changes, {found.by_payer()}", began)
        database.engine.dispose()


def _served(meals: int, elders: int, chance: random.Random) -> Iterator[ServedMeal]:
    people = [
        Standing(
            date(chance.randrange(1930, 1966), chance.randrange(1, 13), 15),
            HOME if chance.random() < 0.9 else ELSEWHERE,
            HOME,
            frozenset(),
            chance.choice((None, None, 0, 1, 2, 3, 4)),
        )
        for _ in range(elders)
    ]
    days = [FIRST + timedelta(days=offset) for offset in range((LAST - FIRST).days + 1)]
    slots = [(day, meal) for day in days for meal in (Meal.LUNCH, Meal.DINNER)]
    if meals > len(slots) * elders:
        raise SystemExit(f"at most {len(slots) * elders} meals fit into the month of {elders} elders")
    for number in range(meals):
        (day, meal), who = slots[number // elders], number % elders
        way = chance.choice((Fulfilment.DINE_IN, Fulfilment.PICK_UP, Fulfilment.HOME))
        brought = way == Fulfilment.HOME
        case = Case(
            "guangzhou-2024",
            day,
            is_working_day(day),
            meal,
            chance.choice((1000, 1200, 1300, 1500)),
            people[who],
            200 if brought else 0,
            way,
            ProvisionMode.OWN_KITCHEN,
            HOME,
        )
        outcome = "in_person" if brought else "eaten_in" if way == Fulfilment.DINE_IN else "picked_up"
        taken_at = instant_of(day, 36_000 + chance.randrange(12_000))
        yield ServedMeal(number + 1, f"E{who:05d}", case, outcome, "K1", "P1", taken_at, "swipe", 28_800, 72_000)


def _found(database: Database, served: list[ServedMeal], elders: int) -> None:
    with database.write() as session:
        address = {"address": "样例路1号", "phone": "020-5550-0001", "lat": 23.09, "lon": 113.3}
        kitchen = Kitchen(code="K1", name="样例厨房", mode="own_kitchen", licence="样例", **address)  # type: ignore[arg-type]
        session.add(kitchen)
        session.flush()
        session.add(MealPoint(code="P1", name="样例饭堂", kitchen_code="K1", capacity_meals=1, **address))  # type: ignore[arg-type]
        session.add_all(
            Elder(number=f"E{n:05d}", name="陈例", birth_year=1950, phone="199-0000-0001", address="样例路")
            for n in range(elders)
        )
        session.flush()
        rows = [
            {
                "id": one.order_id,
                "elder_number": one.elder_number,
                "service_day": one.case.day,
                "meal": one.case.meal.value,
                "fulfilment": one.case.way.value,
                "source": "standing",
                "placed_by": "bench",
                "placed_at": instant_of(FIRST, 0),
            }
            for one in served
        ]
        session.execute(insert(MealOrder), rows)


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
