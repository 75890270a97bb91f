"""
Read-only inspection of an installation: manifests in, findings out.

:func:`inspect` is pure. What it compares, and with what:

- ``catalogue``: the installed runtimes, with those that the release ships;
- ``overlaps``: runtimes that match the same requests, with each other;
- ``services`` (and ``workloads``): the state of each service, with what the rules predict.
"""

from kserve_conformance.inspection.findings import (
    OF_CATALOGUE,
    Code,
    Inspection,
    RuntimeFinding,
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
    "Inspection",
    "RuntimeFinding",
    "ServiceStanding",
    "Standing",
    "Stored",
    "Unread",
    "Weight",
    "catalogue_of",
    "inspect",
]
