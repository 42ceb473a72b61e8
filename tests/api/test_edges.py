"""Requests at the edge of what can be: refused with a sentence, never a crash."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from service.db import Database
from tests.api.conftest import Enter


@pytest.fixture
def database(sqlite_database: Database) -> Database:
    """One kind of database is enough: nothing of this reaches it."""
    return sqlite_database


@pytest.mark.parametrize("number", ["0", "-1", "99999999999999999999", "3000000000", "x"])
@pytest.mark.parametrize("address", ["/courier/{}", "/papers/{}"])
def test_a_number_that_no_row_can_have_is_refused(enter: Enter, address: str, number: str) -> None:
    assert enter("guanli").get(address.format(number)).status_code in {404, 422}


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "2026-02-30", "today"])
@pytest.mark.parametrize("address", ["/?day={}", "/api/days/{}/lunch", "/plan/{}/lunch"])
def test_a_day_beyond_all_calendars_is_refused(enter: Enter, address: str, day: str) -> None:
    assert enter("guanli").get(address.format(day)).status_code == 422


def test_half_a_character_is_refused_and_not_repeated(visitor: TestClient) -> None:
    answer = visitor.post(
        "/api/session",
        content=b'{"name": "\\ud800", "password": "x", "\\ud800": 1}',
        headers={"Content-Type": "application/json"},
    )
    assert answer.status_code in {401, 422}


@pytest.mark.parametrize("body", ['{"name": "a", "passwort": "geheim-1234"}', '["geheim-1234"]'])
def test_a_password_in_the_wrong_place_is_not_repeated(visitor: TestClient, body: str) -> None:
    answer = visitor.post("/api/session", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422
    assert "geheim" not in answer.text
