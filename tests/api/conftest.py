"""The application around a tiny town, and somebody logged in to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.app import create_app
from service.clock import StoppedClock
from service.db import Database
from service.settings import Settings
from tests.pages.logins import PASSWORD
from tests.pages.town import Town, build_town, lunch_at

Enter = Callable[[str], TestClient]


@pytest.fixture
def clock() -> StoppedClock:
    """Monday 2026-11-23, 11:00 in Guangzhou: the lunch is on its way."""
    return StoppedClock(lunch_at(11, 0))


@pytest.fixture
def town(database: Database, tmp_path: Path) -> Town:
    """A published lunch, on SQLite and on PostgreSQL."""
    return build_town(database, tmp_path / "home" / "papers")


@pytest.fixture
def app(database: Database, town: Town, clock: StoppedClock, tmp_path: Path) -> FastAPI:
    """The application."""
    return create_app(database, Settings(home=tmp_path / "home"), clock)


@pytest.fixture
def visitor(app: FastAPI) -> Iterator[TestClient]:
    """Somebody who is not logged in."""
    with TestClient(app, follow_redirects=False) as client:
        yield client


@pytest.fixture
def enter(app: FastAPI) -> Iterator[Enter]:
    """Log somebody in and return their client."""
    clients: list[TestClient] = []

    def log_in(name: str) -> TestClient:
        client = TestClient(app, follow_redirects=False)
        clients.append(client)
        answer = client.post("/api/session", json={"name": name, "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        return client

    yield log_in
    for client in clients:
        client.close()
