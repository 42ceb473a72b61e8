"""The console command: makes sure that it runs our own six packages, then hands over to the command line.

The names `service`, `scheduler`, `api` are generic. With a stranger's distribution of the same name on the path, the
command could run a stranger's code without a word; so it starts only when all six stand in one folder.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

PACKAGES = ("routing", "kitchens", "service", "scheduler", "api", "simulations")


def folders_of(packages: tuple[str, ...] = PACKAGES) -> dict[str, str]:
    """Return the parent folder of each package as Python would find it ("" where it finds none)."""
    found = {}
    for name in packages:
        spec = find_spec(name)
        found[name] = str(Path(spec.origin).resolve().parents[1]) if spec is not None and spec.origin else ""
    return found


def main() -> int:
    """Run the command line; refuse when a package comes from somewhere else."""
    folders = folders_of()
    if len(set(folders.values())) != 1:
        lines = "\n".join(f"  {name}: {folder or '?'}" for name, folder in folders.items())
        sys.stderr.write(
            f"暖饭的六个包不在同一个文件夹，拒绝启动 / the six packages do not share one folder:\n{lines}\n"
        )
        return 1
    from api.cli.app import run

    return run()


if __name__ == "__main__":
    sys.exit(main())
