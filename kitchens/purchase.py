"""What goes into a pot and what has to be bought: recipes times portions, and the retained sample of every pot.

Of every finished food of every meal a sample is kept (留样, 125 g by the rules in force), and that is cooked on top of
what is eaten. Grams are rounded up for each pot, so that the sum of the pots is what has to be bought.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from kitchens.facts import RecipeFacts
from kitchens.meals import Meal

Recipes = Mapping[tuple[str, str], Sequence[RecipeFacts]]
"""What a kitchen makes a dish of, by (kitchen, dish), swaps of the day in it."""


@dataclass(frozen=True, slots=True)
class Pot:
    """A dish that is made so many times over at once; `pots` of them with a sample each."""

    kitchen_id: str
    dish_id: str
    portions: int
    pots: int = 1

    def __post_init__(self) -> None:
        if self.portions < 0 or self.pots < 0:
            raise ValueError(f"{self.dish_id}: expected no negative portions or pots")


@dataclass(frozen=True, slots=True)
class MealNeed:
    """What one meal asks of the kitchens; `is_planned` is false while orders may still come or go."""

    service_day: date
    meal: Meal
    pots: tuple[Pot, ...]
    recipes: Recipes
    is_planned: bool


@dataclass(frozen=True, slots=True)
class Purchase:
    """Grams of one ingredient that one kitchen needs over some days, and how much of that each day."""

    kitchen_id: str
    ingredient_id: str
    name: str
    grams: int
    by_day: tuple[tuple[date, int], ...]


@dataclass(frozen=True, slots=True)
class Purchases:
    """What is bought, the most first in each kitchen, and what dishes (kitchen, dish) nobody knows a recipe of."""

    lines: tuple[Purchase, ...]
    unknown: tuple[tuple[str, str], ...]


def pot_g(recipe: Sequence[RecipeFacts], pot: Pot, sample_g: int) -> dict[str, int]:
    """Return the grams of each ingredient in a pot, with its sample; nothing for a pot that nobody eats from."""
    if not pot.portions:
        return {}
    portion_g = sum(line.grams for line in recipe)
    grams: dict[str, int] = defaultdict(int)
    for line in recipe:
        # The sample is a part of the finished food like any other: each ingredient has its share of it.
        grams[line.ingredient_id] += line.grams * pot.portions - (-line.grams * sample_g * pot.pots // portion_g)
    return dict(grams)


def purchases(needs: Iterable[MealNeed], sample_g: int) -> Purchases:
    """Return what the kitchens need for some meals together."""
    by_day: dict[tuple[str, str], dict[date, int]] = defaultdict(lambda: defaultdict(int))
    names: dict[str, str] = {}
    unknown: dict[tuple[str, str], None] = {}
    for need in needs:
        for pot in need.pots:
            recipe = need.recipes.get((pot.kitchen_id, pot.dish_id), ())
            if pot.portions and not recipe:
                unknown[pot.kitchen_id, pot.dish_id] = None
            names |= {line.ingredient_id: line.name for line in recipe}
            for ingredient, grams in pot_g(recipe, pot, sample_g).items():
                by_day[pot.kitchen_id, ingredient][need.service_day] += grams
    lines = [
        Purchase(kitchen, ingredient, names[ingredient], sum(days.values()), tuple(sorted(days.items())))
        for (kitchen, ingredient), days in by_day.items()
    ]
    return Purchases(
        tuple(sorted(lines, key=lambda one: (one.kitchen_id, -one.grams, one.ingredient_id))), tuple(sorted(unknown))
    )
