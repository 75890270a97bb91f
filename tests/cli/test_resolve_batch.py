"""``resolve --batch``: a request per line."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
import yaml
from manifests_of import OURS, SERVICE

from kserve_conformance.cli.exit_codes import Exit

COMMAND = [sys.executable, "-m", "kserve_conformance", "resolve"]


def request(**more) -> str:
    return json.dumps({"id": 1, "namespace": "team-a", **more})


class TestBatch:
    def test_a_file_of_requests(self, folder):
        """One response per line, in order; a bad line does not stop the command or change its exit code."""
        service = yaml.safe_load(SERVICE)
        lines = [request(id=1, service=service), "nonsense", "", request(id=3, runtimes=[yaml.safe_load(OURS)])]
        (folder / "requests.ndjson").write_text("\n".join(lines))
        run = subprocess.run(
            [*COMMAND, "--release", "v0.15.2", "--batch", "requests.ndjson"],
            cwd=folder,
            capture_output=True,
            check=False,
        )
        found = [json.loads(line) for line in run.stdout.splitlines()]

        assert (run.returncode, run.stderr) == (Exit.OK, b"")
        assert [one.get("id") for one in found] == [1, None, 3]
        assert "error" in found[1]

    @pytest.mark.slow
    def test_workers_give_the_same_bytes(self):
        """The number of processes does not change the output."""
        requests = "\n".join(
            request(id=number, service=yaml.safe_load(SERVICE), runtimes=[yaml.safe_load(OURS)])
            for number in range(300)
        ).encode()
        runs = [
            subprocess.run(
                [*COMMAND, "--batch", "-", "--workers", workers], input=requests, capture_output=True, check=True
            )
            for workers in ("1", "2")
        ]

        assert len(runs[0].stdout.splitlines()) == 300
        assert runs[0].stdout == runs[1].stdout

    def test_each_line_is_answered_before_the_next(self):
        """A client that waits for each response gets it before it sends the next request."""
        with subprocess.Popen(
            [*COMMAND, "--batch", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as process:
            for number in range(3):
                process.stdin.write(request(id=number, service=yaml.safe_load(SERVICE)).encode() + b"\n")
                process.stdin.flush()
                assert json.loads(process.stdout.readline())["id"] == number
            process.stdin.close()
            assert process.wait(timeout=20) == Exit.OK
            assert process.stderr.read() == b""

    def test_empty_input_has_empty_output(self):
        """No requests, no responses."""
        run = subprocess.run([*COMMAND, "--batch", "-"], input=b"", capture_output=True, check=True)

        assert (run.stdout, run.stderr) == (b"", b"")
