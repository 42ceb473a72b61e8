from hypothesis import given
from hypothesis import strategies as st

from kitchens.clash import Choice, Clash, choose_dish, find_clash
from kitchens.meals import HARDNESS, Diet, Dish, Ingredient, Limit, Texture
from tests.kitchens.towns import CHICKEN, CONGEE, PORK, TOFU, kitchen, order


def chosen(diet: Diet, *menu: Dish, wish: str | None = None) -> Choice:
    choice = choose_dish(order(1, diet=diet, dish=wish), kitchen(menu=menu))
    assert isinstance(choice, Choice)
    return choice


def test_without_a_wish_the_usual_dish_is_made_as_it_is() -> None:
    assert chosen(Diet(), PORK, CHICKEN) == Choice("D-pork", Texture.REGULAR)


def test_the_wished_dish_comes_before_the_menu() -> None:
    assert chosen(Diet(), PORK, CHICKEN, wish="D-chicken") == Choice("D-chicken", Texture.REGULAR)


def test_a_forbidden_ingredient_moves_on_to_the_next_dish_and_says_what_clashed() -> None:
    choice = chosen(Diet(excludes=frozenset({Ingredient.PORK})), PORK, CHICKEN)
    assert (choice.dish_id, choice.instead_of) == ("D-chicken", "D-pork")
    assert choice.clash is not None
    assert choice.clash.words() == ("pork",)


def test_every_limit_must_be_kept() -> None:
    choice = chosen(Diet(limits=frozenset({Limit.LOW_SALT, Limit.LOW_SUGAR})), PORK, CONGEE, TOFU)
    assert (choice.dish_id, choice.instead_of) == ("D-tofu", "D-pork")
    assert choice.clash is not None
    assert choice.clash.words() == ("low_salt", "low_sugar")


def test_the_hardest_allowed_texture_is_made() -> None:
    assert chosen(Diet(texture=Texture.SOFT), TOFU).texture is Texture.SOFT
    assert chosen(Diet(texture=Texture.MINCED), TOFU).texture is Texture.MINCED


def test_a_texture_order_never_gets_a_default_dish_that_is_too_hard() -> None:
    choice = chosen(Diet(texture=Texture.PUREED), PORK, CHICKEN, CONGEE)
    assert (choice.dish_id, choice.texture, choice.instead_of) == ("D-congee", Texture.PUREED, "D-pork")
    assert isinstance(choose_dish(order(1, diet=Diet(texture=Texture.PUREED)), kitchen(menu=[PORK, CHICKEN])), Clash)


def test_a_softer_texture_than_allowed_is_served_where_nothing_harder_is_made() -> None:
    assert chosen(Diet(), CONGEE).texture is Texture.PUREED


def test_something_disliked_is_avoided_if_another_dish_fits() -> None:
    choice = chosen(Diet(dislikes=frozenset({Ingredient.PORK})), PORK, CHICKEN)
    assert (choice.dish_id, choice.instead_of) == ("D-chicken", "D-pork")
    assert choice.clash is not None
    assert choice.clash.words() == ("pork",)


def test_something_disliked_is_served_if_nothing_else_fits() -> None:
    assert chosen(Diet(dislikes=frozenset({Ingredient.PORK})), PORK) == Choice("D-pork", Texture.REGULAR)


def test_who_asks_for_something_disliked_gets_it() -> None:
    choice = chosen(Diet(dislikes=frozenset({Ingredient.PORK})), CHICKEN, PORK, wish="D-pork")
    assert choice == Choice("D-pork", Texture.REGULAR)


def test_a_wish_that_is_not_on_the_menu_is_replaced_and_named() -> None:
    choice = chosen(Diet(), PORK, wish="D-duck")
    assert (choice.dish_id, choice.instead_of) == ("D-pork", "D-duck")
    assert choice.clash is not None
    assert choice.clash.words() == ("not_on_menu",)


def test_no_dish_gives_a_reason_for_each_of_them() -> None:
    diet = Diet(texture=Texture.SOFT, excludes=frozenset({Ingredient.SOY}), limits=frozenset({Limit.RENAL}))
    clash = choose_dish(order(1, diet=diet), kitchen(menu=[PORK, TOFU]))
    assert isinstance(clash, Clash)
    assert clash.words() == "D-pork:renal,texture D-tofu:soy,renal"


def test_an_empty_menu_fits_nobody() -> None:
    assert choose_dish(order(1), kitchen(menu=[])) == Clash(())


diets = st.builds(
    Diet,
    texture=st.sampled_from(Texture),
    limits=st.frozensets(st.sampled_from(Limit), max_size=2),
    excludes=st.frozensets(st.sampled_from(Ingredient), max_size=4),
    dislikes=st.frozensets(st.sampled_from(Ingredient), max_size=4),
)
dishes = st.builds(
    Dish,
    dish_id=st.sampled_from("abcdef"),
    name=st.just("dish"),
    contains=st.frozensets(st.sampled_from(Ingredient), max_size=4),
    textures=st.frozensets(st.sampled_from(Texture), min_size=1),
    keeps=st.frozensets(st.sampled_from(Limit)),
)
menus = st.lists(dishes, max_size=5, unique_by=lambda dish: dish.dish_id)


def may_be_eaten(diet: Diet, dish: Dish) -> bool:
    soft = any(HARDNESS[texture] <= HARDNESS[diet.texture] for texture in dish.textures)
    return soft and not diet.excludes & dish.contains and diet.limits <= dish.keeps


@given(diets, menus, st.none() | st.sampled_from("abcdef"))
def test_nobody_gets_what_they_must_not_eat_and_nobody_goes_without_if_something_fits(
    diet: Diet, menu: list[Dish], wish: str | None
) -> None:
    choice = choose_dish(order(1, diet=diet, dish=wish), kitchen(menu=menu))
    fitting = {dish.dish_id: dish for dish in menu if may_be_eaten(diet, dish)}
    if isinstance(choice, Clash):
        assert not fitting
        return
    dish = fitting[choice.dish_id]
    allowed = [texture for texture in dish.textures if HARDNESS[texture] <= HARDNESS[diet.texture]]
    assert HARDNESS[choice.texture] == max(HARDNESS[texture] for texture in allowed)
    assert choice.texture in dish.textures
    assert (choice.instead_of is None) == (choice.dish_id == (wish or menu[0].dish_id))
    if wish in fitting:
        assert choice.dish_id == wish
    else:
        least = min(len(diet.dislikes & other.contains) for other in fitting.values())
        assert len(diet.dislikes & dish.contains) == least


@given(diets, dishes)
def test_a_clash_is_hard_exactly_where_the_dish_must_not_be_eaten(diet: Diet, dish: Dish) -> None:
    clash = find_clash(diet, dish)
    assert (clash is not None and clash.is_hard) == (not may_be_eaten(diet, dish))
