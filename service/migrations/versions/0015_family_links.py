"""Links by which a family orders."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "family_link",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("elder_number", sa.String(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("token_digest", sa.String(), nullable=False),
        sa.Column("consent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("consent_version", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_by", sa.String(), nullable=True),
        sa.CheckConstraint("(revoked_at IS NULL) = (revoked_by IS NULL)", name=op.f("ck_family_link_revoked")),
        sa.CheckConstraint("until > made_at", name=op.f("ck_family_link_until")),
        sa.ForeignKeyConstraint(["elder_number"], ["elder.number"], name=op.f("fk_family_link_elder_number_elder")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_family_link")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_family_link_token_digest")),
    )
    op.create_index(op.f("ix_family_link_elder_number"), "family_link", ["elder_number"])


def downgrade() -> None:
    """Go back."""
    op.drop_table("family_link")
