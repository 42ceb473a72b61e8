"""Who may come in: users and passwords, the session behind a cookie, one-time tickets, and how guessing is slowed.

A password is kept as an Argon2id hash, a cookie or a ticket as the SHA-256 of a random token: the database alone opens
no door. A wrong name and a wrong password get the same answer after the same work.
"""

from __future__ import annotations

import hashlib
import secrets
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta

from pwdlib import PasswordHash
from sqlalchemy import bindparam, delete, func, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from service import audit
from service.clock import Clock
from service.db import Database
from service.errors import ConflictError, InvalidError, NotAllowedError, NotFoundError
from service.tables import LoginFailure, LoginSession, Role, User
from service.texts import LANGUAGES

IDLE = timedelta(hours=12)
SEEN_EVERY = timedelta(minutes=1)
"""How often a session notes that its holder is still there: not once a call, or each would cost a second write."""

LIFETIME = timedelta(days=7)
TICKET_LIFETIME = timedelta(minutes=10)
FAILURE_WINDOW = timedelta(minutes=15)
MOST_FAILURES = 5
SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 200
LONGEST_NAME = 64
SCOPED_ROLES = frozenset({Role.KITCHEN, Role.MEAL_POINT, Role.COURIER})

PASSWORDS = PasswordHash.recommended()
# One hash takes 64 MB; without a limit forty tries at once would take all the memory of a small machine.
_HASHING = threading.BoundedSemaphore(2)
# The hash of a random password nobody knows: an unknown name costs the same work as a known one.
_NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$2TBufa9ft9dNaVbUps9wig$6MkUUGEB2otTiBGyQUcm223KBKr02kL7dVaWH17QJFM"
_SESSION, _TICKET = "session", "ticket"
# Asked with every call, so built once.
_HOLDER = (
    select(
        col(LoginSession.seen_at),
        col(LoginSession.expires_at),
        *(col(one) for one in (User.name, User.role, User.scope, User.language, User.must_change, User.active)),
    )
    .join(User, col(User.name) == col(LoginSession.user_name))
    .where(col(LoginSession.token_hash) == bindparam("token_hash"))
)
# Begins the token of a session that a ticket opened: the console need not know the first password to go on.
_CONSOLE = "console."


class NotLoggedInError(NotAllowedError):
    """Nobody is logged in, or name and password do not fit."""


