"""How often menus have changed."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "menu_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("changes", sa.Integer(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_menu_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_menu_version")),
    )


def downgrade() -> None:
    """Go back."""
    op.drop_table("menu_version")
