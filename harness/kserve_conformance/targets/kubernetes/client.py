"""
A thin client of the API server: JSON in, JSON out, connections kept, every failure told apart.

The official client's models cost more than the server's answer takes, and they
drop fields that they do not know: here an object stays what the server said.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import msgspec
import urllib3

from kserve_conformance.exceptions import TargetError
from kserve_conformance.objects import Manifest

logger = logging.getLogger(__name__)

#: An answer takes milliseconds; a webhook may take ten seconds before the server gives up on it.
TIMEOUT = urllib3.Timeout(connect=5, read=30)

#: Answers that mean "again in a moment", and how often we believe them.
AGAIN_STATUSES = frozenset({429, 503, 504})
AGAIN_TIMES = 20

#: How long it is waited before the first of these, and at most: each pause is longer than the one before.
AGAIN_AFTER = 0.05
AGAIN_AT_MOST = 1.0
AGAIN_FACTOR = 1.3

#: Long enough for an answer to somebody who can do without one.
HURRIED = urllib3.Timeout(connect=2, read=5)

MERGE_PATCH = "application/merge-patch+json"
APPLY_PATCH = "application/apply-patch+yaml"

#: One answer that lists every group, version and kind.
DISCOVERY = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"


class ApiError(TargetError):
    """The API server answered that something is not so. ``status`` is HTTP's, the rest its own."""

    def __init__(self, status: int, reason: str, message: str) -> None:
        super().__init__(f"the API server answered {' '.join(filter(None, (str(status), reason)))}: {message}")
        self.status = status
        self.reason = reason
        self.message = message


class NoAnswer(TargetError):
    """The API server did not answer at all."""


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
        """The path of one object, or of all of a namespace, or of all there are."""
        root = f"/apis/{self.group}/{self.version}" if self.group else f"/api/{self.version}"
        scope = f"/namespaces/{namespace}" if self.namespaced and namespace is not None else ""
        tail = "".join(f"/{part}" for part in (name, subresource) if part is not None)
        return f"{root}{scope}/{self.plural}{tail}"


#: What makes a request that of a user: read for each request, because some credentials do not last.
Headers = Callable[[], Mapping[str, str]]

#: Is told the method and the path of each request that was answered.
Watcher = Callable[[str, str], None]


