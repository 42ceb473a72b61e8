from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.check import ViolationCode, check_city, check_runs
from routing.city import City
from routing.costs import city_costs, costs_of
from routing.engine.budget import Budget
from routing.engine.city import zones as zoning
from routing.engine.city.borders import Borders
from routing.engine.city.plan import plan_city
from routing.engine.city.strips import Exchanged, exchanged, visited
from routing.engine.city.zones import TooLargeError, kitchen_zones
from routing.engine.effort import Limits
from routing.estimate import EstimatedTravel
from routing.lots import Lies, where_boxes_lie
from routing.places import Place, Window
from routing.plan import LeftOutHome, Reason, RunPlan
from routing.problem import Alternative, Consignment, Courier, Home, Kitchen, MealPoint, Van
from tests.routing.towns import NOON, TEN

QUICK = Limits(rounds=400, rounds_a_home=10, van_rounds=200, turns=1)
DAY = Window(TEN - 3600, NOON + 2 * 3600)
DEGREE_M = 111_195.0


def at(east_m: float, north_m: float) -> Place:
    return Place(north_m / DEGREE_M, east_m / DEGREE_M)


def terrace(blocks: int, seed: int = 1, homes_a_block: int = 12, couriers_a_block: int = 2) -> City:
    """Blocks of 1 km in a row from west to east, each with a kitchen, two meal points, a van and a few homes."""
    random = Random(seed)
    kitchens, points, vans, couriers, homes = [], [], [], [], []
    for k in range(blocks):
        kitchens.append(Kitchen(f"k{k}", at(1_000 * k + 500, 500)))
        points += [
            MealPoint(f"p{k}{side}", at(1_000 * k + east_m, 500), DAY) for side, east_m in (("w", 200), ("e", 800))
        ]
        vans.append(Van(f"v{k}", f"k{k}", 100, DAY))
        couriers += [Courier(f"c{k}{n}", f"p{k}{'we'[n % 2]}", 20, DAY) for n in range(couriers_a_block)]
        for n in range(homes_a_block):
            east_m = random.uniform(0, 1_000)
            own = f"p{k}{'w' if east_m < 500 else 'e'}"
            other = Alternative(f"p{k}{'e' if east_m < 500 else 'w'}", 50)
            door, window = at(1_000 * k + east_m, random.uniform(0, 1_000)), Window(TEN, NOON + 3600)
            homes.append(
                Home(f"h{k}-{n}", door, own, f"k{k}", (n,), 1, window, 120, window.end_s, alternatives=(other,))
            )
    owed = tuple(
        Consignment(f"k{p.point_id[1]}", p.point_id, sum(h.point_id == p.point_id for h in homes), TEN - 1_800, NOON)
        for p in points
    )
    return City(tuple(kitchens), tuple(points), tuple(vans), tuple(couriers), owed, tuple(homes), EstimatedTravel())


def by_id(city: City, **changes: object) -> City:
    return replace(city, homes=tuple(replace(h, **changes.get(h.home_id, {})) for h in city.homes))  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def small_zones(monkeypatch: pytest.MonkeyPatch) -> None:
    """Zones of two dozen homes, so that a small city has borders."""
    monkeypatch.setattr(zoning, "HOMES_A_ZONE", 24)
    monkeypatch.setattr(zoning, "MOST_HOMES", 60)


def test_zones_take_every_meal_point_once_and_join_small_neighbours() -> None:
    parts = kitchen_zones(terrace(4))
    assert sorted(len(part.point_ids) for part in parts) == [4, 4]
    assert sorted(p for part in parts for p in part.point_ids) == sorted(p.point_id for p in terrace(4).points)
    assert {frozenset(part.van_ids) for part in parts} == {frozenset({"v0", "v1"}), frozenset({"v2", "v3"})}


def test_a_meal_point_with_two_kitchens_ties_their_zones() -> None:
    city = terrace(4)
    second = Consignment("k3", "p0w", 5, TEN - 1_800, NOON)
    parts = kitchen_zones(replace(city, consignments=(*city.consignments, second)))
    together = next(part for part in parts if "p0w" in part.point_ids)
    assert {"p0e", "p3w", "p3e"} <= together.point_ids
    assert {"v0", "v3"} <= together.van_ids


def test_a_home_locked_to_a_courier_of_another_zone_ties_both() -> None:
    city = by_id(terrace(4), **{"h0-0": {"courier_id": "c30"}})
    parts = kitchen_zones(city)
    together = next(part for part in parts if "p0w" in part.point_ids)
    assert "p3w" in together.point_ids
    assert not check_city(city, plan_city(city, seed=1, limits=QUICK))


def test_a_zone_too_large_is_cut_and_its_vans_are_shared_out() -> None:
    city = terrace(1, homes_a_block=70)
    several = replace(city, vans=tuple(replace(city.vans[0], van_id=f"v{n}") for n in range(3)))
    parts = kitchen_zones(several)
    assert len(parts) == 2
    assert all(part.van_ids for part in parts)
    plan = plan_city(several, seed=1, limits=QUICK)
    assert not check_city(several, plan)


