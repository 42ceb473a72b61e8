"""The engine on timed instances: every plan passes the independent checker, and small ones come out best."""

from __future__ import annotations

import itertools
import json
import math
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.engine.budget import Budget
from routing.published.timed.check import check
from routing.published.timed.read import TimedInstance, TimedPlan, read_instance, read_plan
from routing.published.timed.solve import as_json, solve
from tests.routing.published.timed.towns import random_town, small_town, written

SHORT = Budget(rounds=300)


def cost(town: TimedInstance, *, seed: int = 1, budget: Budget = SHORT) -> float:
    verdict = check(town, solve(town, budget=budget, seed=seed))
    assert not verdict.violations
    return verdict.cost


def test_one_freighter_with_two_trips_serves_the_small_town(tmp_path: Path) -> None:
    town = written(tmp_path, small_town())
    plan = solve(town, budget=SHORT, seed=1)
    assert check(town, plan).is_feasible
    assert check(town, plan).cost == pytest.approx(60 + 50 + 40 + math.sqrt(200) + 25)
    assert plan.first_level == (((5, 0.0), (3, 7.0), (5, 0.0)),)


def test_without_a_garage_it_takes_two_freighters(tmp_path: Path) -> None:
    small = small_town()
    del small["second_level_garage"]
    assert cost(written(tmp_path, small)) == pytest.approx(60 + 50 + 40 + math.sqrt(200) + 50)


def test_trucks_too_small_for_all_come_in_pairs(tmp_path: Path) -> None:
    small = small_town()
    small["first_level_vehicles"]["capacity"] = 4
    plan = solve(written(tmp_path, small), budget=SHORT, seed=1)
    assert sorted(sum(quantity for _, quantity in route) for route in plan.first_level) in ([3.0, 4.0], [3.5, 3.5])


def test_the_same_seed_and_rounds_give_the_same_plan(tmp_path: Path) -> None:
    town = written(tmp_path, random_town(7))
    plans = [solve(town, budget=SHORT, seed=seed) for seed in (3, 3)]
    assert plans[0] == plans[1]


def test_two_cores_give_the_better_of_two_seeds(tmp_path: Path) -> None:
    town = written(tmp_path, random_town(7))
    alone = min(cost(town, seed=seed, budget=Budget(rounds=3)) for seed in (3, 4))
    together = [solve(town, budget=Budget(rounds=3), seed=3, cores=2) for _ in range(2)]
    assert together[0] == together[1]
    assert check(town, together[0]).cost == pytest.approx(alone)


def test_a_plan_is_written_in_the_form_of_the_published_ones(tmp_path: Path) -> None:
    town = written(tmp_path, small_town())
    plan = solve(town, budget=SHORT, seed=1)
    assert as_json(plan)["first_level"] == [[[5, 0.0], [3, 7.0], [5, 0.0]]]
    path = tmp_path / "town.sol.json"
    path.write_text(json.dumps(as_json(plan)), encoding="utf-8")
    assert read_plan(path) == plan


def test_a_customer_out_of_reach_is_named(tmp_path: Path) -> None:
    small = small_town()
    small["customers"][1]["time_window"] = [5, 30]
    with pytest.raises(ValueError, match="within reach in its window, customer 1 is not"):
        solve(written(tmp_path, small), budget=SHORT, seed=1)


def test_too_small_a_fleet_is_refused(tmp_path: Path) -> None:
    small = small_town()
    small["second_level_vehicles"]["fleet_size"] = 1
    del small["second_level_garage"]
    with pytest.raises(ValueError, match="fit into 1 freighters"):
        solve(written(tmp_path, small), budget=SHORT, seed=1)


def test_too_few_trucks_for_the_load_are_refused(tmp_path: Path) -> None:
    small = small_town()
    small["first_level_vehicles"] = {"fleet_size": 1, "capacity": 4, "cost": 50}
    with pytest.raises(ValueError, match="expected at least 2 trucks for this load, got 1"):
        solve(written(tmp_path, small), budget=SHORT, seed=1)


