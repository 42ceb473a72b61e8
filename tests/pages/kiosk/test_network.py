"""A kiosk whose network goes: it says so over the whole screen, orders nothing by half, and comes back by itself."""

from __future__ import annotations

from typing import Any

import pytest

from tests.pages.conftest import Site
from tests.pages.kiosk.conftest import Stand, orders
from tests.pages.kiosks import CARD, TUESDAY, Kiosk

pytestmark = pytest.mark.browser

UP_TO_READ_BACK = ("later", "same:no", "dish:D01", "way:dine_in", f"day:{TUESDAY}")


def before_placing(stand: Stand) -> Kiosk:
    kiosk = stand()
    kiosk.swipe(CARD[28])
    kiosk.press(*UP_TO_READ_BACK)
    assert kiosk.step == "read_back"
    return kiosk


def away(kiosk: Kiosk) -> None:
    kiosk.page.wait_for_selector("#away[open]")


def back(kiosk: Kiosk) -> None:
    """Wait until it is there again, without a touch."""
    kiosk.page.wait_for_selector("#away", state="hidden")


def test_the_network_gone_covers_the_screen_and_it_comes_back_where_it_was(stand: Stand, site: Site) -> None:
    kiosk = before_placing(stand)
    kiosk.page.context.set_offline(True)
    away(kiosk)  # before anybody has touched anything
    box = kiosk.page.locator("#away").bounding_box()
    assert (box["x"], box["y"], box["width"], box["height"]) == (0, 0, 1280, 800)
    assert "网络" in kiosk.page.inner_text("#away")
    assert kiosk.broken_rules() == []
    kiosk.page.context.set_offline(False)
    back(kiosk)
    assert (kiosk.step, orders(site, "E0028")) == ("read_back", [])
    kiosk.press("place")
    assert (kiosk.step, len(orders(site, "E0028"))) == ("placed", 1)


def test_an_order_that_never_arrived_is_not_placed_and_can_be_pressed_again(stand: Stand, site: Site) -> None:
    kiosk = before_placing(stand)
    kiosk.page.route("**/kiosk", lambda route: route.abort())
    kiosk.page.locator("button[value=place]").tap()
    away(kiosk)
    assert orders(site, "E0028") == []
    kiosk.page.unroute("**/kiosk")
    back(kiosk)
    assert kiosk.step == "read_back"
    kiosk.press("place")
    assert len(orders(site, "E0028")) == 1


def test_an_order_whose_answer_was_lost_stands_once_and_is_shown_when_the_network_is_back(
    stand: Stand, site: Site
) -> None:
    kiosk = before_placing(stand)

    def lose(route: Any) -> None:
        if route.request.method == "POST":
            route.fetch(max_redirects=0)  # it arrives, and its answer gets lost
        route.abort()

    kiosk.page.route("**/kiosk", lose)
    kiosk.page.locator("button[value=place]").tap()
    away(kiosk)
    assert len(orders(site, "E0028")) == 1
    kiosk.page.unroute("**/kiosk")
    back(kiosk)
    assert (kiosk.step, len(orders(site, "E0028"))) == ("placed", 1)


def test_it_asks_again_until_the_server_answers(stand: Stand) -> None:
    kiosk = stand()
    tries = []

    def refuse(route: Any) -> None:
        tries.append(route.request.method)
        if len(tries) <= 3:
            route.abort()
        else:
            route.continue_()

    kiosk.page.route("**/kiosk", refuse)
    kiosk.page.evaluate("window.dispatchEvent(new Event('offline'))")
    away(kiosk)
    kiosk.page.wait_for_selector("#away", state="hidden")
    assert tries[:4] == ["GET"] * 4
    kiosk.swipe(CARD[28])
    assert kiosk.step == "take"
