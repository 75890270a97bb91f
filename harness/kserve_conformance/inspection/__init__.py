"""
Services of an installation, compared with the rules, read-only.

- :mod:`.snapshot`: reads an installation without a single write.
- :mod:`.stored`: what was read, and the standing of each service.
- :mod:`.services`: one service, compared with what the rules predict.
- :mod:`.workloads`: which runtime a workload was rendered from.
- :mod:`.standings`: the results.
"""

from kserve_conformance.inspection.standings import ServiceStanding, Standing, Unread
from kserve_conformance.inspection.stored import WORKLOAD_NAMES, Stored, catalogue_of, standings

__all__ = [
    "WORKLOAD_NAMES",
    "ServiceStanding",
    "Standing",
    "Stored",
    "Unread",
    "catalogue_of",
    "standings",
]
