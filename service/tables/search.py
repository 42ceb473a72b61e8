"""What elders are found by, derived from their records and kept true by `service.finding.index` alone.

No row here refers to an elder by a foreign key: these rows are no part of a record, and must not stand in the way of
undoing an import.
"""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import String
from sqlalchemy.dialects.postgresql import VARCHAR
from sqlmodel import Field, SQLModel

from service.tables.columns import one_of

# Ranges of a key are ranges of its bytes; a language's own order of words would tear them apart.
_IN_BYTES = String().with_variant(VARCHAR(collation="C"), "postgresql")


class KeyKind(StrEnum):
    """What a key is a beginning of; a telephone is kept from its end."""

    NUMBER = "number"
    CARD = "card"
    PHONE = "phone"
    NAME = "name"
    PINYIN = "pinyin"
    ADDRESS = "address"


class SearchKey(SQLModel, table=True):
    """One way to find an elder: whoever typed the beginning of `key` may mean this one."""

    __tablename__ = "search_key"
    __table_args__ = (one_of("kind", KeyKind), {"sqlite_with_rowid": False})

    kind: str = Field(primary_key=True)
    key: str = Field(primary_key=True, sa_type=_IN_BYTES)
    elder_number: str = Field(primary_key=True, index=True)


class SearchLine(SQLModel, table=True):
    """Everything an elder is found by on one line, for what no beginning tells: part of an address, several words.

    `words` holds the keys, each between line feeds, telephones as they are dialled; `address` the door.
    """

    __tablename__ = "search_line"
    __table_args__ = ({"sqlite_with_rowid": False},)

    elder_number: str = Field(primary_key=True)
    address: str
    words: str
