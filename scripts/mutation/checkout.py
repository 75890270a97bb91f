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
        report, arguments, output = (self._scratch / name for name in ("report.json", "tests.txt", "output.txt"))
        report.unlink(missing_ok=True)
        arguments.write_text("\n".join(tests), encoding="utf-8")
        without = ("randomly", "cacheprovider", "hypothesispytest", "xdist", "xdist.looponfail", "timeout")
        options = ["-q", "-x", "--tb=line", *(f"-pno:{plugin}" for plugin in without), "-pmutation.plugin"]
        command = [self.python, "-m", "pytest", *options, f"@{arguments}"]
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
        results = msgspec.json.decode(report.read_bytes()) if report.exists() else {"failed": [], "seconds": {}}
        text = output.read_text(encoding="utf-8", errors="replace")
        return Run(code, tuple(results["failed"]), results["seconds"], text)

    def _environment(self, **variables: str) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "CI"}}
        own = {"PYTHONDONTWRITEBYTECODE": "1", "TMPDIR": str(self._scratch), MARK: str(self.folder)}
        return inherited | own | variables

    def _kill_processes(self, leader: int) -> None:
        """The session that was started, and whatever left it: the variable in its environment tells."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(leader, signal.SIGKILL)
        mark = f"{MARK}={self.folder}".encode()
        for folder in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if mark in (folder / "environ").read_bytes().split(b"\0"):
                    os.kill(int(folder.name), signal.SIGKILL)
        for left in self._scratch.glob("pytest-of-*"):
            shutil.rmtree(left, ignore_errors=True)


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
