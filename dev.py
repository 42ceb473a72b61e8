#!/usr/bin/env python3
"""Set up and drive Nuanfan on a machine that has only Python 3.11+ and pip.

    python3 dev.py run  [...]   set up, then the main job: a meal from orders to papers, then the pages
    python3 dev.py test [...]   set up, then every check and every test
    python3 dev.py check        the checks alone: style, types, layers, dependencies
    python3 dev.py lock         renew both lock files from pyproject.toml (add --upgrade-package NAME)

Only the standard library is used here. Each command installs first when its lock file changed since the last
time; the second start therefore costs nothing.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
TOOLS = ROOT / ".tools"
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
UV_VERSION = "0.13.9"
RUNTIME_LOCK = ROOT / "requirements.lock"
TEST_LOCK = ROOT / "requirements-test.lock"
# Without byte code every start compiles a hundred packages anew, which takes longer than what was asked for.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
LOCK_OPTIONS = [
    "--universal",
    "--python-version=3.11",
    "--generate-hashes",
    "--no-emit-index-url",
    "--no-header",
    "-q",
]


def say(text: str) -> None:
    """Print one line of progress at once, so that a long step is never silent."""
    print(f"· {text}", file=sys.stderr, flush=True)


def call(*command: str | Path, **extra: str) -> None:
    """Run one command to its end; leave with its status when it fails."""
    done = subprocess.run([str(part) for part in command], cwd=ROOT, env={**ENVIRONMENT, **extra}, check=False)
    if done.returncode:
        sys.exit(done.returncode)


def find_uv() -> Path | None:
    """Return the pinned uv, fetched through pip on first use, or None where it cannot be had."""
    uv = TOOLS / "bin" / "uv"
    if uv.exists() and UV_VERSION in subprocess.run([uv, "--version"], capture_output=True, text=True).stdout:
        return uv
    say(f"fetching uv {UV_VERSION} through pip")
    pip = [sys.executable, "-m", "pip", "install", "-q", "--upgrade", "--target", TOOLS, f"uv=={UV_VERSION}"]
    quiet = {**os.environ, "PIP_ROOT_USER_ACTION": "ignore"}
    fetched = subprocess.run([str(part) for part in pip], cwd=ROOT, env=quiet, capture_output=True, text=True)
    if fetched.returncode or not uv.exists():
        say(f"uv cannot be had ({fetched.stderr.strip()[-300:]}); going on with venv and pip, which is slower")
        return None
    return uv


def fingerprint(lock: Path) -> str:
    """Name what an environment was made from: the lock, the package's own list, and the Python."""
    parts = [
        lock.read_bytes(),
        (ROOT / "pyproject.toml").read_bytes(),
        sys.version.encode(),
        str(ROOT).encode(),
    ]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def set_up(lock: Path) -> None:
    """Make `.venv` hold exactly what `lock` names, each file checked against its hash.

    An environment that was made for the tests also serves `run`, and stays one: the test lock is a superset.
    """
    marker = VENV / "made-from"
    made_from = marker.read_text().split() if marker.exists() else []
    if lock == RUNTIME_LOCK and TEST_LOCK.name in made_from:
        lock = TEST_LOCK
    wanted = fingerprint(lock)
    if PYTHON.exists() and wanted in made_from:
        return
    if shutil.disk_usage(ROOT).free < 1_500_000_000:
        say("less than 1.5 GB of disk is free here; the environment may not fit")
    say("setting up the environment in .venv (once)")
    marker.unlink(missing_ok=True)
    uv = find_uv()
    if uv is None:
        call(sys.executable, "-m", "venv", "--clear", VENV)
        call(PYTHON, "-m", "pip", "install", "-q", "--require-hashes", "-r", lock)
    else:
        if not PYTHON.exists():
            call(uv, "venv", "-q", "--python", sys.executable, VENV)
        # The caller's own index settings hold; a private one may lack files for a pin that another has.
        call(uv, "pip", "sync", "-q", "--python", PYTHON, "--require-hashes", lock, VIRTUAL_ENV=str(VENV))
    put_on_path()
    marker.write_text(f"{lock.name}\n{wanted}\n")


