"""Whose it is: a meal point acts for its own elders, a kitchen decides about its own meals."""

from __future__ import annotations

from sqlmodel import Session

from service.access import EVERYTHING, Reach
from service.errors import NotAllowedError
from service.people.roots import find_root
from service.tables import LateRequest, MealOrder, StandingOrder


def refuse_foreign_elder(session: Session, reach: Reach, elder_number: str) -> None:
    """Refuse to act for an elder of another meal point; an unknown elder is left to the story that asks.

    Raises
    ------
    NotAllowedError
        If the elder is registered at another meal point than `reach` covers.
    """
    if reach == EVERYTHING:
        return
    # Whoever a merged double stands for now: its old meal point has no part in the record that goes on.
    elder = find_root(session, elder_number)
    if elder is not None and (reach.meal_point is None or elder.meal_point_code != reach.meal_point):
        raise NotAllowedError("access.not_yours")


def refuse_foreign_order(session: Session, reach: Reach, order_id: int) -> None:
    """Refuse to act on an order of another meal point's elder; the rules of `refuse_foreign_elder` hold."""
    order = session.get(MealOrder, order_id)
    if order is not None:
        refuse_foreign_elder(session, reach, order.elder_number)


def refuse_foreign_standing(session: Session, reach: Reach, standing_id: int) -> None:
    """Refuse to act on a standing order of another meal point's elder; the rules of `refuse_foreign_elder` hold."""
    standing = session.get(StandingOrder, standing_id)
    if standing is not None:
        refuse_foreign_elder(session, reach, standing.elder_number)


def refuse_foreign_request(session: Session, reach: Reach, request_id: int) -> None:
    """Refuse to decide about a late wish that another kitchen would cook.

    Raises
    ------
    NotAllowedError
        If it is another kitchen's.
    """
    request = session.get(LateRequest, request_id)
    if request is not None and reach != EVERYTHING and request.kitchen_code != reach.kitchen:
        raise NotAllowedError("access.not_yours")
