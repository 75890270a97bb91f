"""
The one cause for which nothing runs: found after a few scenarios, so that a run does not wait for it hundreds of times.

A target that cannot work at all, such as a controller whose configuration lacks a key, fails every scenario after a
timeout. If enough scenarios errored with the same message, apart from names and numbers, and none passed, the others
would tell nothing new.

Only errors count. An expectation that does not hold is a result of the target, however often that happens.
"""

from __future__ import annotations

from collections import Counter

from kserve_conformance.record.causes import without_names
from kserve_conformance.record.model import Scenario, Verdict

#: So many scenarios with one cause end a run in which none passed.
ENOUGH = 20

#: The fewest for one of several targets that run in parallel, each of which sees a part of the scenarios.
FEWEST = 5


class CommonCause:
    """Watches the scenarios of one target for a cause that all of them have in common."""

    def __init__(self, targets: int = 1) -> None:
        """``targets`` is the number of targets that share the scenarios of the run."""
        self._enough = ENOUGH if targets == 1 else max(FEWEST, -(-ENOUGH // targets))
        self._counts: Counter[str] = Counter()
        self._has_passed = False
        #: The cause, in the words of the scenario that made it enough; None until there is one.
        self.message: str | None = None

    def note(self, scenario: Scenario) -> None:
        """Take the line of a scenario that has ended."""
        if scenario.verdict is Verdict.PASSED:
            self._has_passed = True
        if self._has_passed or scenario.verdict is not Verdict.ERRORED or self.message is not None:
            return
        message = scenario.reason or ""
        cause = without_names(message)
        self._counts[cause] += 1
        if self._counts[cause] >= self._enough:
            self.message = message

    @property
    def count(self) -> int:
        """How many scenarios errored for the cause."""
        return max(self._counts.values(), default=0)
