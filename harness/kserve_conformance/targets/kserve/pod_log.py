"""
The controller's log where it runs as a pod.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from kserve_conformance.objects import ObjectKey
from kserve_conformance.targets.kserve.installation import CONTAINER, CONTROLLER_LABEL
from kserve_conformance.targets.kubernetes.client import ApiError, Client
from kserve_conformance.targets.kubernetes.observer import error_lines

#: As much of a log as is read for one scenario.
BYTES = 512 * 1024

#: The cluster's clock and ours may differ; what was written before is recognised by its service's name.
CLOCKS_DIFFER = timedelta(seconds=2)


@dataclass
class PodLog:
    """The log of a controller's pods, read from when a scenario began."""

    client: Client
    namespace: str
    began: datetime = field(default_factory=lambda: datetime.now(UTC))

    def rewind(self) -> None:
        """What is written from now on is of interest."""
        self.began = datetime.now(UTC)

    def errors(self, service: ObjectKey) -> Iterator[dict[str, Any]]:
        """The error lines about a service, as JSON, without noise."""
        yield from error_lines(self.text().encode().splitlines(), service)

    def text(self) -> str:
        """What the controller wrote since a scenario began; empty where its log may not be read."""
        since = (self.began - CLOCKS_DIFFER).isoformat(timespec="seconds").replace("+00:00", "Z")
        query = f"container={CONTAINER}&sinceTime={since}&limitBytes={BYTES}"
        try:
            pods = self.client.get(f"/api/v1/namespaces/{self.namespace}/pods", labelSelector=CONTROLLER_LABEL)["items"]
            return "".join(
                self.client.text(f"/api/v1/namespaces/{self.namespace}/pods/{pod['metadata']['name']}/log?{query}")
                for pod in pods
            )
        except ApiError:
            return ""
