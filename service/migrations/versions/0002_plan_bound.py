"""What a plan costs, and what none can cost less than."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    with op.batch_alter_table("plan", schema=None) as batch_op:
        batch_op.add_column(sa.Column("cost_m", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("bound_m", sa.Integer(), nullable=True))


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("plan", schema=None) as batch_op:
        batch_op.drop_column("bound_m")
        batch_op.drop_column("cost_m")