def test_more_rounds_never_end_dearer_than_the_first_plan(tmp_path: Path) -> None:
    town = written(tmp_path, random_town(11))
    assert cost(town, budget=Budget(rounds=400)) <= cost(town, budget=Budget(rounds=0)) + 1e-9


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_no_random_town_gets_a_plan_that_the_checker_refuses(seed: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        town = written(Path(folder), random_town(seed))
    if _all_within_reach(town):
        cost(town, seed=seed, budget=Budget(rounds=120))
    else:
        with pytest.raises(ValueError, match="within reach in its window"):
            solve(town, budget=SHORT, seed=seed)


def _all_within_reach(town: TimedInstance) -> bool:
    """Return whether a freighter that waits for the first truck and serves one customer alone is always in time."""
    alone = [
        any(
            not any("late" in line or "must" in line for line in check(town, _alone(town, customer, *ends)).violations)
            for ends in itertools.product(town.depots.ids, town.satellites.ids)
        )
        for customer in town.customers.ids
    ]
    return all(alone)


def _alone(town: TimedInstance, customer: int, depot: int, satellite: int) -> TimedPlan:
    load = town.customers.load[town.customers.ids.index(customer)]
    row = (
        (satellite, customer, satellite)
        if town.garage is None
        else (town.garage_id, satellite, customer, town.garage_id)
    )
    return TimedPlan((((depot, 0.0), (satellite, float(load)), (depot, 0.0)),), (row,))


@pytest.mark.parametrize("seed", range(12))
def test_towns_of_three_customers_come_out_best(tmp_path: Path, seed: int) -> None:
    small = random_town(seed)
    small["customers"] = small["customers"][:3]
    town = written(tmp_path, small)
    if not _all_within_reach(town):
        pytest.skip("a customer of this random town cannot be served at all")
    found = cost(town, budget=Budget(rounds=1500))
    assert found <= _best_by_trying_all(town) + 1e-6


def _best_by_trying_all(town: TimedInstance) -> float:
    """Try every set of rows over every satellite with a truck for each satellite: an upper bound of the optimum."""
    best = math.inf
    for order in itertools.permutations(town.customers.ids):
        for cuts in itertools.product((0, 1, 2), repeat=len(order) - 1):
            trips = 1 + sum(cut > 0 for cut in cuts)
            for origins in itertools.product(town.satellites.ids, repeat=trips):
                rows = _rows(town, order, cuts, origins)
                if rows is not None:
                    best = min(best, _with_direct_trucks(town, rows))
    return best


def _rows(
    town: TimedInstance, order: tuple[int, ...], cuts: tuple[int, ...], origins: tuple[int, ...]
) -> tuple[tuple[int, ...], ...] | None:
    """Cut the order into trips: 1 begins a trip of the same freighter, 2 a freighter of its own."""
    if town.garage is None and 1 in cuts:
        return None
    rows, trip = [[origins[0], order[0]]], 0
    for customer, cut in zip(order[1:], cuts, strict=True):
        trip += cut > 0
        if cut == 1:
            rows[-1] += [origins[trip]]
        elif cut:
            rows.append([origins[trip]])
        rows[-1].append(customer)
    ends = [town.garage_id] if town.garage else []
    return tuple(tuple(ends + row + (ends or row[:1])) for row in rows)


def _with_direct_trucks(town: TimedInstance, rows: tuple[tuple[int, ...], ...]) -> float:
    demand = dict(zip(town.customers.ids, town.customers.load.tolist(), strict=True))
    loads: dict[int, float] = {}
    for row in rows:
        origin = -1
        for stop in row[:-1]:
            origin = stop if stop in town.satellites.ids else origin
            if stop in demand:
                loads[origin] = loads.get(origin, 0.0) + demand[stop]
    best = math.inf
    for depots in itertools.product(town.depots.ids, repeat=len(loads)):
        trucks = tuple(
            ((depot, 0.0), (satellite, load), (depot, 0.0))
            for depot, (satellite, load) in zip(depots, loads.items(), strict=True)
        )
        verdict = check(town, TimedPlan(trucks, rows))
        best = min(best, verdict.cost) if verdict.is_feasible else best
    return best


@pytest.mark.parametrize("name", ["SetG-25_r104", "SetH-25_c101", "SetD_Cb1-3,5,15", "SetI-25_rc207"])
def test_small_published_instances_come_within_two_per_cent(shared_data: Path, name: str) -> None:
    folder = shared_data / "bench" / "2evrptw"
    if not folder.is_dir():
        pytest.skip(f"the published instances are not here: no {folder}")
    town = read_instance(folder / f"{name}.json")
    published = check(town, read_plan(folder / f"{name}.sol.json")).cost
    assert cost(town, budget=Budget(rounds=6000)) <= 1.02 * published
