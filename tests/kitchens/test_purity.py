import subprocess
import sys


def test_nothing_but_the_two_solver_modules_loads_a_solver() -> None:
    """The web process and the plain plan live without one."""
    code = (
        "import kitchens.assign, kitchens.batches, kitchens.dispatch, kitchens.account, kitchens.papers, sys;"
        "print([name for name in sys.modules if name.split('.')[0] in ('ortools', 'pyvrp')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
