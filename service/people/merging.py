"""Two records of one person become one: the double points to the record that goes on, and nothing is lost.

What is noted under the double's number stays there and is read with the other's. Only what makes meals is moved: the
standing order of a meal that the other has none for, and orders still to come. An undo brings it all back.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlmodel import Session, col, select

from service import audit
from service.clock import Clock, local_day
from service.db import Database
from service.errors import ConflictError, InvalidError, NotFoundError
from service.people.likeness import sorted_pair
from service.tables import Elder, ElderPair, ElderState, MealOrder, OrderState, StandingOrder, Verdict

WANTED = (OrderState.PLACED, OrderState.REQUESTED)
"""Orders of which a meal may come: one person cannot have two of one meal."""


def merge(database: Database, *, keep: str, double: str, by: str, clock: Clock) -> ElderPair:
    """Let `double` point to `keep` from now on, and return the verdict.

    Raises
    ------
    NotFoundError
        If there is no such elder.
    InvalidError
        If both are one number.
    ConflictError
        If one of them is a double already, or both have ordered the same meal to come.
    """
    if keep == double:
        raise InvalidError("people.merge.same", elder=keep)
    with database.write() as session:
        kept, gone = _get_own(session, keep), _get_own(session, double)
        today = local_day(clock.now())
        _refuse_two_meals(session, keep, double, today)
        moved = {
            "state": gone.state,
            "standing_orders": _move_standing(session, gone.number, kept.number),
            "orders": _move_orders(session, gone.number, kept.number, today),
        }
        gone.merged_into, gone.state = kept.number, ElderState.STOPPED
        session.add(gone)
        pair = _write(session, keep, double, Verdict.MERGED, by, clock, kept=keep, moved=moved)
        for subject, other in ((keep, double), (double, keep)):
            audit.note(session, at=clock.now(), actor=by, action="merge", subject=subject, other=other, kept=keep)
        return pair


def undo_merge(database: Database, *, double: str, by: str, clock: Clock) -> None:
    """Make a double a record of its own again, with the state and the meals that it had.

    Raises
    ------
    NotFoundError
        If there is no such elder.
    ConflictError
        If it is no double.
    """
    with database.write() as session:
        gone = _get(session, double)
        if gone.merged_into is None:
            raise ConflictError("people.merge.no_double", elder=double)
        keep = gone.merged_into
        pair = session.get(ElderPair, sorted_pair((keep, double)))
        if pair is None:
            raise ConflictError("people.merge.no_double", elder=double)
        _move_back(session, pair.moved, keep, double)
        gone.merged_into, gone.state = None, pair.moved["state"]
        session.add(gone)
        _write(session, keep, double, Verdict.UNDONE, by, clock)
        for subject, other in ((keep, double), (double, keep)):
            audit.note(session, at=clock.now(), actor=by, action="undo_merge", subject=subject, other=other)


def say_different(database: Database, *, one: str, other: str, by: str, clock: Clock) -> ElderPair:
    """Keep that two records are two people: the pair is not proposed again.

    Raises
    ------
    NotFoundError
        If there is no such elder.
    InvalidError
        If both are one number.
    ConflictError
        If one of them is a double already.
    """
    if one == other:
        raise InvalidError("people.merge.same", elder=one)
    with database.write() as session:
        _get_own(session, one)
        _get_own(session, other)
        pair = _write(session, one, other, Verdict.DIFFERENT, by, clock)
        for subject, their in ((one, other), (other, one)):
            audit.note(session, at=clock.now(), actor=by, action="different_people", subject=subject, other=their)
        return pair


def _get(session: Session, number: str) -> Elder:
    elder = session.get(Elder, number, with_for_update=True)
    if elder is None:
        raise NotFoundError("error.unknown_elder", elder=number)
    return elder


def _get_own(session: Session, number: str) -> Elder:
    elder = _get(session, number)
    if elder.merged_into is not None:
        raise ConflictError("people.merge.double_already", elder=number, kept=elder.merged_into)
    return elder


def _write(
    session: Session,
    keep: str,
    double: str,
    verdict: Verdict,
    by: str,
    clock: Clock,
    *,
    kept: str | None = None,
    moved: dict[str, Any] | None = None,
) -> ElderPair:
    one, other = sorted_pair((keep, double))
    return session.merge(
        ElderPair(
            one=one,
            other=other,
            verdict=verdict,
            kept=kept,
            decided_by=by,
            decided_at=clock.now(),
            moved=moved or {},
        )
    )


def _refuse_two_meals(session: Session, keep: str, double: str, today: date) -> None:
    """Refuse a merge that would give one person two boxes of one meal."""
    of_one, of_other = (_meals_to_come(session, number, today) for number in (keep, double))
    for day, meal in sorted(of_one & of_other):
        raise ConflictError("people.merge.two_meals", one=keep, other=double, day=day, meal=meal)


def _meals_to_come(session: Session, number: str, today: date) -> set[tuple[date, str]]:
    placed = select(MealOrder).where(
        MealOrder.elder_number == number,
        MealOrder.service_day >= today,
        col(MealOrder.state).in_(WANTED),
    )
    return {(order.service_day, order.meal) for order in session.exec(placed)}


def _move_standing(session: Session, double: str, keep: str) -> list[str]:
    """Give the double's standing orders to the other, of meals that the other has none for; return those meals."""
    has = set(session.exec(select(StandingOrder.meal).where(StandingOrder.elder_number == keep)))
    rows = session.exec(select(StandingOrder).where(StandingOrder.elder_number == double)).all()
    moved = [row for row in rows if row.meal not in has]
    for row in moved:
        row.elder_number = keep
        session.add(row)
    return sorted(row.meal for row in moved)


def _move_orders(session: Session, double: str, keep: str, today: date) -> list[int]:
    """Give the double's orders to come to the other, where the other has no row of that meal; return their ids."""
    to_come = select(MealOrder).where(MealOrder.service_day >= today)
    has = {
        (order.service_day, order.meal) for order in session.exec(to_come.where(MealOrder.elder_number == keep)).all()
    }
    moved: list[int] = []
    for order in session.exec(to_come.where(MealOrder.elder_number == double).order_by(col(MealOrder.id))).all():
        if (order.service_day, order.meal) not in has and order.state in WANTED:
            order.elder_number = keep
            session.add(order)
            moved.append(order.id or 0)
    return moved


def _move_back(session: Session, moved: dict[str, Any], keep: str, double: str) -> None:
    """Give back what the merge moved and still stands with the other."""
    standing = select(StandingOrder).where(
        StandingOrder.elder_number == keep, col(StandingOrder.meal).in_(moved["standing_orders"])
    )
    orders = select(MealOrder).where(MealOrder.elder_number == keep, col(MealOrder.id).in_(moved["orders"]))
    for row in (*session.exec(standing).all(), *session.exec(orders).all()):
        row.elder_number = double
        session.add(row)
