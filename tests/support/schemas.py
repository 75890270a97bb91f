"""Published schemas of report formats, from packages that carry them; downloaded once and checked by their hash."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "kserve-conformance"

#: A Go module that has the schema of OASIS, of errata 01, as a string.
SARIF_MODULE = "github.com/owenrumney/go-sarif/v3@v3.3.1"
SARIF_FILE = "pkg/report/v210/sarif/schema.go"
SARIF_SHA256 = "c3b4bb2d6093897483348925aaa73af03b3e3f4bd4ca38cef26dcb4212a2682e"

#: A source distribution that has the schema of Jenkins' xUnit plugin.
JUNIT_PACKAGE = "pytest==9.0.2"
JUNIT_FILE = "testing/example_scripts/junit-10.xsd"
JUNIT_SHA256 = "a1a816f58d1bf95ebabf371994df0b9246dee66ea9572fbec4f9296f1b2c0ff6"


@contextmanager
def alone() -> Iterator[None]:
    """Only one process at a time downloads: tests run in several."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "downloads.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def sarif_schema() -> dict[str, Any]:
    """The schema of SARIF 2.1.0. Skips the test where it cannot be downloaded, with the reason."""
    if shutil.which("go") is None:
        pytest.skip("needs Go to download the schema of SARIF")
    done = subprocess.run(
        ["go", "mod", "download", "-json", SARIF_MODULE], capture_output=True, text=True, check=False, cwd=Path.home()
    )
    if done.returncode != 0:
        pytest.skip(f"the schema of SARIF cannot be downloaded: {done.stdout.strip()[-200:]}")
    source = Path(json.loads(done.stdout)["Dir"], SARIF_FILE).read_text(encoding="utf-8")
    text = source.partition("`")[2].rpartition("`")[0]
    assert hashlib.sha256(text.encode()).hexdigest() == SARIF_SHA256
    schema: dict[str, Any] = json.loads(text)
    return schema


@alone()
def junit_schema() -> Path:
    """A file with the schema of JUnit reports. Skips the test where it cannot be downloaded, with the reason."""
    file = CACHE / "schemas" / Path(JUNIT_FILE).name
    if not file.is_file():
        folder = file.parent
        folder.mkdir(parents=True, exist_ok=True)
        download = ["pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:", "-d", str(folder), JUNIT_PACKAGE]
        done = subprocess.run([sys.executable, "-m", *download], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            pytest.skip(f"the schema of JUnit cannot be downloaded: {done.stderr.strip()[-200:]}")
        with tarfile.open(next(folder.glob("*.tar.gz"))) as archive:
            member = archive.extractfile(f"{JUNIT_PACKAGE.replace('==', '-')}/{JUNIT_FILE}")
            assert member is not None
            file.write_bytes(member.read())
    assert hashlib.sha256(file.read_bytes()).hexdigest() == JUNIT_SHA256
    return file


@alone()
def program(name: str, *requirements: str) -> Path:
    """
    A program from PyPI in an environment of its own.

    Skips the test where it cannot be installed, with the reason.
    """
    folder = CACHE / ("programs-" + "-".join(requirements).replace("=", ""))
    path = folder / "bin" / name
    if not path.is_file():
        uv = [sys.executable, "-m", "uv"]
        done = None
        for command in (
            [*uv, "venv", "--quiet", "--python", sys.executable, str(folder)],
            [*uv, "pip", "install", "--quiet", "--only-binary", ":all:", "--python", str(folder), *requirements],
        ):
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode != 0:
                shutil.rmtree(folder, ignore_errors=True)
                pytest.skip(f"{' '.join(requirements)} cannot be installed: {done.stderr.strip()[-200:]}")
    return path


@alone()
def go_program(package: str) -> Path:
    """A program that is built from a Go package, ``PATH@VERSION``. Skips the test where that is impossible."""
    folder = CACHE / "programs-go" / package.replace("/", "-")
    path = folder / package.partition("@")[0].rpartition("/")[2]
    if not path.is_file():
        if shutil.which("go") is None:
            pytest.skip("needs Go")
        environment = {**os.environ, "GOBIN": str(folder)}
        done = subprocess.run(["go", "install", package], env=environment, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            pytest.skip(f"{package} cannot be built: {done.stderr.strip()[-200:]}")
    return path
