"""
One way to a verdict: a run without pytest writes the record that the pytest plugin writes, byte for byte.

That holds for releases as they are, and for targets that break in every named way.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

#: Runs one target both ways in one process, with a target of kind ``memory`` that breaks as requested.
BOTH = """\
import sys
from dataclasses import replace
from pathlib import Path

from kserve_conformance.cli import code_of
from kserve_conformance.cli.pytest_session import run_features
from kserve_conformance.suite import Suite
from kserve_conformance.targets import faulty, kinds
from kserve_conformance.targets.contract import CannotStart
from kserve_conformance.targets.memory import MemoryTarget

release, tags, breaks, out = sys.argv[1], sys.argv[2], sys.argv[3], Path(sys.argv[4])


class Raises(faulty.Wrapped):
    def observe(self, service, within):
        raise RuntimeError("broken on purpose")


class Interrupted(faulty.Wrapped):
    def observe(self, service, within):
        raise KeyboardInterrupt


def opened(spec, options):
    target = MemoryTarget(spec.argument)
    match breaks:
        case "": return target
        case "does-not-start": raise CannotStart("broken on purpose")
        case "raises": return Raises(target)
        case "interrupted": return Interrupted(target)
        case "dies": return faulty.DiesAfter(target, 3)
        case name: return getattr(faulty, name)(target)


kinds.KINDS["memory"] = replace(kinds.KINDS["memory"], open=opened)
name = f"memory:{release}"
selected = ["--tags", tags] if tags else []
code_of(["run", "--target", name, "--out", str(out / "plain"), "--format", "json", *selected])
suite = Suite.shipped()
arguments = [f"--kserve-target={name}", f"--kserve-suite={suite.root}", f"--kserve-record={out / 'pytest.ndjson'}"]
arguments += ["--kserve-all-selected", "--kserve-prepared", *([f"--kserve-tags={tags}"] if tags else [])]
run_features(suite, arguments, 1, total=1)
"""


def records_of(tmp_path: Path, release: str, tags: str = "", breaks: str = "") -> tuple[bytes, bytes]:
    """The records of a run without pytest, and of one with it."""
    subprocess.run(
        [sys.executable, "-c", BOTH, release, tags, breaks, str(tmp_path)],
        cwd=tmp_path,
        check=True,
        capture_output=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )
    return (tmp_path / "plain" / "record.ndjson").read_bytes(), (tmp_path / "pytest.ndjson").read_bytes()


@pytest.mark.parametrize("release", ["v0.8.0", "v0.20.0", "documented"])
def test_releases(tmp_path: Path, release: str) -> None:
    """The whole suite writes the same record with and without pytest."""
    plain, of_pytest = records_of(tmp_path, release)

    assert plain == of_pytest
    assert plain.count(b'"verdict":"passed"') > 100


@pytest.mark.parametrize(
    ("breaks", "written"),
    [
        ("AnswersWrong", '"verdict":"failed"'),
        ("NeverSettles", '"verdict":"errored"'),
        ("RejectsEverything", '"verdict":"failed"'),
        ("LeavesThingsBehind", '"verdict":"failed"'),
        ("dies", '"verdict":"errored"'),
        ("does-not-start", '"verdict":"errored"'),
        ("raises", '"verdict":"errored"'),
        ("interrupted", '"interrupted":"interrupted by the user"'),
    ],
)
def test_broken_targets(tmp_path: Path, breaks: str, written: str) -> None:
    """Failures, errors, a lost target and an interrupt are recorded in the same bytes too."""
    plain, of_pytest = records_of(tmp_path, "v0.15.2", "explicit", breaks)

    assert plain == of_pytest
    assert written.encode() in plain
