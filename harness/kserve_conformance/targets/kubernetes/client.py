"""
A thin client over Kubernetes' own: JSON in, JSON out, with distinct errors.

The official client keeps the connections and makes each request (see
:mod:`~kserve_conformance.targets.kubernetes.connection`). Its models are not used:
they drop fields that they do not know, and decoding them takes longer than the
server's answer. Here an object stays what the server sent.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlencode

import msgspec

from kserve_conformance.exceptions import TargetError
from kserve_conformance.objects import Manifest

logger = logging.getLogger(__name__)

#: Seconds to connect, and to wait for a response: the server waits up to ten for a webhook.
TIMEOUT = (5.0, 30.0)

#: The same for evidence, which may be missing.
SHORT_TIMEOUT = (2.0, 5.0)

#: Statuses that are retried, and the number of attempts.
RETRIED = frozenset({429, 503, 504})
ATTEMPTS = 20

#: Seconds before the second attempt, and at most; each pause is longer than the one before.
PAUSE = 0.05
LONGEST_PAUSE = 1.0
PAUSE_FACTOR = 1.3

MERGE_PATCH = "application/merge-patch+json"
APPLY_PATCH = "application/apply-patch+yaml"
YAML = "application/yaml"

#: Accept header for one response that lists every group, version and kind.
DISCOVERY = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"


class ApiError(TargetError):
    """The API server returned an error: HTTP status, reason, message, and the fields at fault."""

    def __init__(self, status: int, reason: str, message: str, fields: tuple[str, ...] = ()) -> None:
        super().__init__(f"the API server returned {' '.join(filter(None, (str(status), reason)))}: {message}")
        self.status = status
        self.reason = reason
        self.message = message
        self.fields = fields


class NoResponse(TargetError):
    """The API server did not respond at all."""


@dataclass(frozen=True, slots=True)
class Resource:
    """Where objects of one kind are served."""

    group: str
    version: str
    kind: str
    plural: str
    namespaced: bool = True

    @property
    def api_version(self) -> str:
        """As manifests write it."""
        return f"{self.group}/{self.version}" if self.group else self.version

    def path(self, namespace: str | None = None, name: str | None = None, subresource: str | None = None) -> str:
        """The path of one object, of all objects of a namespace, or of all objects."""
        root = f"/apis/{self.group}/{self.version}" if self.group else f"/api/{self.version}"
        scope = f"/namespaces/{namespace}" if self.namespaced and namespace is not None else ""
        tail = "".join(f"/{part}" for part in (name, subresource) if part is not None)
        return f"{root}{scope}/{self.plural}{tail}"


class Response(Protocol):
    """A complete HTTP response."""

    @property
    def status(self) -> int:
        """HTTP's status."""

    @property
    def headers(self) -> Mapping[str, str]:
        """Its headers."""

    @property
    def data(self) -> bytes:
        """Its body."""


class Connections(Protocol):
    """Connections to one API server as one user."""

    def request(
        self, method: str, url: str, *, body: Manifest | bytes | None, headers: dict[str, str], timeout: Any
    ) -> Response:
        """Make one request. Raises ``NoResponse``."""

    def close(self) -> None:
        """Close them."""


#: Called with the method and path of each request that got a response.
Watcher = Callable[[str, str], None]


