"""Locking, moving and pricing a stop, and planning again, in a real browser with keys alone."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update
from sqlmodel import col, select

from api.app import create_app
from kitchens.meals import Meal
from scheduler.jobs import do_work
from service.clock import StoppedClock
from service.daily import Kitbag, run_meal
from service.db import open_database
from service.settings import Settings
from service.tables import Courier, CourierRun, Plan, StopLock, Visit
from tests.pages.conftest import Look, Site, serving
from tests.pages.logins import add_users
from tests.pages.seeing import EYES
from tests.pages.test_look import OPEN
from tests.pages.town import Town
from tests.service.towns import MONDAY, found_town

pytestmark = pytest.mark.browser

PLAN = f"/plan/{MONDAY}/lunch"
PLAIN = {"solve_limit_s": 0.01}
"""Planned by plain insertion: what is looked at here is what people decide."""


@pytest.fixture
def site(tmp_path: Path, sqlite_template: Path, clock: StoppedClock) -> Iterator[Site]:
    """The thirty elders' town with its lunch really planned, and nobody on the road yet."""
    shutil.copy(sqlite_template, tmp_path / "nuanfan.db")
    database = open_database(f"sqlite:///{tmp_path / 'nuanfan.db'}")
    found_town(database)
    settings = Settings(_env_file=None, home=tmp_path).model_copy(update=PLAIN)  # type: ignore[call-arg]
    with database.write() as session:
        add_users(session)
        for code, name in (("C1", "张三（示例）"), ("C2", "李四（示例）"), ("C3", "王五（示例）")):
            session.execute(update(Courier).where(col(Courier.code) == code).values(name=name))
    run_meal(MONDAY, Meal.LUNCH, Kitbag(database, clock, settings, "test"), early=True)
    clock.advance(3600)
    app = create_app(database, settings, clock)
    with serving(app) as address:
        yield Site(address, database, clock, Town(1, {}, {}, 0, [], []), app)
    database.engine.dispose()


def visit_of(site: Site, elder: str) -> int:
    with site.database.read() as session:
        newest = session.exec(select(Plan.id).order_by(col(Plan.version).desc()).limit(1)).one()
        visit = (
            select(Visit.id)
            .join(CourierRun, col(CourierRun.id) == col(Visit.courier_run_id))
            .where(CourierRun.plan_id == newest, Visit.elder_number == elder)
        )
        return session.exec(visit).one() or 0


def courier_of(site: Site, elder: str) -> str:
    with site.database.read() as session:
        visit = session.get_one(Visit, visit_of(site, elder))
        return session.get_one(CourierRun, visit.courier_run_id).courier_code


def send(page: Any, selector: str) -> None:
    """Press Enter on a button that sends a form, and wait for the page that answers."""
    page.focus(selector)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.wait_for_load_state("networkidle")


def press(page: Any, selector: str) -> None:
    """Reach a control and press Enter on it: a mouse is never needed."""
    page.focus(selector)
    page.keyboard.press("Enter")
    page.wait_for_load_state("networkidle")


def test_somebody_prices_a_stop_gives_it_to_another_and_plans_again_with_keys_alone(look: Look, site: Site) -> None:
    page = look(PLAN, "fuwutai")
    page.wait_for_selector("#map[data-ready]")
    page.keyboard.press("Tab")
    press(page, ".run-list button")
    page.wait_for_selector(".stop-change")
    page.goto(f"{PLAN}/stops/{visit_of(site, 'E18')}")
    assert "米" in page.inner_text(".ways >> nth=0")
    assert "分钟" in page.inner_text(".ways >> nth=0")
    wanted = page.get_attribute(".ways button", "value")
    page.fill("[name=why]", "认识多年")
    send(page, ".ways button")
    assert "等重新排班" in page.inner_text(".locks")
    assert "认识多年" in page.inner_text(".locks")
    assert "fuwutai" in page.inner_text(".locks")
    send(page, ".again button")
    page.wait_for_url(f"**{PLAN}")
    assert "正在重新排班" in page.inner_text("#changes")
    assert page.locator("#changes .again").count() == 0
    assert do_work(site.database, site.app.state.house.settings, site.clock) == 1
    page.evaluate("htmx.trigger(document.querySelector('#changes'), 'every')")
    page.wait_for_selector("#changes .chip.is-ok")
    assert "计划已照办" in page.inner_text("#changes")
    assert wanted == f"courier:{courier_of(site, 'E18')}"
    assert page.complaints == []


