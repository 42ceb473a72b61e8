"""Meals as they were taken; payments, delivery fees; unclaimed meals and cleared claims beside a settlement."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

ONLY_ADDED = ("payment", "delivery_fee", "unclaimed_meal", "cleared_claim")
MEALS = "meal IN ('breakfast', 'lunch', 'dinner')"


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "taken_meal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("way", sa.String(), nullable=False),
        sa.Column("terminal", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.CheckConstraint("way IN ('swipe', 'signature', 'keyed')", name=op.f("ck_taken_meal_way")),
        sa.ForeignKeyConstraint(["order_id"], ["meal_order.id"], name=op.f("fk_taken_meal_order_id_meal_order")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_taken_meal")),
        sa.UniqueConstraint("order_id", name=op.f("uq_taken_meal_order_id")),
    )
    _create_payments()
    _create_beside_settlements()
    _forbid_changes()


def _create_payments() -> None:
    op.create_table(
        "payment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("elder_number", sa.String(), nullable=False),
        sa.Column("fen", sa.Integer(), nullable=False),
        sa.Column("how", sa.String(), nullable=False),
        sa.Column("meal_point_code", sa.String(), nullable=True),
        sa.Column("terminal", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.CheckConstraint("how IN ('cash', 'card', 'top_up', 'refund')", name=op.f("ck_payment_how")),
        sa.CheckConstraint(
            "(how = 'refund' AND fen < 0) OR (how <> 'refund' AND fen > 0)", name=op.f("ck_payment_fen")
        ),
        sa.ForeignKeyConstraint(["elder_number"], ["elder.number"], name=op.f("fk_payment_elder_number_elder")),
        sa.ForeignKeyConstraint(
            ["meal_point_code"], ["meal_point.code"], name=op.f("fk_payment_meal_point_code_meal_point")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment")),
    )
    for column in ("elder_number", "meal_point_code", "at"):
        op.create_index(op.f(f"ix_payment_{column}"), "payment", [column])
    op.create_table(
        "delivery_fee",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meal_point_code", sa.String(), nullable=True),
        sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column("fen", sa.Integer(), nullable=False),
        sa.Column("noted_by", sa.String(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("fen >= 0", name=op.f("ck_delivery_fee_fen")),
        sa.ForeignKeyConstraint(
            ["meal_point_code"], ["meal_point.code"], name=op.f("fk_delivery_fee_meal_point_code_meal_point")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_fee")),
    )


def _create_beside_settlements() -> None:
    op.create_table(
        "unclaimed_meal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("settlement_id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("elder_number", sa.String(), nullable=False),
        sa.Column("service_day", sa.Date(), nullable=False),
        sa.Column("meal", sa.String(), nullable=False),
        sa.Column("kitchen_code", sa.String(), nullable=True),
        sa.Column("meal_point_code", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.CheckConstraint(MEALS, name=op.f("ck_unclaimed_meal_meal")),
        sa.ForeignKeyConstraint(
            ["settlement_id"], ["settlement.id"], name=op.f("fk_unclaimed_meal_settlement_id_settlement")
        ),
        sa.ForeignKeyConstraint(["order_id"], ["meal_order.id"], name=op.f("fk_unclaimed_meal_order_id_meal_order")),
        sa.ForeignKeyConstraint(["elder_number"], ["elder.number"], name=op.f("fk_unclaimed_meal_elder_number_elder")),
        sa.ForeignKeyConstraint(
            ["kitchen_code"], ["kitchen.code"], name=op.f("fk_unclaimed_meal_kitchen_code_kitchen")
        ),
        sa.ForeignKeyConstraint(
            ["meal_point_code"], ["meal_point.code"], name=op.f("fk_unclaimed_meal_meal_point_code_meal_point")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unclaimed_meal")),
    )
    op.create_index(op.f("ix_unclaimed_meal_settlement_id"), "unclaimed_meal", ["settlement_id"])
    op.create_index("ix_unclaimed_meal_elder", "unclaimed_meal", ["elder_number", "service_day"])
    op.create_table(
        "cleared_claim",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_cleared_claim_reason")),
        sa.ForeignKeyConstraint(["order_id"], ["meal_order.id"], name=op.f("fk_cleared_claim_order_id_meal_order")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cleared_claim")),
        sa.UniqueConstraint("order_id", name=op.f("uq_cleared_claim_order_id")),
    )


def _forbid_changes() -> None:
    """Let the database itself refuse to change or remove a row of money, as for the ledger."""
    if op.get_bind().dialect.name == "postgresql":
        for table in ONLY_ADDED:
            op.execute(
                f"CREATE TRIGGER {table}_only_added BEFORE UPDATE OR DELETE ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
            )
        return
    for table in ONLY_ADDED:
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} BEGIN "
                f"SELECT RAISE(ABORT, 'rows of {table} are only ever added'); END"
            )


def downgrade() -> None:
    """Go back."""
    for table in ("cleared_claim", "unclaimed_meal", "delivery_fee", "payment", "taken_meal"):
        op.drop_table(table)