class Client:
    """Requests to one API server as one user. Threads may share it."""

    def __init__(
        self,
        connections: Connections,
        watcher: Watcher | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        attempts: int = ATTEMPTS,
        timeout: tuple[float, float] = TIMEOUT,
    ) -> None:
        self._connections = connections
        self._watcher = watcher
        self._headers = headers or {}
        self._attempts = attempts
        self._timeout = timeout

    def through(self, wrap: Callable[[Connections], Connections]) -> Client:
        """The same client over wrapped connections."""
        return Client(
            wrap(self._connections),
            self._watcher,
            headers=self._headers,
            attempts=self._attempts,
            timeout=self._timeout,
        )

    def impersonating(self, user: str, group: str) -> Client:
        """The same connections as another user, whom this one may impersonate."""
        headers = {"Impersonate-User": user, "Impersonate-Group": group}
        return Client(self._connections, self._watcher, headers=headers)

    @property
    def hurried(self) -> Client:
        """The same connections, with one attempt for each request and a short timeout."""
        return Client(self._connections, self._watcher, headers=self._headers, attempts=1, timeout=SHORT_TIMEOUT)

    def close(self) -> None:
        """Close its connections."""
        self._connections.close()

    def text(self, path: str) -> str:
        """Read plain text. Raises ``ApiError`` and ``NoResponse``, as every request does."""
        return self._answer("GET", path, accept="*/*").decode(errors="replace")

    def get(self, path: str, **query: str) -> Any:
        """Read an object or a list."""
        return self._decoded("GET", path, query)

    def find(self, path: str, **query: str) -> Any | None:
        """Read an object; None if it does not exist."""
        try:
            return self.get(path, **query)
        except ApiError as error:
            if error.status == 404:
                return None
            raise

    def post(self, path: str, body: Manifest, **query: str) -> Any:
        """Create."""
        return self._decoded("POST", path, query, body)

    def create_yaml(self, path: str, body: bytes) -> Any:
        """Create from YAML, which the server parses itself."""
        return self._decoded("POST", path, {}, body, YAML)

    def put(self, path: str, body: Manifest, **query: str) -> Any:
        """Replace."""
        return self._decoded("PUT", path, query, body)

    def patch(self, path: str, body: Manifest | bytes, kind: str = MERGE_PATCH, **query: str) -> Any:
        """Patch."""
        return self._decoded("PATCH", path, query, body, kind)

    def delete(self, path: str, **query: str) -> Any | None:
        """Delete one object or a collection; None if it does not exist."""
        try:
            return self._decoded("DELETE", path, query)
        except ApiError as error:
            if error.status == 404:
                return None
            raise

    def resources(self) -> dict[tuple[str, str], Resource]:
        """The resources that the server serves, by API version and kind."""
        served: dict[tuple[str, str], Resource] = {}
        for root in ("/api", "/apis"):
            for group in msgspec.json.decode(self._answer("GET", root, accept=DISCOVERY))["items"]:
                for version in group.get("versions", ()):
                    for entry in version.get("resources", ()):
                        kind = (entry.get("responseKind") or {}).get("kind", "")
                        resource = Resource(
                            group=group.get("metadata", {}).get("name", ""),
                            version=version["version"],
                            kind=kind,
                            plural=entry["resource"],
                            namespaced=entry.get("scope") == "Namespaced",
                        )
                        served[resource.api_version, kind] = resource
        return served

    def _decoded(
        self,
        method: str,
        path: str,
        query: Mapping[str, str],
        body: Manifest | bytes | None = None,
        content: str = "application/json",
    ) -> Any:
        url = f"{path}?{urlencode(query)}" if query else path
        return msgspec.json.decode(self._answer(method, url, body, content))

    def _answer(
        self,
        method: str,
        url: str,
        body: Manifest | bytes | None = None,
        content: str = "application/json",
        accept: str = "application/json",
    ) -> bytes:
        pause = PAUSE
        for attempt in range(1, self._attempts + 1):
            headers = {"Accept": accept, "Content-Type": content, **self._headers}
            response = self._connections.request(method, url, body=body, headers=headers, timeout=self._timeout)
            if warning := response.headers.get("Warning"):
                logger.info("%s %s: %s", method, url, warning)
            if self._watcher is not None:
                self._watcher(method, url)
            if response.status < 300:
                return response.data
            if response.status in RETRIED and attempt < self._attempts:
                time.sleep(pause)
                pause = min(pause * PAUSE_FACTOR, LONGEST_PAUSE)
                continue
            raise _error(response, attempt)
        raise AssertionError  # The last attempt returns or raises.


def _error(response: Response, attempts: int) -> ApiError:
    times = f" (each of {attempts} times)" if attempts > 1 else ""
    try:
        answer = msgspec.json.decode(response.data)
    except msgspec.DecodeError:
        answer = None
    if not isinstance(answer, dict):
        return ApiError(response.status, "", f"{response.data.decode(errors='replace').strip() or 'no text'}{times}")
    causes = (answer.get("details") or {}).get("causes") or ()
    fields = tuple(str(cause["field"]) for cause in causes if "field" in cause)
    return ApiError(response.status, answer.get("reason", ""), f"{answer.get('message', 'no text')}{times}", fields)
