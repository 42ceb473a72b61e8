"""The check finds every planted fault, and finds nothing where nothing is wrong."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

import kitchens.check
from kitchens.check import Departure, Fault, Handover, Part, PlannedBatch, PlannedMeal, PublishedDay, check_kitchens
from kitchens.food_clock import USUAL_RULES
from kitchens.meals import Course, Diet, Dish, Ingredient, Limit, StationKind, Texture
from kitchens.problem import Kitchen, Station
from routing.places import Window
from tests.kitchens.towns import H, kitchen

BOTH = frozenset({Texture.REGULAR, Texture.SOFT})
SIDE = Dish(
    "D-side", "花生拌菠菜", frozenset({Ingredient.PEANUT}), BOTH, frozenset({Limit.LOW_SALT}), (), StationKind.COLD
)
OTHER = Dish("D-rice", "白米饭", frozenset(), BOTH, frozenset({Limit.LOW_SALT}))
MEAT = Dish(
    "D-meat",
    "梅菜扣肉",
    frozenset({Ingredient.PORK}),
    BOTH,
    frozenset({Limit.LOW_SALT}),
    (Course("side", 1, (OTHER, SIDE)),),
    StationKind.WOK,
)
COLD = Dish("D-cold", "凉拌豆腐", frozenset({Ingredient.SOY}), BOTH, station=StationKind.COLD)
STATIONS = (
    Station("C1", StationKind.COLD, 60, 10),
    Station("W1", StationKind.WOK, 60, 10),
    Station("W2", StationKind.WOK, 60, 10),
)


def right() -> PublishedDay:
    """Twenty pork meals in two batches on one wok for the kitchen's own point, and one cold dish for another."""
    made = kitchen(menu=(MEAT, COLD), capacity=30, pace=120, cooking=Window(9 * H, 10 * H + 1800), point="P1")
    cooks = Kitchen(**{name: getattr(made, name) for name in made.__slots__} | {"stations": STATIONS})
    rice = (Part("D-rice", "regular"),)
    meals = [
        PlannedMeal(n, Diet(), "", "K1", "D-meat", "regular", "K1-01" if n <= 10 else "K1-02", "P1", rice)
        for n in range(1, 21)
    ]
    meals += [PlannedMeal(21, Diet(), "", "K1", "D-cold", "regular", "K1-03", "P2"), PlannedMeal(22, Diet(), "no_dish")]
    return PublishedDay(
        ordered=frozenset(range(1, 23)),
        meals=tuple(meals),
        batches=(
            _batch("K1-01", "D-meat", 10, 9 * H + 1800, 600, "W1"),
            _batch("K1-02", "D-meat", 10, 9 * H + 2400, 600, "W1"),
            replace(_batch("K1-03", "D-cold", 1, 9 * H + 2400, 60, "C1"), eat_by_s=33 * H + 2460),
        ),
        kitchens=(cooks,),
        handovers=(Handover("R01 1", 11 * H, 13 * H, ("K1-01", "K1-02"), 10 * H + 900),),
        departures=(Departure("V01", "K1", "P2", 10 * H, 1),),
        rules=USUAL_RULES,
        overtime_s={},
        safe_until_s={},
    )


def _batch(code: str, dish: str, portions: int, start_s: int, lasts_s: int, station: str) -> PlannedBatch:
    finish_s = start_s + lasts_s
    return PlannedBatch(code, "K1", dish, "regular", portions, 0, start_s, finish_s, finish_s + 4 * H, station)


def with_batch(at: int, **changes: object) -> Callable[[PublishedDay], PublishedDay]:
    def plant(day: PublishedDay) -> PublishedDay:
        batches = list(day.batches)
        batches[at] = replace(batches[at], **changes)  # type: ignore[arg-type]
        return replace(day, batches=tuple(batches))

    return plant


def with_meal(at: int, **changes: object) -> Callable[[PublishedDay], PublishedDay]:
    def plant(day: PublishedDay) -> PublishedDay:
        meals = list(day.meals)
        meals[at] = replace(meals[at], **changes)  # type: ignore[arg-type]
        return replace(day, meals=tuple(meals))

    return plant


def with_kitchen(**changes: object) -> Callable[[PublishedDay], PublishedDay]:
    return lambda day: replace(day, kitchens=(replace(day.kitchens[0], **changes),))  # type: ignore[arg-type]


def with_door(**changes: object) -> Callable[[PublishedDay], PublishedDay]:
    return lambda day: replace(day, handovers=(replace(day.handovers[0], **changes),))  # type: ignore[arg-type]


