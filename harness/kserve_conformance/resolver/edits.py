"""
Possible fixes for a service that is rejected or gets no pod: edits of the service, or of a runtime that it uses.

An edit is only a candidate: :mod:`.remedies` resolves the service with it before it is suggested.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any

from kserve_conformance.objects import SERVICE, Catalogue, Manifest, Namespace, Runtime, at, replaced, without
from kserve_conformance.profiles.custom_predictors import KSERVE_CONTAINER
from kserve_conformance.profiles.legacy import LEGACY_KEYS_V0_12
from kserve_conformance.profiles.multi_node_validation import PIPELINE_SIZE, TENSOR_SIZE
from kserve_conformance.profiles.profile import Profile
from kserve_conformance.profiles.service_admission import DEPLOYMENT_MODE
from kserve_conformance.rules.releases import RAW

AUTOSCALER_CLASS = "serving.kserve.io/autoscalerClass"

#: The variables that some release does not allow in containers of a service.
_BLOCKED = ("PYTHONPATH", PIPELINE_SIZE, TENSOR_SIZE)

#: Names that wrap a pod's spec elsewhere in Kubernetes or in older APIs; a predictor has its fields directly.
_WRAPPERS = (("podSpec",), ("podspec",), ("template", "spec"), ("template",), ("spec",))

_COMPONENTS = ("predictor", "transformer", "explainer")

#: Source: type ``LoggerType``, pkg/apis/serving/v1beta1/inference_service.go, since v0.8.0.
_LOGGER_MODES = ("all", "request", "response")

_DASHED = re.compile(r"\{\{-?\s*\.(Annotations|Labels)\.([A-Za-z0-9_./]*-[-A-Za-z0-9_./]*)\s*-?\}\}")
_QUOTED = re.compile(r"\{\{[^{}]*\"[^{}]*\}\}")


@dataclass(frozen=True, slots=True)
class State:
    """A service with the runtimes of its cluster. No webhook processes it if ``is_stored`` is set."""

    service: Manifest
    catalogue: Catalogue
    profile: Profile
    is_stored: bool = False

    @property
    def predictor(self) -> Mapping[str, Any]:
        """The predictor, as it was written."""
        found = at(self.service, "spec", "predictor")
        return found if isinstance(found, Mapping) else {}

    @property
    def namespace(self) -> Namespace:
        """Its namespace."""
        return Namespace(at(self.service, "metadata", "namespace") or "default")

    def with_predictor(self, predictor: Mapping[str, Any]) -> State:
        """The same with another predictor."""
        return replace(self, service=replaced(self.service, dict(predictor), "spec", "predictor"))


#: An edit: what to do, as an imperative, and the state after it.
Edit = tuple[str, State]


def edits_of(state: State) -> Iterator[Edit]:
    """Every edit that applies to a state, the most likely first."""
    for kind in (
        _misplaced,
        _wrapped,
        _own_containers,
        _implementations,
        _names,
        _variables,
        _workers,
        _scaling,
        _strategies,
        _storage,
        _placeholders,
        _runtime_containers,
        _written_again,
    ):
        yield from kind(state)


def _misplaced(state: State) -> Iterator[Edit]:
    """Fields next to ``spec`` or ``predictor`` that belong below them."""
    service = state.service
    misplaced = service.get("predictor")
    if isinstance(misplaced, Mapping):
        moved = replaced(without(service, "predictor"), misplaced, "spec", "predictor")
        yield "indent predictor under spec", replace(state, service=moved)
    spec = at(service, "spec")
    older = at(spec, "default", "predictor") if isinstance(spec, Mapping) else None
    if isinstance(older, Mapping):
        moved = replaced(without(service, "spec", "default"), older, "spec", "predictor")
        yield "move spec.default.predictor to spec.predictor, as v1beta1 has it", replace(state, service=moved)
    for key in ("model", "containers", *LEGACY_KEYS_V0_12):
        for where, holder in (("", service), ("spec.", spec)):
            if not isinstance(holder, Mapping) or holder.get(key) is None:
                continue
            removed = without(service, key) if holder is service else without(service, "spec", key)
            moved = replaced(removed, holder[key], "spec", "predictor", key)
            yield f"move {where}{key} to spec.predictor.{key}", replace(state, service=moved)


def _wrapped(state: State) -> Iterator[Edit]:
    """A pod's spec inside a field of the predictor, as Deployments have it, or KFServing's custom predictor."""
    predictor = state.predictor
    for path in _WRAPPERS:
        inner = at(predictor, *path)
        if isinstance(inner, Mapping):
            kept = without(predictor, path[0])
            name = ".".join(path)
            yield (
                f"move the fields of spec.predictor.{name} up to spec.predictor",
                state.with_predictor({**kept, **inner}),
            )
    container = at(predictor, "custom", "container")
    if isinstance(container, Mapping):
        kept = without(predictor, "custom")
        words = "move spec.predictor.custom.container to spec.predictor.containers, as its only item"
        yield words, state.with_predictor({**kept, "containers": [container]})
    known = state.profile.crds.schema(SERVICE).properties["spec"].properties["predictor"].properties
    for key, value in predictor.items():
        if key in known:
            continue
        for meant in get_close_matches(key.lower(), (*LEGACY_KEYS_V0_12, "model", "containers"), n=1, cutoff=0.75):
            renamed = {meant if name == key else name: inner for name, inner in predictor.items()}
            yield f"rename spec.predictor.{key} to {meant}", state.with_predictor(renamed)
        if isinstance(value, Mapping) and "model" not in predictor:
            model = {"modelFormat": {"name": key}, **value}
            words = f"replace spec.predictor.{key} with spec.predictor.model and modelFormat.name: {key}"
            yield words, state.with_predictor({**without(predictor, key), "model": model})


def _own_containers(state: State) -> Iterator[Edit]:
    """A custom predictor without a container named ``kserve-container``."""
    containers = _containers(state.predictor)
    if not containers or any(one.get("name") == KSERVE_CONTAINER for one in containers):
        return
    first = {**containers[0], "name": KSERVE_CONTAINER}
    words = f"rename container {containers[0].get('name') or '1'} to {KSERVE_CONTAINER}, the serving container"
    yield words, state.with_predictor({**state.predictor, "containers": [first, *containers[1:]]})


def _implementations(state: State) -> Iterator[Edit]:
    """Several implementations, or none."""
    predictor = state.predictor
    present = [key for key in (*LEGACY_KEYS_V0_12, "model", "containers") if predictor.get(key) is not None]
    if len(present) > 1:
        for key in reversed(present):
            yield f"remove spec.predictor.{key}", state.with_predictor(without(predictor, key))
    elif not present and not _has_content(state):
        # With any container, a remaining rejection has another cause.
        words = "add model to spec.predictor, with modelFormat.name and storageUri"
        yield words, state.with_predictor({**predictor, "containers": [{"name": KSERVE_CONTAINER, "image": "any"}]})
    for component in ("transformer", "explainer"):
        part = at(state.service, "spec", component)
        if not isinstance(part, Mapping):
            continue
        container = at(part, "custom", "container")
        if isinstance(container, Mapping):
            moved = {**without(part, "custom"), "containers": [container]}
            words = f"move spec.{component}.custom.container to spec.{component}.containers, as its only item"
            yield words, replace(state, service=replaced(state.service, moved, "spec", component))
        kept = {name: value for name, value in (at(state.service, "spec") or {}).items() if name != component}
        words = f"add containers to spec.{component}, or remove it"
        yield words, replace(state, service=replaced(state.service, kept, "spec"))


def _has_content(state: State) -> bool:
    """Could anything in the service be a misplaced implementation?"""
    places = (state.predictor, at(state.service, "spec", "default") or {}, {"": state.service.get("predictor")})
    return any(isinstance(value, Mapping) for place in places for value in place.values())


def _names(state: State) -> Iterator[Edit]:
    """Names that are invalid, or not allowed."""
    name = str(at(state.service, "metadata", "name") or "")
    valid = re.sub(r"^[^a-z]+", "", re.sub(r"[^a-z0-9-]+", "-", name.lower())).strip("-")
    if valid and valid != name:
        yield (
            f"rename the service to {valid}",
            replace(state, service=replaced(state.service, valid, "metadata", "name")),
        )
    for key in ("model", *LEGACY_KEYS_V0_12):
        if at(state.predictor, key, "name") is not None:
            yield f"remove spec.predictor.{key}.name", state.with_predictor(without(state.predictor, key, "name"))


def _variables(state: State) -> Iterator[Edit]:
    """Variables that KServe sets itself or blocks."""
    predictor = state.predictor
    for variable in _BLOCKED:
        if _sets(predictor, variable):
            words = f"remove {variable} from the environment variables of the service"
            yield words, state.with_predictor(_without_variable(predictor, variable))


def _sets(value: Any, variable: str) -> bool:
    if isinstance(value, Mapping):
        return any(
            (key == "env" and any(one.get("name") == variable for one in inner or () if isinstance(one, Mapping)))
            or _sets(inner, variable)
            for key, inner in value.items()
        )
    return isinstance(value, list) and any(_sets(one, variable) for one in value)


def _without_variable(value: Any, variable: str) -> Any:
    if isinstance(value, Mapping):
        return {
            key: [one for one in inner or () if not (isinstance(one, Mapping) and one.get("name") == variable)]
            if key == "env"
            else _without_variable(inner, variable)
            for key, inner in value.items()
        }
    return [_without_variable(one, variable) for one in value] if isinstance(value, list) else value


def _workers(state: State) -> Iterator[Edit]:
    """A ``workerSpec`` with a runtime that has none, or with values that are not allowed."""
    predictor = state.predictor
    worker = predictor.get("workerSpec")
    if not isinstance(worker, Mapping):
        return
    if at(predictor, "model") is not None:
        for runtime in (*state.catalogue.in_namespace(state.namespace), *state.catalogue.in_cluster):
            if runtime.multi_node and runtime.name != at(predictor, "model", "runtime"):
                named = replaced(predictor, runtime.name, "model", "runtime")
                yield f"set runtime: {runtime.name}, which has a workerSpec", state.with_predictor(named)
                break
    for value in ("none", "external"):
        annotated = replaced(state.service, value, "metadata", "annotations", AUTOSCALER_CLASS)
        yield f"set the annotation {AUTOSCALER_CLASS}: {value}", replace(state, service=annotated)
    for least in (1, 2):
        sizes = {
            size: max(int(worker.get(size) or 0), least if size == "pipelineParallelSize" else 1)
            for size in ("pipelineParallelSize", "tensorParallelSize")
        }
        if {size: worker.get(size) for size in sizes} != sizes:
            words = f"set {' and '.join(f'{size}: {value}' for size, value in sizes.items())} in workerSpec"
            yield words, state.with_predictor({**predictor, "workerSpec": {**worker, **sizes}})
    if len(worker.get("containers") or ()) > 1:
        one = {**worker, "containers": list(worker["containers"])[:1]}
        yield "keep one container in workerSpec", state.with_predictor({**predictor, "workerSpec": one})
    needs = "" if at(predictor, "model") is not None else ", which requires a model on a runtime with a workerSpec"
    yield f"remove workerSpec{needs}", state.with_predictor(without(predictor, "workerSpec"))


def _scaling(state: State) -> Iterator[Edit]:
    """Replicas, concurrency, loggers and the autoscaler class."""
    for component in _COMPONENTS:
        part = at(state.service, "spec", component)
        if not isinstance(part, Mapping):
            continue
        least, most = part.get("minReplicas"), part.get("maxReplicas")
        changes: list[tuple[str, Any]] = []
        if isinstance(least, int) and isinstance(most, int) and least > most:
            changes.append(("maxReplicas", max(least, 1)))
        if isinstance(least, int) and least < 0:
            changes.append(("minReplicas", 1))
        if isinstance(most, int) and most < 0:
            changes.append(("maxReplicas", max(least or 0, 1)))
        if isinstance(part.get("containerConcurrency"), int) and part["containerConcurrency"] < 0:
            changes.append(("containerConcurrency", 0))
        logger = part.get("logger")
        if isinstance(logger, Mapping) and logger.get("mode") not in _LOGGER_MODES:
            changes.append(("logger", {**logger, "mode": "all"}))
        for field, value in changes:
            words = (
                f"set spec.{component}.logger.mode: all"
                if field == "logger"
                else f"set spec.{component}.{field}: {value}"
            )
            yield words, replace(state, service=replaced(state.service, value, "spec", component, field))
    annotations = at(state.service, "metadata", "annotations") or {}
    if AUTOSCALER_CLASS in annotations:
        bare = without(state.service, "metadata", "annotations", AUTOSCALER_CLASS)
        yield f"remove the annotation {AUTOSCALER_CLASS}", replace(state, service=bare)


def _strategies(state: State) -> Iterator[Edit]:
    """A strategy of a Deployment, in a mode that creates none."""
    components = [one for one in _COMPONENTS if at(state.service, "spec", one, "deploymentStrategy") is not None]
    if not components:
        return
    service = state.service
    for component in components:
        service = without(service, "spec", component, "deploymentStrategy")
    listed = " and ".join(f"spec.{component}.deploymentStrategy" for component in components)
    yield f"remove {listed}", replace(state, service=service)
    mode = state.profile.configured_mode(RAW)
    annotated = replaced(state.service, mode, "metadata", "annotations", DEPLOYMENT_MODE)
    yield f"set the annotation {DEPLOYMENT_MODE}: {mode}", replace(state, service=annotated)


def _storage(state: State) -> Iterator[Edit]:
    """A storage URI with a scheme that the release does not support, at all or on multiple nodes."""
    for key in ("model", *LEGACY_KEYS_V0_12):
        uri = at(state.predictor, key, "storageUri")
        if uri is None and (
            key != "model" or state.predictor.get("workerSpec") is None or not state.predictor.get(key)
        ):
            continue
        if not isinstance(uri, str | None) or (uri or "").startswith("pvc://"):
            continue
        changed = replaced(state.predictor, "pvc://claim/model", key, "storageUri")
        yield "use a storageUri of a supported scheme, for example pvc://CLAIM/PATH", state.with_predictor(changed)


def _placeholders(state: State) -> Iterator[Edit]:
    """Placeholders of the runtime that Go cannot parse inside JSON: quotes are escaped, and names have no dashes."""
    runtime = _runtime_in_use(state)
    if runtime is None:
        return
    matches = (_DASHED.search(text) or _QUOTED.search(text) for text in _strings(runtime.spec))
    placeholder = next((match for match in matches if match is not None), None)
    if placeholder is None:
        return
    words = (
        f"write {_fixed(placeholder.group(0))} in {runtime.key}: "
        "KServe parses the container as JSON, so placeholders need backquotes"
    )
    yield words, _with_runtime(state, runtime, _mapped(runtime.spec, _fixed))


def _fixed(text: str) -> str:
    text = _DASHED.sub(lambda match: f"{{{{index .{match.group(1)} `{match.group(2)}`}}}}", text)
    return _QUOTED.sub(lambda match: match.group(0).replace('"', "`"), text)


def _runtime_containers(state: State) -> Iterator[Edit]:
    """A runtime without a container named ``kserve-container``."""
    runtime = _runtime_in_use(state)
    containers = list(runtime.spec.get("containers") or ()) if runtime is not None else []
    if runtime is None or not containers or any(one.get("name") == KSERVE_CONTAINER for one in containers):
        return
    first = {**containers[0], "name": KSERVE_CONTAINER}
    words = f"rename container {containers[0].get('name')} of {runtime.key} to {KSERVE_CONTAINER}"
    yield words, _with_runtime(state, runtime, {**runtime.spec, "containers": [first, *containers[1:]]})


def _written_again(state: State) -> Iterator[Edit]:
    """A service stored by an older release, whose webhooks set fewer fields."""
    if state.is_stored:
        yield "apply the service again, so that the webhook completes it", replace(state, is_stored=False)


def _runtime_in_use(state: State) -> Runtime | None:
    """The runtime that the service names, or the first visible one that lists its format."""
    name = at(state.predictor, "model", "runtime")
    if name is not None:
        return state.profile.look_up(str(name), state.namespace, state.catalogue)
    format_ = at(state.predictor, "model", "modelFormat", "name")
    visible = (*state.catalogue.in_namespace(state.namespace), *state.catalogue.in_cluster)
    return next((one for one in visible if any(entry.name == format_ for entry in one.formats)), None)


def _with_runtime(state: State, runtime: Runtime, spec: Manifest) -> State:
    changed = Runtime.from_manifest({**runtime.manifest, "spec": spec})
    runtimes = tuple(changed if one.key == runtime.key else one for one in state.catalogue)
    return replace(state, catalogue=Catalogue(runtimes))


def _containers(part: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    found = part.get("containers")
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _strings(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _strings(inner)


def _mapped(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, Mapping):
        return {key: _mapped(inner, change) for key, inner in value.items()}
    return [_mapped(inner, change) for inner in value] if isinstance(value, list | tuple) else value
