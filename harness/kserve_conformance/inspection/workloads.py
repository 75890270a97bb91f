"""
Which runtime a workload was made of, where no status says it.

The container of the Deployment or Knative Service is held against those that each
runtime would give this service now. Runtimes whose containers would be the same
cannot be told apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kserve_conformance.exceptions import HarnessError
from kserve_conformance.objects import Catalogue, Manifest, Namespace, ObjectKey, Runtime, at
from kserve_conformance.profiles import Profile
from kserve_conformance.profiles.completion import complete
from kserve_conformance.profiles.pods import CannotRender, render

#: The container that serves.
SERVING = "kserve-container"

#: What a malformed part that no schema looks into can raise, wherever it is read first.
MALFORMED = (KeyError, TypeError, AttributeError, ValueError, RecursionError)


@dataclass(frozen=True, slots=True)
class Evidence:
    """
    What a workload shows.

    ``runtimes`` are those that would give the same container; ``unknown`` those of
    which it cannot be said what they give. ``image`` is what the container has.
    """

    image: str
    runtimes: tuple[ObjectKey, ...] = ()
    unknown: tuple[ObjectKey, ...] = ()


def evidence(template: Manifest, service: Manifest, catalogue: Catalogue, profile: Profile) -> Evidence:
    """Hold a pod template against what every runtime that the service sees would give it."""
    shown = serving_container(template)
    namespace = Namespace(at(service, "metadata", "namespace") or "default")
    stored = profile.crds.pruned(service)
    alike: list[tuple[Runtime, Manifest]] = []
    unknown: list[ObjectKey] = []
    for runtime in (*catalogue.in_namespace(namespace), *catalogue.in_cluster):
        try:
            container = serving_container(_pod(stored, runtime, namespace, catalogue, profile))
        except CannotRender:
            continue  # It gives no pod, so no workload is of it.
        except (HarnessError, *MALFORMED):
            unknown.append(runtime.key)
            continue
        if _visible(container) == _visible(shown):
            alike.append((runtime, container))
    same_env = [runtime for runtime, container in alike if _env(container) == _env(shown)]
    found = same_env or [runtime for runtime, _ in alike]
    return Evidence(str(shown.get("image", "")), tuple(runtime.key for runtime in found), tuple(unknown))


def _pod(stored: Manifest, runtime: Runtime, namespace: Namespace, catalogue: Catalogue, profile: Profile) -> Manifest:
    # As the controller does it: what kind of server a runtime is goes by what is found under its name.
    named = profile.look_up(runtime.name, namespace, catalogue) or runtime
    completed = complete(stored, runtime, profile.completion, named.annotations)
    return render(completed, runtime, profile.rendering, annotations=named.annotations)


def serving_container(template: Manifest) -> Manifest:
    """The container of a pod that serves; before v0.11.0 it may have any name, and is the first."""
    containers = [one for one in at(template, "spec", "containers") or () if isinstance(one, Mapping)]
    named = next((one for one in containers if one.get("name") == SERVING), None)
    return named or (containers[0] if containers else {})


def _visible(container: Manifest) -> tuple[Any, ...]:
    return container.get("image"), tuple(container.get("command") or ()), tuple(container.get("args") or ())


def _env(container: Manifest) -> dict[str, Any]:
    return {str(one.get("name")): one.get("value") or "" for one in container.get("env") or ()}
