"""Kiosks: each registered once by a code that is read aloud, bound to its meal point, and revoked at once.

A kiosk opens `/kiosk` and nothing else. What it was given is kept as a SHA-256 digest only.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, update
from sqlmodel import Session, col, func, select

from service import audit
from service.access import EVERYTHING, Reach, TooManyTriesError
from service.clock import Clock
from service.db import Database, changed_rows
from service.errors import ConflictError, NotAllowedError, NotFoundError
from service.tables import Device, DeviceKind, KioskVisit, LoginFailure, MealPoint

CODE_DIGITS = 8
CODE_LIFETIME = timedelta(minutes=30)
TRY_WINDOW = timedelta(minutes=15)
MOST_TRIES = 10
"""Wrong codes within `TRY_WINDOW`, over all browsers: ten of a hundred million, however many try at once."""

SEEN_EVERY = timedelta(minutes=1)
"""How often a kiosk notes that it is there: a write a minute, not one a touch."""

SILENT_AFTER = timedelta(minutes=15)
"""A kiosk says every five minutes that it is there; after three that were missed somebody should look."""

_TRIES = "/kiosk/register"


class UnknownDeviceError(NotAllowedError):
    """Nobody has registered this browser as a kiosk, or it was revoked."""


@dataclass(frozen=True, slots=True)
class DeviceLine:
    """A device as the desk sees it."""

    code: str
    meal_point_code: str
    meal_point_name: str
    made_at: datetime
    waits_until: datetime | None
    registered_at: datetime | None
    seen_at: datetime | None
    revoked_at: datetime | None

    @property
    def is_revoked(self) -> bool:
        """Return whether it opens nothing any more."""
        return self.revoked_at is not None

    def state_at(self, now: datetime) -> str:
        """Return how it stands: revoked, registered, silent, waiting for its code, or too late for it."""
        if self.is_revoked:
            return "revoked"
        if self.registered_at is not None:
            return "silent" if self.seen_at is None or now - self.seen_at > SILENT_AFTER else "registered"
        return "waiting" if self.waits_until is not None and self.waits_until > now else "late"


def add_kiosk(database: Database, meal_point_code: str, *, by: str, clock: Clock) -> tuple[Device, str]:
    """Return a new kiosk of a meal point and its one-time code, eight digits that nobody can ask for again.

    Raises
    ------
    NotFoundError
        If there is no such meal point.
    """
    code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"
    now = clock.now()
    with database.write() as session:
        # Locked, so that two kiosks added at once get two codes.
        found = select(MealPoint).where(MealPoint.code == meal_point_code).with_for_update()
        if session.exec(found).first() is None:
            raise NotFoundError("error.unknown_point", point=meal_point_code)
        of_point = select(func.count()).select_from(Device).where(Device.meal_point_code == meal_point_code)
        device = Device(
            code=f"{meal_point_code}-K{session.exec(of_point).one() + 1}",
            kind=DeviceKind.KIOSK,
            meal_point_code=meal_point_code,
            made_at=now,
            made_by=by,
            code_digest=_digest(code),
            code_until=now + CODE_LIFETIME,
        )
        session.add(device)
        audit.note(session, at=now, actor=by, action="add_device", subject=device.code, point=meal_point_code)
    return device, code


def register_kiosk(database: Database, given: str, *, clock: Clock) -> str:
    """Turn a one-time code into the token of the browser that showed it, and return the token; the code is gone.

    Raises
    ------
    NotFoundError
        If the code is unknown, used, too old, or of a revoked device; the answer does not tell which.
    TooManyTriesError
        If there were `MOST_TRIES` wrong codes within `TRY_WINDOW`.
    """
    code = "".join(letter for letter in given if letter.isascii() and letter.isdecimal())[: CODE_DIGITS + 1]
    now, token = clock.now(), secrets.token_urlsafe(32)
    # Counted before the check and in a transaction of its own, so that many tries at once cannot slip past together.
    tried = _count_try(database, now)
    with database.write() as session:
        waiting = (
            update(Device)
            .where(
                col(Device.code_digest) == _digest(code),
                col(Device.code_until) > now,
                col(Device.revoked_at).is_(None),
            )
            .values(code_digest=None, code_until=None, token_digest=_digest(token), registered_at=now, seen_at=now)
        )
        is_good = changed_rows(session.execute(waiting)) == 1
        if is_good:
            device = session.exec(select(Device).where(Device.token_digest == _digest(token))).one()
            session.execute(delete(LoginFailure).where(col(LoginFailure.id) == tried))
            audit.note(session, at=now, actor=device.code, action="register_device", subject=device.code)
    if not is_good:
        raise NotFoundError("kiosk.wrong_code")
    return token


def find_kiosk(session: Session, token: str) -> Device | None:
    """Return the kiosk that holds this token, None if there is none or it was revoked."""
    if not token:
        return None
    return session.exec(
        select(Device).where(
            Device.token_digest == _digest(token),
            Device.kind == DeviceKind.KIOSK,
            col(Device.revoked_at).is_(None),
        )
    ).first()


def note_seen(database: Database, device: Device, clock: Clock) -> bool:
    """Note that a kiosk is there, at most once in `SEEN_EVERY`; return whether it was noted."""
    now = clock.now()
    if device.seen_at is not None and now - device.seen_at < SEEN_EVERY:
        return False
    with database.write() as session:
        session.execute(update(Device).where(col(Device.code) == device.code).values(seen_at=now))
    return True


def revoke_device(database: Database, code: str, *, by: str, clock: Clock) -> Device:
    """Let a device open nothing from now on, and forget who stands at it.

    Raises
    ------
    NotFoundError
        If there is no such device.
    ConflictError
        If it was revoked before.
    """
    with database.write() as session:
        device = session.get(Device, code, with_for_update=True)
        if device is None:
            raise NotFoundError("error.unknown_device", device=code)
        if device.revoked_at is not None:
            raise ConflictError("error.device_revoked", device=code)
        device.revoked_at, device.revoked_by = clock.now(), by
        device.code_digest = device.code_until = None
        session.add(device)
        session.execute(delete(KioskVisit).where(col(KioskVisit.device_code) == code))
        audit.note(session, at=clock.now(), actor=by, action="revoke_device", subject=code)
    return device


def list_devices(session: Session, reach: Reach = EVERYTHING) -> list[DeviceLine]:
    """Return the devices, those of one meal point where somebody sees no more, by code."""
    rows = select(Device, MealPoint).join(MealPoint, col(MealPoint.code) == col(Device.meal_point_code))
    if reach.meal_point is not None:
        rows = rows.where(Device.meal_point_code == reach.meal_point)
    return [
        DeviceLine(
            code=device.code,
            meal_point_code=point.code,
            meal_point_name=point.name,
            made_at=device.made_at,
            waits_until=device.code_until,
            registered_at=device.registered_at,
            seen_at=device.seen_at,
            revoked_at=device.revoked_at,
        )
        for device, point in session.exec(rows.order_by(col(Device.code)))
    ]


def read_aloud(code: str) -> str:
    """Return a one-time code in two groups, as it is shown and read aloud."""
    return f"{code[: CODE_DIGITS // 2]} {code[CODE_DIGITS // 2 :]}"


def _count_try(database: Database, now: datetime) -> int:
    with database.write() as session:
        in_window = (LoginFailure.name == _TRIES, col(LoginFailure.at) > now - TRY_WINDOW)
        tries, first_at = session.exec(select(func.count(), func.min(LoginFailure.at)).where(*in_window)).one()
        if tries >= MOST_TRIES:
            wait_s = round((first_at + TRY_WINDOW - now).total_seconds())
            raise TooManyTriesError("kiosk.too_many_tries", retry_after_s=max(1, wait_s))
        old = (col(LoginFailure.name) == _TRIES, col(LoginFailure.at) <= now - TRY_WINDOW)
        session.execute(delete(LoginFailure).where(*old))
        failure = LoginFailure(name=_TRIES, at=now)
        session.add(failure)
        session.flush()
        if failure.id is None:
            raise TypeError("expected a row with a number")
        return failure.id


def _digest(secret: str) -> str:
    return hashlib.sha256(f"kiosk:{secret}".encode()).hexdigest()
