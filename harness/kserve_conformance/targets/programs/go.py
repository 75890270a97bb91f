"""
Go: its version, modules by name and version, and builds.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO

import msgspec

from kserve_conformance.targets.contract import CannotStart, TargetCode
from kserve_conformance.targets.programs.cache import NEEDED_BYTES, free_bytes
from kserve_conformance.targets.programs.processes import Guard

#: Number of a failed command's last lines that an error shows.
LAST_LINES = 12

#: Signs of a missing network in Go's output.
_NO_NETWORK = re.compile(
    r"dial tcp|no such host|i/o timeout|TLS handshake timeout|connection refused|network is unreachable"
    r"|Temporary failure in name resolution|module lookup disabled by GOPROXY=off|proxyconnect",
)
_NO_ROOM = re.compile(r"no space left on device|disk quota exceeded", re.IGNORECASE)
_NO_VERSION = re.compile(r"unknown revision|invalid version|404 Not Found|410 Gone|not found:")
_NEEDS_NEWER = re.compile(r"requires go >= ([0-9.]+)|go ([0-9.]+) or later")


#: Called with each package that a build compiles.
Compiled = Callable[[str], None]

#: A line of ``go build -v`` that is only the path of a package.
_PACKAGE = re.compile(r"[\w.~/-]+")


class NoGo(CannotStart):
    """There is no ``go`` on the PATH."""

    code = TargetCode.NO_GO
    hint = (
        "install Go (go.dev/dl), or use existing binaries: KUBEBUILDER_ASSETS for etcd and kube-apiserver, "
        "--manager with --source for KServe"
    )


#: Hint for a full disk.
ROOM_HINT = "free some space ('go clean -cache' empties Go's cache), or move XDG_CACHE_HOME and GOCACHE"


#: Hints for known failures of a command, in the order in which its output is searched.
_SIGNS = (
    (_NO_ROOM, TargetCode.NO_ROOM, ROOM_HINT),
    (_NO_NETWORK, TargetCode.NO_NETWORK, "check the network and GOPROXY; a build that is cached needs neither"),
    (_NEEDS_NEWER, TargetCode.GO_TOO_OLD, "install a newer Go, or set GOTOOLCHAIN=auto to let it fetch one"),
    (
        _NO_VERSION,
        TargetCode.UNKNOWN_MODULE,
        "see 'kserve-conformance releases'; some releases are not available as Go modules",
    ),
)


class Module(msgspec.Struct, frozen=True):
    """The output of ``go mod download -json`` for one module."""

    Dir: str = ""
    Version: str = ""
    GoModSum: str = ""
    Sum: str = ""
    Error: str = ""


def found() -> Path:
    """The ``go`` on the PATH. Raises ``NoGo``."""
    path = shutil.which("go")
    if path is None:
        raise NoGo("go is not on the PATH, and this control plane is built from Go modules")
    return Path(path)


def version() -> str:
    """The output of ``go env GOVERSION``. Raises ``NoGo``."""
    return _run(["env", "GOVERSION"], folder=Path("/")).stdout.strip()


def _run(
    arguments: Sequence[str | Path],
    *,
    folder: Path,
    environment: Mapping[str, str] | None = None,
    compiled: Compiled | None = None,
) -> subprocess.CompletedProcess[str]:
    """
    Run one Go command in a folder, outside of any workspace.

    ``compiled`` gets the lines of its stderr that name a package, instead of the result. Raises ``NoGo``. It is killed
    with the harness, since an interrupted build would run on for minutes.
    """
    program = found()
    with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as errors, Guard() as guard:
        process = subprocess.Popen(  # noqa: S603 - Our own arguments, no shell.
            [program, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=errors if compiled is None else subprocess.PIPE,
            text=True,
            errors="replace",
            cwd=folder,
            env={**os.environ, "GOWORK": "off", **(environment or {})},
            start_new_session=True,
        )
        guard.watch(process.pid)
        try:
            if compiled is not None and process.stderr is not None:
                _divide(process.stderr, errors, compiled)
            code = process.wait()
        except BaseException:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            raise
        finally:
            guard.forget(process.pid)
        for file in (output, errors):
            file.seek(0)
        return subprocess.CompletedProcess(process.args, code, output.read(), errors.read())


def _divide(lines: IO[str], others: IO[str], compiled: Compiled) -> None:
    """Read stderr to its end: packages go to ``compiled``, everything else to a file."""
    with lines:
        for line in lines:
            if _PACKAGE.fullmatch(line.strip()):
                compiled(line.strip())
            else:
                others.write(line)


def failed(what: str, output: str) -> CannotStart:
    """The error for a failed Go command, with a hint that depends on its output."""
    lines = [line for line in output.splitlines() if not line.startswith("go: downloading ")]
    shown = "\n".join(f"    {line[:300]}" for line in lines[-LAST_LINES:])
    code, hint = next(
        ((code, hint) for sign, code, hint in _SIGNS if sign.search(output)),
        (TargetCode.BUILD_FAILED, "see the output of Go above, and check 'go env' and 'go version'"),
    )
    return CannotStart(f"{what} failed; its last lines:\n{shown}", code=code, hint=hint)


def download(path: str, at: str) -> Module:
    """
    Download a module into Go's module cache.

    Raises ``CannotStart``.
    """
    # Outside of any module, so that no go.mod of the user applies.
    done = _run(
        ["mod", "download", "-json", f"{path}@{at}"],
        folder=Path("/"),
        environment={"GOFLAGS": os.environ.get("GOFLAGS", "").replace("-mod=vendor", "")},
    )
    try:
        module = msgspec.json.decode(done.stdout or b"{}", type=Module)
    except msgspec.DecodeError:
        module = Module()
    if done.returncode or module.Error or not module.Dir:
        raise failed(f"fetching {path}@{at}", module.Error or done.stderr or done.stdout)
    return module


def module_folder(path: str, folder: Path) -> Path:
    """The folder of the version of a module that ``folder`` builds with. Raises ``NoGo`` and what a fetch raises."""
    done = _run(["list", "-m", "-f", "{{.Dir}}", path], folder=folder)
    if done.returncode:
        raise failed(f"finding {path}", done.stderr)
    if not done.stdout.strip():
        # Not downloaded yet, so it has no folder.
        fetched = _run(["mod", "download", path], folder=folder)
        if fetched.returncode:
            raise failed(f"fetching {path}", fetched.stderr)
        return module_folder(path, folder)
    return Path(done.stdout.strip())


def build(
    package: str,
    output: Path,
    *,
    folder: Path,
    what: str,
    arguments: Sequence[str] = (),
    link: Mapping[str, str] | None = None,
    system: str | None = None,
    compiled: Compiled | None = None,
) -> None:
    """
    Build one program with trimmed paths, so that the same Go version gives the same bytes anywhere.

    ``system`` is the operating system to build for, if not this one (``linux`` for images).
    ``compiled`` is called with each package that is compiled. Raises ``CannotStart`` with Go's last lines.
    """
    if free_bytes(output.parent) < NEEDED_BYTES:
        raise CannotStart(
            f"building {what} needs about {NEEDED_BYTES // 1024**3} GiB, "
            f"{output.parent} has {free_bytes(output.parent) / 1024**3:.1f} GiB",
            code=TargetCode.NO_ROOM,
            hint=ROOM_HINT,
        )
    # Without symbol tables and debug data, which a panic's stack trace does not need: 7 % less work.
    flags = " ".join(["-s", "-w", *(f"-X {name}={value}" for name, value in (link or {}).items())])
    shortened = ("-trimpath", "-buildvcs=false", "-gcflags=all=-dwarf=false")
    done = _run(
        ["build", *(["-v"] if compiled else []), *shortened, *arguments, f"-ldflags={flags}", "-o", output, package],
        folder=folder,
        environment={"CGO_ENABLED": "0", **({"GOOS": system} if system else {})},
        compiled=compiled,
    )
    if done.returncode:
        raise failed(f"building {what}", done.stdout + done.stderr)


def source_digest(folder: Path) -> str:
    """The SHA-256 of a Go module's own files, by their names and contents."""
    total = hashlib.sha256()
    for file in sorted((*folder.glob("*.go"), folder / "go.mod")):
        content = file.read_bytes()
        total.update(f"{file.name}\0{len(content)}\0".encode())
        total.update(content)
    return total.hexdigest()
