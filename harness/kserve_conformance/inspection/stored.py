"""
What was read from an installation, and the standing of each of its services.

A service is compared only if everything that its choice depends on could be read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from kserve_conformance.inspection.services import standing_of
from kserve_conformance.inspection.standings import ServiceStanding, Standing, Unread
from kserve_conformance.inspection.workloads import MALFORMED
from kserve_conformance.objects import (
    CLUSTER_RUNTIME,
    NAMESPACED_RUNTIME,
    SERVICE,
    Catalogue,
    Manifest,
    ObjectKey,
    Runtime,
    at,
)
from kserve_conformance.profiles import Profile

#: The workload kinds of a service's predictor, and the possible names of the workload.
WORKLOAD_KINDS = ("Deployment", "Service")
WORKLOAD_NAMES = ("{}-predictor", "{}-predictor-default")


@dataclass(frozen=True, slots=True)
class Stored:
    """
    Everything that was read from an installation, and what could not be read.

    ``mode`` is the default deployment mode. ``workloads`` are the Deployments and Knative Services of services.
    """

    mode: str
    runtimes: tuple[Manifest, ...] = ()
    services: tuple[Manifest, ...] = ()
    workloads: tuple[Manifest, ...] = ()
    unread: tuple[Unread, ...] = ()

    def has_read(self, kind: str, namespace: str | None = None) -> bool:
        """Could all objects of this kind be read, in this namespace or in the cluster?"""
        return not any(one.covers(kind, namespace) for one in self.unread)


def catalogue_of(manifests: Iterable[Manifest], profile: Profile, unread: list[Unread]) -> Catalogue:
    """The runtimes as the release's CRDs show them; an invalid one is reported as unread."""
    runtimes = []
    for manifest in manifests:
        try:
            runtimes.append(Runtime.from_manifest(profile.crds.pruned(manifest)))
        except MALFORMED as error:
            key = ObjectKey.of(manifest)
            unread.append(Unread(key.kind, f"{key.name} is invalid: {error}", key.namespace))
    return Catalogue(tuple(runtimes))


def standings(stored: Stored, catalogue: Catalogue, profile: Profile) -> Iterator[ServiceStanding]:
    """
    Compare each service with what the rules predict.

    Objects that could not be read are not assumed to be missing: :func:`catalogue_of` adds invalid runtimes to
    ``unread``.
    """
    by_owner = {
        (owner.get("uid"), one["kind"], one["metadata"]["name"]): one
        for one in stored.workloads
        for owner in at(one, "metadata", "ownerReferences") or ()
        if owner.get("kind") == SERVICE
    }
    for service in stored.services:
        key = ObjectKey.of(service)
        missing = [
            kind
            for kind, namespace in ((CLUSTER_RUNTIME, None), (NAMESPACED_RUNTIME, key.namespace))
            if not stored.has_read(kind, namespace)
        ]
        if missing:
            text = f"the {' and '.join(f'{kind}s' for kind in missing)} that it can see could not be read"
            yield ServiceStanding(key, Standing.UNKNOWN, text)
            continue
        uid = at(service, "metadata", "uid")
        found = (by_owner.get((uid, kind, form.format(key.name))) for kind in WORKLOAD_KINDS for form in WORKLOAD_NAMES)
        yield standing_of(
            service,
            next((one for one in found if one is not None), None),
            catalogue,
            profile,
            stored.mode,
            workloads_unread=not all(stored.has_read(kind, key.namespace) for kind in WORKLOAD_KINDS),
        )
