"""What people do with the pages, in a real browser."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sqlmodel import select, update

from service.settings import Settings
from service.tables import Batch, Plan, Visit
from tests.pages.conftest import Look, Site
from tests.pages.logins import PASSWORD

pytestmark = pytest.mark.browser

DAY = "2026-11-23"
ASK_NOW = "htmx.trigger(document.querySelector('#board'), 'every')"


def test_somebody_logs_in_changes_the_language_and_leaves(look: Look) -> None:
    page = look("/kitchen")
    page.fill("[name=name]", "fuwutai")
    page.fill("[name=password]", PASSWORD)
    page.click("text=登录 >> nth=-1")
    page.wait_for_url("**/kitchen")
    page.click(".languages >> text=EN")
    assert page.inner_text("nav >> nth=0").startswith("Board")
    page.click(".me summary")
    page.click("text=Log out")
    page.wait_for_url("**/login")
    page.goto("/kitchen")
    assert page.url.endswith("/login?next=/kitchen")


def test_the_board_renews_itself_where_it_stands(look: Look, site: Site) -> None:
    page = look(f"/?day={DAY}&meal=lunch", "fuwutai", width=360)
    assert "22" in page.inner_text(".flow-cooked .figure")
    page.evaluate("window.scrollTo(0, 900)")
    with site.database.write() as session:
        for batch in session.exec(select(Batch)):
            batch.cooked_at = site.clock.now()
            session.add(batch)
    page.evaluate(ASK_NOW)
    page.wait_for_selector(".flow-cooked.is-full")
    assert page.inner_text(".flow-cooked .figure") == "33"
    assert page.evaluate("window.scrollY") == 900
    assert page.complaints == []


def test_a_board_that_gets_no_answer_says_that_it_is_old(look: Look) -> None:
    page = look(f"/?day={DAY}&meal=lunch", "fuwutai")
    assert not page.is_visible("#stale")
    page.context.set_offline(True)
    page.evaluate(ASK_NOW)
    page.wait_for_selector("#stale:not([hidden])")
    page.context.set_offline(False)
    page.evaluate(ASK_NOW)
    page.wait_for_selector("#stale", state="hidden")


def test_a_board_whose_session_has_ended_goes_to_the_login(look: Look) -> None:
    page = look(f"/?day={DAY}&meal=lunch", "fuwutai")
    page.context.clear_cookies()
    page.evaluate(ASK_NOW)
    page.wait_for_url("**/login")


def test_the_map_is_used_with_keys_alone(look: Look, site: Site) -> None:
    page = look(f"/plan/{DAY}/lunch", "fuwutai")
    page.wait_for_selector("#map[data-ready]")
    assert page.locator(".mark-stop").count() >= 24
    page.focus(f".run-list [data-run='{site.town.run_ids['R02']}']")
    page.keyboard.press("Enter")
    page.wait_for_selector(".stop-list li")
    assert page.locator(".leaflet-marker-pane .mark-stop:not(.faded)").count() == 8
    assert page.locator(".stop-list li[id]").count() == 8
    page.focus(".stop-list li:nth-child(3) button")
    page.keyboard.press("Enter")
    assert page.locator(".leaflet-marker-pane .is-chosen").inner_text() == "3"
    page.focus("button[data-run='']")
    page.keyboard.press("Enter")
    assert page.locator(".leaflet-marker-pane .faded").count() == 0
    assert page.locator("#run-detail").inner_html() == ""


def test_the_plan_says_how_far_from_the_best_it_is_at_most(look: Look, site: Site) -> None:
    page = look(f"/plan/{DAY}/lunch", "fuwutai")
    # 48,320 m against 46,400 m is 4.137 % more; a bound is rounded to the safe side.
    assert page.inner_text(".standing summary").strip() == "最多比可能的最优方案贵 4.2 %"
    page.click(".standing summary")
    assert "48.3" in page.inner_text(".standing p")
    assert "46.4" in page.inner_text(".standing p")
    english = look(f"/plan/{DAY}/lunch", "fuwutai", language="en")
    assert english.inner_text(".standing summary").strip() == "At most 4.2 % above the best possible"
    with site.database.write() as session:
        session.execute(update(Plan).values(bound_m=None))
    assert look(f"/plan/{DAY}/lunch", "fuwutai").locator(".standing").count() == 0


def test_a_door_on_the_map_opens_its_run_and_line(look: Look, site: Site) -> None:
    page = look(f"/plan/{DAY}/lunch", "fuwutai")
    page.wait_for_selector("#map[data-ready]")
    visit = site.town.visit_ids[9]
    page.locator(".leaflet-marker-pane .mark-stop[data-colour='1']").nth(1).dispatch_event("click")
    page.wait_for_selector(f"#stop-{visit}.is-chosen")
    assert "R02" in page.inner_text("#run-detail h3")


def test_a_map_without_ground_still_shows_the_plan(look: Look, site: Site, tmp_path: Path) -> None:
    house = site.app.state.house
    site.app.state.house = replace(house, settings=Settings(home=tmp_path, basemap=tmp_path / "no-ground.geojson"))
    page = look(f"/plan/{DAY}/lunch", "fuwutai")
    page.wait_for_selector("#map[data-ready]")
    assert page.locator(".leaflet-marker-pane .mark-kitchen").count() == 2
    assert page.locator(".street-name").count() == 0
    assert page.complaints == []


def test_a_courier_settles_a_door_and_takes_it_back(look: Look, site: Site) -> None:
    page = look(f"/courier/{site.town.run_ids['R01']}", "songcan", width=360)
    assert page.inner_text(".next-door .stop-number") == "5"
    page.click(".next-door >> text=无人应门")
    page.wait_for_selector(".undo-bar")
    assert page.inner_text(".next-door .stop-number") == "6"
    assert "先回" in page.inner_text("main")
    page.click(".undo-bar button")
    page.wait_for_selector(".undo-bar", state="detached")
    assert page.inner_text(".next-door .stop-number") == "5"
    page.click(".next-door summary")
    page.fill(".next-door [name=note]", "去女儿家了")
    page.click(".next-door >> text=已知外出")
    page.wait_for_selector(".undo-bar")
    with site.database.read() as session:
        visit = session.get_one(Visit, site.town.visit_ids[4])
    assert (visit.outcome, visit.note, visit.outcome_by) == ("away_known", "去女儿家了", "songcan")


def test_a_courier_reads_every_door_before_setting_out(look: Look, site: Site) -> None:
    page = look(f"/courier/{site.town.run_ids['R02']}", "jiexian", width=360)
    assert "先取餐：5 份" in page.inner_text(".load")
    for number, visit in enumerate(site.town.visit_ids[8:16], start=1):
        page.click(f"#door-{visit} > details > summary")
        said = page.inner_text(f"#door-{visit}")
        assert f"K01-{(number - 1) * 3 + 2:04d}" in said
        assert "最晚 12:45" in said
    page.click("text=取好餐，出发")
    page.wait_for_selector(".load", state="detached")


def test_a_kitchen_marks_a_batch_with_its_time(look: Look, site: Site) -> None:
    page = look("/kitchen?kitchen=K02", "guanli", width=360)
    batch = page.locator(f"#batch-{site.town.batch_ids['K02-B2']}")
    batch.locator("[name=at]").fill("09:50")
    batch.locator("form.cooked .main-button").click()
    page.wait_for_selector(f"#batch-{site.town.batch_ids['K02-B2']}.is-done")
    assert "09:50 出锅" in batch.inner_text()
    assert "13:50" in batch.inner_text()
