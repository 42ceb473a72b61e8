"""The telephone desk: calls, what is done during them, call-backs, worries, and what elders are found by."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from service.finding.index import insert_entries
from service.finding.keys import Findable, entry_of

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

OUTCOMES = "outcome IN ('worry', 'ordered', 'changed', 'cancelled', 'stopped', 'call_back', 'nothing')"
ACTS = "kind IN ('order', 'change', 'cancel', 'stop', 'resume', 'call_back', 'worry', 'late', 'late_cancel', 'phone')"
KEYS = "kind IN ('number', 'card', 'phone', 'name', 'pinyin', 'address')"
AT_ONCE = 500


def upgrade() -> None:
    """Go forward."""
    _create_calls()
    _create_acts()
    _create_call_backs()
    _create_worries()
    _create_search()
    _fill_search()


def _moment(name: str, *, nullable: bool = True) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _elder(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["elder_number"], ["elder.number"], name=op.f(f"fk_{table}_elder_number_elder"))


def _create_calls() -> None:
    op.create_table(
        "phone_call",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.String(), nullable=False),
        sa.Column("line", sa.String(), nullable=False),
        sa.Column("caller", sa.String(), nullable=False),
        sa.Column("is_typed", sa.Boolean(), nullable=False),
        _moment("began_at", nullable=False),
        _moment("answered_at"),
        _moment("ended_at"),
        _moment("taken_at"),
        sa.Column("taken_by", sa.String(), nullable=True),
        _moment("done_at"),
        sa.Column("elder_number", sa.String(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.CheckConstraint(OUTCOMES, name=op.f("ck_phone_call_outcome")),
        sa.CheckConstraint("(taken_at IS NULL) = (taken_by IS NULL)", name=op.f("ck_phone_call_taken")),
        sa.CheckConstraint("done_at IS NULL OR taken_at IS NOT NULL", name=op.f("ck_phone_call_done")),
        _elder("phone_call"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phone_call")),
        sa.UniqueConstraint("call_id", name=op.f("uq_phone_call_call_id")),
    )
    op.create_index("ix_phone_call_done", "phone_call", ["taken_by", "done_at"])
    op.create_index(op.f("ix_phone_call_began_at"), "phone_call", ["began_at"])
    op.create_index(op.f("ix_phone_call_elder_number"), "phone_call", ["elder_number"])


def _create_acts() -> None:
    op.create_table(
        "desk_act",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("phone_call_id", sa.Integer(), nullable=True),
        sa.Column("elder_number", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        _moment("at", nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        _moment("undone_at"),
        sa.Column("undone_by", sa.String(), nullable=True),
        sa.CheckConstraint(ACTS, name=op.f("ck_desk_act_kind")),
        sa.CheckConstraint("(undone_at IS NULL) = (undone_by IS NULL)", name=op.f("ck_desk_act_undone")),
        _elder("desk_act"),
        sa.ForeignKeyConstraint(
            ["phone_call_id"], ["phone_call.id"], name=op.f("fk_desk_act_phone_call_id_phone_call")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_act")),
    )
    op.create_index("ix_desk_act_elder", "desk_act", ["elder_number", "at"])
    op.create_index(op.f("ix_desk_act_phone_call_id"), "desk_act", ["phone_call_id"])


def _create_call_backs() -> None:
    op.create_table(
        "call_back",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("elder_number", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        _moment("due_at", nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        _moment("made_at", nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        _moment("tried_at"),
        sa.Column("state", sa.String(), nullable=False),
        _moment("settled_at"),
        sa.Column("settled_by", sa.String(), nullable=True),
        sa.CheckConstraint("kind IN ('promised', 'confirm')", name=op.f("ck_call_back_kind")),
        sa.CheckConstraint("state IN ('open', 'done', 'withdrawn')", name=op.f("ck_call_back_state")),
        _elder("call_back"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_back")),
    )
    op.create_index("ix_call_back_due", "call_back", ["state", "due_at"])
    op.create_index(op.f("ix_call_back_elder_number"), "call_back", ["elder_number"])


def _create_worries() -> None:
    op.create_table(
        "worry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("elder_number", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        _moment("at", nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("finding", sa.String(), nullable=False),
        _moment("settled_at"),
        sa.Column("settled_by", sa.String(), nullable=True),
        sa.CheckConstraint("state IN ('open', 'closed', 'withdrawn')", name=op.f("ck_worry_state")),
        sa.CheckConstraint("what <> ''", name=op.f("ck_worry_what")),
        sa.CheckConstraint("state <> 'closed' OR finding <> ''", name=op.f("ck_worry_finding")),
        sa.CheckConstraint("(state = 'open') = (settled_at IS NULL)", name=op.f("ck_worry_settled")),
        _elder("worry"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_worry")),
    )
    op.create_index(op.f("ix_worry_elder_number"), "worry", ["elder_number"])
    op.create_index(op.f("ix_worry_state"), "worry", ["state"])


def _create_search() -> None:
    in_bytes = sa.String().with_variant(sa.VARCHAR(collation="C"), "postgresql")
    op.create_table(
        "search_key",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("key", in_bytes, nullable=False),
        sa.Column("elder_number", sa.String(), nullable=False),
        sa.CheckConstraint(KEYS, name=op.f("ck_search_key_kind")),
        sa.PrimaryKeyConstraint("kind", "key", "elder_number", name=op.f("pk_search_key")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_search_key_elder_number"), "search_key", ["elder_number"])
    op.create_table(
        "search_line",
        sa.Column("elder_number", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("elder_number", name=op.f("pk_search_line")),
        sqlite_with_rowid=False,
    )


def _fill_search() -> None:
    """Write the index of everybody who is there."""
    connection = op.get_bind()
    columns = "number, name, phone, contact_phone, address, block, stairwell, floor, door"
    elders = connection.exec_driver_sql(f"SELECT {columns} FROM elder ORDER BY number").mappings().all()  # noqa: S608
    phones: dict[str, list[str]] = {}
    cards: dict[str, list[str]] = {}
    for found, table, column in (
        (phones, "elder_phone", "phone"),
        (phones, "elder_contact", "phone"),
        (cards, "elder_card", "card_number"),
    ):
        for number, value in connection.exec_driver_sql(f"SELECT elder_number, {column} FROM {table}"):  # noqa: S608
            found.setdefault(number, []).append(value)
    for start in range(0, len(elders), AT_ONCE):
        people = [
            Findable(
                number=row["number"],
                name=row["name"],
                phones=(row["phone"], row["contact_phone"], *phones.get(row["number"], ())),
                cards=tuple(cards.get(row["number"], ())),
                address=row["address"],
                block=row["block"],
                stairwell=row["stairwell"],
                floor=row["floor"],
                door=row["door"],
            )
            for row in elders[start : start + AT_ONCE]
        ]
        insert_entries(connection, {one.number: entry_of(one) for one in people})


def downgrade() -> None:
    """Go back."""
    for table in ("search_line", "search_key", "worry", "call_back", "desk_act", "phone_call"):
        op.drop_table(table)
