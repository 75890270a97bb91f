"""A copy of the checkout with an environment of its own, in which mutants run."""

from __future__ import annotations

import compileall
import contextlib
import hashlib
import os
import py_compile
import shutil
import signal
import subprocess
import sys
import sysconfig
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

#: The exit code of a fork in which the mutant cannot take effect, because its module is imported already.
UNPATCHED = 99
#: The variable by which the processes that a run left behind are recognised.
MARK = "KSERVE_CONFORMANCE_MUTANTS"


@dataclass(frozen=True)
class Run:
    """What became of one run of pytest."""

    code: int | None
    """The exit code; None if the time limit was reached."""
    failed: tuple[str, ...]
    seconds: dict[str, float]
    output: str


class Checkout:
    """
    A copy of what git knows, as it is in the working tree.

    Its interpreter finds the copied harness first and then everything that is installed next to the original. So
    programs that a test starts run the mutant too, whatever their PYTHONPATH is.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._scratch = folder.parent / f"t{folder.name}"
        self._server: subprocess.Popen[bytes] | None = None
        self._scratch.mkdir()
        for name in tracked_files():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(name, folder / name)
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder / ".venv"], check=True)
        self.python = folder / ".venv" / "bin" / "python"
        variables = {"base": str(folder / ".venv"), "platbase": str(folder / ".venv")}
        packages = Path(sysconfig.get_path("purelib", "venv", vars=variables))
        installed = sysconfig.get_path("purelib")
        paths = [str(folder / "harness"), str(folder / "scripts"), installed]
        start = "import os; os.environ.get('COVERAGE_PROCESS_START') and __import__('coverage').process_startup()"
        (packages / "mutants.pth").write_text("\n".join([*paths, start, ""]), encoding="utf-8")
        # Checked by content: a mutant may have the size and the second of the original.
        compileall.compile_dir(
            folder / "harness", quiet=1, invalidation_mode=py_compile.PycInvalidationMode.CHECKED_HASH
        )

    def imports(self, module: str) -> bool:
        """Can the module still be imported?"""
        name = (
            Path(module).with_suffix("").relative_to("harness").as_posix().replace("/", ".").removesuffix(".__init__")
        )
        command = [self.python, "-c", f"import kserve_conformance.pytest_plugin.collector, {name}"]
        done = subprocess.run(command, cwd=self.folder, env=self._environment(), capture_output=True, check=False)
        return done.returncode == 0

    def pytest(self, tests: Sequence[str], limit: float | None = None, **variables: str) -> Run:
        """
        Run tests until one fails. Every process that they leave behind is killed.

        Whatever the tests inherit from a terminal is closed, and they can use no more than a few gigabytes.
        """
        report, output = self._scratch / "report.json", self._scratch / "output.txt"
        report.unlink(missing_ok=True)
        command = self._command(tests)
        environment = self._environment(MUTATION_REPORT=str(report), **variables)
        with output.open("wb") as stream:
            process = subprocess.Popen(
                command,
                cwd=self.folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=stream,
                process_group=0,
            )
            try:
                code = process.wait(limit)
            except subprocess.TimeoutExpired:
                code = None
            finally:
                self._kill_processes(process.pid)
                process.wait()
        return _run_of(report, code, output.read_text(encoding="utf-8", errors="replace"))

    def serve(self, files: Sequence[str]) -> None:
        """Start the process that has these files of tests collected, from which ``warm`` forks."""
        requests, answers = os.pipe(), os.pipe()
        environment = self._environment(
            MUTATION_PIPES=f"{requests[0]},{answers[1]}", MUTATION_REPORT=str(self._scratch / "server.json")
        )
        # The mark would have the process killed together with what its forks leave behind.
        del environment[MARK]
        with (self._scratch / "server.txt").open("wb") as stream:
            self._server = subprocess.Popen(
                [*self._command(files), "-pmutation.warm"],
                cwd=self.folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=stream,
                pass_fds=(requests[0], answers[1]),
            )
        os.close(requests[0])
        os.close(answers[1])
        self._requests = os.fdopen(requests[1], "wb")
        self._answers = os.fdopen(answers[0], "rb")

    def warm(self, tests: Sequence[str], change: tuple[str, str, str] | None, limit: float | None = None) -> Run | None:
        """
        Run tests in a fork until one fails, with a module's source (file, original, mutated) or without a mutant.

        None if the mutant takes effect at import, which a fork does not notice.
        """
        report = self._scratch / "fork.json"
        report.unlink(missing_ok=True)
        module, original, mutated = change or ("", "", "")
        request = {
            "tests": tests,
            "module": str(self.folder / module) if module else "",
            "original": original,
            "mutated": mutated,
            "limit": limit,
            "environment": {MARK: str(self.folder), "MUTATION_REPORT": str(report)},
        }
        self._requests.write(msgspec.json.encode(request) + b"\n")
        self._requests.flush()
        line = self._answers.readline()
        if not line:
            raise RuntimeError((self._scratch / "server.txt").read_text(encoding="utf-8", errors="replace")[-3000:])
        code = msgspec.json.decode(line)["code"]
        self._kill_processes(None)
        return None if code == UNPATCHED else _run_of(report, code, "")

    def _command(self, tests: Sequence[str]) -> list[str | Path]:
        arguments = self._scratch / "tests.txt"
        arguments.write_text("\n".join(tests), encoding="utf-8")
        without = ("randomly", "cacheprovider", "hypothesispytest", "xdist", "xdist.looponfail", "timeout")
        options = [
            "-q",
            "-x",
            "--tb=line",
            "--snapshot-warn-unused",
            *(f"-pno:{plugin}" for plugin in without),
            "-pmutation.plugin",
        ]
        return [self.python, "-m", "pytest", *options, f"@{arguments}"]

    def _environment(self, **variables: str) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "CI"}}
        own = {"PYTHONDONTWRITEBYTECODE": "1", "TMPDIR": str(self._scratch), MARK: str(self.folder)}
        return inherited | own | variables

    def _kill_processes(self, leader: int | None) -> None:
        """Kill the process group of the leader, and whatever left it, by the variable in its environment."""
        if leader is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(leader, signal.SIGKILL)
        mark = f"{MARK}={self.folder}".encode()
        for folder in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if mark in (folder / "environ").read_bytes().split(b"\0"):
                    os.kill(int(folder.name), signal.SIGKILL)
        for left in self._scratch.glob("pytest-of-*"):
            shutil.rmtree(left, ignore_errors=True)


def _run_of(report: Path, code: int | None, output: str) -> Run:
    results = msgspec.json.decode(report.read_bytes()) if report.exists() else {"failed": [], "seconds": {}}
    return Run(code, tuple(results["failed"]), results["seconds"], output)


def tracked_files() -> list[str]:
    """What git knows or would add, as far as it is in the working tree."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, check=True, capture_output=True)
    return sorted({name for name in listed.stdout.decode().split("\0") if name and Path(name).is_file()})


def digest_of(*names: str, root: Path = Path()) -> str:
    """A digest of files of the working tree, or of a copy of it; a missing file counts as empty."""
    digest = hashlib.sha256()
    for name in names:
        path = root / name
        digest.update(name.encode() + b"\0" + (path.read_bytes() if path.is_file() else b"") + b"\0")
    return digest.hexdigest()[:16]
