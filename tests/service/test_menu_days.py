"""One day's real ingredients: swaps, clashes after the order, choices of a set meal, from the order to the papers."""

from __future__ import annotations

from datetime import date

import pytest
from sqlmodel import select

from kitchens.meals import Fulfilment, Ingredient, Meal
from service.access import EVERYTHING, Reach
from service.claims import latest_cut_off
from service.clock import StoppedClock
from service.daily import Kitbag, run_meal
from service.db import Database
from service.errors import ConflictError, InvalidError, NotAllowedError, NotFoundError
from service.menus.changes import Entry, Slot, Swap, change_entry, swap_ingredient, take_swap_back
from service.menus.clashes import list_clashes
from service.menus.dishes import list_menus
from service.menus.offers import list_offers, sold
from service.orders import Placing, Wish, cancel_order, place_order
from service.papers import read_content
from service.settings import Settings
from service.tables import (
    Course,
    CourseOption,
    Dish,
    Elder,
    EntryState,
    MealOrder,
    MenuEntry,
    Notice,
    OrderChoice,
    OrderSource,
    Paper,
    PaperKind,
    PlannedOrder,
    PlannedPart,
    RecipeLine,
)
from service.tables import Ingredient as IngredientRow
from tests.service.towns import MONDAY, found_town

SETTINGS = Settings(_env_file=None, effort="quick")  # type: ignore[call-arg]
K1 = Slot("K1", MONDAY, Meal.LUNCH)
INGREDIENTS = {"oil": "", "peanut-oil": "peanut", "soy-sauce": "soy gluten", "chicken": "poultry", "nuts": "nuts"}
OPTIONS = {"R1": "", "R2": "gluten", "V1": "", "V2": "soy", "V3": "egg", "V4": "peanut"}


def add_set_meal(database: Database) -> None:
    """K1 offers at rank 3 a set S1 of chicken in oil, with a staple (one of two) and side dishes (two of four)."""
    with database.write() as session:
        session.add_all(IngredientRow(code=code, name=f"料{code}", contains=c) for code, c in INGREDIENTS.items())
        session.add(Dish(code="S1", name="自选套餐", price_fen=1500, textures="regular soft"))
        session.add_all(
            Dish(code=code, name=f"配{code}", price_fen=200, contains=holds, textures="regular soft")
            for code, holds in OPTIONS.items()
        )
        session.flush()
        session.add_all(
            RecipeLine(dish_code="S1", ingredient_code=c, grams=g) for c, g in (("chicken", 90), ("oil", 8))
        )
        session.add(RecipeLine(dish_code="V1", ingredient_code="oil", grams=5))
        session.add(Course(code="S1-1", dish_code="S1", position=1, name="主食", pick=1))
        session.add(Course(code="S1-2", dish_code="S1", position=2, name="小菜", pick=2))
        session.flush()
        for course, codes in (("S1-1", ("R1", "R2")), ("S1-2", ("V1", "V2", "V3", "V4"))):
            for rank, code in enumerate(codes, start=1):
                extra = 100 if code == "V4" else 0
                session.add(CourseOption(course_code=course, rank=rank, dish_code=code, extra_fen=extra))
        session.add(MenuEntry(kitchen_code="K1", service_day=MONDAY, meal=Meal.LUNCH, rank=3, dish_code="S1"))


@pytest.fixture
def town(database: Database) -> Database:
    found_town(database)
    add_set_meal(database)
    return database


def exclude(database: Database, elder: str, **diet: str) -> None:
    with database.write() as session:
        session.get_one(Elder, elder).sqlmodel_update(diet)


def order(
    database: Database, clock: StoppedClock, elder: str, dish: str | None = "S1", choices: tuple[str, ...] = ()
) -> MealOrder:
    placing = Placing(elder, OrderSource.PHONE, "desk")
    wish = Wish(MONDAY, Meal.LUNCH, Fulfilment.DINE_IN, dish, choices=choices)
    return place_order(database, placing, wish, clock=clock)


def chosen(database: Database, order_id: int | None) -> list[str]:
    with database.read() as session:
        return sorted(session.exec(select(OrderChoice.dish_code).where(OrderChoice.order_id == order_id)))