def test_a_locked_stop_says_so_in_words_in_its_run_and_can_be_undone(look: Look, site: Site) -> None:
    page = look(f"{PLAN}/stops/{visit_of(site, 'E08')}", "guanli", width=360)
    send(page, "button[value^='courier:']")
    assert "计划已照办" in page.inner_text(".locks")
    page.goto(PLAN)
    with site.database.read() as session:
        run_id = session.get_one(Visit, visit_of(site, "E08")).courier_run_id
    press(page, f".run-list [data-run='{run_id}']")
    page.wait_for_selector(".stop-list .lock-chip")
    assert "锁定" in page.inner_text(".stop-list .lock-chip")
    send(page, ".locks form button")
    assert page.locator(".locks").count() == 0
    with site.database.read() as session:
        assert session.exec(select(StopLock.undone_by)).all() == ["guanli"]


def test_what_cannot_be_changed_any_more_says_why_and_offers_nothing(look: Look, site: Site) -> None:
    with site.database.write() as session:
        session.execute(update(CourierRun).values(left_at=site.clock.now()))
    page = look(f"{PLAN}/stops/{visit_of(site, 'E18')}", "fuwutai")
    assert "已经出发" in page.inner_text("main")
    assert page.locator("main form").count() == 0
    page.goto(PLAN)
    assert page.locator("#changes form").count() == 0


def test_whoever_may_not_change_the_plan_sees_no_way_to(look: Look, site: Site) -> None:
    assert look(PLAN, "peican").locator("#changes").count() == 0
    page = look(PLAN, "jiexian")
    press(page, ".run-list button")
    page.wait_for_selector(".stop-list li")
    assert page.locator(".stop-change, #changes form").count() == 0
    assert page.goto(f"{PLAN}/stops/{visit_of(site, 'E18')}").status == 403


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("width", [360, 1440])
def test_the_pages_of_a_change_can_be_read_reached_and_hit(
    look: Look, site: Site, tmp_path: Path, width: int, language: str
) -> None:
    page = look(f"{PLAN}/stops/{visit_of(site, 'E18')}", "fuwutai", width=width, language=language)
    page.fill("[name=why]", "E18 knows them" if language == "en" else "认识多年")
    send(page, ".ways button")
    found = {}
    for name, path in (("stop", page.url), ("plan", PLAN), ("papers", f"/print/{MONDAY}/lunch")):
        if name == "papers":
            page.goto(PLAN)
            send(page, ".again button")
            assert do_work(site.database, site.app.state.house.settings, site.clock) == 1
        page.goto(path)
        page.wait_for_load_state("networkidle")
        if name == "plan":
            page.wait_for_selector("#map[data-ready]")
            press(page, ".run-list button")
            page.wait_for_selector(".stop-change")
        page.evaluate(OPEN)
        page.screenshot(path=tmp_path / f"{name}-{width}-{language}.png", full_page=True)
        seen = page.evaluate(EYES)
        troubles = {key: seen[key] for key in ("faint", "small", "unnamed", "doubled") if seen[key]}
        if seen["sideways"] > 0 or page.complaints:
            troubles |= {"sideways": seen["sideways"], "complaints": page.complaints}
        if name == "papers" and page.locator(".alert.is-warn").count() == 0:
            troubles["void"] = "the papers of the former version are not said to be void"
        if troubles:
            found[name] = troubles
    assert found == {}
