"""
The target ``cluster``: an existing KServe installation.

:class:`Cluster` is the target. It touches nothing outside the run's own namespaces and names, and skips scenarios whose
result the cluster's own runtimes would change.
"""

from __future__ import annotations

from kserve_conformance.targets.cluster.factory import open_target
from kserve_conformance.targets.cluster.target import Cluster

__all__ = ["Cluster", "open_target"]
