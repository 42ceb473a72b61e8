"""The town of the service tests with a real lunch, planned and published, and everybody who works on it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from fastapi import FastAPI

from api.app import create_app
from kitchens.meals import Meal
from service.clock import StoppedClock, instant_of
from service.daily import Kitbag, run_meal
from service.db import Database, open_database
from service.settings import Settings
from service.tables import Elder, Role, User
from tests.pages.conftest import Site, serving
from tests.pages.logins import CHEAP
from tests.pages.town import Town
from tests.service.towns import MONDAY, found_town

FRIDAY = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
WORKERS = {
    "guanli": (Role.ADMIN, None),
    "fuwutai": (Role.DISTRICT, None),
    "jiexian": (Role.OPERATOR, None),
    "chufang": (Role.KITCHEN, "K1"),
    "fuhe": (Role.KITCHEN, "K1"),
    "chufang2": (Role.KITCHEN, "K2"),
    "peican": (Role.MEAL_POINT, "P2"),
    "peican3": (Role.MEAL_POINT, "P3"),
    "songcan": (Role.COURIER, "C1"),
}
"""Who works here: two people in kitchen K1, one in K2, one at each of two meal points, and the desk."""


def at(hours: int, minutes: int = 0) -> datetime:
    """Return an instant of the service day."""
    return instant_of(MONDAY, hours * 3600 + minutes * 60)


def plan_lunch(database: Database, clock: StoppedClock, home: Path) -> None:
    """Write the town with its logins, and plan its lunch on the Friday before; then it is Monday, ten o'clock."""
    found_town(database)
    with database.write() as session:
        for name, (role, scope) in WORKERS.items():
            session.add(User(name=name, role=role, scope=scope, password_hash=CHEAP, language="zh"))
        # Somebody at P2 eats soft food only, so that its van carries a special box.
        session.get_one(Elder, "E12").excludes = "pork"
    clock.instant = FRIDAY
    settings = Settings(_env_file=None, effort="quick", home=home)  # type: ignore[call-arg]
    run_meal(MONDAY, Meal.LUNCH, Kitbag(database, clock, settings, "test"), early=True)
    clock.instant = at(10)


class WorkSite:
    """One server around the planned lunch; `renew` puts it back to where it began."""

    def __init__(self, folder: Path, template: Path) -> None:
        self.folder = folder
        shutil.copy(template, folder / "nuanfan.db")
        self.database = open_database(f"sqlite:///{folder / 'nuanfan.db'}")
        self.clock = StoppedClock(FRIDAY)
        plan_lunch(self.database, self.clock, folder)
        self.database.engine.dispose()
        shutil.copy(folder / "nuanfan.db", folder / "planned.db")
        self.app: FastAPI = create_app(self.database, Settings(home=folder), self.clock)

    def renew(self) -> None:
        """Put everything back to ten o'clock on Monday."""
        self.database.engine.dispose()
        for left in self.folder.glob("nuanfan.db*"):
            left.unlink()
        shutil.copy(self.folder / "planned.db", self.folder / "nuanfan.db")
        self.clock.instant = at(10)


@contextmanager
def work_site(folder: Path, template: Path) -> Iterator[tuple[WorkSite, Site]]:
    """Serve the planned lunch."""
    made = WorkSite(folder, template)
    with serving(made.app) as address:
        town = Town(1, {}, {}, 0, [], [])
        yield made, Site(address, made.database, made.clock, town, made.app)
    made.database.engine.dispose()
