"""Places an order or settles a week in a process of its own, and kills itself where it is told to.

Told by the command line: address of the database, which act, and whether to die. An order dies between its commit and
its answer, a settlement with its entries written and its transaction open.
"""

from __future__ import annotations

import os
import signal
import sys
from datetime import timedelta
from typing import Any

from sqlalchemy import event

from kitchens.meals import Fulfilment, Meal
from service.clock import StoppedClock, instant_of
from service.db import open_database
from service.errors import NuanfanError
from service.idempotency import call_of
from service.money.periods import settle_period
from service.orders import Placing, Wish, place_order
from service.subsidies import get_scheme
from service.tables import OrderSource
from tests.service.money_town import MONDAY


def die(*_: object) -> None:
    """Die as a machine whose plug is pulled."""
    os.kill(os.getpid(), signal.SIGKILL)


def main(url: str, act: str, end: str) -> None:
    """Do the act, once."""
    database = open_database(url)
    dies = end == "dies"
    try:
        if act == "order":
            clock = StoppedClock(instant_of(MONDAY - timedelta(days=3), 9 * 3600))
            wish = Wish(MONDAY, Meal.LUNCH, Fulfilment.DINE_IN)
            call = call_of("desk", "key-1", "place_order", {"elder": "E1"})
            order = place_order(database, Placing("E1", OrderSource.PHONE, "desk"), wish, clock=clock, call=call)
            if dies:
                die()
            print(order.id)
            return
        if dies:
            event.listen(database.engine, "commit", die)
        clock = StoppedClock(instant_of(MONDAY + timedelta(days=7), 9 * 3600))
        days: dict[str, Any] = {"since": MONDAY, "until": MONDAY + timedelta(days=6)}
        print(settle_period(database, **days, scheme=get_scheme("guangzhou-2024"), by="d", clock=clock).settlement_id)
    except NuanfanError as refusal:
        print(refusal.key)


if __name__ == "__main__":
    main(*sys.argv[1:])
