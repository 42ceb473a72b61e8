"""Closing a meal step by step: each step shows what blocks it, and is confirmed by name on what it looked like then.

A step stands while what it was confirmed on is still so and every step before it stands; otherwise it is open again, by
itself. Nothing here is a switch that can be set against the facts.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from kitchens.meals import Meal
from service import audit
from service.board.heads import find_plan
from service.db import Database
from service.errors import ConflictError, NotFoundError
from service.kitchen_work.closing_facts import FACTS, Block, Facts, left_out, unplaced
from service.kitchen_work.records import Keyer
from service.tables import CloseStep, LeftOutNote, Step
from service.texts import Key

STEPS = tuple(Step)


@dataclass(frozen=True, slots=True)
class StepView:
    """One step: what it found, what blocks it, and who confirmed it on that.

    `reopened` is who had confirmed it before something below changed.
    """

    step: Step
    figures: Mapping[str, int | str]
    blocks: tuple[Block, ...]
    digest: str
    waits_for: Step | None
    confirmed_by: str = ""
    confirmed_at: datetime | None = None
    reopened: str = ""
    reopened_at: datetime | None = None

    @property
    def stands(self) -> bool:
        """Return whether it is confirmed and still so."""
        return self.confirmed_at is not None

    @property
    def may_confirm(self) -> bool:
        """Return whether nothing blocks it."""
        return not self.blocks and self.waits_for is None and not self.stands


def close_view(session: Session, service_day: date, meal: Meal, now: datetime) -> tuple[StepView, ...]:
    """Return the steps of a meal as they stand."""
    confirmed = _confirmed(session, service_day, meal)
    plan = find_plan(session, service_day, meal)
    views: list[StepView] = []
    waits_for: Step | None = None
    for step in STEPS:
        facts = FACTS[step](session, service_day, meal, plan, now)
        digest, last = digest_of(facts), confirmed.get(step)
        holds = last is not None and waits_for is None and last.digest == digest and not facts.blocks
        views.append(
            StepView(
                step=step,
                figures=facts.figures,
                blocks=facts.blocks,
                digest=digest,
                waits_for=waits_for,
                confirmed_by=last.confirmed_by if last and holds else "",
                confirmed_at=last.confirmed_at if last and holds else None,
                reopened=last.confirmed_by if last and not holds else "",
                reopened_at=last.confirmed_at if last and not holds else None,
            )
        )
        if not holds and waits_for is None:
            waits_for = step
    return tuple(views)


def digest_of(facts: Facts) -> str:
    """Return a digest of what a step looks at."""
    plain = json.dumps(facts.seen, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(plain.encode()).hexdigest()[:32]


def confirm_step(database: Database, service_day: date, meal: Meal, step: Step, digest: str, keyer: Keyer) -> None:
    """Confirm a step as the person saw it.

    The same step, confirmed already, changes nothing.

    Raises
    ------
    ConflictError
        If something blocks it, a step before it is open, or it has changed since it was looked at.
    """
    with database.write() as session:
        views = {one.step: one for one in close_view(session, service_day, meal, keyer.clock.now())}
        view = views[step]
        if view.stands:
            return
        if view.waits_for is not None:
            raise ConflictError("kitchen_work.step_before", step=Key(f"step.{view.waits_for}"))
        if view.blocks:
            raise ConflictError("kitchen_work.step_blocked", step=Key(f"step.{step}"), count=len(view.blocks))
        if view.digest != digest:
            raise ConflictError("kitchen_work.step_changed", step=Key(f"step.{step}"))
        now = keyer.clock.now()
        session.add(
            CloseStep(
                service_day=service_day,
                meal=meal,
                step=step,
                digest=digest,
                confirmed_at=now,
                confirmed_by=keyer.name,
            )
        )
        audit.note(
            session, at=now, actor=keyer.name, action="day_close.confirm", subject=f"{service_day}/{meal}/{step}"
        )


def acknowledge(database: Database, service_day: date, meal: Meal, order_ids: Sequence[int], keyer: Keyer) -> int:
    """Note by name that somebody has read why these orders are left out; return how many are new.

    Raises
    ------
    NotFoundError
        If one of them is neither left out by the newest plan nor without a position.
    """
    with database.write() as session:
        plan = find_plan(session, service_day, meal)
        people = (*unplaced(session, service_day, meal), *(left_out(session, plan) if plan else ()))
        reasons = {one.order_id: one.reason for one in people}
        fresh = 0
        for order_id in dict.fromkeys(order_ids):
            if order_id not in reasons:
                raise NotFoundError("kitchen_work.not_left_out", order=order_id)
            if session.get(LeftOutNote, (order_id, reasons[order_id])) is None:
                now = keyer.clock.now()
                session.add(LeftOutNote(order_id=order_id, reason=reasons[order_id], noted_at=now, noted_by=keyer.name))
                audit.note(session, at=now, actor=keyer.name, action="day_close.read", subject=str(order_id))
                fresh += 1
        return fresh


def _confirmed(session: Session, service_day: date, meal: Meal) -> dict[Step, CloseStep]:
    rows = session.exec(
        select(CloseStep)
        .where(CloseStep.service_day == service_day, CloseStep.meal == meal)
        .order_by(col(CloseStep.id))
    )
    return {Step(row.step): row for row in rows}
