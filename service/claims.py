"""Closing a meal, and holding it while it is planned: one conditional update each, and the rows counted.

A meal goes open → closed → published, each step once. Whoever plans a closed meal holds a lease that is renewed as the
work goes on; when a process is killed its lease runs out and the next one starts again from the closed orders.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import update
from sqlmodel import Session, col, select

from kitchens.meals import Meal
from service import audit
from service.calendar import cut_off
from service.clock import ZONE, Clock
from service.db import Database, changed_rows
from service.errors import ConflictError, NuanfanError
from service.orders import ensure_meal_day
from service.standing import generate_standing_orders
from service.tables import MealDay, MealPoint, MealState
from service.texts import Key

LEASE_S = 10
RENEW_S = 3


@dataclass
class Claim:
    """The right to plan one meal, as long as `renew` is called; `state` is that of the meal while it is held."""

    database: Database
    clock: Clock
    service_day: date
    meal: Meal
    token: str = field(default_factory=lambda: uuid.uuid4().hex)
    renewed_at: datetime | None = None
    state: MealState = MealState.CLOSED

    def take(self, *, actor: str, early: bool) -> None:
        """Close the meal if it is open, or take a closed one over whose planner has gone silent.

        Standing orders are made in the same transaction that closes: nobody with a standing order can fall between.

        Raises
        ------
        ConflictError
            If it is published, being planned by somebody else, or not yet past its cut-off (unless `early`).
        """
        with self.database.write() as session:
            ensure_meal_day(session, self.service_day, self.meal)
            if self._update(session, MealDay.state == MealState.OPEN, self._closing(session, actor, early=early)):
                made = generate_standing_orders(session, self.service_day, self.meal, clock=self.clock, catches_up=True)
                self._note(session, actor, "close_meal", standing=made.made)
            elif self._update(session, (MealDay.state == MealState.CLOSED) & self._is_free(), self._lease()):
                self._note(session, actor, "resume_meal")
            else:
                raise self._refusal(session)
        self.renewed_at = self.clock.now()

    def take_published(self, *, actor: str) -> None:
        """Hold a published meal, to plan it again.

        Raises
        ------
        ConflictError
            If it is not published, or being planned by somebody else.
        """
        self.state = MealState.PUBLISHED
        with self.database.write() as session:
            if not self._update(session, (MealDay.state == MealState.PUBLISHED) & self._is_free(), self._lease()):
                day = session.get(MealDay, (self.service_day, self.meal))
                if day is None or day.state != MealState.PUBLISHED or day.lease_until is None:
                    raise ConflictError("error.not_published", **self._names())
                raise ConflictError("error.being_planned", **self._names(), until=local_time(day.lease_until))
            self._note(session, actor, "hold_meal")
        self.renewed_at = self.clock.now()

    def renew(self) -> None:
        """Hold the meal for a while longer; cheap to call often.

        Raises
        ------
        ConflictError
            If somebody else has taken it over.
        """
        now = self.clock.now()
        if self.renewed_at is not None and (now - self.renewed_at).total_seconds() < RENEW_S:
            return
        with self.database.write() as session:
            if not self._update(session, self._is_mine(), self._lease()):
                raise self._lost()
        self.renewed_at = now

    def settle(self, session: Session) -> None:
        """Move the meal to published within the caller's transaction.

        Raises
        ------
        ConflictError
            If somebody else has taken it over; the caller's transaction is undone by it.
        """
        done = {"state": MealState.PUBLISHED, "published_at": self.clock.now(), "planner": None, "lease_until": None}
        if not self._update(session, self._is_mine(), done):
            raise self._lost()

    def release(self) -> None:
        """Let the next one begin at once; used when the story ends in an error."""
        with self.database.write() as session:
            self._update(session, self._is_mine(), {"planner": None, "lease_until": None})

    def _is_mine(self) -> Any:
        return (MealDay.state == self.state) & (MealDay.planner == self.token)

    def _is_free(self) -> Any:
        return col(MealDay.lease_until).is_(None) | (col(MealDay.lease_until) < self.clock.now())

    def _lease(self) -> dict[str, Any]:
        return {"planner": self.token, "lease_until": self.clock.now() + timedelta(seconds=LEASE_S)}

    def _closing(self, session: Session, actor: str, *, early: bool) -> dict[str, Any]:
        if not early and (day := session.get(MealDay, (self.service_day, self.meal))) and day.state == MealState.OPEN:
            limit = latest_cut_off(session, self.service_day, self.meal)
            if self.clock.now() < limit:
                raise ConflictError("error.too_early", **self._names(), until=local_time(limit))
        return {"state": MealState.CLOSED, "closed_at": self.clock.now(), "closed_by": actor, **self._lease()}

    def _update(self, session: Session, condition: Any, values: dict[str, Any]) -> bool:
        changed = session.execute(
            update(MealDay)
            .where(col(MealDay.service_day) == self.service_day, col(MealDay.meal) == self.meal, condition)
            .values(**values)
            .execution_options(synchronize_session=False)
        )
        return changed_rows(changed) == 1

    def _refusal(self, session: Session) -> NuanfanError:
        day = session.exec(
            select(MealDay)
            .where(MealDay.service_day == self.service_day, MealDay.meal == self.meal)
            .execution_options(populate_existing=True)
        ).one()
        if day.state == MealState.PUBLISHED or day.lease_until is None:
            return ConflictError("error.already_published", **self._names())
        return ConflictError("error.being_planned", **self._names(), until=local_time(day.lease_until))

    def _lost(self) -> ConflictError:
        return ConflictError("error.claim_lost", **self._names())

    def _names(self) -> dict[str, object]:
        return {"day": self.service_day, "meal": Key(f"meal.{self.meal}")}

    def _note(self, session: Session, actor: str, action: str, **details: object) -> None:
        subject = f"{self.service_day}/{self.meal}"
        audit.note(session, at=self.clock.now(), actor=actor, action=action, subject=subject, **details)


@contextmanager
def claimed(claim: Claim, *, actor: str, early: bool) -> Iterator[Claim]:
    """Take the meal, and let it go at once when the story fails; a killed process lets go when its lease runs out."""
    claim.take(actor=actor, early=early)
    with let_go_on_failure(claim):
        yield claim


@contextmanager
def let_go_on_failure(claim: Claim) -> Iterator[None]:
    """Let a meal that is held go at once when the story fails."""
    try:
        yield
    except BaseException:
        claim.release()
        raise


def latest_cut_off(session: Session, service_day: date, meal: Meal) -> datetime:
    """Return the instant at which the last meal point's orders close."""
    points = session.exec(select(MealPoint).where(MealPoint.active)).all()
    return max((cut_off(point, service_day, meal) for point in points), default=cut_off(None, service_day, meal))


def local_time(instant: datetime) -> str:
    """Return an instant as people here read it."""
    return f"{instant.astimezone(ZONE):%Y-%m-%d %H:%M:%S}"
