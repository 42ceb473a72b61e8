"""The independent checker of timed plans: what a plan costs, and every way to spoil one."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import pytest

from routing.published.timed.check import check
from routing.published.timed.read import TimedInstance, TimedPlan, read_instance, read_plan
from tests.routing.published.timed.towns import small_town, written

TRUCK = ((5, 0.0), (3, 7.0), (5, 0.0))
TWO_TRIPS = (6, 3, 0, 1, 3, 2, 6)
"""Garage and satellite are one place: 10 + sqrt(200) + 10 for the first trip, 20 for the second."""


@pytest.fixture
def town(tmp_path: Path) -> TimedInstance:
    return written(tmp_path, small_town())


def wrong(town: TimedInstance, first: object, second: object) -> str:
    return "; ".join(check(town, TimedPlan(first, second)).violations)  # type: ignore[arg-type]


def test_a_good_plan_costs_its_length_and_its_vehicles(town: TimedInstance) -> None:
    verdict = check(town, TimedPlan((TRUCK,), (TWO_TRIPS,)))
    assert verdict.is_feasible
    assert verdict.cost == pytest.approx(60 + 50 + 40 + math.sqrt(200) + 25)


def test_a_truck_route_with_two_loads_counts_twice(tmp_path: Path) -> None:
    small = small_town()
    small["first_level_vehicles"]["capacity"] = 6
    verdict = check(written(tmp_path, small), TimedPlan((TRUCK,), (TWO_TRIPS,)))
    assert verdict.is_feasible
    assert verdict.cost == pytest.approx(2 * (60 + 50) + 40 + math.sqrt(200) + 25)


def test_each_way_to_spoil_a_plan_is_named(town: TimedInstance) -> None:
    assert "customer 1: expected one visit, got 0" in wrong(town, (TRUCK,), ((6, 3, 0, 3, 2, 6),))
    assert "customer 0: expected one visit, got 2" in wrong(town, (TRUCK,), (TWO_TRIPS, (6, 3, 0, 6)))
    assert "carries 7.0 from 3, more than 4.0" in wrong(town, (TRUCK,), ((6, 3, 0, 1, 2, 6),))
    assert "even the earliest way is late at 0" in wrong(town, (TRUCK,), ((6, 4, 1, 4, 2, 4, 0, 6),))
    assert "garage at both ends" in wrong(town, (TRUCK,), ((3, 0, 1, 3, 2, 3),))
    assert "expected a depot, satellites, a depot" in wrong(town, (((5, 0.0), (6, 7.0), (5, 0.0)),), (TWO_TRIPS,))
    assert "satellite 3: 6.0 come, 7.0 leave" in wrong(town, (((5, 0.0), (3, 6.0), (5, 0.0)),), (TWO_TRIPS,))
    assert "satellite 4: 7.0 come, 0.0 leave" in wrong(town, (((5, 0.0), (4, 7.0), (5, 0.0)),), (TWO_TRIPS,))
    assert "expected at most 10, got 11" in wrong(town, (TRUCK,), (TWO_TRIPS, *([(6, 3, 6)] * 10)))


def test_a_window_that_cannot_be_met_is_named(tmp_path: Path) -> None:
    small = small_town()
    small["customers"][1]["time_window"] = [40, 45]
    verdict = check(written(tmp_path, small), TimedPlan((TRUCK,), (TWO_TRIPS,)))
    assert any("even the earliest way is late at 1" in line for line in verdict.violations)


def test_goods_must_come_before_their_trip_leaves(tmp_path: Path) -> None:
    small = small_town()
    # The truck is there at 30 and has unloaded at 60; customer 0 closes at 60, ten away.
    small["satellites"][0]["service_time"] = 30
    verdict = check(written(tmp_path, small), TimedPlan((TRUCK,), (TWO_TRIPS,)))
    assert verdict.violations == ("satellite 3: 4.0 must have left by 50.000000, only 0 have come",)
    small["satellites"][0]["service_time"] = 20
    assert check(written(tmp_path, small), TimedPlan((TRUCK,), (TWO_TRIPS,))).is_feasible


def test_only_the_goods_of_early_trips_must_come_early(tmp_path: Path) -> None:
    small = small_town()
    small["first_level_vehicles"]["capacity"] = 4
    town = written(tmp_path, small)
    # The second truck comes by way of the other satellite: at 110, in time for the trip to customer 2 alone.
    late = ((5, 0.0), (4, 0.0), (3, 3.0), (5, 0.0))
    assert check(town, TimedPlan((((5, 0.0), (3, 4.0), (5, 0.0)), late), (TWO_TRIPS,))).is_feasible
    early = ((5, 0.0), (3, 3.0), (5, 0.0))
    late = ((5, 0.0), (4, 0.0), (3, 4.0), (5, 0.0))
    assert "must have left by" in wrong(town, (early, late), (TWO_TRIPS,))


def test_a_single_trip_freighter_is_back_at_its_satellite(tmp_path: Path) -> None:
    small = small_town()
    del small["second_level_garage"]
    town = written(tmp_path, small)
    assert check(town, TimedPlan((TRUCK,), ((3, 0, 1, 3), (3, 2, 3)))).is_feasible
    assert "one satellite at both ends" in wrong(town, (TRUCK,), ((3, 0, 1, 3, 2, 3),))
    assert "one satellite at both ends" in wrong(town, (TRUCK,), ((3, 0, 1, 4), (3, 2, 3)))


def test_the_published_plans_hold_at_their_published_values(shared_data: Path) -> None:
    folder = shared_data / "bench"
    if not (folder / "bks.csv").is_file():
        pytest.skip(f"the published instances are not here: no {folder / 'bks.csv'}")
    with (folder / "bks.csv").open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if row["family"] == "2evrptw" and row["routes_file"]]
    assert len(rows) > 100
    refused = []
    for row in rows:
        town, plan = read_instance(folder / row["file"]), read_plan(folder / row["routes_file"])
        verdict = check(town, plan)
        assert verdict.cost == pytest.approx(float(row["value"]), abs=1e-3)
        if not verdict.is_feasible:
            refused.append(row["instance"])
            assert check(town, plan, floored_trucks=True).is_feasible
    assert set(refused) <= {"SetG-75_r103", "SetG-75-modQ_rc104"}
