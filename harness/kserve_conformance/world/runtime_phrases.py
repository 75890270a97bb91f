"""
How steps word a runtime: the patterns of their sentences, and what is read from them.

Several modules of steps speak of runtimes. They share this, because a module of steps
is loaded by pytest and must not be imported by another before that.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from kserve_conformance.manifests import value
from kserve_conformance.objects import NAMESPACED_RUNTIME, Namespace, ObjectKey
from kserve_conformance.world.objects import (
    RUNTIME_COLUMNS,
    BadTable,
    default_spec,
    format_entry,
    protocols,
    rows,
    worker_spec,
)

Table = Sequence[Sequence[str]]

#: ``a ServingRuntime "name" in namespace "team-a" that is disabled and speaks "v1, v2"``
RUNTIME = (
    r'a (?P<kind>ClusterServingRuntime|ServingRuntime) "(?P<name>[^"]*)"'
    r'(?: in namespace "(?P<namespace>[^"]*)")?(?: that (?P<facts>(?:is|speaks|was) .+?))?'
)

#: ``ServingRuntime "name" of namespace "team-a"``
NAMED = r'(?P<kind>ClusterServingRuntime|ServingRuntime) "(?P<name>[^"]*)"(?: of namespace "(?P<namespace>[^"]*)")?'

FACT = re.compile(r'is (disabled|multi-model|multi-node)|speaks "([^"]*)"|(was created later)')


def reference(kind: str, name: str, namespace: str | None) -> ObjectKey:
    """The runtime that a step names; a ServingRuntime has a namespace, a ClusterServingRuntime none."""
    if (kind == NAMESPACED_RUNTIME) != (namespace is not None):
        raise BadTable(f"{kind} {name!r}: a ServingRuntime needs a namespace, a ClusterServingRuntime has none")
    return ObjectKey(kind, name, Namespace(namespace) if namespace is not None else None)


def spec_of(
    ref: ObjectKey, facts: str | None, datatable: Table | None, docstring: str | None
) -> tuple[dict[str, Any], bool]:
    """A runtime's spec from a step's words, table and doc string, and whether it is to be newer than what is there."""
    spec = default_spec(ref)
    if datatable is not None:
        spec["supportedModelFormats"] = [format_entry(row) for row in rows(datatable, RUNTIME_COLUMNS)]
    if docstring is not None:
        over = value(docstring)
        spec = {**spec, **over}
    later = False
    for fact in (facts or "").split(" and ") if facts else ():
        found = FACT.fullmatch(fact.strip())
        if found is None:
            raise BadTable(f"unknown fact {fact!r} of a runtime")
        flag, spoken, created_later = found.groups()
        later = later or created_later is not None
        if spoken is not None:
            spec["protocolVersions"] = protocols(spoken)
        if flag == "disabled":
            spec["disabled"] = True
        elif flag == "multi-model":
            spec["multiModel"] = True
        elif flag == "multi-node":
            spec["workerSpec"] = worker_spec(ref)
    return spec, later
