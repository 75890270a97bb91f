"""The rights that requests need, and those that roles grant."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def right_of(method: str, path: str) -> tuple[str | None, str, str, str]:
    """The right that a request needs: namespace, group, resource and verb."""
    assert method == "GET"
    parts = path.strip("/").split("/")
    group = "" if parts[0] == "api" else parts[1]
    parts = parts[2:] if parts[0] == "api" else parts[3:]
    namespace = parts[1] if parts[0] == "namespaces" else None
    resource, *name = parts[2:] if namespace else parts
    return namespace, group, resource, "get" if name else "list"


def rights(roles: Iterator[dict[str, Any]]) -> Iterator[tuple[str | None, str, str, str]]:
    """The rights of some roles, as above."""
    for role in roles:
        for rule in role["rules"]:
            for resource in rule["resources"]:
                for verb in rule["verbs"]:
                    yield role["metadata"].get("namespace"), rule["apiGroups"][0], resource, verb
