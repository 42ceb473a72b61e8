"""How long the papers of a settled month take: every report of a district, the return, and elder statements.

    python -m benchmarks.money_papers [--meals 100000] [--elders 4000] [--statements 1250] [--seed 1]

Uses an embedded database in a temporary folder and one process. Prints seconds, pages, megabytes and the most memory
the process has held. Targets: all papers of the district in 60 s, one statement in 1 s.
"""

from __future__ import annotations

import argparse
import random
import resource
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import insert

from kitchens.meals import Fulfilment, Meal, ProvisionMode
from service.access import EVERYTHING
from service.clock import SystemClock, instant_of
from service.db import Database, open_database
from service.migrations.run import migrate
from service.money.booked import Share, read_account
from service.money.papers import print_money_paper, write_money_papers
from service.money.rendering import MoneyPaper, PaperForm, Source
from service.printing.money_words import Print
from service.served import Bounds, ServedMeal
from service.settlement import settle
from service.subsidies import Case, Place, Standing, get_scheme
from service.tables import Community, Dish, Elder, Kitchen, MealOrder, MealPoint, Street

KITCHENS, POINTS, STREETS, DISHES = 5, 51, 18, 12
FIRST, LAST = date(2026, 11, 1), date(2026, 11, 30)
HOME = Place("广州市", "海珠区", "素社街道")
OUTCOMES = {Fulfilment.DINE_IN: "eaten_in", Fulfilment.PICK_UP: "picked_up", Fulfilment.HOME: "in_person"}
REPORTS = tuple(kind for kind in MoneyPaper if kind is not MoneyPaper.ELDER_STATEMENT)


def main() -> None:
    parser = argparse.ArgumentParser(description="Print the papers of a made-up month and say how long it took.")
    parser.add_argument("--meals", type=int, default=100_000)
    parser.add_argument("--elders", type=int, default=4_000)
    parser.add_argument("--statements", type=int, default=1_250)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        database = open_database(f"sqlite:///{folder / 'nuanfan.db'}")
        migrate(database)
        number = _settle(database, asked.meals, asked.elders, asked.seed)
        _print_one(database, number)
        for form in PaperForm:
            _print_all(database, number, folder, form)
        _print_statements(database, number, asked.statements)
        database.engine.dispose()


def _settle(database: Database, meals: int, elders: int, seed: int) -> int:
    """Settle a made-up month in which every elder belongs to one of many points."""
    served = list(_served(meals, elders, random.Random(seed)))
    _found(database, served, elders)
    cooked = {(one.case.day, one.case.meal, one.kitchen_code): meals for one in served}
    began = _now()
    done = settle(
        database,
        served,
        since=FIRST,
        until=LAST,
        scheme=get_scheme("guangzhou-2024"),
        bounds=Bounds(cooked=cooked),
        by="bench",
        clock=SystemClock(),
    )
    _say(f"settled {done.meals} meals, {len(done.stopped)} stopped", began)
    return done.settlement_id


