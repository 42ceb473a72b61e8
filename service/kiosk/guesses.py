"""Guessing numbers at the key-pad is slowed down: who tries several that are nobody's or not theirs finds it closed.

Cards open the kiosk all the while. Tries are counted for each kiosk in the database, so that neither a new browser nor
a restart begins anew.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlmodel import Session, col, select

from service.tables import LoginFailure

MOST_GUESSES = 5
GUESS_WINDOW = timedelta(minutes=10)
CLOSED_FOR = timedelta(minutes=5)


def closed_until(session: Session, device_code: str, now: datetime) -> datetime | None:
    """Return when the key-pad of a kiosk opens again, None while it is open."""
    closed_at = _closed_at(session, device_code)
    return closed_at + CLOSED_FOR if closed_at is not None and now < closed_at + CLOSED_FOR else None


def count_guess(session: Session, device_code: str, now: datetime) -> int:
    """Count a number before it is looked up and return the row; whose number it is takes it back.

    What led to a closing that is over counts no more.
    """
    of_device = col(LoginFailure.name) == _name(device_code)
    if _closed_at(session, device_code) is not None:
        session.execute(delete(LoginFailure).where(of_device))
    session.execute(delete(LoginFailure).where(of_device, col(LoginFailure.at) <= now - GUESS_WINDOW))
    guess = LoginFailure(name=_name(device_code), at=now)
    session.add(guess)
    session.flush()
    if guess.id is None:
        raise TypeError("expected a row with a number")
    return guess.id


def take_back(session: Session, device_code: str, guess: int) -> None:
    """Forget a number that was confirmed: it was no guess."""
    of_device = col(LoginFailure.name) == _name(device_code)
    session.execute(delete(LoginFailure).where(of_device, col(LoginFailure.id) == guess))


def _closed_at(session: Session, device_code: str) -> datetime | None:
    tries = select(LoginFailure.at).where(LoginFailure.name == _name(device_code))
    last = session.exec(tries.order_by(col(LoginFailure.at).desc()).limit(MOST_GUESSES)).all()
    return last[0] if len(last) == MOST_GUESSES and last[0] - last[-1] < GUESS_WINDOW else None


def _name(device_code: str) -> str:
    # It begins with a space, as no login name does: nobody closes a key-pad by logging in under its name.
    return f" /kiosk/number/{device_code}"
