"""Observations of many services, read with one list of each kind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from kserve_conformance.objects import SERVICE, Manifest, Namespace, ObjectKey, Outcome, at
from kserve_conformance.targets.contract import BEYOND_CONTROLLERS, Observation
from kserve_conformance.targets.kubernetes.client import Client, Resource
from kserve_conformance.targets.kubernetes.observer import (
    DEPLOYMENT,
    KNATIVE_SERVICE,
    SERVERLESS,
    Observer,
    reported,
)
from kserve_conformance.targets.kubernetes.probes import ReconcileResult

#: Not reported for many services: their events and log lines would have to be searched for.
NOT_READ = frozenset({"errors"})

_Place = tuple[str, str]


def listed(client: Client, resource: Resource) -> list[dict[str, Any]]:
    """Every object of a kind; empty if the kind is not served."""
    listing = client.find(resource.path())
    return [] if listing is None else list(listing["items"])


def services(client: Client, resource: Callable[[str], Resource]) -> dict[ObjectKey, dict[str, Any]]:
    """Every service."""
    return {
        ObjectKey(SERVICE, one["metadata"]["name"], Namespace(one["metadata"]["namespace"])): one
        for one in listed(client, resource(SERVICE))
    }


@dataclass
class UnreadLog:
    """A log that is not read: its lines would have to be searched for each service."""

    def rewind(self) -> None:
        """Nothing to do."""

    def errors(self, service: ObjectKey) -> Iterator[dict[str, Any]]:
        """None."""
        del service
        return iter(())

    def text(self) -> str:
        """None."""
        return ""


@dataclass
class Listing(Observer):
    """An observer of settled services that reads all workloads at once."""

    _workloads: dict[str, dict[_Place, Manifest]] = field(init=False, default_factory=dict)

    @classmethod
    def of(cls, observer: Observer) -> Listing:
        """List the workloads."""
        listing = cls(
            client=observer.client,
            resource=observer.resource,
            probe=observer.probe,
            check=observer.check,
            default_mode=observer.default_mode,
            log=UnreadLog(),
        )
        for kind in (DEPLOYMENT, KNATIVE_SERVICE):
            listing._workloads[kind.kind] = {
                (one["metadata"]["namespace"], one["metadata"]["name"]): one for one in listed(observer.client, kind)
            }
        return listing

    def observation(self, key: ObjectKey, service: Manifest, result: ReconcileResult | None) -> Observation:
        """The observation of one service; ``result`` is None for one that another controller reconciles."""
        if result is None:
            return Observation(service=reported(service), outcome=Outcome.UNMANAGED, unreported=BEYOND_CONTROLLERS)
        observed = self._observation(key, service, result)
        return replace(observed, unreported=observed.unreported | NOT_READ)

    def template(self, namespace: str, name: str, uid: str, mode: str | None = None) -> Manifest | None:
        """The pod template of a service's predictor, from the lists."""
        kinds = [DEPLOYMENT, KNATIVE_SERVICE]
        if (mode or self.default_mode) in SERVERLESS:
            kinds.reverse()
        for kind in kinds:
            for form in self.workload_names:
                listing = self._workloads[kind.kind].get((namespace, form.format(name)))
                owners = at(listing, "metadata", "ownerReferences") or ()
                if listing is not None and any(owner.get("uid") == uid for owner in owners):
                    template: Manifest = listing["spec"]["template"]
                    return template
        return None

    def _events(self, key: ObjectKey, uid: str, expected: str | None) -> tuple[str, ...]:
        del key, uid, expected
        return ()
