"""What people have decided about a plan, what of it waits to be planned, and where planning again stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, func, select

from kitchens.meals import Meal
from service.board.stop import LockRow, lock_rows
from service.replanning import Replanning, replanning_state
from service.tables import Paper, Plan
from service.versions import find_gone


@dataclass(frozen=True, slots=True)
class PlanChanges:
    """The decisions that stand; `gone` is a run that has left, so that nothing can be changed any more."""

    version: int
    state: Replanning
    since: datetime | None
    gone: str | None
    locks: tuple[LockRow, ...]

    @property
    def waiting(self) -> int:
        """Return how many decisions the newest version does not keep to yet."""
        return sum(not row.is_kept for row in self.locks)

    @property
    def may_change(self) -> bool:
        """Return whether anything can still be decided now."""
        return self.gone is None and self.state != Replanning.GOING_ON


def plan_changes(session: Session, plan: Plan) -> PlanChanges:
    """Return what people have decided about the newest plan of a meal."""
    state, since = replanning_state(session, plan.service_day, Meal(plan.meal))
    return PlanChanges(plan.version, state, since, find_gone(session, plan), lock_rows(session, plan))


def count_void_papers(session: Session, plan: Plan) -> int:
    """Return how many papers of the version before are void."""
    former = select(Plan.id).where(
        Plan.service_day == plan.service_day, Plan.meal == plan.meal, Plan.version == plan.version - 1
    )
    void = select(func.count()).select_from(Paper).where(col(Paper.replaced_at).is_not(None))
    return session.exec(void.where(col(Paper.plan_id).in_(former))).one()
