"""
Run a mutant with the tests that cover its line.

- The tests run up to ``SLOW`` seconds: those in a file with the module's name first, then the shortest. They run in a
  fork of a process that has everything imported; where the mutant takes effect at import, in a new process.
- A failing test kills the mutant. A test that starts programs must also pass without the mutant to count, because it
  may have failed on a busy machine.
- A run is stopped after half a minute plus four times the recorded duration of its tests. The tests then run without
  the mutant: if the mutant had less than half a minute plus three times that duration, it runs again with a longer
  limit. So only a hang kills a mutant, never a slow machine.
- A mutant that does not compile, or whose module cannot be imported, is replaced in the sample, because any test would
  fail.
"""

from __future__ import annotations

import enum
import os
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec

from mutation.checkout import Checkout, Run
from mutation.mutants import Mutant, is_in_function
from mutation.reach import Reach

#: Seconds of slow tests that one mutant has to survive.
SLOW = 30.0
#: Seconds of tests that a mutant which survived in a fork has to survive in a new process.
AT_IMPORT = 5.0


class Result(enum.StrEnum):
    """What became of a mutant."""

    KILLED = "killed"
    SURVIVED = "survived"
    INVALID = "invalid"


class Outcome(msgspec.Struct, frozen=True, rename="camel"):
    """The result for one mutant; ``by`` is the test that failed, or what was tried in vain."""

    result: Result
    by: str
    change: str
    seconds: float


def run_trial(mutant: Mutant, checkout: Checkout, reach: Reach) -> Outcome:
    """Write the mutant into the copy, run tests until one fails, and restore the original."""
    file = checkout.folder / mutant.module
    original = file.read_text(encoding="utf-8")
    times = file.stat()
    mutated = mutant.source(original)
    if mutated is None:
        return Outcome(Result.INVALID, "does not compile", "", 0.0)
    began = time.monotonic()
    try:
        file.write_text(mutated, encoding="utf-8")
        result, by = _Trial(mutant, checkout, reach, original, mutated).run()
    finally:
        file.write_text(original, encoding="utf-8")
        os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))
    return Outcome(result, by, _changed_line(original, mutated), round(time.monotonic() - began, 1))


class _Trial:
    def __init__(self, mutant: Mutant, checkout: Checkout, reach: Reach, original: str, mutated: str) -> None:
        self._mutant, self._checkout, self._reach = mutant, checkout, reach
        self._original, self._mutated = original, mutated
        self._file = checkout.folder / mutant.module
        self._is_warm = is_in_function(mutant)

    def run(self) -> tuple[Result, str]:
        if not is_in_function(self._mutant) and not self._checkout.imports(self._mutant.module):
            return Result.INVALID, "cannot be imported"
        tests = 0
        for group in filter(None, self._groups()):
            tests += len(group)
            killer = self._killer(group)
            if killer:
                return (Result.INVALID, "cannot be imported") if killer == "import" else (Result.KILLED, killer)
        if self._is_warm:
            # What an import computed with the function is only noticed in a new process.
            self._is_warm = False
            killer = self._killer(self._affordable(self._reach.of(self._mutant), AT_IMPORT))
            if killer:
                return Result.KILLED, killer
        return Result.SURVIVED, f"{tests} tests"

    def _groups(self) -> Iterator[list[str]]:
        """The tests that reach the line, likely killers first, and then the fast tests next to them."""
        reaching = self._reach.of(self._mutant)
        affordable = self._affordable(reaching, SLOW)
        yield affordable
        fast = {test for test in reaching if self._reach.is_fast(test)}
        yield self._affordable(self._reach.neighbours(fast) - set(affordable), SLOW)

    def _affordable(self, tests: set[str], most: float) -> list[str]:
        """Tests of so many seconds together: those in a file with the module's name first, then the shortest."""
        stem = Path(self._mutant.module).stem

        def rank(test: str) -> tuple[bool, float]:
            return f"/test_{stem}" not in test, self._reach.seconds(test)

        total = 0.0
        chosen: list[str] = []
        for test in sorted(tests, key=rank):
            total += self._reach.seconds(test)
            if chosen and total > most:
                break
            chosen.append(test)
        return chosen

    def _killer(self, tests: list[str]) -> str | None:
        """The test that notices the mutant, ``import`` if it cannot be imported, or None."""
        remaining = tests
        while remaining:
            limit = 30 + 4 * sum(self._reach.seconds(test) for test in remaining)
            run = self._run(remaining, limit)
            if run.code is None:
                return (
                    f"hang in {remaining[0]} and {len(remaining) - 1} more" if self._hangs(remaining, limit) else None
                )
            if run.code == 0:
                return None
            if run.code != 1 or not run.failed:
                return "import" if not self._checkout.imports(self._mutant.module) else f"pytest: exit code {run.code}"
            failed = run.failed[0]
            if self._reach.is_fast(failed) or self._passes_without(failed):
                return failed
            remaining = [test for test in remaining if test != failed]
        return None

    def _run(self, tests: list[str], limit: float) -> Run:
        """Run tests in a fork, or in a new process if the mutant takes effect at import."""
        if self._is_warm:
            run = self._checkout.warm(tests, (self._mutant.module, self._original, self._mutated), limit)
            if run is not None:
                return run
            self._is_warm = False
        return self._checkout.pytest(tests, limit)

    def _passes_without(self, test: str) -> bool:
        self._file.write_text(self._original, encoding="utf-8")
        try:
            return self._checkout.pytest([test]).code == 0
        finally:
            self._file.write_text(self._mutated, encoding="utf-8")

    def _hangs(self, tests: list[str], limit: float) -> bool:
        self._file.write_text(self._original, encoding="utf-8")
        began = time.monotonic()
        self._checkout.pytest(tests)
        taken = time.monotonic() - began
        self._file.write_text(self._mutated, encoding="utf-8")
        if limit > 3 * taken + 30:
            return True
        return self._checkout.pytest(tests, 5 * taken + 60).code != 0


def _changed_line(original: str, mutated: str) -> str:
    pairs = zip(original.splitlines(), mutated.splitlines(), strict=False)
    return next((f"{one.strip()}  ->  {other.strip()}" for one, other in pairs if one != other), "")
