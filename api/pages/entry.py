"""Coming in and going out: login, console ticket, first password, language, logout."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.deps import LANGUAGE_COOKIE, SESSION_COOKIE, HouseDep, LoginDep, VisitorDep, language_of
from api.pages.forms import BackForm, go_to, own_path
from api.pages.render import page
from service.access import (
    LIFETIME,
    SHORTEST_PASSWORD,
    NotLoggedInError,
    TooManyTriesError,
    change_password,
    log_in,
    log_out,
    set_language,
    use_ticket,
)
from service.errors import InvalidError
from service.texts import LANGUAGES

router = APIRouter(include_in_schema=False)
LANGUAGE_S = 365 * 24 * 3600

NameForm = Annotated[str, Form(max_length=100)]
PasswordForm = Annotated[str, Form(max_length=300)]


@router.get("/login")
def show_login(request: Request, visitor: VisitorDep, next: str = "/") -> HTMLResponse:  # noqa: A002  its public name
    """Show the login form."""
    return page(request, "login.html", login=visitor, next=own_path(next), name="", wrong="")


@router.post("/login")
def do_login(
    request: Request,
    house: HouseDep,
    visitor: VisitorDep,
    name: NameForm,
    password: PasswordForm,
    next: BackForm = "/",  # noqa: A002  its public name
) -> Response:
    """Log in, or show the form again with the reason."""
    try:
        token = log_in(house.database, name, password, house.clock)
    except (NotLoggedInError, TooManyTriesError) as error:
        said = error.say(language_of(request, visitor))
        status = 429 if isinstance(error, TooManyTriesError) else 401
        return page(
            request, "login.html", login=None, status=status, next=own_path(next), name=name.strip(), wrong=said
        )
    return with_session(go_to(next), request, token)


@router.get("/ticket/{ticket}")
def show_ticket(request: Request, ticket: str) -> HTMLResponse:
    """Show one button: a link alone logs nobody in."""
    return page(request, "ticket.html", login=None, ticket=ticket)


@router.post("/ticket/{ticket}")
def do_ticket(request: Request, house: HouseDep, ticket: str) -> Response:
    """Turn the console's ticket into a session."""
    return with_session(go_to("/"), request, use_ticket(house.database, ticket, house.clock))


@router.get("/password")
def show_password(request: Request, login: LoginDep) -> HTMLResponse:
    """Show the form that changes one's own password."""
    return page(request, "password.html", login=login, wrong="", shortest=SHORTEST_PASSWORD)


@router.post("/password")
def do_password(
    request: Request, house: HouseDep, login: LoginDep, current: PasswordForm, new: PasswordForm, again: PasswordForm
) -> Response:
    """Change one's own password and log in anew with it."""
    try:
        if new != again:
            raise InvalidError("access.password_repeat")
        change_password(house.database, login.name, current, new, house.clock)
    except (NotLoggedInError, TooManyTriesError, InvalidError) as error:
        said = error.say(login.language)
        return page(request, "password.html", login=login, status=422, wrong=said, shortest=SHORTEST_PASSWORD)
    return with_session(go_to("/"), request, log_in(house.database, login.name, new, house.clock))


@router.post("/logout")
def do_logout(request: Request, house: HouseDep) -> Response:
    """End the session."""
    log_out(house.database, request.cookies.get(SESSION_COOKIE, ""))
    answer = go_to("/login")
    answer.delete_cookie(SESSION_COOKIE)
    return answer


@router.post("/language")
def do_language(
    request: Request, house: HouseDep, visitor: VisitorDep, language: NameForm, back: BackForm = "/"
) -> Response:
    """Keep the language for this user, and in a cookie for this browser's login page."""
    if language not in LANGUAGES:
        raise InvalidError("access.language_unfit", languages=LANGUAGES)
    if visitor is not None:
        set_language(house.database, visitor.name, language)
    answer = go_to(back)
    answer.set_cookie(
        LANGUAGE_COOKIE,
        language,
        max_age=LANGUAGE_S,
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )
    return answer


@router.post("/session/seen", status_code=204)
def do_seen(login: LoginDep) -> Response:
    """Keep the session alive while somebody works on a page that only reads."""
    del login
    return Response(status_code=204)


def with_session(answer: RedirectResponse, request: Request, token: str) -> RedirectResponse:
    """Give the browser its session cookie: no script reads it, no other site sends it along with a write."""
    answer.set_cookie(
        SESSION_COOKIE,
        token,
        max_age=int(LIFETIME.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )
    return answer
