"""How much of the code that decides about money its tests run through, branch by branch; less than all of it fails.

python -m benchmarks.money_coverage [--missing]

Runs the tests of money on the embedded database under coverage.py and prints the figure for the subsidy rules, the
ledger, settling and everything in `service/money`. Left out are tests that make up hundreds of cases, and repeats of
one test over papers and languages: they find wrong sums, not branches that nobody has gone through.
"""

from __future__ import annotations

import argparse
import io
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import coverage

ROOT = Path(__file__).resolve().parents[1]
WATCHED = ("service/subsidies/*", "service/ledger.py", "service/settlement.py", "service/money/*")
TESTS = (
    "tests/service/money",
    "tests/service/subsidies",
    "tests/service/test_accounts.py",
    "tests/service/test_periods.py",
    "tests/service/test_quoting.py",
    "tests/service/test_settlement.py",
    "tests/service/test_taking.py",
)
LEFT_OUT = (
    "test_properties",
    "test_by_payer_by_elder_and_by_meal_the_sum_is_the_same",
    "test_every_paper_says_what_it_is",
    "test_every_way_of_adding",
    "test_no_name_of_an_elder_stands_where_none_may_be",
    "test_payers_elders_meals_kitchens_and_points_always_come_to_the_same",
)

ON_BOTH = "test_a_meal_is_settled_once"
"""PostgreSQL keeps other bookings out by a lock of its own; one test on it goes through that."""


def main() -> None:
    parser = argparse.ArgumentParser(description="Run the tests of money and say which branches nobody went through.")
    parser.add_argument("--missing", action="store_true", help="name every file, not only those with a branch missing")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        measured = run_tests(Path(folder))
        percent, table = report(measured, skips_whole=not asked.missing)
    print(table)
    print(f"{percent:.2f} % of lines and branches of the code of money")
    sys.exit(0 if percent == 100 else 1)


def run_tests(folder: Path) -> coverage.Coverage:
    """Run the tests in a process of their own, so that nothing is loaded before it is measured, and return the data."""
    settings = folder / "coveragerc"
    settings.write_text(f"[run]\nbranch = true\ndata_file = {folder / 'data'}\ninclude =\n    {_lines(WATCHED)}\n")
    command = [sys.executable, "-m", "coverage", "run", f"--rcfile={settings}", "-m", "pytest", "-q", "-p", "no:xdist"]
    wanted = " and ".join([f"(not postgresql or {ON_BOTH})", *(f"not {name}" for name in LEFT_OUT)])
    chosen = ["-k", wanted, *TESTS]
    # What a test run around this one has set up for its own workers is not for this one.
    quiet = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    done = subprocess.run([*command, *chosen], cwd=ROOT, env=quiet, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{done.stdout[-4000:]}\n{done.stderr[-1000:]}")
    measured = coverage.Coverage(config_file=str(settings))
    measured.load()
    return measured


def report(measured: coverage.Coverage, *, skips_whole: bool) -> tuple[float, str]:
    """Return the share in percent, and the table of files with what is missing in them."""
    table = io.StringIO()
    percent = measured.report(file=table, show_missing=True, skip_covered=skips_whole, skip_empty=True)
    return percent, table.getvalue()


def _lines(patterns: tuple[str, ...]) -> str:
    return "\n    ".join(str(ROOT / pattern) for pattern in patterns)


if __name__ == "__main__":
    main()
