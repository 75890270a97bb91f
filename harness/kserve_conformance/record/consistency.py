"""
What a line of a record may not say.

A record is proof only if its verdicts follow from what it shows. These checks
hold when a line is written and again when it is read: a pass with a step that
did not pass, or with no step at all, is how other suites came to report
success for what never ran.
"""

from __future__ import annotations

from collections.abc import Iterator

from kserve_conformance.exceptions import RecordError
from kserve_conformance.record.model import Scenario, Verdict
from kserve_conformance.record.tally import LEVELS

#: What can be said of a step.
STEP_STATUSES = ("passed", "failed", "errored", "undefined", "skipped")

#: What cannot be taken for granted and so needs its reason in words.
_NEEDS_REASON = (Verdict.SKIPPED, Verdict.UNSUPPORTED)


class Contradiction(RecordError):
    """A scenario's line says something that its own steps or fields deny."""

    hint = "the run that wrote it is at fault; nothing can be concluded from its record"

    def __init__(self, scenario: str, contradictions: tuple[str, ...], line: int | None = None) -> None:
        where = f"line {line}: " if line else ""
        super().__init__(f"{where}scenario {scenario!r} contradicts itself: {'; '.join(contradictions)}")
        self.scenario = scenario
        self.contradictions = contradictions
        self.line = line


def check(scenario: Scenario, line: int | None = None) -> None:
    """Raise ``Contradiction`` with everything that a scenario's own line denies."""
    found = tuple(contradictions(scenario))
    if found:
        raise Contradiction(scenario.id, found, line)


def contradictions(scenario: Scenario) -> Iterator[str]:
    """Everything in a scenario that does not go together, each in words."""
    if not scenario.id:
        yield "it has no id"
    if scenario.level not in LEVELS:
        yield f"its level is {scenario.level!r}, which is neither {' nor '.join(LEVELS)}"
    for number, step in enumerate(scenario.steps, 1):
        if step.status not in STEP_STATUSES:
            yield f"step {number} is {step.status!r}, which is none of {', '.join(STEP_STATUSES)}"
    if scenario.verdict is Verdict.PASSED:
        yield from _against_a_pass(scenario)
    if scenario.verdict is Verdict.DEVIATES and scenario.deviation is None:
        yield "it deviates and names no listed deviation"
    if scenario.verdict in _NEEDS_REASON and not (scenario.reason or scenario.finding):
        yield f"it is {scenario.verdict} and gives no reason"


def _against_a_pass(scenario: Scenario) -> Iterator[str]:
    if not scenario.steps:
        yield "it passed without a single step"
    for number, step in enumerate(scenario.steps, 1):
        if step.status != "passed":
            yield f"it passed and its step {number} is {step.status!r}"
    if scenario.finding is not None:
        yield f"it passed and was found wanting ({scenario.finding.message})"
    if scenario.deviation is not None:
        yield f"it passed and rests on the deviation {scenario.deviation.id}"
