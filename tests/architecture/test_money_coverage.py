"""Nothing about money is decided in a branch that no test has gone through."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
def test_every_branch_of_the_code_of_money_is_run_by_a_test() -> None:
    command = [sys.executable, "-m", "benchmarks.money_coverage"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "100.00 %" in done.stdout
