"""One server with a kiosk, for all tests of a file: each finds the town as it was at the beginning."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from service.menus.choices import choices_of
from service.tables import MealOrder
from tests.pages.conftest import Site
from tests.pages.kiosks import SHAPES, Kiosk, KioskSite, kiosk_site
from tests.pages.town import DAY

Stand = Callable[..., Kiosk]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[KioskSite]:
    """One server for all tests here: each finds the town as it was at the beginning."""
    with kiosk_site(tmp_path_factory.mktemp("kiosk"), sqlite_template) as served:
        yield served


@pytest.fixture(scope="module")
def browser_of(chromium: Any, served: KioskSite) -> Iterator[Any]:
    """The one browser window that is registered as the kiosk."""
    context = window_of(chromium, served)
    yield context
    context.close()


def window_of(chromium: Any, served: KioskSite, **more: Any) -> Any:
    width, height = SHAPES["lying"]
    context = chromium.new_context(
        viewport={"width": width, "height": height}, base_url=served.site.address, has_touch=True, **more
    )
    cookie = {"name": "nuanfan_kiosk", "value": served.token, "domain": "127.0.0.1", "path": "/kiosk"}
    context.add_cookies([cookie])
    return context


@pytest.fixture
def site(served: KioskSite) -> Site:
    """The server, with the town as it was at the beginning."""
    served.renew()
    return served.site


@pytest.fixture
def stand(browser_of: Any, site: Site) -> Iterator[Stand]:
    """Stand in front of the kiosk of P1."""
    opened = []

    def open_kiosk(shape: str = "lying", *, script: str = "") -> Kiosk:
        width, height = SHAPES[shape]
        page = browser_of.new_page()
        opened.append(page)
        page.set_viewport_size({"width": width, "height": height})
        page.complaints = []
        page.on("console", lambda one: page.complaints.append(one.text) if one.type in {"error", "warning"} else None)
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        if script:
            page.add_init_script(script)
        page.goto("/kiosk")
        return Kiosk(page)

    yield open_kiosk
    for page in opened:
        page.close()


def orders(site: Site, number: str) -> list[MealOrder]:
    with site.database.read() as session:
        of_elder = select(MealOrder).where(MealOrder.elder_number == number, MealOrder.service_day > DAY)
        return sorted(session.exec(of_elder), key=lambda order: order.service_day)


def went_with(site: Site, order: MealOrder) -> tuple[str, ...]:
    with site.database.read() as session:
        return choices_of(session, order.id or 0)
