"""Small suites in folders of their own, each run by a pytest of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from pathlib import Path
from textwrap import dedent

import pytest

from kserve_conformance.record import Record, Scenario, read

#: A conftest that loads the plugin as a user's own project does, with a world that is only the target.
CONFTEST = """
    import pytest

    pytest_plugins = ["kserve_conformance.pytest_plugin"]

    @pytest.fixture
    def world(target):
        yield target
        target.reset()
"""

#: Step definitions about nothing but themselves.
STEPS = """
    import pytest
    from pytest_bdd import given, then, when
    from pytest_bdd.parsers import parse

    @given(parse("a number {number:d}"), target_fixture="box")
    def number(number):
        return [number]

    @when("it is doubled")
    def doubled(box):
        box[0] *= 2

    @then(parse("it is {number:d}"))
    def is_number(box, number):
        assert box[0] == number

    @then("it ends")
    def ends():
        pass
"""

#: Plugins that no suite here uses. Importing Hypothesis and syrupy takes a third of such a run.
UNUSED = ("cacheprovider", "randomly", "hypothesispytest", "syrupy")


@dataclass(frozen=True)
class Recorded:
    """A run that has a record."""

    code: int
    output: str
    ndjson: bytes

    @cached_property
    def record(self) -> Record:
        return read(BytesIO(self.ndjson))

    @cached_property
    def scenarios(self) -> dict[str, Scenario]:
        """The scenarios of the record by their names."""
        return {scenario.name: scenario for scenario in self.record.scenarios}


@dataclass(frozen=True)
class Project:
    """A folder with a suite in it."""

    path: Path

    def write(self, name: str, text: str) -> Path:
        file = self.path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(dedent(text), encoding="utf-8")
        return file

    def command(self, *arguments: str) -> list[str]:
        """A call of pytest without the plugins that no suite here uses."""
        without = [word for plugin in UNUSED for word in ("-p", f"no:{plugin}")]
        return [sys.executable, "-m", "pytest", *without, *arguments]

    @property
    def environment(self) -> dict[str, str]:
        here = os.environ.get("PYTHONPATH")
        return {**os.environ, "PYTHONPATH": os.pathsep.join([str(self.path), *([here] if here else [])])}

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command("features", *arguments),
            cwd=self.path,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def recorded(self, *arguments: str) -> Recorded:
        """Run with a record, and read it."""
        done = self.run("--kserve-record", "record.ndjson", *arguments)
        output = done.stdout + done.stderr
        assert (self.path / "record.ndjson").exists(), output
        return Recorded(done.returncode, output, (self.path / "record.ndjson").read_bytes())

    def ended_by(self, number: signal.Signals, *arguments: str) -> int:
        """Run until a step says that it waits (by making a file ``waiting``), then send a signal; the exit code."""
        with subprocess.Popen(
            self.command("features", "--kserve-record", "record.ndjson", *arguments),
            cwd=self.path,
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as process:
            until = time.monotonic() + 120
            while not (self.path / "waiting").exists() and process.poll() is None and time.monotonic() < until:
                time.sleep(0.05)
            process.send_signal(number)
            return process.wait(timeout=120)


@pytest.fixture(scope="session")
def make_project(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Project]:
    """Makes projects with the plugin, a few steps and no feature yet."""

    def make() -> Project:
        project = Project(tmp_path_factory.mktemp("project"))
        project.write("conftest.py", CONFTEST)
        project.write("steps/numbers.py", STEPS)
        return project

    return make


@pytest.fixture
def project(make_project: Callable[[], Project]) -> Project:
    """One such project."""
    return make_project()
