"""Coming in: passwords, throttling, sessions, tickets."""

from __future__ import annotations

import re

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from service import access
from service.access import PASSWORDS, create_user, find_login, first_admin, log_in, make_ticket, use_ticket
from service.clock import StoppedClock
from service.db import Database
from service.errors import ConflictError, InvalidError, NotAllowedError
from service.tables import LoginSession, Role, User
from tests.api.conftest import Enter
from tests.pages.logins import PASSWORD


def test_a_session_cookie_is_hidden_from_scripts_and_kept_only_as_a_hash(
    visitor: TestClient, database: Database
) -> None:
    answer = visitor.post("/login", data={"name": "fuwutai", "password": PASSWORD})
    assert answer.status_code == 303
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    token = re.search(r"nuanfan_session=([^;]+)", cookie).group(1)
    with database.read() as session:
        rows = session.exec(select(LoginSession)).all()
    assert len(rows) == 1
    assert token not in rows[0].token_hash


def test_an_unknown_name_and_a_wrong_password_get_the_same_answer(visitor: TestClient) -> None:
    wrong = visitor.post("/api/session", json={"name": "fuwutai", "password": "not-the-password"})
    unknown = visitor.post("/api/session", json={"name": "nobody-here", "password": "not-the-password"})
    assert (wrong.status_code, unknown.status_code) == (401, 401)
    assert wrong.json() == unknown.json()


def test_an_unknown_name_costs_the_work_of_a_real_password() -> None:
    real = PASSWORDS.hash("any password at all")
    cost = re.compile(r"\$argon2id\$v=\d+\$m=\d+,t=\d+,p=\d+\$")
    assert cost.match(access._NOBODY).group() == cost.match(real).group()


def test_the_sixth_try_within_a_quarter_hour_is_refused_even_with_the_right_password(
    visitor: TestClient, clock: StoppedClock
) -> None:
    for _ in range(5):
        assert visitor.post("/api/session", json={"name": "fuwutai", "password": "wrong"}).status_code == 401
    right = {"name": "fuwutai", "password": PASSWORD}
    refused = visitor.post("/api/session", json=right)
    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= 15 * 60
    assert visitor.post("/api/session", json={"name": "chufang", "password": PASSWORD}).status_code == 200
    clock.advance(15 * 60)
    assert visitor.post("/api/session", json=right).status_code == 200


def test_a_right_password_forgets_the_wrong_ones_before_it(visitor: TestClient) -> None:
    for _ in range(2):
        for _ in range(4):
            visitor.post("/api/session", json={"name": "fuwutai", "password": "wrong"})
        assert visitor.post("/api/session", json={"name": "fuwutai", "password": PASSWORD}).status_code == 200


def test_a_session_ends_after_twelve_idle_hours(enter: Enter, clock: StoppedClock) -> None:
    client = enter("fuwutai")
    clock.advance(12 * 3600 - 1)
    assert client.get("/api/session").status_code == 200
    clock.advance(1)
    assert client.get("/api/session").status_code == 401


def test_a_write_keeps_the_session_alive_and_a_read_does_not(enter: Enter, clock: StoppedClock) -> None:
    client = enter("fuwutai")
    clock.advance(11 * 3600)
    assert client.post("/session/seen").status_code == 204
    clock.advance(11 * 3600)
    assert client.get("/api/session").status_code == 200
    clock.advance(2 * 3600)
    assert client.get("/api/session").status_code == 401


def test_a_session_ends_after_seven_days_however_busy(enter: Enter, clock: StoppedClock) -> None:
    client = enter("fuwutai")
    for _ in range(15):
        clock.advance(11 * 3600)
        assert client.post("/session/seen").status_code == 204
    clock.advance(11 * 3600)
    assert client.get("/api/session").status_code == 401


def test_logging_out_ends_the_session_on_the_server(enter: Enter) -> None:
    client = enter("fuwutai")
    token = client.cookies["nuanfan_session"]
    assert client.post("/logout").headers["location"] == "/login"
    client.cookies.set("nuanfan_session", token)
    assert client.get("/api/session").status_code == 401


