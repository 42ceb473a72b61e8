"""Money: rule versions, settlements, settled meals, the ledger, refused claims; rows that can only be added."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ONLY_ADDED = ("subsidy_rule", "settlement", "settled_meal", "ledger_entry", "refused_claim")
MEALS = "meal IN ('breakfast', 'lunch', 'dinner')"


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "subsidy_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scheme", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("first_used_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subsidy_rule")),
        sa.UniqueConstraint("scheme", "rule", "version", name=op.f("uq_subsidy_rule_scheme_rule_version")),
    )
    op.create_table(
        "settlement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column("until_day", sa.Date(), nullable=False),
        sa.Column("scheme", sa.String(), nullable=False),
        sa.Column("scheme_version", sa.Integer(), nullable=False),
        sa.Column("rounding", sa.String(), nullable=False),
        sa.Column("rounding_unit_fen", sa.Integer(), nullable=False),
        sa.Column("offsets_fee", sa.Boolean(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("replays_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("from_day <= until_day", name=op.f("ck_settlement_days")),
        sa.ForeignKeyConstraint(["replays_id"], ["settlement.id"], name=op.f("fk_settlement_replays_id_settlement")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_settlement")),
    )
    op.create_index(op.f("ix_settlement_replays_id"), "settlement", ["replays_id"])
    op.create_table(
        "settled_meal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("settlement_id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        *_whose_meal("settled_meal"),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["settlement_id"], ["settlement.id"], name=op.f("fk_settled_meal_settlement_id_settlement")
        ),
        sa.ForeignKeyConstraint(["order_id"], ["meal_order.id"], name=op.f("fk_settled_meal_order_id_meal_order")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_settled_meal")),
        sa.UniqueConstraint("settlement_id", "order_id", name=op.f("uq_settled_meal_settlement_id_order_id")),
    )
    op.create_index(op.f("ix_settled_meal_order_id"), "settled_meal", ["order_id"])
    op.create_index("ix_settled_meal_elder", "settled_meal", ["elder_number", "service_day"])
    op.create_table(
        "ledger_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("settlement_id", sa.Integer(), nullable=False),
        sa.Column("settled_meal_id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("subsidy_rule_id", sa.Integer(), nullable=False),
        sa.Column("payer", sa.String(), nullable=False),
        sa.Column("payer_name", sa.String(), nullable=False),
        sa.Column("payee", sa.String(), nullable=False),
        sa.Column("covers", sa.String(), nullable=False),
        sa.Column("fen", sa.Integer(), nullable=False),
        sa.Column("reverses_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "payer IN ('elder', 'city', 'district', 'street', 'charity', 'operator')",
            name=op.f("ck_ledger_entry_payer"),
        ),
        sa.CheckConstraint("payee IN ('elder', 'operator')", name=op.f("ck_ledger_entry_payee")),
        sa.CheckConstraint("covers IN ('meal', 'delivery', 'grant')", name=op.f("ck_ledger_entry_covers")),
        sa.CheckConstraint(
            "(reverses_id IS NULL AND fen > 0) OR (reverses_id IS NOT NULL AND fen < 0)",
            name=op.f("ck_ledger_entry_fen"),
        ),
        sa.ForeignKeyConstraint(
            ["settlement_id"], ["settlement.id"], name=op.f("fk_ledger_entry_settlement_id_settlement")
        ),
        sa.ForeignKeyConstraint(
            ["settled_meal_id"], ["settled_meal.id"], name=op.f("fk_ledger_entry_settled_meal_id_settled_meal")
        ),
        sa.ForeignKeyConstraint(["order_id"], ["meal_order.id"], name=op.f("fk_ledger_entry_order_id_meal_order")),
        sa.ForeignKeyConstraint(
            ["subsidy_rule_id"], ["subsidy_rule.id"], name=op.f("fk_ledger_entry_subsidy_rule_id_subsidy_rule")
        ),
        sa.ForeignKeyConstraint(
            ["reverses_id"], ["ledger_entry.id"], name=op.f("fk_ledger_entry_reverses_id_ledger_entry")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_entry")),
        sa.UniqueConstraint("reverses_id", name=op.f("uq_ledger_entry_reverses_id")),
    )
    op.create_index(op.f("ix_ledger_entry_settlement_id"), "ledger_entry", ["settlement_id"])
    op.create_index(op.f("ix_ledger_entry_order_id"), "ledger_entry", ["order_id"])
    op.create_index(op.f("ix_ledger_entry_settled_meal_id"), "ledger_entry", ["settled_meal_id"])
    op.create_table(
        "refused_claim",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("settlement_id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        *_whose_meal("refused_claim"),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["settlement_id"], ["settlement.id"], name=op.f("fk_refused_claim_settlement_id_settlement")
        ),
        sa.ForeignKeyConstraint(["order_id"], ["meal_order.id"], name=op.f("fk_refused_claim_order_id_meal_order")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refused_claim")),
    )
    op.create_index(op.f("ix_refused_claim_settlement_id"), "refused_claim", ["settlement_id"])
    _forbid_changes()


def downgrade() -> None:
    """Go back: the ledger is lost with its tables."""
    for table in reversed(ONLY_ADDED):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_change()")


def _whose_meal(table: str) -> list[sa.schema.SchemaItem]:
    """Return the columns that tell whose meal it was, and where it came from."""
    return [
        sa.Column("elder_number", sa.String(), nullable=False),
        sa.Column("service_day", sa.Date(), nullable=False),
        sa.Column("meal", sa.String(), nullable=False),
        sa.Column("kitchen_code", sa.String(), nullable=True),
        sa.Column("meal_point_code", sa.String(), nullable=True),
        sa.CheckConstraint(MEALS, name=op.f(f"ck_{table}_meal")),
        sa.ForeignKeyConstraint(["elder_number"], ["elder.number"], name=op.f(f"fk_{table}_elder_number_elder")),
        sa.ForeignKeyConstraint(["kitchen_code"], ["kitchen.code"], name=op.f(f"fk_{table}_kitchen_code_kitchen")),
        sa.ForeignKeyConstraint(
            ["meal_point_code"], ["meal_point.code"], name=op.f(f"fk_{table}_meal_point_code_meal_point")
        ),
    ]


def _forbid_changes() -> None:
    """Let the database itself refuse to change or remove a row of money."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            "RAISE EXCEPTION 'rows of % are only ever added', TG_TABLE_NAME USING ERRCODE = 'check_violation'; "
            "END $$"
        )
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
