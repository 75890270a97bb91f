"""
One way to a verdict: what is played without pytest gives the record that ``run`` gives, byte for byte.

That holds for releases as they are, and for targets that break in every named way.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

#: Asks one target both ways in one process, with the kind ``memory`` opened as it is told.
BOTH = """\
import sys
from dataclasses import replace
from pathlib import Path

from kserve_conformance.cli import code_of
from kserve_conformance.matrix.memory_runs import write_record
from kserve_conformance.suite.selection import Selection
from kserve_conformance.targets import faulty, kinds
from kserve_conformance.targets.contract import CannotStart
from kserve_conformance.targets.memory import MemoryTarget

release, tags, breaks, out = sys.argv[1], sys.argv[2] or None, sys.argv[3], Path(sys.argv[4])


class Raises(faulty.Wrapped):
    def observe(self, service, within):
        raise RuntimeError("as it was made to")


def opened(spec, options):
    target = MemoryTarget(spec.argument)
    match breaks:
        case "": return target
        case "does-not-start": raise CannotStart("as it was made to")
        case "raises": return Raises(target)
        case "dies": return faulty.DiesAfter(target, 3)
        case name: return getattr(faulty, name)(target)


kinds.KINDS["memory"] = replace(kinds.KINDS["memory"], open=opened)
again = kinds.parse(f"memory:{release}")
write_record(again, Selection(tags), out / "played.ndjson")
code_of(["run", "--target", str(again), "--out", str(out), "--format", "json", *(["--tags", tags] if tags else [])])
"""


def both(tmp_path: Path, release: str, tags: str = "", breaks: str = "") -> tuple[bytes, bytes]:
    subprocess.run(
        [sys.executable, "-c", BOTH, release, tags, breaks, str(tmp_path)],
        cwd=tmp_path,
        check=True,
        capture_output=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )
    return (tmp_path / "played.ndjson").read_bytes(), (tmp_path / "record.ndjson").read_bytes()


class TestPlaying:
    @pytest.mark.parametrize("release", ["v0.8.0", "v0.20.0", "documented"])
    def test_a_release_gives_the_write_record_run(self, tmp_path, release):
        """
        The whole suite, played without pytest, gives what ``kserve-conformance run`` writes.
        """
        played, run = both(tmp_path, release)

        assert played == run
        assert played.count(b'"verdict":"passed"') > 100

    @pytest.mark.parametrize(
        ("breaks", "verdict"),
        [
            ("AnswersWrong", "failed"),
            ("NeverSettles", "errored"),
            ("RejectsEverything", "failed"),
            ("LeavesThingsBehind", "failed"),
            ("dies", "errored"),
            ("does-not-start", "errored"),
            ("raises", "errored"),
        ],
    )
    def test_a_target_that_breaks_gives_the_write_record_run(self, tmp_path, breaks, verdict):
        """
        Failures, what breaks, and what is lost on the way are told in the same bytes too.
        """
        played, run = both(tmp_path, "v0.15.2", "explicit", breaks)

        assert played == run
        assert f'"verdict":"{verdict}"'.encode() in played
