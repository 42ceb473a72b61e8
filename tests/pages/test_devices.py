"""The kiosks of the district as a page: looked at in both languages, a new one added, one revoked for good."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.devices import SILENT_AFTER, add_kiosk, register_kiosk
from service.tables import Device
from tests.pages.axe import violations
from tests.pages.conftest import Look, Site
from tests.pages.seeing import troubles_of

pytestmark = pytest.mark.browser


@pytest.fixture(autouse=True)
def kiosks(site: Site) -> None:
    """P1 has a kiosk in use, P2 one that waits for its code."""
    _, code = add_kiosk(site.database, "P1", by="fuwutai", clock=site.clock)
    register_kiosk(site.database, code, clock=site.clock)
    add_kiosk(site.database, "P2", by="fuwutai", clock=site.clock)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("width", [360, 1440])
def test_the_kiosks_can_be_read_reached_and_hit(look: Look, tmp_path: Path, width: int, language: str) -> None:
    page = look("/devices", "fuwutai", width=width, language=language)
    page.click(".add-kiosk button")
    page.wait_for_selector(".one-time-code")
    page.click("details.sure >> nth=0")
    page.screenshot(path=tmp_path / f"devices-{width}-{language}.png", full_page=True)
    assert troubles_of(page) == {}
    assert violations(page) == []


def test_a_kiosk_is_added_with_a_code_shown_once_and_revoked_only_after_a_second_word(look: Look, site: Site) -> None:
    page = look("/devices", "fuwutai")
    page.select_option("[name=point]", "P3")
    page.click(".add-kiosk button")
    assert "P3-K1" in page.inner_text(".new-link")
    assert "/kiosk/register" in page.inner_text(".new-link")
    page.goto("/devices")
    assert page.locator(".one-time-code").count() == 0
    row = page.locator("tr", has_text="P1-K1")
    row.locator("summary").click()
    with site.database.read() as session:
        assert session.get_one(Device, "P1-K1").revoked_at is None
    row.locator("button").click()
    page.wait_for_selector("tr.is-over >> text=P1-K1")
    assert page.locator("tbody tr").last.locator("th").inner_text() == "P1-K1"
    assert page.complaints == []


def test_a_kiosk_that_says_nothing_any_more_is_seen_to_be_silent(look: Look, site: Site) -> None:
    site.clock.advance(SILENT_AFTER.total_seconds() + 1)
    page = look("/devices", "fuwutai")
    assert "失联" in page.locator("tr", has_text="P1-K1").inner_text()
