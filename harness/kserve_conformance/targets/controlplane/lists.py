"""What an API server shows of many services, read by one list of each kind."""

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
from kserve_conformance.targets.kubernetes.probes import Seen

#: What is not read of many services: each event and each line of a log would have to be searched for.
NOT_READ = frozenset({"errors"})

_Place = tuple[str, str]


def listed(client: Client, resource: Resource) -> list[dict[str, Any]]:
    """Every object of a kind; none where the kind is not served."""
    found = client.find(resource.path())
    return [] if found is None else list(found["items"])


def services(client: Client, resource: Callable[[str], Resource]) -> dict[ObjectKey, dict[str, Any]]:
    """Every service, as it is now."""
    return {
        ObjectKey(SERVICE, one["metadata"]["name"], Namespace(one["metadata"]["namespace"])): one
        for one in listed(client, resource(SERVICE))
    }


@dataclass
class Unread:
    """A log that is not read: its lines would have to be searched for each of many services."""

    def rewind(self) -> None:
        """Nothing is kept."""

    def errors(self, service: ObjectKey) -> Iterator[dict[str, Any]]:
        """None."""
        del service
        return iter(())

    def text(self) -> str:
        """None."""
        return ""


@dataclass
class Listing(Observer):
    """An observer of services that have settled: it reads everything at once."""

    _workloads: dict[str, dict[_Place, Manifest]] = field(init=False, default_factory=dict)

    @classmethod
    def of(cls, observer: Observer) -> Listing:
        """Read what there is now."""
        found = cls(
            client=observer.client,
            resource=observer.resource,
            probe=observer.probe,
            check=observer.check,
            default_mode=observer.default_mode,
            log=Unread(),
        )
        for kind in (DEPLOYMENT, KNATIVE_SERVICE):
            found._workloads[kind.kind] = {
                (one["metadata"]["namespace"], one["metadata"]["name"]): one for one in listed(observer.client, kind)
            }
        return found

    def observation(self, key: ObjectKey, service: Manifest, seen: Seen | None) -> Observation:
        """The observation of one service; ``seen`` is None for one that its controller leaves alone."""
        if seen is None:
            return Observation(service=reported(service), outcome=Outcome.UNMANAGED, unreported=BEYOND_CONTROLLERS)
        observed = self._observation(key, service, seen)
        return replace(observed, unreported=observed.unreported | NOT_READ)

    def template(self, namespace: str, name: str, uid: str, mode: str | None = None) -> Manifest | None:
        """The pod template of a service's predictor, as it was listed."""
        kinds = [DEPLOYMENT, KNATIVE_SERVICE]
        if (mode or self.default_mode) in SERVERLESS:
            kinds.reverse()
        for kind in kinds:
            for form in self.workload_names:
                found = self._workloads[kind.kind].get((namespace, form.format(name)))
                owners = at(found, "metadata", "ownerReferences") or ()
                if found is not None and any(owner.get("uid") == uid for owner in owners):
                    template: Manifest = found["spec"]["template"]
                    return template
        return None

    def _events(self, key: ObjectKey, uid: str, expected: str | None) -> tuple[str, ...]:
        del key, uid, expected
        return ()
