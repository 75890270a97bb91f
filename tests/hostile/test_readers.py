"""
Every command that reads, with everything that is not what it reads, in little memory and time.

A child with a memory limit runs the commands. None may end with a traceback, a timeout or another exit code than the
documented ones, and no damaged record may conform.
"""

from __future__ import annotations

import gzip
import json
import lzma
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from kserve_conformance.record.matrix import MATRIX_SCHEMA

ROOT = Path(__file__).resolve().parents[2]
CHILD = ROOT / "tests" / "support" / "reading_child.py"
RECORD = ROOT / "reports" / "sample" / "record.ndjson"
MATRIX = ROOT / "reports" / "matrix" / "matrix.ndjson.xz"
MEBIBYTE = 1024 * 1024

SERVICE = b"""apiVersion: serving.kserve.io/v1beta1
kind: InferenceService
metadata: {name: fraud, namespace: team-a}
spec:
  predictor:
    model: {modelFormat: {name: sklearn}, storageUri: gs://models/fraud}
"""
RUNTIME = b"""---
apiVersion: serving.kserve.io/v1alpha1
kind: ClusterServingRuntime
metadata: {name: ours}
spec:
  supportedModelFormats: [{name: sklearn, version: "1", autoSelect: true, priority: 1}]
  containers: [{name: kserve-container, image: "own:1", args: ["--x={{.Name}}"]}]
"""


class Child:
    """Runs commands one after the other in little memory."""

    def __init__(self, folder: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(CHILD)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=folder
        )

    def run(self, arguments: list[str], given: Path | None = None) -> tuple[int | str, str, str]:
        """Run a command: its exit code, and the ends of stdout and stderr."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([arguments, None if given is None else str(given)]) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, f"the child died of {arguments}"
        code, out, err = json.loads(line)
        return code, out, err

    def end(self) -> None:
        """Close its input, at which it exits."""
        self._process.communicate()


@pytest.fixture(scope="module")
def child(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Child]:
    """One child for all calls: most of the time of a command is its start."""
    it = Child(tmp_path_factory.mktemp("child"))
    yield it
    it.end()


def _bomb(size: int) -> bytes:
    """``size`` MiB of one line, compressed piece by piece."""
    compressor = lzma.LZMACompressor(preset=0)
    return b"".join(compressor.compress(b"a" * MEBIBYTE) for _ in range(size)) + compressor.flush()


def _matrix_header(**run: object) -> bytes:
    suite = {"name": "a", "version": "1", "digest": "sha256:0", "scenarios": 1}
    header = {"type": "matrix", "schema": MATRIX_SCHEMA, "harness": "1", "suite": suite}
    return json.dumps({**header, "runs": [{"target": "a", "digest": "sha256:0", **run}]}).encode() + b"\n"


def _inputs() -> dict[str, bytes]:
    record = RECORD.read_bytes()
    matrix = MATRIX.read_bytes()
    aliases = b"".join(b"%c: &%c [%s]\n" % (98 + i, 98 + i, b",".join([b"*%c" % (97 + i)] * 9)) for i in range(9))
    return {
        "empty": b"",
        "line-ends": b"\n\n\n",
        "nul": b"\0" * 1000,
        "bad-utf-8": b'{"type":"header","x":"\xff\xfe"}\n',
        "bad-utf-8-inside": record[:200] + b"\xff" + record[201:],
        "deep-lists": b"[" * 100_000,
        "deep-objects": b'{"a":' * 100_000,
        "deep-yaml": b"a: " + b"[" * 100_000,
        "lone-surrogate": b'{"type":"header","schema":"\\udfff"}\n',
        "huge-integer": b'{"type":"header","schema":' + b"9" * 100_000 + b"}\n",
        "nan": b'{"type":"header","schema":NaN}\n',
        "infinite": b'{"type":"header","schema":1e9999}\n',
        "a-list": b"[]\n",
        "a-number": b"5\n",
        "many-values": b'{"type":"header","a":[' + b"[]," * 2_000_000 + b"1]}\n",
        "many-values-in-a-list": b'{"apiVersion":"v1","kind":"List","items":[' + b"[]," * 2_000_000 + b"[]]}\n",
        "many-values-in-yaml": b"a: [" + b"[]," * 1_000_000 + b"]\n",
        "many-mappings-in-yaml": b"a:\n" + b"- {}\n" * 400_000,
        "long-line": b'{"a":"' + b"x" * (17 * MEBIBYTE) + b'"}\n',
        "aliases": b"a: &a [x,x,x,x,x,x,x,x,x]\n" + aliases,
        "odd-tags": b"a: 2001-13-45\nb: !!timestamp x\nc: !!binary ==\nd: !!python/object:os.system x\n",
        "cut": record[: len(record) // 2],
        "cut-at-the-end": record[:-2],
        "xz-cut": matrix[: len(matrix) // 2],
        "xz-changed": matrix[:5000] + bytes([matrix[5000] ^ 1]) + matrix[5001:],
        "xz-of-nothing": b"\xfd7zXZ\x00" + bytes(range(256)),
        "xz-bomb": _bomb(400),
        "gzip-of-nothing": b"\x1f\x8b\x08" + bytes(range(256)),
        "gzip-bomb": gzip.compress(b"a" * (300 * MEBIBYTE), 1),
        "matrix-of-many-lines": _matrix_header(lines=10**30),
        "matrix-of-negative-lines": _matrix_header(lines=-5),
    }


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A file for each hostile input, and paths that are not regular files."""
    folder = tmp_path_factory.mktemp("inputs")
    files: dict[str, Path] = {}
    for name, data in _inputs().items():
        files[name] = folder / f"{name}.input"
        files[name].write_bytes(data)
    (folder / "a-folder").mkdir()
    (folder / "a-loop").symlink_to("a-loop")
    return files | {
        "a-folder": folder / "a-folder",
        "a-loop": folder / "a-loop",
        "missing": folder / "missing",
        "/dev/zero": Path("/dev/zero"),
        "/dev/full": Path("/dev/full"),
        "/dev/null": Path("/dev/null"),
        "/proc/self/mem": Path("/proc/self/mem"),
    }


