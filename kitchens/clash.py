"""What somebody must not eat, against what is on the menu: the dish that fits, or why none does.

Texture, limits and exclusions are hard. A dislike is soft: it moves somebody who made no wish of their own to another
dish if there is one, and never costs anybody the meal. A softer texture than allowed is safe, a harder one never. A set
meal with courses fits where enough of each course fits.
"""

from __future__ import annotations

from dataclasses import dataclass

from kitchens.meals import HARDNESS, Course, Diet, Dish, Ingredient, Limit, Texture
from kitchens.plan import Part
from kitchens.problem import Kitchen, Order

TEXTURE_WORD = "texture"
NOT_ON_MENU_WORD = "not_on_menu"
COURSE_WORD = "course"


@dataclass(frozen=True, slots=True)
class DishClash:
    """Why one dish is not for one diet; `dislikes` alone do not forbid it.

    `courses` are those of which too little may be eaten.
    """

    dish_id: str
    ingredients: tuple[Ingredient, ...] = ()
    limits: tuple[Limit, ...] = ()
    texture: bool = False
    dislikes: tuple[Ingredient, ...] = ()
    on_menu: bool = True
    courses: tuple[str, ...] = ()

    @property
    def is_hard(self) -> bool:
        """Return whether the dish must not be served."""
        return bool(self.ingredients or self.limits or self.texture or self.courses or not self.on_menu)

    def words(self) -> tuple[str, ...]:
        """Return what clashes as machine words: ingredients, limits, texture, and dislikes where nothing hard does."""
        if not self.on_menu:
            return (NOT_ON_MENU_WORD,)
        texture = (TEXTURE_WORD,) if self.texture else ()
        hard = (*self.ingredients, *self.limits, *texture, *((COURSE_WORD,) if self.courses else ()))
        return tuple(str(word) for word in hard or self.dislikes)


@dataclass(frozen=True, slots=True)
class Choice:
    """The dish that is made, and in which texture.

    `instead_of` is the wished or usual dish where another one is made, `clash` what spoke against that dish; `parts` is
    what goes with it in its courses.
    """

    dish_id: str
    texture: Texture
    instead_of: str | None = None
    clash: DishClash | None = None
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Clash:
    """No dish of the kitchen fits; one reason for each dish that was looked at, the wished one first."""

    dishes: tuple[DishClash, ...]

    def words(self) -> str:
        """Return the reasons in one line, such as `D1:pork,low_salt D2:texture`."""
        return " ".join(f"{dish.dish_id}:{','.join(dish.words())}" for dish in self.dishes)


def allowed_texture(diet: Diet, dish: Dish) -> Texture | None:
    """Return the hardest texture that the dish can be made in and the diet allows, None if there is none."""
    most = HARDNESS[diet.texture]
    allowed = [texture for texture in dish.textures if HARDNESS[texture] <= most]
    return max(allowed, key=lambda texture: HARDNESS[texture], default=None)


def find_clash(diet: Diet, dish: Dish) -> DishClash | None:
    """Return what speaks against a dish, hard or soft, None if nothing does."""
    clash = DishClash(
        dish_id=dish.dish_id,
        ingredients=tuple(sorted(diet.excludes & dish.contains)),
        limits=tuple(sorted(diet.limits - dish.keeps)),
        texture=allowed_texture(diet, dish) is None,
        dislikes=tuple(sorted(diet.dislikes & dish.contains)),
        courses=tuple(one.course_id for one in dish.courses if len(fitting_options(diet, one)) < one.pick),
    )
    return clash if clash.is_hard or clash.dislikes else None


def may_eat(diet: Diet, dish: Dish) -> bool:
    """Return whether nothing hard speaks against a dish."""
    clash = find_clash(diet, dish)
    return clash is None or not clash.is_hard


def fitting_options(diet: Diet, course: Course) -> tuple[Dish, ...]:
    """Return what may be eaten of a course, in its order but the disliked last."""
    fitting = [dish for dish in course.options if may_eat(diet, dish)]
    return tuple(sorted(fitting, key=lambda dish: len(diet.dislikes & dish.contains)))


def choose_parts(diet: Diet, dish: Dish, wished: tuple[str, ...]) -> tuple[Part, ...]:
    """Return what goes with a set meal: the wished options that may be eaten, and the first that fit for the rest.

    An option that clashes is never made, wished or not.

    Raises
    ------
    ValueError
        If too little of a course may be eaten; then the dish clashes.
    """
    parts: list[Part] = []
    for course in dish.courses:
        fitting = fitting_options(diet, course)
        asked = sorted(fitting, key=lambda one: one.dish_id not in wished)
        if len(fitting) < course.pick:
            raise ValueError(f"expected {course.pick} of course {course.course_id} to fit, got {len(fitting)}")
        chosen = {one.dish_id for one in asked[: course.pick]}
        parts += (_part(diet, course, one) for one in course.options if one.dish_id in chosen)
    return tuple(parts)


def _part(diet: Diet, course: Course, dish: Dish) -> Part:
    return Part(course.course_id, dish.dish_id, _texture(diet, dish))


def choose_dish(order: Order, kitchen: Kitchen) -> Choice | Clash:
    """Return the dish that `kitchen` makes for `order`, or why it can make none."""
    return choose_from(kitchen.menu, order.diet, order.dish_id, order.choices)


def choose_from(
    menu: tuple[Dish, ...], diet: Diet, dish_id: str | None, choices: tuple[str, ...] = ()
) -> Choice | Clash:
    """Return the dish of a menu that is made for a diet and a wish, or why none can be.

    The wished dish is made if it may be eaten, liked or not: who asks for a dish gets it. Otherwise the menu is gone
    through in its order; a dish without anything disliked is taken before one with, and fewer before more.
    """
    first = dish_id or (menu[0].dish_id if menu else None)
    against: dict[str, DishClash] = {}
    if first is not None and all(dish.dish_id != first for dish in menu):
        against[first] = DishClash(first, on_menu=False)
    fitting: list[Dish] = []
    for dish in sorted(menu, key=lambda dish: dish.dish_id != first):
        clash = find_clash(diet, dish)
        if clash is not None:
            against[dish.dish_id] = clash
        if clash is None or not clash.is_hard:
            fitting.append(dish)
    if not fitting:
        return Clash(tuple(against.values()))
    best = fitting[0]
    if dish_id is None or best.dish_id != dish_id:
        best = min(fitting, key=lambda dish: _disliked(against.get(dish.dish_id)))
    texture, parts = _texture(diet, best), choose_parts(diet, best, choices)
    if best.dish_id == first or first is None:
        return Choice(best.dish_id, texture, parts=parts)
    return Choice(best.dish_id, texture, instead_of=first, clash=against.get(first), parts=parts)


def _disliked(clash: DishClash | None) -> int:
    return len(clash.dislikes) if clash else 0


def _texture(diet: Diet, dish: Dish) -> Texture:
    texture = allowed_texture(diet, dish)
    if texture is None:
        raise ValueError(f"expected dish {dish.dish_id} in a texture not above {diet.texture}")
    return texture
