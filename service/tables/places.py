"""Streets (街道) and communities (社区) of a district, with one approximate position each."""

from __future__ import annotations

from sqlmodel import Field, SQLModel


class Street(SQLModel, table=True):
    """街道: the office that confirms entitlement."""

    __tablename__ = "street"

    code: str = Field(primary_key=True)
    name: str
    lat: float
    lon: float


class Community(SQLModel, table=True):
    """社区: the neighbourhood that an elder lives in."""

    __tablename__ = "community"

    code: str = Field(primary_key=True)
    name: str
    street_code: str = Field(foreign_key="street.code", index=True)
    lat: float
    lon: float
