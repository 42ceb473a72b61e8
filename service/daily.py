"""The daily cycle: one meal from closed orders to a published plan.

It reads as the customer's sentence: close the orders, assign kitchens and meal points, batch, plan the vans and the
couriers, check that everyone is accounted for, publish. Two writes, pure steps between: a crash before the second loses
nothing, and whoever comes next starts again from the closed orders.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import date

from kitchens.account import forgotten_orders
from kitchens.assign import assign_supply_plain
from kitchens.batches import plan_batches
from kitchens.batches_keeping import keep_batches
from kitchens.batches_settling import settle_batches
from kitchens.dispatch import runs_problem
from kitchens.food_clock import rules_of_day
from kitchens.meals import Meal
from kitchens.plan import BatchPlan, DayPlan, SupplyPlan
from kitchens.settling import held_supply, supply_as_planned
from routing.check import check_runs
from routing.insertion import plan_runs_plain
from routing.problem import RunProblem
from routing.travel import TravelTimes
from service import audit
from service.claims import Claim, claimed, latest_cut_off, local_time
from service.clock import Clock
from service.db import Database
from service.errors import ConflictError, ForgottenError
from service.orders import ensure_meal_day
from service.planning import Question, read_question
from service.publishing import Published, publish
from service.settings import EngineChoice, Settings
from service.solving import Solver
from service.tables import MealDay, MealState
from service.texts import Key
from service.travelling import travel_times
from service.wishes import priced

Report = Callable[[str, int, int], None]
STAGES = {
    EngineChoice.ENGINE: ("close", "assign", "batches", "travel", "vans", "couriers", "check", "publish"),
    EngineChoice.ORTOOLS: ("close", "assign", "batches", "travel", "vans", "points", "couriers", "check", "publish"),
}
"""What each engine is heard to do, in order."""

MOST_NAMED = 20


def _quiet(stage: str, done: int, total: int) -> None:
    del stage, done, total


@dataclass(frozen=True, slots=True)
class Kitbag:
    """What every planning story needs and none of them makes: the rows, the time, the settings, and who is asking."""

    database: Database
    clock: Clock
    settings: Settings
    actor: str
    report: Report = _quiet


def run_meal(service_day: date, meal: Meal, kit: Kitbag, *, early: bool = False) -> Published:
    """Close, plan and publish one meal, once.

    Raises
    ------
    ConflictError
        If the meal is published, is being planned by somebody else, or (unless `early`) is still open for orders.
    ForgottenError
        If a plan does not account for every order or the independent check refuses it, solver's and plain one alike.
    """
    # Asked for before the meal is closed: a wrong setting must not leave it closed and unplanned.
    travel = travel_times(kit.settings)
    claim = Claim(kit.database, kit.clock, service_day, meal)
    kit.report("close", 0, 1)
    with claimed(claim, actor=kit.actor, early=early):
        with kit.database.read() as session:
            question = read_question(session, service_day, meal)
        kit.report("close", 1, 1)
        plan, problem = plan_day(question, kit, meanwhile=claim.renew, travel=travel)
        kit.report("publish", 0, 1)
        with kit.database.write() as session:
            claim.settle(session)
            published = publish(session, question, problem, plan, kit.settings, kit.clock, actor=kit.actor)
        kit.report("publish", 1, 1)
    return published


def plan_day(
    question: Question, kit: Kitbag, *, meanwhile: Callable[[], None], travel: TravelTimes | None = None
) -> tuple[DayPlan, RunProblem]:
    """Return the plan of one meal and the routing problem it answers; nothing is written.

    The plan's supply names the meal points that its trips start from. A plan of the solver that fails the check is
    dropped for the plain one: a defect there must not cost a meal.
    """
    day, settings = question.day, kit.settings
    wishes = priced(question.wishes, settings)
    with Solver(settings.solve_limit_s, kit.report, meanwhile) as solver:
        kit.report("assign", 0, 1)
        supply = solver.ask("assign_supply", day, seed=settings.seed, otherwise=lambda: assign_supply_plain(day))
        supply = held_supply(day, supply, wishes.held)
        kit.report("assign", 1, 1)
        batches, begun = _cooked(question, solver, supply, kit)
        problem = runs_problem(
            day,
            supply,
            batches,
            question.vans,
            question.couriers,
            travel or travel_times(settings),
            allowance_s=settings.eating_allowance_s,
            wishes=wishes,
        )
        kit.report("travel", 1, 1)
        runs = solver.ask(
            "plan_runs",
            problem,
            seed=settings.seed,
            effort=settings.effort.name,
            engine=str(settings.engine),
            otherwise=lambda: plan_runs_plain(problem),
        )
        plan = DayPlan(day.service_day, day.meal, supply, batches, runs, tuple(solver.marks))
        plan, problem = _settled(question, problem, _checked(question, problem, plan, kit), kit, begun)
        if plan.runs is runs:
            plan = replace(plan, bound_m=solver.ask_besides("lower_bound", problem, runs))
    return plan, problem


def _cooked(question: Question, solver: Solver, supply: SupplyPlan, kit: Kitbag) -> tuple[BatchPlan, frozenset[str]]:
    """Return the batches, and the kitchens that have begun to cook what was published before and keep theirs."""
    day, food = question.day, rules_of_day(question.day.service_day)
    kit.report("batches", 0, 1)
    batches = solver.ask(
        "plan_batches",
        day,
        supply,
        rules=food,
        seed=kit.settings.seed,
        otherwise=lambda: plan_batches(day, supply, rules=food),
    )
    kit.report("batches", 1, 1)
    return keep_batches(batches, question.begun)


def _settled(
    question: Question, problem: RunProblem, plan: DayPlan, kit: Kitbag, begun: Collection[str]
) -> tuple[DayPlan, RunProblem]:
    """Return the plan with everything cooked as late as its vans let it, and the question with that; else as it was."""
    late = settle_batches(
        question.day,
        plan.supply,
        plan.batches,
        problem,
        plan.runs,
        allowance_s=kit.settings.eating_allowance_s,
        begun=begun,
    )
    settled = replace(plan, batches=late.batches)
    if faults(question, late.problem, settled):
        return replace(plan, marks=(*plan.marks, "plain:settle_batches:check_refused")), problem
    return settled, late.problem


def _checked(question: Question, problem: RunProblem, asked: DayPlan, kit: Kitbag) -> DayPlan:
    """Return the plan with its supply as its trips settle it, or the plain one if the check refuses that."""
    plan = replace(asked, supply=supply_as_planned(asked.supply, problem, asked.runs))
    if faults(question, problem, plan):
        runs = plan_runs_plain(problem)
        supply = supply_as_planned(asked.supply, problem, runs)
        marks = (*asked.marks, "plain:plan_runs:check_refused")
        plan = replace(asked, supply=supply, runs=runs, marks=marks)
        refuse_if_somebody_is_forgotten(question, problem, plan)
    kit.report("check", 1, 1)
    return plan


def faults(question: Question, problem: RunProblem, plan: DayPlan) -> tuple[str, ...]:
    """Return what the independent account and the independent checker hold against a plan, as machine words."""
    violations = [f"{one.code}:{one.subject}" for one in check_runs(problem, plan.runs)]
    return (*(f"forgotten:{order}" for order in forgotten_orders(question.day, plan)), *violations)


def refuse_if_somebody_is_forgotten(question: Question, problem: RunProblem, plan: DayPlan) -> None:
    """Raise unless every order is served or left out with a reason, and every rule of the road is kept.

    Raises
    ------
    ForgottenError
        With the first orders or violations; such a plan is never published.
    """
    names = {"day": plan.service_day, "meal": Key(f"meal.{plan.meal}")}
    forgotten = forgotten_orders(question.day, plan)
    if forgotten:
        raise ForgottenError("error.forgotten", count=len(forgotten), orders=forgotten[:MOST_NAMED], **names)
    found = faults(question, problem, plan)
    if found:
        raise ForgottenError("error.plan_broken", violations=found[:MOST_NAMED], **names)


def call_for_delivery(service_day: date, meal: Meal, kit: Kitbag, *, closing_early: bool = True) -> None:
    """Have everybody's meal brought home on this day, and call the reserve couriers for it.

    Raises
    ------
    ConflictError
        If the meal is closed already, or is to be closed next and its cut-off has not come (unless `closing_early`).
    """
    with kit.database.write() as session:
        limit = latest_cut_off(session, service_day, meal)
        if not closing_early and kit.clock.now() < limit:
            raise ConflictError("error.too_early", day=service_day, meal=Key(f"meal.{meal}"), until=local_time(limit))
        ensure_meal_day(session, service_day, meal)
        day = session.get_one(MealDay, (service_day, meal))
        if day.state != MealState.OPEN:
            raise ConflictError("error.already_closed", day=service_day, meal=Key(f"meal.{meal}"))
        day.all_delivered = True
        session.add(day)
        subject = f"{service_day}/{meal}"
        audit.note(session, at=kit.clock.now(), actor=kit.actor, action="all_delivered", subject=subject)
