"""Bring a database to the tables that this version needs."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from service.db import Database, storage_error

FOLDER = Path(__file__).parent


def migrate(database: Database) -> str:
    """Run every step that is missing, in one transaction, and return the revision reached.

    Raises
    ------
    StorageError
        If the database cannot be reached or written to.
    """
    config = _config()
    try:
        with database.engine.connect() as connection, _rules_aside(connection), connection.begin():
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            _refuse_dangling(connection)
    except OperationalError as error:
        raise storage_error(error) from error
    return current(database) or ""


@contextmanager
def _rules_aside(connection: Connection) -> Iterator[None]:
    """Let SQLite rebuild a table that others refer to (sqlite.org/lang_altertable.html, section 7)."""
    driver = connection.connection.driver_connection
    if not isinstance(driver, sqlite3.Connection):
        yield
        return
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys=ON")


def _refuse_dangling(connection: Connection) -> None:
    """Refuse a step that left a row pointing nowhere; the transaction is undone by it."""
    if connection.dialect.name == "sqlite":
        dangling = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchone()
        if dangling is not None:
            raise ValueError(f"expected every reference to hold after migrating, got {tuple(dangling)}")


def current(database: Database) -> str | None:
    """Return the revision the database stands at, or None for an empty one."""
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def newest() -> str:
    """Return the revision this version needs."""
    return ScriptDirectory.from_config(_config()).get_current_head() or ""


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("path_separator", "os")
    return config
