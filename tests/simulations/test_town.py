"""The sample town is what its README says, byte for byte, and everybody in it can be served but for the exceptions."""

from __future__ import annotations

import csv
import json
import math
import re
from collections import Counter
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

from kitchens import meals
from kitchens.clash import find_clash
from kitchens.meals import Diet, Ingredient, Limit, Texture
from service.importing.reading import read_folder
from service.people import is_usable
from service.tables import Dish, Elder, KitchenMeal
from simulations.district import rounded_places
from simulations.people import REFERENCE_YEAR, SHARE_80_PLUS
from simulations.town import build_town, menu_entries, write_town
from tests.simulations.sample import FOLDER, SEED, sample_places, sample_town

METRES_PER_DEGREE = 111_195


def metres(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Metres between two (lat, lon), flat enough for one district."""
    east = (a[1] - b[1]) * math.cos(math.radians(a[0]))
    return METRES_PER_DEGREE * math.hypot(a[0] - b[0], east)


def is_inside(lat: float, lon: float, ring: list[list[float]]) -> bool:
    """Whether a point lies inside a ring of (lon, lat): a ray to the east crosses it an odd number of times."""
    inside = False
    for (x1, y1), (x2, y2) in pairwise(ring):
        if (y1 > lat) != (y2 > lat) and lon < x1 + (lat - y1) * (x2 - x1) / (y2 - y1):
            inside = not inside
    return inside


def diet_of(elder: Elder) -> Diet:
    return Diet(
        Texture(elder.texture),
        frozenset(map(Limit, elder.limits.split())),
        frozenset(map(Ingredient, elder.excludes.split())),
        frozenset(map(Ingredient, elder.dislikes.split())),
    )


def dish_of(dish: Dish) -> meals.Dish:
    return meals.Dish(
        dish.code,
        dish.name,
        frozenset(map(Ingredient, dish.contains.split())),
        frozenset(map(Texture, dish.textures.split())),
        frozenset(map(Limit, dish.keeps.split())),
    )


def test_the_committed_files_are_those_of_the_seed(tmp_path: Path) -> None:
    written = write_town(sample_town(), tmp_path)
    assert sorted(path.name for path in written) == sorted(
        path.name for path in FOLDER.iterdir() if path.suffix in {".csv", ".geojson"}
    )
    for path in written:
        assert path.read_bytes() == (FOLDER / path.name).read_bytes(), path.name


def test_another_seed_gives_another_town_on_the_same_places() -> None:
    other = build_town(sample_places(), seed=SEED + 1)
    assert [e.address for e in other.elders] != [e.address for e in sample_town().elders]
    assert other.communities == sample_town().communities


def test_the_committed_files_are_read_without_a_finding() -> None:
    files = read_folder(FOLDER)
    assert len(files) == 26
    assert [file.findings for file in files if file.findings] == []


def test_every_elder_has_a_birth_date_of_the_year_and_is_of_age_in_autumn() -> None:
    for elder in sample_town().elders:
        assert elder.birth_date is not None
        assert elder.birth_date.year == elder.birth_year
        assert elder.birth_date <= date(REFERENCE_YEAR - 60, 9, 1)


def test_every_kind_of_registration_class_and_card_has_somebody() -> None:
    notes = sample_town().notes
    assert {row.city for row in notes.places} > {"广州市", "佛山市"}
    assert len({row.elder_number for row in notes.places}) == 1600
    assert len({row.status_class for row in notes.classes}) == 8
    assert {row.level for row in notes.care_levels} == set(range(6))
    assert {(row.kind, row.state) for row in notes.cards} == {
        ("social_security", "in_use"),
        ("social_security", "lost"),
        ("benefit", "in_use"),
    }
    autumn = date(REFERENCE_YEAR, 11, 23)
    lapsed = [row for row in notes.cards if row.valid_until is not None and not is_usable(row, autumn)]
    assert all(row.card_number.startswith("SAMPLE-") for row in notes.cards)
    assert 20 < len(lapsed) < 200


def test_places_are_the_survey_rounded_and_nothing_more(shared_data: Path) -> None:
    with (shared_data / "geo" / "haizhu_places.csv").open(encoding="utf-8", newline="") as file:
        told = rounded_places(csv.DictReader(file))
    assert [s.model_dump() for s in sample_places().streets] == [s.model_dump() for s in told.streets]
    assert [c.model_dump() for c in sample_places().communities] == [c.model_dump() for c in told.communities]


def test_positions_of_places_are_approximate() -> None:
    for place in (*sample_places().streets, *sample_places().communities):
        assert (place.lat, place.lon) == (round(place.lat, 3), round(place.lon, 3))


def test_the_town_has_the_size_of_the_district() -> None:
    town = sample_town()
    assert (len(town.streets), len(town.communities), len(town.meal_points)) == (18, 267, 51)
    assert (len(town.kitchens), len(town.vans), len(town.couriers), len(town.elders)) == (9, 13, 90, 1600)
    assert Counter(kitchen.mode for kitchen in town.kitchens) == {"own_kitchen": 6, "enterprise": 3}
    assert sum(meal.capacity_meals for meal in town.kitchen_meals if meal.meal == "lunch") == 1700
    assert Counter(courier.reserve for courier in town.couriers) == {False: 24, True: 66}


def test_every_street_has_a_meal_point_named_by_the_citys_rule() -> None:
    town = sample_town()
    streets = {community.code: community.street_code for community in town.communities}
    assert {streets[point.community_code or ""] for point in town.meal_points} == {s.code for s in town.streets}
    for point in town.meal_points:
        assert re.fullmatch(r"海珠区\w+街道\w+社区长者饭堂", point.name)
        assert re.fullmatch(r"HZ-P\d\d", point.code)


def test_an_own_kitchen_stands_in_one_of_its_points_and_an_enterprise_in_none() -> None:
    town = sample_town()
    for kitchen in town.kitchens:
        mine = [point for point in town.meal_points if point.kitchen_code == kitchen.code]
        on_site = [point for point in mine if point.kitchen_on_site]
        if kitchen.mode == "own_kitchen":
            assert len(mine) == 4
            assert [(point.lat, point.lon) for point in on_site] == [(kitchen.lat, kitchen.lon)]
        else:
            assert (len(mine), on_site) == (9, [])


@pytest.mark.parametrize("weekday", "12345")
def test_about_eleven_hundred_eat_by_standing_order_on_a_weekday(weekday: str) -> None:
    active = {elder.number for elder in sample_town().elders if elder.state == "active"}
    eating = [o for o in sample_town().standing_orders if weekday in o.weekdays and o.elder_number in active]
    assert 1060 <= len(eating) <= 1140
    assert 0.17 <= sum(order.fulfilment == "home" for order in eating) / len(eating) <= 0.21


def test_kitchens_vans_and_points_can_take_the_day() -> None:
    town = sample_town()
    point_of = {elder.number: elder.meal_point_code for elder in town.elders}
    at_point = Counter(point_of[order.elder_number] for order in town.standing_orders)
    lunch: dict[str, KitchenMeal] = {m.kitchen_code: m for m in town.kitchen_meals if m.meal == "lunch"}
    for kitchen in town.kitchens:
        mine = [point for point in town.meal_points if point.kitchen_code == kitchen.code]
        can = lunch[kitchen.code]
        assert sum(at_point[point.code] for point in mine) * 1.14 <= can.capacity_meals
        hours = (can.cooking_end_s - can.cooking_start_s) / 3600
        assert can.capacity_meals <= can.meals_per_hour * hours
        assert can.cooking_start_s >= 9.5 * 3600
        assert can.cooking_end_s <= 10.5 * 3600
        boxes = sum(at_point[point.code] for point in mine if not point.kitchen_on_site)
        assert boxes * 1.14 <= sum(van.capacity_boxes for van in town.vans if van.kitchen_code == kitchen.code)
    assert all(at_point[point.code] * 1.14 <= point.capacity_meals for point in town.meal_points)


def test_on_a_day_of_delivery_only_couriers_can_bring_every_point_its_meals() -> None:
    town = sample_town()
    point_of = {elder.number: elder.meal_point_code for elder in town.elders}
    at_point = Counter(point_of[order.elder_number] for order in town.standing_orders)
    for point in town.meal_points:
        mine = [courier for courier in town.couriers if courier.meal_point_code == point.code]
        assert all(20 <= courier.capacity_boxes <= 30 for courier in mine)
        assert at_point[point.code] * 1.14 <= sum(courier.capacity_boxes * courier.max_trips for courier in mine)


def test_ages_are_those_of_the_city() -> None:
    ages = [REFERENCE_YEAR - elder.birth_year for elder in sample_town().elders]
    assert (min(ages), max(ages)) == (60, 99)
    assert sum(age >= 80 for age in ages) / len(ages) == pytest.approx(SHARE_80_PLUS, abs=0.001)
    assert sum(age < 70 for age in ages) / len(ages) == pytest.approx(0.5358, abs=0.001)


def test_about_one_in_six_has_a_special_diet() -> None:
    special = [e for e in sample_town().elders if (e.texture, e.limits, e.excludes) != ("regular", "", "")]
    assert 0.10 <= len(special) / 1600 <= 0.20


def test_everybody_but_one_can_eat_something_on_any_day() -> None:
    town = sample_town()
    dishes = {dish.code: dish_of(dish) for dish in town.dishes}
    kitchen_of = {point.code: point.kitchen_code for point in town.meal_points}
    hungry: set[str] = set()
    for week in (1, 2):
        for weekday in range(1, 8):
            menus: dict[str, list[meals.Dish]] = {}
            for entry in town.menu_cycle:
                if (entry.week, entry.weekday, entry.meal) == (week, weekday, "lunch"):
                    menus.setdefault(entry.kitchen_code, []).append(dishes[entry.dish_code])
            assert all(len(menu) >= 4 for menu in menus.values())
            for elder in town.elders:
                clashes = [find_clash(diet_of(elder), d) for d in menus[kitchen_of[elder.meal_point_code or ""] or ""]]
                if all(clash is not None and clash.is_hard for clash in clashes):
                    hungry.add(elder.number)
    [unmet] = hungry
    assert any(order.elder_number == unmet for order in town.standing_orders)


def test_two_elders_who_want_their_meal_at_home_have_no_position() -> None:
    town = sample_town()
    lost = {elder.number for elder in town.elders if elder.lat is None}
    wanted = {o.elder_number for o in town.standing_orders if o.fulfilment == "home" and o.weekdays == "12345"}
    assert len(lost) == 2
    assert lost <= wanted


def test_homes_lie_around_their_community() -> None:
    town = sample_town()
    anchors = {community.code: (community.lat, community.lon) for community in town.communities}
    away = sorted(
        metres((elder.lat, elder.lon), anchors[elder.community_code or ""])
        for elder in town.elders
        if elder.lat is not None and elder.lon is not None
    )
    assert away[len(away) // 2] < 400
    assert away[int(len(away) * 0.95)] < 700


def test_nobody_lives_in_the_river(shared_data: Path) -> None:
    district = json.loads((shared_data / "geo" / "haizhu_district.geojson").read_text(encoding="utf-8"))
    [ring] = district["features"][0]["geometry"]["coordinates"]
    town = sample_town()
    for row in (*town.elders, *town.meal_points, *town.kitchens):
        assert row.lat is None or row.lon is None or is_inside(row.lat, row.lon, ring), row


def test_people_are_visibly_invented() -> None:
    town = sample_town()
    names = [e.name for e in town.elders] + [c.name for c in town.couriers] + [v.driver for v in town.vans]
    assert all(re.fullmatch(r"\w[例样]\w", name) for name in names)
    people = [*town.elders, *town.couriers, *town.vans]
    assert all(re.fullmatch(r"199-000[0-3]-\d{4}", person.phone) for person in people)
    assert all(re.fullmatch(r"020-5550-\d{4}", place.phone) for place in (*town.kitchens, *town.meal_points))
    assert all("样例" in kitchen.licence for kitchen in town.kitchens)
    assert len({person.phone for person in people}) == len(people)


def test_prices_are_those_of_the_city() -> None:
    town = sample_town()
    chosen = {option.dish_code for option in town.set_meal.options}
    assert all(1200 <= dish.price_fen <= 1500 for dish in town.dishes if dish.code not in chosen)


def test_every_kitchen_has_a_lunch_menu_on_any_day() -> None:
    days = [date(2026, 2, 28), date(2026, 11, 23), date(2031, 12, 31)]
    entries = menu_entries(sample_town(), days)
    for day in days:
        usual = [e.kitchen_code for e in entries if (e.service_day, e.meal, e.rank) == (day, "lunch", 1)]
        assert usual == [kitchen.code for kitchen in sample_town().kitchens]
