"""Elders (长者): who they are, where their door is, what they may eat."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel

from kitchens.meals import Texture
from service.tables.columns import one_of


class ElderState(StrEnum):
    """Where an elder stands with the service; only the active are served."""

    PENDING = "pending"
    ACTIVE = "active"
    PAUSED = "paused"
    STOPPED = "stopped"
    DECEASED = "deceased"


class Elder(SQLModel, table=True):
    """An elder. `lat` and `lon` are WGS-84; `given_crs` tells in which system they were handed to us.

    `limits`, `excludes` and `dislikes` are words of `kitchens.meals` in order, parted by single spaces.
    `position_verified` marks a door that somebody stood at: an import never overwrites it. `birth_date` rules where
    it is known; `birth_year` alone is what older lists say. `phone` is the first telephone and `contact_…` whom to
    call first: papers and doors need no more than this row, further ones stand in `elder_phone` and `elder_contact`.
    A record that was found to be another one's double points to that by `merged_into`.
    """

    __tablename__ = "elder"
    __table_args__ = (
        one_of("state", ElderState),
        one_of("texture", Texture),
        CheckConstraint("given_crs IN ('wgs84', 'gcj02', 'bd09')", name="given_crs"),
        CheckConstraint("(lat IS NULL) = (lon IS NULL)", name="position"),
    )

    number: str = Field(primary_key=True)
    name: str
    birth_year: int
    birth_date: date | None = Field(default=None, index=True)
    phone: str
    state: str = ElderState.ACTIVE
    community_code: str | None = Field(default=None, foreign_key="community.code", index=True)
    meal_point_code: str | None = Field(default=None, foreign_key="meal_point.code", index=True)
    address: str
    block: str = ""
    stairwell: str = ""
    floor: int = 1
    door: str = ""
    has_lift: bool = False
    lat: float | None = None
    lon: float | None = None
    given_crs: str = "wgs84"
    position_verified: bool = False
    texture: str = Texture.REGULAR
    limits: str = ""
    excludes: str = ""
    dislikes: str = ""
    window_start_s: int | None = None
    window_end_s: int | None = None
    door_note: str = ""
    contact_name: str = ""
    contact_phone: str = ""
    contact_roles: str = "family"
    merged_into: str | None = Field(default=None, foreign_key="elder.number", index=True)
