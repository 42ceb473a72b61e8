"""One meal of one day, in figures."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Depends

from api.access import Operation
from api.bodies.days import DayOut, LeftOutOut, PlanOut, ProgressOut
from api.deps import HouseDep, ServiceDay, allowed
from api.errors import problems
from kitchens.meals import Meal
from service.access import Login
from service.board.today import today_board
from service.tables import Plan

router = APIRouter(prefix="/api/days", tags=["days"])


@router.get("/{day}/{meal}", summary="A meal's plan and progress in figures", responses=problems(401, 403, 422))
def show_day(
    house: HouseDep, login: Annotated[Login, Depends(allowed(Operation.FIGURES))], day: ServiceDay, meal: Meal
) -> DayOut:
    """Return the newest plan's figures, how far the meal has come, and everyone left out with the reason.

    `plan` is null until one is published.
    """
    with house.database.read() as session:
        board = today_board(session, day, meal, now=house.clock.now(), reach=login.reach)
    return DayOut(
        service_day=day,
        meal=meal,
        state=board.state,
        plan=_plan_out(board.plan) if board.plan else None,
        progress=ProgressOut(**asdict(board.flow)),
        left_out=[
            LeftOutOut(order_id=row.order_id, elder_number=row.elder_number, reason=row.reason, detail=row.detail)
            for row in board.left_out
        ],
    )


def _plan_out(plan: Plan) -> PlanOut:
    return PlanOut(**plan.model_dump(include=set(PlanOut.model_fields)))