def swap(database: Database, clock: StoppedClock, dish: str, out: str, into: str | None) -> list[str]:
    found = swap_ingredient(database, K1, Swap(dish, out, into), reach=EVERYTHING, by="chef", clock=clock)
    return [one.elder_number for one in found]


def plan(database: Database, clock: StoppedClock) -> None:
    with database.read() as session:
        clock.instant = latest_cut_off(session, MONDAY, Meal.LUNCH)
    clock.advance(60)
    run_meal(MONDAY, Meal.LUNCH, Kitbag(database, clock, SETTINGS, "desk"))


def test_what_is_in_a_dish_follows_its_recipe_and_its_own_row(town: Database) -> None:
    with town.write() as session:
        session.get_one(Dish, "S1").contains = "sesame"
    with town.read() as session:
        menus = list_menus(session, MONDAY, Meal.LUNCH)
    assert menus["K1"][2].contains == {Ingredient.POULTRY, Ingredient.SESAME}
    assert menus["K2"][0].contains == {Ingredient.PORK, Ingredient.GLUTEN}


def test_a_swap_counts_for_its_kitchen_day_and_meal_alone(town: Database, clock: StoppedClock) -> None:
    swap(town, clock, "S1", "oil", "peanut-oil")
    with town.read() as session:
        assert Ingredient.PEANUT in list_menus(session, MONDAY, Meal.LUNCH)["K1"][2].contains
        assert Ingredient.PEANUT not in list_menus(session, MONDAY, Meal.LUNCH, swaps=False)["K1"][2].contains


def test_a_dish_that_clashes_for_that_days_swap_is_refused_at_the_counter(town: Database, clock: StoppedClock) -> None:
    exclude(town, "E01", excludes="peanut")
    swap(town, clock, "S1", "oil", "peanut-oil")
    with pytest.raises(InvalidError, match=r"花生.*样餐D1"):
        order(town, clock, "E01")
    with town.read() as session:
        offers = list_offers(session, session.get_one(Elder, "E01"), MONDAY, Meal.LUNCH)
        assert session.exec(select(MealOrder)).all() == []
    assert offers[2].clash is not None
    assert offers[2].clash.ingredients == (Ingredient.PEANUT,)


def test_what_is_left_out_no_longer_clashes(town: Database, clock: StoppedClock) -> None:
    exclude(town, "E01", excludes="poultry")
    with pytest.raises(InvalidError):
        order(town, clock, "E01")
    swap(town, clock, "S1", "chicken", None)
    assert order(town, clock, "E01").dish_code == "S1"


def test_a_swap_after_the_order_names_who_clashes_and_what_is_made_instead(town: Database, clock: StoppedClock) -> None:
    exclude(town, "E01", excludes="peanut")
    order(town, clock, "E01")
    order(town, clock, "E02")
    assert swap(town, clock, "S1", "oil", "peanut-oil") == ["E01"]
    with town.read() as session:
        [clash] = list_clashes(session, MONDAY, Meal.LUNCH)
        notices = session.exec(select(Notice).where(Notice.key == "notice.menu_clashes")).all()
    assert (clash.dish_code, clash.why, clash.instead_code) == ("S1", ("ingredient.peanut",), "D1")
    assert [notice.values["count"] for notice in notices] == [1]


def test_a_swap_taken_back_leaves_nobody_with_a_clash(town: Database, clock: StoppedClock) -> None:
    exclude(town, "E01", excludes="peanut")
    order(town, clock, "E01")
    swap(town, clock, "S1", "oil", "peanut-oil")
    assert take_swap_back(town, K1, "S1", "oil", reach=EVERYTHING, by="chef", clock=clock) == []
    with pytest.raises(NotFoundError):
        take_swap_back(town, K1, "S1", "oil", reach=EVERYTHING, by="chef", clock=clock)


def test_who_wished_for_nothing_is_named_only_where_the_swap_is_the_reason(town: Database, clock: StoppedClock) -> None:
    exclude(town, "E01", excludes="nuts")
    exclude(town, "E02", excludes="pork")
    with town.write() as session:
        session.add(RecipeLine(dish_code="D1", ingredient_code="oil", grams=5))
    order(town, clock, "E01", None)
    order(town, clock, "E02", None)
    assert swap(town, clock, "D1", "oil", "nuts") == ["E01"]


