"""What a kitchen cooks on, and how it is scheduled."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "kitchen_station",
        sa.Column("kitchen_code", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("meals_per_hour", sa.Integer(), nullable=False),
        sa.Column("pan_portions", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('wok', 'steamer', 'oven', 'cold')", name=op.f("ck_kitchen_station_kind")),
        sa.CheckConstraint("meals_per_hour > 0 AND pan_portions > 0", name=op.f("ck_kitchen_station_capacity")),
        sa.ForeignKeyConstraint(
            ["kitchen_code"], ["kitchen.code"], name=op.f("fk_kitchen_station_kitchen_code_kitchen")
        ),
        sa.PrimaryKeyConstraint("kitchen_code", "code", name=op.f("pk_kitchen_station")),
    )
    op.create_table(
        "kitchen_capability",
        sa.Column("kitchen_code", sa.String(), nullable=False),
        sa.Column("capability", sa.String(), nullable=False),
        sa.CheckConstraint(
            "capability IN ('halal', 'allergen_free', 'puree')", name=op.f("ck_kitchen_capability_capability")
        ),
        sa.ForeignKeyConstraint(
            ["kitchen_code"], ["kitchen.code"], name=op.f("fk_kitchen_capability_kitchen_code_kitchen")
        ),
        sa.PrimaryKeyConstraint("kitchen_code", "capability", name=op.f("pk_kitchen_capability")),
    )
    op.add_column("dish", sa.Column("station", sa.String(), nullable=True))
    op.add_column("dish", sa.Column("spare_percent", sa.Integer(), nullable=True))
    op.add_column("batch", sa.Column("station_code", sa.String(), nullable=False, server_default=""))


def downgrade() -> None:
    """Go back."""
    op.drop_column("batch", "station_code")
    op.drop_column("dish", "spare_percent")
    op.drop_column("dish", "station")
    op.drop_table("kitchen_capability")
    op.drop_table("kitchen_station")
