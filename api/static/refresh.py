#!/usr/bin/env python3
"""Renew the vendored front-end files: fetch the pinned packages with `npm pack`, copy what is used, write the manifest.

    python api/static/refresh.py

Only the standard library and npm are needed, and only to change a version. Whoever runs or tests the product needs
neither: the files are committed, and a test compares them with `vendor/manifest.json`.
"""

from __future__ import annotations

import fnmatch
import hashlib
import json
import shutil
import subprocess
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

VENDOR = Path(__file__).parent / "vendor"


@dataclass(frozen=True, slots=True)
class Package:
    """One npm package: its name, exact version, licence, folder here, and the files of it that are served."""

    name: str
    version: str
    licence: str
    folder: str
    files: tuple[str, ...]


PACKAGES = (
    Package("htmx.org", "4.0.1", "0BSD", "htmx", ("dist/htmx.min.js", "LICENSE")),
    Package("leaflet", "1.9.4", "BSD-2-Clause", "leaflet", ("dist/leaflet.js", "dist/leaflet.css", "LICENSE")),
    Package(
        "@fontsource-variable/noto-sans-sc",
        "5.3.1",
        "OFL-1.1",
        "noto-sans-sc",
        ("index.css", "files/*.woff2", "LICENSE"),
    ),
)


def refresh(package: Package) -> list[dict[str, str]]:
    """Fetch one package, replace its folder, and return its lines of the manifest."""
    target = VENDOR / package.folder
    shutil.rmtree(target, ignore_errors=True)
    lines = []
    with tempfile.TemporaryDirectory() as name:
        subprocess.run(  # noqa: S603  fixed arguments
            ["npm", "pack", "--silent", f"{package.name}@{package.version}"],  # noqa: S607  npm stands where it stands
            cwd=name,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        (archive,) = Path(name).glob("*.tgz")
        with tarfile.open(archive) as packed:
            for member in sorted(packed.getmembers(), key=lambda one: one.name):
                inner = member.name.removeprefix("package/")
                content = packed.extractfile(member)
                if content is None or not any(fnmatch.fnmatch(inner, wanted) for wanted in package.files):
                    continue
                lines.append(_keep(package, inner, content.read()))
    return lines


def _keep(package: Package, inner: str, content: bytes) -> dict[str, str]:
    path = VENDOR / package.folder / inner.removeprefix("dist/")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return {
        "package": package.name,
        "version": package.version,
        "licence": package.licence,
        "file": path.relative_to(VENDOR).as_posix(),
        "sha256": hashlib.sha256(content).hexdigest(),
    }


def main() -> None:
    """Renew every package and write the manifest."""
    lines = [line for package in PACKAGES for line in refresh(package)]
    (VENDOR / "manifest.json").write_text(json.dumps(lines, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
