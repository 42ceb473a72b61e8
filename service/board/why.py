"""Why a published plan is as it is, for whoever asks at a desk: rows into facts, facts into sentences."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

from sqlmodel import Session, col, select

from routing.check import check_runs
from routing.explain import Because, explain_home, explain_plan, explain_point, explain_run, explain_van
from routing.plan import Reason, RunPlan
from routing.problem import RunProblem
from service.access import EVERYTHING, Reach
from service.board.heads import id_of
from service.board.names import shortened
from service.errors import NotFoundError
from service.explaining import Names, exception_sentences, sentences
from service.frozen import thaw
from service.settings import Settings
from service.tables import (
    Courier,
    CourierRun,
    Elder,
    Kitchen,
    MealOrder,
    MealPoint,
    Plan,
    PlannedOrder,
    PlanQuestion,
    Van,
    VanRun,
    Visit,
)
from service.texts import Key, text
from service.travelling import travel_times


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said to one question, about whom, and the facts behind it.

    `broken` counts the rules that the plan breaks by today's travel times, where these have changed since.
    """

    about: str
    sentences: tuple[str, ...]
    broken: int = 0
    becauses: tuple[Because, ...] = ()


class Asked:
    """A published plan that can be asked, in one language: exactly the question it was made from, and its answer."""

    def __init__(self, problem: RunProblem, runs: RunPlan, names: Names, language: str) -> None:
        self.problem, self.runs, self.names, self.language = problem, runs, names, language
        self.broken = len(check_runs(problem, runs))
        self.home_of = {order_id: home.home_id for home in problem.homes for order_id in home.orders}

    def home(self, home_id: str) -> Answer:
        """Return why a home is served as it is, or left out."""
        return self._answer(self.names.homes.get(home_id, home_id), explain_home(self.problem, self.runs, home_id))

    def courier(self, courier_id: str) -> Answer:
        """Return what bounds a courier's run."""
        about = self.names.couriers.get(courier_id, courier_id)
        return self._answer(about, explain_run(self.problem, self.runs, courier_id))

    def van(self, van_id: str) -> Answer:
        """Return what bounds a van's runs."""
        return self._answer(van_id, explain_van(self.problem, self.runs, van_id))

    def point(self, point_id: str) -> Answer:
        """Return what comes to a meal point, and who goes out from it."""
        about = self.names.points.get(point_id, point_id)
        return self._answer(about, explain_point(self.problem, self.runs, point_id))

    def plan(self) -> Answer:
        """Return the few sentences about the whole plan."""
        return self._answer("", explain_plan(self.problem, self.runs))

    def _answer(self, about: str, becauses: tuple[Because, ...]) -> Answer:
        return Answer(about, sentences(self.language, becauses, self.names), self.broken, becauses)


def find_asked(session: Session, plan: Plan, settings: Settings, language: str) -> Asked | None:
    """Return a plan that can be asked, or None where what it was made of was not kept."""
    question = session.get(PlanQuestion, id_of(plan))
    if question is None:
        return None
    problem, runs = _thawed(question.content, settings)
    return Asked(problem, runs, _names(session, plan, problem), language)


def why_order(session: Session, asked: Asked, plan: Plan, order_id: int, reach: Reach) -> Answer:
    """Return why an order of a plan is served as it is, or left out.

    Raises
    ------
    NotFoundError
        If the plan has no such order, or it is not within reach.
    """
    found = session.exec(
        select(PlannedOrder, Elder)
        .join(MealOrder, col(MealOrder.id) == col(PlannedOrder.order_id))
        .join(Elder, col(Elder.number) == col(MealOrder.elder_number))
        .where(PlannedOrder.plan_id == plan.id, PlannedOrder.order_id == order_id)
    ).first()
    if found is None or not _may_see(found[1].meal_point_code, reach):
        raise NotFoundError("explain.unknown", what=order_id)
    planned, elder = found
    home_id = asked.home_of.get(order_id)
    if home_id is not None:
        return _from_elsewhere(asked, planned, asked.home(home_id))
    return _from_elsewhere(asked, planned, Answer(_called(elder), _without_a_door(asked, planned), asked.broken))


def _from_elsewhere(asked: Asked, planned: PlannedOrder, answer: Answer) -> Answer:
    """Return the answer with why the meal does not come from the usual kitchen or meal point before it."""
    if planned.reason is not None:
        return answer
    before = exception_sentences(asked.language, planned.detail, asked.names)
    return replace(answer, sentences=(*before, *answer.sentences))


