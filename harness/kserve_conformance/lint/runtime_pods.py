"""Findings about the pod of a runtime, without a service: that of a plain service which names the runtime."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kserve_conformance.lint.findings import Finding, LintCode
from kserve_conformance.objects import Catalogue, Manifest, Reason, Runtime
from kserve_conformance.profiles import DOCUMENTED_NAME, Profile
from kserve_conformance.profiles.pods import faults_of, validation_faults
from kserve_conformance.resolver import resolve


def pod_findings(runtime: Runtime, where: str, profile: Profile) -> Iterator[Finding]:
    """
    Why KServe can make no pod from a runtime, or what is wrong with the pod.

    Nothing is said about a disabled or multi-model runtime, which has no pod here, nor about one without a format. What
    depends on the service, such as its annotations or its storage, is left to the findings about services.
    """
    if runtime.disabled or runtime.multi_model or not runtime.formats or profile.name == DOCUMENTED_NAME:
        return
    decision = resolve(_plain_service(runtime), Catalogue((runtime,)), profile)
    name = str(runtime.key)
    if decision.no_runtime is not None and decision.no_runtime.cause is Reason.INVALID_PREDICTOR_SPEC:
        error = decision.no_runtime.readable_error
        yield Finding(LintCode.NO_POD, name, where, "makes no pod, so no service can run on it", (error,))
    if decision.pod is not None:
        for fault in (
            *faults_of(decision.pod, decision.service, runtime),
            *validation_faults(decision.pod, decision.service),
        ):
            yield Finding(str(fault.code), name, where, f"makes a pod with a fault: {fault}", hint=fault.hint)


def _plain_service(runtime: Runtime) -> Manifest:
    entry = runtime.formats[0]
    model: dict[str, Any] = {
        "modelFormat": {"name": entry.name, **({"version": entry.version} if entry.version is not None else {})},
        "runtime": runtime.name,
        "storageUri": "s3://models/example",
        **({"protocolVersion": runtime.protocols[0]} if runtime.protocols else {}),
    }
    return {
        "apiVersion": "serving.kserve.io/v1beta1",
        "kind": "InferenceService",
        "metadata": {"name": "example", "namespace": runtime.key.namespace or "default"},
        "spec": {"predictor": {"model": model, **({"workerSpec": {}} if runtime.multi_node else {})}},
    }
