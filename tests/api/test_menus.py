"""Menus over JSON: what is offered, changed, swapped, announced, and by whom."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from service.clock import StoppedClock
from service.db import Database
from service.tables import Course, CourseOption, Elder, Ingredient, MenuEntry, RecipeLine
from tests.api.conftest import Enter
from tests.pages.town import Town

LUNCH = "/api/menus/2026-11-24/lunch"
ORDER = {"elder_number": "E0001", "service_day": "2026-11-24", "meal": "lunch", "fulfilment": "dine_in"}
CYCLE = {
    "kitchen_code": "K01",
    "meal": "lunch",
    "weeks": 1,
    "first_monday": "2026-11-23",
    "dishes": [{"week": 1, "weekday": 3, "rank": 1, "dish_code": "D01", "capacity_meals": 30}],
}


@pytest.fixture
def clock() -> StoppedClock:
    """Monday 2026-11-23, 10:00 in Guangzhou: Tuesday's lunch can be ordered until 15:00."""
    return StoppedClock(datetime(2026, 11, 23, 2, 0, tzinfo=UTC))


@pytest.fixture
def menu(database: Database, town: Town) -> None:
    """Tuesday's lunch of K01: D01 with a recipe of egg and oil, then D02."""
    with database.write() as session:
        session.add_all(
            Ingredient(code=c, name=c, contains=w) for c, w in (("egg", "egg"), ("oil", ""), ("nut", "nuts"))
        )
        session.flush()
        session.add_all(RecipeLine(dish_code="D01", ingredient_code=c, grams=10) for c in ("egg", "oil"))
        for rank, dish in enumerate(("D01", "D02"), start=1):
            session.add(
                MenuEntry(
                    kitchen_code="K01",
                    service_day=date(2026, 11, 24),
                    meal="lunch",
                    rank=rank,
                    dish_code=dish,
                )
            )
        session.get_one(Elder, "E0001").sqlmodel_update({"texture": "regular", "limits": "", "excludes": "nuts"})


def test_a_menu_is_read_with_prices_and_contents_and_an_elder_sees_what_clashes(enter: Enter, menu: None) -> None:
    [mine] = [one for one in enter("jiexian").get(LUNCH).json() if one["kitchen_code"] == "K01"]
    first = mine["lines"][0]
    assert (first["dish_code"], first["price_fen"], first["left"], first["contains"]) == ("D01", 1500, 200, ["egg"])
    offers = enter("jiexian").get(f"{LUNCH}/offers/E0001").json()
    assert [(one["dish_code"], one["clashes"]) for one in offers] == [("D01", False), ("D02", False)]


def test_a_swap_answers_with_the_orders_that_clash_and_is_taken_back(enter: Enter, menu: None) -> None:
    placed = enter("jiexian").post("/api/orders", json=ORDER | {"dish_code": "D01"})
    assert (placed.status_code, placed.json()["price_fen"], placed.json()["choices"]) == (201, 1500, [])
    kitchen = enter("chufang")
    [clash] = kitchen.put(f"{LUNCH}/K01/swaps/D01/oil", json={"in_code": "nut"}).json()
    assert (clash["elder_number"], clash["instead_code"]) == ("E0001", "D02")
    assert set(clash["why"]) == {"zh", "en"}
    assert enter("jiexian").get(f"{LUNCH}/clashes").json() == [clash]
    assert enter("peican").get(f"{LUNCH}/clashes").json() == [clash]
    assert kitchen.delete(f"{LUNCH}/K01/swaps/D01/oil").json() == []


def test_a_place_on_the_menu_is_limited_and_then_full(enter: Enter, menu: None) -> None:
    changed = enter("chufang").put(f"{LUNCH}/K01/1", json={"dish_code": "D01", "capacity_meals": 0})
    assert changed.json()["lines"][0]["left"] == 0
    full = enter("jiexian").post("/api/orders", json=ORDER)
    assert (full.status_code, full.json()["key"]) == (409, "error.dish_full")


def test_a_cycle_is_put_and_read_and_written_out(enter: Enter, menu: None) -> None:
    kitchen = enter("chufang")
    assert kitchen.put("/api/menus/cycles/K01-L", json=CYCLE).json() == {"made": 2, "changed": 0, "withdrawn": 0}
    [read] = kitchen.get("/api/menus/cycles").json()
    assert read == CYCLE | {"code": "K01-L", "until_day": None}


def test_a_price_is_announced_by_the_district_alone(enter: Enter, menu: None) -> None:
    price = {"from_day": "2026-11-30", "price_fen": 1600}
    assert enter("chufang").post("/api/dishes/D01/prices", json=price).status_code == 403
    made = enter("fuwutai").post("/api/dishes/D01/prices", json=price)
    assert (made.status_code, made.json()["announced_on"]) == (201, "2026-11-23")
    assert [one["price_fen"] for one in enter("jiexian").get("/api/dishes/D01/prices").json()] == [1600, 1500]


def test_the_price_of_a_choice_is_announced_by_the_district_alone(enter: Enter, menu: None, database: Database) -> None:
    with database.write() as session:
        session.add(Course(code="C1", dish_code="D02", position=1, name="汤"))
        session.flush()
        session.add(CourseOption(course_code="C1", rank=1, dish_code="D01", extra_fen=100))
    path, price = "/api/courses/C1/choices/D01/prices", {"from_day": "2026-11-30", "extra_fen": 150}
    assert enter("chufang").post(path, json=price).status_code == 403
    made = enter("fuwutai").post(path, json=price)
    assert (made.status_code, made.json()["announced_on"]) == (201, "2026-11-23")
    assert enter("fuwutai").post(path, json=price | {"from_day": "2026-11-24"}).status_code == 422
    assert enter("fuwutai").post("/api/courses/C1/choices/D02/prices", json=price).status_code == 404
    listed = enter("jiexian").get("/api/dishes/D02/choice-prices").json()
    assert [one["extra_fen"] for one in listed] == [150, 100]


@pytest.mark.parametrize(
    ("user", "method", "path", "body", "status"),
    [
        ("jiexian", "PUT", f"{LUNCH}/K01/1", {"dish_code": "D01"}, 403),
        ("peican", "PUT", f"{LUNCH}/K01/swaps/D01/oil", {}, 403),
        ("chufang", "PUT", f"{LUNCH}/K02/1", {"dish_code": "D01"}, 403),
        ("chufang", "PUT", "/api/menus/cycles/X", CYCLE | {"kitchen_code": "K02"}, 403),
        ("songcan", "GET", LUNCH, None, 403),
        ("chufang", "PUT", f"{LUNCH}/K01/1", {"dish_code": "D01", "capacity_meals": -1}, 422),
        ("chufang", "PUT", f"{LUNCH}/K01/1", {"dish_code": "D99"}, 404),
        ("chufang", "PUT", "/api/menus/2026-11-23/lunch/K01/1", {"dish_code": "D01"}, 409),
        ("fuwutai", "POST", "/api/dishes/D01/prices", {"from_day": "2026-11-24", "price_fen": 1600}, 422),
        ("jiexian", "POST", "/api/orders", ORDER | {"dish_code": "D01", "choices": ["R9"]}, 422),
    ],
)
def test_what_is_not_allowed_or_odd_is_refused(
    enter: Enter, menu: None, user: str, method: str, path: str, body: dict[str, object] | None, status: int
) -> None:
    answer = enter(user).request(method, path, json=body)
    assert answer.status_code == status, answer.text
    problem = answer.json()
    assert problem["zh"]
    assert problem["en"]
