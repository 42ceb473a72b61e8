"""The vendored files are what their manifest says, and nothing else lies beside them."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

VENDOR = Path(__file__).resolve().parents[2] / "api" / "static" / "vendor"
LICENCES = {"0BSD", "BSD-2-Clause", "OFL-1.1"}


def test_every_vendored_file_has_its_sum_version_and_licence() -> None:
    lines = json.loads((VENDOR / "manifest.json").read_text(encoding="utf-8"))
    assert {line["file"]: line["sha256"] for line in lines} == {
        path.relative_to(VENDOR).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in VENDOR.rglob("*")
        if path.is_file() and path.name != "manifest.json"
    }
    assert {line["licence"] for line in lines} == LICENCES
    assert all(line["version"][0].isdigit() for line in lines)


def test_every_package_brings_its_licence_text() -> None:
    lines = json.loads((VENDOR / "manifest.json").read_text(encoding="utf-8"))
    folders = {line["file"].split("/")[0] for line in lines}
    assert all((VENDOR / folder / "LICENSE").is_file() for folder in folders)
