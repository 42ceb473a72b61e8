"""Reading the unified text format of two-echelon instances."""

from __future__ import annotations

from pathlib import Path

import pytest

from routing.published.two_echelon.read import parse_two_echelon, read_two_echelon
from tests.routing.published.two_echelon.towns import LINE


def test_every_number_of_a_file_finds_its_place() -> None:
    town = parse_two_echelon(LINE, name="line")
    assert (town.trucks.count, town.trucks.capacity, town.trucks.fixed_cost) == (2, 10.0, 5.0)
    assert (town.freighters.per_satellite, town.freighters.count, town.freighters.cost_per_distance) == (2, 3, 2.0)
    assert town.satellites.tolist() == [[10.0, 0.0], [20.0, 0.0]]
    assert town.handling.tolist() == [0.5, 0.0]
    assert town.demand.tolist() == [4.0, 3.0, 6.0]


@pytest.mark.parametrize(
    ("name", "divisor"),
    [("Set4a_Instance50-1", 100.0), ("Instance50-37", 100.0), ("Set5_100-5-1", 1.0), ("Set2a_E-n22-k4-s10-14", 1.0)],
)
def test_the_name_of_a_file_tells_whether_distances_are_hundredths(tmp_path: Path, name: str, divisor: float) -> None:
    path = tmp_path / f"{name}.dat"
    path.write_text(LINE)
    assert read_two_echelon(path).divisor == divisor
    assert read_two_echelon(path, divisor=7.0).divisor == 7.0


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("10,3,4", "10,3,-4", "demand of 0 or more"),
        ("10,3,4", "10,3,7", "no demand above a freighter's capacity 6"),
        ("10,3,4", "10,3", "line 8: expected x,y,demand, got 2 numbers"),
        ("10,3,4", "10,nan,4", "finite coordinates"),
        ("10,3,4", "ten,3,4", "line 8: expected numbers between commas"),
        ("2,10,1,5", "2,10,1", "line 2: expected number,capacity,cost,fixed cost"),
        ("2,10,1,5", "2,0,1,5", "capacity of the trucks above 0"),
        ("2,10,1,5", "1,10,1,5", "all trucks together can carry"),
        ("2,3,6,2,1", "2,2.5,6,2,1", "whole number of vehicles"),
        ("2,3,6,2,1", "1,3,6,2,1", "all freighters together can carry"),
        ("10,0,0.5", "10,0,-0.5", "handling cost of 0 or more"),
        ("0,0   10,0,0.5   20,0", "0,0", "at least one satellite"),
        ("10,3,4   10,-4,3   20,5,6\n", "", "expected 4 data lines"),
    ],
)
def test_a_bad_file_is_refused_with_what_was_expected(old: str, new: str, said: str) -> None:
    assert old in LINE
    with pytest.raises(ValueError, match=said):
        parse_two_echelon(LINE.replace(old, new), name="line")


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "noise.dat"
    path.write_bytes(b"\xff\xfe\x00\x80")
    with pytest.raises(ValueError, match="expected a text file"):
        read_two_echelon(path)
