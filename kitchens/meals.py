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


IDDSI_SOURCE = (
    "IDDSI framework 2.0 (2019); 普通 7, 软食 6 or 7 easy to chew, 碎食 5, 糊状 4: inferred, domain facts 3.10, 3.11"
)
IDDSI_LEVELS = {
    Texture.REGULAR: ("7",),
    Texture.SOFT: ("6", "7-EC"),
    Texture.MINCED: ("5",),
    Texture.PUREED: ("4",),
}
"""Level of the International Dysphagia Diet Standardisation Initiative for each texture, the softest first.

Level 7 regular and 7-EC easy to chew, 6 soft and bite-sized (at most 1.5 cm), 5 minced and moist (at most 4 mm), 4
puréed. Liquids (levels 3 to 0) are no texture of a dish: nobody who needs thickened drinks is served without a person
having looked.
"""

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


def texture_of_iddsi(level: str) -> Texture:
    """Return the hardest texture that an IDDSI level allows, such as minced for "5".

    Raises
    ------
    ValueError
        If it is no level of foods that a kitchen makes (7, 7-EC, 6, 5, 4).
    """
    for texture, levels in IDDSI_LEVELS.items():
        if level in levels:
            return texture
    known = " ".join(level for levels in IDDSI_LEVELS.values() for level in levels)
    raise ValueError(f"expected an IDDSI level of {known}, got {level!r}")


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


class StationKind(StrEnum):
    """灶位: what a kitchen cooks on."""

    WOK = "wok"
    STEAMER = "steamer"
    OVEN = "oven"
    COLD = "cold"


class Capability(StrEnum):
    """What a kitchen can do beyond ordinary cooking: a halal line, one free of allergens, soft and smooth textures."""

    HALAL = "halal"
    ALLERGEN_FREE = "allergen_free"
    PUREE = "puree"


class Outage(StrEnum):
    """What is out when a kitchen fails: the whole of it, its stations of one kind, or one dish."""

    KITCHEN = "kitchen"
    STATION = "station"
    DISH = "dish"


@dataclass(frozen=True, slots=True)
class Diet:
    """What one elder may eat: the hardest texture, the limits to keep, what to leave out, what to avoid if possible."""

    texture: Texture = Texture.REGULAR
    limits: frozenset[Limit] = frozenset()
    excludes: frozenset[Ingredient] = frozenset()
    dislikes: frozenset[Ingredient] = frozenset()


@dataclass(frozen=True, slots=True)
class Dish:
    """A set meal on today's menu: what is in it, in which textures it can be made, which limits it keeps.

    What is chosen in its `courses` comes on top: `contains` is what everybody gets of it. `station` is what it is
    cooked on; None where nobody has said: on whatever is hot. `spare_percent` are the portions on top, None for the
    usual share.

    Raises
    ------
    ValueError
        If the spare is negative.
    """

    dish_id: str
    name: str
    contains: frozenset[Ingredient] = frozenset()
    textures: frozenset[Texture] = field(default_factory=lambda: frozenset({Texture.REGULAR}))
    keeps: frozenset[Limit] = frozenset()
    courses: tuple[Course, ...] = ()
    station: StationKind | None = None
    spare_percent: int | None = None

    def __post_init__(self) -> None:
        if self.spare_percent is not None and self.spare_percent < 0:
            raise ValueError(f"dish {self.dish_id}: expected no negative spare, got {self.spare_percent} %")


@dataclass(frozen=True, slots=True)
class Course:
    """A part of a set meal of which exactly `pick` are chosen, each another one; the first that fit are the usual.

    A course with fewer options than that fits nobody.

    Raises
    ------
    ValueError
        If none is to be chosen.
    """

    course_id: str
    pick: int
    options: tuple[Dish, ...]

    def __post_init__(self) -> None:
        if self.pick < 1:
            raise ValueError(f"course {self.course_id}: expected to pick at least 1, got {self.pick}")
