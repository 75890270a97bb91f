"""
Differential search: random worlds, played on two targets side by side.

``drawing`` makes worlds of a seed, ``comparing`` says where two targets differ,
``shrinking`` makes such a world small, ``telling`` writes it as a scenario,
``keeping`` as a file, and ``searching`` does all of it for many worlds.
"""

from kserve_conformance.fuzz.artifacts import BadFile, Kept, kept, load, said, save
from kserve_conformance.fuzz.differences import Difference, compare
from kserve_conformance.fuzz.generator import CROWD, Worlds
from kserve_conformance.fuzz.gherkin import feature
from kserve_conformance.fuzz.search import Found, Limits, Search, Summary
from kserve_conformance.fuzz.shrinker import shrink

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
