"""A fake ``kind``: a program that notes how it was called, and succeeds or fails as configured."""

from __future__ import annotations

import os
from pathlib import Path

_PROGRAM = """#!/bin/sh
echo "$@" >> "{calls}"
case "$1 $2" in
    "{fails}") echo "ERROR: {why}" >&2; exit 1 ;;
    "get clusters") printf 'there\\n' ;;
    "create cluster") : ;;
esac
"""


class NotedKind:
    """Puts itself first on the PATH; ``calls`` has the commands that were run."""

    def __init__(self, folder: Path, monkeypatch, *, fails: str = "nothing", why: str = "") -> None:
        self._calls = folder / "calls"
        program = folder / "kind"
        program.write_text(_PROGRAM.format(calls=self._calls, fails=fails, why=why))
        program.chmod(0o700)
        monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")

    @property
    def calls(self) -> list[str]:
        return self._calls.read_text().splitlines() if self._calls.exists() else []
