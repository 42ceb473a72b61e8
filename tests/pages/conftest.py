"""A server around the tiny town in the middle of its lunch, and a real Chromium to look at it."""

from __future__ import annotations

import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI

from api.app import create_app
from service.clock import StoppedClock
from service.db import Database, open_database
from service.settings import Settings
from tests.pages.logins import PASSWORD
from tests.pages.morning import settle_some
from tests.pages.town import Town, build_town, lunch_at

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass(frozen=True, slots=True)
class Site:
    """A running server and what stands behind it."""

    address: str
    database: Database
    clock: StoppedClock
    town: Town
    app: FastAPI


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """The machine's own Chromium, headless; skips where there is none."""
    path = next(
        (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None
    )
    if path is None:
        pytest.skip("no Chromium on this machine: install Debian's chromium to look at the pages")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def site(tmp_path: Path, sqlite_template: Path) -> Iterator[Site]:
    """The town at 11:33, served on loopback."""
    shutil.copy(sqlite_template, tmp_path / "nuanfan.db")
    database = open_database(f"sqlite:///{tmp_path / 'nuanfan.db'}")
    settings = Settings(home=tmp_path)
    town = build_town(database, settings.papers_folder())
    settle_some(database, town)
    clock = StoppedClock(lunch_at(11, 33))
    app = create_app(database, settings, clock)
    with serving(app) as address:
        yield Site(address, database, clock, town, app)
    database.engine.dispose()


@contextmanager
def serving(app: FastAPI) -> Iterator[str]:
    """Serve the application on a free port of loopback and give its address."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", ws="none"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        thread.join()


Look = Callable[..., Any]


def come(page: Any, path: str) -> None:
    """Go to a page and wait until it stands there in its own letters, its scripts at work."""
    page.goto(path)
    page.evaluate("document.fonts.ready")


@pytest.fixture
def look(chromium: Any, site: Site) -> Iterator[Look]:
    """Open a page as somebody; what the browser complains about lands in `page.complaints`."""
    contexts = []

    def open_page(path: str, user: str | None = None, *, width: int = 1440, language: str = "zh") -> Any:
        context = chromium.new_context(viewport={"width": width, "height": 800}, base_url=site.address)
        contexts.append(context)
        if user is not None:
            answer = context.request.post("/api/session", data={"name": user, "password": PASSWORD})
            assert answer.ok, answer.text()
        context.request.post("/language", form={"language": language, "back": "/login"})
        page = context.new_page()
        page.complaints = []
        page.on("console", lambda one: page.complaints.append(one.text) if one.type in {"error", "warning"} else None)
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        come(page, path)
        return page

    yield open_page
    for context in contexts:
        context.close()
