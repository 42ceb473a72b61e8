"""How a refusal looks from outside: its status, a JSON body for programs, a page for people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException
from starlette.types import Scope

from api.bodies.problems import FieldProblem, Problem
from api.deps import MustChangeError
from api.pages.render import error_page
from service.access import NotLoggedInError, TooManyTriesError
from service.errors import (
    ConflictError,
    ForgottenError,
    InvalidError,
    NotAllowedError,
    NotFoundError,
    NuanfanError,
    StorageError,
)
from service.texts import text

STATUS: tuple[tuple[type[NuanfanError], int], ...] = (
    (TooManyTriesError, 429),
    (NotLoggedInError, 401),
    (NotAllowedError, 403),
    (NotFoundError, 404),
    (ConflictError, 409),
    (InvalidError, 422),
    (ForgottenError, 500),
    (StorageError, 503),
)
RETRY_AFTER_S = 5
MOST_BODY_BYTES = 256 * 1024
SHOWN_CHARACTERS = 60
API = "/api/"
HTTP_KEYS = {404: "access.unknown_page", 405: "access.wrong_method", 413: "access.too_large"}
DESCRIPTIONS = {
    400: "Malformed JSON",
    401: "Nobody is logged in",
    403: "This role may not do it, or it is not its own",
    404: "It is not there",
    409: "Not now: closed, doubled, or settled already",
    413: "The body is too large",
    422: "Something does not fit",
    429: "Too many tries",
    503: "The database cannot take it now; try again",
}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the documentation of the refusals that an endpoint may answer with."""
    return {status: {"model": Problem, "description": DESCRIPTIONS[status]} for status in (*statuses, 503)}


def register(app: FastAPI) -> None:
    """Let every refusal leave the application as what it is."""
    app.add_exception_handler(NuanfanError, _refusal)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _broken)


def foreign_origin(scope: Scope) -> Response:
    """Return the refusal of a write that did not come from our own pages."""
    return _answer(Request(scope), 403, _problem("access.foreign_origin", {}))


def too_large(scope: Scope) -> Response:
    """Return the refusal of a body that is larger than anything we take."""
    return _answer(Request(scope), 413, _problem("access.too_large", {"most": MOST_BODY_BYTES}))


def _refusal(request: Request, error: Exception) -> Response:
    if not isinstance(error, NuanfanError):
        raise error
    headers = {}
    if isinstance(error, StorageError):
        headers["Retry-After"] = str(RETRY_AFTER_S)
    if isinstance(error, TooManyTriesError):
        headers["Retry-After"] = str(error.retry_after_s)
    if not _wants_json(request) and isinstance(error, (NotLoggedInError, MustChangeError)):
        return _elsewhere(request, "/password" if isinstance(error, MustChangeError) else "/login")
    status = next(status for kind, status in STATUS if isinstance(error, kind))
    problem = Problem(
        key=error.key,
        zh=error.say("zh"),
        en=error.say("en"),
        values={name: _plain(value) for name, value in error.values.items()},
    )
    return _answer(request, status, problem, headers)


def _elsewhere(request: Request, path: str) -> Response:
    """Send the browser to a page it must pass first; a fragment that htmx asked for cannot be that page."""
    if request.headers.get("HX-Request"):
        return Response(status_code=401, headers={"HX-Redirect": path})
    back = f"?next={quote(request.url.path)}" if request.method == "GET" and path == "/login" else ""
    return RedirectResponse(path + back, status_code=303)


def _invalid(request: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise error
    # Whatever was sent to log in may hold the password, in whatever field or shape.
    is_secret = request.url.path == "/api/session"
    found = [{**one, "input": ""} if is_secret else one for one in error.errors()]
    if any(one["type"] == "json_invalid" for one in found):
        return _answer(request, 400, _problem("access.not_json", {}))
    said = {language: "; ".join(_sentence(language, one) for one in found) for language in ("zh", "en")}
    problem = Problem(
        key="access.invalid",
        zh=text("zh", "access.invalid", problems=said["zh"]),
        en=text("en", "access.invalid", problems=said["en"]),
        fields=[FieldProblem(where=_where(one), expected=_expected(one), came=_came(one)) for one in found],
    )
    return _answer(request, 422, problem)


def _http(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    values = {"path": request.url.path, "method": request.method, "most": MOST_BODY_BYTES, "status": error.status_code}
    key = HTTP_KEYS.get(error.status_code, "access.refused")
    headers = dict(error.headers or {})
    return _answer(request, error.status_code, _problem(key, values), headers)


def _broken(request: Request, error: Exception) -> Response:
    """Answer for a defect of ours; the server logs the exception itself."""
    del error
    return _answer(request, 500, _problem("access.broken", {}))


def _problem(key: str, values: dict[str, Any]) -> Problem:
    return Problem(key=key, zh=text("zh", key, **values), en=text("en", key, **values), values=values)


def _answer(request: Request, status: int, problem: Problem, headers: dict[str, str] | None = None) -> Response:
    if _wants_json(request):
        return JSONResponse(problem.model_dump(mode="json"), status_code=status, headers=headers)
    return error_page(request, status, problem, headers)


def _wants_json(request: Request) -> bool:
    return request.url.path.startswith(API)


def _plain(value: object) -> object:
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    return value if isinstance(value, (str, int, float, bool)) else str(value)


def _sentence(language: str, found: dict[str, Any]) -> str:
    kind = found["type"]
    if kind == "missing":
        name = "missing"
    elif kind == "extra_forbidden":
        name = "extra"
    elif kind in {"enum", "literal_error"}:
        name = "choice"
    elif kind.startswith(("date_", "datetime_", "timezone_")):
        name = "date" if kind.startswith("date_") else "instant"
    elif kind.startswith(("int_", "float_", "greater_", "less_")):
        name = "number"
    else:
        name = "length" if "too_long" in kind or "too_short" in kind else "other"
    return text(language, f"access.invalid.{name}", where=_where(found), expected=_expected(found), came=_came(found))


def _where(found: dict[str, Any]) -> str:
    places: Sequence[object] = found["loc"]
    return ".".join(str(place) for place in places).encode("utf-8", "replace").decode()


def _expected(found: dict[str, Any]) -> str:
    limits = found.get("ctx", {})
    if "expected" in limits:
        return str(limits["expected"])
    return ", ".join(f"{name}={value}" for name, value in limits.items() if isinstance(value, (int, str)))


def _came(found: dict[str, Any]) -> str:
    if found["type"] == "missing" or "password" in _where(found):
        return ""
    came = str(found.get("input", "")).encode("utf-8", "replace").decode()
    return came if len(came) <= SHOWN_CHARACTERS else came[:SHOWN_CHARACTERS] + "…"
