"""
Which runtime a workload was rendered from, if no status names it.

The container of the Deployment or Knative Service is compared with those that each runtime would render for this
service now. Runtimes with equal containers cannot be distinguished.
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

#: The name of the serving container.
SERVING = "kserve-container"

#: Exceptions from malformed parts that no schema validates.
MALFORMED = (KeyError, TypeError, AttributeError, ValueError, RecursionError)


@dataclass(frozen=True, slots=True)
class Evidence:
    """
    What a workload shows.

    ``runtimes`` are those that would render the same container, ``unknown`` those that cannot be rendered reliably.
    ``image`` is the container's.
    """

    image: str
    runtimes: tuple[ObjectKey, ...] = ()
    unknown: tuple[ObjectKey, ...] = ()


def evidence(template: Manifest, service: Manifest, catalogue: Catalogue, profile: Profile) -> Evidence:
    """Compare a pod template with the rendering of every runtime that the service sees."""
    shown = serving_container(template)
    namespace = Namespace(at(service, "metadata", "namespace") or "default")
    stored = profile.crds.pruned(service)
    alike: list[tuple[Runtime, Manifest]] = []
    unknown: list[ObjectKey] = []
    for runtime in (*catalogue.in_namespace(namespace), *catalogue.in_cluster):
        try:
            container = serving_container(_pod(stored, runtime, namespace, catalogue, profile))
        except CannotRender:
            continue  # It cannot be rendered, so no workload is from it.
        except (HarnessError, *MALFORMED):
            unknown.append(runtime.key)
            continue
        if _visible(container) == _visible(shown):
            alike.append((runtime, container))
    same_env = [runtime for runtime, container in alike if _env(container) == _env(shown)]
    found = same_env or [runtime for runtime, _ in alike]
    return Evidence(str(shown.get("image", "")), tuple(runtime.key for runtime in found), tuple(unknown))


def _pod(stored: Manifest, runtime: Runtime, namespace: Namespace, catalogue: Catalogue, profile: Profile) -> Manifest:
    # Like the controller: the server type is that of the object with the runtime's name.
    named = profile.look_up(runtime.name, namespace, catalogue) or runtime
    completed = complete(stored, runtime, profile.completion, named.annotations)
    return render(completed, runtime, profile.rendering, annotations=named.annotations)


def serving_container(template: Manifest) -> Manifest:
    """The serving container of a pod; before v0.11.0 it may have any name, and is the first one."""
    containers = [one for one in at(template, "spec", "containers") or () if isinstance(one, Mapping)]
    named = next((one for one in containers if one.get("name") == SERVING), None)
    return named or (containers[0] if containers else {})


def _visible(container: Manifest) -> tuple[Any, ...]:
    return container.get("image"), tuple(container.get("command") or ()), tuple(container.get("args") or ())


def _env(container: Manifest) -> dict[str, Any]:
    return {str(one.get("name")): one.get("value") or "" for one in container.get("env") or ()}