def test_a_swap_after_the_plan_names_the_boxes_that_are_wrong(town: Database, clock: StoppedClock) -> None:
    exclude(town, "E01", excludes="peanut")
    order(town, clock, "E01")
    plan(town, clock)
    swap(town, clock, "S1", "oil", "peanut-oil")
    with town.read() as session:
        [clash] = list_clashes(session, MONDAY, Meal.LUNCH)
    assert clash.is_planned


@pytest.mark.parametrize(
    ("dish", "out", "into"), [("S1", "soy-sauce", "oil"), ("S1", "oil", "oil"), ("S1", "oil", "unheard-of")]
)
def test_an_odd_swap_is_refused_and_changes_nothing(
    town: Database, clock: StoppedClock, dish: str, out: str, into: str
) -> None:
    with pytest.raises((InvalidError, NotFoundError)):
        swap(town, clock, dish, out, into)
    with town.read() as session:
        assert list_menus(session, MONDAY, Meal.LUNCH) == list_menus(session, MONDAY, Meal.LUNCH, swaps=False)


def test_a_kitchen_swaps_nothing_of_another_one(town: Database, clock: StoppedClock) -> None:
    with pytest.raises(NotAllowedError):
        swap_ingredient(town, K1, Swap("S1", "oil", None), reach=Reach(kitchen="K2"), by="chef", clock=clock)


def test_choices_are_kept_and_the_rest_is_the_first_that_fits(town: Database, clock: StoppedClock) -> None:
    exclude(town, "E02", excludes="soy gluten")
    exclude(town, "E03", dislikes="egg")
    assert chosen(town, order(town, clock, "E01", "S1", ("R2", "V3")).id) == ["R2", "V1", "V3"]
    assert chosen(town, order(town, clock, "E02").id) == ["R1", "V1", "V3"]
    assert chosen(town, order(town, clock, "E03", "S1", ("V4",)).id) == ["R1", "V1", "V4"]


@pytest.mark.parametrize("choices", [("V1", "V2", "V3"), ("D2",), ("R1", "R2"), ("V1", "V1"), ("nothing",)])
def test_choices_that_are_too_many_or_none_of_the_set_are_refused(
    town: Database, clock: StoppedClock, choices: tuple[str, ...]
) -> None:
    with pytest.raises(InvalidError) as refusal:
        order(town, clock, "E01", "S1", choices)
    assert refusal.value.say("zh") != refusal.value.say("en")
    with town.read() as session:
        assert session.exec(select(MealOrder)).all() == []


def test_a_choice_that_clashes_is_refused_and_others_are_named(town: Database, clock: StoppedClock) -> None:
    exclude(town, "E01", excludes="peanut")
    with pytest.raises(InvalidError, match=r"配V4.*花生.*配V1"):
        order(town, clock, "E01", "S1", ("V4",))


def test_choices_of_a_cancelled_order_are_gone_with_the_next(town: Database, clock: StoppedClock) -> None:
    first = order(town, clock, "E01", "S1", ("V3", "V4"))
    cancel_order(town, first.id or 0, by="desk", clock=clock)
    again = order(town, clock, "E01", "S1", ("V1", "V2"))
    assert (again.id, chosen(town, again.id)) == (first.id, ["R1", "V1", "V2"])


def test_the_price_of_an_order_is_that_of_its_day_with_what_its_choices_add(
    town: Database, clock: StoppedClock
) -> None:
    placed = [order(town, clock, "E01", "S1", ("V4",)), order(town, clock, "E02"), order(town, clock, "E03", None)]
    with town.read() as session:
        assert [sold(session, one).price_fen for one in placed] == [1600, 1500, 1300]


