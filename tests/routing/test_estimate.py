from __future__ import annotations

import numpy as np
import pytest
from geopy.distance import great_circle
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from routing.estimate import BIN_CENTRES_M, CALIBRATIONS, Calibration, EstimatedTravel, great_circle_m
from routing.places import Place
from routing.travel import Mode, TravelSource, TravelTimes

PLACES = st.lists(st.builds(Place, st.floats(-90, 90), st.floats(-180, 180)), max_size=12)
IN_TOWN = st.lists(st.builds(Place, st.floats(23.04, 23.12), st.floats(113.2, 113.4)), max_size=12)
MODES = st.sampled_from(Mode)
SUGGESTED_BICYCLE_CIRCUITY = (1.36, 1.38, 1.40, 1.35, 1.26, 1.22)


def eastward(*metres: float) -> list[Place]:
    """Places on the equator, so many metres east of Greenwich."""
    return [Place(0, float(np.degrees(far / 6_371_008.8))) for far in (0, *metres)]


@given(places=st.one_of(PLACES, IN_TOWN), mode=MODES)
def test_an_estimate_is_symmetric_and_never_negative_with_nothing_from_a_place_to_itself(
    places: list[Place], mode: Mode
) -> None:
    matrix = EstimatedTravel().matrix(places, mode)
    for figures in (matrix.seconds, matrix.metres):
        assert figures.shape == (len(places), len(places))
        assert figures.dtype == np.int32
        assert (figures >= 0).all()
        assert (figures == figures.T).all()
        assert not np.diagonal(figures).any()


@given(straight_m=arrays.arrays(np.float64, 20, elements=st.floats(0, 50_000)), mode=MODES)
def test_farther_is_never_nearer(straight_m: np.ndarray, mode: Mode) -> None:
    straight_m.sort()
    road_m = CALIBRATIONS[mode].road_m(straight_m)
    assert (np.diff(road_m) >= 0).all()


@given(straight_m=st.floats(0, 50_000), mode=MODES)
def test_one_metre_more_never_jumps(straight_m: float, mode: Mode) -> None:
    here_m, there_m = CALIBRATIONS[mode].road_m(np.array([straight_m, straight_m + 1]))
    assert 0 < there_m - here_m < 4


@given(places=IN_TOWN, mode=MODES)
def test_a_road_is_never_shorter_than_the_straight_line(places: list[Place], mode: Mode) -> None:
    matrix = EstimatedTravel().matrix(places, mode)
    assert (matrix.metres >= np.floor(great_circle_m(places))).all()


@given(places=PLACES)
def test_the_great_circle_is_that_of_an_independent_library(places: list[Place]) -> None:
    ours_m = great_circle_m(places)
    for i, one in enumerate(places):
        for j, other in enumerate(places):
            theirs_m = great_circle((one.lat, one.lon), (other.lat, other.lon), radius=6371.0088).m
            # Near the other side of the Earth, either formula is good to some metres in twenty thousand kilometres.
            assert ours_m[i, j] == pytest.approx(theirs_m, abs=1e-3 if theirs_m < 1.9e7 else 5)


@pytest.mark.parametrize("mode", list(Mode))
def test_at_a_bin_centre_the_circuity_is_the_calibrated_one(mode: Mode) -> None:
    calibration = CALIBRATIONS[mode]
    matrix = EstimatedTravel().matrix(eastward(*BIN_CENTRES_M), mode)
    expected_m = np.multiply(BIN_CENTRES_M, calibration.circuity)
    assert matrix.metres[0, 1:] == pytest.approx(expected_m, abs=1)
    assert matrix.seconds[0, 1:] == pytest.approx(expected_m * 3.6 / calibration.speed_kmh, abs=1)


def test_below_the_first_centre_and_above_the_last_the_circuity_stays() -> None:
    matrix = EstimatedTravel().matrix(eastward(100, 36_000), Mode.BICYCLE)
    circuity = CALIBRATIONS[Mode.BICYCLE].circuity
    assert matrix.metres[0, 1:] == pytest.approx([100 * circuity[0], 36_000 * circuity[-1]], abs=1)


def test_the_weighed_bicycle_figures_are_those_that_the_measurer_suggests() -> None:
    assert CALIBRATIONS[Mode.BICYCLE].circuity == pytest.approx(SUGGESTED_BICYCLE_CIRCUITY, rel=0.02)


def test_each_weighed_figure_lies_between_the_two_measured_ones() -> None:
    car = CALIBRATIONS[Mode.CAR].circuity
    for weighed, shenzhen, xian in zip(
        car[:-1], (2.24, 1.90, 1.88, 1.59, 1.32), (7.45, 3.79, 2.55, 1.88, 1.55), strict=True
    ):
        assert shenzhen < weighed < xian
    assert car[-1] == pytest.approx(1.37)


def test_a_van_needs_longer_roads_but_less_time_than_an_e_bike() -> None:
    van = EstimatedTravel().matrix(eastward(2_000), Mode.CAR)
    bike = EstimatedTravel().matrix(eastward(2_000), Mode.BICYCLE)
    assert van.metres[0, 1] > bike.metres[0, 1]
    assert van.seconds[0, 1] < bike.seconds[0, 1]


def test_an_estimate_says_that_it_is_one() -> None:
    travel: TravelTimes = EstimatedTravel()
    matrix = travel.matrix(eastward(500), Mode.CAR)
    assert matrix.source is TravelSource.ESTIMATE
    assert matrix.fell_back == ""
    assert matrix.off_road == ()


def test_two_doors_of_one_house_are_no_way_apart() -> None:
    home = Place(23.1, 113.3)
    assert not EstimatedTravel().matrix([home, home], Mode.BICYCLE).seconds.any()


def test_other_figures_may_be_used() -> None:
    slow = Calibration(circuity=(2.0,) * 6, speed_kmh=3.6)
    matrix = EstimatedTravel({Mode.BICYCLE: slow}).matrix(eastward(500), Mode.BICYCLE)
    assert matrix.metres[0, 1] == matrix.seconds[0, 1] == 1000


@pytest.mark.parametrize(
    ("circuity", "speed_kmh", "words"),
    [
        ((1.3,) * 6, 0.0, "speed"),
        ((1.3,) * 6, float("nan"), "speed"),
        ((1.3,) * 5, 12.0, "6 circuities"),
        ((9.0, 1.3, 1.3, 1.3, 1.3, 1.3), 12.0, "grow"),
        ((0.0, 1.3, 1.3, 1.3, 1.3, 1.3), 12.0, "grow"),
    ],
)
def test_figures_without_sense_are_refused(circuity: tuple[float, ...], speed_kmh: float, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Calibration(circuity, speed_kmh)
