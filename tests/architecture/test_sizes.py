"""The ceilings of the house: what a reader can hold in mind at once."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("routing", "kitchens", "service", "scheduler", "api", "simulations")
MOST_LINES_A_FILE = 400
MOST_LINES_A_BODY = 40
FILES = [
    path
    for folder in (*PACKAGES, "benchmarks")
    for path in sorted((ROOT / folder).rglob("*.py"))
    # A migration is a record of what was done once; nobody reads it as a story.
    if "versions" not in path.parts
] + [ROOT / "dev.py"]


def body_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    body = function.body
    if (
        isinstance(body[0], ast.Expr)
        and isinstance(body[0].value, ast.Constant)
        and isinstance(body[0].value.value, str)
    ):
        body = body[1:]
    return 0 if not body else (body[-1].end_lineno or 0) - body[0].lineno + 1


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_and_each_of_its_functions_stay_short(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert len(source.splitlines()) <= MOST_LINES_A_FILE
    functions = [
        node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    too_long = {node.name: body_lines(node) for node in functions if body_lines(node) > MOST_LINES_A_BODY}
    assert too_long == {}


def test_the_ceilings_would_notice_a_long_function() -> None:
    long = ast.parse("def f():\n" + "    x = 1\n" * (MOST_LINES_A_BODY + 1)).body[0]
    assert isinstance(long, ast.FunctionDef)
    assert body_lines(long) == MOST_LINES_A_BODY + 1
