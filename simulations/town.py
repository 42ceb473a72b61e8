"""The sample town: a whole district of elders, meal points, kitchens, vans and couriers on Haizhu's real places.

Streets and communities are real (name, code, one approximate position); everything else is invented. The same places
and seed always give the same files, byte for byte.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlmodel import SQLModel

from kitchens.meals import Fulfilment
from routing.places import Place
from service.importing import formats, menu_formats, people_formats
from service.importing.cycles import CycleEntry, laid_over
from service.importing.rows import key_of
from service.importing.writing import write_csv
from service.tables import (
    Community,
    Courier,
    Dish,
    Elder,
    Kitchen,
    KitchenCapability,
    KitchenMeal,
    KitchenStation,
    MealPoint,
    MenuEntry,
    StandingOrder,
    Street,
    Van,
)
from simulations import fleet, homes, network
from simulations.basemap import write_basemap
from simulations.dishes import menu_of, sample_dishes
from simulations.district import Places
from simulations.land import land_of
from simulations.notes import Notes, notes_of, set_birth_dates
from simulations.people import drawing
from simulations.recipes import SetMeal, set_meal

WEEKS = 2
SINGLE_PER_STANDING = 150 / 1100
"""On top of the standing orders come single ones, in about this share."""


@dataclass(frozen=True, slots=True)
class Town:
    """A district as rows that no database has seen yet."""

    streets: tuple[Street, ...]
    communities: tuple[Community, ...]
    kitchens: tuple[Kitchen, ...]
    kitchen_meals: tuple[KitchenMeal, ...]
    stations: tuple[KitchenStation, ...]
    capabilities: tuple[KitchenCapability, ...]
    dishes: tuple[Dish, ...]
    meal_points: tuple[MealPoint, ...]
    vans: tuple[Van, ...]
    couriers: tuple[Courier, ...]
    elders: tuple[Elder, ...]
    menu_cycle: tuple[CycleEntry, ...]
    standing_orders: tuple[StandingOrder, ...]
    notes: Notes
    set_meal: SetMeal


def build_town(places: Places, *, seed: int) -> Town:
    """Return the town that stands on `places`; the same arguments give the same town."""
    land = land_of([Place(c.lat, c.lon) for c in places.communities])
    streets = {street.code: street.name for street in places.streets}
    points = network.point_sites(places, land, drawing(seed, "points"))
    kitchens = network.kitchen_sites(points, places, land)
    elders = homes.elders_of(places, land, points, seed)
    homes.make_exceptions(elders, seed)
    set_birth_dates(elders, seed)
    standing = homes.standing_orders(elders, seed)
    diners = _a_day(elders, standing, len(points), homes_only=False)
    doors = _a_day(elders, standing, len(points), homes_only=True)
    at = [point.at for point in points]
    meals = fleet.kitchen_meals(kitchens, diners)
    chosen = set_meal(meals[0].kitchen_code)
    return Town(
        streets=places.streets,
        communities=places.communities,
        kitchens=fleet.kitchens_of(kitchens, streets, land),
        kitchen_meals=meals,
        stations=fleet.stations_of(meals),
        capabilities=fleet.capabilities_of(kitchens),
        dishes=(*sample_dishes(), *chosen.dishes),
        meal_points=fleet.points_of(points, kitchens, diners, streets, land),
        vans=fleet.vans_of(kitchens, diners, drawing(seed, "vans")),
        couriers=fleet.couriers_of(at, doors, diners, drawing(seed, "couriers")),
        elders=elders,
        menu_cycle=_menu_cycle(meals),
        standing_orders=standing,
        notes=notes_of(elders, places, seed),
        set_meal=chosen,
    )


def write_town(town: Town, folder: Path) -> tuple[Path, ...]:
    """Write the town's files in the documented formats, and its basemap; return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    rows: dict[type[formats.FileRow], Sequence[SQLModel]] = {
        formats.StreetRow: town.streets,
        formats.CommunityRow: town.communities,
        formats.KitchenRow: town.kitchens,
        formats.KitchenMealRow: town.kitchen_meals,
        formats.StationRow: town.stations,
        formats.CapabilityRow: town.capabilities,
        formats.DishRow: town.dishes,
        formats.MealPointRow: town.meal_points,
        formats.VanRow: town.vans,
        formats.CourierRow: town.couriers,
        formats.ElderRow: town.elders,
        formats.StandingOrderRow: town.standing_orders,
        people_formats.ContactRow: town.notes.contacts,
        people_formats.PlaceRow: town.notes.places,
        people_formats.ClassRow: town.notes.classes,
        people_formats.CareLevelRow: town.notes.care_levels,
        people_formats.CardRow: town.notes.cards,
        people_formats.RiskRow: town.notes.risks,
        menu_formats.IngredientRow: town.set_meal.ingredients,
        menu_formats.RecipeRow: town.set_meal.recipes,
        menu_formats.CourseRow: town.set_meal.courses,
        menu_formats.CourseOptionRow: town.set_meal.options,
        menu_formats.PriceRow: town.set_meal.prices,
        menu_formats.CycleRow: town.set_meal.cycles,
        menu_formats.CycleEntryRow: town.set_meal.cycle_entries,
    }
    written = [write_csv(kind, _dumped(kind, some), folder) for kind, some in rows.items()]
    cycle = [entry.as_row() for entry in town.menu_cycle]
    written.append(write_csv(formats.MenuCycleRow, cycle, folder))
    written.append(write_basemap(Places(town.streets, town.communities), folder / "basemap.geojson"))
    return tuple(written)


def menu_entries(town: Town, days: Iterable[date]) -> tuple[MenuEntry, ...]:
    """Return the menus of all kitchens for `days`: the two-week cycle, laid over the calendar."""
    return tuple(MenuEntry(**entry.on(day)) for day, entry in laid_over(town.menu_cycle, days))


def _dumped(kind: type[formats.FileRow], rows: Sequence[SQLModel]) -> list[dict[str, Any]]:
    """Return rows by column, in the order of their keys, as an export has them."""
    return sorted((row.model_dump() for row in rows), key=lambda row: key_of(row, kind.KEY))


def _a_day(elders: Sequence[Elder], standing: Sequence[StandingOrder], points: int, *, homes_only: bool) -> list[float]:
    """Return the meals (or only those brought home) that a usual day brings to each point."""
    point_of = {elder.number: elder.meal_point_code for elder in elders}
    found: Counter[str | None] = Counter()
    for order in standing:
        if not homes_only or order.fulfilment == Fulfilment.HOME:
            found[point_of[order.elder_number]] += len(set(order.weekdays) & set("12345"))
    return [found[homes.point_code(j)] / 5 * (1 + SINGLE_PER_STANDING) for j in range(points)]


def _menu_cycle(meals: Sequence[KitchenMeal]) -> tuple[CycleEntry, ...]:
    kitchens = {code: i for i, code in enumerate(sorted({meal.kitchen_code for meal in meals}))}
    return tuple(
        CycleEntry(meal.kitchen_code, week, weekday, meal.meal, rank, dish)
        for meal in sorted(meals, key=lambda m: m.kitchen_code)
        for week in range(1, WEEKS + 1)
        for weekday in range(1, 8)
        for rank, dish in enumerate(_dishes(kitchens[meal.kitchen_code], week, weekday, meal.meal), start=1)
    )


def _dishes(kitchen: int, week: int, weekday: int, meal: str) -> tuple[str, ...]:
    """Return the day's dishes; dinner is shifted, so that nobody meets lunch again in the evening."""
    return menu_of(kitchen + (0 if meal == "lunch" else 1), week, weekday)
