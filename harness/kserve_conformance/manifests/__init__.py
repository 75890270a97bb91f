"""
Manifests, read and checked as Kubernetes does.

::

    loaded = load("runtimes/", "service.yaml", "-")
    loaded.services, loaded.runtimes, loaded.where(loaded.services[0])

What is wrong with a file is told all at once, by file, line and field; see
:class:`InvalidManifests`. The layers, from the text up: ``scalars`` (what a YAML
scalar is to Kubernetes), ``builder`` and ``strictjson`` (values), ``shapes`` and
``schema`` (what a field may be), ``places`` (on which line), ``reading`` (one
source), ``loading`` (all of them).
"""

from kserve_conformance.manifests.builder import BOOKKEEPING
from kserve_conformance.manifests.limits import Limits
from kserve_conformance.manifests.loader import Loaded, documents, load, loads, value
from kserve_conformance.manifests.problems import (
    AliasBomb,
    DuplicateKey,
    InvalidDocument,
    InvalidField,
    InvalidManifests,
    NotAnObject,
    Problem,
    TooDeep,
    TooLarge,
    TooManyProblems,
    Unbounded,
    UnreadableSource,
)
from kserve_conformance.manifests.schema import check, rejection_message
from kserve_conformance.manifests.writer import dumps

__all__ = [
    "BOOKKEEPING",
    "AliasBomb",
    "DuplicateKey",
    "InvalidDocument",
    "InvalidField",
    "InvalidManifests",
    "Limits",
    "Loaded",
    "NotAnObject",
    "Problem",
    "TooDeep",
    "TooLarge",
    "TooManyProblems",
    "Unbounded",
    "UnreadableSource",
    "check",
    "documents",
    "dumps",
    "load",
    "loads",
    "rejection_message",
    "value",
]
