"""Where somebody is registered, lives or eats: city, district, street, compared whatever way they are written.

`广州`, `广州市` and `Guangzhou` are one place. The names in Latin letters and the codes of GB/T 2260 that are
understood stand in `words.toml`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache

from service.subsidies.words import other_names

CHINESE_ENDINGS = ("街道办事处", "街道", "新区", "区", "市", "镇", "乡", "县")
LATIN_ENDINGS = ("subdistrict", "sub-district", "district", "street", "city", "town")
SHORTEST_NAME = 2


class Level(StrEnum):
    """How wide a place is."""

    CITY = "city"
    DISTRICT = "district"
    STREET = "street"


DEPTHS = {Level.CITY: 1, Level.DISTRICT: 2, Level.STREET: 3}


@dataclass(frozen=True, slots=True)
class Place:
    """A place named from the city down; "" where a name is not known.

    Raises
    ------
    ValueError
        If a street is named without its district, or a district without its city: such a place could be anywhere.
    """

    city: str = ""
    district: str = ""
    street: str = ""
    keys: tuple[str, ...] = field(init=False, repr=False, compare=False, default=())

    def __post_init__(self) -> None:
        """Refuse a place with a hole in it; find what its names are compared by, once."""
        if (self.street and not self.district) or (self.district and not self.city):
            raise ValueError(f"expected a place named from the city down, got {self}")
        names = (self.city, self.district, self.street)
        object.__setattr__(self, "keys", tuple(key_of(name) for name in names if name))

    def lies_in(self, area: Place) -> bool:
        """Return whether this place is known to lie in `area`: every name that `area` has is the same here."""
        return self.keys[: len(area.keys)] == area.keys

    def is_same(self, other: Place, level: Level) -> bool:
        """Return whether both are known to lie in one city, district or street."""
        depth = DEPTHS[level]
        return len(self.keys) >= depth and self.keys[:depth] == other.keys[:depth]

    def is_known_to(self, level: Level) -> bool:
        """Return whether the name at `level` is known."""
        return len(self.keys) >= DEPTHS[level]

    @property
    def narrowest(self) -> str:
        """The last name that is known: `正果镇`."""
        return self.street or self.district or self.city

    @property
    def level(self) -> Level:
        """The level of the last name that is known; a place without a name counts as a city."""
        return Level.STREET if self.street else Level.DISTRICT if self.district else Level.CITY


@lru_cache(maxsize=4096)
def place_named(city: str, district: str = "", street: str = "") -> Place:
    """Return a place; in a district the same few are named over and over."""
    return Place(city, district, street)


@lru_cache(maxsize=4096)
def key_of(name: str) -> str:
    """Return what a name is compared by: without `市`, `区`, `街道` …, and in Chinese where `words.toml` knows it."""
    given = "".join(name.split()).casefold()
    known = other_names("place").get(given)
    if known is not None:
        return known
    for ending in (*CHINESE_ENDINGS, *LATIN_ENDINGS):
        if given.endswith(ending) and len(given) - len(ending) >= SHORTEST_NAME:
            given = given.removesuffix(ending)
            break
    return other_names("place").get(given, given)
