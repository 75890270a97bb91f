"""
What in a header contradicts itself: the release, the target and its binaries, the list of deviations.

A record that names no release, claims a real KServe without its binaries, or has
a list of deviations that is not the one it names, is not the record of a run.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from kserve_conformance import __version__
from kserve_conformance.record.deviations import UPSTREAM, digest_of, upstream
from kserve_conformance.record.errors import RecordFault, fault
from kserve_conformance.record.inventory import SHIPPED
from kserve_conformance.record.model import Deviation, DeviationList, Header, Scenario, TargetIdentity, Verdict
from kserve_conformance.rules.registry import registry
from kserve_conformance.rules.releases import NAMES
from kserve_conformance.suite.registry_terms import deviation_for
from kserve_conformance.suite.tags import DOCUMENTED

#: The release of a target that never opened and whose name does not say it.
UNKNOWN_RELEASE = "unknown"

#: Kinds of targets whose argument is their release.
NAMED_BY_RELEASE = ("memory", "controlplane", "container", "kind")

#: Kinds that start what they test, and so know its binaries.
_STARTED = ("controlplane", "container")

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")

#: The verdicts that need a target.
_OBSERVED = (Verdict.PASSED, Verdict.FAILED, Verdict.DEVIATES)


def check_header(header: Header) -> None:
    """Raise ``RecordError`` (CONTRADICTION) that lists everything in a header that contradicts itself."""
    found = tuple(_of_header(header))
    if found:
        raise fault(RecordFault.CONTRADICTION, f"the header contradicts itself: {'; '.join(found)}", line=1)


def against_header(scenario: Scenario, header: Header) -> Iterator[str]:
    """Yield everything in a scenario's line that its header rules out, as text."""
    target = header.target
    if scenario.verdict in _OBSERVED:
        if target.release == UNKNOWN_RELEASE:
            yield f"it is {scenario.verdict}, but the release of the target is unknown"
        if kind_of(target) in _STARTED and not target.binaries:
            yield f"it is {scenario.verdict} on {target.target}, but the header has no digest of a binary that ran"
    if scenario.verdict in _OBSERVED and scenario.keeps is None:
        yield from _against_upstream(scenario, header)
    if scenario.deviation is not None:
        yield from _unlisted(scenario, scenario.deviation, header.deviations)
    if scenario.keeps is not None:
        if target.build is None and not target.is_source_tree and kind_of(target) in NAMED_BY_RELEASE:
            yield f"it keeps what {target.release} breaks, but {target.target} is that release"
        lists = (header.deviations, upstream(target.release))
        reasons = [tuple(_unlisted(scenario, scenario.keeps, one)) for one in lists if one is not None]
        if all(reasons):
            yield from (reasons or [(f"no list has the deviation {scenario.keeps.id}",)])[-1]


def _against_upstream(scenario: Scenario, header: Header) -> Iterator[str]:
    """A listed deviation of a release is expected: without it, a scenario failed until the list is corrected."""
    if header.deviations is None or header.harness != __version__:
        return
    declared = {entry.id for entry in header.deviations.entries if entry.declared}
    if header.deviations.name != UPSTREAM and not declared:
        return
    expected = deviation_for(header.target.release, scenario.rules, _claims(scenario))
    if expected is not None and scenario.verdict is Verdict.PASSED:
        yield f"it passed, but the deviation {expected.id!r} of {header.target.release} is listed for it"
    if scenario.deviation is None or scenario.deviation.id in declared:
        return
    if expected is None or expected.id != scenario.deviation.id:
        listed = "none" if expected is None else repr(expected.id)
        yield f"its deviation is {scenario.deviation.id!r}, but {listed} is listed for it"


def kind_of(target: TargetIdentity) -> str:
    """The kind of a target, as in its name."""
    return target.target.partition(":")[0]


def is_unknown_build(target: TargetIdentity) -> bool:
    """Whether something real was tested, and it is not known which build of it."""
    return not target.is_reference and not target.binaries and target.release != UNKNOWN_RELEASE


