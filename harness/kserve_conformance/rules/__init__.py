"""
The rules by which KServe selects a runtime, as data: what each says, how binding it is, where it holds, its sources.

- :mod:`~kserve_conformance.rules.releases` is the table of releases.
- :mod:`~kserve_conformance.rules.registry` holds every rule, every claim of the documentation
  and every known deviation.
- :mod:`~kserve_conformance.rules.coverage` reports which scenarios cover which rule.

Only the releases are imported here: a resolver needs no registry.
"""

from kserve_conformance.rules.releases import (
    LATEST,
    MAIN,
    NAMES,
    RELEASES,
    Origin,
    Release,
    UnknownRelease,
    caveat,
    full_name,
    in_range,
    release_named,
)

__all__ = [
    "LATEST",
    "MAIN",
    "NAMES",
    "RELEASES",
    "Origin",
    "Release",
    "UnknownRelease",
    "caveat",
    "full_name",
    "in_range",
    "release_named",
]
