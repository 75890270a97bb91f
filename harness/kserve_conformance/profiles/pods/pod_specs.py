"""Which pod settings of a runtime reach its pods, and how the service's merge into them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kserve_conformance.objects import Manifest
from kserve_conformance.profiles.pods.go_json import decoded_onto, pod_spec_of
from kserve_conformance.profiles.pods.strategic_merge import merged

#: Lays a service's pod spec over the pod settings of a runtime.
MergePodSpec = Callable[[Manifest, Manifest], dict[str, Any]]

#: Source: ``MergePodSpec``, pkg/controller/v1beta1/inferenceservice/utils/utils.go, v0.8.0.
SETTINGS_V0_8 = ("nodeSelector", "affinity", "tolerations")
#: Source: ``MergePodSpec``, pkg/controller/v1beta1/inferenceservice/utils/utils.go, v0.9.0.
SETTINGS_V0_9 = (*SETTINGS_V0_8, "volumes")
#: Source: ``MergePodSpec``, pkg/controller/v1beta1/inferenceservice/utils/utils.go, v0.10.0 to v0.16.0.
#: ``hostIPC`` (v0.14.0) is a field of runtimes that never reaches a pod.
SETTINGS_V0_10 = (*SETTINGS_V0_9, "imagePullSecrets")
#: Source: ``MergePodSpec``, pkg/controller/v1beta1/inferenceservice/utils/utils.go, since v0.17.0.
SETTINGS_V0_17 = (*SETTINGS_V0_10, "schedulerName")
#: KServe's main branch, August 2026: runtimes have ``resourceClaims``. Read in KServe's history, never run.
SETTINGS_MAIN = (*SETTINGS_V0_17, "resourceClaims")


def settings_of(runtime: Manifest, settings: tuple[str, ...]) -> dict[str, Any]:
    """The pod settings of a runtime's spec that reach its pods."""
    return pod_spec_of({setting: runtime[setting] for setting in settings if setting in runtime})


def overlaid_pod_spec(runtime: Manifest, service: Manifest) -> dict[str, Any]:
    """
    The service's pod spec is read over the runtime's settings; a list keeps what its elements do not mention.

    Source: ``MergePodSpec``, pkg/controller/v1beta1/inferenceservice/utils/utils.go, v0.8.0.
    """
    result: dict[str, Any] = decoded_onto(runtime, service)
    return result


def strategically_merged_pod_spec(runtime: Manifest, service: Manifest) -> dict[str, Any]:
    """
    The service's pod spec is a strategic merge patch: volumes and pull secrets merge by name, tolerations do not.

    Raises ``MissingMergeKey``.

    Source: ``MergePodSpec``, pkg/controller/v1beta1/inferenceservice/utils/utils.go, since v0.9.0.
    """
    return merged(runtime, service)
