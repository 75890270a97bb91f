"""The errors that KServe reports if it selects a runtime but cannot make a pod from it and the service."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from kserve_conformance.objects import NoRuntime, Reason

_CAUSE = Reason.INVALID_PREDICTOR_SPEC

#: The error of a reconcile that hit a nil pointer, as controller-runtime recovers it.
PANIC = "panic: runtime error: invalid memory address or nil pointer dereference [recovered]"


class CannotRender(Exception):
    """
    KServe makes no pod; ``no_runtime`` is what it reports instead.

    It never leaves the resolver, where it becomes part of a decision.
    """

    def __init__(self, no_runtime: NoRuntime) -> None:
        super().__init__(no_runtime.error)
        self.no_runtime = no_runtime


@dataclass(frozen=True, slots=True)
class PodFailures:
    """The error of each failure in one era; the functions below name the arguments."""

    no_containers: NoRuntime
    no_container_named: Callable[[str], NoRuntime]
    pod_not_merged: Callable[[str], NoRuntime]
    bad_placeholder: Callable[[str, str, str], NoRuntime]


def unreported(error: str) -> NoRuntime:
    """An error that the status does not report."""
    return NoRuntime(cause=_CAUSE, error=error)


def reported(error: str, message: str | None = None) -> NoRuntime:
    """An error that the status reports too, in the same words unless it has a message of its own."""
    return NoRuntime(cause=_CAUSE, error=error, reason=_CAUSE, message=error if message is None else message)


def panicked() -> NoRuntime:
    """
    A nil pointer is dereferenced before KServe can report what is missing: neither the status nor an event shows it.

    Observed on the controller of v0.15.2: the panic is recovered and logged, no event is written, and the reconcile is
    retried forever.
    """
    return replace(unreported(PANIC), has_event=False)


def _bad_placeholder_v0_8(runtime: str, container: str, error: str) -> NoRuntime:
    return unreported(f"failed to replace placeholders in serving runtime Container: {error}")


def _bad_placeholder_v0_9(runtime: str, container: str, error: str) -> NoRuntime:
    return reported(
        f"failed to replace placeholders in serving runtime Container: {error}",
        "Failed to replace placeholders in serving runtime Container",
    )


def _bad_placeholder_v0_15(runtime: str, container: str, error: str) -> NoRuntime:
    message = f"failed to replace placeholders in serving runtime {runtime} Container {container}"
    return reported(f"{message}: {error}", message)


#: v0.8.0 has no status for it. ``Reconcile``, pkg/controller/v1beta1/inferenceservice/components/predictor.go.
FAILURES_V0_8 = PodFailures(
    no_containers=unreported("no container configuration found in selected serving runtime"),
    no_container_named=lambda name: unreported(f"failed to find {name} in ServingRuntime containers"),
    pod_not_merged=lambda error: unreported(f"failed to consolidate serving runtime PodSpecs: {error}"),
    bad_placeholder=_bad_placeholder_v0_8,
)

#: v0.9.0 to v0.14.1: the same place, now with a status, except for a missing ``kserve-container`` (v0.11.0 to v0.14.1).
FAILURES_V0_9 = replace(
    FAILURES_V0_8,
    no_containers=reported(
        "no container configuration found in selected serving runtime",
        "No container configuration found in selected serving runtime",
    ),
    pod_not_merged=lambda error: reported(
        f"failed to consolidate serving runtime PodSpecs: {error}",
        "Failed to consolidate serving runtime PodSpecs",
    ),
    bad_placeholder=_bad_placeholder_v0_9,
)

#: Since v0.15.0: ``buildPodSpec`` in the same file, ``MergeServingRuntimeAndInferenceServiceSpecs`` in
#: pkg/controller/v1beta1/inferenceservice/utils/utils.go.
FAILURES_V0_15 = PodFailures(
    no_containers=reported("no container configuration found in selected serving runtime"),
    no_container_named=lambda name: reported(f"failed to find {name} in ServingRuntime containers"),
    pod_not_merged=lambda error: reported(f"failed to consolidate serving runtime PodSpecs. Detail: {error}"),
    bad_placeholder=_bad_placeholder_v0_15,
)
