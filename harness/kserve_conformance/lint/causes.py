"""Why a service has no runtime, as the code of a finding."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

from kserve_conformance.lint.findings import LintCode
from kserve_conformance.objects import Catalogue, Manifest, NoRuntime, Reason, Request, Runtime, at
from kserve_conformance.profiles import Profile
from kserve_conformance.profiles.filters import supports_format

#: Maximum number of names in a sentence.
_NAMED = 8


def cause_of(
    stored: Manifest, no_runtime: NoRuntime, catalogue: Catalogue, profile: Profile
) -> tuple[LintCode, str | None]:
    """
    The code for a service that is stored without a runtime, and the cause in words where the code has one.

    A cause is what all runtimes have in common that the service sees, or the named one. Where they are excluded for
    different reasons, the code is ``NO_RUNTIME``.
    """
    if no_runtime.cause is Reason.RUNTIME_DISABLED:
        return LintCode.RUNTIME_DISABLED, "the runtime that it names is disabled"
    if no_runtime.cause is Reason.RUNTIME_NOT_RECOGNIZED:
        return LintCode.RUNTIME_NOT_FOUND, "neither its namespace nor the cluster has the runtime that it names"
    if no_runtime.cause is not Reason.NO_SUPPORTING_RUNTIME or not at(stored, "spec", "predictor", "model"):
        return LintCode.NO_RUNTIME, None
    request = Request.of(stored)
    sees = (*catalogue.in_namespace(request.namespace), *catalogue.in_cluster)
    if not any(entry.name == request.format for runtime in sees for entry in runtime.formats):
        return LintCode.UNKNOWN_FORMAT, _unknown_format(request.format, sees)
    named = None if request.runtime is None else profile.look_up(request.runtime, request.namespace, catalogue)
    candidates = [each for each in sees if not each.disabled] if request.runtime is None else [named] if named else []
    return _by_version(request, candidates) or _by_protocol(request, candidates, profile) or (LintCode.NO_RUNTIME, None)


def _unknown_format(name: str, sees: Sequence[Runtime]) -> str:
    names = sorted({entry.name for runtime in sees for entry in runtime.formats})
    nearest = [each for each in names if each.lower() == name.lower()] or get_close_matches(name, names, n=1)
    if nearest:
        return f"no runtime lists the format {name}; the nearest is {nearest[0]}"
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"no runtime lists the format {name}; listed: {', '.join(names[:_NAMED]) or 'none'}{more}"


def _by_version(request: Request, candidates: Sequence[Runtime]) -> tuple[LintCode, str] | None:
    listed = {entry.version for each in candidates for entry in each.formats if entry.name == request.format}
    if request.version is None or not listed or any(supports_format(request, each.formats) for each in candidates):
        return None
    versions = ", ".join(sorted({"none" if each is None else repr(each) for each in listed}))
    text = (
        f"no runtime lists {request.format} with version {request.version!r}, compared as strings; listed: {versions}"
    )
    return LintCode.VERSION_NEVER_EQUAL, text


def _by_protocol(request: Request, candidates: Sequence[Runtime], profile: Profile) -> tuple[LintCode, str] | None:
    effective = profile.requested_protocol(request) if request.runtime is None else profile.named_protocol(request)
    matching = [each for each in candidates if supports_format(effective, each.formats)]
    protocol = effective.protocol
    if not protocol or not matching or any(not each.protocols or protocol in each.protocols for each in matching):
        return None
    default = "" if request.protocol == protocol else ", the default"
    listed = ", ".join(sorted({each for runtime in matching for each in runtime.protocols}))
    text = f"no runtime for {request.format} lists the protocol {protocol}{default}; listed: {listed}"
    return LintCode.PROTOCOL_NOT_LISTED, text
