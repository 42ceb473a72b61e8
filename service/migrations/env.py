"""Alembic's entry: runs on the connection that `service.migrations.run` hands over."""

from __future__ import annotations

from typing import Literal

from alembic import context
from sqlmodel import SQLModel
from sqlmodel.sql.sqltypes import AutoString

import service.tables  # noqa: F401  declares every table
from service.tables.columns import UtcDateTime


def render_plain(kind: str, item: object, _autogen: object) -> str | Literal[False]:
    """Write our own column types as the plain types beneath them: a step must not change when our code does."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, AutoString):
        return "sa.String()"
    return False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=SQLModel.metadata,
    render_as_batch=True,
    compare_type=True,
    render_item=render_plain,
)
with context.begin_transaction():
    context.run_migrations()
