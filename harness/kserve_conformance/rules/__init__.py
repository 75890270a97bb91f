"""
The rules by which KServe chooses a runtime, as data.

What each says, how binding it is, for which releases it holds, and who says so.

- :mod:`~kserve_conformance.rules.releases` orders the releases and knows which exist.
- :mod:`~kserve_conformance.rules.registry` holds every rule, every claim of the documentation
  and every known deviation.
- :mod:`~kserve_conformance.rules.coverage` tells which scenarios cover which rule.

Only the releases are imported here: a resolver needs no registry.
"""

from kserve_conformance.rules.releases import RELEASES, UnknownRelease, in_range, known, nearest, parse

__all__ = ["RELEASES", "UnknownRelease", "in_range", "known", "nearest", "parse"]
