"""Who holds a session is remembered for a moment, and not a moment longer."""

from __future__ import annotations

from sqlalchemy import delete

from service.access import find_login
from service.clock import StoppedClock
from service.db import Database
from service.tables import LoginSession
from service.visiting import REMEMBERED, ask_login, visitors_of
from tests.api.conftest import Enter


def _end_all_elsewhere(database: Database) -> None:
    """End every session as another process would: past the sessions that are watched here."""
    with database.engine.begin() as connection:
        connection.execute(delete(LoginSession))


def test_a_session_ended_by_another_process_opens_nothing_after_a_moment(
    enter: Enter, database: Database, clock: StoppedClock
) -> None:
    client = enter("fuwutai")
    assert client.get("/api/session").status_code == 200
    _end_all_elsewhere(database)
    clock.advance(REMEMBERED.total_seconds())
    assert client.get("/api/session").status_code == 401


def test_a_visitor_who_came_a_moment_ago_costs_no_question(
    enter: Enter, database: Database, clock: StoppedClock
) -> None:
    client = enter("fuwutai")
    token = client.cookies["nuanfan_session"]
    assert ask_login(database, token, clock) is not None
    _end_all_elsewhere(database)
    assert visitors_of(database.engine).find(token, clock.now()) is not None


def test_nobody_is_remembered_by_an_answer_older_than_a_change(
    enter: Enter, database: Database, clock: StoppedClock
) -> None:
    token = enter("fuwutai").cookies["nuanfan_session"]
    visitors = visitors_of(database.engine)
    before = visitors.changes
    with database.read() as session:
        login = find_login(session, token, clock.now())
    assert login is not None
    with database.write() as session:
        session.execute(delete(LoginSession))
    visitors.keep(token, clock.now(), login, before)
    assert visitors.find(token, clock.now()) is None


def test_a_guess_is_never_remembered(enter: Enter, database: Database, clock: StoppedClock) -> None:
    enter("fuwutai")
    assert ask_login(database, "a-guess", clock) is None
    assert visitors_of(database.engine).find("a-guess", clock.now()) is None
