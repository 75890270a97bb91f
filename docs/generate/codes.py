"""Tables of codes: outcomes, reasons, excluded candidates, faults of pods, and changes between two records."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from enum import Enum

from generate.markup import code, table
from kserve_conformance.lint import CODES, LintCode
from kserve_conformance.lint.guide import GUIDE
from kserve_conformance.objects import Outcome, Reason
from kserve_conformance.profiles.exclusions import ExclusionReason
from kserve_conformance.profiles.mode_faults import ModeFaultCode
from kserve_conformance.profiles.pods import PodFaultCode
from kserve_conformance.record import CHANGES, WORSE, Change, Verdict
from kserve_conformance.reports.comparison.phrases import SIGNS
from kserve_conformance.resolver.reporter import OUTRANKED

#: What a table calls a scenario that a run does not have.
ABSENT = "absent"

#: Each code in words. A missing one is an error.
MEANINGS = {
    ExclusionReason.DISABLED: "The runtime is disabled.",
    ExclusionReason.MULTI_MODEL: "It is multi-model; this controller only selects single-model runtimes.",
    ExclusionReason.FORMAT_UNKNOWN: "None of its formats is the requested one.",
    ExclusionReason.VERSION_NOT_EQUAL: "It lists the format only with other versions, compared as strings.",
    ExclusionReason.NOT_AUTO_SELECT: "The matching entry does not have autoSelect.",
    ExclusionReason.PROTOCOL_UNSUPPORTED: "It lists protocols, but not the requested one.",
    ExclusionReason.MULTI_NODE_MISMATCH: "Either only the service or only the runtime has a workerSpec.",
    ExclusionReason.LOWER_SCOPE: "It is a cluster runtime, and a namespaced one comes before it.",
    ExclusionReason.LOWER_PRIORITY: "Its priority for the format is lower.",
    ExclusionReason.PRIORITY_UNSET: "It has no priority for the format, but another one does.",
    ExclusionReason.HIGHER_PROTOCOL_RANK: "Its best protocol ranks lower than that of another one.",
    ExclusionReason.OLDER: "Another one was created later.",
    ExclusionReason.NAME_ORDER: "The name of another one comes first.",
    ExclusionReason.TIE_UNDEFINED: "No rule of this release decides between it and another one.",
    ExclusionReason.SHADOWED: "A ServingRuntime with the requested name in the service's namespace shadows it.",
    ExclusionReason.NOT_NAMED: "The service names another runtime.",
}

#: The same for the reasons, which are KServe's own words.
CAUSES = {
    Reason.RUNTIME_NOT_RECOGNIZED: "The service names a runtime that neither its namespace nor the cluster has.",
    Reason.RUNTIME_DISABLED: "The service names a runtime that is disabled.",
    Reason.NO_SUPPORTING_RUNTIME: "No candidate supports the service, or the named runtime does not.",
    Reason.INVALID_PREDICTOR_SPEC: "Service and runtime do not make a valid pod, as with an invalid placeholder.",
}

_INTRODUCTION = (
    "What each finding of [lint](../howto/lint.md) means, why it matters, and how to fix it. The codes are stable. An "
    "annotation or a baseline [suppresses](../howto/lint.md#suppress-a-finding) a finding, with a reason and, if you "
    "like, a last day. Every example is checked by the tests of this project: the first has the finding, the second "
    "nearly has it."
)

_OF_PODS = (
    "The pod or the mode of a service that has a runtime, or the pod of a runtime by itself. All of them are warnings, "
    "and the hint of each finding says what to do; [reasons](reasons.md) has the background."
)


def parts() -> Iterator[tuple[str, str]]:
    """The tables of ``reasons.md`` and ``record.md``. Raises ``KeyError`` for a code without a meaning."""
    kinds = {True: "ranks lower", False: "is excluded"}
    yield (
        "reasons",
        table(
            ("code", "the candidate", "reason"),
            ((code(one.value), kinds[one in OUTRANKED], MEANINGS[one]) for one in ExclusionReason),
        ),
    )
    yield "faults", table(("code", "meaning"), (*_commented(PodFaultCode), *_commented(ModeFaultCode)))
    yield "lint", table(("code", "severity", "meaning"), _lint())
    yield "findings.md", _findings()
    yield "causes", table(("reason", "meaning"), ((code(one.value), CAUSES[one]) for one in Reason))
    yield "outcomes", table(("outcome", "meaning"), _commented(Outcome))
    rows = ((code(change), SIGNS[change].meaning, "yes" if change in WORSE else "") for change in Change)
    yield "changes", table(("change", "meaning", "fails by default"), rows)
    yield "changes-by-verdict", _by_verdict()


def _lint() -> Iterator[tuple[str, str, str]]:
    """The codes of lint with their severities."""
    for name, meaning in _commented(LintCode):
        yield name, str(CODES[name.strip("`")]), meaning


def _findings() -> str:
    """The page of all findings, with an anchor for each."""
    parts = [
        "# Findings of lint",
        "<!-- Made by scripts/reference from kserve_conformance.lint.guide. -->",
        _INTRODUCTION,
    ]
    for name, meaning in _commented(LintCode):
        key = LintCode(name.strip("`"))
        entry = GUIDE[key]
        parts += [
            f"## {name}",
            f"{meaning} {entry.why}",
            table(
                ("severity", "since", "source"),
                [(str(CODES[key]), entry.since, entry.source)],
            ),
        ]
        if entry.example is not None and entry.near is not None:
            parts += [
                f"With the finding, under {entry.release}:",
                f"```yaml\n{entry.example.rstrip()}\n```",
                "Without the finding:",
                f"```yaml\n{entry.near.rstrip()}\n```",
            ]
        parts.append(f"**Fix:** {entry.fix}")
    parts += [
        "## Faults of pods and deployment modes",
        _OF_PODS,
        table(("code", "meaning"), (*_commented(PodFaultCode), *_commented(ModeFaultCode))),
    ]
    return "\n\n".join(parts)


def _commented(values: type[Enum]) -> Iterator[tuple[str, str]]:
    """The members of an enumeration with the comments above them."""
    source = inspect.getsource(values)
    for member in values:
        above = re.search(rf"((?:^ *#:.*\n)+) *{member.name} = ", source, re.MULTILINE)
        if above is None:
            raise KeyError(f"{values.__name__}.{member.name} has no comment")
        text = " ".join(line.strip().removeprefix("#:").strip() for line in above[1].splitlines())
        yield code(str(member.value)), text


def _by_verdict() -> str:
    columns = (*Verdict, None)
    header = ("earlier \\ later", *(_word(later) for later in columns))
    rows = (
        (_word(earlier), *("" if earlier is later is None else CHANGES[earlier, later].value for later in columns))
        for earlier in columns
    )
    return table(header, rows)


def _word(verdict: Verdict | None) -> str:
    return code(verdict) if verdict else ABSENT
