"""People: phones, contacts, places, classes, care, cards, absences, risks, consents, states, pairs that look alike."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    # Columns are added one by one and not by a copy of the table: SQLite would empty the tables that refer to it.
    op.add_column("elder", sa.Column("birth_date", sa.Date(), nullable=True))
    op.add_column("elder", sa.Column("contact_roles", sa.String(), nullable=False, server_default="family"))
    op.execute(
        "ALTER TABLE elder ADD COLUMN merged_into VARCHAR CONSTRAINT fk_elder_merged_into_elder REFERENCES elder (number)"
    )
    op.create_index("ix_elder_merged_into", "elder", ["merged_into"])
    op.create_index("ix_elder_birth_date", "elder", ["birth_date"])

    op.create_table(
        "elder_absence",
        sa.Column("elder_number", sa.String(), nullable=False),
        sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column("until_day", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.CheckConstraint(
            "reason IN ('hospital', 'with_family', 'travel', 'short_care', 'other_reason')",
            name=op.f("ck_elder_absence_reason"),
        ),
        sa.CheckConstraint("until_day IS NULL OR until_day >= from_day", name=op.f("ck_elder_absence_days")),
        sa.ForeignKeyConstraint(["elder_number"], ["elder.number"], name=op.f("fk_elder_absence_elder_number_elder")),
        sa.PrimaryKeyConstraint("elder_number", "from_day", name=op.f("pk_elder_absence")),
    )
    op.create_table(
        "elder_card",
        sa.Column("elder_number", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("card_number", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.CheckConstraint("kind IN ('social_security', 'benefit')", name=op.f("ck_elder_card_kind")),
        sa.CheckConstraint("state IN ('in_use', 'lost', 'returned')", name=op.f("ck_elder_card_state")),
        sa.ForeignKeyConstraint(["elder_number"], ["elder.number"], name=op.f("fk_elder_card_elder_number_elder")),
        sa.PrimaryKeyConstraint("elder_number", "kind", "card_number", name=op.f("pk_elder_card")),
    )
    with op.batch_alter_table("elder_card", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_elder_card_card_number"), ["card_number"], unique=False)
    op.create_table(
        "elder_care_level",
        sa.Column("elder_number", sa.String(), nullable=False),
        sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("until_day", sa.Date(), nullable=True),
        sa.Column("proof", sa.String(), nullable=False),
        sa.CheckConstraint("level BETWEEN 0 AND 5", name=op.f("ck_elder_care_level_level")),
        sa.CheckConstraint("until_day IS NULL OR until_day >= from_day", name=op.f("ck_elder_care_level_days")),
        sa.ForeignKeyConstraint(
            ["elder_number"], ["elder.number"], name=op.f("fk_elder_care_level_elder_number_elder")
        ),
        sa.PrimaryKeyConstraint("elder_number", "from_day", name=op.f("pk_elder_care_level")),
    )
    op.create_table(
        "elder_class",
        sa.Column("elder_number", sa.String(), nullable=False),
        sa.Column("status_class", sa.String(), nullable=False),
        sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column("until_day", sa.Date(), nullable=True),
        sa.Column("proof", sa.String(), nullable=False),
        sa.CheckConstraint(
            "status_class IN ('tekun', 'dibao', 'dibao_edge', 'youfu', 'sanshu_wulao', 'lost_only_child', 'only_child_disabled', 'severe_disability', 'basic_care', 'hardship', 'disabled', 'family_planning', 'lives_alone', 'empty_nest', 'all_elderly', 'model_worker')",
            name=op.f("ck_elder_class_status_class"),
        ),
        sa.CheckConstraint("until_day IS NULL OR until_day >= from_day", name=op.f("ck_elder_class_days")),
        sa.ForeignKeyConstraint(["elder_number"], ["elder.number"], name=op.f("fk_elder_class_elder_number_elder")),
        sa.PrimaryKeyConstraint("elder_number", "status_class", "from_day", name=op.f("pk_elder_class")),
    )
    op.create_table(
        "elder_consent",
        sa.Column("elder_number", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("agreed", sa.Boolean(), nullable=False),
        sa.Column("text_version", sa.String(), nullable=False),
        sa.Column("noted_by", sa.String(), nullable=False),
        sa.CheckConstraint(
            "purpose IN ('face', 'position', 'family_sharing', 'photos', 'alarm_data')",
            name=op.f("ck_elder_consent_purpose"),
        ),
        sa.ForeignKeyConstraint(["elder_number"], ["elder.number"], name=op.f("fk_elder_consent_elder_number_elder")),
        sa.PrimaryKeyConstraint("elder_number", "purpose", "given_at", name=op.f("pk_elder_consent")),
    )
    op.create_table(
        "elder_contact",
        sa.Column("elder_number", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("roles", sa.String(), nullable=False),
        sa.Column("call_order", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("until_day", sa.Date(), nullable=True),
        sa.CheckConstraint("call_order >= 2", name=op.f("ck_elder_contact_call_order")),
        sa.ForeignKeyConstraint(["elder_number"], ["elder.number"], name=op.f("fk_elder_contact_elder_number_elder")),
        sa.PrimaryKeyConstraint("elder_number", "name", name=op.f("pk_elder_contact")),
    )
    op.create_table(
        "elder_pair",
        sa.Column("one", sa.String(), nullable=False),
        sa.Column("other", sa.String(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("kept", sa.String(), nullable=True),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("moved", sa.JSON(), nullable=False),
        sa.CheckConstraint("verdict IN ('merged', 'different', 'undone')", name=op.f("ck_elder_pair_verdict")),
        sa.CheckConstraint("one < other", name=op.f("ck_elder_pair_sorted")),
        sa.ForeignKeyConstraint(["kept"], ["elder.number"], name=op.f("fk_elder_pair_kept_elder")),
        sa.ForeignKeyConstraint(["one"], ["elder.number"], name=op.f("fk_elder_pair_one_elder")),
        sa.ForeignKeyConstraint(["other"], ["elder.number"], name=op.f("fk_elder_pair_other_elder")),
        sa.PrimaryKeyConstraint("one", "other", name=op.f("pk_elder_pair")),
    )
    op.create_table(
        "elder_phone",
        sa.Column("elder_number", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("until_day", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["elder_number"], ["elder.number"], name=op.f("fk_elder_phone_elder_number_elder")),
        sa.PrimaryKeyConstraint("elder_number", "phone", name=op.f("pk_elder_phone")),
    )
    op.create_table(
        "elder_place",
        sa.Column("elder_number", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column("city", sa.String(), nullable=False),
        sa.Column("district", sa.String(), nullable=False),
        sa.Column("street", sa.String(), nullable=False),
        sa.Column("dwelling", sa.String(), nullable=False),
        sa.Column("proof", sa.String(), nullable=False),
        sa.Column("until_day", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "(street = '' OR district <> '') AND (district = '' OR city <> '')", name=op.f("ck_elder_place_no_hole")
        ),
        sa.CheckConstraint("dwelling IN ('at_home', 'care_home')", name=op.f("ck_elder_place_dwelling")),
        sa.CheckConstraint("kind IN ('hukou', 'residence')", name=op.f("ck_elder_place_kind")),
        sa.CheckConstraint("until_day IS NULL OR until_day >= from_day", name=op.f("ck_elder_place_days")),
        sa.ForeignKeyConstraint(["elder_number"], ["elder.number"], name=op.f("fk_elder_place_elder_number_elder")),
        sa.PrimaryKeyConstraint("elder_number", "kind", "from_day", name=op.f("pk_elder_place")),
    )
    op.create_table(
        "elder_risk",
        sa.Column("elder_number", sa.String(), nullable=False),
        sa.Column("risk", sa.String(), nullable=False),
        sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column("until_day", sa.Date(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.CheckConstraint(
            "risk IN ('falls', 'dementia', 'hard_of_hearing', 'poor_sight', 'choking', 'bedridden', 'heart', 'diabetes', 'dog', 'aggression')",
            name=op.f("ck_elder_risk_risk"),
        ),
        sa.CheckConstraint("until_day IS NULL OR until_day >= from_day", name=op.f("ck_elder_risk_days")),
        sa.ForeignKeyConstraint(["elder_number"], ["elder.number"], name=op.f("fk_elder_risk_elder_number_elder")),
        sa.PrimaryKeyConstraint("elder_number", "risk", "from_day", name=op.f("pk_elder_risk")),
    )
    op.create_table(
        "elder_state_change",
        sa.Column("elder_number", sa.String(), nullable=False),
        sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column("to_state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.String(), nullable=True),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("state_before", sa.String(), nullable=True),
        sa.CheckConstraint(
            "to_state IN ('pending', 'active', 'paused', 'stopped', 'deceased')",
            name=op.f("ck_elder_state_change_to_state"),
        ),
        sa.ForeignKeyConstraint(
            ["elder_number"], ["elder.number"], name=op.f("fk_elder_state_change_elder_number_elder")
        ),
        sa.PrimaryKeyConstraint("elder_number", "from_day", name=op.f("pk_elder_state_change")),
    )
    with op.batch_alter_table("elder_state_change", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_elder_state_change_from_day"), ["from_day"], unique=False)
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_entry_subject"), ["subject"], unique=False)


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_entry_subject"))
    with op.batch_alter_table("elder_state_change", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_elder_state_change_from_day"))
    op.drop_table("elder_state_change")
    op.drop_table("elder_risk")
    op.drop_table("elder_place")
    op.drop_table("elder_phone")
    op.drop_table("elder_pair")
    op.drop_table("elder_contact")
    op.drop_table("elder_consent")
    op.drop_table("elder_class")
    op.drop_table("elder_care_level")
    with op.batch_alter_table("elder_card", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_elder_card_card_number"))
    op.drop_table("elder_card")
    op.drop_table("elder_absence")
    op.drop_index("ix_elder_merged_into", "elder")
    op.drop_index("ix_elder_birth_date", "elder")
    for column in ("merged_into", "contact_roles", "birth_date"):
        op.drop_column("elder", column)