#: Commands that read a record, with FILE in its place.
OF_RECORDS = (
    ("report", "FILE"),
    ("report", "-"),
    ("diff", str(RECORD), "FILE"),
    ("diff", "FILE", str(RECORD)),
    ("report", "merge", "FILE", "FILE", "--out", "merged"),
    ("matrix", "--record", "FILE", "--out", "matrix"),
    ("matrix", "--record", "FILE", "--extract", "memory:v0.15.2"),
    ("run", "--target", "memory:v0.15.2", "--baseline", "FILE", "--out", "run"),
    ("run", "--target", "memory:v0.15.2", "--rerun-failed", "FILE", "--out", "run"),
)
#: Commands that read something else.
OF_OTHERS = (
    ("resolve", "FILE"),
    ("resolve", "-"),
    ("resolve", "--batch", "FILE"),
    ("explain", "FILE"),
    ("explain", "--message", "-"),
    ("fuzz", "memory:v0.15.2", "memory:v0.15.2", "--replay", "FILE"),
    ("fuzz", "memory:v0.15.2", "memory:v0.15.2", "--admission", "--replay", "FILE"),
    ("run", "--target", "memory:v0.15.2", "--suite", "FILE", "--list"),
    ("lint", "--context", "c", "--kubeconfig", "FILE"),
    ("rules", "FILE"),
)


def _end(child: Child, words: tuple[str, ...], file: Path) -> tuple[int | str, str]:
    given = file if "-" in words and file.exists() and not file.is_dir() and file.name != "mem" else None
    code, _, err = child.run([str(file) if word == "FILE" else word for word in words], given)
    return code, err


class TestTable:
    @pytest.mark.parametrize("words", OF_RECORDS, ids=" ".join)
    def test_no_input_is_a_record(self, child: Child, inputs: dict[str, Path], words: tuple[str, ...]) -> None:
        """Each input is exit code 4, with a line and without a traceback."""
        ends = {name: _end(child, words, file) for name, file in inputs.items()}

        assert {name: end for name, end in ends.items() if end[0] != 4} == {}
        assert {name: err for name, (_, err) in ends.items() if "Traceback" in err or "error: " not in err} == {}

    @pytest.mark.parametrize("words", OF_OTHERS, ids=" ".join)
    def test_no_input_is_a_traceback(self, child: Child, inputs: dict[str, Path], words: tuple[str, ...]) -> None:
        """Each input is an exit code of the documentation, without a traceback."""
        ends = {name: _end(child, words, file) for name, file in inputs.items()}
        codes = {2, 3} if words[0] == "fuzz" or "--context" in words else {0, 1, 2}

        assert {name: end for name, end in ends.items() if end[0] not in codes} == {}
        assert {name: err for name, (_, err) in ends.items() if "Traceback" in err} == {}


