"""
What an upgrade of KServe changes for services: which lose or change their runtime, why, and what to do.

- :mod:`.path`: the releases that are installed one after the other, each with its runtimes.
- :mod:`.assessment`: one service before and after.
- :mod:`.causes`: the rules or runtimes behind a change.
- :mod:`.remedies`: what keeps a service as it was, or gives it a runtime again.
- :mod:`.census`: counts and groups of many services.
"""

from kserve_conformance.upgrade.assessment import Assessment, Change, Flag, assess
from kserve_conformance.upgrade.causes import Cause
from kserve_conformance.upgrade.census import Census, Finding, Group
from kserve_conformance.upgrade.path import Installed, UpgradePath
from kserve_conformance.upgrade.remedies import Remedy

__all__ = [
    "Assessment",
    "Cause",
    "Census",
    "Change",
    "Finding",
    "Flag",
    "Group",
    "Installed",
    "Remedy",
    "UpgradePath",
    "assess",
]
