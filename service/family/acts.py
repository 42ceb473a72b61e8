"""What a family does by its link: order a meal or another dish, and cancel one, each before the cut-off.

The rules are the telephone desk's: the stamp of the meal that was on the page, one meal a slot, one act a key. What is
done is noted under the link's code, so that the audit says which link it was.
"""

from __future__ import annotations

from service.clock import Clock, local_day
from service.db import Database
from service.desk.acts import Choice, Seat, cancel_meal, order_meal
from service.desk.grid import Cell, CellState, find_cell
from service.errors import ConflictError
from service.family.links import get_link
from service.family.weeks import refuse_odd_day
from service.idempotency import Call, call_of
from service.tables import OrderSource
from service.texts import text


def order_by_link(database: Database, token: str, choice: Choice, *, key: str, clock: Clock) -> None:
    """Order a meal in the way that is usual for the elder, or change the dish of one that is ordered.

    Raises
    ------
    LinkGoneError
        If the link opens nothing, or no more.
    InvalidError
        If the day is on no page, the elder is not served, or the dish is none or not for this elder.
    ConflictError
        If the elder is away that day, the cut-off has passed, the meal was changed meanwhile, or the kitchen is full.
    """
    seat, cell = _found(database, token, choice, clock)
    if cell.state == CellState.STOPPED:
        raise ConflictError("family.stopped", day=choice.service_day)
    order_meal(database, seat, choice, clock=clock, call=_call(seat, "order", choice, key))


def cancel_by_link(database: Database, token: str, choice: Choice, *, key: str, clock: Clock) -> None:
    """Cancel a meal before its cut-off; after it only somebody on the telephone can ask the kitchen.

    Raises
    ------
    LinkGoneError
        If the link opens nothing, or no more.
    InvalidError
        If the day is on no page.
    ConflictError
        If nothing is ordered, the cut-off has passed, or the meal was changed meanwhile.
    """
    seat, cell = _found(database, token, choice, clock)
    if cell.is_closed and cell.has_meal:
        raise ConflictError("family.too_late", day=choice.service_day)
    # Kept with the order for ever, so said in the language of the record.
    reason = text("zh", "family.cancelled_by_link")
    cancel_meal(database, seat, choice, reason, clock=clock, call=_call(seat, "cancel", choice, key))


def _found(database: Database, token: str, choice: Choice, clock: Clock) -> tuple[Seat, Cell]:
    """Return for whom a link acts, and the meal as it stands."""
    refuse_odd_day(choice.service_day, local_day(clock.now()))
    with database.read() as session:
        link, record = get_link(session, token, clock.now())
        cell = find_cell(session, record, choice.service_day, choice.meal, clock=clock)
    return Seat(record.elder.number, link.code, OrderSource.FAMILY), cell


def _call(seat: Seat, act: str, choice: Choice, key: str) -> Call:
    said = [str(choice.service_day), choice.meal, choice.number, choice.seen]
    return call_of(seat.by, key, f"family_{act}", {"said": said})
