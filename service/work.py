"""Work that time starts, as rows: written once whoever writes it, done once whoever does it, tried again when it fails.

A piece of work is unique by name, subject and due time. It is claimed by one conditional update; the claim is a lease,
so that work whose worker was killed is taken up again.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import CursorResult
from sqlmodel import Session, col, select

from kitchens.dispatch import HOME_WINDOWS
from kitchens.meals import Meal
from service.calendar import is_working_day
from service.claims import latest_cut_off
from service.clock import Clock, instant_of, local_day
from service.db import Database
from service.outbox import tell
from service.tables import Job, MealDay, MealOrder, MealState, Role, StandingOrder

LEASE = timedelta(seconds=60)
RETRY = timedelta(seconds=30)
LOOK_AGAIN = timedelta(seconds=10)
MOST_ATTEMPTS = 5
DAYS_AHEAD = 14
RUN_MEAL = "run_meal"


def write_due_meals(database: Database, clock: Clock) -> int:
    """Write one piece of work for each meal whose cut-off has passed and that is not published; return how many.

    A meal whose time is over is not planned any more: nobody can eat it.
    """
    today = local_day(clock.now())
    written = 0
    with database.write() as session:
        for ahead in range(DAYS_AHEAD):
            day = today + timedelta(days=ahead)
            for meal in Meal:
                due_at = latest_cut_off(session, day, meal)
                over_at = instant_of(day, HOME_WINDOWS[meal].end_s)
                if due_at <= clock.now() < over_at and _is_wanted(session, day, meal):
                    written += add_job(session, RUN_MEAL, f"{day}/{meal}", due_at)
    return written


def add_job(session: Session, name: str, subject: str, due_at: datetime) -> int:
    """Write a piece of work unless it stands already; return 1 if it was written."""
    bind = session.get_bind()
    insert = postgresql.insert if bind.dialect.name == "postgresql" else sqlite.insert
    values = {"name": name, "subject": subject, "due_at": due_at, "attempt": 0, "error": ""}
    written = session.execute(insert(Job).values(**values).on_conflict_do_nothing().returning(col(Job.id)))
    return len(written.all())


def claim_next(database: Database, clock: Clock) -> Job | None:
    """Claim the oldest due piece of work for `LEASE`, or return None when there is none."""
    now = clock.now()
    with database.write() as session:
        free = (col(Job.lease_until).is_(None)) | (col(Job.lease_until) < now)
        open_jobs = select(Job).where(col(Job.done_at).is_(None), col(Job.failed_at).is_(None), Job.due_at <= now, free)
        job = session.exec(
            open_jobs.order_by(col(Job.due_at), col(Job.id)).limit(1).with_for_update(skip_locked=True)
        ).first()
        if job is None:
            return None
        claimed = update(Job).where(col(Job.id) == job.id, free, col(Job.done_at).is_(None))
        values = {"lease_until": now + LEASE, "attempt": job.attempt + 1}
        if not _changed(session.execute(claimed.values(**values).execution_options(synchronize_session=False))):
            return None
        session.refresh(job)
        return job


def put_back(database: Database, job: Job, clock: Clock) -> None:
    """Leave a piece of work to whoever is doing it already, and look again in a while; no try is counted."""
    values = {"lease_until": clock.now() + LOOK_AGAIN, "attempt": job.attempt - 1}
    with database.write() as session:
        session.execute(update(Job).where(col(Job.id) == job.id, col(Job.done_at).is_(None)).values(**values))


def finish(database: Database, job: Job, clock: Clock) -> None:
    """Mark a piece of work as done."""
    with database.write() as session:
        session.execute(
            update(Job).where(col(Job.id) == job.id).values(done_at=clock.now(), lease_until=None, error="")
        )


def fail(database: Database, job: Job, clock: Clock, error: str) -> None:
    """Keep the error; try again in a while, and tell the district desk once when the tries are used up."""
    given_up = job.attempt >= MOST_ATTEMPTS
    now = clock.now()
    values: dict[str, Any] = {"error": error[:2000], "lease_until": now + RETRY}
    if given_up:
        values |= {"failed_at": now, "lease_until": None}
    with database.write() as session:
        session.execute(update(Job).where(col(Job.id) == job.id).values(**values))
        if given_up:
            dedupe = f"job/{job.id}"
            tell(
                session,
                to=Role.DISTRICT,
                key="notice.work_failed",
                dedupe=dedupe,
                at=now,
                work=job.subject,
                error=error,
            )


def meal_of(job: Job) -> tuple[date, Meal]:
    """Return the day and meal that a piece of work is about."""
    day, meal = job.subject.split("/")
    return date.fromisoformat(day), Meal(meal)


def _is_wanted(session: Session, day: date, meal: Meal) -> bool:
    state = session.get(MealDay, (day, meal))
    if state is not None and state.state == MealState.PUBLISHED:
        return False
    ordered = select(MealOrder.id).where(MealOrder.service_day == day, MealOrder.meal == meal).limit(1)
    if session.exec(ordered).first() is not None:
        return True
    weekday = col(StandingOrder.weekdays).contains(str(day.isoweekday()))
    standing = select(StandingOrder.id).where(StandingOrder.meal == meal, weekday).limit(1)
    return is_working_day(day) and session.exec(standing).first() is not None


def _changed(result: object) -> int:
    if not isinstance(result, CursorResult):
        raise TypeError(f"expected a cursor result, got {type(result)}")
    return result.rowcount
