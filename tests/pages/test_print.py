"""The print centre in a real browser: by keyboard first, readable, and nothing comes out that is not written down."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from sqlmodel import select

from service.tables import PaperPrint
from tests.pages.axe import violations
from tests.pages.conftest import Look, Site
from tests.pages.seeing import troubles_of
from tests.pages.town import DAY

pytestmark = pytest.mark.browser

PAGE = f"/print/{DAY}/lunch"


def keep(page: object, name: str) -> None:
    """Keep a picture where somebody asked for pictures."""
    folder = os.environ.get("NUANFAN_TEST_PICTURES")
    if folder:
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)  # type: ignore[attr-defined]


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("width", [360, 1440])
def test_the_print_centre_is_readable_and_reachable(look: Look, site: Site, width: int, language: str) -> None:
    page = look(PAGE, "guanli", width=width, language=language)
    page.context.request.post(f"/print/papers/{site.town.paper_ids[7]}")
    page.reload()
    page.wait_for_load_state("networkidle")
    page.locator("summary.go").first.click()
    keep(page, f"print-{language}-{width}")
    assert troubles_of(page) == {}
    assert violations(page) == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_code_is_looked_up_by_keyboard_alone(look: Look, language: str) -> None:
    page = look(PAGE, "guanli", language=language)
    page.keyboard.press("/")
    page.keyboard.type("20261123-l-1-ro-r01")
    page.keyboard.press("Enter")
    page.wait_for_url("**/print/code?*")
    assert page.locator(".code-answer.is-valid").count() == 1
    keep(page, f"print-code-{language}")
    assert troubles_of(page) == {}
    assert violations(page) == []


def test_papers_are_printed_by_arrows_and_enter_and_again_only_for_a_reason(look: Look, site: Site) -> None:
    page = look(PAGE, "guanli")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    with page.context.expect_page() as opened:
        page.keyboard.press("Enter")
    opened.value.close()
    with site.database.read() as session:
        (first,) = session.exec(select(PaperPrint)).all()
        assert (first.code, first.printed_by, first.reason) == ("20261123-L-1-KI-K01", "guanli", "")
    page.reload()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    again = page.locator("details.again[open]")
    assert again.count() == 1
    again.locator("select[name=reason]").select_option("damaged")
    with page.context.expect_page() as opened:
        again.locator("button").press("Enter")
    opened.value.close()
    with site.database.read() as session:
        prints = session.exec(select(PaperPrint)).all()
        assert [(one.copy_number, one.reason) for one in prints] == [(1, ""), (2, "damaged")]


def test_a_copy_that_is_out_is_booked_back_from_the_list(look: Look, site: Site) -> None:
    page = look(PAGE, "guanli")
    page.context.request.post(f"/print/papers/{site.town.paper_ids[7]}")
    page.reload()
    assert page.locator("#copies tbody tr").count() == 1
    page.locator("#copies button[value=returned]").click()
    page.wait_for_load_state("networkidle")
    assert page.locator("#copies").count() == 0
