"""A kitchen manager reports a failure in a real browser: three questions, a preview, one confirmation, calls."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from api.app import create_app
from kitchens.failing.failure import Failure
from kitchens.meals import Meal, Outage
from scheduler.jobs import do_work
from service.access import EVERYTHING
from service.clock import StoppedClock, instant_of
from service.daily import Kitbag, run_meal
from service.db import Database, open_database
from service.failing.reporting import report
from service.settings import Settings
from service.tables import FailureLine, KitchenFailure, MealOrder, Plan, PlannedOrder, Role, User
from tests.pages.axe import violations
from tests.pages.conftest import serving
from tests.pages.logins import CHEAP, PASSWORD
from tests.pages.seeing import troubles_of
from tests.service.towns import MONDAY, found_town

pytestmark = pytest.mark.browser

LUNCH = Meal.LUNCH
WIDTHS = [360, 1440]
HALF_PAST_EIGHT = instant_of(MONDAY, 8 * 3600 + 1800)
Open = Callable[..., Any]


@pytest.fixture
def district(tmp_path: Path, sqlite_template: Path) -> Iterator[tuple[Database, StoppedClock, Settings]]:
    """The thirty elders' town with Monday's lunch planned plainly; three of them wish for a dish by name."""
    shutil.copy(sqlite_template, tmp_path / "nuanfan.db")
    database = open_database(f"sqlite:///{tmp_path / 'nuanfan.db'}")
    clock = StoppedClock(instant_of(MONDAY, -48 * 3600))
    settings = Settings(home=tmp_path).model_copy(update={"solve_limit_s": 0.01})
    found_town(database)
    run_meal(MONDAY, LUNCH, Kitbag(database, clock, settings, "test"), early=True)
    with database.write() as session:
        for name, role, scope in (("chufang", Role.KITCHEN, "K1"), ("fuwutai", Role.DISTRICT, None)):
            session.add(User(name=name, role=role, scope=scope, password_hash=CHEAP, language="zh"))
    clock.instant = HALF_PAST_EIGHT
    yield database, clock, settings
    database.engine.dispose()


@pytest.fixture
def look(chromium: Any, district: tuple[Database, StoppedClock, Settings]) -> Iterator[Open]:
    """Open a page as somebody."""
    contexts = []
    with serving(create_app(*district[::2], district[1])) as address:

        def open_page(path: str, user: str, *, width: int = 1440, language: str = "zh") -> Any:
            context = chromium.new_context(viewport={"width": width, "height": 900}, base_url=address)
            contexts.append(context)
            assert context.request.post("/api/session", data={"name": user, "password": PASSWORD}).ok
            context.request.post("/language", form={"language": language, "back": "/login"})
            page = context.new_page()
            page.complaints = []
            page.on(
                "console", lambda one: page.complaints.append(one.text) if one.type in {"error", "warning"} else None
            )
            page.on("pageerror", lambda error: page.complaints.append(str(error)))
            page.goto(path)
            page.wait_for_load_state("networkidle")
            return page

        yield open_page
        for context in contexts:
            context.close()


def seen(page: Any, name: str) -> None:
    """Keep a picture where NUANFAN_PICTURES names a folder, for whoever looks."""
    folder = os.environ.get("NUANFAN_PICTURES")
    if folder:
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


def fine(page: Any) -> None:
    assert troubles_of(page) == {}
    assert violations(page) == []


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("width", WIDTHS)
def test_three_answers_show_what_would_happen_and_one_click_makes_it_so(
    look: Open, district: tuple[Database, StoppedClock, Settings], width: int, language: str
) -> None:
    database, clock, settings = district
    page = look(f"/failure?day={MONDAY}&meal=lunch", "chufang", width=width, language=language)
    fine(page)
    seen(page, f"failure-ask-{width}-{language}")
    page.fill("[name=short]", "6")
    page.click(".questions .go")
    page.wait_for_selector("#preview")
    assert page.inner_text(".outcome-figures dd >> nth=0") == "6"
    fine(page)
    seen(page, f"failure-preview-{width}-{language}")
    with database.read() as session:
        assert session.exec(select(KitchenFailure)).all() == []
    page.click(".confirm .go")
    page.wait_for_selector(".alert.is-info")
    assert do_work(database, settings, clock) == 1
    page.wait_for_selector(".alert.is-ok", timeout=10_000)
    fine(page)
    seen(page, f"failure-done-{width}-{language}")
    with database.read() as session:
        assert len(session.exec(select(Plan)).all()) == 2
        assert len(session.exec(select(FailureLine)).all()) == 6


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("width", WIDTHS)
def test_the_desk_phones_whoever_wished_for_the_dish_and_notes_the_answer(
    look: Open, district: tuple[Database, StoppedClock, Settings], width: int, language: str
) -> None:
    database, clock, settings = district
    with database.write() as session:
        for row in session.exec(select(PlannedOrder).where(PlannedOrder.kitchen_code == "K1").limit(2)).all():
            session.get_one(MealOrder, row.order_id).dish_code = row.dish_code
    everything = Failure("K2", Outage.KITCHEN, 8 * 3600 + 1800)
    row = report(database, MONDAY, LUNCH, everything, reach=EVERYTHING, by="x", settings=settings, clock=clock)
    do_work(database, settings, clock)
    out = Failure("K1", Outage.DISH, 8 * 3600 + 1800, "D1")
    row = report(database, MONDAY, LUNCH, out, reach=EVERYTHING, by="x", settings=settings, clock=clock)
    do_work(database, settings, clock)
    page = look(f"/failure/{row.id}", "fuwutai", width=width, language=language)
    fine(page)
    seen(page, f"failure-calls-{width}-{language}")
    calls = page.locator(".calls li").count()
    assert calls >= 1
    page.click(".calls li:first-child [value=true]")
    page.wait_for_selector(".calls .is-done")
    with database.read() as session:
        lines = session.exec(select(FailureLine).where(FailureLine.failure_id == row.id)).all()
        assert sum(line.agreed is True for line in lines) == 1
    page.goto(f"/failure?day={MONDAY}&meal=lunch")
    page.wait_for_load_state("networkidle")
    assert page.locator(".earlier li").count() == 2
    fine(page)
    seen(page, f"failure-desk-{width}-{language}")
