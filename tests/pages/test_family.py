"""The family's page and the office's page of links, in a real browser: large, clean, and without a script."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from api.app import create_app
from service.clock import StoppedClock
from service.db import open_database
from service.family import make_link
from service.settings import Settings
from service.standing import generate_ahead
from service.tables import Elder, ElderConsent, ElderContact, MealOrder
from tests.pages.axe import violations
from tests.pages.conftest import Look, Site, serving
from tests.pages.desk_town import REGULAR, furnish
from tests.pages.seeing import troubles_of
from tests.pages.town import DAY, build_town, lunch_at

pytestmark = pytest.mark.browser

TUESDAY = DAY + timedelta(days=1)
DAUGHTER = "女儿样"


@pytest.fixture
def site(tmp_path: Path, sqlite_template: Path) -> Iterator[Site]:
    """The town on Monday at 11:33; the elder's daughter is on record, and the elder has agreed."""
    shutil.copy(sqlite_template, tmp_path / "nuanfan.db")
    database = open_database(f"sqlite:///{tmp_path / 'nuanfan.db'}")
    town = build_town(database)
    furnish(database)
    clock = StoppedClock(lunch_at(11, 33))
    agreed = {"purpose": "family_sharing", "given_at": lunch_at(9, 0), "agreed": True, "text_version": "2026-01"}
    contact = {"name": DAUGHTER, "phone": "13800000077", "roles": "family", "call_order": 2}
    with database.write() as session:
        session.add(ElderConsent(elder_number=REGULAR, **agreed))
        session.add(ElderContact(elder_number=REGULAR, **contact))
    generate_ahead(database, clock)
    app = create_app(database, Settings(home=tmp_path), clock)
    with serving(app) as address:
        yield Site(address, database, clock, town, app)
    database.engine.dispose()


def link_of(site: Site) -> str:
    _, token = make_link(site.database, REGULAR, holder=DAUGHTER, days=184, by="jiexian", clock=site.clock)
    return f"/family/{token}"


def states(site: Site) -> list[tuple[str, str | None, str]]:
    with site.database.read() as session:
        mine = select(MealOrder).where(MealOrder.elder_number == REGULAR, MealOrder.service_day == TUESDAY)
        return [(one.state, one.dish_code, one.placed_by) for one in session.exec(mine)]


def test_a_meal_is_ordered_changed_and_cancelled_by_touch(look: Look, site: Site) -> None:
    page = look(link_of(site))
    lunch = page.locator(f"#day-{TUESDAY} .meal").first
    lunch.locator("button.main").click()
    page.wait_for_selector(".said[role=status]")
    assert states(site) == [("placed", None, "E0004-F1")]
    lunch.locator("summary").first.click()
    lunch.locator("button[name=number][value='2']").click()
    page.wait_for_url("**done=change**")
    assert states(site) == [("placed", "D03", "E0004-F1")]
    lunch.locator("summary").last.click()
    lunch.locator("button.late").click()
    page.wait_for_url("**done=cancel**")
    assert states(site) == [("cancelled", "D03", "E0004-F1")]
    page.go_back()
    page.reload()
    assert states(site) == [("cancelled", "D03", "E0004-F1")]
    assert page.complaints == []


def test_the_page_says_no_more_about_the_elder_than_it_must(look: Look, site: Site) -> None:
    page = look(link_of(site))
    html = page.content()
    with site.database.read() as session:
        elder = session.get_one(Elder, REGULAR)
        told = [elder.name, elder.number, elder.phone, elder.address, elder.door]
    assert [one for one in told if one and len(one) > 3 and one in html] == []
    assert page.locator("script").count() == 0
    assert page.context.cookies() == [one for one in page.context.cookies() if one["name"] == "nuanfan_language"]


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("width", [360, 1440])
def test_the_pages_can_be_read_reached_and_hit(
    look: Look, site: Site, tmp_path: Path, width: int, language: str
) -> None:
    page = look(link_of(site), width=width, language=language)
    page.evaluate("for (const one of [...document.querySelectorAll('details')].slice(0, 4)) one.open = true")
    page.screenshot(path=tmp_path / f"family-{width}-{language}.png", full_page=True)
    assert (troubles_of(page), violations(page)) == ({}, [])
    small = page.evaluate(
        "[...document.querySelectorAll('button, summary, a')].filter((one) => one.checkVisibility()"
        " && one.getBoundingClientRect().height < 47).map((one) => one.innerText)"
    )
    assert small == []
    assert page.evaluate("parseFloat(getComputedStyle(document.querySelector('.dish')).fontSize)") >= 20
    staff = look(f"/people/{REGULAR}/family", "fuwutai", width=width, language=language)
    staff.click(".link-form button")
    staff.wait_for_selector(".one-time-link")
    staff.screenshot(path=tmp_path / f"links-{width}-{language}.png", full_page=True)
    assert (troubles_of(staff), violations(staff)) == ({}, [])
    gone = look("/family/nobody-has-this", width=width, language=language)
    gone.complaints.clear()  # the browser itself says that it was a 404
    gone.screenshot(path=tmp_path / f"gone-{width}-{language}.png", full_page=True)
    assert (troubles_of(gone), violations(gone)) == ({}, [])
