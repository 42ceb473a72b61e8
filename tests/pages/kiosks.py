"""A kiosk at meal point P1 of the tiny town: more days of menus, courses, cards, and a browser that is registered."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from sqlmodel import Session, select

from api.app import create_app
from kitchens.meals import Meal
from service.clock import StoppedClock
from service.db import Database, open_database
from service.devices import add_kiosk, register_kiosk
from service.settings import Settings
from service.tables import (
    Community,
    Course,
    CourseOption,
    Dish,
    Elder,
    ElderCard,
    ElderContact,
    ElderPlace,
    MealOrder,
    MealPoint,
    MenuEntry,
    MenuVersion,
    Street,
)
from tests.pages.axe import RULES
from tests.pages.conftest import Site, serving
from tests.pages.morning import settle_some
from tests.pages.town import DAY, DISHES, POINTS, build_town, lunch_at

CARD = {number: f"SAMPLE-B-{number:06d}" for number in (1, 4, 7, 25, 28, 34)}
LOST, LAPSED, FOREIGN = "SAMPLE-B-LOST", "SAMPLE-B-OLD", "SAMPLE-B-000002"
MORE = {
    "D04": ("萝卜炆牛腩套餐", "beef brisket with radish set", "beef soy"),
    "D05": ("红烧豆腐套餐", "braised tofu set", "soy"),
    "D06": ("白灼菜心套餐", "choy sum set", ""),
}
SIDES = {
    "R1": ("蒜蓉菜心", "garlic choy sum", "", 0),
    "R2": ("蒸水蛋", "steamed egg", "egg", 0),
    "R3": ("虾仁豆腐", "prawns with tofu", "shellfish soy", 300),
    "R4": ("萝卜丝", "shredded radish", "", 0),
    "R5": ("番薯叶", "sweet potato leaves", "", 0),
    "R6": ("蒸南瓜", "steamed pumpkin", "", 0),
}
SOUPS = {"R7": ("冬瓜汤", "winter melon soup", "", 0), "R8": ("莲藕排骨汤", "lotus root and rib soup", "pork", 100)}
TUESDAY = date(2026, 11, 24)
FRIDAY = date(2026, 11, 27)
SHAPES = {"upright": (1080, 1920), "lying": (1280, 800), "phone": (360, 740)}


def furnish(database: Database) -> None:
    """Add menus for the rest of the week and the next Monday, cards, a contact, and who lives where."""
    with database.write() as session:
        for code, (name, english, contains) in MORE.items():
            words = {"textures": "regular soft minced", "keeps": "low_salt low_sugar"}
            session.add(Dish(code=code, name=name, name_en=english, price_fen=1400, contains=contains, **words))
        session.flush()
        for day in (*(DAY + timedelta(days=ahead) for ahead in range(1, 5)), DAY + timedelta(days=7)):
            dishes = [*DISHES, *MORE]
            if day == FRIDAY:
                dishes.remove("D03")
            for rank, code in enumerate(dishes, start=1):
                session.add(MenuEntry(kitchen_code="K01", service_day=day, meal=Meal.LUNCH, rank=rank, dish_code=code))
        _add_courses(session)
        for number, card in CARD.items():
            session.add(ElderCard(elder_number=f"E{number:04d}", kind="benefit", card_number=card))
        for number in (*CARD, 10):
            for kind in ("hukou", "residence"):
                where = {"city": "广州市", "district": "海珠区", "street": ""}
                session.add(ElderPlace(elder_number=f"E{number:04d}", kind=kind, **where))
        _in_the_city(session)
        session.add(ElderCard(elder_number="E0010", kind="benefit", card_number=LOST, state="lost"))
        session.add(
            ElderCard(elder_number="E0010", kind="social_security", card_number=LAPSED, valid_until=date(2026, 6, 30))
        )
        session.add(ElderCard(elder_number="E0002", kind="benefit", card_number=FOREIGN))
        for order in session.exec(select(MealOrder)):
            order.meal_point_code = session.get_one(Elder, order.elder_number).meal_point_code
            order.kitchen_code = POINTS[order.meal_point_code][3]
            session.add(order)
        session.add(ElderContact(elder_number="E0004", name="王样兰", phone="199-0002-0003"))


def _add_courses(session: Session) -> None:
    """Make D02 a set meal: two of six sides, of which E0028 may not have the prawns, and one of two soups."""
    words = {"price_fen": 0, "textures": "regular soft minced", "keeps": "low_salt low_sugar"}
    for code, (name, english, contains, _) in {**SIDES, **SOUPS}.items():
        session.add(Dish(code=code, name=name, name_en=english, contains=contains, **words))
    session.add(Course(code="D02-1", dish_code="D02", position=1, name="小菜", name_en="Sides", pick=2))
    session.add(Course(code="D02-2", dish_code="D02", position=2, name="汤", name_en="Soup", pick=1))
    session.flush()
    for course, options in (("D02-1", SIDES), ("D02-2", SOUPS)):
        for rank, (code, (_, _, _, extra_fen)) in enumerate(options.items(), start=1):
            session.add(CourseOption(course_code=course, rank=rank, dish_code=code, extra_fen=extra_fen))
    session.get_one(Elder, "E0028").excludes = "shellfish"


def _in_the_city(session: Session) -> None:
    """Put P1 into Haizhu, so that the city pays its part."""
    session.add(Street(code="440105001", name="样例街道", lat=23.09, lon=113.27))
    session.flush()
    session.add(Community(code="440105001101", name="样例社区", street_code="440105001", lat=23.09, lon=113.27))
    session.flush()
    session.get_one(MealPoint, "P1").community_code = "440105001101"


def registered(site: Site, point: str = "P1") -> str:
    """Return the token of a new kiosk."""
    _, code = add_kiosk(site.database, point, by="test", clock=site.clock)
    return register_kiosk(site.database, code, clock=site.clock)


@contextmanager
def kiosk_site(folder: Path, template: Path) -> Iterator[KioskSite]:
    """Serve the furnished town with one registered kiosk; `KioskSite.renew` makes it again what it was."""
    path = folder / "nuanfan.db"
    shutil.copy(template, path)
    database = open_database(f"sqlite:///{path}")
    settings = Settings(home=folder)
    town = build_town(database, settings.papers_folder())
    settle_some(database, town)
    clock = StoppedClock(lunch_at(11, 33))
    furnish(database)
    app = create_app(database, settings, clock)
    with serving(app) as address:
        site = Site(address, database, clock, town, app)
        token = registered(site)
        database.engine.dispose()
        shutil.copy(path, path.with_suffix(".kept"))
        yield KioskSite(site, token, path)
    database.engine.dispose()


@dataclass(slots=True)
class KioskSite:
    """A server with the kiosk P1-K1, whose browser holds `token`."""

    site: Site
    token: str
    path: Path
    renewals: int = 0

    def renew(self) -> None:
        """Put everything back to where it began. Nobody may be asking anything meanwhile."""
        self.site.database.engine.dispose()
        for ending in ("-wal", "-shm"):
            Path(f"{self.path}{ending}").unlink(missing_ok=True)
        shutil.copy(self.path.with_suffix(".kept"), self.path)
        self.renewals += 1
        with self.site.database.write() as session:
            # Menus are kept by their count of changes: a count that was there before would bring back another test's.
            session.exec(select(MenuVersion)).one().changes += 1000 * self.renewals
        self.site.clock.instant = lunch_at(11, 33)


SWIPE = """card => {
  document.activeElement?.blur();
  for (const key of [...card, "Enter"]) document.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
}"""
SHOWN = """turn => {
  const here = document.getElementById("kiosk");
  const focused = document.activeElement;
  return here.dataset.turn !== turn && here.contains(focused) && focused.matches("h1, [data-given]");
}"""
"""The next screen has come, and the script has seen to it: the focus is on its question."""


class Kiosk:
    """Somebody in front of a kiosk."""

    def __init__(self, page: Any) -> None:
        self.page = page

    @property
    def step(self) -> str:
        """Which screen is shown."""
        return self.page.get_attribute("#kiosk", "data-step")

    def swipe(self, card: str) -> str:
        """Hold a card to the reader: keys faster than any finger's, then Enter."""
        return self._and(lambda: self.page.evaluate(SWIPE, card))

    def press(self, *dos: str) -> str:
        """Touch the buttons that say this, one after the other; the one in the question where several do."""
        for do in dos:
            button = self.page.locator(f'#kiosk > :not(dialog) button[name=do][value="{do}"]:not([aria-hidden])').first
            self._and(lambda button=button: button.tap(timeout=5000))
        return self.step

    def type(self, number: str) -> str:
        """Write a number into the field of the key-pad and press OK."""
        self.page.fill("[data-given]", number)
        return self.press("who")

    def _and(self, act: Any) -> str:
        turn = self.page.get_attribute("#kiosk", "data-turn")
        act()
        self.page.wait_for_function(SHOWN, arg=turn)
        return self.step

    def text(self) -> str:
        """Return what the question says."""
        return self.page.inner_text("#main")

    def broken_rules(self) -> list[str]:
        """Return what breaks WCAG; axe is put into the page once, not once a screen."""
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(Axe().axe_script)
        run = "options => axe.run(document, options).then((all) => all.violations)"
        found = self.page.evaluate(run, {**RULES, "resultTypes": ["violations"]})
        return [f"{rule['id']}: {[node['target'] for node in rule['nodes'][:5]]}" for rule in found]
