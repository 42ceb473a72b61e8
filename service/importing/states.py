"""Changes of state beside an import: what an import corrects or an undo removes is taken back first."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlmodel import Session

from service.people.lifecycle import take_back
from service.tables import ElderStateChange

Row = dict[str, Any]
NOT_DONE = {"applied_at": None, "state_before": None, "withdrawn_at": None, "withdrawn_by": None}


def asked_anew(values: Row, before: Row) -> Row:
    """Return the columns to set on a stored change: with another state it is asked for anew and not done yet.

    The same change once more leaves everything as it is, so that one which a person has withdrawn stays withdrawn.
    """
    if values["to_state"] == before["to_state"]:
        return values
    return {"asked_by": "", "asked_at": None, **values, **NOT_DONE}


def take_back_states(session: Session, keys: Iterable[tuple[Any, ...]]) -> None:
    """Give elders the state from before changes that are to be corrected or removed, the latest first.

    Raises
    ------
    ConflictError
        If the state of one of them has changed again since.
    """
    for elder_number, from_day in sorted(keys, key=lambda key: key[1], reverse=True):
        change = session.get(ElderStateChange, (elder_number, from_day))
        if change is not None:
            take_back(session, change)
            change.applied_at = change.state_before = None
            session.add(change)
            # One change is undone on the state that the next one has left.
            session.flush()
    session.expire_all()
