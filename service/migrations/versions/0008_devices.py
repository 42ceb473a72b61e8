"""Kiosks: devices bound to a meal point, and who stands in front of one."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "device",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("meal_point_code", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("code_digest", sa.String(), nullable=True),
        sa.Column("code_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("token_digest", sa.String(), nullable=True),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_by", sa.String(), nullable=True),
        sa.CheckConstraint("kind IN ('kiosk')", name=op.f("ck_device_kind")),
        sa.CheckConstraint("(code_digest IS NULL) = (code_until IS NULL)", name=op.f("ck_device_code_until")),
        sa.CheckConstraint("(token_digest IS NULL) = (registered_at IS NULL)", name=op.f("ck_device_registered")),
        sa.ForeignKeyConstraint(
            ["meal_point_code"], ["meal_point.code"], name=op.f("fk_device_meal_point_code_meal_point")
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_device")),
        sa.UniqueConstraint("code_digest", name=op.f("uq_device_code_digest")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_device_token_digest")),
    )
    op.create_index(op.f("ix_device_meal_point_code"), "device", ["meal_point_code"])
    op.create_table(
        "kiosk_visit",
        sa.Column("device_code", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("elder_number", sa.String(), nullable=True),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("touched_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("turn >= 0", name=op.f("ck_kiosk_visit_turn")),
        sa.ForeignKeyConstraint(["device_code"], ["device.code"], name=op.f("fk_kiosk_visit_device_code_device")),
        sa.ForeignKeyConstraint(["elder_number"], ["elder.number"], name=op.f("fk_kiosk_visit_elder_number_elder")),
        sa.PrimaryKeyConstraint("device_code", name=op.f("pk_kiosk_visit")),
    )


def downgrade() -> None:
    """Go back."""
    op.drop_table("kiosk_visit")
    op.drop_table("device")
