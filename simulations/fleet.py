"""Kitchens, meal points, vans and couriers of the sample town as rows, sized by the meals that pass through them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from random import Random

from kitchens.meals import Capability, Meal, ProvisionMode, StationKind
from service.tables import Courier, Kitchen, KitchenCapability, KitchenMeal, KitchenStation, MealPoint, Van
from simulations.homes import point_code
from simulations.land import Land, Metres
from simulations.network import KitchenSite, PointSite
from simulations.people import pick, sample_name, sample_phone

CAPACITY = 1700
"""Lunches that all kitchens can cook together."""

COOKING_S = 55 * 60
FULL_S = 40 * 60
DINNER_KITCHENS = 3
DINNER_CAPACITY = 60
VAN_BOXES = 150
VAN_SLACK = 1.25
REGULAR_COURIERS = 24
ALL_COURIERS = 90
COURIER_BOXES = (20, 24, 24, 30)
ENTERPRISES = ("例禾膳食", "样源餐饮", "例丰团膳")
HOUR = 3600

STATIONS: tuple[tuple[str, StationKind, float, int], ...] = (
    ("C1", StationKind.COLD, 0.3, 30),
    ("O1", StationKind.OVEN, 1.0, 60),
    ("S1", StationKind.STEAMER, 0.5, 60),
    ("S2", StationKind.STEAMER, 0.5, 60),
    ("W1", StationKind.WOK, 0.5, 40),
    ("W2", StationKind.WOK, 0.5, 40),
)
"""What every kitchen of the sample cooks on: code, kind, share of the kitchen's pace at lunch, portions at once."""

WITHOUT = {0: (Capability.HALAL,), 4: (Capability.HALAL, Capability.ALLERGEN_FREE), 5: (Capability.HALAL,)}
"""Which kitchens lack a line of their own for whom, by their numbers from 0; soft and smooth textures all can make."""


def kitchens_of(sites: Sequence[KitchenSite], streets: dict[str, str], land: Land) -> tuple[Kitchen, ...]:
    """Return the kitchens; an own kitchen has the address of its meal point."""
    rows: list[Kitchen] = []
    for i, site in enumerate(sites):
        own = site.stands_in is not None
        place = land.flat.place(site.at)
        street = streets[site.community.street_code]
        enterprise = ENTERPRISES[i - len(sites)] if not own else ""
        rows.append(
            Kitchen(
                code=kitchen_code(i),
                name=f"{street}{site.community.name}自建厨房（样例）" if own else f"{enterprise}配送中心（样例企业）",
                mode=(ProvisionMode.OWN_KITCHEN if own else ProvisionMode.ENTERPRISE).value,
                address=f"海珠区{street}{site.community.name}例膳路{i + 1}号",
                licence=f"样例许可-{kitchen_code(i)}",
                phone=f"020-5550-{i + 1:04d}",
                lat=place.lat,
                lon=place.lon,
            )
        )
    return tuple(rows)


