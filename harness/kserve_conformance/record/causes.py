"""
The failures of a run, grouped by what they look like.

One difference of an implementation, such as a sidecar in every pod, makes many scenarios fail with messages that
differ only in the names of objects. Failures whose messages are equal without names and numbers form a group, which is
likely to have one cause. A group is a suggestion for a reader: it changes no verdict.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from kserve_conformance.record.model import Finding, Record, Scenario, Verdict
from kserve_conformance.record.tally import tally

#: The start of the message of a scenario whose Given steps were rejected (see ``world.World.flush``).
SETUP_FAILED = "setup failed:"

#: What differs between messages with one cause: quoted texts, names of objects, numbers.
_NAMES = re.compile(
    r"""'[^']*'|"[^"]*"|`[^`]*`"""
    r"|(?<=InferenceService )\S+|(?<=ServingRuntime )[^\s,:;]+(?: in namespace [^\s,:;]+)?"
    r"|(?<![\w./-])[\w.-]+/[\w./-]+|(?<![\w.])\d[\w.]*"
)

_OBJECT = re.compile(r"(?:InferenceService|ServingRuntime) ([\w./-]+)")


@dataclass(frozen=True, slots=True)
class Cause:
    """Failures that look alike: the message that they share without its names, and the scenarios."""

    shape: str
    scenarios: tuple[Scenario, ...]

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules of its scenarios, the most frequent first."""
        counts = Counter(rule for scenario in self.scenarios for rule in dict.fromkeys(scenario.rules))
        return tuple(rule for rule, _ in sorted(counts.items(), key=lambda one: (-one[1], one[0])))


def causes(record: Record) -> tuple[Cause, ...]:
    """Group the scenarios that failed, the largest group first."""
    groups: dict[str, list[Scenario]] = {}
    for scenario in tally(record.scenarios).of(Verdict.FAILED):
        groups.setdefault(_shape(scenario), []).append(scenario)
    found = (Cause(shape, tuple(scenarios)) for shape, scenarios in groups.items())
    return tuple(sorted(found, key=lambda cause: -len(cause.scenarios)))


def _shape(scenario: Scenario) -> str:
    finding = scenario.finding
    if finding is None:
        return scenario.reason or "no reason recorded"
    message = _without_names(finding.message, finding)
    # A list with a wrong entry names the difference; a rejection and a differing part say more than their message.
    difference = _difference(finding)
    if difference is not None:
        should = finding.message.replace(finding.expected or "", "…").partition(", but ")[0]
        return f"{_without_names(should, finding)}, but {difference}"
    if finding.observed and message.endswith(("was rejected", "it differs")):
        return f"{message}: {_without_names(finding.observed.splitlines()[0], finding)}"
    return message


def _difference(finding: Finding) -> str | None:
    """Return what a list has in addition to the expected one, or lacks; None for anything else."""
    expected, observed = ((text or "").split(", ") for text in (finding.expected, finding.observed))
    if max(len(expected), len(observed)) < 2 or not set(expected) & set(observed):
        return None
    more, less = (
        [one for one in left if one not in right] for left, right in ((observed, expected), (expected, observed))
    )
    parts = [f"{word} {', '.join(names)}" for word, names in (("also has", more), ("lacks", less)) if names]
    return " and ".join(parts) or None


def _without_names(text: str, finding: Finding) -> str:
    # A message of KServe names an object without its kind and namespace.
    objects = {name.rpartition("/")[2] for name in _OBJECT.findall(finding.message)}
    if objects:
        text = re.sub(rf"(?<![\w./-])(?:{'|'.join(map(re.escape, sorted(objects)))})(?![\w./-])", "…", text)
    return without_names(text)


def without_names(text: str) -> str:
    """
    A message without what differs from scenario to scenario.

    >>> without_names("InferenceService team-a/model did not settle within 20 s")
    'InferenceService … did not settle within … s'
    """
    return re.sub(r"…(?:, …)+", "…", _NAMES.sub("…", text))
