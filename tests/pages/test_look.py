"""Every page in a real browser, on a phone and on a desk, in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.pages.conftest import Look, Site, come
from tests.pages.seeing import EYES

pytestmark = pytest.mark.browser

OPEN = "for (const one of document.querySelectorAll('main details:not(.other-day)')) one.open = true"
DAY = "2026-11-23"
PAGES = {
    "login": ("/login", None),
    "ticket": ("/ticket/anything", None),
    "password": ("/password", "fuwutai"),
    "board": (f"/?day={DAY}&meal=lunch", "fuwutai"),
    "board of a kitchen": (f"/?day={DAY}&meal=lunch", "chufang"),
    "board without a plan": (f"/?day={DAY}&meal=dinner", "fuwutai"),
    "plan": (f"/plan/{DAY}/lunch", "fuwutai"),
    "kitchen": ("/kitchen?kitchen=K02", "guanli"),
    "runs": ("/courier", "jiexian"),
    "courier": ("/courier/{run}", "songcan"),
    "papers": (f"/print/{DAY}/lunch", "guanli"),
    "open addresses": ("/people/open", "jiexian"),
}


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("width", [360, 1440])
def test_every_page_can_be_read_reached_and_hit(
    look: Look, site: Site, tmp_path: Path, width: int, language: str
) -> None:
    found, windows = {}, {}
    for name, (path, user) in PAGES.items():
        where = path.format(run=site.town.run_ids["R02" if user != "songcan" else "R01"])
        # One window a person, as people have it: letters and scripts are fetched once.
        if user in windows:
            page = windows[user]
            page.complaints.clear()
            come(page, where)
        else:
            page = windows[user] = look(where, user, width=width, language=language)
        page.evaluate(OPEN)
        if name == "plan":
            page.wait_for_selector("#map[data-ready]")
        page.screenshot(path=tmp_path / f"{name}-{width}-{language}.png", full_page=True)
        seen = page.evaluate(EYES)
        troubles = {key: seen[key] for key in ("faint", "small", "courier", "unnamed", "doubled") if seen[key]} | (
            {"sideways": seen["sideways"]} if seen["sideways"] > 0 else {}
        )
        if page.complaints:
            troubles["complaints"] = [*page.complaints]
        if seen["base"] < 16:
            troubles["base"] = seen["base"]
        if "Noto Sans SC Variable" not in " ".join(seen["fonts"]):
            troubles["fonts"] = seen["fonts"]
        if troubles:
            found[name] = troubles
    assert found == {}


def test_an_unknown_page_says_so_in_both_languages(look: Look) -> None:
    page = look("/nowhere", "fuwutai", width=360)
    assert "没有这个页面" in page.inner_text("main")
    assert "There is no such page" in page.inner_text("main")
    assert page.evaluate(EYES)["sideways"] <= 0


def test_paper_shows_the_kitchen_page_without_its_buttons(look: Look) -> None:
    page = look("/kitchen?kitchen=K02", "guanli")
    page.emulate_media(media="print")
    assert not page.is_visible(".top")
    assert not page.is_visible("text=出锅时间")
    assert page.is_visible(".print-head")
    assert page.is_visible("text=忌 鱼")