def test_a_zone_too_large_with_a_single_van_is_refused_by_name() -> None:
    with pytest.raises(TooLargeError, match=r"kitchen k0 .* 70 homes"):
        kitchen_zones(terrace(1, homes_a_block=70))


def test_a_kitchen_without_any_van_leaves_its_homes_out_with_a_reason() -> None:
    city = terrace(3)
    plan = plan_city(replace(city, vans=city.vans[1:]), seed=1, limits=QUICK)
    assert not check_city(replace(city, vans=city.vans[1:]), plan)
    assert {one.home_id.split("-")[0] for one in plan.left_out_homes} == {"h0"}


def test_the_same_seed_gives_the_same_plan_with_any_number_of_workers() -> None:
    city = terrace(6)
    alone = plan_city(city, seed=3, limits=QUICK)
    with ThreadPoolExecutor(3) as executor:
        assert plan_city(city, seed=3, limits=QUICK, executor=executor, workers=3) == alone


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 5), st.integers(0, 10_000), st.integers(0, 2), st.booleans())
def test_nobody_of_a_city_is_forgotten_and_checker_and_costs_agree_with_those_of_one_problem(
    blocks: int, seed: int, couriers: int, is_narrow: bool
) -> None:
    city = terrace(blocks, seed, couriers_a_block=couriers)
    if is_narrow:
        city = replace(city, homes=tuple(replace(home, window=Window(TEN, TEN + 1_200)) for home in city.homes))
    plan = plan_city(city, seed=seed, limits=QUICK)
    whole = city.problem()
    assert check_city(city, plan) == check_runs(whole, plan) == ()
    assert city_costs(city, plan) == costs_of(whole, plan)
    assert len(visited(plan.courier_runs)) + len(plan.left_out_homes) == len(city.homes)


def borders_of(city: City) -> Borders:
    zones = city.divided(kitchen_zones(city))
    plans: list[RunPlan] = [plan_city(zone, seed=1, limits=QUICK) for zone in zones]
    lies = {
        key: one
        for zone, plan in zip(zones, plans, strict=True)
        for key, one in where_boxes_lie(zone.problem(), plan).items()
    }
    return Borders(city, zones, plans, lies)


def test_no_zone_stands_twice_in_a_round_of_borders() -> None:
    rounds = borders_of(terrace(8)).rounds()
    for pairs in rounds:
        zones = [zone for pair in pairs for zone in pair]
        assert len(zones) == len(set(zones))
    assert {pair for pairs in rounds for pair in pairs} == {(0, 1), (1, 2), (2, 3)}


def test_a_home_that_finds_no_courier_in_its_zone_gets_one_from_across_the_border() -> None:
    city = terrace(4)
    small = tuple(replace(c, capacity_boxes=5, max_trips=1) if c.courier_id[1] in "01" else c for c in city.couriers)
    alone = replace(city, couriers=small)
    borders = borders_of(alone)
    before = sum(map(len, borders.left))
    assert before
    strip = borders.strip((0, 1))
    assert strip is not None
    found = exchanged(strip, Budget(rounds=2_000), 1)
    assert found is not None
    borders.take(strip, found)
    assert sum(map(len, borders.left)) < before


def test_an_exchange_that_strands_boxes_at_another_meal_point_is_not_taken() -> None:
    borders = borders_of(terrace(4))
    strip = borders.strip((0, 1))
    assert strip is not None
    home = strip.city.homes[0]
    before = dict(borders.runs)
    borders.lies = {**borders.lies, home.home_id: Lies("p3e", TEN)}
    without = Exchanged((), (LeftOutHome(home.home_id, Reason.NO_COURIER),))
    borders.take(strip, without)
    assert borders.runs == before
    borders.lies = {**borders.lies, home.home_id: Lies(borders.homes[home.home_id].point_id, TEN)}
    borders.take(strip, without)
    assert borders.runs != before
    assert home.home_id in borders.left[borders.zone_of[home.home_id]]


def test_the_checker_of_cities_sees_what_a_courier_does_wrong() -> None:
    city = terrace(3)
    plan = plan_city(city, seed=1, limits=QUICK)
    first, *others = plan.courier_runs
    wrong = replace(first, metres=first.metres + 1)
    assert [one.code for one in check_city(city, replace(plan, courier_runs=(wrong, *others)))] == [
        ViolationCode.COURIER_METRES
    ]
    codes = {one.code for one in check_city(city, replace(plan, courier_runs=(first, first, *others)))}
    assert {ViolationCode.COURIER_TWICE, ViolationCode.HOME_TWICE} <= codes
    codes = {one.code for one in check_city(city, replace(plan, courier_runs=tuple(others)))}
    assert ViolationCode.HOME_FORGOTTEN in codes