def unchecked(header: Header) -> Iterator[str]:
    """Yield what a reader of this version cannot check, because another version wrote the record."""
    ours = __version__
    if header.suite.name == SHIPPED and header.suite.version != ours:
        yield f"not checked: the scenarios of suite {header.suite.version}, because this is kserve-conformance {ours}"
    if header.deviations is not None and header.deviations.name == UPSTREAM and header.harness != ours:
        yield f"not checked: the deviations known to kserve-conformance {header.harness}, because this is {ours}"


def _of_header(header: Header) -> Iterator[str]:
    if not header.harness:
        yield "it has no version of kserve-conformance"
    for name, value in (("name", header.suite.name), ("version", header.suite.version)):
        if not value:
            yield f"the suite has no {name}"
    if not _DIGEST.fullmatch(header.suite.digest):
        yield f"invalid digest of the suite: {header.suite.digest!r}"
    yield from _of_target(header.target)
    if header.deviations is not None:
        yield from _of_list(header, header.deviations)


def _of_target(target: TargetIdentity) -> Iterator[str]:
    kind, _, argument = target.target.partition(":")
    release = target.release
    if not kind or not argument:
        yield f"the target {target.target!r} has no kind or no name"
    if not release:
        yield "the target has no release"
    elif release not in (*NAMES, DOCUMENTED, UNKNOWN_RELEASE):
        yield f"unknown KServe release {release!r}"
    elif kind in NAMED_BY_RELEASE and argument != release:
        yield f"the target is {target.target}, but its release is {release}"
    for name, digest in target.binaries.items():
        if not name or not _DIGEST.fullmatch(digest):
            yield f"invalid digest of the binary {name!r}: {digest!r}"
    if target.is_reference and target.binaries:
        yield f"{target.target} ran in memory, but has binaries"
    if target.is_reference and target.build is not None:
        yield f"{target.target} ran in memory, but has a build"


def _of_list(header: Header, listed: DeviationList) -> Iterator[str]:
    repeated = [id_ for id_, times in Counter(entry.id for entry in listed.entries).items() if times > 1]
    if repeated:
        yield f"the deviation {repeated[0]!r} is listed twice"
    if listed.digest != digest_of(listed.entries):
        yield f"the list of deviations {listed.name!r} has the digest {digest_of(listed.entries)}, not {listed.digest}"
    elif header.harness == __version__ and (listed.name == UPSTREAM or any(one.declared for one in listed.entries)):
        # What an implementation declares comes on top of the shipped list, and hides nothing of it.
        ours = upstream(header.target.release)
        shipped = tuple(entry for entry in listed.entries if not entry.declared)
        if shipped != (ours.entries if ours is not None else ()):
            yield (
                f"the deviations of {header.target.release} in its list {listed.name!r} are not those of "
                f"kserve-conformance {header.harness}"
            )


def _unlisted(scenario: Scenario, deviation: Deviation, listed: DeviationList | None) -> Iterator[str]:
    if listed is None:
        yield f"it has the deviation {deviation.id!r}, but the header lists none"
        return
    entry = next((one for one in listed.entries if one.id == deviation.id), None)
    if entry is None:
        yield f"its deviation {deviation.id!r} is not in the header's list {listed.name!r}"
    elif (entry.statement, entry.link) != (deviation.statement, deviation.link):
        yield f"its deviation {deviation.id!r} differs from the one in the header's list {listed.name!r}"
    elif scenario.id not in entry.scenarios and not set(entry.rules) & _stated(scenario):
        yield f"its deviation {deviation.id!r} concerns {', '.join(entry.rules) or 'no rule'}, which it does not state"


def _claims(scenario: Scenario) -> tuple[str, ...]:
    return tuple(tag.removeprefix("claim-") for tag in scenario.tags if tag.startswith("claim-"))


def _stated(scenario: Scenario) -> set[str]:
    """The rules that a scenario states, and those of its claims: a suite need not name a rule as well as a claim."""
    claims = registry().claims_by_id
    return {*scenario.rules, *(rule for claim in _claims(scenario) if claim in claims for rule in claims[claim].rules)}
