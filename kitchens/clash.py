"""What somebody must not eat, against what is on the menu: the dish that fits, or why none does.

Texture, limits and exclusions are hard. A dislike is soft: it moves somebody who made no wish of their own to another
dish if there is one, and never costs anybody the meal. A softer texture than allowed is safe, a harder one never.
"""

from __future__ import annotations

from dataclasses import dataclass

from kitchens.meals import HARDNESS, Diet, Dish, Ingredient, Limit, Texture
from kitchens.problem import Kitchen, Order

TEXTURE_WORD = "texture"
NOT_ON_MENU_WORD = "not_on_menu"


@dataclass(frozen=True, slots=True)
class DishClash:
    """Why one dish is not for one diet; `dislikes` alone do not forbid it."""

    dish_id: str
    ingredients: tuple[Ingredient, ...] = ()
    limits: tuple[Limit, ...] = ()
    texture: bool = False
    dislikes: tuple[Ingredient, ...] = ()
    on_menu: bool = True

    @property
    def is_hard(self) -> bool:
        """Return whether the dish must not be served."""
        return bool(self.ingredients or self.limits or self.texture or not self.on_menu)

    def words(self) -> tuple[str, ...]:
        """Return what clashes as machine words: ingredients, limits, texture, and dislikes where nothing hard does."""
        if not self.on_menu:
            return (NOT_ON_MENU_WORD,)
        hard = (*self.ingredients, *self.limits, *((TEXTURE_WORD,) if self.texture else ()))
        return tuple(str(word) for word in hard or self.dislikes)


@dataclass(frozen=True, slots=True)
class Choice:
    """The dish that is made, and in which texture.

    `instead_of` is the wished or usual dish where another one is made, `clash` what spoke against that dish.
    """

    dish_id: str
    texture: Texture
    instead_of: str | None = None
    clash: DishClash | None = None


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
    )
    return clash if clash.is_hard or clash.dislikes else None


def choose_dish(order: Order, kitchen: Kitchen) -> Choice | Clash:
    """Return the dish that `kitchen` makes for `order`, or why it can make none.

    The wished dish is made if it may be eaten, liked or not: who asks for a dish gets it. Otherwise the menu is gone
    through in its order; a dish without anything disliked is taken before one with, and fewer before more.
    """
    first = order.dish_id or (kitchen.menu[0].dish_id if kitchen.menu else None)
    against: dict[str, DishClash] = {}
    if first is not None and all(dish.dish_id != first for dish in kitchen.menu):
        against[first] = DishClash(first, on_menu=False)
    fitting: list[Dish] = []
    for dish in sorted(kitchen.menu, key=lambda dish: dish.dish_id != first):
        clash = find_clash(order.diet, dish)
        if clash is not None:
            against[dish.dish_id] = clash
        if clash is None or not clash.is_hard:
            fitting.append(dish)
    if not fitting:
        return Clash(tuple(against.values()))
    best = fitting[0]
    if order.dish_id is None or best.dish_id != order.dish_id:
        best = min(fitting, key=lambda dish: _disliked(against.get(dish.dish_id)))
    return _choice(order.diet, best, first, against)


def _disliked(clash: DishClash | None) -> int:
    return len(clash.dislikes) if clash else 0


def _choice(diet: Diet, dish: Dish, first: str | None, against: dict[str, DishClash]) -> Choice:
    texture = allowed_texture(diet, dish)
    if texture is None:
        raise ValueError(f"expected dish {dish.dish_id} in a texture not above {diet.texture}")
    if dish.dish_id == first or first is None:
        return Choice(dish.dish_id, texture)
    return Choice(dish.dish_id, texture, instead_of=first, clash=against.get(first))
