"""
A rendering: the record of functions that one era makes pods with, and the order in which they are called.

The pod template that a runtime and a service give together has the metadata and
the spec of the predictor's pods, before webhooks of pods, the storage
initializer, Knative or the defaults of Deployments add theirs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kserve_conformance.objects import Manifest, Runtime, at
from kserve_conformance.profiles.pods.containers import (
    SERVING,
    Container,
    ExtraContainers,
    MergeContainer,
    NameContainer,
    PickContainer,
)
from kserve_conformance.profiles.pods.environment import AddVariables
from kserve_conformance.profiles.pods.errors import CannotRender, PodFailures, panicked
from kserve_conformance.profiles.pods.go_json import container_of, pod_spec_of
from kserve_conformance.profiles.pods.images import TagImage
from kserve_conformance.profiles.pods.legacy_servers import LegacyContainer
from kserve_conformance.profiles.pods.multi_node import ConfigureHead, LabelHead
from kserve_conformance.profiles.pods.placeholders import BadPlaceholder, filled
from kserve_conformance.profiles.pods.pod_metadata import PodMetadata
from kserve_conformance.profiles.pods.pod_specs import MergePodSpec, settings_of
from kserve_conformance.profiles.pods.strategic_merge import MissingMergeKey
from kserve_conformance.profiles.service_validation.components import LEGACY_KEYS


@dataclass(frozen=True, slots=True)
class Rendering:
    """How one era makes a pod; ``pod_settings`` are the fields of a runtime's spec that reach it."""

    pick_container: PickContainer
    merge_container: MergeContainer
    name_container: NameContainer
    pod_settings: tuple[str, ...]
    merge_pod_spec: MergePodSpec
    tag_image: TagImage
    extra_containers: ExtraContainers
    pod_metadata: PodMetadata
    add_variables: AddVariables
    configure_head: ConfigureHead
    label_head: LabelHead
    pick_custom_container: PickContainer
    legacy_container: LegacyContainer
    failures: PodFailures


def render(
    service: Manifest, runtime: Runtime, rendering: Rendering, annotations: Manifest | None = None
) -> dict[str, Any]:
    """
    Make the pod template of a completed service on its runtime.

    ``annotations`` are those that KServe finds when it looks the runtime up by
    name, where that is another object than the chosen one.

    Raises ``CannotRender`` if KServe makes no pod, and ``UnknownPlaceholder`` if the pod is unknown.
    """
    return _Pod(service, runtime, rendering, runtime.annotations if annotations is None else annotations).template()


def render_custom(service: Manifest, rendering: Rendering) -> dict[str, Any]:
    """
    Make the pod template of a predictor that is the user's own container.

    Raises ``CannotRender`` where KServe makes no pod.
    """
    containers = [container_of(one) for one in at(service, "spec", "predictor", "containers") or ()]
    container = rendering.pick_custom_container(containers) if containers else None
    if container is None:
        raise CannotRender(panicked())
    return _without_runtime(service, container, containers, rendering)


def render_stored_legacy(service: Manifest, rendering: Rendering) -> dict[str, Any]:
    """
    Make the pod template of a predictor whose legacy key was stored and never converted.

    Raises ``CannotRender`` where KServe makes no pod.
    """
    predictor = at(service, "spec", "predictor")
    key = next(key for key in LEGACY_KEYS if predictor.get(key) is not None)
    containers = [container_of(one) for one in predictor.get("containers") or ()]
    return _without_runtime(service, rendering.legacy_container(service, key), containers, rendering)


def render_without_runtime(service: Manifest, rendering: Rendering) -> dict[str, Any]:
    """
    Make the pod template of a predictor without a ``model``: a legacy key comes before the user's own containers.

    Raises ``CannotRender`` where KServe makes no pod.

    Source: ``GetImplementations``, pkg/apis/serving/v1beta1/predictor.go, since v0.8.0.
    """
    predictor = at(service, "spec", "predictor") or {}
    has_legacy_key = any(predictor.get(key) is not None for key in LEGACY_KEYS)
    return render_stored_legacy(service, rendering) if has_legacy_key else render_custom(service, rendering)


