"""Three axes and set meals with courses: what is chosen, what falls back, and what never does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kitchens.clash import Choice, Clash, choose_from, choose_parts, find_clash, may_eat
from kitchens.meals import (
    HARDNESS,
    IDDSI_LEVELS,
    Course,
    Diet,
    Dish,
    Ingredient,
    Limit,
    Texture,
    texture_of_iddsi,
)

RICE, BUN = Dish("rice", "白米饭"), Dish("bun", "馒头", frozenset({Ingredient.GLUTEN}))
GREENS, EGG = Dish("greens", "菜心"), Dish("egg", "蒸水蛋", frozenset({Ingredient.EGG}))
NUTS = Dish("nuts", "花生菠菜", frozenset({Ingredient.PEANUT}))
STAPLE, SIDES = Course("staple", 1, (RICE, BUN)), Course("sides", 2, (GREENS, EGG, NUTS))
SET = Dish("set", "自选套餐", courses=(STAPLE, SIDES))
USUAL = Dish("usual", "常规餐", frozenset({Ingredient.PORK}))


def parts(diet: Diet, *wished: str) -> list[str]:
    return [part.dish_id for part in choose_parts(diet, SET, wished)]


def test_what_is_not_chosen_is_the_first_that_fits_and_the_disliked_last() -> None:
    assert parts(Diet()) == ["rice", "greens", "egg"]
    assert parts(Diet(dislikes=frozenset({Ingredient.EGG}))) == ["rice", "greens", "nuts"]
    assert parts(Diet(dislikes=frozenset({Ingredient.EGG})), "egg") == ["rice", "greens", "egg"]


def test_a_choice_that_clashes_is_never_made_wished_or_not() -> None:
    diet = Diet(excludes=frozenset({Ingredient.GLUTEN, Ingredient.PEANUT}))
    assert parts(diet, "bun", "nuts") == ["rice", "greens", "egg"]


def test_a_set_of_which_too_little_may_be_eaten_clashes_and_another_dish_is_made() -> None:
    diet = Diet(excludes=frozenset({Ingredient.EGG, Ingredient.PEANUT}))
    clash = find_clash(diet, SET)
    assert clash is not None
    assert (clash.is_hard, clash.courses, clash.words()) == (True, ("sides",), ("course",))
    choice = choose_from((SET, USUAL), diet, "set")
    assert isinstance(choice, Choice)
    assert (choice.dish_id, choice.instead_of, choice.parts) == ("usual", "set", ())


def test_a_course_with_fewer_options_than_are_to_be_chosen_fits_nobody() -> None:
    assert not may_eat(Diet(), Dish("odd", "缺菜套餐", courses=(Course("c", 2, (RICE,)),)))
    with pytest.raises(ValueError, match="at least 1"):
        Course("c", 0, (RICE,))


def test_each_texture_has_its_iddsi_levels_and_is_found_by_them() -> None:
    assert IDDSI_LEVELS == {
        Texture.REGULAR: ("7",),
        Texture.SOFT: ("6", "7-EC"),
        Texture.MINCED: ("5",),
        Texture.PUREED: ("4",),
    }
    for texture, levels in IDDSI_LEVELS.items():
        assert {texture_of_iddsi(level) for level in levels} == {texture}
        assert min(int(level[0]) for level in levels) == HARDNESS[texture]
    with pytest.raises(ValueError, match="IDDSI"):
        texture_of_iddsi("3")


dishes = st.builds(
    Dish,
    dish_id=st.sampled_from(["a", "b", "c", "d"]),
    name=st.just("菜"),
    contains=st.frozensets(st.sampled_from(list(Ingredient)), max_size=3),
    textures=st.frozensets(st.sampled_from(list(Texture)), min_size=1),
    keeps=st.frozensets(st.sampled_from(list(Limit))),
)
menus = st.lists(dishes, max_size=4, unique_by=lambda dish: dish.dish_id).map(tuple)
diets = st.builds(
    Diet,
    texture=st.sampled_from(list(Texture)),
    limits=st.frozensets(st.sampled_from(list(Limit)), max_size=2),
    excludes=st.frozensets(st.sampled_from(list(Ingredient)), max_size=3),
    dislikes=st.frozensets(st.sampled_from(list(Ingredient)), max_size=3),
)


@given(menus, diets, st.sampled_from([None, "a", "b"]))
def test_a_texture_order_never_falls_back_to_a_default_dish(
    menu: tuple[Dish, ...], diet: Diet, wish: str | None
) -> None:
    made = choose_from(menu, diet, wish)
    fits = [dish for dish in menu if any(HARDNESS[one] <= HARDNESS[diet.texture] for one in dish.textures)]
    if isinstance(made, Clash):
        assert not any(may_eat(diet, dish) for dish in menu)
        return
    assert made.dish_id in {dish.dish_id for dish in fits}
    assert HARDNESS[made.texture] <= HARDNESS[diet.texture]


@given(menus, diets)
def test_what_is_excluded_is_hard_and_what_is_disliked_costs_nobody_the_meal(
    menu: tuple[Dish, ...], diet: Diet
) -> None:
    made = choose_from(menu, diet, None)
    liking = Diet(diet.texture, diet.limits, diet.excludes)
    assert isinstance(made, Clash) == isinstance(choose_from(menu, liking, None), Clash)
    if isinstance(made, Choice):
        dish = next(one for one in menu if one.dish_id == made.dish_id)
        assert not dish.contains & diet.excludes
        assert diet.limits <= dish.keeps
