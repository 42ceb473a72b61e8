"""What was printed, when, why again, and what is void."""

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

from kitchens.codes import short_code

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

KINDS_BEFORE = (
    "kind IN ('kitchen_count', 'batch_sheet', 'box_labels', 'loading_manifest', 'route_sheet', 'meal_point_sheet')"
)
KINDS = (
    "kind IN ('purchase_list', 'kitchen_count', 'substitution_sheet', 'batch_sheet', 'pick_list', 'box_labels', "
    "'loading_manifest', 'meal_point_sheet', 'route_sheet', 'call_list', 'change_slip')"
)
KEPT = "id, plan_id, kind, subject, language, content, written_at, error, replaced_at"
FILE = ("file", "pages", "sha256")


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "paper_file",
        sa.Column("paper_id", sa.Integer(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("file", sa.String(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.CheckConstraint("part >= 1", name=op.f("ck_paper_file_part")),
        sa.ForeignKeyConstraint(["paper_id"], ["paper.id"], name=op.f("fk_paper_file_paper_id_paper")),
        sa.PrimaryKeyConstraint("paper_id", "part", name=op.f("pk_paper_file")),
    )
    op.execute(
        "INSERT INTO paper_file (paper_id, part, file, pages, sha256) "
        "SELECT id, 1, file, COALESCE(pages, 0), COALESCE(sha256, '') FROM paper WHERE file IS NOT NULL"
    )
    if op.get_bind().dialect.name == "sqlite":
        _rebuild(KINDS)
    else:
        for name in FILE:
            op.drop_column("paper", name)
        op.drop_constraint("ck_paper_kind", "paper")
        op.create_check_constraint(op.f("ck_paper_kind"), "paper", KINDS)
    _create_sheets()
    _create_prints()
    _find_sheets()


def downgrade() -> None:
    """Go back: papers of kinds that nobody knew then are lost, and of several files of a paper all but the first."""
    op.drop_table("paper_print")
    op.drop_table("paper_sheet")
    op.execute(f"DELETE FROM paper_file WHERE paper_id IN (SELECT id FROM paper WHERE NOT ({KINDS_BEFORE}))")  # noqa: S608
    op.execute(f"DELETE FROM paper WHERE NOT ({KINDS_BEFORE})")  # noqa: S608  our own words
    if op.get_bind().dialect.name == "sqlite":
        _rebuild(KINDS_BEFORE, *_file_columns())
    else:
        for column in _file_columns():
            op.add_column("paper", column)
        op.drop_constraint("ck_paper_kind", "paper")
        op.create_check_constraint(op.f("ck_paper_kind"), "paper", KINDS_BEFORE)
    for name in FILE:
        op.execute(
            f"UPDATE paper SET {name} = (SELECT paper_file.{name} FROM paper_file "  # noqa: S608  our own words
            "WHERE paper_file.paper_id = paper.id AND paper_file.part = 1)"
        )
    op.drop_table("paper_file")


def _file_columns() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("file", sa.String(), nullable=True),
        sa.Column("pages", sa.Integer(), nullable=True),
        sa.Column("sha256", sa.String(), nullable=True),
    )


def _rebuild(kinds: str, *more: sa.Column[Any]) -> None:
    """Copy the papers into a table with other rules: SQLite cannot change a rule in place."""
    op.create_table(
        "paper_new",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.String(), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True),
        *more,
        sa.CheckConstraint(kinds, name=op.f("ck_paper_kind")),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_paper_plan_id_plan")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper")),
        sa.UniqueConstraint(
            "plan_id", "kind", "subject", "language", name=op.f("uq_paper_plan_id_kind_subject_language")
        ),
    )
    op.execute(f"INSERT INTO paper_new ({KEPT}) SELECT {KEPT} FROM paper")  # noqa: S608  our own words
    op.drop_table("paper")
    op.rename_table("paper_new", "paper")
    op.create_index(op.f("ix_paper_plan_id"), "paper", ["plan_id"])


def _create_sheets() -> None:
    op.create_table(
        "paper_sheet",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("short", sa.String(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("paper_id", sa.Integer(), nullable=False),
        sa.Column("is_confidential", sa.Boolean(), nullable=False),
        sa.Column("void_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("replaced_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_paper_sheet_plan_id_plan")),
        sa.ForeignKeyConstraint(["paper_id"], ["paper.id"], name=op.f("fk_paper_sheet_paper_id_paper")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_paper_sheet")),
    )
    for column in ("short", "plan_id", "paper_id"):
        op.create_index(op.f(f"ix_paper_sheet_{column}"), "paper_sheet", [column])


def _create_prints() -> None:
    op.create_table(
        "paper_print",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("paper_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("extent", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("stock", sa.String(), nullable=False),
        sa.Column("copy_number", sa.Integer(), nullable=False),
        sa.Column("sheets", sa.Integer(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("printed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("printed_by", sa.String(), nullable=False),
        sa.Column("fate", sa.String(), nullable=False),
        sa.Column("fate_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fate_by", sa.String(), nullable=False),
        sa.CheckConstraint("extent IN ('all', 'new')", name=op.f("ck_paper_print_extent")),
        sa.CheckConstraint(
            "reason IN ('', 'lost', 'damaged', 'printer', 'second_place', 'other')", name=op.f("ck_paper_print_reason")
        ),
        sa.CheckConstraint("fate IN ('', 'returned', 'destroyed', 'lost')", name=op.f("ck_paper_print_fate")),
        sa.CheckConstraint("(fate = '') = (fate_at IS NULL)", name=op.f("ck_paper_print_fate_at")),
        sa.CheckConstraint("copy_number >= 1", name=op.f("ck_paper_print_copy_number")),
        sa.ForeignKeyConstraint(["paper_id"], ["paper.id"], name=op.f("fk_paper_print_paper_id_paper")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_print")),
    )
    op.create_index(op.f("ix_paper_print_paper_id"), "paper_print", ["paper_id"])
    op.create_index(op.f("ix_paper_print_printed_at"), "paper_print", ["printed_at"])


def _find_sheets() -> None:
    """Enter the sheets of the papers there are: each sheet has always carried its code."""
    bind = op.get_bind()
    papers = bind.execute(
        sa.text("SELECT id, plan_id, content, replaced_at FROM paper WHERE kind <> 'box_labels' ORDER BY id")
    ).all()
    insert = sa.text(
        "INSERT INTO paper_sheet (code, short, plan_id, paper_id, is_confidential, void_at, replaced_by) "
        "VALUES (:code, :short, :plan_id, :paper_id, :is_confidential, :void_at, '')"
    )
    seen: set[str] = set()
    for paper_id, plan_id, content, replaced_at in papers:
        values = json.loads(content)
        for head in [value["head"] for value in values] if isinstance(values, list) else []:
            if head["code"] not in seen:
                seen.add(head["code"])
                sheet = {"code": head["code"], "short": short_code(head["code"]), "plan_id": plan_id}
                sheet |= {"paper_id": paper_id, "is_confidential": head["is_confidential"], "void_at": replaced_at}
                bind.execute(insert, sheet)
