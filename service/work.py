"""Work that time starts, as rows: written once whoever writes it, done once whoever does it, tried again when it fails.

A piece of work is unique by name, subject and due time. It is claimed by one conditional update; the claim is a lease,
so that work whose worker was killed is taken up again.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import update
from sqlmodel import Session, col, func, select

from kitchens.dispatch import HOME_WINDOWS
from kitchens.meals import Meal
from service.claims import latest_cut_off
from service.clock import Clock, instant_of, local_day
from service.db import Database, changed_rows, insert_unless_there
from service.standing import has_standing_orders
from service.tables import Job, MealDay, MealOrder, MealState, Notice, OrderState, Role

LEASE = timedelta(seconds=60)
RETRY = timedelta(seconds=30)
LOOK_AGAIN = timedelta(seconds=10)
LATER_RETRY = timedelta(minutes=5)
MANY_ATTEMPTS = 5
DAYS_AHEAD = 14
DAYS_BACK = 2
RUN_MEAL = "run_meal"
GENERATE = "generate"
GENERATE_AT_S = 600
"""When standing orders are written out each day: ten minutes after midnight, before anybody orders."""


def write_due_meals(database: Database, clock: Clock) -> int:
    """Write one piece of work for each meal whose cut-off has passed and that is not published; return how many.

    A meal whose time is over is not planned any more, since nobody can eat it; whose orders it leaves is told once.
    """
    today = local_day(clock.now())
    written = 0
    with database.write() as session:
        for ahead in range(-DAYS_BACK, DAYS_AHEAD):
            day = today + timedelta(days=ahead)
            for meal in Meal:
                due_at = latest_cut_off(session, day, meal)
                over_at = instant_of(day, HOME_WINDOWS[meal].end_s)
                if due_at > clock.now() or not _is_wanted(session, day, meal):
                    continue
                if clock.now() < over_at:
                    written += add_job(session, RUN_MEAL, f"{day}/{meal}", due_at)
                else:
                    _tell_missed(session, day, meal, clock)
    return written


def write_due_generation(database: Database, clock: Clock) -> int:
    """Write the day's work of writing out standing orders; return 1 if it was new."""
    today = local_day(clock.now())
    generate_at = instant_of(today, GENERATE_AT_S)
    if clock.now() < generate_at:
        return 0
    with database.write() as session:
        return add_job(session, GENERATE, str(today), generate_at)


def add_job(session: Session, name: str, subject: str, due_at: datetime) -> int:
    """Write a piece of work unless it stands already; return 1 if it was written."""
    return int(insert_unless_there(session, Job, name=name, subject=subject, due_at=due_at, attempt=0, error=""))


def claim_next(database: Database, clock: Clock) -> Job | None:
    """Claim the oldest due piece of work for `LEASE`, or return None when there is none."""
    now = clock.now()
    with database.write() as session:
        free = (col(Job.lease_until).is_(None)) | (col(Job.lease_until) < now)
        open_jobs = select(Job).where(col(Job.done_at).is_(None), Job.due_at <= now, free)
        job = session.exec(
            open_jobs.order_by(col(Job.due_at), col(Job.id)).limit(1).with_for_update(skip_locked=True)
        ).first()
        if job is None:
            return None
        claimed = update(Job).where(col(Job.id) == job.id, free, col(Job.done_at).is_(None))
        values = {"lease_until": now + LEASE, "attempt": job.attempt + 1}
        if not changed_rows(session.execute(claimed.values(**values).execution_options(synchronize_session=False))):
            return None
        session.refresh(job)
        if job.attempt > MANY_ATTEMPTS:
            # Also when a worker ends each time before it can say why.
            _tell_failing(session, job, job.error, clock)
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
    """Keep the error and try again in a while: soon at first, then every few minutes, for it may be mended any time."""
    now = clock.now()
    pause = RETRY if job.attempt < MANY_ATTEMPTS else LATER_RETRY
    values: dict[str, Any] = {"error": error[:2000], "lease_until": now + pause}
    with database.write() as session:
        session.execute(update(Job).where(col(Job.id) == job.id).values(**values))
        if job.attempt >= MANY_ATTEMPTS:
            _tell_failing(session, job, error, clock)


def meal_of(job: Job) -> tuple[date, Meal]:
    """Return the day and meal that a piece of work is about."""
    day, meal = job.subject.split("/")
    return date.fromisoformat(day), Meal(meal)


def _is_wanted(session: Session, day: date, meal: Meal) -> bool:
    state = session.get(MealDay, (day, meal))
    if state is not None and state.state == MealState.PUBLISHED:
        return False
    return _count_placed(session, day, meal) > 0 or has_standing_orders(session, day, meal)


def _count_placed(session: Session, day: date, meal: Meal) -> int:
    placed = select(func.count()).select_from(MealOrder).where(MealOrder.service_day == day, MealOrder.meal == meal)
    return session.exec(placed.where(MealOrder.state == OrderState.PLACED)).one()


def _tell_missed(session: Session, day: date, meal: Meal, clock: Clock) -> None:
    orders = _count_placed(session, day, meal)
    if orders:
        values = {"day": str(day), "meal": f"meal.{meal}", "orders": orders}
        _tell_once(session, f"missed/{day}/{meal}", "notice.meal_missed", clock, **values)


def _tell_failing(session: Session, job: Job, error: str, clock: Clock) -> None:
    _tell_once(session, f"job/{job.id}", "notice.work_failed", clock, work=job.subject, error=error)


def _tell_once(session: Session, dedupe: str, key: str, clock: Clock, **values: object) -> None:
    """Tell the district, once whoever tells it: two clocks at a time make one notice."""
    notice = {"dedupe": dedupe, "to": Role.DISTRICT, "key": key, "values": values, "made_at": clock.now()}
    insert_unless_there(session, Notice, **notice)
