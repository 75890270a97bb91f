"""
A command that answers line by line, and is restarted a limited number of times if it dies.

The question during which it died has no answer; the next one goes to a new
process. An implementation that crashes on one odd case can still answer all others.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from kserve_conformance.targets.contract import CannotStart, TargetCode
from kserve_conformance.targets.process.connection import Running
from kserve_conformance.targets.process.failures import Died, GivenUp, NoAnswer, OutOfStep, TimedOut
from kserve_conformance.targets.programs.log import Log
from kserve_conformance.targets.programs.processes import Guard
from kserve_conformance.targets.spec import Progress, silent

#: Seconds that a command has for each answer, the start of a new process included.
TIMEOUT = 10.0

#: How often a command is started again in one run.
RESTARTS = 5


class Command:
    """A command line without a shell. Close it in the end."""

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

        ``log`` is the file that its standard error goes to; without one it is
        deleted in the end unless ``keep`` says otherwise.
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
        # Only its owner can look into it; the guard deletes it should the harness be killed.
        self._folder = Path(tempfile.mkdtemp(prefix="kserve-conformance-process-"))
        self._guard = Guard(self._folder)
        self._running: Running | None = None
        self._is_asked_singly = False
        try:
            self._log = _opened(log or self._folder / "stderr.log")
        except BaseException:
            self._guard.close()
            shutil.rmtree(self._folder, ignore_errors=True)
            raise
        try:
            self._run()
        except BaseException:
            self.close()
            raise

    @property
    def log(self) -> Path:
        """Where its standard error is written."""
        return self._log.path

    def ask(self, line: bytes) -> bytes:
        """
        Its answer to one line, without the line's end. Raises ``Died``, ``TimedOut``, ``OutOfStep`` and ``GivenUp``.
        """
        running = self._run()
        try:
            return running.ask(line, self._timeout)
        except (Died, TimedOut, OutOfStep) as failure:
            self.distrust(failure)
            raise
        except BaseException:
            # Whatever broke off the exchange, what comes next on the line is no answer to the next question.
            self._end_run()
            raise

    def ask_many(self, lines: Sequence[bytes]) -> list[bytes]:
        """
        Its answers to many lines that are all written before the first answer is waited for.

        There are fewer answers than lines if something went wrong, and it is unknown at
        which line: repeat the others with :meth:`ask`. It is no failure of any of
        them, so the new process that this takes is not counted. Raises ``GivenUp`` and
        ``CannotStart``.
        """
        if self._is_asked_singly or (self._starts_left <= 0 and self._running is None):
            return []
        running = self._run()
        try:
            answers = running.ask_many(lines, self._timeout)
        except BaseException:
            self._end_run()
            raise
        if len(answers) < len(lines):
            self.ask_singly()
        return answers

    def ask_singly(self) -> None:
        """Many lines at once brought it out of step, or to its end: from here on a line waits for the answer before."""
        self._is_asked_singly = True
        self._starts_left += self._running is not None
        self._end_run()

    def distrust(self, failure: NoAnswer) -> None:
        """What it said shows that it lost its place: end the process, so that the next question meets a new one."""
        self._last_failure = failure
        self._end_run()

    def _run(self) -> Running:
        if self._running is None:
            if self._starts_left <= 0:
                last = self._last_failure
                raise GivenUp(
                    f"{self.name} failed after {self._restarts} restarts" + (f": {last}" if last is not None else ""),
                    hint="allow more with restarts=NUMBER, for example process:COMMAND,restarts=50",
                )
            self._starts_left -= 1
            self._running = Running(self._words, self._log, self._guard)
        return self._running

    def _end_run(self) -> None:
        running, self._running = self._running, None
        if running is not None:
            running.end(patience=0)

    def close(self) -> None:
        """Let it leave by itself, end it if it does not, and end what it left behind. May be called twice."""
        running, self._running = self._running, None
        self._starts_left = 0
        try:
            if running is not None:
                running.end()
        finally:
            self._log.close()
            self._guard.close()
            if self._keep and self.log.parent == self._folder and self.log.exists():
                self._progress(f"kept the standard error of {self.name}: {self.log}")
            else:
                shutil.rmtree(self._folder, ignore_errors=True)


def _opened(path: Path) -> Log:
    try:
        return Log(path)
    except OSError as error:
        raise CannotStart(f"the log {str(path)!r} cannot be written: {error.strerror}") from error


def digests_of(words: Sequence[str]) -> Mapping[str, str]:
    """
    What a command line is made of: the digest of each word that is a file, by the file's name.

    The program alone would not tell one script from another.
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
            # Not every word that looks like a file is one that we may read.
            continue
    return digests
