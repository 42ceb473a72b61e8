"""What all papers say alike: their head, days, times, textures, and what a box must not hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from functools import cache

from kitchens.codes import short_code
from kitchens.meals import Ingredient, Limit, Texture
from kitchens.papers import PaperHead
from service.clock import ZONE, hh_mm
from service.printing.qr import qr_svg
from service.texts import Key, catalogue, text

Sheet = dict[str, object]
PREFIX = "sheet."
TELLS_A_DIAGNOSIS = frozenset({Limit.RENAL})


@cache
def sheet_words(language: str) -> Mapping[str, str]:
    """Return the fixed words of all papers, by the key that the templates use."""
    return {key.removeprefix(PREFIX): words for key, words in catalogue(language).items() if key.startswith(PREFIX)}


def say(language: str, key: str, **values: object) -> str:
    """Return a paper's sentence."""
    return text(language, PREFIX + key, **values)


def head_of(head: PaperHead, language: str, *, place: str, subject: str, is_on_road: bool = False) -> Sheet:
    """Return the head and foot of a paper: `place` is the kitchen or meal point, `subject` the run or batch.

    Only a paper `is_on_road` shows travel times, and so the mark that they are estimates.
    """
    return {
        "title": text(language, head.title),
        "place": place,
        "subject": subject,
        "day": day_words(language, head.service_day),
        "meal": text(language, f"meal.{head.meal}"),
        "plan": say(language, "plan", plan=head.plan_number, version=head.version),
        "marks": _marks(head, language, is_on_road=is_on_road),
        "confidential": say(language, "confidential", place=place) if head.is_confidential else "",
        "printed": say(language, "printed", at=instant_words(head.printed_at), by=head.printed_by),
        "code": head.code,
        "short": short_code(head.code),
        "qr": qr_svg(head.code),
    }


def _marks(head: PaperHead, language: str, *, is_on_road: bool) -> list[str]:
    marks = [say(language, "estimated")] if head.is_estimated and is_on_road else []
    if head.holds_in > head.version:
        marks.append(say(language, "holds_in", version=head.holds_in))
    if head.copy > 1:
        marks.append(say(language, "copy", number=head.copy))
    if head.reprint:
        marks.append(say(language, "reprinted", reason=Key(f"reprint.{head.reprint}")))
    return marks


def day_words(language: str, day: date) -> str:
    """Return a day with its weekday."""
    month = say(language, f"month.{day.month}")
    weekday = text(language, f"weekday.{day.isoweekday()}")
    return say(language, "day", year=day.year, month=month, day=day.day, weekday=weekday)


def instant_words(instant: datetime) -> str:
    """Return an instant as the wall clock in the kitchen shows it."""
    return f"{instant.astimezone(ZONE):%Y-%m-%d %H:%M}"


def later_words(day: date, seconds_s: int) -> str:
    """Return a time that may lie days after `day`, `11-25 09:30`."""
    return f"{day + timedelta(days=seconds_s // 86_400):%m-%d} {hh_mm(seconds_s % 86_400)}"


def texture_words(language: str, texture: Texture) -> str:
    """Return a texture."""
    return text(language, f"texture.{texture}")


def limit_words(language: str, limits: Iterable[Limit]) -> str:
    """Return limits as the stove needs them."""
    return " · ".join(text(language, f"limit.{limit}") for limit in limits)


def contains_words(language: str, ingredients: Iterable[str]) -> str:
    """Return what a dish contains."""
    return _list(language, [text(language, f"ingredient.{one}") for one in ingredients])


def avoid_words(language: str, avoid: Iterable[str], *, for_kitchen: bool = False) -> str:
    """Return what must not be in a box, as one line.

    Outside the kitchen a limit that names an illness reads "special diet": a label is read by everybody.
    """
    words = list(avoid)
    banned = [text(language, f"ingredient.{word}") for word in words if word in set(Ingredient)]
    parts = [say(language, "no", what=_list(language, banned))] if banned else []
    for word in words:
        if word in set(Limit):
            hidden = word in TELLS_A_DIAGNOSIS and not for_kitchen
            parts.append(say(language, "special_diet") if hidden else text(language, f"limit.{word}"))
        elif word not in set(Ingredient):
            parts.append(say(language, f"avoid.{word}"))
    return " · ".join(parts)


def caution_words(language: str, cautions: Iterable[str]) -> str:
    """Return what to be careful about, as one line."""
    return " · ".join(text(language, f"caution.{one}") for one in cautions)


def fact(language: str, key: str, value: object) -> Sheet:
    """Return a labelled figure."""
    return {"label": say(language, key), "value": str(value)}


def _list(language: str, words: list[str]) -> str:
    return ("、" if language == "zh" else ", ").join(words)
