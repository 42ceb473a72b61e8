"""What has to be told to whom: written in the transaction that made it true, shown until somebody has seen it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session, col, select

from service.db import changed_rows
from service.tables import Notice, Role


def tell(session: Session, *, to: str, key: str, dedupe: str, at: datetime, **values: object) -> None:
    """Add one notice for a role or a scoped role (`kitchen:K01`); the same `dedupe` twice is refused."""
    session.add(Notice(dedupe=dedupe, to=to, key=key, values=values, made_at=at))


def list_unseen(session: Session, role: Role, scope: str | None, *, limit: int = 50) -> list[Notice]:
    """Return what nobody of this role has seen yet, newest first; the administrator sees what the district sees."""
    audiences = {role.value, f"{role.value}:{scope}"} | ({Role.DISTRICT.value} if role == Role.ADMIN else set())
    wanted = select(Notice).where(col(Notice.to).in_(sorted(audiences)), col(Notice.shown_at).is_(None))
    return list(session.exec(wanted.order_by(col(Notice.id).desc()).limit(limit)))


def mark_seen(session: Session, notice_id: int, *, by: str, at: datetime) -> bool:
    """Mark one notice as seen and return whether this call was the first to do so."""
    first = session.execute(
        update(Notice)
        .where(col(Notice.id) == notice_id, col(Notice.shown_at).is_(None))
        .values(shown_at=at, shown_to=by)
    )
    return changed_rows(first) == 1
