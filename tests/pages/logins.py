"""Who works in the tiny town, one login of each role."""

from __future__ import annotations

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlmodel import Session

from service.tables import Role, User

PASSWORD = "a-warm-bowl-of-rice"
# A hash says itself what it cost: this cheap one is quick to check, and everything else is as it is.
CHEAP = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1),)).hash(PASSWORD)

USERS = {
    "guanli": (Role.ADMIN, None),
    "fuwutai": (Role.DISTRICT, None),
    "jiexian": (Role.OPERATOR, None),
    "chufang": (Role.KITCHEN, "K01"),
    "peican": (Role.MEAL_POINT, "P1"),
    "songcan": (Role.COURIER, "C1"),
}


def add_users(session: Session) -> None:
    """Insert them all."""
    for name, (role, scope) in USERS.items():
        session.add(User(name=name, role=role, scope=scope, password_hash=CHEAP, language="zh"))
