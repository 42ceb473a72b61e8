"""Published timed instances are read as they lie there, and what is no such file is refused by name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from routing.published.timed.read import read_instance, read_plan
from tests.routing.published.timed.towns import place, small_town, written


def test_a_file_becomes_arrays_of_doubles_in_its_order(tmp_path: Path) -> None:
    town = written(tmp_path, small_town())
    assert town.name == "town"
    assert town.customers.load.dtype == np.float64
    assert town.customers.load.tolist() == [2, 2, 3]
    assert town.customers.close.tolist() == [60, 80, 150]
    assert (town.satellites.ids, town.depots.ids, town.garage_id) == ((3, 4), (5,), 6)
    assert (town.trucks.capacity, town.freighters.cost, town.garage) == (8, 25, (0, 0))


def test_a_file_without_a_garage_is_of_the_single_trip_family(tmp_path: Path) -> None:
    town = small_town()
    del town["second_level_garage"]
    assert written(tmp_path, town).garage is None


@pytest.mark.parametrize(
    ("name", "garage"),
    [
        ("SetG-75-modQ_rc104", (40, 50)),
        ("SetI-25_r201", (35, 35)),
        ("SetH-50_c101", (40, 50)),
        ("SetD_Ca1-2,3,15", None),
    ],
)
def test_a_multi_trip_file_of_the_publication_has_solomons_depot_as_garage(
    tmp_path: Path, name: str, garage: tuple[float, float] | None
) -> None:
    town = small_town()
    del town["second_level_garage"]
    assert written(tmp_path, town, f"{name}.json").garage == garage


def _without_customers(town: dict[str, Any]) -> None:
    town["customers"] = []


def _with_a_closed_window(town: dict[str, Any]) -> None:
    town["satellites"][1]["time_window"] = [9, 3]


def _with_text_for_a_number(town: dict[str, Any]) -> None:
    town["customers"][1]["demand"] = "two"


def _with_too_heavy_a_customer(town: dict[str, Any]) -> None:
    town["customers"][2]["demand"] = 5


def _without_load(town: dict[str, Any]) -> None:
    for customer in town["customers"]:
        customer["demand"] = 0


def _with_a_number_twice(town: dict[str, Any]) -> None:
    town["cdcs"].append(place(3, 1, 1))


def _without_capacity(town: dict[str, Any]) -> None:
    town["first_level_vehicles"]["capacity"] = 0


@pytest.mark.parametrize(
    ("spoil", "refusal"),
    [
        (_without_customers, "customers: expected at least one place"),
        (_with_a_closed_window, "satellites, entry 2: expected a whole id and open <= close"),
        (_with_text_for_a_number, "customers, entry 2: demand: expected a number, got 'two'"),
        (_with_too_heavy_a_customer, "expected no load above a freighter's 4.0, got 5.0"),
        (_without_load, "customers: expected some load, all are 0"),
        (_with_a_number_twice, "expected a number of its own for every place"),
        (_without_capacity, "first_level_vehicles: capacity: expected more than 0"),
    ],
)
def test_a_file_that_is_no_such_instance_is_refused_by_name(tmp_path: Path, spoil: Any, refusal: str) -> None:
    town = small_town()
    spoil(town)
    with pytest.raises(ValueError, match=refusal):
        written(tmp_path, town)


def test_what_is_no_json_is_refused_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "town.json"
    path.write_text('{\n"customers": [\n', encoding="utf-8")
    with pytest.raises(ValueError, match=r"town\.json, line 3: expected JSON"):
        read_instance(path)


def test_a_plan_that_has_no_routes_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "town.sol.json"
    path.write_text('{"first_level": [[5]], "second_level": []}', encoding="utf-8")
    with pytest.raises(ValueError, match="expected routes as lists"):
        read_plan(path)
