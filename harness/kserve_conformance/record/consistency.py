"""
What makes a line of a record contradict itself.

A record is proof only if its verdicts follow from what it shows. These checks
run when a line is written and again when it is read: a pass with a step that
did not pass, or without any step, would report success for something that never
ran.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kserve_conformance.record.errors import RecordFault, fault
from kserve_conformance.record.model import Scenario, Verdict
from kserve_conformance.record.tally import LEVELS

#: The statuses of a step.
STEP_STATUSES = ("passed", "failed", "errored", "undefined", "skipped")

#: The verdicts that need a reason.
_NEEDS_REASON = (Verdict.SKIPPED, Verdict.UNSUPPORTED)


def check(scenario: Scenario, line: int | None = None, others: Iterable[str] = ()) -> None:
    """
    Raise ``RecordError`` (CONTRADICTION) that lists everything in a scenario that contradicts itself.

    ``others`` are contradictions to the rest of the record, and to its suite.
    """
    found = (*contradictions(scenario), *others)
    if found:
        text = f"scenario {scenario.id!r} contradicts itself: {'; '.join(found)}"
        raise fault(RecordFault.CONTRADICTION, text, line=line)


def contradictions(scenario: Scenario) -> Iterator[str]:
    """Yield everything in a scenario that contradicts itself, as text."""
    if not scenario.id:
        yield "it has no id"
    if scenario.level not in LEVELS:
        yield f"unknown level {scenario.level!r}; expected {' or '.join(LEVELS)}"
    for number, step in enumerate(scenario.steps, 1):
        if step.status not in STEP_STATUSES:
            yield f"step {number} has the unknown status {step.status!r}; expected one of {', '.join(STEP_STATUSES)}"
    if scenario.verdict is Verdict.PASSED:
        yield from _against_a_pass(scenario)
    else:
        yield from _against_others(scenario)
    if scenario.verdict is Verdict.DEVIATES and scenario.deviation is None:
        yield "it deviates but names no listed deviation"
    if scenario.skip is not None and scenario.verdict is not Verdict.SKIPPED:
        yield f"it is {scenario.verdict} but says why it was skipped ({scenario.skip})"
    if scenario.keeps is not None and scenario.verdict is not Verdict.PASSED:
        yield f"it is {scenario.verdict} but keeps what the deviation {scenario.keeps.id} breaks"
    if scenario.verdict in _NEEDS_REASON and not (scenario.reason or scenario.finding):
        yield f"it is {scenario.verdict} without a reason"


def _against_others(scenario: Scenario) -> Iterator[str]:
    statuses = {step.status for step in scenario.steps}
    match scenario.verdict:
        case Verdict.FAILED | Verdict.ERRORED if scenario.finding is None:
            yield f"it is {scenario.verdict} without a finding"
        case Verdict.DEVIATES if scenario.steps and "failed" not in statuses:
            yield "it deviates but no step failed"
        case Verdict.UNSUPPORTED if statuses - {"skipped"}:
            yield "it is unsupported but a step ran"
        case Verdict.SKIPPED if statuses & {"failed", "undefined"}:
            yield "it is skipped but a step failed"
        case _:
            pass


def _against_a_pass(scenario: Scenario) -> Iterator[str]:
    if not scenario.steps:
        yield "it passed without any step"
    for number, step in enumerate(scenario.steps, 1):
        if step.status != "passed":
            yield f"it passed but step {number} is {step.status!r}"
    if scenario.finding is not None:
        yield f"it passed but has a finding ({scenario.finding.message})"
    if scenario.deviation is not None:
        yield f"it passed but has the deviation {scenario.deviation.id}"
