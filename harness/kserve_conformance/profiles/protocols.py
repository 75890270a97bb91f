"""Which protocol an automatic choice filters by, and which one an explicit choice is checked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from kserve_conformance.objects import Request

#: Gives the request that the filters see.
RequestedProtocol = Callable[[Request], Request]

#: The protocol that KServe's server defaults set, by the exact name of a runtime, if a service sets none.
#: Source: ``SetRuntimeDefaults``, pkg/apis/serving/v1beta1/inference_service_defaults.go, v0.9.0 to v0.16.0.
PROTOCOLS_BY_RUNTIME_NAME = {"kserve-mlserver": "v2", "kserve-torchserve": "v1", "kserve-tritonserver": "v2"}


def as_requested(request: Request) -> Request:
    """
    A service without a protocol is met by every runtime.

    Source: ``GetSupportingRuntimes``, pkg/apis/serving/v1beta1/predictor_model.go, v0.9.0 to v0.11.0.
    """
    return request


def v1_unless_set(request: Request) -> Request:
    """
    A service without a protocol requests v1.

    Source: ``GetProtocol`` as used by ``GetSupportingRuntimes``, pkg/apis/serving/v1beta1/predictor_model.go, since
    v0.11.1.
    """
    return replace(request, protocol="v1") if request.protocol is None else request


def protocol_by_runtime_name(request: Request) -> Request:
    """
    A named runtime's server defaults come before its checks: its name alone can add the protocol that is checked.

    Source: ``Reconcile``, pkg/controller/v1beta1/inferenceservice/components/predictor.go, v0.9.0 to v0.14.1;
    ``reconcileModel`` in the same file, v0.15.0 to v0.16.0. Both set defaults before they look up the runtime.
    """
    if request.protocol is not None or request.runtime is None:
        return request
    return replace(request, protocol=PROTOCOLS_BY_RUNTIME_NAME.get(request.runtime))
