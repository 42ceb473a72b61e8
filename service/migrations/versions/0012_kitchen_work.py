"""What happens in the kitchen and at the ramp: readings, samples, packing, loading, arrival."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "close_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("service_day", sa.Date(), nullable=False),
        sa.Column("meal", sa.String(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_by", sa.String(), nullable=False),
        sa.CheckConstraint("meal IN ('breakfast', 'lunch', 'dinner')", name=op.f("ck_close_step_meal")),
        sa.CheckConstraint(
            "step IN ('review', 'menu', 'count', 'runs', 'print', 'wrap_up')", name=op.f("ck_close_step_step")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_close_step")),
    )
    op.create_index(op.f("ix_close_step_service_day"), "close_step", ["service_day"])
    op.create_table(
        "batch_record",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tenths_c", sa.Integer(), nullable=True),
        sa.Column("amount", sa.Integer(), nullable=True),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("replaces", sa.Integer(), nullable=True),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("holds", sa.Boolean(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noted_by", sa.String(), nullable=False),
        sa.CheckConstraint("(replaces IS NULL) = (why = '')", name=op.f("ck_batch_record_why")),
        sa.CheckConstraint(
            "kind IN ('started', 'finished', 'core', 'holding', 'dispatch', 'sample', 'cook', 'lot', 'out', 'waste', 'second')",
            name=op.f("ck_batch_record_kind"),
        ),
        sa.CheckConstraint("amount IS NULL OR amount >= 0", name=op.f("ck_batch_record_amount")),
        sa.CheckConstraint(
            "tenths_c IS NULL OR (tenths_c >= 0 AND tenths_c <= 1100)", name=op.f("ck_batch_record_core")
        ),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_batch_record_batch_id_batch")),
        sa.ForeignKeyConstraint(["replaces"], ["batch_record.id"], name=op.f("fk_batch_record_replaces_batch_record")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch_record")),
        sa.UniqueConstraint("replaces", name=op.f("uq_batch_record_replaces")),
    )
    op.create_index(op.f("ix_batch_record_batch_id"), "batch_record", ["batch_id"])
    op.create_table(
        "carrier_load",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("van_run_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("keeping", sa.String(), nullable=False),
        sa.Column("seal", sa.String(), nullable=False),
        sa.Column("boxes", sa.Integer(), nullable=False),
        sa.Column("packed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("packed_by", sa.String(), nullable=False),
        sa.Column("returned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("returned_by", sa.String(), nullable=True),
        sa.CheckConstraint("keeping IN ('hot', 'cold')", name=op.f("ck_carrier_load_keeping")),
        sa.CheckConstraint("(returned_at IS NULL) = (returned_by IS NULL)", name=op.f("ck_carrier_load_returned")),
        sa.CheckConstraint("boxes > 0", name=op.f("ck_carrier_load_boxes")),
        sa.ForeignKeyConstraint(["van_run_id"], ["van_run.id"], name=op.f("fk_carrier_load_van_run_id_van_run")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_carrier_load")),
        sa.UniqueConstraint("van_run_id", "number", name=op.f("uq_carrier_load_van_run_id_number")),
    )
    op.create_index(op.f("ix_carrier_load_van_run_id"), "carrier_load", ["van_run_id"])
    op.create_table(
        "manifest_in",
        sa.Column("van_run_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("boxes", sa.Integer(), nullable=False),
        sa.Column("hot_tenths_c", sa.Integer(), nullable=True),
        sa.Column("cold_tenths_c", sa.Integer(), nullable=True),
        sa.Column("seals_whole", sa.Boolean(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signed_by", sa.String(), nullable=False),
        sa.CheckConstraint("boxes >= 0", name=op.f("ck_manifest_in_boxes")),
        sa.ForeignKeyConstraint(["van_run_id"], ["van_run.id"], name=op.f("fk_manifest_in_van_run_id_van_run")),
        sa.PrimaryKeyConstraint("van_run_id", "position", name=op.f("pk_manifest_in")),
    )
    op.create_table(
        "manifest_out",
        sa.Column("van_run_id", sa.Integer(), nullable=False),
        sa.Column("boxes", sa.Integer(), nullable=False),
        sa.Column("hot_tenths_c", sa.Integer(), nullable=True),
        sa.Column("cold_tenths_c", sa.Integer(), nullable=True),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signed_by", sa.String(), nullable=False),
        sa.CheckConstraint("boxes >= 0", name=op.f("ck_manifest_out_boxes")),
        sa.ForeignKeyConstraint(["van_run_id"], ["van_run.id"], name=op.f("fk_manifest_out_van_run_id_van_run")),
        sa.PrimaryKeyConstraint("van_run_id", name=op.f("pk_manifest_out")),
    )
    op.create_table(
        "box_tick",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("mark", sa.String(), nullable=False),
        sa.Column("says", sa.String(), nullable=False),
        sa.Column("ticked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ticked_by", sa.String(), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("checked_by", sa.String(), nullable=True),
        sa.CheckConstraint("(checked_at IS NULL) = (checked_by IS NULL)", name=op.f("ck_box_tick_checked")),
        sa.CheckConstraint("checked_by IS NULL OR checked_by <> ticked_by", name=op.f("ck_box_tick_two_people")),
        sa.ForeignKeyConstraint(["order_id"], ["meal_order.id"], name=op.f("fk_box_tick_order_id_meal_order")),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_box_tick_plan_id_plan")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_box_tick")),
        sa.UniqueConstraint("plan_id", "order_id", name=op.f("uq_box_tick_plan_id_order_id")),
    )
    op.create_index(op.f("ix_box_tick_order_id"), "box_tick", ["order_id"])
    op.create_index(op.f("ix_box_tick_plan_id"), "box_tick", ["plan_id"])
    op.create_table(
        "left_out_note",
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noted_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["meal_order.id"], name=op.f("fk_left_out_note_order_id_meal_order")),
        sa.PrimaryKeyConstraint("order_id", "reason", name=op.f("pk_left_out_note")),
    )
    op.create_table(
        "missing_box",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("van_run_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noted_by", sa.String(), nullable=False),
        sa.Column("way", sa.String(), nullable=True),
        sa.Column("dish_code", sa.String(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by", sa.String(), nullable=True),
        sa.CheckConstraint("way IN ('found', 'substitute', 'called_off')", name=op.f("ck_missing_box_way")),
        sa.CheckConstraint("(settled_at IS NULL) = (settled_by IS NULL)", name=op.f("ck_missing_box_settled")),
        sa.CheckConstraint("(settled_at IS NULL) = (way IS NULL)", name=op.f("ck_missing_box_way_settled")),
        sa.ForeignKeyConstraint(["dish_code"], ["dish.code"], name=op.f("fk_missing_box_dish_code_dish")),
        sa.ForeignKeyConstraint(["order_id"], ["meal_order.id"], name=op.f("fk_missing_box_order_id_meal_order")),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_missing_box_plan_id_plan")),
        sa.ForeignKeyConstraint(["van_run_id"], ["van_run.id"], name=op.f("fk_missing_box_van_run_id_van_run")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_missing_box")),
        sa.UniqueConstraint("plan_id", "order_id", name=op.f("uq_missing_box_plan_id_order_id")),
    )
    op.create_index(op.f("ix_missing_box_order_id"), "missing_box", ["order_id"])
    op.create_index(op.f("ix_missing_box_plan_id"), "missing_box", ["plan_id"])


def downgrade() -> None:
    """Go back."""
    op.drop_index(op.f("ix_missing_box_plan_id"), table_name="missing_box")
    op.drop_index(op.f("ix_missing_box_order_id"), table_name="missing_box")
    op.drop_table("missing_box")
    op.drop_table("left_out_note")
    op.drop_index(op.f("ix_box_tick_plan_id"), table_name="box_tick")
    op.drop_index(op.f("ix_box_tick_order_id"), table_name="box_tick")
    op.drop_table("box_tick")
    op.drop_table("manifest_out")
    op.drop_table("manifest_in")
    op.drop_index(op.f("ix_carrier_load_van_run_id"), table_name="carrier_load")
    op.drop_table("carrier_load")
    op.drop_index(op.f("ix_batch_record_batch_id"), table_name="batch_record")
    op.drop_table("batch_record")
    op.drop_index(op.f("ix_close_step_service_day"), table_name="close_step")
    op.drop_table("close_step")