def _without_runtime(
    service: Manifest, container: Container, containers: list[Container], rendering: Rendering
) -> dict[str, Any]:
    """
    The predictor's own pod spec, its first container replaced.

    Source: ``Reconcile``, pkg/controller/v1beta1/inferenceservice/components/predictor.go, v0.8.0 to v0.19.0;
    ``buildPredictorResources`` in the same file, since v0.20.0.
    """
    containers = rendering.add_variables([container, *containers[1:]], service)
    metadata = rendering.pod_metadata(service, {})
    if at(service, "spec", "predictor", "workerSpec") is not None:
        containers = rendering.configure_head(
            containers, service, {}, metadata.get("annotations") or {}, rendering.failures
        )
    spec = pod_spec_of(at(service, "spec", "predictor"))
    return {"metadata": metadata, "spec": {**spec, "containers": containers}}


def runtime_template(runtime: Manifest, rendering: Rendering) -> dict[str, Any]:
    """What a runtime's spec has for pods, unfilled and unmerged: the template that a service's pod is made of."""
    metadata = {part: dict(runtime[part]) for part in ("annotations", "labels") if runtime.get(part)}
    containers = [container_of(one) for one in runtime.get("containers") or ()]
    return {"metadata": metadata, "spec": {**settings_of(runtime, rendering.pod_settings), "containers": containers}}


def service_template(service: Manifest) -> dict[str, Any]:
    """What a predictor without a runtime has for its pod."""
    metadata = at(service, "metadata") or {}
    given = {part: dict(metadata[part]) for part in ("annotations", "labels") if metadata.get(part)}
    return {"metadata": given, "spec": pod_spec_of(at(service, "spec", "predictor") or {})}


@dataclass(frozen=True, slots=True)
class _Pod:
    """
    One pod in the making.

    Source: ``Reconcile``, pkg/controller/v1beta1/inferenceservice/components/predictor.go, v0.8.0 to v0.14.1;
    ``buildPodSpec`` in the same file, since v0.15.0.
    """

    service: Manifest
    runtime: Runtime
    rendering: Rendering
    annotations: Manifest

    def template(self) -> dict[str, Any]:
        predictor = at(self.service, "spec", "predictor")
        serving, theirs = self._serving_container(predictor["model"])
        spec = self._pod_spec(predictor)
        serving = self._tagged(self._filled(serving), predictor["model"])

        ours = [container_of(one) for one in predictor.get("containers") or ()]
        others = self.rendering.extra_containers(theirs, ours, self.rendering.merge_container, self._filled)
        containers = self.rendering.add_variables([serving, *others], self.service)
        metadata = self.rendering.pod_metadata(self.service, self.runtime.spec)
        if predictor.get("workerSpec") is not None:
            containers = self.rendering.configure_head(
                containers, self.service, self.runtime.spec, metadata.get("annotations") or {}, self.rendering.failures
            )
            metadata["labels"] |= self.rendering.label_head(self.service)
        return {"metadata": metadata, "spec": {**spec, "containers": containers}}

    def _serving_container(self, model: Manifest) -> tuple[Container, list[Container]]:
        """The merged container that serves, and all of the runtime's."""
        containers = [container_of(one) for one in self.runtime.spec.get("containers") or ()]
        if not containers:
            raise CannotRender(self.rendering.failures.no_containers)
        container = self.rendering.pick_container(containers)
        if container is None:
            raise CannotRender(self.rendering.failures.no_container_named(SERVING))
        merged = self.rendering.merge_container(container, container_of(model))
        return self.rendering.name_container(merged), containers

    def _pod_spec(self, predictor: Manifest) -> Manifest:
        settings = settings_of(self.runtime.spec, self.rendering.pod_settings)
        try:
            return self.rendering.merge_pod_spec(settings, pod_spec_of(predictor))
        except MissingMergeKey as error:
            raise CannotRender(self.rendering.failures.pod_not_merged(str(error))) from error

    def _filled(self, container: Container) -> Container:
        try:
            return filled(container, at(self.service, "metadata"))
        except BadPlaceholder as error:
            no_runtime = self.rendering.failures.bad_placeholder(self.runtime.name, container["name"], str(error))
            raise CannotRender(no_runtime) from error

    def _tagged(self, container: Container, model: Manifest) -> Container:
        version = model.get("runtimeVersion")
        image = self.rendering.tag_image(container, version, self.runtime.name, self.annotations)
        return {**container, "image": image} if image else container
