"""What a repair promises in any situation: no rule broken, nobody forgotten, never worse than its first answer."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from routing.checks.repair import check_repair
from routing.engine.budget import Budget
from routing.engine.repair.answer import Answer
from routing.engine.repair.chart import chart_of, rows_to_begin
from routing.engine.repair.field import LATE_M, LATE_M_PER_S, OUT_M
from routing.engine.repair.search import RepairSearch
from routing.engine.repair.work import open_work
from routing.insertion import plan_runs_plain
from routing.plan import Visit
from routing.problem import RunProblem
from routing.repair import repair
from routing.situation import RunningPlan, Situation, VanDelay, begun, situation_at
from tests.routing.random_towns import EVENING, MORNING, busy_towns, problems


@st.composite
def mishaps(draw: DrawFn, problem: RunProblem, plan: RunningPlan, before: Situation | None = None) -> Situation:
    """All as planned until some moment, and then couriers gone, boxes lost, homes cancelled, vans late."""
    earliest_s = before.now_s if before else MORNING - 1_000
    now_s = draw(st.integers(earliest_s, max(earliest_s, EVENING)))
    names = [one.courier_id for one in problem.couriers]
    gone = draw(st.sets(st.sampled_from(names), max_size=2)) if names else set()
    situation = situation_at(problem, plan, now_s, gone=gone, before=before)
    couriers = tuple(
        replace(one, boxes_lost=one.boxes_lost or draw(st.sampled_from([False, False, True]))) if one.gone else one
        for one in situation.couriers
    )
    done = {step.home_id for one in couriers for step in one.done if isinstance(step, Visit)}
    waiting = [home.home_id for home in problem.homes if home.home_id not in done]
    cancelled = draw(st.sets(st.sampled_from(waiting), max_size=2)) if waiting else set()
    delays = tuple(
        VanDelay(van.van_id, draw(st.sampled_from([600, 1_800, None])))
        for van in problem.vans
        if draw(st.sampled_from([False, False, True]))
    )
    return replace(
        situation,
        couriers=couriers,
        cancelled=tuple(sorted(cancelled.union(situation.cancelled) - done)),
        van_delays=delays,
        hand_over_s=draw(st.sampled_from([0, 120])),
    )


@st.composite
def cases(draw: DrawFn) -> tuple[RunProblem, RunningPlan, Situation]:
    """A town with a running plan, and what went wrong; every other plan is a repaired one already."""
    problem = draw(problems() | busy_towns())
    plan = begun(problem, plan_runs_plain(problem))
    situation = draw(mishaps(problem, plan))
    if draw(st.booleans()):
        plan = repair(problem, plan, situation, budget=Budget(rounds=5), seed=1).plan
        situation = draw(mishaps(problem, plan, situation))
    return problem, plan, situation


@settings(max_examples=300, deadline=None)
@given(case=cases(), rounds=st.sampled_from([0, 1, 40]), seed=st.integers(0, 9))
def test_the_checker_refuses_nothing(case: tuple[RunProblem, RunningPlan, Situation], rounds: int, seed: int) -> None:
    assert check_repair(*case, repair(*case, budget=Budget(rounds=rounds), seed=seed)) == ()


@settings(max_examples=100, deadline=None)
@given(case=cases())
def test_no_answer_is_worse_than_plain_re_insertion(case: tuple[RunProblem, RunningPlan, Situation]) -> None:
    plain = repair(*case, budget=Budget(rounds=0), seed=1)
    assert repair(*case, budget=Budget(rounds=60), seed=1).worth.key <= plain.worth.key


@settings(max_examples=50, deadline=None)
@given(case=cases())
def test_the_same_seed_and_rounds_give_the_same_answer(case: tuple[RunProblem, RunningPlan, Situation]) -> None:
    answers = [repair(*case, budget=Budget(rounds=30), seed=3) for _ in range(2)]
    assert replace(answers[0], first_valid_s=0) == replace(answers[1], first_valid_s=0)


@settings(max_examples=100, deadline=None)
@given(problem=problems() | busy_towns(), data=st.data())
def test_where_nothing_went_wrong_nobody_more_is_left_out_and_late_only_so_that_more_are_served(
    problem: RunProblem, data: st.DataObject
) -> None:
    plan = begun(problem, plan_runs_plain(problem))
    situation = situation_at(problem, plan, data.draw(st.integers(MORNING, EVENING)))
    answer = repair(problem, plan, situation, budget=Budget(rounds=0), seed=1)
    left_before = {one.home_id for one in plan.left_out_homes}
    left_now = {one.home_id for one in answer.plan.left_out_homes}
    assert left_now <= left_before
    assert answer.late == () or left_now != left_before


@settings(max_examples=100, deadline=None)
@given(case=cases())
def test_the_price_that_the_search_counts_is_the_price_of_the_answer(
    case: tuple[RunProblem, RunningPlan, Situation],
) -> None:
    problem, plan, situation = case
    chart = chart_of(open_work(problem, plan, situation))
    search = RepairSearch(chart.field, rows_to_begin(chart, plan), 1)
    search.insert_waiting()
    search.improve(Budget(rounds=20), 100, 10)
    worth = Answer(chart, search.rows).worth()
    out = worth.left_out - len(chart.work.without)
    assert search.cost == OUT_M * out + LATE_M * worth.late + LATE_M_PER_S * worth.late_s + worth.cost_m
