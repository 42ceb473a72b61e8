"""Invented people: names, ages, diets and doors. Nobody here is anybody.

A given name begins with 例 ("example") or 样 ("sample"), which no parents choose, so that a name reads like a name on
a label and cannot be taken for a real person's. Telephone numbers use blocks that are not handed out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import TypeVar

T = TypeVar("T")

REFERENCE_YEAR = 2026
"""Ages are counted in this year."""

SHARE_60_69 = 0.5358
SHARE_80_PLUS = 302_400 / 2_129_200
"""Shares of the people of 60 and more in Guangzhou in 2024 (municipal office for ageing, 2025)."""

SURNAMES = tuple("陈李黄张梁林王吴刘何罗谢冯邓曾彭蔡潘苏叶郑卢许杨周徐曹余欧区麦莫关简霍谭黎邱温骆")
FIRST = ("例", "样")
SECOND = tuple("安和宁康福春秋梅松兰菊竹荷莲云霞月星晴雪泉溪山石禾谷丰园芳圆")

SPECIAL_DIETS: tuple[tuple[int, str, str, str], ...] = (
    (70, "soft", "", ""),
    (24, "minced", "", ""),
    (10, "pureed", "", ""),
    (14, "soft", "low_salt", ""),
    (3, "minced", "low_sugar", ""),
    (30, "regular", "low_salt", ""),
    (26, "regular", "low_sugar", ""),
    (10, "regular", "low_salt low_sugar", ""),
    (14, "regular", "low_purine", ""),
    (8, "regular", "low_fat", ""),
    (10, "regular", "", "pork"),
    (10, "regular", "", "beef"),
    (8, "regular", "", "shellfish"),
    (3, "regular", "", "peanut"),
    (2, "regular", "", "egg"),
    (2, "soft", "", "fish shellfish"),
    (2, "regular", "", "gluten"),
    (8, "regular", "", "pork beef poultry fish shellfish egg offal"),
)
"""How many elders have which texture, limits and exclusions: about one in six, as special meals are reported."""

UNMET_DIET = ("pureed", "renal", "")
"""A diet that no dish of the sample meets: the elder must show up as left out, with the reason."""

DISLIKES = ("mushroom", "offal", "fish", "beef", "egg", "milk")
DOOR_NOTES = (
    "敲门声音要大，听力不好",
    "开门慢，请多等两分钟",
    "饭盒放门边凳子上",
    "先打电话再上楼",
    "电梯要刷卡，请找门岗",
    "腿脚不便，请送到桌上",
    "狗不咬人，请关好铁门",
)


@dataclass(frozen=True, slots=True)
class Diet:
    """Words of a diet as the elder's row holds them."""

    texture: str = "regular"
    limits: str = ""
    excludes: str = ""
    dislikes: str = ""


def drawing(seed: int, *topics: object) -> Random:
    """Return the draws of one topic: each has its own, so that one more elder does not move the vans."""
    return Random(":".join(str(part) for part in (seed, *topics)))  # noqa: S311 - a made-up town, not a secret


def pick(draw: Random, choices: Sequence[T]) -> T:
    """Return one of `choices`. Only `random()` is used: its sequence is the same in every Python."""
    return choices[int(draw.random() * len(choices))]


def shuffled(draw: Random, things: Sequence[T]) -> list[T]:
    """Return the things in random order."""
    return [thing for _, _, thing in sorted((draw.random(), i, thing) for i, thing in enumerate(things))]


def sample_name(draw: Random) -> str:
    """Return a name that is visibly a sample."""
    return pick(draw, SURNAMES) + pick(draw, FIRST) + pick(draw, SECOND)


def sample_phone(block: int, number: int) -> str:
    """Return the `number`-th telephone of an invented block, such as 199-0001-0042."""
    return f"199-{block:04d}-{number:04d}"


def birth_years(draw: Random, count: int) -> list[int]:
    """Return `count` years of birth, 60 to 99 years old, in the city's shares of age, in random order."""
    old = round(count * SHARE_80_PLUS)
    young = round(count * SHARE_60_69)
    ages = [80 + int(20 * draw.random() ** 2) for _ in range(old)]
    ages += [60 + int(10 * draw.random()) for _ in range(young)]
    ages += [70 + int(10 * draw.random()) for _ in range(count - old - young)]
    return [REFERENCE_YEAR - age for age in shuffled(draw, ages)]


def diets(draw: Random, years: Sequence[int]) -> list[Diet]:
    """Return a diet for each year of birth; special ones go to the older more often, dislikes to a few."""
    found = [Diet(dislikes=pick(draw, DISLIKES) if draw.random() < 0.06 else "") for _ in years]
    by_need = sorted(range(len(years)), key=lambda i: draw.random() * (years[i] - REFERENCE_YEAR + 110))
    special = [diet for count, *diet in SPECIAL_DIETS for _ in range(count)]
    for i, (texture, limits, excludes) in zip(by_need, shuffled(draw, special), strict=False):
        found[i] = Diet(texture, limits, excludes)
    return found
