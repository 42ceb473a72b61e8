"""Who did what: one line in the story's own transaction, so that no act is kept without its entry."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import insert
from sqlmodel import Session

from service.tables import AuditEntry

# Written by every story, so built once.
_ENTRY = insert(AuditEntry)


def note(session: Session, *, at: datetime, actor: str, action: str, subject: str, **details: object) -> None:
    """Add one entry. `details` must hold codes and figures only: never a name, an address or a diagnosis."""
    entry = {"at": at, "actor": actor, "action": action, "subject": subject, "details": details}
    session.connection().execute(_ENTRY, entry)
