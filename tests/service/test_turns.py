"""Two writers at once: they take turns, and who waits too long is told so."""

from __future__ import annotations

import threading

import pytest
from sqlmodel import col, func, select

from service import db
from service.db import Database
from service.errors import StorageError
from service.tables import Street


def test_writers_at_once_take_turns_and_none_is_lost(database: Database) -> None:
    ready = threading.Barrier(8)

    def write(n: int) -> None:
        ready.wait()
        for k in range(5):
            with database.write() as session:
                session.add(Street(code=f"S{n}{k}", name=f"样例街{n}{k}", lat=23.1, lon=113.3))

    threads = [threading.Thread(target=write, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.read() as session:
        assert session.exec(select(func.count()).select_from(Street)).one() == 40


def test_who_waits_too_long_for_a_turn_is_told_and_the_next_one_writes(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(db, "BUSY_MS", 50)
    refused: list[str] = []

    def write() -> None:
        try:
            with sqlite_database.write() as session:
                session.add(Street(code="S2", name="样例街二", lat=23.1, lon=113.3))
        except StorageError as error:
            refused.append(error.key)

    with sqlite_database.write() as session:
        session.add(Street(code="S1", name="样例街一", lat=23.1, lon=113.3))
        waiting = threading.Thread(target=write)
        waiting.start()
        waiting.join()
    assert refused == ["error.database_busy"]
    write()
    with sqlite_database.read() as session:
        assert session.exec(select(Street.code).order_by(col(Street.code))).all() == ["S1", "S2"]


def test_a_read_waits_for_no_writer(sqlite_database: Database) -> None:
    with sqlite_database.write() as writing:
        writing.add(Street(code="S1", name="样例街一", lat=23.1, lon=113.3))
        writing.flush()
        with sqlite_database.read() as reading:
            assert reading.exec(select(func.count()).select_from(Street)).one() == 0
