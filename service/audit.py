"""Who did what: one line in the story's own transaction, so that no act is kept without its entry."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from service.tables import AuditEntry


def note(session: Session, *, at: datetime, actor: str, action: str, subject: str, **details: object) -> None:
    """Add one entry. `details` must hold codes and figures only: never a name, an address or a diagnosis."""
    session.add(AuditEntry(at=at, actor=actor, action=action, subject=subject, details=details))