class Client:
    """Requests to one API server as one user. Threads may share it."""

    def __init__(
        self,
        pool: urllib3.HTTPSConnectionPool,
        headers: Headers,
        watcher: Watcher | None = None,
        *,
        timeout: urllib3.Timeout = TIMEOUT,
        times: int = AGAIN_TIMES,
    ) -> None:
        """``times`` is how often a request is made that is answered by "again in a moment"."""
        self._pool = pool
        self._user = headers
        self._watcher = watcher
        self._timeout = timeout
        self._times = times

    @classmethod
    def with_token(cls, port: int, token: str, authority: Path) -> Client:
        """A client of an API server on this machine, whose certificate is its own authority."""
        pool = urllib3.HTTPSConnectionPool(
            "127.0.0.1", port, ca_certs=str(authority), maxsize=16, retries=False, timeout=TIMEOUT
        )
        headers = {"Authorization": f"Bearer {token}"}
        return cls(pool, lambda: headers)

    def impersonating(self, user: str, *groups: str) -> Client:
        """The same connections as another user, for whom this one may speak."""

        def spoken() -> urllib3.HTTPHeaderDict:
            headers = urllib3.HTTPHeaderDict(self._user())
            headers["Impersonate-User"] = user
            for group in groups:
                headers.add("Impersonate-Group", group)
            return headers

        return Client(self._pool, spoken, self._watcher, timeout=self._timeout, times=self._times)

    @property
    def hurried(self) -> Client:
        """The same connections for whoever can do without an answer: each request is made once, and not for long."""
        return Client(self._pool, self._user, self._watcher, timeout=HURRIED, times=1)

    @property
    def _headers(self) -> urllib3.HTTPHeaderDict:
        headers = urllib3.HTTPHeaderDict(self._user())
        headers["Accept"] = "application/json"
        return headers

    def close(self) -> None:
        """Close its connections."""
        self._pool.close()

    def text(self, path: str) -> str:
        """A plain answer. Raises ``ApiError`` and ``NoAnswer``."""
        return self._answer("GET", path, None, _with(self._headers, "Accept", "*/*")).decode(errors="replace")

    def get(self, path: str, **query: str) -> Any:
        """Read. Raises ``ApiError`` and ``NoAnswer``."""
        return self._decoded("GET", path, query)

    def find(self, path: str, **query: str) -> Any | None:
        """Read; None for what is not there."""
        try:
            return self.get(path, **query)
        except ApiError as error:
            if error.status == 404:
                return None
            raise

    def post(self, path: str, body: Manifest, **query: str) -> Any:
        """Create."""
        return self._decoded("POST", path, query, msgspec.json.encode(body))

    def create_yaml(self, path: str, body: bytes) -> Any:
        """Create from YAML, which the server reads itself."""
        return self._decoded("POST", path, {}, body, "application/yaml")

    def put(self, path: str, body: Manifest, **query: str) -> Any:
        """Replace."""
        return self._decoded("PUT", path, query, msgspec.json.encode(body))

    def patch(self, path: str, body: Manifest | bytes, kind: str = MERGE_PATCH, **query: str) -> Any:
        """Change a part."""
        return self._decoded("PATCH", path, query, body if isinstance(body, bytes) else msgspec.json.encode(body), kind)

    def delete(self, path: str, **query: str) -> Any | None:
        """Delete one object or a collection; None for what is not there."""
        try:
            return self._decoded("DELETE", path, query)
        except ApiError as error:
            if error.status == 404:
                return None
            raise

    def resources(self) -> dict[tuple[str, str], Resource]:
        """What the server serves, by API version and kind."""
        served: dict[tuple[str, str], Resource] = {}
        for root in ("/api", "/apis"):
            answer = msgspec.json.decode(self._answer("GET", root, None, _with(self._headers, "Accept", DISCOVERY)))
            for group in answer["items"]:
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
        body: bytes | None = None,
        content: str = "application/json",
    ) -> Any:
        headers = self._headers if body is None else _with(self._headers, "Content-Type", content)
        url = f"{path}?{urlencode(query)}" if query else path
        return msgspec.json.decode(self._answer(method, url, body, headers))

    def _answer(self, method: str, url: str, body: bytes | None, headers: urllib3.HTTPHeaderDict) -> bytes:
        pause = AGAIN_AFTER
        for attempt in range(1, self._times + 1):
            try:
                response = self._pool.request(method, url, body=body, headers=headers, timeout=self._timeout)
            except urllib3.exceptions.HTTPError as error:
                raise NoAnswer(f"the API server does not answer: {error}") from error
            if warning := response.headers.get("Warning"):
                logger.info("%s %s: %s", method, url, warning)
            if self._watcher is not None:
                self._watcher(method, url)
            if response.status < 300:
                return response.data
            if response.status in AGAIN_STATUSES and attempt < self._times:
                time.sleep(pause)
                pause = min(pause * AGAIN_FACTOR, AGAIN_AT_MOST)
                continue
            raise _told(response.status, response.data, attempt)
        raise AssertionError  # The last attempt returns or raises.


def _with(headers: urllib3.HTTPHeaderDict, name: str, value: str) -> urllib3.HTTPHeaderDict:
    headers[name] = value
    return headers


def _told(status: int, data: bytes, attempts: int) -> ApiError:
    times = f" (each of {attempts} times)" if attempts > 1 else ""
    try:
        answer = msgspec.json.decode(data)
    except msgspec.DecodeError:
        answer = None
    if not isinstance(answer, dict):
        return ApiError(status, "", f"{data.decode(errors='replace').strip() or 'no text'}{times}")
    return ApiError(status, answer.get("reason", ""), f"{answer.get('message', 'no text')}{times}")