def kitchen_meals(sites: Sequence[KitchenSite], diners: Sequence[float]) -> tuple[KitchenMeal, ...]:
    """Return what each kitchen can cook: lunch by its share of `diners` (by point), dinner in a few own kitchens.

    Lunch is packed between 09:45 and 10:30, so that it is hot until half past one.
    """
    rows: list[KitchenMeal] = []
    for i, site in enumerate(sites):
        share = sum(diners[j] for j in site.points) / sum(diners)
        rows.append(_meal(i, Meal.LUNCH, round(CAPACITY * share / 10) * 10, 10 * HOUR + HOUR // 2))
        if i < DINNER_KITCHENS:
            rows.append(_meal(i, Meal.DINNER, DINNER_CAPACITY, 17 * HOUR))
    return tuple(rows)


def stations_of(meals: Sequence[KitchenMeal]) -> tuple[KitchenStation, ...]:
    """Return what each kitchen cooks on: two woks, two steamers, an oven and a cold table, sized by its lunch."""
    return tuple(
        KitchenStation(
            kitchen_code=meal.kitchen_code,
            code=code,
            kind=kind.value,
            meals_per_hour=math.ceil(meal.meals_per_hour * share / 5) * 5,
            pan_portions=pan,
        )
        for meal in meals
        if meal.meal == Meal.LUNCH
        for code, kind, share, pan in STATIONS
    )


def capabilities_of(sites: Sequence[KitchenSite]) -> tuple[KitchenCapability, ...]:
    """Return what each kitchen can do beyond ordinary cooking."""
    able = [(i, word) for i in range(len(sites)) for word in Capability if word not in WITHOUT.get(i, ())]
    return tuple(KitchenCapability(kitchen_code=kitchen_code(i), capability=word.value) for i, word in able)


def _meal(i: int, meal: Meal, capacity: int, end_s: int) -> KitchenMeal:
    """Return a meal whose last batch is packed at `end_s`, at a pace that cooks a full kitchen in `FULL_S`."""
    return KitchenMeal(
        kitchen_code=kitchen_code(i),
        meal=meal.value,
        capacity_meals=capacity,
        meals_per_hour=math.ceil(capacity * HOUR / FULL_S / 10) * 10,
        cooking_start_s=end_s - COOKING_S,
        cooking_end_s=end_s,
    )


def points_of(
    sites: Sequence[PointSite],
    kitchens: Sequence[KitchenSite],
    diners: Sequence[float],
    streets: dict[str, str],
    land: Land,
) -> tuple[MealPoint, ...]:
    """Return the meal points under the names that the city's rule gives them."""
    rows: list[MealPoint] = []
    for j, site in enumerate(sites):
        kitchen = next(i for i, k in enumerate(kitchens) if j in k.points)
        on_site = kitchens[kitchen].stands_in == j
        place = land.flat.place(site.at)
        where = f"海珠区{streets[site.community.street_code]}{site.community.name}"
        rows.append(
            MealPoint(
                code=point_code(j),
                name=f"{where}长者饭堂",
                community_code=site.community.code,
                address=f"{where}例膳路{kitchen + 1}号" if on_site else f"{where}例餐巷{j + 1}号",
                phone=f"020-5550-{1001 + j}",
                lat=place.lat,
                lon=place.lon,
                kitchen_code=kitchen_code(kitchen),
                kitchen_on_site=on_site,
                capacity_meals=max(40, math.ceil(diners[j] * 1.5 / 10) * 10),
                handling_s=240,
                opens_s=10 * HOUR,
                closes_s=19 * HOUR if on_site and kitchen < DINNER_KITCHENS else 13 * HOUR + HOUR // 2,
                cut_off_s=15 * HOUR,
            )
        )
    return tuple(rows)


def vans_of(sites: Sequence[KitchenSite], diners: Sequence[float], draw: Random) -> tuple[Van, ...]:
    """Return enough vans for each kitchen to bring all its points (but the one it stands in) their boxes at once."""
    owners: list[int] = []
    for i, site in enumerate(sites):
        boxes = sum(diners[j] for j in site.points if j != site.stands_in)
        owners += [i] * math.ceil(boxes * VAN_SLACK / VAN_BOXES)
    return tuple(
        Van(
            code=f"HZ-V{n:02d}",
            kitchen_code=kitchen_code(owner),
            plate=f"样A·V{n:02d}",
            driver=sample_name(draw),
            phone=sample_phone(3, n),
            capacity_boxes=VAN_BOXES,
            shift_start_s=9 * HOUR + HOUR // 2,
            shift_end_s=13 * HOUR,
        )
        for n, owner in enumerate(owners, start=1)
    )


def couriers_of(
    at: Sequence[Metres], doors: Sequence[float], diners: Sequence[float], draw: Random
) -> tuple[Courier, ...]:
    """Return the regular couriers and the reserve.

    The regular ones stand at the points from which the day's `doors` are near; the reserve lets every point bring all
    its `diners` their meals.
    """
    regular = _near_everybody(at, doors, REGULAR_COURIERS)
    needed = _spread(diners, ALL_COURIERS, [1 if j in regular else 0 for j in range(len(at))])
    stations = [(j, False) for j in sorted(regular)]
    stations += [(j, True) for j in range(len(at)) for _ in range(needed[j] - (1 if j in regular else 0))]
    return tuple(
        Courier(
            code=f"HZ-C{n:02d}",
            name=sample_name(draw),
            phone=sample_phone(0, 4000 + n),
            meal_point_code=point_code(j),
            capacity_boxes=pick(draw, COURIER_BOXES),
            shift_start_s=10 * HOUR + HOUR // 2,
            shift_end_s=13 * HOUR + HOUR // 4,
            reserve=reserve,
        )
        for n, (j, reserve) in enumerate(stations, start=1)
    )


def _near_everybody(at: Sequence[Metres], doors: Sequence[float], count: int) -> set[int]:
    """Return `count` points, chosen one after another, each bringing the doors as near as it can."""
    nearest = [math.inf] * len(at)
    chosen: set[int] = set()
    while len(chosen) < count:
        ways = {
            j: sum(d * min(near, math.dist(at[j], p)) for d, near, p in zip(doors, nearest, at, strict=True))
            for j in range(len(at))
            if j not in chosen
        }
        best = min(ways, key=lambda j: (round(ways[j], 3), j))
        chosen.add(best)
        nearest = [min(near, math.dist(at[best], p)) for near, p in zip(nearest, at, strict=True)]
    return chosen


def _spread(diners: Sequence[float], total: int, least: list[int]) -> list[int]:
    """Return couriers per point, at least one and `least` each, then always one more where most meals fall on each."""
    counts = [max(1, one) for one in least]
    while sum(counts) < total:
        counts[max(range(len(counts)), key=lambda j: (diners[j] / counts[j], -j))] += 1
    return counts


def kitchen_code(index: int) -> str:
    """Return the district's code of a kitchen: `HZ-K01` is the first."""
    return f"HZ-K{index + 1:02d}"
