"""What a choice in a course costs, by date."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward; what choices cost so far holds before the first version."""
    op.create_table(
        "course_price",
        sa.Column("course_code", sa.String(), nullable=False),
        sa.Column("dish_code", sa.String(), nullable=False),
        sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column("extra_fen", sa.Integer(), nullable=False),
        sa.Column("announced_on", sa.Date(), nullable=False),
        sa.Column("announced_by", sa.String(), nullable=False),
        sa.CheckConstraint("announced_on <= from_day", name=op.f("ck_course_price_announced")),
        sa.CheckConstraint("extra_fen >= 0", name=op.f("ck_course_price_price")),
        sa.ForeignKeyConstraint(["course_code"], ["course.code"], name=op.f("fk_course_price_course_code_course")),
        sa.ForeignKeyConstraint(["dish_code"], ["dish.code"], name=op.f("fk_course_price_dish_code_dish")),
        sa.PrimaryKeyConstraint("course_code", "dish_code", "from_day", name=op.f("pk_course_price")),
    )


def downgrade() -> None:
    """Go back."""
    op.drop_table("course_price")
