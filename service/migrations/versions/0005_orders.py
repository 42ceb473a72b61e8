"""Orders: states of late and withdrawn ones, where they belong, who fetches; exceptions, late requests, kept answers."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

MEALS = "meal IN ('breakfast', 'lunch', 'dinner')"
WAYS = "fulfilment IN ('dine_in', 'pick_up', 'home')"
SOURCES = "source IN ('kiosk', 'phone', 'worker', 'family', 'courier', 'standing', 'bulk', 'api')"
STATES = "state IN ('placed', 'cancelled', 'withdrawn', 'requested', 'refused')"
FORMER_STATES = "state IN ('placed', 'cancelled')"
KEPT = "id, elder_number, service_day, meal, fulfilment, dish_code, state, source, placed_by, placed_at, changed_at"


def upgrade() -> None:
    """Go forward."""
    if op.get_bind().dialect.name == "sqlite":
        _rebuild(STATES, *_places())
    else:
        for column in _places():
            op.add_column("meal_order", column)
        op.drop_constraint("uq_meal_order_idempotency_key", "meal_order")
        op.drop_column("meal_order", "idempotency_key")
        op.drop_constraint("ck_meal_order_state", "meal_order")
        op.create_check_constraint(op.f("ck_meal_order_state"), "meal_order", STATES)
        op.drop_index("ix_meal_order_service_day", "meal_order")
        op.create_foreign_key(
            op.f("fk_meal_order_meal_point_code_meal_point"), "meal_order", "meal_point", ["meal_point_code"], ["code"]
        )
        op.create_foreign_key(
            op.f("fk_meal_order_kitchen_code_kitchen"), "meal_order", "kitchen", ["kitchen_code"], ["code"]
        )
    op.execute(
        "UPDATE meal_order SET meal_point_code = (SELECT elder.meal_point_code FROM elder "
        "WHERE elder.number = meal_order.elder_number)"
    )
    op.execute(
        "UPDATE meal_order SET kitchen_code = (SELECT meal_point.kitchen_code FROM meal_point "
        "WHERE meal_point.code = meal_order.meal_point_code)"
    )
    op.create_index("ix_meal_order_load", "meal_order", ["service_day", "meal", "kitchen_code", "state", "dish_code"])
    op.add_column("menu_entry", sa.Column("capacity_meals", sa.Integer(), nullable=True))
    op.add_column("standing_order", sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True))
    _create_exceptions()
    _create_late_requests()
    op.create_table(
        "answered_call",
        sa.Column("caller", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("caller", "key", name=op.f("pk_answered_call")),
    )
    op.create_index(op.f("ix_answered_call_made_at"), "answered_call", ["made_at"])


def _places() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("meal_point_code", sa.String(), nullable=True),
        sa.Column("kitchen_code", sa.String(), nullable=True),
        sa.Column("proxy_name", sa.String(), nullable=False, server_default=""),
    )


def _rebuild(states: str, *more: sa.Column[Any] | sa.Constraint) -> None:
    """Copy the orders into a table with other rules: SQLite cannot change a rule in place."""
    places = [
        sa.ForeignKeyConstraint(
            ["meal_point_code"], ["meal_point.code"], name=op.f("fk_meal_order_meal_point_code_meal_point")
        ),
        sa.ForeignKeyConstraint(["kitchen_code"], ["kitchen.code"], name=op.f("fk_meal_order_kitchen_code_kitchen")),
    ]
    if not any(isinstance(one, sa.Column) and one.name == "kitchen_code" for one in more):
        places = []
    op.create_table(
        "meal_order_new",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("elder_number", sa.String(), nullable=False),
        sa.Column("service_day", sa.Date(), nullable=False),
        sa.Column("meal", sa.String(), nullable=False),
        sa.Column("fulfilment", sa.String(), nullable=False),
        sa.Column("dish_code", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("placed_by", sa.String(), nullable=False),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        *more,
        sa.CheckConstraint(WAYS, name=op.f("ck_meal_order_fulfilment")),
        sa.CheckConstraint(MEALS, name=op.f("ck_meal_order_meal")),
        sa.CheckConstraint(SOURCES, name=op.f("ck_meal_order_source")),
        sa.CheckConstraint(states, name=op.f("ck_meal_order_state")),
        sa.ForeignKeyConstraint(["dish_code"], ["dish.code"], name=op.f("fk_meal_order_dish_code_dish")),
        sa.ForeignKeyConstraint(["elder_number"], ["elder.number"], name=op.f("fk_meal_order_elder_number_elder")),
        *places,
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meal_order")),
        sa.UniqueConstraint(
            "elder_number", "service_day", "meal", name=op.f("uq_meal_order_elder_number_service_day_meal")
        ),
    )
    op.execute(f"INSERT INTO meal_order_new ({KEPT}) SELECT {KEPT} FROM meal_order")  # noqa: S608  our own words
    op.drop_table("meal_order")
    op.rename_table("meal_order_new", "meal_order")


def _create_exceptions() -> None:
    op.create_table(
        "standing_exception",
        sa.Column("standing_order_id", sa.Integer(), nullable=False),
        sa.Column("service_day", sa.Date(), nullable=False),
        sa.Column("skips", sa.Boolean(), nullable=False),
        sa.Column("fulfilment", sa.String(), nullable=True),
        sa.Column("dish_code", sa.String(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.CheckConstraint(WAYS, name=op.f("ck_standing_exception_fulfilment")),
        sa.CheckConstraint(
            "NOT skips OR (fulfilment IS NULL AND dish_code IS NULL)", name=op.f("ck_standing_exception_skips")
        ),
        sa.ForeignKeyConstraint(["dish_code"], ["dish.code"], name=op.f("fk_standing_exception_dish_code_dish")),
        sa.ForeignKeyConstraint(
            ["standing_order_id"],
            ["standing_order.id"],
            name=op.f("fk_standing_exception_standing_order_id_standing_order"),
        ),
        sa.PrimaryKeyConstraint("standing_order_id", "service_day", name=op.f("pk_standing_exception")),
    )


def _create_late_requests() -> None:
    op.create_table(
        "late_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("kitchen_code", sa.String(), nullable=True),
        sa.Column("cancels", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("accepted", sa.Boolean(), nullable=True),
        sa.Column("why", sa.String(), nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_late_request_reason")),
        sa.CheckConstraint("(decided_at IS NULL) = (decided_by IS NULL)", name=op.f("ck_late_request_decided")),
        sa.CheckConstraint("(decided_at IS NULL) = (accepted IS NULL)", name=op.f("ck_late_request_accepted")),
        sa.ForeignKeyConstraint(["order_id"], ["meal_order.id"], name=op.f("fk_late_request_order_id_meal_order")),
        sa.ForeignKeyConstraint(["kitchen_code"], ["kitchen.code"], name=op.f("fk_late_request_kitchen_code_kitchen")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_late_request")),
    )
    op.create_index(op.f("ix_late_request_order_id"), "late_request", ["order_id"])
    op.create_index(op.f("ix_late_request_kitchen_code"), "late_request", ["kitchen_code"])


def downgrade() -> None:
    """Go back; what a former version has no word for becomes cancelled."""
    for table in ("answered_call", "late_request", "standing_exception"):
        op.drop_table(table)
    op.drop_column("standing_order", "changed_at")
    op.drop_column("menu_entry", "capacity_meals")
    op.execute("UPDATE meal_order SET state = 'cancelled' WHERE state <> 'placed'")
    op.drop_index("ix_meal_order_load", "meal_order")
    if op.get_bind().dialect.name == "sqlite":
        _rebuild(FORMER_STATES, sa.Column("idempotency_key", sa.String(), nullable=True))
    else:
        for name in ("meal_point_code", "kitchen_code", "proxy_name"):
            op.drop_column("meal_order", name)
        op.add_column("meal_order", sa.Column("idempotency_key", sa.String(), nullable=True))
        op.drop_constraint("ck_meal_order_state", "meal_order")
        op.create_check_constraint(op.f("ck_meal_order_state"), "meal_order", FORMER_STATES)
    op.create_index("ix_meal_order_idempotency_key", "meal_order", ["idempotency_key"], unique=True)
    op.create_index("ix_meal_order_service_day", "meal_order", ["service_day"])
