"""The land under the sample: flat metres that read back, and points that keep away from the rim."""

from __future__ import annotations

import math
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.places import Place
from service.importing.cycles import CycleEntry, laid_over, week_of
from simulations.land import land_of, scattered
from simulations.people import birth_years, drawing

CORNERS = [Place(23.08, 113.28), Place(23.08, 113.32), Place(23.11, 113.32), Place(23.11, 113.28), Place(23.095, 113.3)]
LAND = land_of(CORNERS)


@given(st.floats(23.05, 23.13), st.floats(113.2, 113.4))
def test_a_place_reads_back_from_flat_metres(lat: float, lon: float) -> None:
    place = LAND.flat.place(LAND.flat.metres(Place(lat, lon)), digits=9)
    assert (place.lat, place.lon) == (pytest.approx(lat, abs=1e-8), pytest.approx(lon, abs=1e-8))


def test_depth_is_the_distance_to_the_rim() -> None:
    assert LAND.depth_m(LAND.flat.metres(Place(23.095, 113.3))) == pytest.approx(0.015 * 111_195, rel=1e-3)
    assert LAND.depth_m(LAND.flat.metres(Place(23.08, 113.3))) == pytest.approx(0, abs=1)
    assert LAND.depth_m(LAND.flat.metres(Place(23.07, 113.3))) < -1000


@given(st.integers(0, 10_000))
def test_a_scattered_point_keeps_its_distances(seed: int) -> None:
    anchor = LAND.flat.metres(Place(23.095, 113.281))
    at = scattered(LAND, anchor, 100, 400, 80, drawing(seed))
    assert 100 <= math.dist(at, anchor) <= 400
    assert LAND.depth_m(at) >= 80


def test_around_a_corner_that_leaves_no_room_the_point_moves_towards_the_heart() -> None:
    corner = LAND.flat.metres(Place(23.08, 113.28))
    at = scattered(LAND, corner, 10, 60, 500, drawing(1))
    assert math.dist(at, corner) == pytest.approx(60)
    assert LAND.depth_m(at) > 0


@given(st.integers(0, 1000), st.integers(10, 500))
def test_ages_run_from_60_to_99(seed: int, count: int) -> None:
    years = birth_years(drawing(seed), count)
    assert len(years) == count
    assert all(1927 <= year <= 1966 for year in years)


@given(st.dates(date(2020, 1, 1), date(2040, 1, 1)), st.integers(1, 8))
def test_the_week_of_a_cycle_changes_on_mondays_only(day: date, weeks: int) -> None:
    week, before = week_of(day, weeks), week_of(date.fromordinal(day.toordinal() - 1), weeks)
    assert 1 <= week <= weeks
    assert week == (before % weeks + 1 if day.isoweekday() == 1 else before)


def test_each_kitchens_cycle_has_its_own_length() -> None:
    cycle = [CycleEntry("K1", 1, 1, "lunch", 1, "A"), CycleEntry("K2", 2, 1, "lunch", 1, "B")]
    mondays = [date(2024, 1, 1), date(2024, 1, 8)]
    assert [(day.day, entry.dish_code) for day, entry in laid_over(cycle, mondays)] == [(1, "A"), (8, "A"), (8, "B")]