class TooManyTriesError(NotAllowedError):
    """Too many wrong passwords for one name; `retry_after_s` says when the next try counts."""

    def __init__(self, key: str, *, retry_after_s: int) -> None:
        super().__init__(key, minutes=-(-retry_after_s // 60))
        self.retry_after_s = retry_after_s


@dataclass(frozen=True, slots=True)
class Reach:
    """What part of a plan somebody sees: one kitchen's, one meal point's, one courier's, or (all None) everything."""

    kitchen: str | None = None
    meal_point: str | None = None
    courier: str | None = None


EVERYTHING = Reach()


@dataclass(frozen=True, slots=True)
class Login:
    """Who is logged in, and until when unless something comes in.

    `long_unseen` when the session has not noted for a while that its holder is there.
    """

    name: str
    role: Role
    scope: str | None
    language: str
    must_change: bool
    ends_at: datetime
    long_unseen: bool = False

    @property
    def reach(self) -> Reach:
        """Return the part of a plan that belongs to this role and scope."""
        match self.role:
            case Role.KITCHEN:
                return Reach(kitchen=self.scope)
            case Role.MEAL_POINT:
                return Reach(meal_point=self.scope)
            case Role.COURIER:
                return Reach(courier=self.scope)
        return EVERYTHING


def create_user(
    database: Database,
    *,
    name: str,
    role: Role,
    password: str,
    clock: Clock,
    scope: str | None = None,
    language: str = "zh",
    must_change: bool = True,
    by: str = "console",
) -> User:
    """Add somebody who may log in and return the row; the password must be changed at the first login.

    Raises
    ------
    InvalidError
        If the name or password is too short or too long, or the role has no scope where it needs one (or one too many).
    ConflictError
        If the name is taken.
    """
    if not 0 < len(name) <= LONGEST_NAME or name != name.strip():
        raise InvalidError("access.name_unfit", longest=LONGEST_NAME)
    if (role in SCOPED_ROLES) != (scope is not None):
        raise InvalidError("access.scope_unfit", role=role.value)
    _refuse_unknown_language(language)
    hashed = _hashed(password)
    try:
        with database.write() as session:
            user = User(
                name=name,
                role=role,
                scope=scope,
                password_hash=hashed,
                language=language,
                must_change=must_change,
            )
            session.add(user)
            audit.note(session, at=clock.now(), actor=by, action="user.create", subject=name, role=role.value)
            return user
    except IntegrityError as error:
        raise ConflictError("access.name_taken", name=name) from error


def first_admin(database: Database, clock: Clock) -> str | None:
    """Make the user `admin` when there is no user at all, and return a password that must be changed at first login.

    Returns None when somebody exists already.
    """
    with database.read() as session:
        if session.exec(select(User).limit(1)).first() is not None:
            return None
    password = secrets.token_urlsafe(12)
    try:
        create_user(database, name="admin", role=Role.ADMIN, password=password, clock=clock, by="system")
    except ConflictError:
        # Two processes started at once: the other one has printed its password.
        return None
    return password


def set_password(
    database: Database, name: str, password: str, *, clock: Clock, must_change: bool = True, by: str = "console"
) -> None:
    """Give a user a new password and end all their sessions.

    Raises
    ------
    NotFoundError
        If there is no such user.
    InvalidError
        If the password is too short or too long.
    """
    hashed = _hashed(password)
    with database.write() as session:
        user = _get_user(session, name)
        user.password_hash, user.must_change = hashed, must_change
        session.add(user)
        session.execute(delete(LoginSession).where(col(LoginSession.user_name) == name))
        audit.note(session, at=clock.now(), actor=by, action="user.password", subject=name)


def change_password(database: Database, name: str, current: str, new: str, clock: Clock) -> None:
    """Let a user change their own password; all their sessions end.

    Raises
    ------
    NotLoggedInError
        If `current` is wrong.
    TooManyTriesError
        If it was wrong too often.
    InvalidError
        If `new` is the current one, too short or too long.
    """
    stored = _count_try(database, name, clock)
    if not _fits(current, stored):
        raise NotLoggedInError("access.wrong_current")
    if current == new:
        raise InvalidError("access.password_same")
    set_password(database, name, new, clock=clock, must_change=False, by=name)
    _forget_failures(database, name)


def set_language(database: Database, name: str, language: str) -> None:
    """Set the language of a user's pages."""
    _refuse_unknown_language(language)
    with database.write() as session:
        user = _get_user(session, name)
        user.language = language
        session.add(user)


def log_in(database: Database, name: str, password: str, clock: Clock) -> str:
    """Return the token of a new session.

    Raises
    ------
    NotLoggedInError
        If name and password do not fit; the answer does not tell which of them was wrong.
    TooManyTriesError
        If this name has had `MOST_FAILURES` wrong passwords within `FAILURE_WINDOW`.
    """
    name = name.strip()[:LONGEST_NAME]
    if _fits(password, _count_try(database, name, clock)):
        _forget_failures(database, name)
        with database.write() as session:
            audit.note(session, at=clock.now(), actor=name, action="user.login", subject=name)
            return _new_session(session, name, clock.now())
    raise NotLoggedInError("access.wrong_login")


def vouch(database: Database, name: str, password: str, clock: Clock) -> Login:
    """Return who somebody is who signs at another's screen, by name and password; no session is made.

    Raises
    ------
    NotLoggedInError, TooManyTriesError
        As `log_in`.
    """
    name = name.strip()[:LONGEST_NAME]
    if not _fits(password, _count_try(database, name, clock)):
        raise NotLoggedInError("access.wrong_login")
    _forget_failures(database, name)
    with database.read() as session:
        user = _get_user(session, name)
        return Login(user.name, Role(user.role), user.scope, user.language, user.must_change, clock.now())


def find_login(session: Session, token: str, now: datetime) -> Login | None:
    """Return who holds this session token, or None if it is unknown, idle too long, expired, or the user is gone."""
    row = session.connection().execute(_HOLDER, {"token_hash": _digest(_SESSION, token)}).first()
    if row is None or not row.active:
        return None
    ends_at = min(row.expires_at, row.seen_at + IDLE)
    must_change = row.must_change and not token.startswith(_CONSOLE)
    long_unseen = now - row.seen_at >= SEEN_EVERY
    login = Login(row.name, Role(row.role), row.scope, row.language, must_change, ends_at, long_unseen)
    return login if now < ends_at else None


def extend_session(database: Database, token: str, clock: Clock) -> None:
    """Note that the holder is still there, so that the session does not end for idleness."""
    with database.write() as session:
        session.execute(
            update(LoginSession)
            .where(col(LoginSession.token_hash) == _digest(_SESSION, token))
            .values(seen_at=clock.now())
        )


def log_out(database: Database, token: str) -> None:
    """End a session; a token that is not known ends nothing."""
    with database.write() as session:
        session.execute(delete(LoginSession).where(col(LoginSession.token_hash) == _digest(_SESSION, token)))


def make_ticket(database: Database, user_name: str, clock: Clock) -> str:
    """Return a token that logs this user in once within ten minutes, for whoever sits at the machine's console.

    It is kept like a session, hashed for another purpose: as a cookie it opens nothing.
    """
    token = secrets.token_urlsafe(32)
    now = clock.now()
    with database.write() as session:
        _get_user(session, user_name)
        session.add(
            LoginSession(
                token_hash=_digest(_TICKET, token),
                user_name=user_name,
                made_at=now,
                seen_at=now,
                expires_at=now + TICKET_LIFETIME,
            )
        )
        audit.note(session, at=now, actor="console", action="user.ticket", subject=user_name)
    return token


def use_ticket(database: Database, ticket: str, clock: Clock) -> str:
    """Turn a ticket into a session and return its token; the ticket is gone afterwards.

    Raises
    ------
    NotLoggedInError
        If the ticket is unknown, used or older than `TICKET_LIFETIME`.
    """
    now = clock.now()
    with database.write() as session:
        row = session.get(LoginSession, _digest(_TICKET, ticket))
        used = session.execute(delete(LoginSession).where(col(LoginSession.token_hash) == _digest(_TICKET, ticket)))
        user = session.get(User, row.user_name) if row is not None else None
        is_good = row is not None and used.rowcount == 1 and now < row.expires_at  # type: ignore[attr-defined]
        if is_good and user is not None and user.active:
            audit.note(session, at=now, actor=user.name, action="user.login", subject=user.name, ticket=True)
            return _new_session(session, user.name, now, prefix=_CONSOLE)
    raise NotLoggedInError("access.ticket_unfit")


def _new_session(session: Session, name: str, now: datetime, *, prefix: str = "") -> str:
    session.execute(delete(LoginSession).where(col(LoginSession.expires_at) < now))
    token = prefix + secrets.token_urlsafe(32)
    session.add(
        LoginSession(
            token_hash=_digest(_SESSION, token), user_name=name, made_at=now, seen_at=now, expires_at=now + LIFETIME
        )
    )
    return token


def _count_try(database: Database, name: str, clock: Clock) -> str:
    """Count one try for `name`, or refuse it, and return the hash that the password must fit.

    Counted before the slow check, so that many tries at once cannot slip past the limit together.
    """
    now = clock.now()
    with database.write() as session:
        _refuse_after_failures(session, name, now)
        session.execute(delete(LoginFailure).where(col(LoginFailure.at) < now - FAILURE_WINDOW))
        session.add(LoginFailure(name=name, at=now))
        user = session.get(User, name)
        return user.password_hash if user is not None and user.active else _NOBODY


def _forget_failures(database: Database, name: str) -> None:
    with database.write() as session:
        session.execute(delete(LoginFailure).where(col(LoginFailure.name) == name))


def _refuse_after_failures(session: Session, name: str, now: datetime) -> None:
    failures = session.exec(
        select(func.count(), func.min(LoginFailure.at)).where(
            LoginFailure.name == name, col(LoginFailure.at) > now - FAILURE_WINDOW
        )
    ).one()
    count, first_at = failures
    if count >= MOST_FAILURES:
        wait_s = round((first_at + FAILURE_WINDOW - now).total_seconds())
        raise TooManyTriesError("access.too_many_tries", retry_after_s=max(1, wait_s))


def _get_user(session: Session, name: str) -> User:
    user = session.get(User, name)
    if user is None:
        raise NotFoundError("access.unknown_user", name=name)
    return user


def _refuse_unknown_language(language: str) -> None:
    if language not in LANGUAGES:
        raise InvalidError("access.language_unfit", languages=LANGUAGES)


def _hashed(password: str) -> str:
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise InvalidError("access.password_unfit", shortest=SHORTEST_PASSWORD, longest=LONGEST_PASSWORD)
    with _HASHING:
        return PASSWORDS.hash(password)


def _fits(password: str, stored: str) -> bool:
    with _HASHING:
        return PASSWORDS.verify(password[:LONGEST_PASSWORD], stored)


def _digest(purpose: str, token: str) -> str:
    return hashlib.sha256(f"{purpose}:{token}".encode()).hexdigest()
