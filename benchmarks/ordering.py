"""How fast orders are taken and standing orders written out, over HTTP and on the embedded database.

    python -m benchmarks.ordering                       100 orders a second for 60 s, then 20,000 standing orders
    python -m benchmarks.ordering --rate 200 --seconds 10

A server process of its own, SQLite in a temporary folder with `synchronous=FULL`, one made-up elder an order. An
order's time counts from the moment at which it was due, not from when it was sent: a server that stalls is not spared.
A few orders before the clock starts open the connections.
At the end the server is killed, and every order that was answered with 201 is looked for in the database.
"""

from __future__ import annotations

import argparse
import http.client
import json
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import uvicorn
from sqlmodel import Session, func, select

from api.app import create_app
from api.cli.serve import SWITCH_S
from kitchens.meals import Fulfilment, Meal
from service.access import create_user
from service.calendar import cut_off, is_working_day
from service.clock import SystemClock, local_day
from service.db import Database, open_database
from service.migrations.run import migrate
from service.settings import Settings
from service.standing import generate_standing_orders
from service.tables import Dish, Elder, Kitchen, KitchenMeal, MealOrder, MealPoint, MenuEntry, Role, StandingOrder

PASSWORD = "a-warm-bowl-of-rice"
POINTS, SENDERS = 51, 48
WARM_UP = 2 * SENDERS
HOUR_S = 3600
UP_TRIES = 600


def open_day() -> date:
    """Return the first working day whose orders are open."""
    clock = SystemClock()
    day = local_day(clock.now())
    while True:
        day += timedelta(days=1)
        if is_working_day(day) and clock.now() < cut_off(None, day, Meal.LUNCH) - timedelta(hours=1):
            return day


def found(folder: Path, elders: int, day: date) -> Database:
    """Write a made-up district into an empty database."""
    database = open_database(f"sqlite:///{folder}/nuanfan.db")
    migrate(database)
    with database.write() as session:
        _add_kitchen(session, elders, day)
        for n in range(elders):
            session.add(
                Elder(
                    number=f"E{n:06}",
                    name=f"样本{n}",
                    birth_year=1940,
                    phone="199-0000-0000",
                    address="样例路1号",
                    meal_point_code=f"P{n % POINTS:02}",
                )
            )
    create_user(database, name="jiexian", role=Role.OPERATOR, password=PASSWORD, clock=SystemClock(), must_change=False)
    return database


def _add_kitchen(session: Session, elders: int, day: date) -> None:
    where = {"address": "样例路1号", "phone": "020-0000-0000", "lat": 23.09, "lon": 113.3}
    session.add(Kitchen(code="K1", name="样例厨房", mode="own_kitchen", licence="样例", **where))
    session.add_all([Dish(code="D1", name="样餐一", price_fen=1300), Dish(code="D2", name="样餐二", price_fen=1300)])
    session.flush()
    session.add(
        KitchenMeal(
            kitchen_code="K1",
            meal=Meal.LUNCH,
            capacity_meals=elders,
            meals_per_hour=elders,
            cooking_start_s=7 * HOUR_S,
            cooking_end_s=11 * HOUR_S,
        )
    )
    session.add_all(
        MealPoint(code=f"P{n:02}", name=f"样例点{n}", kitchen_code="K1", capacity_meals=elders, **where)
        for n in range(POINTS)
    )
    session.add_all(
        MenuEntry(kitchen_code="K1", service_day=day, meal=Meal.LUNCH, rank=rank, dish_code=f"D{rank}")
        for rank in (1, 2)
    )
    session.flush()


def serve(folder: Path, port: int) -> None:
    """Serve the application as it is served everywhere."""
    database = open_database(f"sqlite:///{folder}/nuanfan.db")
    app = create_app(database, Settings(home=folder), SystemClock())
    sys.setswitchinterval(SWITCH_S)
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning", access_log=False)