def test_choices_reach_the_plan_the_count_the_batch_and_the_labels(town: Database, clock: StoppedClock) -> None:
    exclude(town, "E03", excludes="peanut")
    exclude(town, "E10", excludes="poultry gluten")
    for elder, choices in (("E01", ("R2", "V4")), ("E02", ()), ("E03", ("V2", "V3"))):
        order(town, clock, elder, "S1", choices)
    plan(town, clock)
    with town.read() as session:
        parts = session.exec(select(PlannedPart.dish_code).order_by(PlannedPart.dish_code)).all()
        planned = session.exec(select(PlannedOrder).where(PlannedOrder.dish_code == "S1")).all()
        papers = {paper.kind: paper for paper in session.exec(select(Paper).where(Paper.subject == "K1"))}
    assert list(parts) == ["R1", "R1", "R2", "V1", "V1", "V2", "V2", "V3", "V4"]
    [count] = read_content(papers[PaperKind.KITCHEN_COUNT])
    [line] = [one for one in count.lines if one.dish_id == "S1"]  # type: ignore[union-attr]
    assert (line.portions, line.picks) == (len(planned), 3)
    assert {part.dish_id: part.portions for part in line.parts} == {
        "R1": 2,
        "R2": 1,
        "V1": 2,
        "V2": 2,
        "V3": 1,
        "V4": 1,
    }
    [sheet] = [one for one in read_content(papers[PaperKind.BATCH_SHEET]) if one.dish == "自选套餐"]  # type: ignore[union-attr]
    assert sum(part.portions for part in sheet.parts) == 9  # type: ignore[union-attr]
    labels = read_content(papers[PaperKind.BOX_LABELS])
    dishes = {one.dish: one.avoid for one in labels if "自选套餐" in one.dish}  # type: ignore[union-attr]
    assert dishes == {
        "自选套餐＋配R2＋配V1＋配V4": (),
        "自选套餐＋配R1＋配V1＋配V2": (),
        "自选套餐＋配R1＋配V2＋配V3": ("peanut",),
    }


def test_a_swap_is_seen_by_the_plan_and_on_the_label(town: Database, clock: StoppedClock) -> None:
    exclude(town, "E01", excludes="peanut")
    order(town, clock, "E01")
    swap(town, clock, "S1", "oil", "peanut-oil")
    plan(town, clock)
    with town.read() as session:
        [mine] = session.exec(select(PlannedOrder).where(PlannedOrder.instead_of == "S1")).all()
        [paper] = session.exec(select(Paper).where(Paper.kind == PaperKind.BOX_LABELS, Paper.subject == "K1")).all()
    assert mine.dish_code == "D1"
    [label] = [one for one in read_content(paper) if one.label == mine.label]  # type: ignore[union-attr]
    assert label.avoid == ("peanut",)  # type: ignore[union-attr]


def test_a_dish_taken_off_can_no_longer_be_ordered_and_the_next_is_the_usual_one(
    town: Database, clock: StoppedClock
) -> None:
    off = Entry(1, "D1", is_offered=False)
    change_entry(town, K1, off, reach=EVERYTHING, by="chef", clock=clock)
    with town.read() as session:
        offers = list_offers(session, session.get_one(Elder, "E01"), MONDAY, Meal.LUNCH)
        assert session.get_one(MenuEntry, ("K1", MONDAY, Meal.LUNCH, 1)).state == EntryState.TAKEN_OFF
    assert [offer.dish_code for offer in offers] == ["D2", "S1"]
    placed = order(town, clock, "E01", None)
    with town.read() as session:
        assert session.get_one(MealOrder, placed.id).dish_code is None
        assert list_offers(session, session.get_one(Elder, "E02"), MONDAY, Meal.LUNCH)[0].left == 59


@pytest.mark.parametrize("entry", [Entry(0, "D1"), Entry(4, "D1", capacity_meals=-1), Entry(4, "D1"), Entry(4, "D9")])
def test_an_odd_change_of_a_menu_is_refused(town: Database, clock: StoppedClock, entry: Entry) -> None:
    with pytest.raises((InvalidError, ConflictError, NotFoundError)):
        change_entry(town, K1, entry, reach=EVERYTHING, by="chef", clock=clock)
    with town.read() as session:
        assert session.get(MenuEntry, ("K1", MONDAY, Meal.LUNCH, entry.rank)) is None


def test_neither_a_closed_nor_a_past_menu_is_changed(town: Database, clock: StoppedClock) -> None:
    plan(town, clock)
    with pytest.raises(ConflictError):
        change_entry(town, K1, Entry(4, "R1"), reach=EVERYTHING, by="chef", clock=clock)
    past = Slot("K1", date(2026, 11, 19), Meal.LUNCH)
    with pytest.raises(InvalidError):
        change_entry(town, past, Entry(1, "D1"), reach=EVERYTHING, by="chef", clock=clock)
