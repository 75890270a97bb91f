"""
All comparisons together; each is made only if everything that it depends on could be read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from kserve_conformance.inspection.catalogue import compared
from kserve_conformance.inspection.findings import (
    Inspection,
    RuntimeFinding,
    ServiceStanding,
    Standing,
    Unread,
)
from kserve_conformance.inspection.overlaps import overlaps
from kserve_conformance.inspection.services import standing_of
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


def inspect(stored: Stored, profile: Profile) -> Inspection:
    """Compare everything that was read. Objects that could not be read are not assumed to be missing."""
    unread = list(stored.unread)
    catalogue = catalogue_of(stored.runtimes, profile, unread)
    # An invalid runtime makes the choices of services unknown too.
    stored = replace(stored, unread=tuple(sorted(unread, key=str)))
    name, findings = "", list[RuntimeFinding]()
    if stored.has_read(CLUSTER_RUNTIME):
        name, differences = compared(catalogue, profile)
        findings.extend(differences)
    findings.extend(overlaps(catalogue, profile))
    return Inspection(
        release=profile.name,
        mode=stored.mode,
        catalogue=name,
        findings=tuple(findings),
        services=tuple(_services(stored, catalogue, profile)),
        unread=stored.unread,
        runtimes=len(catalogue),
    )


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


def _services(stored: Stored, catalogue: Catalogue, profile: Profile) -> Iterator[ServiceStanding]:
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
