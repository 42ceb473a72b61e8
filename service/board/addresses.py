"""Addresses that no geocoder could place: each waits for a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from service.access import Reach
from service.board.names import shortened
from service.tables import AddressTask, Elder, MealPoint


@dataclass(frozen=True, slots=True)
class AddressRow:
    """One elder whose door has no position; the address is shown, for it is what somebody has to find."""

    elder_number: str
    short_name: str
    address: str
    point_name: str
    reason: str
    opened_at: datetime


def list_open_addresses(session: Session, reach: Reach) -> tuple[AddressRow, ...]:
    """Return the addresses that wait for a person, the oldest first."""
    points = {point.code: point.name for point in session.exec(select(MealPoint))}
    wanted = (
        select(AddressTask, Elder)
        .join(Elder, col(Elder.number) == col(AddressTask.elder_number))
        .where(col(AddressTask.settled_at).is_(None))
        .order_by(col(AddressTask.opened_at), col(Elder.number))
    )
    if reach.meal_point:
        wanted = wanted.where(Elder.meal_point_code == reach.meal_point)
    return tuple(
        AddressRow(
            elder_number=elder.number,
            short_name=shortened(elder.name),
            address=elder.address,
            point_name=points.get(elder.meal_point_code or "", ""),
            reason=task.reason,
            opened_at=task.opened_at,
        )
        for task, elder in session.exec(wanted)
    )
