"""The sample district's Monday lunch, planned without a solver, as the papers that it needs."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime
from pathlib import Path

from kitchens.assign import assign_supply_plain
from kitchens.batches import plan_batches
from kitchens.dispatch import runs_problem
from kitchens.meals import Diet, Dish, Fulfilment, Ingredient, Limit, Meal, ProvisionMode, StationKind, Texture
from kitchens.papers import (
    CourierFacts,
    DayFile,
    DishFacts,
    ElderFacts,
    Facts,
    KitchenFacts,
    Papers,
    PlaceFacts,
    Printing,
    VanFacts,
    write_papers,
)
from kitchens.plan import DayPlan
from kitchens.problem import DayProblem, Kitchen, MealPoint, Order, Station
from routing.estimate import EstimatedTravel
from routing.insertion import plan_runs_plain
from routing.places import Place, Window
from routing.problem import Courier, RunProblem, Van

DATA = Path(__file__).parent.parent / "data" / "haizhu"
DAY = date(2026, 11, 23)
PRINTED_AT = datetime(2026, 11, 22, 10, 3, tzinfo=UTC)
ALLOWANCE_S = 1800
CLIMB_S = 18
Row = dict[str, str]


def sample_papers(*, language: str = "zh") -> Papers:
    """Return all papers of the day; `language` chooses the names of the dishes."""
    day = sample_day()
    supply = assign_supply_plain(day)
    batches = plan_batches(day, supply)
    problem = runs_problem(day, supply, batches, _vans(), _couriers(), EstimatedTravel(), allowance_s=ALLOWANCE_S)
    plan = DayPlan(DAY, Meal.LUNCH, supply, batches, plan_runs_plain(problem))
    changed = frozenset(home.home_id for home in problem.homes[::17])
    printing = Printing("12", 2, PRINTED_AT, "系统" if language == "zh" else "system", "020-5550-0000", changed=changed)
    return write_papers(DayFile(day, plan, problem, _facts(language, problem), printing))


def _rows(name: str) -> list[Row]:
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _seconds(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * 3600 + int(minutes) * 60


def _window(row: Row, start: str, end: str) -> Window:
    return Window(_seconds(row[start]), _seconds(row[end]))


def _place(row: Row) -> Place:
    return Place(float(row["lat"]), float(row["lon"]))


def sample_day() -> DayProblem:
    """Return the question of the sample district's Monday lunch, before any plan."""
    elders = {row["number"]: row for row in _rows("elders") if row["state"] == "active"}
    standing = [row for row in _rows("standing_orders") if row["meal"] == "lunch" and "1" in row["weekdays"]]
    orders = tuple(
        _order(number, row, elders[row["elder_number"]])
        for number, row in enumerate(standing, start=1)
        if row["elder_number"] in elders
    )
    return DayProblem(DAY, Meal.LUNCH, orders, _kitchens(), _points())


def _order(number: int, row: Row, elder: Row) -> Order:
    return Order(
        order_id=number,
        elder_id=elder["number"],
        point_id=elder["meal_point_code"] or None,
        fulfilment=Fulfilment(row["fulfilment"]),
        diet=Diet(
            Texture(elder["texture"]),
            frozenset(Limit(word) for word in elder["limits"].split()),
            frozenset(Ingredient(word) for word in elder["excludes"].split()),
            frozenset(Ingredient(word) for word in elder["dislikes"].split()),
        ),
        dish_id=row["dish_code"] or None,
        place=_place(elder) if elder["lat"] else None,
        window=_window(elder, "window_start", "window_end") if elder["window_start"] else None,
        service_s=120 + (0 if elder["has_lift"] == "yes" else CLIMB_S * int(elder["floor"])),
    )