def why_elder(session: Session, asked: Asked, plan: Plan, number: str) -> tuple[Answer, ...]:
    """Return why an elder's meals are served as they are, or left out: one answer a door, or an order without one.

    Raises
    ------
    NotFoundError
        If the plan has no order of this elder.
    """
    orders = session.exec(
        select(PlannedOrder.order_id)
        .join(MealOrder, col(MealOrder.id) == col(PlannedOrder.order_id))
        .where(PlannedOrder.plan_id == plan.id, MealOrder.elder_number == number)
        .order_by(col(PlannedOrder.order_id))
    ).all()
    if not orders:
        raise NotFoundError("explain.unknown", what=number)
    doors = {asked.home_of.get(order_id, str(order_id)): order_id for order_id in orders}
    return tuple(why_order(session, asked, plan, order_id, EVERYTHING) for order_id in doors.values())


def _without_a_door(asked: Asked, planned: PlannedOrder) -> tuple[str, ...]:
    """Return what is to be said about an order that no courier was to bring."""
    language = asked.language
    if planned.reason is None:
        return (text(language, "explain.not_home"),)
    reason = text(language, "explain.left_out", reason=Key(f"reason.{planned.reason}"))
    parts = planned.detail.split()
    known = {point.point_id for point in asked.problem.points}
    if planned.reason != Reason.NO_DISH and len(parts) > 1 and parts[1] in known:
        return (reason, text(language, "explain.not_home"), *asked.point(parts[1]).sentences)
    return (reason, text(language, "explain.earlier_step"))


def why_visit(session: Session, asked: Asked, plan: Plan, visit_id: int, reach: Reach) -> Answer:
    """Return why a door of a plan is visited at its hour, from its meal point, by its courier.

    Raises
    ------
    NotFoundError
        If the plan has no such visit, or it is not within reach.
    """
    found = session.exec(
        select(PlannedOrder, Visit.meal_point_code)
        .join(Visit, col(Visit.id) == col(PlannedOrder.visit_id))
        .where(PlannedOrder.plan_id == plan.id, PlannedOrder.visit_id == visit_id)
    ).first()
    home_id = asked.home_of.get(found[0].order_id) if found is not None else None
    if found is None or home_id is None or not _may_see(found[1], reach):
        raise NotFoundError("explain.unknown", what=visit_id)
    return _from_elsewhere(asked, found[0], asked.home(home_id))


def why_run(session: Session, asked: Asked, plan: Plan, run_id: int, reach: Reach) -> Answer:
    """Return what bounds a courier's run of a plan.

    Raises
    ------
    NotFoundError
        If the plan has no such run, or none of its doors is within reach.
    """
    run = session.exec(select(CourierRun).where(CourierRun.plan_id == plan.id, CourierRun.id == run_id)).first()
    points = set(session.exec(select(Visit.meal_point_code).where(Visit.courier_run_id == run_id)))
    if run is None or not any(_may_see(point, reach) for point in points):
        raise NotFoundError("progress.unknown_run", run=run_id)
    return asked.courier(run.courier_code)


def why_vans(session: Session, asked: Asked, plan: Plan) -> tuple[Answer, ...]:
    """Return what bounds each van of a plan, in the order of the vans' codes."""
    codes = set(session.exec(select(VanRun.van_code).where(VanRun.plan_id == plan.id)))
    known = {van.van_id for van in asked.problem.vans}
    return tuple(asked.van(code) for code in sorted(codes & known))


def sees_everything(reach: Reach) -> bool:
    """Return whether nothing of a plan is out of reach."""
    return not (reach.kitchen or reach.meal_point or reach.courier)


def _may_see(point: str | None, reach: Reach) -> bool:
    if reach.kitchen or reach.courier:
        return False
    return reach.meal_point is None or point == reach.meal_point


def _called(elder: Elder) -> str:
    return f"{shortened(elder.name)} {elder.number}"


def _names(session: Session, plan: Plan, problem: RunProblem) -> Names:
    elders = {
        order_id: f"{shortened(name)} {number}"
        for order_id, name, number in session.exec(
            select(PlannedOrder.order_id, Elder.name, Elder.number)
            .join(MealOrder, col(MealOrder.id) == col(PlannedOrder.order_id))
            .join(Elder, col(Elder.number) == col(MealOrder.elder_number))
            .where(PlannedOrder.plan_id == plan.id)
        )
    }
    return Names(
        homes={home.home_id: elders.get(home.orders[0], home.home_id) for home in problem.homes},
        couriers={one.code: one.name for one in session.exec(select(Courier))},
        vans={one.code: one.code for one in session.exec(select(Van))},
        points={one.code: one.name for one in session.exec(select(MealPoint))},
        kitchens={one.code: one.name for one in session.exec(select(Kitchen))},
    )


@lru_cache(maxsize=2)
def _thawed(content: str, settings: Settings) -> tuple[RunProblem, RunPlan]:
    """Return a frozen question and its plan; the last two are kept, for whoever asks once asks again."""
    return thaw(content, travel_times(settings))
