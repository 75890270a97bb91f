"""
Evidence of a failed scenario from a running KServe, collected before the reset.

Each section is read on its own: if one is unavailable, the reason is reported instead and the others are still read.
Nothing is redacted here; the record does that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from kserve_conformance.exceptions import TargetError
from kserve_conformance.manifests import dumps
from kserve_conformance.objects import (
    API_VERSIONS,
    CLUSTER_RUNTIME,
    NAMESPACED_RUNTIME,
    SERVICE,
    Manifest,
    ObjectKey,
    at,
)
from kserve_conformance.targets.contract import UNAVAILABLE
from kserve_conformance.targets.kubernetes import beacons, marks
from kserve_conformance.targets.kubernetes.client import ApiError, Client, NoResponse, Resource
from kserve_conformance.targets.kubernetes.names import Names
from kserve_conformance.targets.kubernetes.observer import EVENTS, LOG_NOISE, ControllerLog, moment, reported

#: Maximum number of characters per section: enough for a scenario, without bloating a record.
TEXT = 32_000

#: Annotations that only repeat their object.
REPEATING = frozenset({"kubectl.kubernetes.io/last-applied-configuration"})

#: Marks log lines about beacons, which are not about the scenario.
_BEACON = beacons.FORMAT


@dataclass
class Diagnosis:
    """
    Collects the evidence of one scenario.

    ``client`` must have a short timeout. ``workload`` finds the Deployment or Knative Service of a service;
    ``namespaces`` are those of the scenario, by their names in the cluster.
    """

    client: Client
    served: Callable[[str, str], Resource | None]
    workload: Callable[[Manifest], Manifest | None]
    log: ControllerLog
    check: Callable[[], None]
    names: Names
    namespaces: Iterable[str]

    def of(self, service: ObjectKey | None) -> dict[str, str]:
        """The evidence, by section title. ``service`` has its name in the cluster. Never raises ``TargetError``."""
        self._silent: NoResponse | None = None
        self._stored: Manifest | None = None
        readers: dict[str, Callable[[], str]] = {"process": self._ended}
        if service is not None:
            readers["service"] = lambda: self._service(service)
        readers["runtimes"] = self._runtimes
        if service is not None:
            readers["deployment"] = self._workload
            readers["events"] = lambda: self._events(service)
        readers["log"] = self._log
        evidence: dict[str, str] = {}
        missing: list[str] = []
        for title, read in readers.items():
            try:
                text = read()
            except TargetError as error:
                missing.append(f"{title}: {error}")
            else:
                if text:
                    evidence[title] = text
        if missing:
            evidence[UNAVAILABLE] = "\n".join(missing)
        return evidence

    def _ended(self) -> str:
        """How a required process ended, and the end of its log."""
        try:
            self.check()
        except TargetError as error:
            return beginning(str(error))
        return ""

    def _service(self, key: ObjectKey) -> str:
        self._stored = self._found(self._kserve(SERVICE).path(key.namespace, key.name))
        return "# not found" if self._stored is None else beginning(dumps([cleaned(self._stored)]))

    def _runtimes(self) -> str:
        selected = {"labelSelector": self.names.selector} if self.names.selector else {}
        paths: list[tuple[str, Mapping[str, str]]] = [
            (self._kserve(NAMESPACED_RUNTIME).path(namespace), {}) for namespace in sorted(self.namespaces)
        ]
        paths.append((self._kserve(CLUSTER_RUNTIME).path(), selected))
        beacon = f"{self.names.prefix}{beacons.NAMES[CLUSTER_RUNTIME]}"
        found = [
            {"apiVersion": API_VERSIONS[one["kind"]], **one}
            for path, query in paths
            for one in self._listed(path, **query)
            if one["metadata"]["name"] != beacon
        ]
        return beginning(dumps(marks.unmarked(cleaned(one)) for one in found)) or "# none"

    def _workload(self) -> str:
        stored = self._stored
        found = None if stored is None else self._read(lambda: self.workload(stored))
        return beginning(dumps([cleaned(found)])) if found is not None else ""

    def _events(self, key: ObjectKey) -> str:
        selected = f"involvedObject.kind={SERVICE},involvedObject.name={key.name}"
        events = sorted(self._listed(EVENTS.path(key.namespace), fieldSelector=selected), key=moment)
        return ending("\n".join(map(event_line, events)))

    def _log(self) -> str:
        return ending("\n".join(log_lines(self.log.text())))

    # Reading, until the server stops responding

    def _kserve(self, kind: str) -> Resource:
        resource = self.served(API_VERSIONS[kind], kind)
        if resource is None:
            raise ApiError(404, "NotFound", f"no kind {kind} on the API server")
        return resource

    def _found(self, path: str) -> Manifest | None:
        found: Manifest | None = self._read(lambda: self.client.find(path))
        return found

    def _listed(self, path: str, **query: str) -> list[dict[str, Any]]:
        listed = self._read(lambda: self.client.get(path, **query))
        kind = str(listed.get("kind", "")).removesuffix("List")
        return [{"kind": kind, **one} for one in listed["items"]]

    def _read(self, read: Callable[[], Any]) -> Any:
        """Run a read; after one that got no response, no further request is made."""
        if self._silent is not None:
            raise self._silent
        try:
            return read()
        except NoResponse as error:
            self._silent = error
            raise


def cleaned(stored: Manifest) -> dict[str, Any]:
    """A stored object without server-managed fields and annotations that repeat it."""
    plain = reported(stored)
    annotations: Mapping[str, str] = at(plain, "metadata", "annotations") or {}
    kept = {key: value for key, value in annotations.items() if key not in REPEATING}
    metadata = {key: value for key, value in plain["metadata"].items() if key != "annotations"}
    return {**plain, "metadata": {**metadata, **({"annotations": kept} if kept else {})}}


def event_line(event: Mapping[str, Any]) -> str:
    """An event in one line: ``Warning InternalError (3 times): message``."""
    count = event.get("count") or at(event, "series", "count") or 1
    times = f" ({count} times)" if count > 1 else ""
    return f"{event.get('type', '')} {event.get('reason', '')}{times}: {event.get('message', '')}".strip()


def log_lines(text: str) -> Iterator[str]:
    """The lines of a controller's log that a scenario caused, without values that differ in every run."""
    for line in text.splitlines():
        if _BEACON in line:
            continue
        try:
            entry = msgspec.json.decode(line)
        except msgspec.DecodeError:
            yield line
            continue
        if not isinstance(entry, dict):
            yield line
            continue
        yield msgspec.json.encode({key: value for key, value in entry.items() if key not in LOG_NOISE}).decode()


def beginning(text: str) -> str:
    """The first lines of a text that fit."""
    if len(text) <= TEXT:
        return text
    kept = text[:TEXT].rpartition("\n")[0]
    return f"{kept}\n[{len(text) - len(kept)} more characters not shown]"


def ending(text: str) -> str:
    """The last lines of a text that fit."""
    if len(text) <= TEXT:
        return text
    kept = text[-TEXT:].partition("\n")[2]
    return f"[{len(text) - len(kept)} earlier characters not shown]\n{kept}"
