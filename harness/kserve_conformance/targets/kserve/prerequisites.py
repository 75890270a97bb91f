"""
Seeds: etcd folders in which a release's CRDs are already served, made once for each release and source.

Creating CRDs and waiting for them takes seconds, copying a folder a fraction of
one. A seed also holds the beacons (see :mod:`beacons`), which must exist before
any webhook does.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from kserve_conformance.objects import API_VERSIONS, SERVICE, Manifest
from kserve_conformance.targets.contract import CannotStart
from kserve_conformance.targets.kserve.source import Definition, Source
from kserve_conformance.targets.kubernetes.beacons import NAMES, NAMESPACE, all_beacons, beacon_runtime, beacon_service
from kserve_conformance.targets.kubernetes.client import APPLY_PATCH, ApiError, Client, Resource
from kserve_conformance.targets.kubernetes.namespaces import ensure_namespace

#: Who owns the fields that an install writes, for server-side apply.
FIELD_MANAGER = "kserve-conformance"

#: Raised when what a seed holds changes, so that older ones are not used any more.
SEED_FORMAT = 2

SERVED_WITHIN = 120.0

#: As many requests at once as two cores have use for.
THREADS = 4

#: What Serverless mode of v0.14.0 and later reads before it makes a Knative Service.
KNATIVE_CONFIGURATION: Manifest = {
    "apiVersion": "v1",
    "kind": "ConfigMap",
    "metadata": {"name": "config-autoscaler", "namespace": "knative-serving"},
    "data": {},
}

_CRDS = Resource(
    "apiextensions.k8s.io", "v1", "CustomResourceDefinition", "customresourcedefinitions", namespaced=False
)
_CONFIG_MAPS = Resource("", "v1", "ConfigMap", "configmaps")


def define(client: Client, definitions: Sequence[Definition], there: Sequence[Definition] = ()) -> None:
    """
    Create or update CRDs as they are written, and wait until all are served. Raises ``CannotStart``.

    ``there`` are those that were defined last: an equal one is left as it is.
    """
    definitions = [definition for definition in definitions if definition not in there]
    with ThreadPoolExecutor(THREADS) as threads:
        applied = list(threads.map(partial(_define, client), definitions))
    _wait_served(client, applied)


def _define(client: Client, definition: Definition) -> Mapping[str, Any]:
    text = definition.text.encode()
    try:
        try:
            created: Mapping[str, Any] = client.create_yaml(_CRDS.path(), text)
        except ApiError as error:
            if error.reason != "AlreadyExists":
                raise
        else:
            return created
        # Merging the fields of a large definition takes the API server long: only done where there is one to merge.
        path = _CRDS.path(name=definition.name)
        patched: Mapping[str, Any] = client.patch(path, text, APPLY_PATCH, fieldManager=FIELD_MANAGER, force="true")
    except ApiError as error:
        raise CannotStart(f"the API server rejects the CRD {definition.name}: {error}") from error
    return patched


def _wait_served(client: Client, definitions: Sequence[Mapping[str, Any]]) -> None:
    missing = {
        (f"{definition['spec']['group']}/{version['name']}", definition["spec"]["names"]["kind"])
        for definition in definitions
        for version in definition["spec"]["versions"]
        if version["served"]
    }
    deadline = time.monotonic() + SERVED_WITHIN
    with ThreadPoolExecutor(THREADS) as threads:
        while True:
            served = client.resources()
            listed = [served[key] for key in missing if key in served]
            answers = threads.map(partial(_listable, client), listed)
            missing -= {(one.api_version, one.kind) for one, is_there in zip(listed, answers, strict=True) if is_there}
            if not missing:
                return
            if time.monotonic() > deadline:
                break
            time.sleep(0.1)
    raise CannotStart(
        f"the API server does not serve {', '.join(f'{kind} of {version}' for version, kind in sorted(missing))} "
        f"{SERVED_WITHIN:g} s after its CustomResourceDefinition was applied"
    )


def _listable(client: Client, resource: Resource) -> bool:
    try:
        return client.find(resource.path(), limit="1") is not None
    except ApiError:
        return False


def configure(client: Client, source: Source, default_mode: str) -> None:
    """Apply the release's ConfigMap, and what Serverless mode reads of Knative's."""
    for manifest in (source.configuration(default_mode), KNATIVE_CONFIGURATION):
        put_config_map(client, manifest)


def put_config_map(client: Client, manifest: Manifest) -> None:
    """Create or replace a ConfigMap, and its namespace with it."""
    namespace = manifest["metadata"]["namespace"]
    ensure_namespace(client, namespace)
    path = _CONFIG_MAPS.path(namespace, manifest["metadata"]["name"])
    live = client.find(path)
    if live is None:
        client.post(_CONFIG_MAPS.path(namespace), manifest)
    else:
        client.put(path, manifest)


def wait_known(client: Client) -> None:
    """After a start on a seed: wait until every kind of it is served again."""
    definitions = client.get(_CRDS.path())["items"]
    _wait_served(client, definitions)


def fill(client: Client, source: Source, default_mode: str) -> None:
    """Put everything into an empty store that a release needs before its manager starts. Raises ``CannotStart``."""
    define(client, source.definitions)
    configure(client, source, default_mode)
    ensure_namespace(client, NAMESPACE)
    served = client.resources()
    for beacon in all_beacons(default_mode):
        resource = served[beacon["apiVersion"], beacon["kind"]]
        client.post(resource.path(beacon["metadata"].get("namespace")), beacon)


def seed_name(api_server_digest: str, release: str, source: Source) -> str:
    """The name of a release's seed; everything that makes a difference is in it."""
    parts = (f"seed{SEED_FORMAT}", release, source.digest[7:19], api_server_digest[7:19])
    return "-".join(parts)


def ready_beacons(past: Client, served: Mapping[tuple[str, str], Resource], mode: str) -> None:
    """Have the beacons as a new manager is to find them: in the release's mode, and in their first state."""
    for kind, name in NAMES.items():
        kept = {"metadata": beacon_service(kind, mode)["metadata"]}
        past.patch(served[API_VERSIONS[SERVICE], SERVICE].path(NAMESPACE, name), kept)
        first = beacon_runtime(kind, 0)
        path = served[API_VERSIONS[kind], kind].path(first["metadata"].get("namespace"), name)
        try:
            past.patch(path, first)
        except ApiError as error:
            # It is deleted while a scenario needs an empty cluster.
            if error.status != 404:
                raise


def remove_beacons(past: Client) -> None:
    """Delete the beacons of a seed, before a manager that is not to meet any."""
    served = past.resources()
    for beacon in all_beacons("RawDeployment"):
        metadata = beacon["metadata"]
        path = served[beacon["apiVersion"], beacon["kind"]].path(metadata.get("namespace"), metadata["name"])
        if metadata.get("finalizers"):
            past.patch(path, {"metadata": {"finalizers": None}})
        past.delete(path)