def _kitchens() -> tuple[Kitchen, ...]:
    dishes = {row["code"]: _dish(row) for row in _rows("dishes")}
    menus = [row for row in _rows("menu_cycles") if (row["week"], row["weekday"], row["meal"]) == ("1", "1", "lunch")]
    pace = {row["kitchen_code"]: row for row in _rows("kitchen_meals") if row["meal"] == "lunch"}
    on_site = {row["kitchen_code"]: row["code"] for row in _rows("meal_points") if row["kitchen_on_site"] == "yes"}
    return tuple(
        Kitchen(
            kitchen_id=row["code"],
            place=_place(row),
            mode=ProvisionMode(row["mode"]),
            menu=tuple(dishes[entry["dish_code"]] for entry in menus if entry["kitchen_code"] == row["code"]),
            capacity_meals=int(pace[row["code"]]["capacity_meals"]),
            meals_per_hour=int(pace[row["code"]]["meals_per_hour"]),
            cooking=_window(pace[row["code"]], "cooking_start", "cooking_end"),
            point_id=on_site.get(row["code"]),
            stations=tuple(
                Station(
                    one["code"], StationKind(one["station_kind"]), int(one["meals_per_hour"]), int(one["pan_portions"])
                )
                for one in _rows("stations")
                if one["kitchen_code"] == row["code"]
            ),
        )
        for row in _rows("kitchens")
    )


def _dish(row: Row) -> Dish:
    return Dish(
        row["code"],
        row["name"],
        frozenset(Ingredient(word) for word in row["contains"].split()),
        frozenset(Texture(word) for word in row["textures"].split()),
        frozenset(Limit(word) for word in row["keeps"].split()),
        station=StationKind(row["station"]) if row["station"] else None,
    )


def _points() -> tuple[MealPoint, ...]:
    couriers = _rows("couriers")
    return tuple(
        MealPoint(
            point_id=row["code"],
            place=_place(row),
            kitchen_id=row["kitchen_code"] or None,
            window=_window(row, "opens", "closes"),
            capacity_meals=int(row["capacity_meals"]),
            courier_boxes=sum(
                int(one["capacity_boxes"]) * int(one["max_trips"])
                for one in couriers
                if one["meal_point_code"] == row["code"]
            ),
            handling_s=int(row["handling_s"]),
        )
        for row in _rows("meal_points")
    )


def _couriers() -> list[Courier]:
    return [
        Courier(
            row["code"],
            row["meal_point_code"],
            int(row["capacity_boxes"]),
            _window(row, "shift_start", "shift_end"),
            max_trips=int(row["max_trips"]),
        )
        for row in _rows("couriers")
    ]


def _vans() -> list[Van]:
    return [
        Van(row["code"], row["kitchen_code"], int(row["capacity_boxes"]), _window(row, "shift_start", "shift_end"))
        for row in _rows("vans")
    ]


def _facts(language: str, problem: RunProblem) -> Facts:
    """Return what papers say; a few doors get what the sample district has no column for."""
    rare = {home.home_id.removeprefix("E"): number for number, home in enumerate(problem.homes)}
    return Facts(
        elders={row["number"]: _elder(row, rare.get(row["number"], 1)) for row in _rows("elders")},
        places={
            row["code"]: PlaceFacts(row["code"], row["name"], row["address"], row["phone"])
            for row in _rows("meal_points")
        },
        kitchens={
            row["code"]: KitchenFacts(row["code"], row["name"], row["address"], row["licence"], row["phone"])
            for row in _rows("kitchens")
        },
        couriers={row["code"]: CourierFacts(row["code"], row["name"], row["phone"]) for row in _rows("couriers")},
        vans={row["code"]: VanFacts(row["code"], row["plate"], row["driver"], row["phone"]) for row in _rows("vans")},
        dishes=_dish_facts(language),
    )


def _dish_facts(language: str) -> dict[str, DishFacts]:
    column = "name" if language == "zh" else "name_en"
    return {row["code"]: DishFacts(row["code"], row[column], portion_g=650) for row in _rows("dishes")}


def _elder(row: Row, number: int) -> ElderFacts:
    return ElderFacts(
        elder_id=row["number"],
        name=row["name"],
        phone=row["phone"],
        street=row["address"].removesuffix(f"{row['block']}{row['stairwell']}{row['door']}房"),
        block=row["block"],
        stairwell=row["stairwell"],
        floor=int(row["floor"]),
        door=row["door"],
        has_lift=row["has_lift"] == "yes",
        entry="东门按保安铃" if number % 5 == 0 else "",
        door_note=row["door_note"],
        handover=f"可交{row['contact_name']}，{row['contact_phone']}"
        if row["contact_name"] and number % 4 == 0
        else "",
        carry="体检通知书" if number % 9 == 0 else "",
        owes_box=number % 3 == 0,
    )
