"""
Differential search: random worlds, played on two targets side by side.

``drawing`` makes worlds of a seed, ``comparing`` says where two targets differ,
``shrinking`` makes such a world small, ``telling`` writes it as a scenario,
``keeping`` as a file, and ``searching`` does all of it for many worlds.
"""

from kserve_conformance.fuzzing.comparing import Difference, compare
from kserve_conformance.fuzzing.drawing import CROWD, Worlds
from kserve_conformance.fuzzing.keeping import BadFile, Kept, kept, load, said, save
from kserve_conformance.fuzzing.searching import Found, Limits, Search, Summary
from kserve_conformance.fuzzing.shrinking import shrink
from kserve_conformance.fuzzing.telling import feature

__all__ = [
    "CROWD",
    "BadFile",
    "Difference",
    "Found",
    "Kept",
    "Limits",
    "Search",
    "Summary",
    "Worlds",
    "compare",
    "feature",
    "kept",
    "load",
    "said",
    "save",
    "shrink",
]
