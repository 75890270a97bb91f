"""Packages of npm that tests use, downloaded once."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "kserve-conformance"


def installed(*packages: str) -> Path:
    """A folder with these packages, each ``NAME@VERSION``. Skips the test where that is impossible, with the reason."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("needs Node.js and npm")
    folder = CACHE / "-".join(package.replace("/", "-") for package in packages)
    if not (folder / "node_modules").is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "package.json").write_text("{}", encoding="utf-8")
        done = subprocess.run(
            ["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", *packages],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            shutil.rmtree(folder)
            pytest.skip(f"npm could not install {', '.join(packages)}: {done.stderr.strip()[-200:]}")
    return folder
