"""
The checks of a runtime that a service names, in the order in which KServe makes them.

The first one that finds something wrong ends the choice: no second runtime is
tried. None of them looks at autoSelect, multiModel, priority or workerSpec.
"""

from __future__ import annotations

from collections.abc import Callable

from kserve_conformance.objects import NoRuntime, Reason, Request, Runtime
from kserve_conformance.profiles.filters import supports_format, supports_protocol

#: Asked of the named runtime: None, or why it cannot serve.
Check = Callable[[Request, Runtime], NoRuntime | None]


def not_found(request: Request) -> NoRuntime:
    """
    Neither kind has a runtime of that name.

    Source: ``GetServingRuntime``, pkg/controller/v1beta1/inferenceservice/utils/utils.go, since v0.8.0.
    """
    return NoRuntime(
        Reason.RUNTIME_NOT_RECOGNIZED,
        f"No ServingRuntimes or ClusterServingRuntimes with the name: {request.runtime}",
        Reason.RUNTIME_NOT_RECOGNIZED,
        "Waiting for runtime to become available",
    )


def is_not_disabled(request: Request, runtime: Runtime) -> NoRuntime | None:
    """
    A named runtime must not be disabled.

    Source: ``Reconcile``, pkg/controller/v1beta1/inferenceservice/components/predictor.go, v0.8.0 to v0.14.1;
    ``reconcileModel`` in the same file, since v0.15.0.
    """
    if not runtime.disabled:
        return None
    return NoRuntime(
        Reason.RUNTIME_DISABLED,
        f"specified runtime {runtime.name} is disabled",
        Reason.RUNTIME_DISABLED,
        "Specified runtime is disabled",
    )


def supports_requested_protocol(request: Request, runtime: Runtime) -> NoRuntime | None:
    """
    A named runtime must list the protocol that the service sets; if it sets none, nothing is checked.

    Source: ``Reconcile``, pkg/controller/v1beta1/inferenceservice/components/predictor.go, v0.9.0 to v0.14.1;
    ``reconcileModel`` in the same file, since v0.15.0.
    """
    if request.protocol is None or supports_protocol(request, runtime) is None:
        return None
    return NoRuntime(
        Reason.NO_SUPPORTING_RUNTIME,
        f"specified runtime {runtime.name} does not support specified protocol version",
        Reason.NO_SUPPORTING_RUNTIME,
        "Specified runtime does not support specified protocol version",
    )


def lists_format(request: Request, runtime: Runtime) -> NoRuntime | None:
    """
    A named runtime must list the format, and the version if the service sets one; autoSelect does not matter.

    Documented: v0.10 "Serving Runtimes", explicit use.
    Source: ``RuntimeSupportsModel``, pkg/apis/serving/v1beta1/predictor_model.go, since v0.8.0.
    """
    if supports_format(request, runtime.formats):
        return None
    return NoRuntime(
        Reason.NO_SUPPORTING_RUNTIME,
        f"specified runtime {runtime.name} does not support specified framework/version",
        Reason.NO_SUPPORTING_RUNTIME,
        "Specified runtime does not support specified framework/version",
    )


def none_supports(request: Request) -> NoRuntime:
    """
    No candidate passed every filter of an automatic choice.

    Source: ``Reconcile``, pkg/controller/v1beta1/inferenceservice/components/predictor.go, v0.8.0 to v0.14.1;
    ``reconcileModel`` in the same file, since v0.15.0. With a version KServe prints the address of a
    pointer, which cannot be predicted; the text here ends before it.
    """
    version = "<nil>}" if request.version is None else "0x"
    return NoRuntime(
        Reason.NO_SUPPORTING_RUNTIME,
        f"no runtime found to support predictor with model type: {{{request.format} {version}",
        Reason.NO_SUPPORTING_RUNTIME,
        "No runtime found to support specified framework/version",
    )
