"""The codes of ``explain`` for candidates, and the causes for which a service has no runtime."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from enum import Enum

from generate.markup import code, table
from kserve_conformance.objects import Outcome, Reason
from kserve_conformance.profiles.exclusions import ExclusionReason
from kserve_conformance.resolver.reporter import OUTRANKED

#: Each code in words. One that is missing here, or gone, breaks the build.
MEANINGS = {
    ExclusionReason.DISABLED: "The runtime is disabled.",
    ExclusionReason.MULTI_MODEL: "It is multiModel; this controller chooses among the others only.",
    ExclusionReason.FORMAT_UNKNOWN: "None of its formats is the one asked for.",
    ExclusionReason.VERSION_NOT_EQUAL: "It has the format, in other versions than requested. Versions are strings.",
    ExclusionReason.NOT_AUTO_SELECT: "The entry that fits does not have autoSelect.",
    ExclusionReason.PROTOCOL_UNSUPPORTED: "It lists protocols, and not the one asked for.",
    ExclusionReason.MULTI_NODE_MISMATCH: "Only one of service and runtime has a workerSpec.",
    ExclusionReason.LOWER_SCOPE: "It is of the cluster, and one of the namespace comes before it.",
    ExclusionReason.LOWER_PRIORITY: "Its priority for the format is lower.",
    ExclusionReason.PRIORITY_UNSET: "It has no priority for the format, and another has.",
    ExclusionReason.HIGHER_PROTOCOL_RANK: "The best of its protocols comes after the best of another's.",
    ExclusionReason.OLDER: "Another was created later.",
    ExclusionReason.NAME_ORDER: "Another's name comes first in the alphabet.",
    ExclusionReason.TIE_UNDEFINED: "No rule of this release decides between it and another.",
    ExclusionReason.SHADOWED: "A ServingRuntime of the service's namespace has the name that was asked for.",
    ExclusionReason.NOT_NAMED: "The service names another runtime.",
}

#: The same for the causes, which are KServe's own words.
CAUSES = {
    Reason.RUNTIME_NOT_RECOGNIZED: "The service names a runtime that neither its namespace nor the cluster has.",
    Reason.RUNTIME_DISABLED: "The service names a runtime that is disabled.",
    Reason.NO_SUPPORTING_RUNTIME: "No runtime that may be chosen supports the service, or the named one does not.",
    Reason.INVALID_PREDICTOR_SPEC: "Service and runtime give no pod, as with a wrong placeholder.",
}


def parts() -> Iterator[tuple[str, str]]:
    """What ``reference/reasons.md`` includes. Raises ``KeyError`` for a code that nobody has worded."""
    kinds = {True: "comes after another", False: "is out"}
    yield (
        "reasons.inc",
        table(
            ("code", "the candidate", "because"),
            ((code(one.value), kinds[one in OUTRANKED], MEANINGS[one]) for one in ExclusionReason),
        ),
    )
    yield "causes.inc", table(("cause", "meaning"), ((code(one.value), CAUSES[one]) for one in Reason))
    yield "outcomes.inc", table(("outcome", "meaning"), _commented(Outcome))


def _commented(values: type[Enum]) -> Iterator[tuple[str, str]]:
    """The members of an enumeration with the comments above them."""
    source = inspect.getsource(values)
    for member in values:
        above = re.search(rf"((?:^ *#:.*\n)+) *{member.name} = ", source, re.MULTILINE)
        if above is None:
            raise KeyError(f"{values.__name__}.{member.name} has no comment")
        text = " ".join(line.strip().removeprefix("#:").strip() for line in above[1].splitlines())
        yield code(str(member.value)), text
