"""
A command that answers line by line, restarted a limited number of times if it exits.

The question during which it exited has no answer; the next one goes to a new process. So an implementation that crashes
on one case can still answer all others.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from kserve_conformance.targets.contract import CannotStart, TargetCode
from kserve_conformance.targets.process.connection import Connection
from kserve_conformance.targets.process.failures import Died, GivenUp, NoAnswer, OutOfStep, TimedOut
from kserve_conformance.targets.programs.log import StderrLog
from kserve_conformance.targets.programs.processes import Guard
from kserve_conformance.targets.spec import Progress, silent

#: Seconds that a command has for each answer, including the start of a new process.
TIMEOUT = 10.0

#: How often a command is restarted in one run.
RESTARTS = 5


class Command:
    """A command line, run without a shell. Close it after use."""

    def __init__(
        self,
        words: Sequence[str],
        *,
        timeout: float = TIMEOUT,
        restarts: int = RESTARTS,
        log: Path | None = None,
        keep: bool = False,
        progress: Progress = silent,
    ) -> None:
        """
        Start it. Raises ``CannotStart``.

        ``log`` is the file that its standard error goes to; without one, it is deleted on close unless ``keep`` is set.
        """
        program = shutil.which(words[0])
        if program is None:
            raise CannotStart(
                f"no such program: {words[0]!r}",
                code=TargetCode.NO_PROGRAM,
                hint="write the command as in a shell; the program must be on the PATH or given with its path",
            )
        self.name = Path(words[0]).name
        self.digests = digests_of((program, *words[1:]))
        self._words = (program, *words[1:])
        self._timeout = timeout
        self._starts_left = restarts + 1
        self._restarts = restarts
        self._last_failure: NoAnswer | None = None
        self._keep, self._progress = keep, progress
        # Private to its owner; the guard deletes it if the harness is killed.
        self._folder = Path(tempfile.mkdtemp(prefix="kserve-conformance-process-"))
        self._guard = Guard(self._folder)
        self._connection: Connection | None = None
        self._pipelining_is_off = False
        try:
            self._log = _opened(log or self._folder / "stderr.log")
        except BaseException:
            self._guard.close()
            shutil.rmtree(self._folder, ignore_errors=True)
            raise
        try:
            self._connect()
        except BaseException:
            self.close()
            raise

    @property
    def log(self) -> Path:
        """The file that its standard error goes to."""
        return self._log.path

    def exchange(self, line: bytes) -> bytes:
        """
        Return its answer to one line, without the newline.

        Raises ``Died``, ``TimedOut``, ``OutOfStep`` and ``GivenUp``.
        """
        connection = self._connect()
        try:
            return connection.exchange(line, self._timeout)
        except (Died, TimedOut, OutOfStep) as failure:
            self.distrust(failure)
            raise
        except BaseException:
            # After an interrupted exchange, the next line would not answer the next question.
            self._disconnect()
            raise

    def pipeline(self, lines: Sequence[bytes]) -> list[bytes]:
        """
        Return its answers to many lines, all of which are written before the first answer is read.

        If something goes wrong, there are fewer answers than lines, and it is unknown which line caused it: repeat the
        others with :meth:`exchange`. No single line is to blame, so the new process does not count as a restart. Raises
        ``GivenUp`` and ``CannotStart``.
        """
        if self._pipelining_is_off or (self._starts_left <= 0 and self._connection is None):
            return []
        connection = self._connect()
        try:
            answers = connection.pipeline(lines, self._timeout)
        except BaseException:
            self._disconnect()
            raise
        if len(answers) < len(lines):
            self.stop_pipelining()
        return answers

    def stop_pipelining(self) -> None:
        """The command cannot handle many lines at once: from now on, send each line after the previous answer."""
        self._pipelining_is_off = True
        self._starts_left += self._connection is not None
        self._disconnect()

    def distrust(self, failure: NoAnswer) -> None:
        """End the process after an answer out of order, so that the next question goes to a new one."""
        self._last_failure = failure
        self._disconnect()

    def _connect(self) -> Connection:
        if self._connection is None:
            if self._starts_left <= 0:
                last = self._last_failure
                raise GivenUp(
                    f"{self.name} failed after {self._restarts} restarts" + (f": {last}" if last is not None else ""),
                    hint="allow more with restarts=NUMBER, for example process:COMMAND,restarts=50",
                )
            self._starts_left -= 1
            self._connection = Connection(self._words, self._log, self._guard)
        return self._connection

    def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.end(patience=0)

    def close(self) -> None:
        """Wait for it to exit, else end it, and end what it left running. May be called twice."""
        connection, self._connection = self._connection, None
        self._starts_left = 0
        try:
            if connection is not None:
                connection.end()
        finally:
            self._log.close()
            self._guard.close()
            if self._keep and self.log.parent == self._folder and self.log.exists():
                self._progress(f"kept the standard error of {self.name}: {self.log}")
            else:
                shutil.rmtree(self._folder, ignore_errors=True)


def _opened(path: Path) -> StderrLog:
    try:
        return StderrLog(path)
    except OSError as error:
        raise CannotStart(f"the log {str(path)!r} cannot be written: {error.strerror}") from error


def digests_of(words: Sequence[str]) -> Mapping[str, str]:
    """
    The digests of a command line: of each word that is a file, by file name.

    The interpreter alone would not identify a script.
    """
    digests: dict[str, str] = {}
    for word in words:
        path = Path(word)
        try:
            if not path.is_file() or path.name in digests:
                continue
            with path.open("rb") as file:
                digests[path.name] = f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"
        except (OSError, ValueError):
            # A word may look like a file that cannot be read.
            continue
    return digests