FAULTS: dict[str, tuple[Fault, str, Callable[[PublishedDay], PublishedDay]]] = {
    "an order is forgotten": (Fault.NOT_PLANNED, "23", lambda day: replace(day, ordered=day.ordered | {23})),
    "an order stands twice": (Fault.NOT_PLANNED, "1", lambda day: replace(day, meals=(*day.meals, day.meals[0]))),
    "somebody eats who ordered nothing": (Fault.NOT_ORDERED, "5", lambda day: replace(day, ordered=day.ordered - {5})),
    "an order is in no batch": (Fault.NOT_COOKED, "3", with_meal(2, batch="")),
    "an order is in the pot of another dish": (Fault.COOKED_ELSEWHERE, "3", with_meal(2, batch="K1-03")),
    "an order is in a pot of another texture": (Fault.COOKED_ELSEWHERE, "3", with_meal(2, texture="soft")),
    "a batch counts one too few": (Fault.COUNT, "K1-01", with_batch(0, portions=9)),
    "a batch counts one too many": (Fault.COUNT, "K1-03", with_batch(2, portions=2)),
    "pork for somebody without pork": (
        Fault.CLASH,
        "4",
        with_meal(3, diet=Diet(excludes=frozenset({Ingredient.PORK}))),
    ),
    "salt for somebody without": (Fault.CLASH, "21", with_meal(20, diet=Diet(limits=frozenset({Limit.LOW_SALT})))),
    "too hard for somebody": (Fault.CLASH, "4", with_meal(3, diet=Diet(texture=Texture.SOFT))),
    "a texture that the dish is not made in": (Fault.CLASH, "4", with_meal(3, texture="pureed")),
    "peanuts in the side dish": (
        Fault.CLASH,
        "4",
        with_meal(3, diet=Diet(excludes=frozenset({Ingredient.PEANUT})), parts=(Part("D-side", "regular"),)),
    ),
    "a side dish that is not on the menu": (Fault.NOT_ON_MENU, "4", with_meal(3, parts=(Part("D-cake", "regular"),))),
    "a dish that is not on the menu": (Fault.NOT_ON_MENU, "21", with_kitchen(menu=(MEAT,))),
    "more than the kitchen can": (Fault.KITCHEN_FULL, "K1", with_kitchen(capacity_meals=20)),
    "spare beyond the kitchen": (
        Fault.KITCHEN_FULL,
        "K1",
        with_batch(2, spare=10, start_s=9 * H, finish_s=9 * H + 1200),
    ),
    "cooked before the kitchen opens": (Fault.HOURS, "K1-01", with_batch(0, start_s=9 * H - 60, finish_s=9 * H + 540)),
    "cooked after the kitchen closes": (
        Fault.HOURS,
        "K1-02",
        with_batch(1, start_s=10 * H + 1260, finish_s=10 * H + 1860),
    ),
    "a kitchen that does not cook": (Fault.HOURS, "K1-01", lambda day: replace(day, kitchens=())),
    "a station that is not there": (Fault.NO_STATION, "K1-01", with_batch(0, station_id="W9")),
    "a wok dish at the cold table": (Fault.STATION, "K1-01", with_batch(0, station_id="C1")),
    "a pan that runs over": (Fault.PAN, "K1-01", with_batch(0, spare=1, start_s=9 * H, finish_s=9 * H + 660)),
    "a batch in half its time": (Fault.PACE, "K1-01", with_batch(0, start_s=9 * H + 2100)),
    "more at once than the kitchen's hands": (Fault.PACE, "K1", with_kitchen(meals_per_hour=60)),
    "more in an hour than the station": (
        Fault.HOUR,
        "K1 W1",
        with_kitchen(stations=(STATIONS[0], replace(STATIONS[1], meals_per_hour=19), STATIONS[2])),
    ),
    "two batches on one wok": (Fault.OVERLAP, "K1 W1", with_batch(1, start_s=9 * H + 2340, finish_s=9 * H + 2940)),
    "hot food kept too long": (Fault.EAT_BY, "K1-01", with_batch(0, eat_by_s=13 * H + 2401)),
    "cold food kept too long": (Fault.EAT_BY, "K1-03", with_batch(2, eat_by_s=33 * H + 2461)),
    "handed over too late to be eaten": (Fault.TOO_LATE, "R01 1", with_door(at_s=13 * H + 601)),
    "told a last minute that is too late": (Fault.TOO_LATE, "R01 1", with_door(latest_s=13 * H + 601)),
    "a broken chain": (Fault.TOO_LATE, "R01 1", lambda day: replace(day, safe_until_s={"K1-01": 11 * H})),
    "a courier who leaves before the boxes are packed": (Fault.LEAVES_EARLY, "R01 1", with_door(leaves_s=10 * H - 1)),
    "a van that leaves before the boxes are packed": (
        Fault.LEAVES_EARLY,
        "V01 P2",
        lambda day: replace(day, departures=(Departure("V01", "K1", "P2", 9 * H + 3059, 1),)),
    ),
    "a van with more boxes than are cooked for it": (
        Fault.LEAVES_EARLY,
        "V01 P2",
        lambda day: replace(day, departures=(Departure("V01", "K1", "P2", 10 * H, 2),)),
    ),
}


def test_nothing_is_wrong_with_a_right_day() -> None:
    assert check_kitchens(right()) == ()


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_is_found(name: str) -> None:
    fault, subject, plant = FAULTS[name]
    assert (fault, subject) in {(one.fault, one.subject) for one in check_kitchens(plant(right()))}


def test_every_fault_that_there_is_was_planted() -> None:
    assert {fault for fault, _, _ in FAULTS.values()} == set(Fault)


def test_a_kitchen_that_took_over_may_cook_half_an_hour_longer() -> None:
    late = with_batch(2, start_s=10 * H + 3000, finish_s=10 * H + 3060)(right())
    late = replace(late, departures=())
    assert Fault.HOURS in {one.fault for one in check_kitchens(late)}
    assert check_kitchens(replace(late, overtime_s={"K1": 1800})) == ()


def test_a_kitchen_without_stations_is_one_line_of_work() -> None:
    plain = with_kitchen(stations=())(right())
    batches = tuple(replace(one, station_id="") for one in plain.batches)
    found = check_kitchens(replace(plain, batches=batches))
    assert {one.fault for one in found} == {Fault.OVERLAP}, "the cold dish is made while pork is on the stove"


def test_the_check_shares_no_code_with_what_plans() -> None:
    tree = ast.parse(Path(kitchens.check.__file__).read_text(encoding="utf-8"))
    imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}
    ours = {name for name in imported if name.split(".")[0] in ("kitchens", "routing", "service")}
    assert ours == {"kitchens.food_clock", "kitchens.meals", "kitchens.problem"}
    rules = next(n for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) and n.module == "kitchens.food_clock")
    assert [one.name for one in rules.names] == ["FoodRules"], "the limits, and none of the sums"
