"""
The filters of an automatic selection: what excludes a candidate.

Each filter takes one runtime and returns None, or why the runtime is excluded.
A profile has a tuple of them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

from kserve_conformance.objects import Request, Runtime, SupportedFormat
from kserve_conformance.profiles.exclusions import Exclusion, ExclusionReason

#: Called for each candidate: None, or why it is excluded.
Filter = Callable[[Request, Runtime], Exclusion | None]


def is_enabled(request: Request, runtime: Runtime) -> Exclusion | None:
    """
    A disabled runtime is never selected automatically.

    Documented: v0.10 "Serving Runtimes", specification table, ``disabled``.
    Source: ``GetSupportingRuntimes``, pkg/apis/serving/v1beta1/predictor_model.go, since v0.8.0.
    """
    return Exclusion(ExclusionReason.DISABLED, "is disabled") if runtime.disabled else None


def serves_single_models(request: Request, runtime: Runtime) -> Exclusion | None:
    """
    A multi-model (ModelMesh) runtime is never selected automatically by this controller.

    Source: ``GetSupportingRuntimes``, pkg/apis/serving/v1beta1/predictor_model.go, since v0.8.0. It is always called
    with isMMS false.
    """
    return Exclusion(ExclusionReason.MULTI_MODEL, "is multi-model (ModelMesh)") if runtime.multi_model else None


def label_of(name: str, version: str | None) -> str:
    """
    The label that KServe matches formats by: name, or name and version joined by a colon.

    Source: ``getModelFormatLabel``, pkg/apis/serving/v1beta1/predictor_model.go, since v0.8.0. So a name that contains
    a colon can equal another format's name and version.
    """
    return name if version is None else f"{name}:{version}"


def supports_format(request: Request, formats: Collection[SupportedFormat]) -> bool:
    """
    Is the requested format, with its version if one is requested, among some entries?

    Exact strings, no version ranges: an entry with a version also matches a request without one, never the
    other way round.

    Documented: v0.10 "Serving Runtimes", explicit and implicit use; versions in the specification table.
    Source: ``getServingRuntimeSupportedModelFormatLabelSet``, pkg/apis/serving/v1beta1/predictor_model.go, since
    v0.8.0.
    """
    label = label_of(request.format, request.version)
    return any(
        label == entry.name or (entry.version is not None and label == label_of(entry.name, entry.version))
        for entry in formats
    )


def is_auto_selectable(request: Request, runtime: Runtime) -> Exclusion | None:
    """
    The requested format and version must be in an entry with ``autoSelect: true``; each entry counts by itself.

    Documented: v0.10 "Serving Runtimes", implicit use.
    Source: ``RuntimeSupportsModel``, pkg/apis/serving/v1beta1/predictor_model.go, since v0.8.0.
    """
    if supports_format(request, [entry for entry in runtime.formats if entry.auto_select]):
        return None
    if supports_format(request, runtime.formats):
        return Exclusion(ExclusionReason.NOT_AUTO_SELECT, f"autoSelect is not set for {request}")
    return format_exclusion(request, runtime)


def format_exclusion(request: Request, runtime: Runtime) -> Exclusion:
    """Distinguish an unknown format from a version that differs."""
    versions = [entry.version for entry in runtime.formats if entry.name == request.format]
    if versions and request.version is not None:
        listed = ", ".join("no version" if version is None else repr(version) for version in versions)
        return Exclusion(
            ExclusionReason.VERSION_NOT_EQUAL, f"supports {request.format} {listed}; {request.version!r} requested"
        )
    formats = ", ".join(dict.fromkeys(entry.name for entry in runtime.formats)) or "no format"
    return Exclusion(ExclusionReason.FORMAT_UNKNOWN, f"supports {formats}; {request.format or 'no format'} requested")


def supports_protocol(request: Request, runtime: Runtime) -> Exclusion | None:
    """
    The requested protocol must be listed; a runtime that lists none supports all, and all support an empty one.

    Source: ``IsProtocolVersionSupported``, pkg/apis/serving/v1alpha1/servingruntime_types.go, since v0.9.0.
    """
    if not request.protocol or not runtime.protocols or request.protocol in runtime.protocols:
        return None
    return Exclusion(
        ExclusionReason.PROTOCOL_UNSUPPORTED, f"supports {', '.join(runtime.protocols)}; {request.protocol} requested"
    )


def agrees_on_nodes(request: Request, runtime: Runtime) -> Exclusion | None:
    """
    A runtime with a ``workerSpec`` serves exactly the services that have one.

    Source: ``IsMultiNodeRuntime``, pkg/apis/serving/v1alpha1/servingruntime_types.go, and ``GetSupportingRuntimes``,
    pkg/apis/serving/v1beta1/predictor_model.go, since v0.15.0.
    """
    if request.multi_node == runtime.multi_node:
        return None
    if runtime.multi_node:
        return Exclusion(ExclusionReason.MULTI_NODE_MISMATCH, "is multi-node, but the service has no workerSpec")
    return Exclusion(ExclusionReason.MULTI_NODE_MISMATCH, "is not multi-node, but the service has a workerSpec")
