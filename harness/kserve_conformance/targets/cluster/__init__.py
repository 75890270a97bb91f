"""
The target ``cluster``: an existing KServe installation.

:class:`Cluster` is the target. Nothing is touched outside namespaces and names of the
run's own, and no scenario runs whose answer the cluster's own runtimes would change.
"""

from __future__ import annotations

from kserve_conformance.targets.cluster.factory import open_target
from kserve_conformance.targets.cluster.target import Cluster

__all__ = ["Cluster", "open_target"]
