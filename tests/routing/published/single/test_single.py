"""One echelon in the published formats: read as it lies there, judged by its own convention, solved."""

from __future__ import annotations

from pathlib import Path

import pytest

from routing.engine.budget import Budget
from routing.published.single import parts, solve
from routing.published.single.check import check, read_published
from routing.published.single.instance import Convention, SingleInstance, SinglePlan, Tour, as_json, from_routes
from routing.published.single.read import read
from tests.routing.published.single.towns import FOUR_HOMES_TXT, FOUR_HOMES_VRP, TWO_DEPOTS_VRP, TWO_TRIPS_VRP

ROUNDS = Budget(rounds=200)


def written(folder: Path, text: str, name: str = "town.vrp") -> SingleInstance:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return read(path)


def test_a_solomon_file_is_read_with_its_fleet_and_windows(tmp_path: Path) -> None:
    town = written(tmp_path, FOUR_HOMES_TXT, "town.txt")
    assert (town.name, town.size, town.depots, town.convention) == ("FOUR", 5, 1, Convention.DOUBLE)
    assert len(town.vehicles) == 3
    assert town.vehicles[0].capacity == 2
    assert town.windows[1].tolist() == [0, 100]


def test_a_vrplib_file_names_its_vehicles_depots_and_reloads(tmp_path: Path) -> None:
    depots = written(tmp_path, TWO_DEPOTS_VRP)
    assert [vehicle.depot for vehicle in depots.vehicles] == [0, 1]
    assert depots.vehicles[0].max_duration == 8
    trips = written(tmp_path, TWO_TRIPS_VRP)
    assert trips.vehicles[0].reload_depots == (0,)
    assert trips.release.tolist() == [0, 0, 20]
    assert trips.service.tolist() == [0, 1, 1]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (FOUR_HOMES_VRP.replace("TYPE : CVRP", "TYPE : PCVRPTW"), "line 3: expected TYPE"),
        (FOUR_HOMES_VRP.replace("4 -3 4", "4 -3 four"), "line 11: expected numbers"),
        (FOUR_HOMES_VRP.replace("5 -3 -4\n", ""), "expected 5 lines of NODE_COORD_SECTION"),
        (FOUR_HOMES_VRP.replace("DEMAND_SECTION", "PRIZE_SECTION"), "line 13: expected a known heading"),
        (FOUR_HOMES_VRP.replace("DEPOT_SECTION\n1", "DEPOT_SECTION\n2"), "expected the depots to be nodes 1"),
        ("hello\n", "expected a known heading"),
        (TWO_TRIPS_VRP.replace("2 0 40", "2 50 40"), "ends before it begins"),
        (TWO_TRIPS_VRP.replace("CAPACITY: 1", "CAPACITY: -1"), "negative"),
    ],
)
def test_a_file_that_is_no_instance_is_refused_with_line_and_reason(tmp_path: Path, wrong: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        written(tmp_path, wrong)


def test_each_convention_states_the_cost_in_its_own_unit(tmp_path: Path) -> None:
    routes = from_routes([[1], [2], [3], [4]], depots=1)
    assert check(written(tmp_path, FOUR_HOMES_VRP), routes).cost == 40
    assert check(written(tmp_path, TWO_DEPOTS_VRP), from_routes([[2], [3]], depots=2)).cost == 6_000
    assert check(written(tmp_path, TWO_TRIPS_VRP), from_routes([[1, 0, 2]], depots=1)).cost == 200


def test_the_checker_finds_every_kind_of_broken_rule(tmp_path: Path) -> None:
    town = written(tmp_path, FOUR_HOMES_TXT, "town.txt")
    assert check(town, from_routes([[1, 2], [3, 4]], depots=1)).violations == ()
    assert "customer 4: visited 0 times" in check(town, from_routes([[1, 2], [3]], depots=1)).violations
    assert "trip 1 carries 3 of 2" in check(town, from_routes([[1, 2, 3], [4]], depots=1)).violations[0]
    unknown = SinglePlan((Tour(7, ((1, 2),)), Tour(0, ((3, 4),))))
    assert "tour 7: no such vehicle" in check(town, unknown).violations
    assert any("may not reload" in said for said in check(town, from_routes([[1, 2, 0, 3, 4]], depots=1)).violations)


def test_a_trip_waits_for_the_last_release_of_its_customers(tmp_path: Path) -> None:
    town = written(tmp_path, TWO_TRIPS_VRP)
    # Out at 20, there at 25, back at 31; then 5 out, 1 there, 5 back make 42: past 40.
    assert check(town, from_routes([[1, 0, 2]], depots=1)).violations == ()
    late = check(town, from_routes([[2, 0, 1]], depots=1))
    assert late.violations == ("vehicle 0: is back 20 late",)


def test_a_vehicle_is_away_no_longer_than_it_must_be(tmp_path: Path) -> None:
    depots = written(tmp_path, TWO_DEPOTS_VRP)
    assert check(depots, from_routes([[2], [3]], depots=2)).violations == ()
    short = written(tmp_path, TWO_DEPOTS_VRP.replace("MAX_DURATION: 8", "MAX_DURATION: 3.9"))
    assert "4000 of 3900 long" in check(short, from_routes([[2], [3]], depots=2)).violations[0]


@pytest.mark.parametrize(
    ("text", "name", "best"),
    [
        (FOUR_HOMES_TXT, "town.txt", 32),
        (FOUR_HOMES_VRP, "town.vrp", 32),
        (TWO_TRIPS_VRP, "town.vrp", 200),
        (TWO_DEPOTS_VRP, "town.vrp", 6_000),
    ],
)
def test_the_best_plan_of_a_tiny_town_is_found(tmp_path: Path, text: str, name: str, best: float) -> None:
    town = written(tmp_path, text, name)
    for cores in (1, 2):
        checked = check(town, solve.solve(town, budget=ROUNDS, seed=1, cores=cores))
        assert checked.violations == ()
        assert checked.cost == best


def test_routes_as_json_read_back_as_the_same_plan(tmp_path: Path) -> None:
    for text in (TWO_TRIPS_VRP, TWO_DEPOTS_VRP):
        town = written(tmp_path, text)
        plan = solve.solve(town, budget=ROUNDS, seed=1)
        shown = as_json(town, plan)
        assert len(shown["routes"]) == len(town.vehicles)
        assert from_routes(shown["routes"], town.depots) == SinglePlan(
            tuple(sorted(plan.tours, key=lambda t: t.vehicle))
        )


def test_a_town_that_nobody_can_serve_gives_a_plan_that_the_checker_refuses(tmp_path: Path) -> None:
    for wrong in (FOUR_HOMES_VRP.replace("CAPACITY : 2", "CAPACITY : 0"), TWO_TRIPS_VRP.replace("2 0 40", "2 0 1")):
        town = written(tmp_path, wrong)
        assert check(town, solve.solve(town, budget=ROUNDS, seed=1)).violations


def test_a_large_town_is_planned_part_by_part_and_the_same_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    homes = [(9 * (n % 13) - 50, 7 * (n // 13) - 40) for n in range(150)]
    lines = [f"{n} {x} {y}" for n, (x, y) in enumerate([(0, 0), *homes], 1)]
    loads = [f"{n} {int(n > 1)}" for n in range(1, 152)]
    head = "NAME: L\nTYPE: CVRP\nDIMENSION: 151\nEDGE_WEIGHT_TYPE: EUC_2D\nCAPACITY: 10\nNODE_COORD_SECTION\n"
    text = head + "\n".join([*lines, "DEMAND_SECTION", *loads, "DEPOT_SECTION", "1", "-1", "EOF"])
    town = written(tmp_path, text)
    monkeypatch.setattr(parts, "ROUNDS_A_PART", 50)
    monkeypatch.setattr(parts, "PART", 40)
    monkeypatch.setattr(parts, "WEDGE", 60)
    for name, limit in (("LARGEST_WHOLE", 100), ("WHOLE_UP_TO", 100)):
        monkeypatch.setattr(solve, name, limit)
        plans = [solve.solve(town, budget=Budget(rounds=400), seed=3, cores=cores) for cores in (1, 1, 2)]
        assert plans[0] == plans[1]
        assert all(check(town, plan).violations == () for plan in plans)
        monkeypatch.setattr(solve, "LARGEST_WHOLE", 1_000)


def test_every_published_plan_costs_what_it_states_and_keeps_every_rule(shared_data: Path) -> None:
    folder = shared_data / "bench"
    if not folder.is_dir():
        pytest.skip(f"the published instances are not here: looked in {folder}")
    families = ("vrptw", "mdvrptw", "mtvrptwr", "cvrp_x", "cvrp_xxl")
    solutions = [path for family in families for path in sorted((folder / family).glob("*.sol"))]
    assert len(solutions) == 127
    for path in solutions:
        town = read(next(one for one in (path.with_suffix(".vrp"), path.with_suffix(".txt")) if one.exists()))
        plan, stated = read_published(path, town)
        checked = check(town, plan)
        assert (path.name, checked.cost, checked.violations) == (path.name, stated, ())
