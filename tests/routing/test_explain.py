"""Explanations of any plan of any town: they never fail, their figures hold, and every sentence can be said."""

from __future__ import annotations

import ast
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from routing.check import check_runs
from routing.explain import Because, Cause, explain_home, explain_plan, explain_point, explain_run, explain_van
from routing.explaining.levers import levers
from routing.explaining.town import Town
from routing.insertion import plan_runs_plain
from routing.plan import RunPlan
from routing.problem import RunProblem
from service.explaining import sentences
from service.texts import LANGUAGES, catalogue
from tests.routing.random_towns import busy_towns, problems

HERE = Path(__file__).parent
SLOW = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def everything(problem: RunProblem, plan: RunPlan) -> list[Because]:
    """All that can be asked about a plan, but for its homes."""
    said = list(explain_plan(problem, plan))
    for courier in problem.couriers:
        said += explain_run(problem, plan, courier.courier_id)
    for van in problem.vans:
        said += explain_van(problem, plan, van.van_id)
    for point in problem.points:
        said += explain_point(problem, plan, point.point_id)
    return said


def check_everything(problem: RunProblem) -> None:
    plan = plan_runs_plain(problem)
    said = everything(problem, plan)
    left = {one.home_id for one in plan.left_out_homes}
    for home in problem.homes:
        about = explain_home(problem, plan, home.home_id)
        assert about[0].cause is Cause.LEFT_OUT if home.home_id in left else Cause.HAND_OVER in {b.cause for b in about}
        said += about
    for language in LANGUAGES:
        spoken = sentences(language, said)
        assert len(spoken) == len(said)
        assert all(one and "{" not in one for one in spoken)
    for one in said:
        assert all(value >= 0 for name, value in one.values.items() if isinstance(value, int) and name != "total_m"), (
            one
        )
    starts = {v.home_id: v.start_s for run in plan.courier_runs for trip in run.trips for v in trip.visits}
    latest = {home.home_id: home.latest_s for home in problem.homes}
    tightest = [one for one in said if one.cause is Cause.PLAN_TIGHTEST]
    if starts:
        assert tightest[0].values["spare_s"] == min(latest[home_id] - start_s for home_id, start_s in starts.items())


@SLOW
@given(problems())
def test_any_plan_of_any_town_can_be_explained(problem: RunProblem) -> None:
    check_everything(problem)


@SLOW
@given(busy_towns())
def test_any_plan_of_a_busy_town_can_be_explained(problem: RunProblem) -> None:
    check_everything(problem)


@SLOW
@given(problems() | busy_towns())
def test_what_is_said_to_have_served_a_home_serves_it(problem: RunProblem) -> None:
    plan = plan_runs_plain(problem)
    town = Town(problem, plan)
    for left in plan.left_out_homes:
        for lever in levers(town, town.known.homes[left.home_id]):
            served = {v.home_id for run in lever.plan.courier_runs for trip in run.trips for v in trip.visits}
            assert left.home_id in served
            if lever.because.cause in {Cause.IF_BOXES_BY, Cause.IF_BOXES_EARLIER, Cause.IF_COURIER_AND_BOXES}:
                # Its boxes come by themselves: only the couriers' side is promised.
                continue
            assert check_runs(lever.problem, lever.plan) == ()


@SLOW
@given(problems() | busy_towns())
def test_the_smallest_change_is_the_smallest(problem: RunProblem) -> None:
    plan = plan_runs_plain(problem)
    town = Town(problem, plan)
    for left in plan.left_out_homes:
        for lever in levers(town, town.known.homes[left.home_id]):
            if lever.because.cause is Cause.IF_WINDOW_LONGER:
                home = next(one for one in lever.problem.homes if one.home_id == left.home_id)
                less = replace(home, window=replace(home.window, end_s=home.window.end_s - 1))
                homes = tuple(less if one.home_id == less.home_id else one for one in problem.homes)
                short = Town(replace(problem, homes=homes), plan)
                found = {one.because.cause: one.amount for one in levers(short, less)}
                assert Cause.FITS_NOW not in found
                assert found[Cause.IF_WINDOW_LONGER] == 1


def test_every_cause_has_a_sentence_in_both_languages() -> None:
    for language in LANGUAGES:
        assert {f"explain.{cause}" for cause in Cause} <= set(catalogue(language))


def test_every_cause_is_proved_in_a_town_made_for_it() -> None:
    named: set[str] = set()
    for path in HERE.glob("test_explain_*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "Cause":
                named.add(node.attr)
    assert {cause.name for cause in Cause} - named == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_same_facts_are_said_with_their_units(language: str) -> None:
    some = [
        Because(Cause.DOORS_BEFORE, {"doors": 1}),
        Because(Cause.DOORS_BEFORE, {"doors": 2}),
        Because(Cause.LATE, {"due_at_s": 39_600, "late_s": 61}),
        Because(Cause.FOOD_SPARE, {"latest_at_s": 45_000, "spare_s": 119}),
        Because(Cause.FOOD_SPARE, {"latest_at_s": 45_000, "spare_s": 30}),
        Because(Cause.FOOD_SPARE, {"latest_at_s": 45_000, "spare_s": 7_260}),
        Because(Cause.COURIER_SHORTEST, {"courier": "R1", "next_courier": "R2", "more_m": 1_250}),
        Because(Cause.COURIER_SHORTEST, {"courier": "R1", "next_courier": "R2", "more_m": 850}),
    ]
    told = {
        "zh": (
            "这一趟前面还有 1 户。",
            "这一趟前面还有 2 户。",
            "约定 11:00 之前送到，晚了 2 分钟。",
            "按食用时限最晚 12:30 交到手，还有 1 分钟余量。",
            "按食用时限最晚 12:30 交到手，还有不到 1 分钟余量。",
            "按食用时限最晚 12:30 交到手，还有 2 小时 1 分钟余量。",
            "由R1送最省路：换给次优的R2要多 1.2 公里。",
            "由R1送最省路：换给次优的R2要多 850 米。",
        ),
        "en": (
            "Before this one on the trip: 1 door.",
            "Before this one on the trip: 2 doors.",
            "It was promised by 11:00 and comes 2 minutes late.",
            "By the food clock it must be handed over by 12:30; that leaves 1 minute.",
            "By the food clock it must be handed over by 12:30; that leaves less than a minute.",
            "By the food clock it must be handed over by 12:30; that leaves 2 hours 1 minute.",
            "R1 has the shortest way: R2, the next best, would need 1.2 km more.",
            "R1 has the shortest way: R2, the next best, would need 850 metres more.",
        ),
    }
    assert sentences(language, some) == told[language]


def test_explanations_share_no_code_with_any_planner() -> None:
    folder = HERE.parents[1] / "routing"
    allowed = {"because", "chain", "choices", "left_out", "levers", "offers", "overview", "runs", "town", "vans"}
    own = {f"routing.explaining.{name}" for name in allowed}
    values = {"routing.places", "routing.plan", "routing.problem", "routing.travel"}
    checker = {"routing.check", "routing.costs"}
    for path in (folder / "explain.py", *(folder / "explaining").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            module = node.module if isinstance(node, ast.ImportFrom) else None
            if module is not None and module.startswith("routing"):
                assert module in own | values | checker or module.startswith("routing.checks."), (path.name, module)
