"""A paper ticket keyed in as a whole: all meals or none, and a sentence for every cell that cannot be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from kitchens.meals import Fulfilment, Meal
from service.clock import Clock
from service.db import Database
from service.desk.grid import numbered_dish
from service.errors import ConflictError, InvalidError, NotFoundError, NuanfanError
from service.idempotency import Answer, Call, answered_once
from service.orders import Placing, Wish, find_point, get_served_elder, placed_in, refuse_odd_ticket
from service.tables import Elder, MealOrder

Slot = tuple[date, Meal]


@dataclass(frozen=True, slots=True)
class TicketCell:
    """One digit of a ticket: the dish's place on the menu of that meal, 0 for the usual one."""

    service_day: date
    meal: Meal
    number: int


class TicketRefusedError(InvalidError):
    """A ticket of which some cells cannot be; `cells` holds what is wrong with which. Nothing was ordered."""

    def __init__(self, cells: Mapping[Slot, NuanfanError]) -> None:
        super().__init__("desk.ticket_refused", count=len(cells))
        self.cells = dict(cells)

    def said(self, language: str) -> dict[Slot, str]:
        """Return what is wrong with each cell."""
        return {slot: error.say(language) for slot, error in self.cells.items()}


def enter_ticket(
    database: Database,
    placing: Placing,
    cells: Sequence[TicketCell],
    fulfilment: Fulfilment,
    *,
    clock: Clock,
    call: Call | None = None,
) -> list[MealOrder]:
    """Order everything on a ticket, or nothing; the same call again returns the same orders.

    Raises
    ------
    NotFoundError
        If there is no such elder.
    TicketRefusedError
        If a cell cannot be ordered, with the reason of every such cell.
    InvalidError
        If there are none, too many, or two for one meal; or the elder is not served.
    """
    refuse_odd_ticket([(cell.service_day, cell.meal) for cell in cells])

    def work(session: Session) -> Answer:
        elder = get_served_elder(session, placing.elder_number)
        orders, wrong = _entered(session, elder, placing, cells, fulfilment, clock)
        if wrong:
            raise TicketRefusedError(wrong)
        return {"orders": [order.model_dump(mode="json") for order in orders]}

    try:
        answer = answered_once(database, call, clock, work)
    except IntegrityError as error:
        # Two clerks at once: the database let one through.
        raise ConflictError("error.already_ordered", elder=placing.elder_number, day=cells[0].service_day) from error
    return [MealOrder.model_validate(order) for order in answer["orders"]]


def _entered(
    session: Session,
    elder: Elder,
    placing: Placing,
    cells: Sequence[TicketCell],
    fulfilment: Fulfilment,
    clock: Clock,
) -> tuple[list[MealOrder], dict[Slot, NuanfanError]]:
    """Order cell by cell, each refused one rolled back alone, so that the rest can be tried too."""
    orders: list[MealOrder] = []
    wrong: dict[Slot, NuanfanError] = {}
    point = find_point(session, elder)
    for cell in sorted(cells, key=lambda one: (one.service_day, one.meal)):
        try:
            with session.begin_nested():
                wish = _wish(session, elder, cell, fulfilment)
                orders.append(placed_in(session, elder, point, placing, wish, clock))
        except (InvalidError, ConflictError, NotFoundError) as error:
            wrong[cell.service_day, cell.meal] = error
    return orders, wrong


def _wish(session: Session, elder: Elder, cell: TicketCell, fulfilment: Fulfilment) -> Wish:
    wish = Wish(cell.service_day, cell.meal, fulfilment)
    if not cell.number:
        return wish
    return replace(wish, dish_code=numbered_dish(session, elder, cell.service_day, cell.meal, cell.number))
