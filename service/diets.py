"""Diets at the counter: a dish that somebody must not eat is refused when it is ordered, and another one is named.

Three axes, none of which falls back to a default dish: texture, therapeutic limits, exclusions. What somebody only
dislikes is theirs to choose. Of a set meal each choice is held against the diet too.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlmodel import Session

from kitchens import meals
from kitchens.clash import DishClash, choose_parts, find_clash, fitting_options, may_eat
from kitchens.plan import Part
from service.errors import InvalidError
from service.menus.dishes import words
from service.menus.of_day import day_menus
from service.tables import Elder
from service.texts import Key

DIET = (Elder.texture, Elder.limits, Elder.excludes, Elder.dislikes)
"""What `diet_of` reads of an elder's row."""


def diet_of(elder: Elder) -> meals.Diet:
    """Return what an elder may eat."""
    return meals.Diet(
        texture=meals.Texture(elder.texture),
        limits=words(meals.Limit, elder.limits),
        excludes=words(meals.Ingredient, elder.excludes),
        dislikes=words(meals.Ingredient, elder.dislikes),
    )


def refuse_clashing(
    session: Session,
    elder: Elder,
    service_day: date,
    meal: meals.Meal,
    dish_code: str | None,
    kitchen_code: str | None,
    choices: Sequence[str] = (),
) -> tuple[Part, ...]:
    """Refuse a dish that the elder must not eat, or any order where nothing on that day's menus is for the elder.

    The dish is held against what the elder's own kitchen cooks it with that day, or the kitchens that have it. The
    replacement that is named comes from the own kitchen if that has one. Without any menu yet nothing is known and
    nothing refused, but for choices: there is nothing to choose from.

    Returns
    -------
    tuple[Part, ...]
        What goes with a set meal that was named or chosen from: the choices, and for the rest the first that fit.

    Raises
    ------
    InvalidError
        Then, with what clashes and the dish to order instead; or if a choice is none of the dish, too many are made of
        a course, or one clashes.
    """
    diet, menus = diet_of(elder), day_menus(session, service_day, meal).dishes
    if not menus:
        _refuse_unknown_choices((), choices)
        return ()
    own = menus.get(kitchen_code or "", ())
    others = [dish for code, menu in menus.items() if code != kitchen_code for dish in menu]
    instead = next((dish for dish in (*own, *others) if may_eat(diet, dish)), None)
    if instead is None:
        raise InvalidError("error.nothing_fits", elder=elder.number, day=service_day)
    cooked = [dish for dish in own if dish.dish_id == dish_code] or [d for d in others if d.dish_id == dish_code]
    wished = next((dish for dish in cooked if may_eat(diet, dish)), cooked[0] if cooked else None)
    clash = find_clash(diet, wished) if wished is not None else None
    if wished is not None and clash is not None and clash.is_hard:
        raise InvalidError(
            "error.dish_clash", elder=elder.number, dish=wished.name, why=said(clash), instead=instead.name
        )
    if dish_code is None and not choices:
        return ()
    return _chosen(elder, diet, wished if dish_code is not None else next(iter(own), None), tuple(choices))


def _chosen(elder: Elder, diet: meals.Diet, dish: meals.Dish | None, choices: tuple[str, ...]) -> tuple[Part, ...]:
    """Return what goes with a dish; every choice must be one that can be made and eaten."""
    courses = dish.courses if dish is not None else ()
    _refuse_unknown_choices(courses, choices)
    for course in courses:
        chosen = [option for option in course.options if option.dish_id in choices]
        if len(chosen) > course.pick:
            raise InvalidError("error.choice_count", pick=course.pick, chosen=[one.name for one in chosen])
        for option in chosen:
            clash = find_clash(diet, option)
            if clash is not None and clash.is_hard:
                others = [one.name for one in fitting_options(diet, course)]
                raise InvalidError(
                    "error.dish_clash",
                    elder=elder.number,
                    dish=option.name,
                    why=said(clash),
                    instead=others or [Key("clash.nothing")],
                )
    return () if dish is None or not may_eat(diet, dish) else choose_parts(diet, dish, choices)


def _refuse_unknown_choices(courses: Sequence[meals.Course], choices: Sequence[str]) -> None:
    known = {option.dish_id for course in courses for option in course.options}
    wrong = [one for one in choices if one not in known]
    if wrong or len(set(choices)) != len(choices):
        raise InvalidError("error.choice_unknown", choices=wrong or list(choices))


def said(clash: DishClash) -> list[Key]:
    """Return what speaks against a dish, as keys of words."""
    return [
        *(Key(f"ingredient.{one}") for one in clash.ingredients),
        *(Key(f"clash.not.{one}") for one in clash.limits),
        *([Key("clash.texture")] if clash.texture else []),
        *([Key("clash.course")] if clash.courses else []),
    ]
