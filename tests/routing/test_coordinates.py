from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from geopy.distance import geodesic
from hypothesis import given
from hypothesis import strategies as st

from routing.coordinates import Crs, from_wgs84, to_wgs84
from routing.places import Place

IN_CHINA = st.builds(Place, st.floats(1.0, 55.0), st.floats(73.0, 137.0))
ANYWHERE = st.builds(Place, st.floats(-89.0, 89.0), st.floats(-179.0, 179.0))
CANTON_TOWER = Place(23.1090, 113.3191)
CANTON_TOWER_GCJ02 = (23.1064, 113.3245)


def metres(one: Place, other: Place) -> float:
    return float(geodesic((one.lat, one.lon), (other.lat, other.lon)).m)


@given(place=IN_CHINA, crs=st.sampled_from(Crs))
def test_there_and_back_is_the_same_place_within_a_tenth_of_a_millimetre(place: Place, crs: Crs) -> None:
    back = to_wgs84(*from_wgs84(place, crs), crs)
    assert abs(back.lat - place.lat) < 1e-9
    assert abs(back.lon - place.lon) < 1e-9
    assert metres(place, back) < 0.01


@given(place=IN_CHINA, crs=st.sampled_from([Crs.GCJ02, Crs.BD09]))
def test_the_other_systems_are_elsewhere_by_tens_to_thousands_of_metres(place: Place, crs: Crs) -> None:
    moved = Place(*from_wgs84(place, crs))
    assert 1 < metres(place, moved) < 3000


@given(place=ANYWHERE)
def test_outside_china_nothing_is_shifted(place: Place) -> None:
    if 0.8293 <= place.lat <= 55.8271 and 72.004 <= place.lon <= 137.8347:
        return
    assert from_wgs84(place, Crs.GCJ02) == (place.lat, place.lon)
    assert to_wgs84(place.lat, place.lon, Crs.GCJ02) == place


@given(place=ANYWHERE)
def test_wgs_84_is_left_alone(place: Place) -> None:
    assert to_wgs84(place.lat, place.lon, Crs.WGS84) == place
    assert from_wgs84(place, Crs.WGS84) == (place.lat, place.lon)


def test_canton_tower_is_where_both_systems_say() -> None:
    assert from_wgs84(CANTON_TOWER, Crs.GCJ02) == pytest.approx(CANTON_TOWER_GCJ02, abs=6e-5)
    back = to_wgs84(*CANTON_TOWER_GCJ02, Crs.GCJ02)
    assert (back.lat, back.lon) == pytest.approx((CANTON_TOWER.lat, CANTON_TOWER.lon), abs=6e-5)


def test_baidus_point_lies_north_east_of_the_national_one() -> None:
    # The public formula moves by (0.0065, 0.006) degrees and a few millionths.
    lat, lon = from_wgs84(CANTON_TOWER, Crs.GCJ02)
    baidu_lat, baidu_lon = from_wgs84(CANTON_TOWER, Crs.BD09)
    assert baidu_lat - lat == pytest.approx(0.006, abs=6e-4)
    assert baidu_lon - lon == pytest.approx(0.0065, abs=6e-4)


@pytest.mark.parametrize("crs", list(Crs))
def test_a_position_that_is_none_is_refused(crs: Crs) -> None:
    with pytest.raises(ValueError, match="latitude"):
        to_wgs84(113.3, 23.1, crs)


def test_real_places_of_haizhu_agree_with_an_independent_conversion(shared_data: Path) -> None:
    path = shared_data / "geo" / "haizhu_places.csv"
    if not path.is_file():
        pytest.skip(f"the real places are not here: {path.name}")
    misses_m = []
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            ours = to_wgs84(float(row["lat_gcj02"]), float(row["lon_gcj02"]), Crs.GCJ02)
            misses_m.append(metres(ours, Place(float(row["lat"]), float(row["lon"]))))
    assert len(misses_m) == 550
    # The table is rounded to 0.1 m, and its maker measured median 0.04 m and 99th percentile 0.11 m.
    assert np.median(misses_m) < 0.06
    assert np.percentile(misses_m, 99) < 0.15
    assert max(misses_m) < 0.3
