"""The mark on a lid (盖码): what is in a box, written at the pan before any label is near it.

A label says what should be in a box. The mark says what is: whoever fills it copies the number on the pan and, with a
set meal, a letter for each side dish. Two people who wrote them apart must agree before a box leaves, so that a label
on another dish's box is seen without opening it.
"""

from __future__ import annotations

from collections.abc import Collection

from kitchens.meals import Dish


def lid_mark(batch_code: str, letters: str = "") -> str:
    """Return the mark of a box out of a batch: `02`, or `02BD` with the letters of what goes with it."""
    return f"{batch_code.rsplit('-', 1)[-1]}{letters}"


def letters_of(dish: Dish, parts: Collection[str]) -> str:
    """Return a letter for each part of a set meal: its place among all options of the dish, course after course.

    Raises
    ------
    ValueError
        If a part is no option of the dish, or there are more options than letters.
    """
    options = [option.dish_id for course in dish.courses for option in course.options]
    unknown = sorted(set(parts) - set(options))
    if unknown:
        raise ValueError(f"expected parts of {dish.dish_id}, got {', '.join(unknown)}")
    if len(options) > ord("Z") - ord("A") + 1:
        raise ValueError(f"expected at most 26 options in {dish.dish_id}, got {len(options)}")
    return "".join(chr(ord("A") + at) for at, option in enumerate(options) if option in parts)
