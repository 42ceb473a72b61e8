"""Log in and out over JSON."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from api.bodies.session import LoginIn, LoginOut
from api.deps import SESSION_COOKIE, HouseDep, LoginDep
from api.errors import problems
from service.access import LIFETIME, NotLoggedInError, find_login, log_in, log_out

router = APIRouter(prefix="/api/session", tags=["session"])


@router.post("", summary="Log in", responses=problems(401, 422, 429))
def log_in_here(request: Request, response: Response, house: HouseDep, body: LoginIn) -> LoginOut:
    """Check name and password and set the session cookie.

    After five wrong passwords for one name within a quarter of an hour the answer is 429 with Retry-After.
    """
    token = log_in(house.database, body.name, body.password, house.clock)
    with house.database.read() as session:
        login = find_login(session, token, house.clock.now())
    if login is None:
        raise NotLoggedInError("access.wrong_login")
    response.set_cookie(
        SESSION_COOKIE,
        token,
        max_age=int(LIFETIME.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )
    return LoginOut(name=login.name, role=login.role, scope=login.scope, must_change=login.must_change)


@router.get("", summary="Who is logged in", responses=problems(401))
def show_login(login: LoginDep) -> LoginOut:
    """Return the login behind the cookie."""
    return LoginOut(name=login.name, role=login.role, scope=login.scope, must_change=login.must_change)


@router.delete("", summary="Log out", status_code=204, responses=problems())
def log_out_here(request: Request, house: HouseDep) -> Response:
    """End the session; without one nothing happens."""
    log_out(house.database, request.cookies.get(SESSION_COOKIE, ""))
    answer = Response(status_code=204)
    answer.delete_cookie(SESSION_COOKIE)
    return answer
