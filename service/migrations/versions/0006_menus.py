"""Menus: recipes, cycles, price versions, choices."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

NEW_TABLES = (
    "ingredient",
    "recipe_line",
    "course",
    "course_option",
    "menu_cycle",
    "cycle_entry",
    "menu_swap",
    "order_choice",
    "planned_part",
    "dish_price",
)
"""In the order in which they refer to each other."""


def upgrade() -> None:
    """Go forward; every dish that is on a menu stays offered, as a person's own."""
    # Written out: both databases take a column with its rule in one statement, and only so can SQLite drop it again.
    op.execute(
        "ALTER TABLE menu_entry ADD COLUMN state VARCHAR NOT NULL DEFAULT 'offered' "
        "CONSTRAINT ck_menu_entry_state CHECK (state IN ('offered', 'taken_off', 'withdrawn'))"
    )
    op.add_column("menu_entry", sa.Column("from_cycle", sa.Boolean(), nullable=False, server_default=sa.false()))
    _create_recipes()
    _create_courses()
    _create_cycles()
    _create_swaps()
    _create_choices()
    op.create_table(
        "dish_price",
        sa.Column("dish_code", sa.String(), nullable=False),
        sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column("price_fen", sa.Integer(), nullable=False),
        sa.Column("announced_on", sa.Date(), nullable=False),
        sa.Column("announced_by", sa.String(), nullable=False),
        sa.CheckConstraint("announced_on <= from_day", name=op.f("ck_dish_price_announced")),
        sa.CheckConstraint("price_fen >= 0", name=op.f("ck_dish_price_price")),
        sa.ForeignKeyConstraint(["dish_code"], ["dish.code"], name=op.f("fk_dish_price_dish_code_dish")),
        sa.PrimaryKeyConstraint("dish_code", "from_day", name=op.f("pk_dish_price")),
    )