#: What is put into a text: numbers, ends of values, bytes that are no text.
SPLICES = (
    b"9" * 400,
    b"1e999",
    b"-1",
    b"null",
    b'"',
    b"{",
    b"[" * 300,
    b"]",
    b"\xff",
    b"\0",
    b"\\ud800",
    b"\n",
    b"&a *a ",
)


def damaged(data: bytes, rng: random.Random) -> bytes:
    """Damage a text once or several times: flip a bit, cut, repeat a part, remove one, splice something in."""
    for _ in range(rng.choice((1, 1, 2, 5))):
        begin = rng.randrange(len(data) or 1)
        end = min(len(data), begin + rng.choice((1, 10, 1000)))
        match rng.randrange(5):
            case 0 if data:
                data = data[:begin] + bytes([data[begin] ^ (1 << rng.randrange(8))]) + data[begin + 1 :]
            case 1:
                data = data[:begin]
            case 2:
                data = data[:end] + data[begin:end] + data[end:]
            case 3:
                data = data[:begin] + data[end:]
            case _:
                data = data[:begin] + rng.choice(SPLICES) + data[begin:]
    return data


def _short_record() -> bytes:
    """A small record that is read, made by a run of one topic."""
    from kserve_conformance.cli import code_of

    code_of(["run", "--target", "memory:v0.15.2", "--tags", "rule-explicit-namespace-first", "--out", "small"])
    return Path("small/record.ndjson").read_bytes()


class TestDamaged:
    def test_a_damaged_record_never_conforms(
        self, child: Child, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Of a hundred damaged records none is read, and none ends in a traceback."""
        monkeypatch.chdir(tmp_path)
        whole, rng = _short_record(), random.Random(20)
        ends = []
        for _ in range(100):
            data = damaged(whole, rng)
            (tmp_path / "damaged").write_bytes(data)
            code, out, err = child.run(["report", str(tmp_path / "damaged")])
            ends.append((code == 4 and "Conforms" not in out and "Traceback" not in err) or data == whole)

        assert child.run(["report", str(tmp_path / "small" / "record.ndjson")])[0] == 0
        assert all(ends)

    def test_a_damaged_manifest_is_answered_or_reported(self, child: Child, tmp_path: Path) -> None:
        """Of two hundred damaged manifests and dumps each is an answer or an error, without a traceback."""
        import yaml

        rng = random.Random(21)
        objects = list(yaml.safe_load_all(SERVICE + RUNTIME))
        texts = (SERVICE + RUNTIME, json.dumps({"kind": "List", "apiVersion": "v1", "items": objects}).encode())
        ends = {}
        for number in range(200):
            file = tmp_path / ("input.yaml" if number % 2 else "input.json")
            file.write_bytes(damaged(texts[number % 2 == 0], rng))
            code, _, err = child.run(["explain", "--release", "v0.15.2", str(file)])
            if code not in (0, 1, 2) or "Traceback" in err:
                ends[file.read_bytes()] = (code, err)

        assert ends == {}


class TestLegitimate:
    def test_a_matrix_is_read_in_the_same_memory(self, child: Child, tmp_path: Path) -> None:
        """A matrix that was written is read, compressed as it is."""
        out = tmp_path / "matrix"
        words = ["--tags", "rule-explicit-namespace-first", "--out", str(out)]
        child.run(["matrix", "memory:v0.15.2", "memory:v0.16.0", *words])

        assert child.run(["matrix", "--record", str(out / "matrix.ndjson.xz"), "--extract", "memory:v0.16.0"])[0] == 0

    def test_a_long_stream_of_services(self, child: Child, tmp_path: Path) -> None:
        """Services that come one per line are never held together."""
        import yaml

        line = json.dumps(yaml.safe_load(SERVICE)).encode() + b"\n"
        (tmp_path / "dump.json").write_bytes(line * 20_000)

        assert child.run(["resolve", "--release", "v0.15.2", "--shipped", str(tmp_path / "dump.json")])[0] == 0

    def test_a_limit_that_is_raised(self, child: Child, tmp_path: Path) -> None:
        """The variable is named by the error, and works."""
        file = tmp_path / "a.yaml"
        file.write_bytes(b"a:\n" + b"- {}\n" * 260_000)
        _, _, err = child.run(["resolve", str(file)])

        assert "KSERVE_CONFORMANCE_LIMITS=values=500000" in err
        environment = {**os.environ, "KSERVE_CONFORMANCE_LIMITS": "values=1000000"}
        done = subprocess.run(
            [sys.executable, "-m", "kserve_conformance", "resolve", str(file)],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert "no InferenceService" in done.stderr
