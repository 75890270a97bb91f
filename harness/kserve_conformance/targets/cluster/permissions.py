"""
The minimal role for a run, from the requests that it made.

Every request with a response is recorded as the permission that RBAC requires for it. The resulting role is just enough
for this run's scenarios.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

#: The parts of a path: the group (none for the core), the version, a namespace, a resource, a name, a subresource.
_PATH = re.compile(
    r"^/(?:api|apis/(?P<group>[^/]+))/(?P<version>[^/]+)(?:/namespaces/(?P<namespace>[^/]+)(?=/))?"
    r"/(?P<resource>[^/]+)(?:/(?P<name>[^/]+)(?:/(?P<sub>[^/]+))?)?$"
)

_VERBS = {"POST": "create", "PUT": "update", "PATCH": "patch", "DELETE": "delete", "GET": "get"}


@dataclass(frozen=True, slots=True, order=True)
class Permission:
    """One verb on one kind of object."""

    group: str
    resource: str
    verb: str


@dataclass
class Permissions:
    """The permissions that a run used. Pass ``watch`` to a client."""

    used: set[Permission] = field(default_factory=set)

    def watch(self, method: str, url: str) -> None:
        """Record one request."""
        permission = permission_of(method, url)
        if permission is not None:
            self.used.add(permission)

    def role(self, name: str) -> dict[str, Any]:
        """A ClusterRole with exactly these permissions, grouped by verbs, in a stable order."""
        verbs: dict[tuple[str, str], set[str]] = defaultdict(set)
        for one in self.used:
            verbs[one.group, one.resource].add(one.verb)
        resources: dict[tuple[str, tuple[str, ...]], list[str]] = defaultdict(list)
        for (group, resource), used in sorted(verbs.items()):
            resources[group, tuple(sorted(used))].append(resource)
        rules = [
            {"apiGroups": [group], "resources": sorted(named), "verbs": list(used)}
            for (group, used), named in sorted(resources.items())
        ]
        return {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "ClusterRole",
            "metadata": {"name": name},
            "rules": rules,
        }


def permission_of(method: str, url: str) -> Permission | None:
    """
    The permission that RBAC requires for a request; None for discovery, which every user may read.

    >>> permission_of("GET", "/apis/apps/v1/namespaces/team-a/deployments?limit=1")
    Permission(group='apps', resource='deployments', verb='list')
    """
    parts = urlsplit(url)
    # A namespace is a resource itself; in its own path no resource follows.
    path = parts.path.removesuffix("/")
    if found := re.fullmatch(r"/api/v1/namespaces/([^/]+)", path):
        return Permission("", "namespaces", _verb(method, found.group(1), parts.query))
    match = _PATH.match(path)
    if match is None or match["resource"] in ("apis", "api"):
        return None
    resource = match["resource"] + (f"/{match['sub']}" if match["sub"] else "")
    return Permission(match["group"] or "", resource, _verb(method, match["name"], parts.query))


def _verb(method: str, name: str | None, query: str) -> str:
    if name is None and method == "GET":
        return "watch" if parse_qs(query).get("watch") else "list"
    if name is None and method == "DELETE":
        return "deletecollection"
    return _VERBS[method]
