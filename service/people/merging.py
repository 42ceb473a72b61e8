"""Two records of one person become one: the double points to the record that goes on, and nothing is lost.

What is noted under the double's number stays there and is read with the other's. Only what makes meals is moved: the
standing order of a meal that the other has none for, and orders still to come. An undo brings it all back.

A meal whose orders are closed is a fact: both records may have had one at the same time, each keeps its own, and the
audit says which. Of a meal to come one person gets one: what only a standing order made under the double's number is
withdrawn, and where a person ordered both somebody must cancel one first.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any

from sqlmodel import Session, col, select

from service import audit
from service.clock import Clock, local_day
from service.db import Database
from service.errors import ConflictError, InvalidError, NotFoundError
from service.people.likeness import sorted_pair
from service.tables import (
    Elder,
    ElderPair,
    ElderState,
    MealDay,
    MealOrder,
    MealState,
    OrderSource,
    OrderState,
    StandingOrder,
    Verdict,
)
from service.texts import Key

WANTED = (OrderState.PLACED, OrderState.REQUESTED)
"""Orders of which a meal may come: one person cannot have two of one meal to come."""

Slot = tuple[date, str]
"""A meal of a day."""


def merge(database: Database, *, keep: str, double: str, by: str, clock: Clock) -> ElderPair:
    """Let `double` point to `keep` from now on, and return the verdict.

    Raises
    ------
    NotFoundError
        If there is no such elder.
    InvalidError
        If both are one number.
    ConflictError
        If one of them is a double already, or a person has ordered the same meal to come for both.
    """
    if keep == double:
        raise InvalidError("people.merge.same", elder=keep)
    with database.write() as session:
        kept, gone = _get_own(session, keep), _get_own(session, double)
        today = local_day(clock.now())
        twice = _slots_of_both(session, keep, double)
        to_come = _to_come(session, twice, today)
        moved = {
            "withdrawn": _withdraw_double(session, keep, double, to_come),
            "state": gone.state,
            "standing_orders": _move_standing(session, gone.number, kept.number),
            "orders": _move_orders(session, gone.number, kept.number, today),
        }
        facts = {"both_had": [f"{day.isoformat()}/{meal}" for day, meal in sorted(twice - to_come)]}
        gone.merged_into, gone.state = kept.number, ElderState.STOPPED
        session.add(gone)
        pair = _write(session, keep, double, Verdict.MERGED, by, clock, kept=keep, moved=moved)
        for subject, other in ((keep, double), (double, keep)):
            noted = {"other": other, "kept": keep, **(facts if twice - to_come else {})}
            audit.note(session, at=clock.now(), actor=by, action="merge", subject=subject, **noted)
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
        _move_back(session, pair.moved, keep, double, local_day(clock.now()))
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


def _slots_of_both(session: Session, keep: str, double: str) -> set[Slot]:
    """Return the meals, long past or to come, that stand under both numbers."""
    one, other = _slots_of(session, keep), _slots_of(session, double)
    return one & other


def _slots_of(session: Session, number: str) -> set[Slot]:
    wanted = select(col(MealOrder.service_day), col(MealOrder.meal))
    return set(session.exec(wanted.where(MealOrder.elder_number == number, col(MealOrder.state).in_(WANTED))))


def _to_come(session: Session, slots: Iterable[Slot], today: date) -> set[Slot]:
    """Return those of some meals about which something can still be decided: nobody has closed their orders yet."""
    ahead = {slot for slot in slots if slot[0] >= today}
    if not ahead:
        return set()
    # Shared: whoever closes one of these meals waits until the merge is done, and then sees it.
    days = session.exec(select(MealDay).where(MealDay.service_day >= today).with_for_update(read=True))
    return ahead - {(one.service_day, one.meal) for one in days if one.state != MealState.OPEN}


def _withdraw_double(session: Session, keep: str, double: str, slots: Collection[Slot]) -> list[int]:
    """Withdraw what a standing order made under the double's number where the other has a meal too; return the ids.

    Raises
    ------
    ConflictError
        If a person ordered one of these meals under the double's number: somebody must say which is wanted.
    """
    withdrawn = []
    of_double = select(MealOrder).where(
        MealOrder.elder_number == double, col(MealOrder.service_day).in_({day for day, _ in slots})
    )
    for order in session.exec(of_double.order_by(col(MealOrder.service_day), col(MealOrder.id)).with_for_update()):
        if (order.service_day, order.meal) not in slots or order.state not in WANTED:
            continue
        if order.source != OrderSource.STANDING or order.changed_at is not None or order.state != OrderState.PLACED:
            raise ConflictError(
                "people.merge.two_meals", one=keep, other=double, day=order.service_day, meal=Key(f"meal.{order.meal}")
            )
        order.state = OrderState.WITHDRAWN
        session.add(order)
        withdrawn.append(order.id or 0)
    return withdrawn


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
    own = session.exec(to_come.where(MealOrder.elder_number == double).order_by(col(MealOrder.id))).all()
    # A plan that is made knows the number that it was made for.
    movable = _to_come(session, {(order.service_day, order.meal) for order in own} - has, today)
    for order in own:
        if (order.service_day, order.meal) in movable and order.state in WANTED:
            order.elder_number = keep
            session.add(order)
            moved.append(order.id or 0)
    return moved


def _move_back(session: Session, moved: dict[str, Any], keep: str, double: str, today: date) -> None:
    """Give back what the merge moved and still stands with the other."""
    standing = select(StandingOrder).where(
        StandingOrder.elder_number == keep, col(StandingOrder.meal).in_(moved["standing_orders"])
    )
    orders = select(MealOrder).where(MealOrder.elder_number == keep, col(MealOrder.id).in_(moved["orders"]))
    for row in (*session.exec(standing).all(), *session.exec(orders).all()):
        row.elder_number = double
        session.add(row)
    withdrawn = select(MealOrder).where(
        col(MealOrder.id).in_(moved["withdrawn"]), MealOrder.state == OrderState.WITHDRAWN
    )
    own = session.exec(withdrawn).all()
    # Once its orders are closed nobody cooks it any more.
    open_slots = _to_come(session, {(order.service_day, order.meal) for order in own}, today)
    for order in own:
        if (order.service_day, order.meal) in open_slots:
            order.state = OrderState.PLACED
            session.add(order)
