"""Calling the command line as a user does, in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def call(cwd: Path, *arguments: str, stdin: str = "", **more: str) -> subprocess.CompletedProcess[str]:
    """One call in a folder; ``more`` are variables of its environment."""
    environment = {**os.environ, "PYTHONPATH": str(cwd), **more}
    command = [sys.executable, "-m", "kserve_conformance", *arguments]
    return subprocess.run(command, cwd=cwd, env=environment, input=stdin, capture_output=True, text=True, check=False)