def test_somebody_switched_off_is_out_at_once(enter: Enter, database: Database) -> None:
    client = enter("fuwutai")
    with database.write() as session:
        session.get_one(User, "fuwutai").active = False
    assert client.get("/api/session").status_code == 401


def test_a_ticket_shows_a_button_first_and_opens_once(
    visitor: TestClient, database: Database, clock: StoppedClock
) -> None:
    ticket = make_ticket(database, "guanli", clock)
    assert visitor.get(f"/ticket/{ticket}").status_code == 200
    assert visitor.get("/api/session").status_code == 401
    assert visitor.post(f"/ticket/{ticket}").headers["location"] == "/"
    assert visitor.get("/api/session").json()["name"] == "guanli"
    assert visitor.post(f"/ticket/{ticket}").headers["location"] == "/login"


def test_a_ticket_is_no_session_and_expires_after_ten_minutes(database: Database, clock: StoppedClock, town) -> None:
    ticket = make_ticket(database, "guanli", clock)
    with database.read() as session:
        assert find_login(session, ticket, clock.now()) is None
    clock.advance(10 * 60)
    with pytest.raises(NotAllowedError):
        use_ticket(database, ticket, clock)


def test_the_first_admin_is_made_once_and_must_change_the_password(database: Database, clock: StoppedClock) -> None:
    password = first_admin(database, clock)
    assert password is not None
    assert first_admin(database, clock) is None
    with database.read() as session:
        login = find_login(session, log_in(database, "admin", password, clock), clock.now())
    assert login.role == Role.ADMIN
    assert login.must_change


def test_a_first_password_opens_only_the_page_that_changes_it(
    visitor: TestClient, database: Database, clock: StoppedClock
) -> None:
    create_user(database, name="xinren", role=Role.DISTRICT, password="first-password", clock=clock)
    visitor.post("/login", data={"name": "xinren", "password": "first-password"})
    assert visitor.get("/").headers["location"] == "/password"
    assert visitor.get("/api/days/2026-11-23/lunch").status_code == 403
    changed = {"current": "first-password", "new": "second-password", "again": "second-password"}
    assert visitor.post("/password", data=changed).headers["location"] == "/"
    assert visitor.get("/").status_code == 200


@pytest.mark.parametrize(
    "form",
    [
        {"current": "wrong-password", "new": "second-password", "again": "second-password"},
        {"current": PASSWORD, "new": "second-password", "again": "other-password"},
        {"current": PASSWORD, "new": "short", "again": "short"},
        {"current": PASSWORD, "new": PASSWORD, "again": PASSWORD},
    ],
)
def test_a_password_change_that_does_not_fit_changes_nothing(enter: Enter, form: dict[str, str]) -> None:
    client = enter("fuwutai")
    assert client.post("/password", data=form).status_code == 422
    assert client.get("/api/session").status_code == 200


@pytest.mark.parametrize(("role", "scope"), [(Role.KITCHEN, None), (Role.ADMIN, "K01")])
def test_only_roles_that_work_at_one_place_have_one(
    database: Database, clock: StoppedClock, role: Role, scope: str | None
) -> None:
    with pytest.raises(InvalidError):
        create_user(database, name="xinren", role=role, scope=scope, password="long enough", clock=clock)


def test_a_name_is_given_once(database: Database, clock: StoppedClock, town) -> None:
    with pytest.raises(ConflictError):
        create_user(database, name="guanli", role=Role.ADMIN, password="long enough", clock=clock)


def test_login_goes_on_to_our_own_pages_only(visitor: TestClient) -> None:
    for wanted, reached in (
        ("/kitchen", "/kitchen"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example", "/"),
    ):
        form = {"name": "fuwutai", "password": PASSWORD, "next": wanted}
        assert visitor.post("/login", data=form).headers["location"] == reached
