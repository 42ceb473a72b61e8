"""The database: one engine, one way to read, one way to write.

SQLite runs in WAL mode with `synchronous=FULL`: what was acknowledged survives a power cut. Every write begins with
`BEGIN IMMEDIATE`, so that two writers queue instead of failing half-way.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from sqlalchemy import Connection, CursorResult, Engine, create_engine, event, inspect
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionError
from sqlalchemy.pool import ConnectionPoolEntry
from sqlmodel import Session, SQLModel

import service.finding.index
import service.menus.watch  # noqa: F401  both listen to every write, in whatever process
from service.errors import InvalidError, StorageError
from service.writing import WritingSession

BUSY_MS = 10_000
PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={BUSY_MS}")


@dataclass(frozen=True, slots=True)
class Database:
    """An engine and its two doors. Who tells the story opens `write`; helpers take the session and never commit."""

    engine: Engine
    _reading: Engine = field(init=False, repr=False, compare=False)
    _turns: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Make the engine that begins no write."""
        object.__setattr__(self, "_reading", self.engine.execution_options(reads_only=True))

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Open one transaction that is committed at the end, or undone by any exception.

        Rows keep their values after it, so that a story can hand them on.

        Raises
        ------
        StorageError
            If the disk is full or the database cannot be reached; nothing was kept.
        """
        try:
            with self._turn(), WritingSession(self.engine, expire_on_commit=False) as session, session.begin():
                yield session
        except OperationalError as error:
            raise storage_error(error) from error
        except NoConnectionError as error:
            raise StorageError("error.database_busy") from error

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Wait for this process's turn to write, where only one writer can be at work.

        SQLite lets a waiting writer sleep for up to 100 ms and try again, whoever came first; a lock wakes the next one
        at once. Other processes still meet at the database itself.
        """
        if self.engine.dialect.name != "sqlite":
            yield
            return
        if not self._turns.acquire(timeout=BUSY_MS / 1000):
            raise StorageError("error.database_busy")
        try:
            yield
        finally:
            self._turns.release()

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Open a session that sees one state and keeps nothing."""
        try:
            with Session(self._reading, expire_on_commit=False) as session:
                yield session
        except OperationalError as error:
            raise storage_error(error) from error
        except NoConnectionError as error:
            raise StorageError("error.database_busy") from error


def open_database(url: str) -> Database:
    """Return the database at `url` (`sqlite:///…` or `postgresql://…`)."""
    if url.startswith("sqlite"):
        engine = create_engine(url, connect_args={"check_same_thread": False})
        event.listen(engine, "connect", _set_pragmas)
        event.listen(engine, "begin", _begin)
    else:
        engine = create_engine(url, pool_size=20, max_overflow=25, pool_pre_ping=True)
    event.listen(engine, "before_cursor_execute", _refuse_nul)
    return Database(engine)


def insert_unless_there(session: Session, table: type[SQLModel], **values: Any) -> bool:
    """Insert a row unless one with its key, or with a value that must be unique, stands already; say if it was new.

    Two at once make one row: the second waits for the first to end its transaction.
    """
    insert = _insert_unless_there(table, session.get_bind().dialect.name)
    return bool(session.connection().execute(insert, values).all())


@cache
def _insert_unless_there(table: type[SQLModel], dialect: str) -> Any:
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return insert(table).on_conflict_do_nothing().returning(*inspect(table).primary_key)


def changed_rows(result: object) -> int:
    """Return how many rows an update or delete changed: a claim holds when it is 1.

    Raises
    ------
    TypeError
        If `result` is not that of a statement which changes rows.
    """
    if not isinstance(result, CursorResult):
        raise TypeError(f"expected the result of an update or delete, got {type(result)}")
    return result.rowcount


def storage_error(error: OperationalError) -> StorageError:
    """Return the refusal that says what the database said, in words a manager can act on."""
    said = str(error.orig).lower()
    if "disk is full" in said or "no space left" in said or "disk i/o" in said or "could not extend file" in said:
        return StorageError("error.disk_full")
    if "locked" in said or "busy" in said:
        return StorageError("error.database_busy")
    return StorageError("error.database_gone", detail=str(error.orig))


def _refuse_nul(
    _connection: Connection, _cursor: object, _statement: str, parameters: Any, _context: object, _many: bool
) -> None:
    """Refuse a NUL in any text before a statement is sent: PostgreSQL cannot hold one, and SQLite would."""
    # A list holds rows; many rows in one statement come as one flat row.
    for row in parameters if isinstance(parameters, list) else [parameters or ()]:
        for value in row.values() if isinstance(row, dict) else row:
            if isinstance(value, str) and "\x00" in value:
                raise InvalidError("error.odd_text")


def _set_pragmas(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
    # The driver must not begin transactions by itself: `_begin` decides which kind it is.
    connection.isolation_level = None
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    reads_only = connection.get_execution_options().get("reads_only", False)
    connection.exec_driver_sql("BEGIN" if reads_only else "BEGIN IMMEDIATE")
