"""Findings about runtimes: alone, and with others of the same sources."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from kserve_conformance.lint.findings import Finding, LintCode
from kserve_conformance.lint.overlaps import NOWHERE, overlaps, questions
from kserve_conformance.lint.runtime_pods import pod_findings
from kserve_conformance.objects import Catalogue, ObjectKey, Runtime
from kserve_conformance.profiles import Profile
from kserve_conformance.profiles.order import BY_PRIORITY, BY_PROTOCOL_RANK
from kserve_conformance.resolver import Explanation, select

#: Versions that mean a range elsewhere. Source: ``getServingRuntimeSupportedModelFormatLabelSet``,
#: pkg/apis/serving/v1beta1/predictor_model.go, since v0.8.0, compares labels as strings.
_PATTERN = re.compile(r"[*^~<>=|]|(^|\.)x$")


def runtime_findings(given: Mapping[ObjectKey, str], catalogue: Catalogue, profile: Profile) -> Iterator[Finding]:
    """The findings about the ``given`` runtimes, which are in the catalogue; the values are their places."""
    for runtime in catalogue:
        where = given.get(runtime.key)
        if where is not None:
            yield from _of_one(runtime, where, profile)
            yield from pod_findings(runtime, where, profile)
    yield from overlaps(catalogue, profile, given)


def _of_one(runtime: Runtime, where: str, profile: Profile) -> Iterator[Finding]:
    name = str(runtime.key)
    why = _why_never_selected(runtime, profile)
    if why is not None and _is_only_by_name(runtime):
        text = "is only for services that name it: autoSelect is false"
        yield Finding(LintCode.ONLY_BY_NAME, name, where, text)
    elif why is not None:
        text = "is selected only for services that name it"
        hint = "set autoSelect: true on an entry of supportedModelFormats" if why.startswith("autoSelect") else None
        yield Finding(LintCode.NEVER_SELECTED, name, where, text, (why,), hint)
    if not runtime.protocols and BY_PROTOCOL_RANK in profile.order:
        text = "lists no protocolVersions, so it matches every protocol and ranks last"
        yield Finding(
            LintCode.NO_PROTOCOLS, name, where, text, hint="list the protocols that it supports, such as v1, v2"
        )
    if BY_PRIORITY in profile.order and not _is_only_by_name(runtime):
        for entry in runtime.formats:
            if entry.priority is not None and not entry.auto_select:
                text = f"gives {entry.name} priority {entry.priority}, which has no effect without autoSelect"
                yield Finding(LintCode.PRIORITY_WITHOUT_AUTO_SELECT, name, where, text, hint="set autoSelect: true")
    for entry in runtime.formats:
        if entry.version is not None and _PATTERN.search(entry.version):
            text = f"lists {entry.name} with version {entry.version!r}, which is compared as a string, not as a pattern"
            hint = "remove the version, and list each version that services request as an entry of its own"
            yield Finding(LintCode.VERSION_PATTERN, name, where, text, hint=hint)


def _is_only_by_name(runtime: Runtime) -> bool:
    """Does every entry say that it is not for automatic selection?"""
    entries = [each for each in runtime.spec.get("supportedModelFormats") or () if isinstance(each, Mapping)]
    return bool(entries) and all(each.get("autoSelect") is False for each in entries)


def _why_never_selected(runtime: Runtime, profile: Profile) -> str | None:
    """Why no request that the runtime could serve selects it; None if one does, or if it is disabled."""
    if runtime.disabled or runtime.multi_model:
        return None
    namespace = runtime.key.namespace or NOWHERE
    alone = Catalogue((runtime,))
    reason = "it lists no format"
    for request in questions((runtime,), namespace):
        explanation = Explanation()
        if select(request, alone, profile, explanation).runtime is not None:
            return None
        reason = next((str(each.exclusion) for each in explanation.candidates if each.exclusion is not None), reason)
        if "autoSelect" in reason:
            return reason
    return reason
