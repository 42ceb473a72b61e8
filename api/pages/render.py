"""From values to HTML: the one template environment, its words, and the page that says what went wrong."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache, partial
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from api.access import Operation, may
from api.bodies.problems import Problem
from api.deps import get_house, language_of
from service.access import Login
from service.clock import ZONE, hh_mm, local_day
from service.subsidies import yuan
from service.tables import Notice
from service.texts import Key, catalogue, text

FOLDER = Path(__file__).resolve().parents[1]
STATIC = FOLDER / "static"


@cache
def environment() -> Environment:
    """Return the template environment: everything escaped, an unknown name an error."""
    made = Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["static"] = static_address
    made.globals["Operation"] = Operation
    made.filters["hhmm"] = hh_mm
    made.filters["at"] = local_time
    made.filters["local_day"] = local_day
    made.filters["count"] = grouped
    made.filters["km"] = kilometres
    made.filters["yuan"] = yuan
    made.filters["minutes"] = whole_minutes
    return made


def page(
    request: Request,
    template: str,
    *,
    login: Login | None,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    language: str | None = None,
    **values: Any,
) -> HTMLResponse:
    """Return a template filled in, in the visitor's language unless another one is given."""
    language = language or language_of(request, login)
    now = get_house(request).clock.now()
    known = {
        "_": partial(_said, language),
        "_has": catalogue(language).__contains__,
        "language": language,
        "login": login,
        "may": partial(may, login),
        "path": request.url.path,
        "now": now,
        "day_name": partial(day_name, language),
        "notice_text": partial(notice_text, language),
        "moment": partial(moment, language, now),
    }
    html = environment().get_template(template).render(**known, **values)
    return HTMLResponse(html, status_code=status, headers=dict(headers or {}))


def error_page(request: Request, status: int, problem: Problem, headers: Mapping[str, str] | None) -> HTMLResponse:
    """Return the page that says what was refused, in the visitor's language and beneath in the other."""
    login: Login | None = getattr(request.state, "login", None)
    language = language_of(request, login)
    first, second = (problem.zh, problem.en) if language == "zh" else (problem.en, problem.zh)
    return page(
        request, "error.html", login=login, status=status, headers=headers, code=status, sentence=first, other=second
    )


def static_address(file: str) -> str:
    """Return the address of a static file; its content's hash lets browsers keep it until it changes."""
    return f"/static/{file}?v={_fingerprint(file)}"


def local_time(instant: datetime) -> str:
    """Return an instant as wall-clock time, `11:42`."""
    return f"{instant.astimezone(ZONE):%H:%M}"


def moment(language: str, now: datetime, instant: datetime) -> str:
    """Return an instant as a person would say it now: its time today, with its date on any other day."""
    day = local_day(instant)
    if day == local_day(now):
        return local_time(instant)
    month = text(language, f"pages.month.{day.month}")
    return text(language, "pages.moment", month=month, day=day.day, at=local_time(instant))


def grouped(number: int) -> str:
    """Return a count with its thousands parted: `1,250`."""
    return f"{number:,}"


def kilometres(metres: int) -> str:
    """Return metres as kilometres with one decimal: `12.3`."""
    return f"{metres / 1000:,.1f}"


def whole_minutes(seconds_s: int) -> int:
    """Return seconds as whole minutes, rounded to the nearest."""
    return round(seconds_s / 60)


def day_name(language: str, day: date) -> str:
    """Return a date with its weekday: `11月23日 星期一`, `Monday 23 Nov`."""
    weekday = text(language, f"weekday.{day.isoweekday()}")
    month = text(language, f"pages.month.{day.month}")
    return text(language, "pages.day", weekday=weekday, month=month, day=day.day)


def notice_text(language: str, notice: Notice) -> str:
    """Return a notice's sentence; values that name a text (`reason.no_van`) are read as that text."""
    texts = catalogue(language)

    def said(value: object) -> object:
        if isinstance(value, list):
            return [said(one) for one in value]
        return Key(value) if isinstance(value, str) and value in texts else value

    return text(language, notice.key, **{name: said(value) for name, value in notice.values.items()})


def _said(language: str, key: str, **values: object) -> str:
    return text(language, key, **values)


@cache
def _fingerprint(file: str) -> str:
    return hashlib.sha256((STATIC / file).read_bytes()).hexdigest()[:12]
