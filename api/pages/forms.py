"""What page handlers share: the meal that is asked for, and where to go back to."""

from __future__ import annotations

from typing import Annotated

from fastapi import Form, Query
from fastapi.responses import RedirectResponse

from api.deps import ServiceDay
from kitchens.meals import Meal

DayQuery = Annotated[ServiceDay | None, Query(description="Service day; without it the day that matters most now")]
MealQuery = Annotated[Meal | None, Query(description="Meal; without it lunch, or the day's first")]
BackForm = Annotated[str, Form(max_length=300)]


def own_path(wanted: str, fallback: str = "/") -> str:
    """Return `wanted` if it is a path of ours: it begins with one slash, and nothing makes it another host's."""
    if wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and wanted.isprintable():
        return wanted
    return fallback


def go_to(path: str) -> RedirectResponse:
    """Answer a form: see the page at `path`, whose reload repeats nothing."""
    return RedirectResponse(own_path(path), status_code=303)
