"""
Manifests, read and checked as Kubernetes reads and checks them.

::

    loaded = load("runtimes/", "service.yaml", "-")
    loaded.services, loaded.runtimes, loaded.where(loaded.services[0])

All problems of all sources are reported at once, by file, line and field; see
:class:`InvalidManifests`. The modules, from the text up: ``scalars`` (what a YAML
scalar means to Kubernetes), ``builder`` and ``strict_json`` (values), ``metadata``
and ``schema`` (what a field may be), ``locations`` (lines), ``reader`` (one
source), ``loader`` (all of them, one object at a time), ``loaded`` (all at once).
"""

from kserve_conformance.manifests.builder import BOOKKEEPING
from kserve_conformance.manifests.document_stream import documents
from kserve_conformance.manifests.loaded import Loaded, load, loads, value, values
from kserve_conformance.manifests.loader import Entry, Loader, display_name
from kserve_conformance.manifests.problems import NOT_STRICT, InvalidManifests, ManifestCode, Problem
from kserve_conformance.manifests.schema import check, rejection_message
from kserve_conformance.manifests.writer import dump, dumps

__all__ = [
    "BOOKKEEPING",
    "NOT_STRICT",
    "Entry",
    "InvalidManifests",
    "Loaded",
    "Loader",
    "ManifestCode",
    "Problem",
    "check",
    "display_name",
    "documents",
    "dump",
    "dumps",
    "load",
    "loads",
    "rejection_message",
    "value",
    "values",
]
