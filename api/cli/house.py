"""`nuanfan migrate`, `reindex` and `user`: what an administrator does at the console."""

from __future__ import annotations

import secrets
from typing import Annotated

import typer

from api.cli.console import open_installation, output
from service.access import create_user, set_password
from service.finding.index import rebuild
from service.migrations.run import migrate
from service.tables import Role
from service.texts import text


def migrate_command() -> None:
    """Bring the database to this version's tables."""
    here = open_installation()
    revision = migrate(here.database)
    output.print(text(here.settings.language, "cli.migrated", revision=revision), markup=False)


def reindex_command() -> None:
    """Make what elders are found by anew: a repair, for a database that something else has written to."""
    here = open_installation()
    with here.database.write() as session:
        count = rebuild(session)
    output.print(text(here.settings.language, "cli.reindexed", count=count), markup=False)


def user_command(
    name: Annotated[str, typer.Argument(help="Login name.")],
    role: Annotated[Role | None, typer.Option(help="Make a new login of this role.")] = None,
    scope: Annotated[str, typer.Option(help="Kitchen, meal point or courier code.")] = "",
) -> None:
    """Make a login, or give an existing one a new one-time password."""
    here = open_installation()
    password = secrets.token_urlsafe(9)
    if role is None:
        set_password(here.database, name, password, clock=here.clock, must_change=True)
    else:
        create_user(here.database, name=name, role=role, scope=scope or None, password=password, clock=here.clock)
    output.print(text(here.settings.language, "cli.one_time_password", name=name, password=password), markup=False)
