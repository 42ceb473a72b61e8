"""Records that were found to be one person: a double points to the record that goes on."""

from __future__ import annotations

from sqlmodel import Session, col, select

from service.errors import NotFoundError
from service.tables import Elder


def find_root(session: Session, elder_number: str) -> Elder | None:
    """Return the record that stands for this person now, following the pointers of merged doubles."""
    elder = session.get(Elder, elder_number)
    while elder is not None and elder.merged_into is not None:
        elder = session.get(Elder, elder.merged_into)
    return elder


def get_root(session: Session, elder_number: str) -> Elder:
    """Return the record that stands for this person now.

    Raises
    ------
    NotFoundError
        If there is no such elder.
    """
    elder = find_root(session, elder_number)
    if elder is None:
        raise NotFoundError("error.unknown_elder", elder=elder_number)
    return elder


def numbers_of(session: Session, root_number: str) -> list[str]:
    """Return the number of a record and those of all its doubles: what is noted under any of them is one person's."""
    found = [root_number]
    newest = found
    while newest:
        doubles = select(Elder.number).where(col(Elder.merged_into).in_(newest)).order_by(col(Elder.number))
        newest = list(session.exec(doubles))
        found += newest
    return found
