"""What is done and how often: a table of name, seconds, and the service function, and nothing more."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import structlog

from service.clock import Clock
from service.daily import Kitbag, run_meal
from service.db import Database
from service.errors import NuanfanError
from service.failing.drill import deal_with, refuse
from service.failing.reporting import FAILURE, failure_of_job
from service.idempotency import forget_old_answers
from service.menus.cycles import lay_ahead
from service.papers import write_due_papers
from service.people import apply_due_changes
from service.replanning import REPLAN, replan_meal, tell_refused
from service.settings import Settings
from service.standing import generate_ahead
from service.work import (
    GENERATE,
    RUN_MEAL,
    claim_next,
    fail,
    finish,
    meal_of,
    put_back,
    write_due_generation,
    write_due_meals,
)

log = structlog.get_logger()
ACTOR = "scheduler"


@dataclass(frozen=True, slots=True)
class Tick:
    """One recurring call."""

    name: str
    every_s: int
    call: Callable[[Database, Settings, Clock], object]


def write_work(database: Database, settings: Settings, clock: Clock) -> int:
    """Write what has fallen due."""
    del settings
    return write_due_generation(database, clock) + write_due_meals(database, clock)


def do_work(database: Database, settings: Settings, clock: Clock) -> int:
    """Do what is due, one piece after the other, and return how many were done.

    A refusal is stored with its piece of work, which is tried again; one broken piece does not stop the others.
    """
    done = 0
    while (job := claim_next(database, clock)) is not None:
        kit = Kitbag(database, clock, settings, ACTOR)
        try:
            if job.name == RUN_MEAL:
                run_meal(*meal_of(job), kit)
            elif job.name == REPLAN:
                replan_meal(*meal_of(job), kit)
            elif job.name == FAILURE:
                deal_with(failure_of_job(job), kit)
            elif job.name == GENERATE:
                lay_ahead(database, clock)
                generate_ahead(database, clock)
                forget_old_answers(database, clock)
        except NuanfanError as refusal:
            if refusal.key == "error.being_planned":
                put_back(database, job, clock)
                continue
            if job.name == REPLAN:
                # A person asked for it and may ask again: a refusal is told to them, not tried again.
                tell_refused(database, *meal_of(job), refusal, clock)
            elif job.name == FAILURE:
                refuse(database, failure_of_job(job), refusal, clock.now())
            elif refusal.key != "error.already_published":
                log.warning("work_failed", work=job.subject, attempt=job.attempt, why=refusal.key)
                fail(database, job, clock, str(refusal))
                continue
        finish(database, job, clock)
        done += 1
    return done


def write_papers(database: Database, settings: Settings, clock: Clock) -> int:
    """Write the papers that are due."""
    return write_due_papers(database, settings, clock, actor=ACTOR)


def change_states(database: Database, settings: Settings, clock: Clock) -> int:
    """Pause, resume and end the service of elders whose day for it has come."""
    del settings
    return apply_due_changes(database, clock)


TICKS = (
    Tick("change_states", 60, change_states),
    Tick("write_work", 30, write_work),
    Tick("do_work", 5, do_work),
    Tick("write_papers", 15, write_papers),
)
