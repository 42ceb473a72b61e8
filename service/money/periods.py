"""Closing a period: what it would come to, the settlement itself, and doubtful claims that somebody has looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlmodel import Session, select

from service import audit
from service.clock import Clock, local_day
from service.db import Database, insert_unless_there
from service.errors import ConflictError, InvalidError, NotFoundError
from service.money.claiming import Claims, OpenStop, claims_of_period
from service.served import Stopped, Unclaimed, sift
from service.settlement import Settled, collector_resting, settle
from service.subsidies import Scheme, Settings
from service.tables import ClearedClaim, MealOrder
from service.texts import Key, catalogue, text

MOST_DAYS = 366
MOST_NAMED = 10
LONGEST_REASON = 200
CAN_BE_CLEARED = frozenset({"money.stop.burst", "money.stop.outside_hours"})
"""Doubts that a person can take away by looking; what cannot be true stays stopped until the record is corrected."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a period would come to if it were settled now, before any rule is asked.

    `claimed` meals can be true; `stopped` cannot, or not before somebody has looked.
    """

    since: date
    until: date
    claimed: int
    stopped: tuple[Stopped, ...]
    unclaimed: tuple[Unclaimed, ...]
    open_stops: tuple[OpenStop, ...]


def outlook(session: Session, since: date, until: date, scheme: Scheme) -> Outlook:
    """Return what a period would come to; it may still go on.

    Raises
    ------
    InvalidError
        If the days are no period.
    """
    _refuse_odd_days(since, until)
    claims = claims_of_period(session, since, until, scheme_id=scheme.scheme_id)
    possible, stopped = sift(claims.served, claims.bounds)
    return Outlook(since, until, len(possible), tuple(stopped), claims.unclaimed, claims.open_stops)


def settle_period(
    database: Database,
    *,
    since: date,
    until: date,
    scheme: Scheme,
    by: str,
    clock: Clock,
    settings: Settings | None = None,
    despite_open: str = "",
) -> Settled:
    """Settle all orders of a period: each is paid, stopped with a reason, or unclaimed with a reason.

    A visit without an outcome keeps the period open, unless somebody settles it by name with a reason (`despite_open`):
    such meals are then unclaimed, and are claimed by a later settlement if their outcome is still noted.

    Raises
    ------
    InvalidError
        If the days are no period gone by, or the reason is too long.
    ConflictError
        If visits have no outcome, nothing is left to settle, or a rule was changed without a new version.
    """
    _refuse_odd_days(since, until)
    if until >= local_day(clock.now()):
        raise InvalidError("settling.period_ahead", until=until)
    with collector_resting(), database.read() as session:
        claims = claims_of_period(session, since, until, scheme_id=scheme.scheme_id)
    if claims.open_stops:
        claims = _left_open(claims, by, _checked_reason(despite_open) if despite_open.strip() else "")
    return settle(
        database,
        claims.served,
        since=since,
        until=until,
        scheme=scheme,
        bounds=claims.bounds,
        by=by,
        clock=clock,
        settings=settings,
        unclaimed=claims.unclaimed,
        may_be_empty=False,
    )


def clear_claims(
    database: Database, order_ids: Sequence[int], *, reason: str, by: str, clock: Clock, scheme: Scheme
) -> int:
    """Note that somebody has looked at doubtful claims and found them true; return how many. The next settlement pays.

    Raises
    ------
    NotFoundError
        If one of them is no such claim: only a burst of swipes or an odd hour can be cleared.
    InvalidError
        If there is no reason, or it is too long.
    ConflictError
        If somebody has cleared one of them already.
    """
    why = _checked_reason(reason)
    with database.write() as session:
        orders = [session.get(MealOrder, order_id) for order_id in order_ids]
        days = [order.service_day for order in orders if order is not None]
        doubtful: set[int] = set()
        for day in sorted(set(days)):
            found = outlook(session, day, day, scheme).stopped
            doubtful |= {one.served.order_id for one in found if one.reason in CAN_BE_CLEARED}
        for order_id in order_ids:
            _refuse_unless_doubtful(session, order_id, doubtful)
            values = {"reason": why, "by": by, "at": clock.now()}
            insert_unless_there(session, ClearedClaim, order_id=order_id, **values)
            audit.note(session, at=clock.now(), actor=by, action="claim.clear", subject=str(order_id))
    return len(order_ids)


def say_claim(reason: str, details: Mapping[str, object], language: str) -> str:
    """Return why a meal is not paid, from what is stored of it."""
    return text(language, reason, **{name: _said(name, value) for name, value in details.items()})


def _said(name: str, value: object) -> object:
    # What was a text when it was stored is one again: `meal.lunch` reads 午餐.
    if isinstance(value, list):
        return [_said(name, one) for one in value]
    for key in (value, f"{name}.{value}"):
        if isinstance(key, str) and key in catalogue("en"):
            return Key(key)
    return value


def _left_open(claims: Claims, by: str, why: str) -> Claims:
    """Return the claims with their open stops unclaimed, if somebody has said why."""
    if not why:
        named = [f"{one.service_day} {one.elder_number} ({one.courier_code})" for one in claims.open_stops[:MOST_NAMED]]
        raise ConflictError("settling.open_stops", count=len(claims.open_stops), stops=named)
    aside = tuple(
        Unclaimed(
            one.order_id,
            one.elder_number,
            one.service_day,
            one.meal,
            one.kitchen_code,
            one.meal_point_code,
            "settling.unclaimed.no_outcome",
            {"by": by, "why": why},
        )
        for one in claims.open_stops
    )
    return replace(claims, unclaimed=(*claims.unclaimed, *aside), open_stops=())


def _refuse_odd_days(since: date, until: date) -> None:
    if not since <= until < since + timedelta(days=MOST_DAYS):
        raise InvalidError("settling.period_odd", since=since, until=until, most=MOST_DAYS)


def _checked_reason(reason: str) -> str:
    if not 0 < len(reason.strip()) <= LONGEST_REASON:
        raise InvalidError("settling.reason_long", longest=LONGEST_REASON)
    return reason.strip()


def _refuse_unless_doubtful(session: Session, order_id: int, doubtful: set[int]) -> None:
    earlier = session.exec(select(ClearedClaim).where(ClearedClaim.order_id == order_id)).first()
    if earlier is not None:
        raise ConflictError("settling.cleared_already", order=order_id, by=earlier.by)
    if order_id not in doubtful:
        raise NotFoundError("settling.clear_unknown", order=order_id)
