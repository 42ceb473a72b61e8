"""What an endpoint may ask for: the house it runs in, and who is asking."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import Depends, Request
from fastapi.concurrency import run_in_threadpool
from pydantic import Field

from api.access import Operation, may
from service.access import Login, NotLoggedInError, extend_session
from service.clock import Clock
from service.db import Database
from service.errors import NotAllowedError
from service.settings import Settings
from service.texts import LANGUAGES, Key
from service.visiting import ask_login, visitors_of

SESSION_COOKIE = "nuanfan_session"
LANGUAGE_COOKIE = "nuanfan_language"
READS = frozenset({"GET", "HEAD", "OPTIONS"})


RowId = Annotated[int, Field(ge=1, le=2**31 - 1)]
"""The number of a row, as both databases can hold it."""

ServiceDay = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2099, 12, 31))]
"""A day that a meal can be planned for; beyond these years arithmetic with days and clocks has no answer."""


class MustChangeError(NotAllowedError):
    """The login holds, but its first password must be changed before anything else."""


@dataclass(frozen=True, slots=True)
class House:
    """What the application was made with."""

    database: Database
    settings: Settings
    clock: Clock


def get_house(request: Request) -> House:
    """Return what the application was made with."""
    house = request.app.state.house
    if not isinstance(house, House):
        raise TypeError(f"expected a House in the application's state, got {type(house).__name__}")
    return house


async def _asked_house(request: Request) -> House:
    # A plain function would cost a change of thread at every call.
    return get_house(request)


HouseDep = Annotated[House, Depends(_asked_house)]


async def find_visitor(request: Request, house: HouseDep) -> Login | None:
    """Return who is asking, or None; the writes of a logged-in visitor keep the session alive, reads do not."""
    token = request.cookies.get(SESSION_COOKIE)
    if not token:
        return None
    # Only a visitor who has not come for a moment costs a question, and with it a change of thread.
    login = visitors_of(house.database.engine).find(token, house.clock.now())
    if login is None:
        login = await run_in_threadpool(ask_login, house.database, token, house.clock)
    if login is not None and login.long_unseen and request.method not in READS:
        await run_in_threadpool(extend_session, house.database, token, house.clock)
    request.state.login = login
    return login


VisitorDep = Annotated[Login | None, Depends(find_visitor)]


async def get_login(visitor: VisitorDep) -> Login:
    """Return who is logged in.

    Raises
    ------
    NotLoggedInError
        If nobody is.
    """
    if visitor is None:
        raise NotLoggedInError("access.not_logged_in")
    return visitor


LoginDep = Annotated[Login, Depends(get_login)]


def allowed(operation: Operation) -> Callable[[Login], Coroutine[None, None, Login]]:
    """Return a dependency that gives the login, or refuses it this operation."""

    async def check(login: LoginDep) -> Login:
        return let_pass(login, operation)

    return check


def let_pass(login: Login, operation: Operation) -> Login:
    """Return the login.

    Raises
    ------
    MustChangeError
        If its first password must be changed before anything else.
    NotAllowedError
        If its role may not do `operation`.
    """
    if login.must_change:
        raise MustChangeError("access.must_change")
    if not may(login, operation):
        raise NotAllowedError("access.not_allowed", role=Key(f"role.{login.role}"))
    return login


def language_of(request: Request, login: Login | None) -> str:
    """Return the language of the answer: the user's own, else the one chosen before, else the installation's."""
    if login is not None:
        return login.language
    chosen = request.cookies.get(LANGUAGE_COOKIE, "")
    return chosen if chosen in LANGUAGES else get_house(request).settings.language
