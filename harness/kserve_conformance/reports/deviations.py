"""
A draft of an implementation's list of deviations, from the failures of a run.

Failures that look alike become one entry, with its scenarios. The statement and the link are left to write, and
``run --deviations`` rejects them until they are, so that no failure is explained by accident.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kserve_conformance.characters import one_line
from kserve_conformance.manifests import dump
from kserve_conformance.record import Record, Scenario
from kserve_conformance.record.causes import SETUP_FAILED, Cause, causes
from kserve_conformance.record.conclusion import caveat_of
from kserve_conformance.reports.verdicts import subject
from kserve_conformance.suite.declared_deviations import TODO

_HEADING = """\
# Failures of {tested}, one entry for those that look alike.
# Replace each {todo}, and remove the entries that are faults. Then: run --deviations FILE
"""

#: How the message of a scenario ends that passed although a deviation is listed (see ``scenario_runs.verdicts``).
_STALE = "did not occur"


def draft(record: Record) -> str:
    """Render the draft as YAML; without failures, an empty list."""
    found = tuple(cause for cause in causes(record) if not cause.shape.endswith(_STALE))
    caveat = caveat_of(record.header)
    limits = (record.header.target.target, *([caveat] if caveat else []))
    tested = one_line(f"{subject(record.header)} ({', '.join(limits)})")
    entries = [f"# {len(cause.scenarios)} × {one_line(cause.shape)}\n{dump([one])}" for cause, one in _entries(found)]
    return "\n".join([_HEADING.format(tested=tested, todo=TODO), *(entries or ["[]\n"])])


def _entries(found: tuple[Cause, ...]) -> Iterator[tuple[Cause, dict[str, Any]]]:
    ids: set[str] = set()
    for cause in found:
        id_ = _unused(cause.rules[0] if cause.rules else "deviation", ids)
        ids.add(id_)
        named = {
            "setupRejected": [one.id for one in cause.scenarios if _has_rejected_setup(one)],
            "scenarios": [one.id for one in cause.scenarios if not _has_rejected_setup(one)],
        }
        yield cause, {"id": id_, "statement": TODO, "link": TODO} | {name: ids for name, ids in named.items() if ids}


def _unused(name: str, ids: set[str]) -> str:
    number = 1
    while (candidate := name if number == 1 else f"{name}-{number}") in ids:
        number += 1
    return candidate


def _has_rejected_setup(scenario: Scenario) -> bool:
    return scenario.finding is not None and scenario.finding.message.startswith(SETUP_FAILED)
