"""Whatever a week looks like, every way of adding up its ledger gives the same, and every order is accounted for."""

from __future__ import annotations

import shutil
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import select

from kitchens.meals import Fulfilment, Meal
from service import ledger
from service.clock import StoppedClock, instant_of
from service.db import open_database
from service.ledger import By
from service.money.accounts import balance
from service.money.periods import settle_period
from service.settings import Settings
from service.subsidies import Place, get_scheme
from service.tables import Elder, MealOrder, Outcome, RefusedClaim, SettledMeal, UnclaimedMeal
from tests.service.money_town import HAIZHU, MONDAY, MoneyTown, found_money_town

SUNDAY = MONDAY + timedelta(days=6)
GUESTS: tuple[dict[str, Any], ...] = (
    {"age": 62},
    {"age": 85, "care_level": 4},
    {"age": 70, "hukou": Place("佛山市")},
    {"age": 59},
    {"age": 75, "classes": ["severe_disability"], "point": "P2"},
)
SLOT = st.tuples(st.integers(0, len(GUESTS) - 1), st.integers(0, 2), st.sampled_from((Meal.LUNCH, Meal.DINNER)))
ENDS = st.sampled_from(("had", "had", "had", "not had", "late", "open"))
ORDERS = st.dictionaries(SLOT, st.tuples(st.sampled_from(Fulfilment), ENDS, st.sampled_from(("D1", "D2"))), max_size=12)


def happen(town: MoneyTown, drawn: dict[tuple[int, int, Meal], tuple[Fulfilment, str, str]]) -> None:
    """Let the drawn orders be placed, planned and end as they are drawn."""
    placed = [
        (town.order(f"E{who}", dish, day=MONDAY + timedelta(days=offset), meal=meal, way=way), way, end)
        for (who, offset, meal), (way, end, dish) in drawn.items()
    ]
    for offset, meal in sorted({(offset, meal) for _, offset, meal in drawn}):
        town.publish(MONDAY + timedelta(days=offset), meal)
    for place, (order, way, end) in enumerate(placed):
        at_s = 23 * 3600 if end == "late" else 12 * 3600 + 60 * place
        if way == Fulfilment.HOME and end != "open":
            town.bring(order, Outcome.NO_ANSWER if end == "not had" else Outcome.IN_PERSON, at_s=at_s)
        elif way != Fulfilment.HOME and end in {"had", "late"}:
            town.take(order, at_s=at_s)


@given(ORDERS, st.sampled_from(("guangzhou-2024", "zengcheng-zhengguo-2020")), st.sampled_from((0, 200)))
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_sums_by_payer_by_elder_and_by_meal_are_one_and_nobody_is_forgotten(
    sqlite_template: Path, drawn: dict[Any, Any], scheme_id: str, fee_fen: int
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "nuanfan.db"
        shutil.copy(sqlite_template, path)
        database = open_database(f"sqlite:///{path}")
        clock = StoppedClock(datetime(2026, 11, 20, 2, 0, tzinfo=UTC))
        town = found_money_town(database, clock)
        town.dish("D2", 999)
        town.fee(fee_fen)
        for number, guest in enumerate(GUESTS):
            town.elder(f"E{number}", **{"home": HAIZHU, **guest})
        happen(town, drawn)
        clock.instant = instant_of(SUNDAY + timedelta(days=1), 9 * 3600)
        if drawn:
            check_sums(town, scheme_id)
        database.engine.dispose()


def check_sums(town: MoneyTown, scheme_id: str) -> None:
    """Settle the week and add it up in every way."""
    done = settle_period(
        town.database,
        since=MONDAY,
        until=SUNDAY,
        scheme=get_scheme(scheme_id),
        by="district",
        clock=town.clock,
        despite_open="lost",
    )
    with town.database.read() as session:
        totals = {by: sum(ledger.sums(session, by, [done.settlement_id]).values()) for by in By}
        assert set(totals.values()) == {done.total_fen}
        told = [session.exec(select(table.order_id)).all() for table in (SettledMeal, RefusedClaim, UnclaimedMeal)]
        assert sorted(order for some in told for order in some) == sorted(session.exec(select(MealOrder.id)))
        owed = ledger.sums(session, By.PAYER, [done.settlement_id]).get(("elder", ""), 0)
        here = Settings(subsidy_scheme=scheme_id)
        found = [balance(session, one, settings=here, clock=town.clock) for one in session.exec(select(Elder.number))]
        assert sum(one.owed_fen for one in found) == owed
        assert {one.ahead_meals for one in found} == {0}