def _create_recipes() -> None:
    op.create_table(
        "ingredient",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("contains", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_ingredient")),
    )
    op.create_table(
        "recipe_line",
        sa.Column("dish_code", sa.String(), nullable=False),
        sa.Column("ingredient_code", sa.String(), nullable=False),
        sa.Column("grams", sa.Integer(), nullable=False),
        sa.CheckConstraint("grams > 0", name=op.f("ck_recipe_line_grams")),
        sa.ForeignKeyConstraint(["dish_code"], ["dish.code"], name=op.f("fk_recipe_line_dish_code_dish")),
        sa.ForeignKeyConstraint(
            ["ingredient_code"], ["ingredient.code"], name=op.f("fk_recipe_line_ingredient_code_ingredient")
        ),
        sa.PrimaryKeyConstraint("dish_code", "ingredient_code", name=op.f("pk_recipe_line")),
    )


def _create_courses() -> None:
    op.create_table(
        "course",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("dish_code", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("pick", sa.Integer(), nullable=False),
        sa.CheckConstraint("pick >= 1 AND position >= 1", name=op.f("ck_course_pick")),
        sa.ForeignKeyConstraint(["dish_code"], ["dish.code"], name=op.f("fk_course_dish_code_dish")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_course")),
        sa.UniqueConstraint("dish_code", "position", name=op.f("uq_course_dish_code_position")),
    )
    op.create_table(
        "course_option",
        sa.Column("course_code", sa.String(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("dish_code", sa.String(), nullable=False),
        sa.Column("extra_fen", sa.Integer(), nullable=False),
        sa.CheckConstraint("rank >= 1 AND extra_fen >= 0", name=op.f("ck_course_option_rank")),
        sa.ForeignKeyConstraint(["course_code"], ["course.code"], name=op.f("fk_course_option_course_code_course")),
        sa.ForeignKeyConstraint(["dish_code"], ["dish.code"], name=op.f("fk_course_option_dish_code_dish")),
        sa.PrimaryKeyConstraint("course_code", "rank", name=op.f("pk_course_option")),
        sa.UniqueConstraint("course_code", "dish_code", name=op.f("uq_course_option_course_code_dish_code")),
    )


def _create_cycles() -> None:
    op.create_table(
        "menu_cycle",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("kitchen_code", sa.String(), nullable=False),
        sa.Column("meal", sa.String(), nullable=False),
        sa.Column("weeks", sa.Integer(), nullable=False),
        sa.Column("first_monday", sa.Date(), nullable=False),
        sa.Column("until_day", sa.Date(), nullable=True),
        sa.CheckConstraint("meal IN ('breakfast', 'lunch', 'dinner')", name=op.f("ck_menu_cycle_meal")),
        sa.CheckConstraint("until_day IS NULL OR until_day >= first_monday", name=op.f("ck_menu_cycle_days")),
        sa.CheckConstraint("weeks >= 1", name=op.f("ck_menu_cycle_weeks")),
        sa.ForeignKeyConstraint(["kitchen_code"], ["kitchen.code"], name=op.f("fk_menu_cycle_kitchen_code_kitchen")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_menu_cycle")),
    )
    op.create_index(op.f("ix_menu_cycle_kitchen_code"), "menu_cycle", ["kitchen_code"])
    op.create_table(
        "cycle_entry",
        sa.Column("cycle_code", sa.String(), nullable=False),
        sa.Column("week", sa.Integer(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("dish_code", sa.String(), nullable=False),
        sa.Column("capacity_meals", sa.Integer(), nullable=True),
        sa.CheckConstraint("capacity_meals IS NULL OR capacity_meals >= 0", name=op.f("ck_cycle_entry_capacity")),
        sa.CheckConstraint("week >= 1 AND weekday BETWEEN 1 AND 7", name=op.f("ck_cycle_entry_day")),
        sa.ForeignKeyConstraint(["cycle_code"], ["menu_cycle.code"], name=op.f("fk_cycle_entry_cycle_code_menu_cycle")),
        sa.ForeignKeyConstraint(["dish_code"], ["dish.code"], name=op.f("fk_cycle_entry_dish_code_dish")),
        sa.PrimaryKeyConstraint("cycle_code", "week", "weekday", "rank", name=op.f("pk_cycle_entry")),
    )


def _create_swaps() -> None:
    op.create_table(
        "menu_swap",
        sa.Column("kitchen_code", sa.String(), nullable=False),
        sa.Column("service_day", sa.Date(), nullable=False),
        sa.Column("meal", sa.String(), nullable=False),
        sa.Column("dish_code", sa.String(), nullable=False),
        sa.Column("out_code", sa.String(), nullable=False),
        sa.Column("in_code", sa.String(), nullable=True),
        sa.Column("holds", sa.Boolean(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.CheckConstraint("meal IN ('breakfast', 'lunch', 'dinner')", name=op.f("ck_menu_swap_meal")),
        sa.CheckConstraint("in_code IS NULL OR in_code <> out_code", name=op.f("ck_menu_swap_differs")),
        sa.ForeignKeyConstraint(["dish_code"], ["dish.code"], name=op.f("fk_menu_swap_dish_code_dish")),
        sa.ForeignKeyConstraint(["in_code"], ["ingredient.code"], name=op.f("fk_menu_swap_in_code_ingredient")),
        sa.ForeignKeyConstraint(["kitchen_code"], ["kitchen.code"], name=op.f("fk_menu_swap_kitchen_code_kitchen")),
        sa.ForeignKeyConstraint(["out_code"], ["ingredient.code"], name=op.f("fk_menu_swap_out_code_ingredient")),
        sa.PrimaryKeyConstraint(
            "kitchen_code", "service_day", "meal", "dish_code", "out_code", name=op.f("pk_menu_swap")
        ),
    )


def _create_choices() -> None:
    op.create_table(
        "order_choice",
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("course_code", sa.String(), nullable=False),
        sa.Column("dish_code", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["course_code"], ["course.code"], name=op.f("fk_order_choice_course_code_course")),
        sa.ForeignKeyConstraint(["dish_code"], ["dish.code"], name=op.f("fk_order_choice_dish_code_dish")),
        sa.ForeignKeyConstraint(["order_id"], ["meal_order.id"], name=op.f("fk_order_choice_order_id_meal_order")),
        sa.PrimaryKeyConstraint("order_id", "course_code", "dish_code", name=op.f("pk_order_choice")),
    )
    op.create_table(
        "planned_part",
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("course_code", sa.String(), nullable=False),
        sa.Column("dish_code", sa.String(), nullable=False),
        sa.Column("texture", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["course_code"], ["course.code"], name=op.f("fk_planned_part_course_code_course")),
        sa.ForeignKeyConstraint(["dish_code"], ["dish.code"], name=op.f("fk_planned_part_dish_code_dish")),
        sa.ForeignKeyConstraint(["order_id"], ["meal_order.id"], name=op.f("fk_planned_part_order_id_meal_order")),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_planned_part_plan_id_plan")),
        sa.PrimaryKeyConstraint("plan_id", "order_id", "course_code", "dish_code", name=op.f("pk_planned_part")),
    )


def downgrade() -> None:
    """Go back; a dish that is not offered leaves its menu."""
    for table in reversed(NEW_TABLES):
        op.drop_table(table)
    op.execute("DELETE FROM menu_entry WHERE state <> 'offered'")
    op.drop_column("menu_entry", "from_cycle")
    op.drop_column("menu_entry", "state")