class Senders:
    """Threads with a connection each, all logged in once."""

    def __init__(self, port: int, day: date) -> None:
        self.port, self.day, self.local = port, day, threading.local()
        answer, headers = self._ask("/api/session", {"name": "jiexian", "password": PASSWORD}, {})
        if answer >= 300:
            raise SystemExit(f"expected to be logged in, got {answer}")
        self.cookie = headers["set-cookie"].split(";")[0]

    def _ask(self, path: str, body: dict[str, Any], more: dict[str, str]) -> tuple[int, dict[str, str]]:
        connection = getattr(self.local, "connection", None)
        if connection is None:
            connection = self.local.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json", **more})
        answer = connection.getresponse()
        answer.read()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}

    def order(self, n: int, due_s: float) -> tuple[float, int]:
        """Place the order of elder n when it is due; return seconds from then to the answer, and its status."""
        time.sleep(max(0.0, due_s - time.perf_counter()))
        body = {
            "elder_number": f"E{n:06}",
            "service_day": str(self.day),
            "meal": Meal.LUNCH,
            "fulfilment": Fulfilment.HOME,
            "dish_code": f"D{1 + n % 2}",
            "source": "phone",
        }
        key = {"Cookie": self.cookie, "Idempotency-Key": f"bench-{n:08}"}
        status, _ = self._ask("/api/orders", body, key)
        return time.perf_counter() - due_s, status


def measure_orders(folder: Path, database: Database, day: date, rate: int, seconds: int, port: int) -> None:
    """Print percentiles of the answers, and whether every answered order is in the database."""
    child = subprocess.Popen([sys.executable, "-m", "benchmarks.ordering", "--serve", str(folder), "--port", str(port)])
    try:
        senders = _when_up(port, day)
        with ThreadPoolExecutor(SENDERS) as pool:
            # Open every connection and let the server load what it loads once.
            list(pool.map(senders.order, range(rate * seconds, rate * seconds + WARM_UP), [0.0] * WARM_UP))
            begun_s = time.perf_counter() + 0.5
            asked = [pool.submit(senders.order, n, begun_s + n / rate) for n in range(rate * seconds)]
            answers = [one.result() for one in asked]
    finally:
        child.kill()
        child.wait()
    took = sorted(1_000 * spent for spent, _ in answers)
    accepted = WARM_UP + sum(status == 201 for _, status in answers)
    with database.read() as session:
        kept = session.exec(select(func.count()).select_from(MealOrder)).one()
    cuts = statistics.quantiles(took, n=100)
    print(
        f"{rate} orders a second for {seconds} s: p50 {cuts[49]:.1f} ms, p95 {cuts[94]:.1f} ms, p99 {cuts[98]:.1f} ms, "
        f"longest {took[-1]:.1f} ms; {accepted} of {WARM_UP + len(answers)} accepted, {kept} kept after kill -9"
    )


def _when_up(port: int, day: date) -> Senders:
    for _ in range(UP_TRIES):
        try:
            return Senders(port, day)
        except OSError:
            time.sleep(0.1)
    raise SystemExit("the server did not come up")


def measure_standing(database: Database, day: date, standing: int) -> None:
    """Print how long it takes to write out so many standing orders for one meal, and to look at them once more."""
    with database.write() as session:
        session.add_all(
            StandingOrder(
                elder_number=f"E{n:06}", meal=Meal.DINNER, weekdays="1234567", fulfilment=Fulfilment.HOME, from_day=day
            )
            for n in range(standing)
        )
    for again in ("", " once more"):
        began_s = time.perf_counter()
        with database.write() as session:
            written = generate_standing_orders(session, day, Meal.DINNER, clock=SystemClock())
        print(f"{standing:,} standing orders{again}: {written.made:,} made in {time.perf_counter() - began_s:.2f} s")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rate", type=int, default=100)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--standing", type=int, default=20_000)
    parser.add_argument("--port", type=int, default=8_765)
    parser.add_argument("--serve", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.serve is not None:
        serve(chosen.serve, chosen.port)
        return
    day = open_day()
    with tempfile.TemporaryDirectory() as folder:
        database = found(Path(folder), max(chosen.standing, chosen.rate * chosen.seconds + WARM_UP), day)
        measure_orders(Path(folder), database, day, chosen.rate, chosen.seconds, chosen.port)
        measure_standing(database, day, chosen.standing)


if __name__ == "__main__":
    main()