def _served(meals: int, elders: int, chance: random.Random) -> Iterator[ServedMeal]:
    """Yield the month's meals; the elders belong to the points in turn, and a few swipes are missing."""
    people = [
        Standing(date(chance.randrange(1930, 1966), chance.randrange(1, 13), 15), HOME, HOME, frozenset(), level)
        for level in chance.choices((None, None, 0, 1, 2, 3, 4), k=elders)
    ]
    slots = [(FIRST + timedelta(days=offset), meal) for offset in range(30) for meal in (Meal.LUNCH, Meal.DINNER)]
    if meals > len(slots) * elders:
        raise SystemExit(f"at most {len(slots) * elders} meals fit into the month of {elders} elders")
    for number in range(meals):
        (day, meal), who = slots[number // elders], number % elders
        way = chance.choice((Fulfilment.DINE_IN, Fulfilment.PICK_UP, Fulfilment.HOME))
        price, fee = chance.choice((1000, 1200, 1300, 1500)), 200 if way == Fulfilment.HOME else 0
        where = (ProvisionMode.OWN_KITCHEN, HOME)
        case = Case("guangzhou-2024", day, day.weekday() < 5, meal, price, people[who], fee, way, *where)
        point = who % POINTS
        taken_at = instant_of(day, 36_000 + chance.randrange(12_000))
        yield ServedMeal(
            order_id=number + 1,
            elder_number=f"E{who:05d}",
            case=case,
            outcome=OUTCOMES[way],
            kitchen_code=f"K{point % KITCHENS}",
            meal_point_code=f"P{point:02}",
            taken_at=None if who % 97 == 0 and day.day % 7 == 0 else taken_at,
            proof="swipe",
            opens_s=28_800,
            closes_s=72_000,
        )


def _found(database: Database, served: list[ServedMeal], elders: int) -> None:
    where = {"address": "样例路1号", "phone": "020-5550-0001", "lat": 23.09, "lon": 113.3}
    with database.write() as session:
        session.add_all(Street(code=f"S{n:02}", name=f"样例街道{n}", lat=23.0, lon=113.0) for n in range(STREETS))
        session.add_all(Dish(code=f"D{n:02}", name=f"样例套餐{n}", price_fen=1300) for n in range(DISHES))
        session.add_all(
            Kitchen(code=f"K{n}", name=f"样例厨房{n}", mode="own_kitchen", licence="样例", **where)  # type: ignore[arg-type]
            for n in range(KITCHENS)
        )
        session.flush()
        session.add_all(
            Community(code=f"C{n:02}", name=f"样例社区{n}", street_code=f"S{n % STREETS:02}", lat=23.0, lon=113.0)
            for n in range(POINTS)
        )
        session.flush()
        session.add_all(
            MealPoint(code=f"P{n:02}", name=f"样例点{n}", community_code=f"C{n:02}", capacity_meals=1, **where)  # type: ignore[arg-type]
            for n in range(POINTS)
        )
        session.add_all(
            Elder(number=f"E{n:05}", name=f"样本{n}", birth_year=1950, phone="199-0000-0001", address="样例路")
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
                "dish_code": f"D{one.order_id % DISHES:02}",
                "source": "standing",
                "placed_by": "bench",
                "placed_at": instant_of(FIRST, 0) - timedelta(days=1),
            }
            for one in served
        ]
        session.execute(insert(MealOrder), rows)


def _print_one(database: Database, number: int) -> None:
    for again in ("first", "again"):
        began = _now()
        printed = print_money_paper(
            database,
            number,
            MoneyPaper.ELDER_STATEMENT,
            PaperForm.PDF,
            subject="E00017",
            reach=EVERYTHING,
            language="zh",
            by="bench",
            clock=SystemClock(),
        )
        _say(f"one statement ({again}): {printed.pages} pages", began)


def _print_all(database: Database, number: int, folder: Path, form: PaperForm) -> None:
    began = _now()
    written = write_money_papers(
        database, number, folder, kinds=REPORTS, forms=(form,), language="zh", by="bench", clock=SystemClock()
    )
    failed = [one.error for one in written if one.error][:1]
    size = sum(one.file.stat().st_size for one in written if one.file) / 1e6
    pages = sum(one.pages for one in written)
    _say(f"{len(written)} papers of the district as {form}: {pages} pages, {size:.1f} MB, failed: {failed}", began)
    seconds: defaultdict[str, float] = defaultdict(float)
    for one in written:
        seconds[one.kind] += one.seconds
    print("         " + ", ".join(f"{kind} {spent:.1f} s" for kind, spent in seconds.items()), flush=True)


def _print_statements(database: Database, number: int, statements: int) -> None:
    began = _now()
    with database.read() as session:
        account = read_account(session, number, Share())
        wanted = set(sorted({meal.elder_number for meal in account.meals})[:statements])
        some = replace(
            account,
            meals=tuple(meal for meal in account.meals if meal.elder_number in wanted),
            total_fen=sum(meal.fen for meal in account.meals if meal.elder_number in wanted),
        )
        source = Source(session, some, Print("zh", SystemClock().now(), "bench"))
        for form in PaperForm:
            parts = source.count_parts(form, "")
            files = [source.make(MoneyPaper.ELDER_STATEMENT, form, "", part, parts) for part in range(1, parts + 1)]
            size, pages = sum(len(one.content) for one in files) / 1e6, sum(one.pages for one in files)
            _say(f"{len(wanted)} statements as {form}: {parts} files, {pages} pages, {size:.1f} MB", began)
            began = _now()


def _now() -> tuple[float, float]:
    return time.perf_counter(), time.process_time()


def _say(what: str, began: tuple[float, float]) -> None:
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    spent, own = time.perf_counter() - began[0], time.process_time() - began[1]
    print(f"{spent:6.1f} s ({own:.1f} s of processor, {held:.0f} MB at most)  {what}", flush=True)


if __name__ == "__main__":
    main()
