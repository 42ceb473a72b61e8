"""A kitchen that reports what it cannot cook, and whose meal that changes."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "kitchen_failure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("service_day", sa.Date(), nullable=False),
        sa.Column("meal", sa.String(), nullable=False),
        sa.Column("kitchen_code", sa.String(), nullable=False),
        sa.Column("outage", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("short", sa.Integer(), nullable=True),
        sa.Column("from_s", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        _moment("reported_at", nullable=False),
        sa.Column("reported_by", sa.String(), nullable=False),
        _moment("ended_at"),
        sa.Column("new_plan_id", sa.Integer(), nullable=True),
        sa.Column("threatened", sa.Integer(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.CheckConstraint("meal IN ('breakfast', 'lunch', 'dinner')", name=op.f("ck_kitchen_failure_meal")),
        sa.CheckConstraint("outage IN ('kitchen', 'station', 'dish')", name=op.f("ck_kitchen_failure_outage")),
        sa.CheckConstraint("state IN ('reported', 'done', 'refused')", name=op.f("ck_kitchen_failure_state")),
        sa.CheckConstraint("short IS NULL OR short > 0", name=op.f("ck_kitchen_failure_short")),
        sa.CheckConstraint("(outage = 'kitchen') = (what = '')", name=op.f("ck_kitchen_failure_what")),
        sa.CheckConstraint("(state = 'done') = (new_plan_id IS NOT NULL)", name=op.f("ck_kitchen_failure_done")),
        sa.CheckConstraint("(state = 'reported') = (ended_at IS NULL)", name=op.f("ck_kitchen_failure_ended")),
        _key("kitchen_failure", "plan_id", "plan.id"),
        _key("kitchen_failure", "kitchen_code", "kitchen.code"),
        _key("kitchen_failure", "new_plan_id", "plan.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kitchen_failure")),
        sa.UniqueConstraint("plan_id", "turn", name=op.f("uq_kitchen_failure_plan_id_turn")),
    )
    op.create_index(op.f("ix_kitchen_failure_plan_id"), "kitchen_failure", ["plan_id"])
    op.create_table(
        "failure_line",
        sa.Column("failure_id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("former_dish_code", sa.String(), nullable=False),
        sa.Column("kitchen_code", sa.String(), nullable=True),
        sa.Column("dish_code", sa.String(), nullable=True),
        sa.Column("other_dish", sa.Boolean(), nullable=False),
        sa.Column("must_ask", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("agreed", sa.Boolean(), nullable=True),
        _moment("asked_at"),
        sa.Column("asked_by", sa.String(), nullable=True),
        sa.CheckConstraint("(kitchen_code IS NULL) = (reason IS NOT NULL)", name=op.f("ck_failure_line_accounted")),
        sa.CheckConstraint("(agreed IS NULL) = (asked_at IS NULL)", name=op.f("ck_failure_line_asked")),
        _key("failure_line", "failure_id", "kitchen_failure.id"),
        _key("failure_line", "order_id", "meal_order.id"),
        _key("failure_line", "former_dish_code", "dish.code"),
        _key("failure_line", "kitchen_code", "kitchen.code"),
        _key("failure_line", "dish_code", "dish.code"),
        sa.PrimaryKeyConstraint("failure_id", "order_id", name=op.f("pk_failure_line")),
    )


def _moment(name: str, *, nullable: bool = True) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _key(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    other = target.split(".")[0]
    return sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{table}_{column}_{other}"))


def downgrade() -> None:
    """Go back."""
    op.drop_table("failure_line")
    op.drop_table("kitchen_failure")
