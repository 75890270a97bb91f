"""Commands that can be found again, and a look at what of them still runs."""

from __future__ import annotations

import shlex
import sys
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path

import pytest

IMPLEMENTATIONS = Path(__file__).parent.parent / "support" / "implementations"


@dataclass(frozen=True)
class Implementation:
    """A named implementation, started with a word that no other process has."""

    name: str
    arguments: tuple[str, ...] = ()
    mark: str = field(default_factory=lambda: uuid.uuid4().hex)

    def target(self, **parameters: object) -> str:
        words = [sys.executable, str(IMPLEMENTATIONS / f"{self.name}.py"), *self.arguments, self.mark]
        return f"process:{shlex.join(words)}{''.join(f',{key}={value}' for key, value in parameters.items())}"

    def processes(self) -> list[int]:
        """Which processes have the mark among their own words, and not inside of one."""
        found = []
        for folder in Path("/proc").iterdir():
            if folder.name.isdecimal():
                try:
                    words = (folder / "cmdline").read_bytes().split(b"\0")
                except OSError:
                    continue
                if self.mark.encode() in words:
                    found.append(int(folder.name))
        return found

    def is_gone(self, within: float = 0.0) -> bool:
        until = time.monotonic() + within
        while self.processes():
            if time.monotonic() >= until:
                return False
            time.sleep(0.05)
        return True


@pytest.fixture
def implementation():
    """Makes implementations; none of their processes may outlive the test."""
    made = []

    def make(name: str, *arguments: str) -> Implementation:
        made.append(Implementation(name, arguments))
        return made[-1]

    yield make
    assert [one.name for one in made if not one.is_gone()] == []
