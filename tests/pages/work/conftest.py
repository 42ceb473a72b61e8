"""One server with a planned lunch, for all tests of a file: each finds it as it was at ten o'clock."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.pages.conftest import Site
from tests.pages.logins import PASSWORD
from tests.pages.work_town import WorkSite, work_site
from tests.service.towns import MONDAY
from tests.service.work_day import Work

Open = Callable[..., Any]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[tuple[WorkSite, Site]]:
    """The server of a file."""
    with work_site(tmp_path_factory.mktemp("work"), sqlite_template) as made:
        yield made


@pytest.fixture
def work(served: tuple[WorkSite, Site]) -> Work:
    """The lunch behind the server, as it was at ten o'clock."""
    served[0].renew()
    return Work(served[0].database, served[0].clock)


@pytest.fixture
def open_page(chromium: Any, served: tuple[WorkSite, Site], work: Work) -> Iterator[Open]:
    """Open a page at work as somebody; what the browser complains about lands in `page.complaints`."""
    contexts = []

    def opened(path: str, user: str = "chufang", *, width: int = 1024, language: str = "zh", more: str = "") -> Any:
        context = chromium.new_context(viewport={"width": width, "height": 800}, base_url=served[1].address)
        contexts.append(context)
        answer = context.request.post("/api/session", data={"name": user, "password": PASSWORD})
        assert answer.ok, answer.text()
        context.request.post("/language", form={"language": language, "back": "/login"})
        page = context.new_page()
        page.complaints = []
        page.on("console", lambda one: page.complaints.append(one.text) if one.type in {"error", "warning"} else None)
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.goto(f"{path}?day={MONDAY}&meal=lunch{more}")
        page.wait_for_load_state("networkidle")
        return page

    yield opened
    for context in contexts:
        context.close()