def put_on_path() -> None:
    """Let `.venv` see the six packages of this checkout and give it the `nuanfan` command."""
    site = subprocess.run(
        [PYTHON, "-c", "import sysconfig; print(sysconfig.get_paths()['purelib'])"],
        capture_output=True,
        text=True,
    ).stdout.strip()
    # First on the path: `scheduler` and `api` are names that strangers' distributions use too.
    (Path(site) / "nuanfan.pth").write_text(f"import sys; sys.path.insert(0, {str(ROOT)!r})\n")
    script = BIN / "nuanfan"
    # The guard is for the processes that papers are set in: each of them imports this file again.
    guarded = 'if __name__ == "__main__":\n    from api.start import main\n\n    sys.exit(main())\n'
    script.write_text(f"#!{PYTHON}\nimport sys\n\n{guarded}")
    script.chmod(0o755)


def install_chromium() -> None:
    """Have a Chromium for the browser tests: the machine's own, or Debian's where we may install it."""
    if any(shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome")):
        return
    may_install = hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get")
    if not may_install:
        say("no Chromium here and no right to install it: the browser tests will say that they were skipped")
        return
    say("installing Debian's chromium for the browser tests (once)")
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for step in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", "chromium"]):
        if subprocess.run(["apt-get", *step], env=quiet, stdout=subprocess.DEVNULL, check=False).returncode:
            say("Debian's chromium cannot be had: the browser tests will say that they were skipped")
            return


def run(arguments: list[str]) -> None:
    """Do the main job on the Haizhu sample district, then serve the pages on loopback."""
    set_up(RUNTIME_LOCK)
    home = os.environ.get("NUANFAN_HOME") or str(ROOT / "var")
    command = [str(PYTHON), "-m", "api.start", "demo", *arguments]
    done = subprocess.run(command, env={**ENVIRONMENT, "NUANFAN_HOME": home}, check=False)
    sys.exit(done.returncode)


def check() -> None:
    """Run the checks that need no database: style, types, layers, declared dependencies."""
    set_up(TEST_LOCK)
    for name, *command in (
        ("style", "ruff", "check", "."),
        ("layout", "ruff", "format", "--check", "."),
        ("types", "mypy"),
        ("layers", "lint-imports"),
        ("dependencies", "deptry", "."),
    ):
        say(name)
        call(BIN / command[0], *command[1:])


def test(arguments: list[str]) -> None:
    """Run every check, then every test on as many processes as the machine has cores."""
    set_up(TEST_LOCK)
    install_chromium()
    say("compiling the engine, so that no test waits for it")
    warming = subprocess.Popen([str(PYTHON), "-m", "routing.engine.warm"], cwd=ROOT, env=ENVIRONMENT)
    try:
        if not arguments:
            check()
    except SystemExit:
        warming.kill()
        raise
    if warming.wait():
        sys.exit(warming.returncode)
    say("tests")
    call(
        PYTHON,
        "-m",
        "pytest",
        *(arguments or ["-n", str(min(4, os.cpu_count() or 1)), "--dist", "loadscope"]),
    )


def lock(arguments: list[str]) -> None:
    """Renew both lock files; the runtime pins are the test lock's constraints."""
    uv = find_uv()
    if uv is None:
        sys.exit("uv is needed to renew the lock files")
    for out, extra in ((RUNTIME_LOCK, []), (TEST_LOCK, ["--group", "test", "-c", RUNTIME_LOCK.name])):
        call(uv, "pip", "compile", "pyproject.toml", *extra, *LOCK_OPTIONS, *arguments, "-o", out.name)


def main() -> None:
    """Choose the command named first on the line."""
    command, *arguments = sys.argv[1:] or ["help"]
    if command == "run":
        run(arguments)
    elif command == "test":
        test(arguments)
    elif command == "check":
        check()
    elif command == "lock":
        lock(arguments)
    elif command == "setup":
        set_up(TEST_LOCK if "--test" in arguments else RUNTIME_LOCK)
    else:
        print(__doc__)
        sys.exit(0 if command in {"help", "-h", "--help"} else 2)


if __name__ == "__main__":
    main()
