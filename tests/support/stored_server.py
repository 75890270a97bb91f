"""An API server that stores objects and notes its requests: behind a client's own connections, or over HTTP."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

Object = Mapping[str, Any]


@dataclass
class Answer:
    """What is read of an HTTP response."""

    status: int
    document: Any
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def data(self) -> bytes:
        return json.dumps(self.document).encode()


def failure(status: int, reason: str, message: str) -> Answer:
    """A failure as API servers report it."""
    return Answer(status, {"kind": "Status", "code": status, "reason": reason, "message": message})


class StoredServer:
    """
    Objects by their paths. Lists know label selectors, limits and namespaces; nothing is admitted or defaulted.

    ``requested`` has every request as method and path. ``forbidden`` are the ends of paths that cannot be read.
    """

    def __init__(self, objects: Mapping[str, Object] | None = None) -> None:
        self.objects: dict[str, Object] = dict(objects or {})
        #: The collections that there are, without namespaces; any other is not found.
        self.served = {_out_of_namespace(path.rpartition("/")[0]) for path in self.objects}
        self.requested: list[tuple[str, str]] = []
        self.forbidden: set[str] = set()
        #: The ends of paths whose lists expire after the first page.
        self.expiring: set[str] = set()
        #: Objects that stay when they are deleted, as those with a finalizer do.
        self.stuck: set[str] = set()

    def put(self, collection: str, *objects: Object) -> None:
        """Have objects in a collection, such as ``/apis/apps/v1/deployments``; without any it is served, and empty."""
        self.served.add(collection)
        for one in objects:
            self.objects[self._path(collection, one)] = one

    @staticmethod
    def _path(collection: str, one: Object) -> str:
        namespace = one["metadata"].get("namespace")
        root, _, plural = collection.rpartition("/")
        inside = f"/namespaces/{namespace}" if namespace and "/namespaces/" not in collection else ""
        return f"{root}{inside}/{plural}/{one['metadata']['name']}"

    def request(self, method: str, url: str, body: bytes | None = None, **_: Any) -> Answer:
        """Answer as an API server would."""
        parts = urlsplit(url)
        path, query = parts.path, {key: values[0] for key, values in parse_qs(parts.query).items()}
        self.requested.append((method, path))
        name = path.rpartition("/")[2]
        if "continue" in query and any(path.endswith(end) for end in self.expiring):
            return failure(410, "Expired", "the provided continue parameter is too old")
        if any(path.endswith(end) for end in self.forbidden):
            return failure(403, "Forbidden", f"{name} is forbidden: nobody may {method.lower()} it")
        return self._respond(method, path, query, body)

    def _respond(self, method: str, path: str, query: Mapping[str, str], body: Any) -> Answer:
        if method == "POST":
            return self._create(path, body if isinstance(body, dict) else json.loads(body or b"{}"))
        if method == "DELETE":
            return self._delete(path)
        if method != "GET":
            return failure(405, "MethodNotAllowed", f"{method} is not for tests")
        if path in self.objects:
            return Answer(200, self.objects[path])
        return self._list(path, query)

    def close(self) -> None:
        """Nothing was opened."""

    def _create(self, collection: str, one: Object) -> Answer:
        path = f"{collection}/{one['metadata']['name']}"
        if path in self.objects:
            return failure(409, "AlreadyExists", f"{path} already exists")
        self.objects[path] = one
        self.served.add(_out_of_namespace(collection))
        return Answer(201, one)

    def _delete(self, path: str) -> Answer:
        if path not in self.objects:
            return failure(404, "NotFound", f"{path} not found")
        if path not in self.stuck:
            for inside in [one for one in self.objects if one == path or one.startswith(f"{path}/")]:
                del self.objects[inside]
        return Answer(200, {"kind": "Status", "status": "Success"})

    def _list(self, path: str, query: Mapping[str, str]) -> Answer:
        root, _, plural = path.rpartition("/")
        found = [
            one
            for key, one in sorted(self.objects.items())
            if (parent := key.rpartition("/")[0]) == path
            or ("/namespaces/" not in root and _out_of_namespace(parent) == path)
        ]
        if _out_of_namespace(path) not in self.served:
            return failure(404, "NotFound", f"{plural} not found")
        selector = query.get("labelSelector", "")
        found = [one for one in found if _is_selected(one, selector)]
        start, limit = int(query.get("continue", 0)), int(query.get("limit", len(found) or 1))
        more = {"continue": str(start + limit)} if start + limit < len(found) else {}
        return Answer(200, {"metadata": more, "items": found[start : start + limit]})

    @contextmanager
    def over_http(self, folder: Path) -> Iterator[Path]:
        """Answer on this machine; a kubeconfig whose context ``fake`` leads here."""
        stored = self

        class Handler(BaseHTTPRequestHandler):
            def _answer(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                answer = stored.request(self.command, self.path, self.rfile.read(length) if length else None)
                self.send_response(answer.status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer.data)))
                self.end_headers()
                self.wfile.write(answer.data)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _answer  # noqa: N815 - http.server's names.

            def log_message(self, *_: object) -> None:
                """Tests need no log of it."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        config = {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "fake", "cluster": {"server": f"http://127.0.0.1:{server.server_port}"}}],
            "users": [{"name": "fake", "user": {}}],
            "contexts": [{"name": "fake", "context": {"cluster": "fake", "user": "fake"}}],
        }
        kubeconfig = folder / "kubeconfig.json"
        kubeconfig.write_text(json.dumps(config))
        try:
            yield kubeconfig
        finally:
            server.shutdown()
            thread.join()
            server.server_close()


def _out_of_namespace(path: str) -> str:
    """The collection of all namespaces that one of a namespace belongs to."""
    parts = path.split("/")
    if "namespaces" in parts and len(parts) - parts.index("namespaces") > 2:
        at = parts.index("namespaces")
        return "/".join([*parts[:at], *parts[at + 2 :]])
    return path


def _is_selected(one: Object, selector: str) -> bool:
    labels = one["metadata"].get("labels") or {}
    for part in filter(None, selector.split(",")):
        key, equals, value = part.partition("=")
        if key not in labels or (equals and labels[key] != value):
            return False
    return True
