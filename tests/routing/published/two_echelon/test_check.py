"""The independent checker of two-echelon plans."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from routing.published.two_echelon.check import check_two_echelon
from routing.published.two_echelon.plan import FreighterRoute, TruckRoute, TwoEchelonPlan, as_json
from routing.published.two_echelon.read import parse_two_echelon, read_two_echelon
from tests.routing.published.two_echelon.towns import LINE, line_plan, stored_plan

TOWN = parse_two_echelon(LINE, name="line")


def test_the_cost_is_distance_and_vehicles_and_handling() -> None:
    account = check_two_echelon(TOWN, line_plan())
    trucks = 20 + 40 + 2 * 5
    freighters = 2 * (6 + 8 + 10) + 3 * 1
    assert account.cost == pytest.approx(trucks + freighters + 7 * 0.5)
    assert account.violations == ()


def _second(*routes: tuple[int, tuple[int, ...]]) -> TwoEchelonPlan:
    return replace(line_plan(), second=tuple(FreighterRoute(*route) for route in routes))


def _first(*trucks: tuple[int, tuple[tuple[int, float], ...]]) -> TwoEchelonPlan:
    return replace(line_plan(), first=tuple(TruckRoute(*truck) for truck in trucks))


@pytest.mark.parametrize(
    ("plan", "said"),
    [
        (_second((0, (0,)), (1, (2,))), "customer 1 is served 0 times"),
        (_second((0, (0,)), (0, (1, 0)), (1, (2,))), "customer 0 is served 2 times"),
        (_second((0, (0, 1)), (1, (2,))), "carries 7, a freighter at most 6"),
        (_second((0, (0,)), (0, (1,)), (1, (2,)), (1, ())), "4 freighter routes, there are 3"),
        (_second((0, (0,)), (0, (1,)), (0, (2,))), "3 freighters at satellite 0, at most 2"),
        (_second((0, (0,)), (5, (1,)), (1, (2,))), "there is no satellite 5"),
        (_second((0, (0, 9)), (0, (1,)), (1, (2,))), "there is no customer 9"),
        (_first((0, ((0, 7.0),)), (1, ((1, 5.0),))), "satellite 1: 5 comes in, 6 leaves"),
        (_first((0, ((0, 7.0), (1, 6.0)))), "truck 0 carries 13, a truck at most 10"),
        (_first((0, ((0, 7.0),)), (1, ((1, 3.0), (1, 3.0)))), "truck 1 calls twice at satellite 1"),
        (_first((0, ((0, 7.0),)), (1, ((1, 7.0),)), (2, ((1, -1.0),))), "truck 2 leaves -1.0 at satellite 1"),
        (_first((0, ((0, 7.0),)), (1, ((1, 3.0),)), (2, ((1, 3.0),))), "3 truck routes, there are 2 trucks"),
        (_first((0, ((0, 7.0),)), (0, ((1, 6.0),))), "truck 0 has 2 routes"),
        (_first((0, ((0, 7.0),)), (1, ((1, float("nan")),))), "truck 1 leaves nan"),
    ],
)
def test_a_broken_rule_is_named(plan: TwoEchelonPlan, said: str) -> None:
    assert any(said in violation for violation in check_two_echelon(TOWN, plan).violations)


def test_a_delivery_may_be_split_over_trucks() -> None:
    plan = _first((0, ((0, 7.0), (1, 3.0))), (1, ((1, 3.0),)))
    assert check_two_echelon(TOWN, plan).violations == ()


def test_the_written_shape_numbers_from_zero_and_keeps_whole_quantities_whole() -> None:
    plan = _first((0, ((0, 7.0), (1, 2.5))), (1, ((1, 3.5),)))
    assert as_json(plan) == {
        "first": [[0, [[0, 7], [1, 2.5]]], [1, [[1, 3.5]]]],
        "second": [[0, [0]], [0, [1]], [1, [2]]],
    }


def test_every_stored_plan_is_valid_and_costs_what_it_states(shared_data: Path) -> None:
    files = sorted((shared_data / "bench" / "2ecvrp").glob("*.dat"))
    if not files:
        pytest.skip("the two-echelon instances are not in the shared data")
    for file in files:
        instance = read_two_echelon(file)
        plan, stated = stored_plan(instance, file.with_suffix(".sol").read_text())
        account = check_two_echelon(instance, plan)
        assert account.violations == (), file.name
        assert account.cost == pytest.approx(stated, abs=1e-5), file.name
