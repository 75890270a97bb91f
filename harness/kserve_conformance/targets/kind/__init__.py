"""
The target ``kind``: KServe in a kind cluster, where pods really run.
"""

from __future__ import annotations

from kserve_conformance.targets.kind.factory import open_target
from kserve_conformance.targets.kind.target import KindSettings, KindTarget

__all__ = ["KindSettings", "KindTarget", "open_target"]
