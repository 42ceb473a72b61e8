"""Solving two-echelon instances, by rounds only."""

from __future__ import annotations

from pathlib import Path

import pytest

from routing.engine.budget import Budget
from routing.published.two_echelon.check import check_two_echelon
from routing.published.two_echelon.read import parse_two_echelon, read_two_echelon
from routing.published.two_echelon.solve import as_json, solve
from tests.routing.published.two_echelon.towns import LINE, line_plan, random_town


def test_the_best_plan_of_a_line_of_three_is_found() -> None:
    town = parse_two_echelon(LINE, name="line")
    account = check_two_echelon(town, solve(town, budget=Budget(rounds=300), seed=1))
    assert account.violations == ()
    assert account.cost == pytest.approx(check_two_echelon(town, line_plan()).cost)


@pytest.mark.parametrize("satellites", [1, 3, 9])
def test_plans_of_towns_with_just_enough_trucks_break_no_rule(satellites: int) -> None:
    for seed in range(6):
        town = random_town(seed, 24, satellites)
        assert check_two_echelon(town, solve(town, budget=Budget(rounds=600), seed=seed)).violations == ()


def test_more_rounds_are_never_worse_than_the_first_plan() -> None:
    town = random_town(3, 40, 4)
    costs = [check_two_echelon(town, solve(town, budget=Budget(rounds=rounds), seed=2)).cost for rounds in (0, 3000)]
    assert costs[1] < costs[0]


def test_the_same_seed_and_rounds_give_the_same_plan() -> None:
    town = random_town(5, 30, 8)
    plans = [as_json(solve(town, budget=Budget(rounds=2000), seed=4)) for _ in range(2)]
    assert plans[0] == plans[1]


def test_two_threads_give_a_valid_plan() -> None:
    town = random_town(6, 30, 4)
    plan = solve(town, budget=Budget(rounds=1500), seed=4, cores=2)
    assert check_two_echelon(town, plan).violations == ()


def test_a_limit_per_satellite_and_in_all_is_kept() -> None:
    text = LINE.replace("2,3,6,2,1", "1,2,12,2,1").replace("10,3,4   10,-4,3", "10,3,4   11,-4,3   19,1,2")
    town = parse_two_echelon(text, name="tight")
    assert check_two_echelon(town, solve(town, budget=Budget(rounds=500), seed=1)).violations == ()


def test_customers_that_no_freighters_can_take_are_a_named_refusal() -> None:
    text = LINE.replace("10,3,4   10,-4,3   20,5,6", "10,3,4   10,-4,4   20,5,4   20,6,4").replace("2,10", "2,12")
    with pytest.raises(ValueError, match="found no way to load all customers into 3 freighters"):
        solve(parse_two_echelon(text, name="too few"), budget=Budget(rounds=10), seed=1)


@pytest.mark.parametrize("name", ["Set2a_E-n22-k4-s10-14", "Set3_E-n22-k4-s13-14"])
def test_small_published_instances_reach_their_best_known_cost(shared_data: Path, name: str) -> None:
    file = shared_data / "bench" / "2ecvrp" / f"{name}.dat"
    if not file.is_file():
        pytest.skip(f"{file.name} is not in the shared data")
    instance = read_two_echelon(file)
    account = check_two_echelon(instance, solve(instance, budget=Budget(rounds=40_000), seed=1))
    assert account.violations == ()
    best = {"Set2a_E-n22-k4-s10-14": 371.50, "Set3_E-n22-k4-s13-14": 526.15}[name]
    assert account.cost == pytest.approx(best, abs=0.01)
