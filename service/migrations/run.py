"""Bring a database to the tables that this version needs."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
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
        with database.engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except OperationalError as error:
        raise storage_error(error) from error
    return current(database) or ""


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
