"""What is eaten: meals of the day, textures, limits, exclusions, dishes, and what an elder may eat.

A diet has three independent axes: texture (ordered, never served above what is allowed), therapeutic limits, and
exclusions (allergen and religion hard, dislike soft).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Meal(StrEnum):
    """餐次."""

    BREAKFAST = "breakfast"
    LUNCH = "lunch"
    DINNER = "dinner"


class Texture(StrEnum):
    """质构, from the hardest to the softest; IDDSI level in the value's comment (IDDSI framework 2.0, 2019)."""

    REGULAR = "regular"  # IDDSI 7
    SOFT = "soft"  # IDDSI 6, or 7 easy to chew
    MINCED = "minced"  # IDDSI 5
    PUREED = "pureed"  # IDDSI 4


HARDNESS = {Texture.REGULAR: 7, Texture.SOFT: 6, Texture.MINCED: 5, Texture.PUREED: 4}


class Limit(StrEnum):
    """治疗限制."""

    LOW_SALT = "low_salt"
    LOW_SUGAR = "low_sugar"
    LOW_PURINE = "low_purine"
    LOW_FAT = "low_fat"
    RENAL = "renal"


class Ingredient(StrEnum):
    """What a dish may contain that somebody must not or will not eat."""

    PORK = "pork"
    BEEF = "beef"
    POULTRY = "poultry"
    FISH = "fish"
    SHELLFISH = "shellfish"
    EGG = "egg"
    MILK = "milk"
    SOY = "soy"
    PEANUT = "peanut"
    NUTS = "nuts"
    GLUTEN = "gluten"
    SESAME = "sesame"
    MUSHROOM = "mushroom"
    OFFAL = "offal"


class Fulfilment(StrEnum):
    """How the elder takes the meal: eats at the meal point, has it fetched there, or gets it at the door."""

    DINE_IN = "dine_in"
    PICK_UP = "pick_up"
    HOME = "home"


class ProvisionMode(StrEnum):
    """供餐方式: the six ways of 穗民规字〔2024〕3号, article 5."""

    OWN_KITCHEN = "own_kitchen"
    UNIT_CANTEEN = "unit_canteen"
    ENTERPRISE = "enterprise"
    RESTAURANT = "restaurant"
    CARE_HOME = "care_home"
    MUTUAL_AID = "mutual_aid"


@dataclass(frozen=True, slots=True)
class Diet:
    """What one elder may eat: the hardest texture, the limits to keep, what to leave out, what to avoid if possible."""

    texture: Texture = Texture.REGULAR
    limits: frozenset[Limit] = frozenset()
    excludes: frozenset[Ingredient] = frozenset()
    dislikes: frozenset[Ingredient] = frozenset()


@dataclass(frozen=True, slots=True)
class Dish:
    """A set meal on today's menu: what is in it, in which textures it can be made, which limits it keeps."""

    dish_id: str
    name: str
    contains: frozenset[Ingredient] = frozenset()
    textures: frozenset[Texture] = field(default_factory=lambda: frozenset({Texture.REGULAR}))
    keeps: frozenset[Limit] = frozenset()
