"""
Looking at an install without touching it: manifests in, findings out.

:func:`inspect` is pure. What it compares, and with what:

- ``catalogue``: the runtimes that are installed, with those that the release ships;
- ``overlaps``: runtimes that answer the same question, with each other;
- ``services`` (and ``workloads``): what each service shows, with what the rules say of it.
"""

from kserve_conformance.inspection.findings import (
    OF_CATALOGUE,
    Code,
    Finding,
    Inspection,
    ServiceStanding,
    Standing,
    Unread,
    Weight,
)
from kserve_conformance.inspection.inspector import WORKLOAD_NAMES, Stored, catalogue_of, inspect

__all__ = [
    "OF_CATALOGUE",
    "WORKLOAD_NAMES",
    "Code",
    "Finding",
    "Inspection",
    "ServiceStanding",
    "Standing",
    "Stored",
    "Unread",
    "Weight",
    "catalogue_of",
    "inspect",
]
