"""The model server: its program is made once for each source, and it proves who served."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from kserve_conformance.targets.kind import programs
from kserve_conformance.targets.programs import go
from kserve_conformance.targets.programs.processes import free_ports
from kserve_conformance.targets.spec import silent

#: CI has Go; without it there, these tests fail instead of being left out.
needs_go = pytest.mark.skipif(shutil.which("go") is None and "CI" not in os.environ, reason="there is no Go here")


class TestBuilding:
    def test_what_is_cached_is_not_built(self, tmp_path, monkeypatch):
        """
        A program of the same source is used as it is, without Go.
        """
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
        monkeypatch.setenv("PATH", "")
        entry = tmp_path / "kserve-conformance" / f"model-server-{go.source_digest(programs.SOURCE)[:16]}"
        entry.parent.mkdir()
        entry.write_text("", encoding="utf-8")
        printed: list[str] = []

        assert programs.model_server(printed.append) == entry
        assert printed == []

    def test_a_changed_source_is_another_program(self, tmp_path):
        """
        The digest follows contents and names of Go's files, and nothing else.
        """
        shutil.copytree(programs.SOURCE, tmp_path / "source")
        first = go.source_digest(tmp_path / "source")
        (tmp_path / "source" / "notes.txt").write_text("other", encoding="utf-8")
        assert go.source_digest(tmp_path / "source") == first == go.source_digest(programs.SOURCE)

        (tmp_path / "source" / "main.go").rename(tmp_path / "source" / "renamed.go")
        renamed = go.source_digest(tmp_path / "source")
        with (tmp_path / "source" / "go.mod").open("a", encoding="utf-8") as file:
            file.write("\n")
        assert len({first, renamed, go.source_digest(tmp_path / "source")}) == 3

    def test_without_go_it_is_reported(self, tmp_path, monkeypatch):
        """If it is not cached and Go is missing, the error says so."""
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
        monkeypatch.setenv("PATH", "")

        with pytest.raises(go.NoGo):
            programs.model_server(silent)


@dataclass
class Running:
    """A running model server, and a client for it."""

    process: subprocess.Popen[bytes]
    port: int

    def ask(self, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request(method, path, body if body is None or isinstance(body, str) else json.dumps(body))
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        return answer.status, json.loads(content) if content.startswith(b"{") else content

    def wait(self):
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            try:
                return self.ask("GET", "/")
            except OSError:
                time.sleep(0.02)
        raise TimeoutError


@pytest.fixture(scope="module")
def program():
    return programs.model_server(print)


@pytest.fixture
def start(program, tmp_path):
    """Start a model server on a port of its own; it is ended after the test."""
    started: list[Running] = []

    def make(*arguments: str, model_dir: Path = tmp_path / "models", **environment: str) -> Running:
        (port,) = free_ports(1)
        words = [program, "--host=127.0.0.1", f"--http_port={port}", f"--model_dir={model_dir}", *arguments]
        with (tmp_path / f"{port}.log").open("wb") as log:
            running = Running(subprocess.Popen(words, env=environment, stderr=log), port)
        started.append(running)
        running.wait()
        return running

    yield make
    for one in started:
        one.process.kill()
        one.process.wait()


@needs_go
@pytest.mark.controlplane
class TestServing:
    def test_v1_reports_the_runtime(self, start):
        """
        A v1 prediction names the runtime for each instance, and reports how the server was started.
        """
        server = start("--runtime=kserve-sklearnserver", "--model_name", "fraud", "--workers=2")

        assert server.ask("GET", "/v1/models/fraud") == (200, {"name": "fraud", "ready": True})
        status, answer = server.ask("POST", "/v1/models/fraud:predict", {"instances": [[1], [2]]})

        assert status == 200
        assert answer["predictions"] == ["kserve-sklearnserver", "kserve-sklearnserver"]
        assert answer["served_by"]["runtime"] == "kserve-sklearnserver"
        assert answer["served_by"]["model_name"] == "fraud"
        assert answer["served_by"]["args"][-4:] == [
            "--runtime=kserve-sklearnserver",
            "--model_name",
            "fraud",
            "--workers=2",
        ]

    def test_v2_reports_the_runtime(self, start):
        """
        An inference of v2 has the runtime as its output, with the request's id.
        """
        server = start("--model_name=fraud", KSERVE_CONFORMANCE_RUNTIME="kserve-mlserver")

        assert server.ask("GET", "/v2/health/live") == (200, {"live": True})
        assert server.ask("GET", "/v2/health/ready") == (200, {"ready": True})
        assert server.ask("GET", "/v2/models/fraud/ready") == (200, {"name": "fraud", "ready": True})
        assert server.ask("GET", "/v2/models/fraud")[1]["name"] == "fraud"
        status, answer = server.ask("POST", "/v2/models/fraud/infer", {"id": "7", "inputs": []})

        assert status == 200
        assert answer["id"] == "7"
        assert answer["model_name"] == "fraud"
        assert answer["outputs"] == [
            {"name": "runtime", "datatype": "BYTES", "shape": [1], "data": ["kserve-mlserver"]}
        ]
        assert answer["served_by"]["runtime"] == "kserve-mlserver"

    def test_only_chosen_variables_are_reported(self, start):
        """
        Only environment variables that are requested by name are reported; unset ones are left out.
        """
        server = start(
            KSERVE_CONFORMANCE_ENVIRONMENT="PROTOCOL, MISSING,",
            PROTOCOL="v2",
            SECRET="hidden",  # noqa: S106 - a word for the test.
        )

        _, answer = server.ask("POST", "/v1/models/any:predict", {"instances": []})

        assert answer["served_by"]["env"] == {"PROTOCOL": "v2"}

    def test_an_argument_goes_before_the_environment(self, start):
        """
        The last argument decides, as Python's argparse would take it.
        """
        server = start("--runtime=first", "--runtime", "second", KSERVE_CONFORMANCE_RUNTIME="environment")

        assert server.ask("GET", "/") == (200, {"status": "alive", "runtime": "second"})

    def test_the_source_of_the_model_is_reported(self, start, program, tmp_path):
        """
        The replacement of the storage initializer recorded its arguments, and the server reports them.
        """
        words = [program, "initialize", "gs://a/one", tmp_path / "one", "gs://b/two", tmp_path / "deep" / "two"]
        subprocess.run(words, check=True, timeout=10, capture_output=True)
        server = start(model_dir=tmp_path / "deep" / "two")

        assert server.ask("POST", "/v1/models/m:predict", {"instances": []})[1]["served_by"]["source"] == "gs://b/two"
        assert subprocess.run([program, "initialize", "one"], capture_output=True, check=False).returncode == 1

    @pytest.mark.parametrize(
        ("method", "path", "body", "status"),
        [
            ("GET", "/v1/models/other", None, 404),
            ("POST", "/v1/models/other:predict", {"instances": []}, 404),
            ("POST", "/v2/models/other/infer", {"inputs": []}, 404),
            ("GET", "/v2/models/other/ready", None, 404),
            ("POST", "/v1/models/fraud", {"instances": []}, 404),
            ("POST", "/v1/models/fraud:explain", {"instances": []}, 404),
            ("GET", "/v3", None, 404),
            ("DELETE", "/v1/models/fraud", None, 405),
            ("POST", "/v1/models/fraud:predict", {"inputs": []}, 400),
            ("POST", "/v2/models/fraud/infer", {"instances": []}, 400),
            ("POST", "/v1/models/fraud:predict", "{", 400),
            ("POST", "/v1/models/fraud:predict", "LARGE", 413),
        ],
    )
    def test_requests_for_anything_else_are_rejected(self, start, method, path, body, status):
        """
        Other models, verbs and protocols, invalid JSON and bodies of more than a mebibyte are HTTP errors.
        """
        server = start("--model_name=fraud")

        body = {"instances": ["a" * (1 << 20)]} if body == "LARGE" else body
        assert server.ask(method, path, body)[0] == status

    def test_it_ends_within_a_second(self, start):
        """
        SIGTERM ends it at once, though a client holds a connection and another is in the middle of a request.
        """
        server = start()
        with (
            socket.create_connection(("127.0.0.1", server.port)),
            socket.create_connection(("127.0.0.1", server.port)) as busy,
        ):
            busy.sendall(b"POST /v1/models/m:predict HTTP/1.1\r\nHost: m\r\nContent-Length: 9\r\n\r\n{")
            time.sleep(0.1)
            began = time.monotonic()
            server.process.send_signal(signal.SIGTERM)
            code = server.process.wait(timeout=5)

        assert code == 0
        assert time.monotonic() - began < 1
